"""Whether a row keeps a CHECK, as far as that can be told without a server."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
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
        return _compared(node, row)
    return None


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
    test = _ORDERED.get("".join(part.sval for part in node.name))
    sides = [_number(side, row) for side in (node.lexpr, node.rexpr)]
    if test is None or sides[0] is None or sides[1] is None:
        return None
    return bool(test((sides[0] > sides[1]) - (sides[0] < sides[1])))


def _number(node: Any, row: Mapping[str, str | None]) -> Decimal | None:
    column = column_of(node)
    text = row.get(column) if column is not None else constant_of(node)
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None
