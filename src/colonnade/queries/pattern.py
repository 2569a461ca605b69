"""One query pattern as a reader wants it: its SQL, what each parameter is, and the index that serves it."""

from __future__ import annotations

from dataclasses import dataclass

from colonnade.design.schema import Database, PrimaryKey, QueryPattern, Unique
from colonnade.queries.layout import laid_out
from colonnade.sql import ident


@dataclass(frozen=True, slots=True)
class Rendered:
    """A pattern for people: `parameters` are (`$1`, type) pairs, `serves` the keys of the index, or empty."""

    title: str
    sql: str
    parameters: tuple[tuple[str, str], ...]
    index: str | None
    serves: str


def rendered(pattern: QueryPattern, database: Database) -> Rendered:
    """`pattern` laid out, with the keys of the index or constraint that serves it."""
    numbered = tuple((f"${number}", type_) for number, type_ in enumerate(pattern.parameter_types, 1))
    return Rendered(pattern.title, laid_out(pattern.sql), numbered, pattern.index, _keys(pattern, database))


def _keys(pattern: QueryPattern, database: Database) -> str:
    for table in database.tables:
        for index in table.indexes:
            if index.name == pattern.index:
                names = (ident(key.column) if key.column else f"({key.expression})" for key in index.keys)
                ways = (" DESC" if key.descending else "" for key in index.keys)
                return ", ".join(map("".join, zip(names, ways, strict=True)))
        for constraint in table.constraints:
            if constraint.name == pattern.index and isinstance(constraint, PrimaryKey | Unique):
                return ", ".join(map(ident, constraint.columns))
    return ""
