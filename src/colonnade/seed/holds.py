"""Whether a row keeps a CHECK, as far as that can be told without a server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from operator import add, mul, sub
from typing import Any, TypeAlias

from colonnade.seed.limits import column_of, conjuncts, constant_of
from colonnade.sql import expression

Row: TypeAlias = Mapping[str, "str | None"]

_ORDERED = {
    "=": lambda order: order == 0,
    "<>": lambda order: order != 0,
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


def broken(text: str, row: Row) -> bool:
    """True where `row` is known to break the CHECK `text`; False where it keeps it, or where that cannot be told."""
    return _truth(expression(text), row) is False


def _truth(node: Any, row: Row) -> bool | None:
    reader = _READERS.get(type(node).__name__)
    return reader(node, row) if reader else None


def _expressed(node: Any, row: Row) -> bool | None:
    kind = node.kind.name
    if kind == "AEXPR_IN":
        return _listed(node, row)
    if kind in ("AEXPR_BETWEEN", "AEXPR_NOT_BETWEEN"):
        return _between(node, row)
    if kind != "AEXPR_OP":
        return None
    truths = [_truth(side, row) for side in (node.lexpr, node.rexpr)]
    word = _word(node)
    if word in ("=", "<>") and None not in truths:
        return (truths[0] == truths[1]) == (word == "=")
    return _compared(node, row)


def _word(node: Any) -> str:
    return "".join(part.sval for part in node.name)


def _null(node: Any, row: Row) -> bool | None:
    column = column_of(node.arg)
    if column is None or column not in row:
        return None
    return bool((row[column] is None) == (node.nulltesttype.name == "IS_NULL"))


def _flag(node: Any, row: Row) -> bool | None:
    """A boolean column, or a constant, that stands for itself."""
    column = column_of(node)
    text = row.get(column) if column is not None else constant_of(node)
    return _FLAGS.get(text.lower()) if text is not None else None


def _tested(node: Any, row: Row) -> bool | None:
    """`x IS TRUE`, `x IS NOT FALSE` and so on."""
    truth, test = _truth(node.arg, row), node.booltesttype.name
    if truth is None or test.endswith("UNKNOWN"):
        return None
    return bool((truth == test.endswith("TRUE")) != ("NOT" in test))


def _listed(node: Any, row: Row) -> bool | None:
    """`x IN ('a', 'b')` and `x NOT IN (…)` over constants."""
    column = column_of(node.lexpr)
    text = row.get(column) if column is not None else None
    values = [constant_of(one) for one in node.rexpr]
    if text is None or None in values:
        return None
    return (text in values) == (_word(node) == "=")


def _between(node: Any, row: Row) -> bool | None:
    low, high = (_order(node.lexpr, bound, row) for bound in node.rexpr)
    if low is None or high is None:
        return None
    return bool((low >= 0 and high <= 0) == (node.kind.name == "AEXPR_BETWEEN"))


def _joined(node: Any, row: Row) -> bool | None:
    parts = [_truth(part, row) for part in node.args]
    operator = str(node.boolop.name)
    if operator == "NOT_EXPR":
        return None if parts[0] is None else not parts[0]
    decisive: bool = operator == "OR_EXPR"
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


_FLAGS = {"true": True, "t": True, "false": False, "f": False}
_READERS: dict[str, Callable[[Any, Row], bool | None]] = {
    "A_Const": _flag, "A_Expr": _expressed, "BoolExpr": _joined, "BooleanTest": _tested, "ColumnRef": _flag,
    "NullTest": _null, "TypeCast": _flag,
}  # fmt: skip


def _compared(node: Any, row: Row) -> bool | None:
    """A comparison of two numbers, days or moments; of anything else only the server knows the order."""
    word = _word(node)
    column, constant = column_of(node.lexpr), constant_of(node.rexpr)
    text = row.get(column) if column is not None else None
    if word in ("=", "<>") and text is not None and constant is not None and _number(node.rexpr, row) is None:
        return (text == constant) == (word == "=")
    other = row.get(column_of(node.rexpr) or "")
    # Texts that differ may still be one value, as 1 and 1.0 are; the same text is never two.
    if word in ("=", "<>") and text is not None and other is not None and (text == other or word == "<>"):
        return (text == other) == (word == "=")
    test, sides = _ORDERED.get(word), _order(node.lexpr, node.rexpr, row)
    return None if test is None or sides is None else bool(test(sides))


def _order(left: Any, right: Any, row: Row) -> int | None:
    """Below 0, 0 or above 0 as `left` is less than, equal to or greater than `right`."""
    numbers = [_number(side, row) for side in (left, right)]
    if numbers[0] is not None and numbers[1] is not None:
        return (numbers[0] > numbers[1]) - (numbers[0] < numbers[1])
    # Days and moments as rows have them are in the order of their texts, all being of one zone.
    moments = [_text(side, row) for side in (left, right)]
    if all(one is not None and _DAY.match(one) for one in moments):
        return (str(moments[0]) > str(moments[1])) - (str(moments[0]) < str(moments[1]))
    return None


_DAY = re.compile(r"\d{4}-\d\d-\d\d\b")


def _text(node: Any, row: Row) -> str | None:
    column = column_of(node)
    return row.get(column) if column is not None else constant_of(node)


_ARITHMETIC: dict[str, Callable[[Decimal, Decimal], Decimal]] = {"+": add, "-": sub, "*": mul}


def _number(node: Any, row: Row) -> Decimal | None:
    kind = type(node).__name__
    if kind == "FuncCall" and node.funcname[-1].sval in ("num_nonnulls", "num_nulls"):
        return _counted(node, row)
    if kind == "A_Expr" and node.lexpr is not None and _word(node) in _ARITHMETIC:
        sides = [_number(side, row) for side in (node.lexpr, node.rexpr)]
        return None if None in sides else _ARITHMETIC[_word(node)](*(one for one in sides if one is not None))
    text = _text(node, row)
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None


def equations(texts: Iterable[str]) -> tuple[tuple[str, Any], ...]:
    """What some of the CHECKs `texts` say that a column must be, such as the product of two others."""
    found = []
    for node in (part for text in texts for part in conjuncts(expression(text))):
        if type(node).__name__ == "A_Expr" and node.kind.name == "AEXPR_OP" and _word(node) == "=":
            for column, other in ((column_of(node.lexpr), node.rexpr), (column_of(node.rexpr), node.lexpr)):
                if column is not None and type(other).__name__ == "A_Expr" and _word(other) in _ARITHMETIC:
                    found.append((column, other))
    return tuple(found)


def worth(node: Any, row: Row) -> str | None:
    """The number that `node` is in `row`, as a text; None where that cannot be told."""
    number = _number(node, row)
    return None if number is None else format(number, "f")


def _counted(node: Any, row: Row) -> Decimal | None:
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
