"""What CHECKs ask of single columns, read from their parse trees: bounds, choices, lengths, patterns, order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from colonnade.sql import expression
from colonnade.values import replace

# The comparison as seen from the other side: `0 < price` says of price what `price > 0` does.
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
_LENGTHS = frozenset({"length", "char_length", "character_length", "octet_length"})
_TRIMS = frozenset({"trim", "btrim", "ltrim", "rtrim", "lower", "upper"})
_CLASSES = {
    "[:space:]": r"\s",
    "[:digit:]": "0-9",
    "[:alpha:]": "A-Za-z",
    "[:alnum:]": "A-Za-z0-9",
    "[:upper:]": "A-Z",
    "[:lower:]": "a-z",
    "[:xdigit:]": "0-9A-Fa-f",
    "[:punct:]": "!-/:-@",
    "[:word:]": r"\w",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What the CHECKs on one column allow.

    `lows` and `highs` are (bound as text, whether the bound itself is allowed). `rank` is above that of every column
    that this one must be greater than. `json` is the kind that a JSON value must be, `members` what an object has.
    """

    lows: tuple[tuple[str, bool], ...] = ()
    highs: tuple[tuple[str, bool], ...] = ()
    choices: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    shortest: int = 0
    longest: int | None = None
    patterns: tuple[re.Pattern[str], ...] = ()
    rank: int = 0
    json: str = ""
    members: tuple[str, ...] = ()


NO_LIMITS = Limits()


@dataclass(slots=True)
class _Read:
    """What a walk over the expressions of one table has found so far."""

    columns: dict[str, Limits] = field(default_factory=dict)
    greater: set[tuple[str, str]] = field(default_factory=set)
    unequal: set[tuple[str, str]] = field(default_factory=set)


def limits(expressions: Iterable[str]) -> dict[str, Limits]:
    """What `expressions`, the CHECKs of one table or domain, ask of each column (a domain's is called `value`).

    What is not understood is left out: such a CHECK may refuse a made-up row.
    """
    read = _Read()
    for text in expressions:
        for part in conjuncts(expression(text)):
            _fact(part, read)
    for name, rank in _ranks(read.greater, read.unequal).items():
        read.columns[name] = replace(read.columns.get(name, NO_LIMITS), rank=rank)
    return read.columns


def _kind(node: Any) -> str:
    return type(node).__name__


def conjuncts(node: Any) -> Iterator[Any]:
    """The parts of `a AND b`; of `x IS NULL OR b`, `b`."""
    if _kind(node) != "BoolExpr":
        yield node
        return
    operator = node.boolop.name
    if operator == "AND_EXPR":
        for part in node.args:
            yield from conjuncts(part)
    elif operator == "OR_EXPR":
        rest = [part for part in node.args if _kind(part) != "NullTest"]
        if len(rest) == 1:
            yield from conjuncts(rest[0])


def _fact(node: Any, read: _Read) -> None:
    if _kind(node) != "A_Expr":
        return
    operator = "".join(part.sval for part in node.name)
    kind = node.kind.name
    readers = {
        "AEXPR_IN": _read_choice,
        "AEXPR_BETWEEN": _read_between,
        "AEXPR_OP_ANY": _read_choice,
        "AEXPR_LIKE": _read_like,
        "AEXPR_ILIKE": _read_like,
        "AEXPR_OP": _read_comparison,
    }
    if kind in readers:
        readers[kind](node, operator, read)


def column_of(node: Any) -> str | None:
    """The column that `node` is, casts and trimming aside."""
    while _kind(node) == "TypeCast":
        node = node.arg
    if _kind(node) == "FuncCall" and node.funcname[-1].sval in _TRIMS and node.args:
        return column_of(node.args[0])
    if _kind(node) == "ColumnRef" and _kind(node.fields[-1]) == "String":
        return str(node.fields[-1].sval)
    return None


def _measured(node: Any) -> str | None:
    """The column whose length `node` is."""
    if _kind(node) == "FuncCall" and node.funcname[-1].sval in _LENGTHS and node.args:
        return column_of(node.args[0])
    return None


def _kind_asked(node: Any) -> str | None:
    """The column whose kind of JSON value `node` is."""
    if _kind(node) == "FuncCall" and node.funcname[-1].sval in ("jsonb_typeof", "json_typeof") and node.args:
        return column_of(node.args[0])
    return None


def constant_of(node: Any) -> str | None:
    """The text of the constant that `node` is, casts and sign aside."""
    while _kind(node) == "TypeCast":
        node = node.arg
    if _kind(node) == "A_Expr" and node.lexpr is None and node.name[-1].sval == "-":
        inner = constant_of(node.rexpr)
        return None if inner is None else "-" + inner
    if _kind(node) != "A_Const" or node.isnull:
        return None
    value = node.val
    return str(
        next(getattr(value, name) for name in ("sval", "ival", "fval", "boolval", "bsval") if hasattr(value, name))
    )


def _constants(node: Any) -> tuple[str, ...]:
    while _kind(node) == "TypeCast":
        node = node.arg
    items = node.elements if _kind(node) == "A_ArrayExpr" else node
    found = [constant_of(one) for one in items] if isinstance(items, tuple) else []
    return tuple(one for one in found if one is not None)


def _change(read: _Read, column: str, **facts: Any) -> None:
    read.columns[column] = replace(read.columns.get(column, NO_LIMITS), **facts)


def _read_choice(node: Any, operator: str, read: _Read) -> None:
    column = column_of(node.lexpr)
    if column is None:
        return
    if operator == "=":
        _change(read, column, choices=_constants(node.rexpr))
    elif operator == "<>":
        _change(read, column, excluded=_constants(node.rexpr))


def _read_between(node: Any, _: str, read: _Read) -> None:
    low, high = (constant_of(one) for one in node.rexpr)
    for operator, bound in ((">=", low), ("<=", high)):
        if bound is not None:
            _bound(node.lexpr, operator, bound, read)


def _read_like(node: Any, operator: str, read: _Read) -> None:
    column, pattern = column_of(node.lexpr), constant_of(node.rexpr)
    if column is None or pattern is None or operator not in ("~~", "~~*"):
        return
    parts = (".*" if mark == "%" else "." if mark == "_" else re.escape(mark) for mark in pattern)
    _add_pattern(read, column, f"^{''.join(parts)}$", operator == "~~*")


def _read_comparison(node: Any, operator: str, read: _Read) -> None:
    left, right = column_of(node.lexpr), column_of(node.rexpr)
    typed = _kind_asked(node.lexpr)
    if typed is not None and operator == "=":
        _change(read, typed, json=constant_of(node.rexpr) or "")
    elif left is not None and operator == "?&":
        _change(read, left, members=_constants(node.rexpr))
    elif operator in ("~", "~*"):
        pattern = constant_of(node.rexpr)
        if left is not None and pattern is not None:
            _add_pattern(read, left, pattern, operator == "~*")
    elif left is not None and right is not None and operator in (">", ">=", "<", "<="):
        read.greater.add((left, right) if operator.startswith(">") else (right, left))
    elif left is not None and right is not None and operator == "<>":
        read.unequal.add((left, right))
    elif operator in _MIRRORED:
        for side, other, word in ((node.lexpr, node.rexpr, operator), (node.rexpr, node.lexpr, _MIRRORED[operator])):
            bound = constant_of(other)
            if bound is not None:
                _bound(side, word, bound, read)


def _add_pattern(read: _Read, column: str, pattern: str, any_case: bool) -> None:
    for posix, python in _CLASSES.items():
        pattern = pattern.replace(posix, python)
    try:
        compiled = re.compile(pattern, re.IGNORECASE if any_case else 0)
    except re.error:
        # A pattern that only PostgreSQL understands: nothing is known of the column then.
        return
    _change(read, column, patterns=(*read.columns.get(column, NO_LIMITS).patterns, compiled))


def _bound(side: Any, operator: str, bound: str, read: _Read) -> None:
    measured, column = _measured(side), column_of(side)
    if measured is not None and bound.lstrip("-").isdigit():
        _length_bound(measured, operator, int(bound), read)
    elif column is not None:
        now = read.columns.get(column, NO_LIMITS)
        if operator in (">", ">="):
            _change(read, column, lows=(*now.lows, (bound, operator == ">=")))
        elif operator in ("<", "<="):
            _change(read, column, highs=(*now.highs, (bound, operator == "<=")))
        elif operator == "=":
            _change(read, column, choices=(bound,))
        else:
            _change(read, column, excluded=(*now.excluded, bound))


def _length_bound(column: str, operator: str, bound: int, read: _Read) -> None:
    now = read.columns.get(column, NO_LIMITS)
    lowest = {">": bound + 1, ">=": bound, "=": bound}.get(operator, 0)
    highest = {"<": bound - 1, "<=": bound, "=": bound}.get(operator, now.longest)
    longest = highest if now.longest is None or highest is None else min(highest, now.longest)
    _change(read, column, shortest=max(lowest, now.shortest), longest=longest)


def _ranks(greater: set[tuple[str, str]], unequal: set[tuple[str, str]]) -> dict[str, int]:
    """For each column a number above those of the columns that it must be greater than, other than what it must not be.

    Rings stop at their length.
    """
    ranks = _above(greater)
    for left, right in sorted(unequal):
        # Columns of one rank have no order between them, so any will do.
        if ranks.get(left, 0) == ranks.get(right, 0):
            greater = {*greater, (left, right)}
            ranks = _above(greater)
    return ranks


def _above(greater: set[tuple[str, str]]) -> dict[str, int]:
    ranks = {name: 0 for pair in greater for name in pair}
    for _ in ranks:
        for more, than in sorted(greater):
            ranks[more] = max(ranks[more], ranks[than] + 1)
    return {name: min(rank, len(ranks)) for name, rank in ranks.items()}
