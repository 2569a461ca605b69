"""What reading costs: queries that no index serves, and copies that would spare a query its joins."""

from __future__ import annotations

from collections.abc import Iterator

from colonnade import sql
from colonnade.design import conditions
from colonnade.design.schema import QueryPattern
from colonnade.design.work import Work
from colonnade.findings import rule
from colonnade.values import replace

MANY = 3


@rule("denormalisation")
def denormalisation(work: Work) -> Work:
    """A query pattern that joins three tables or more, or counts the rows of another one, is a candidate for a copy.

    A copy spares the query its joins and costs every write of what it copies; both are said, and nothing is changed.
    """
    shapes = [(one, _tables(one)) for one in work.patterns]
    copies = tuple(text for one, tables in shapes for text in _copies(one, tables))
    unserved = tuple(f"{one.title}: no index serves it" for one, _ in shapes if one.index is None and _filters(one))
    return replace(work, denormalizations=(*work.denormalizations, *copies), notes=(*work.notes, *unserved))


def _filters(one: QueryPattern) -> bool:
    return " WHERE " in one.sql.upper() or " ORDER BY " in one.sql.upper()


def _tables(one: QueryPattern) -> tuple[str, ...]:
    """The tables that the query reads, in its order; parsed only where it joins, since most do not."""
    if "JOIN" not in one.sql.upper():
        return (one.table,)
    from pglast import ast

    (statement,) = sql.parse(one.sql)
    return tuple(
        dict.fromkeys(str(node.relname) for node in conditions.walk(statement) if isinstance(node, ast.RangeVar))
    )


def _copies(one: QueryPattern, tables: tuple[str, ...]) -> Iterator[str]:
    counted = "COUNT(" in one.sql.upper() and "GROUP BY" in one.sql.upper()
    if len(tables) > 1 and counted:
        yield (
            f"{one.title}: a counter in {one.table}, kept by a trigger on {', '.join(tables[1:])}, would spare "
            "counting; every insert and delete there would write it"
        )
    elif len(tables) >= MANY:
        yield (
            f"{one.title}: copying what it shows of {', '.join(tables[1:])} into {one.table} would spare "
            f"{len(tables) - 1} joins; every change there would write the copies"
        )
