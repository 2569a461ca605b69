"""Expressions from documents: accepted only if PostgreSQL's parser finds one, of harmless parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from colonnade import sql
from colonnade.vocabulary import habits


def names(text: str) -> tuple[str, ...]:
    """The columns that the expression `text` names, in order, each once."""
    return tuple(dict.fromkeys(name for _, _, name in _references(text)))


@lru_cache(maxsize=8192)
def safe(text: str, columns: bool = True) -> str | None:
    """`text` without comments if it is one expression that calls only harmless functions, or None.

    With `columns` off it may not name any, as in a default.
    """
    tree = sql.expression(text)
    if tree is None or not all(_harmless(node, columns) for node in walk(tree)):
        return None
    return _without_comments(text.strip())


def renamed(text: str, rename: Callable[[str], str | None]) -> str:
    """`text` with every column called as `rename` says, all else as the author wrote it. Raises KeyError on None."""
    pieces: list[str] = []
    end = 0
    for start, stop, name in _references(text):
        new = rename(name)
        if new is None:
            raise KeyError(name)
        pieces += (text[end:start], sql.ident(new))
        end = stop
    return "".join(pieces) + text[end:]


def null_tested(text: str) -> frozenset[str]:
    """The columns whose being null or not decides the condition `text`: `x IS NULL`, `num_nonnulls(x, y) = 1`."""
    from pglast import ast

    tested: set[str] = set()
    for node in walk(sql.expression(text)):
        counted = isinstance(node, ast.FuncCall) and (node.funcname or ())[-1].sval in ("num_nonnulls", "num_nulls")
        if isinstance(node, ast.NullTest) or counted:
            tested |= {one.fields[-1].sval for one in walk(node) if _is_column(one)}
    return frozenset(tested)


def counts_nulls(text: str) -> bool:
    """Whether the condition `text` counts how many of several columns are null: an exclusive arc."""
    from pglast import ast

    calls = (node for node in walk(sql.expression(text)) if isinstance(node, ast.FuncCall))
    return any((call.funcname or ())[-1].sval in ("num_nonnulls", "num_nulls") for call in calls)


def calls(text: str) -> frozenset[str]:
    """The names of the functions that the expression `text` calls; CURRENT_DATE and the like are called `now`."""
    from pglast import ast

    nodes = tuple(walk(sql.expression(text)))
    named = {(one.funcname or ())[-1].sval for one in nodes if isinstance(one, ast.FuncCall)}
    return frozenset(named | ({"now"} if any(isinstance(one, ast.SQLValueFunction) for one in nodes) else set()))


@lru_cache(maxsize=8192)
def _references(text: str) -> tuple[tuple[int, int, str], ...]:
    """(start, end, name) in characters of every column reference; `t.title` counts as title."""
    tree = sql.expression(text)
    prefix = len("SELECT (")
    spans: list[tuple[int, int, str]] = []
    for node in walk(tree):
        if _is_column(node):
            start = node.location - prefix
            spans.append((start, _end(text, start), node.fields[-1].sval))
    return tuple(sorted(spans))


def _is_column(node: Any) -> bool:
    from pglast import ast

    return isinstance(node, ast.ColumnRef) and isinstance((node.fields or (None,))[-1], ast.String)


def _end(text: str, start: int) -> int:
    """Where the dotted name that begins at `start` ends."""
    from pglast.parser import scan

    end = start
    wants_name = True
    for token in scan(text[start:]):
        dot = token.name == "ASCII_46"
        if dot == wants_name:
            break
        end = start + token.end + 1
        wants_name = dot
    return end


def walk(node: Any) -> Iterator[Any]:
    """`node` and every node under it."""
    from pglast import ast

    if isinstance(node, tuple | list):
        for one in node:
            yield from walk(one)
    elif isinstance(node, ast.Node):
        yield node
        for name in node:
            yield from walk(getattr(node, name))


@lru_cache(maxsize=1)
def _plain_nodes() -> tuple[type, ...]:
    from pglast import ast

    return (
        ast.A_Const, ast.Boolean, ast.Float, ast.Integer, ast.String, ast.BitString, ast.A_Expr, ast.BoolExpr,
        ast.NullTest,
        ast.BooleanTest, ast.CaseExpr, ast.CaseWhen, ast.CoalesceExpr, ast.MinMaxExpr, ast.A_ArrayExpr, ast.TypeCast,
        ast.TypeName, ast.A_Indirection, ast.A_Indices, ast.SQLValueFunction, ast.CollateClause, ast.RowExpr,
    )  # fmt: skip


def _harmless(node: Any, columns: bool) -> bool:
    from pglast import ast

    if isinstance(node, ast.FuncCall):
        return _harmless_call(node)
    if isinstance(node, ast.ColumnRef):
        return columns and _is_column(node) and len(node.fields or ()) <= 2
    return isinstance(node, _plain_nodes())


def _harmless_call(node: Any) -> bool:
    """Whether it is a plain call of a function that is known to be harmless, with no other schema's in its place."""
    plain = not (node.agg_filter or node.agg_order or node.over or node.agg_star or node.agg_distinct)
    return plain and node.funcname[-1].sval in habits.SAFE_FUNCTIONS and _schema(node.funcname) in ("", "pg_catalog")


def _schema(names: Any) -> str:
    return str(names[0].sval) if len(names) > 1 else ""


def _without_comments(text: str) -> str:
    """`text` with each comment turned into a space, so that it can stand inside brackets."""
    from pglast.parser import scan

    for token in reversed(scan(text)):
        if token.name in ("SQL_COMMENT", "C_COMMENT"):
            text = text[: token.start] + " " + text[token.end + 1 :]
    return text.strip()
