"""Whether a row keeps a CHECK, as far as that can be told without a server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from colonnade.seed.limits import column_of, constant_of
from colonnade.sql import expression

_ORDERED = {
    "=": lambda order: order == 0,
    "<>": lambda order: order != 0,
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


def broken(text: str, row: Mapping[str, str | None]) -> bool:
    """True where `row` is known to break the CHECK `text`; False where it keeps it, or where that cannot be told."""
    return _truth(expression(text), row) is False


def _truth(node: Any, row: Mapping[str, str | None]) -> bool | None:
    kind = type(node).__name__
    if kind == "BoolExpr":
        return _joined(node, row)
    if kind == "NullTest":
        column = column_of(node.arg)
        if column is None or column not in row:
            return None
        return bool((row[column] is None) == (node.nulltesttype.name == "IS_NULL"))
    if kind == "A_Expr" and node.kind.name == "AEXPR_OP":
        truths = [_truth(side, row) for side in (node.lexpr, node.rexpr)]
        word = "".join(part.sval for part in node.name)
        if word in ("=", "<>") and None not in truths:
            return (truths[0] == truths[1]) == (word == "=")
        return _compared(node, row)
    if kind == "A_Expr" and node.kind.name == "AEXPR_IN":
        return _listed(node, row)
    return None


def _listed(node: Any, row: Mapping[str, str | None]) -> bool | None:
    """`x IN ('a', 'b')` and `x NOT IN (…)` over constants."""
    column = column_of(node.lexpr)
    text = row.get(column) if column is not None else None
    values = [constant_of(one) for one in node.rexpr]
    if text is None or None in values:
        return None
    return (text in values) == ("".join(part.sval for part in node.name) == "=")


def _joined(node: Any, row: Mapping[str, str | None]) -> bool | None:
    parts = [_truth(part, row) for part in node.args]
    operator = str(node.boolop.name)
    if operator == "NOT_EXPR":
        return None if parts[0] is None else not parts[0]
    decisive: bool = operator == "OR_EXPR"
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def _compared(node: Any, row: Mapping[str, str | None]) -> bool | None:
    """A comparison of two numbers; of anything else only the server knows the order."""
    word = "".join(part.sval for part in node.name)
    test = _ORDERED.get(word)
    column, constant = column_of(node.lexpr), constant_of(node.rexpr)
    text = row.get(column) if column is not None else None
    if word in ("=", "<>") and text is not None and constant is not None and _number(node.rexpr, row) is None:
        return (text == constant) == (word == "=")
    other = row.get(column_of(node.rexpr) or "")
    # Texts that differ may still be one value, as 1 and 1.0 are; the same text is never two.
    if word in ("=", "<>") and text is not None and other is not None and (text == other or word == "<>"):
        return (text == other) == (word == "=")
    sides = [_number(side, row) for side in (node.lexpr, node.rexpr)]
    if test is None or sides[0] is None or sides[1] is None:
        return None
    return bool(test((sides[0] > sides[1]) - (sides[0] < sides[1])))


def _number(node: Any, row: Mapping[str, str | None]) -> Decimal | None:
    column = column_of(node)
    if type(node).__name__ == "FuncCall" and node.funcname[-1].sval in ("num_nonnulls", "num_nulls"):
        return _counted(node, row)
    text = row.get(column) if column is not None else constant_of(node)
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None


def _counted(node: Any, row: Mapping[str, str | None]) -> Decimal | None:
    """How many of the columns are null, or are not."""
    columns = [column_of(one) for one in node.args]
    if any(one is None or one not in row for one in columns):
        return None
    empty = sum(row[one] is None for one in columns if one)
    return Decimal(empty if node.funcname[-1].sval == "num_nulls" else len(columns) - empty)


def emptied(texts: Iterable[str]) -> tuple[str, ...]:
    """The columns whose being null or not some of the CHECKs `texts` ask about, sorted."""
    return tuple(sorted({column for text in texts for column in _emptied(text)}))


# Many tables have the same conditions.
@lru_cache(maxsize=8192)
def _emptied(text: str) -> frozenset[str]:
    found: set[str] = set()
    for node in walked(expression(text)):
        kind = type(node).__name__
        if kind == "NullTest":
            found.add(column_of(node.arg) or "")
        elif kind == "FuncCall" and node.funcname[-1].sval in ("num_nonnulls", "num_nulls"):
            found |= {column_of(one) or "" for one in node.args}
    return frozenset(found - {""})


def compared(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """By column, the constants that some of the CHECKs `texts` compare it with, in order."""
    found: dict[str, dict[str, None]] = {}
    for node in (node for text in texts for node in walked(expression(text))):
        if type(node).__name__ != "A_Expr" or node.lexpr is None:
            continue
        column = column_of(node.lexpr)
        sides = node.rexpr if isinstance(node.rexpr, tuple) else (node.rexpr,)
        for constant in map(constant_of, sides):
            if column is not None and constant is not None:
                found.setdefault(column, {})[constant] = None
    return {column: tuple(values) for column, values in found.items()}


def walked(node: Any) -> Iterator[Any]:
    """`node` and every node under it."""
    if isinstance(node, tuple | list):
        for one in node:
            yield from walked(one)
    elif hasattr(node, "__slots__") and type(node).__module__.startswith("pglast"):
        yield node
        for name in getattr(type(node), "__slots__", {}):
            yield from walked(getattr(node, name, None))
