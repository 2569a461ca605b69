"""CHECK expressions as facts: closed lists of values and bounds of length; the rest stays text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from colonnade import sql

_LENGTHS = frozenset({"length", "char_length", "character_length", "len"})


def _string(node: Any) -> str | None:
    from pglast import ast

    while isinstance(node, ast.TypeCast):
        node = node.arg
    value = node.val if isinstance(node, ast.A_Const) else None
    return value.sval if isinstance(value, ast.String) else None


def _number(node: Any) -> int | None:
    from pglast import ast

    value = node.val if isinstance(node, ast.A_Const) and not node.isnull else None
    return value.ival if isinstance(value, ast.Integer) else None


def _column(node: Any) -> str | None:
    from pglast import ast

    while isinstance(node, ast.TypeCast):
        node = node.arg
    fields: Any = node.fields if isinstance(node, ast.ColumnRef) else ()
    return str(fields[0].sval) if len(fields) == 1 and isinstance(fields[0], ast.String) else None


def _measured(node: Any) -> str | None:
    """The column whose length `node` is: `title` for `char_length(title)`."""
    from pglast import ast

    if not isinstance(node, ast.FuncCall):
        return None
    call: Any = node
    arguments, name = tuple(call.args or ()), tuple(call.funcname or ())
    return _column(arguments[0]) if len(arguments) == 1 and name[-1].sval in _LENGTHS else None


def _operator(node: Any) -> str:
    name: Any = node.name or ()
    return str(name[-1].sval) if name else ""


def _listed(node: Any) -> tuple[str, tuple[str, ...]] | None:
    """The column and values of `x IN ('a', 'b')`, `x = ANY (ARRAY['a', 'b'])` and `x = 'a'`."""
    from pglast import ast
    from pglast.enums import A_Expr_Kind

    if not isinstance(node, ast.A_Expr) or _operator(node) != "=":
        return None
    column = _column(node.lexpr)
    right: Any = node.rexpr
    while isinstance(right, ast.TypeCast):
        right = right.arg
    if node.kind == A_Expr_Kind.AEXPR_IN:
        members = right
    elif node.kind == A_Expr_Kind.AEXPR_OP_ANY and isinstance(right, ast.A_ArrayExpr):
        members = right.elements or ()
    elif node.kind == A_Expr_Kind.AEXPR_OP:
        members = (right,)
    else:
        return None
    values = tuple(_string(member) for member in members)
    return (column, tuple(one for one in values if one is not None)) if column and None not in values else None


def _alternatives(node: Any) -> tuple[str, tuple[str, ...]] | None:
    """The column and all values of lists joined by OR; `x IS NULL OR` adds nothing, NULL passes a check anyhow."""
    from pglast import ast
    from pglast.enums import BoolExprType

    if not isinstance(node, ast.BoolExpr) or node.boolop != BoolExprType.OR_EXPR:
        found = _listed(node)
        return found if found and (len(found[1]) > 1 or not isinstance(node, ast.BoolExpr)) else None
    columns: set[str | None] = set()
    values: list[str] = []
    for arm in node.args or ():
        if isinstance(arm, ast.NullTest):
            columns.add(_column(arm.arg))
            continue
        found = _listed(arm)
        if found is None:
            return None
        columns.add(found[0])
        values += found[1]
    column = columns.pop() if len(columns) == 1 else None
    return (column, tuple(values)) if column else None


_BOUNDS: Mapping[str, tuple[str, int]] = {
    ">=": ("min_length", 0),
    ">": ("min_length", 1),
    "<=": ("max_length", 0),
    "<": ("max_length", -1),
}


def _lengths(node: Any) -> tuple[str, dict[str, int]] | None:
    """The column and bounds of `length(x) <= 200`, `char_length(x) BETWEEN 1 AND 200`, or these joined by AND."""
    from pglast import ast
    from pglast.enums import A_Expr_Kind, BoolExprType

    if isinstance(node, ast.BoolExpr) and node.boolop == BoolExprType.AND_EXPR:
        parts = [_lengths(arm) for arm in node.args or ()]
        columns = {part[0] for part in parts if part}
        if None in parts or len(columns) != 1:
            return None
        return columns.pop(), {name: value for part in parts if part for name, value in part[1].items()}
    if not isinstance(node, ast.A_Expr) or (column := _measured(node.lexpr)) is None:
        return None
    if node.kind == A_Expr_Kind.AEXPR_BETWEEN:
        bounds: Any = node.rexpr
        least, most = _number(bounds[0]), _number(bounds[1])
        return (column, {"min_length": least, "max_length": most}) if least is not None and most is not None else None
    number = _number(node.rexpr) if node.kind == A_Expr_Kind.AEXPR_OP else None
    bound = _BOUNDS.get(_operator(node))
    return (column, {bound[0]: number + bound[1]}) if number is not None and bound else None


def meaning(expression: str) -> tuple[str, dict[str, Any]] | None:
    """The column that a check is about and the fields that say it whole, or None where only its text does."""
    # Deep nesting costs the parser time and a C stack; no check that people write is this long.
    if len(expression) > 4000 or expression.count("(") > 200:
        return None
    node = sql.expression(expression)
    if node is None:
        return None
    listed = _alternatives(node)
    if listed and len(listed[1]) > 1:
        return listed[0], {"enum_values": tuple(dict.fromkeys(listed[1]))}
    return _lengths(node)
