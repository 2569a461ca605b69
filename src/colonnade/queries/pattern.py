"""One query pattern as a reader wants it: its SQL, what each parameter is, and the index that serves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from colonnade.design.schema import Database, IndexKey, PrimaryKey, QueryPattern, Unique
from colonnade.queries.layout import laid_out
from colonnade.sql import ident


@dataclass(frozen=True, slots=True)
class Rendered:
    """A pattern for people: `parameters` are (`$1`, type) pairs, `serves` the keys of the index, or empty.

    `by_value` are the indexes for each value of the enum that it asks for.
    """

    title: str
    sql: str
    parameters: tuple[tuple[str, str], ...]
    index: str | None
    serves: str
    by_value: tuple[str, ...] = ()


def rendered(pattern: QueryPattern, keys: Mapping[str, str]) -> Rendered:
    """`pattern` laid out, with the `keys` of the index or constraint that serves it."""
    numbered = tuple((f"${number}", type_) for number, type_ in enumerate(pattern.parameter_types, 1))
    serves = keys.get(pattern.index or "", "")
    return Rendered(pattern.title, laid_out(pattern.sql), numbered, pattern.index, serves, pattern.by_value)


def serving_keys(database: Database) -> dict[str, str]:
    """The keys of every index, primary key and unique constraint by its name."""
    found: dict[str, str] = {}
    for table in database.whole_tables:
        for index in table.indexes:
            found.setdefault(index.name, ", ".join(map(_key, index.keys)))
        for constraint in table.constraints:
            if isinstance(constraint, PrimaryKey | Unique):
                found.setdefault(constraint.name, ", ".join(map(ident, constraint.columns)))
    return found


def _key(key: IndexKey) -> str:
    return (ident(key.column) if key.column else f"({key.expression})") + (" DESC" if key.descending else "")
