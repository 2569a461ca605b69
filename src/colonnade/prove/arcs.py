"""Rows of tables whose references exclude each other: one is set, the others are empty."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from colonnade.design.schema import Check, Table
from colonnade.prove.probe import Row
from colonnade.prove.stated import columns_in


def alone(table: Table, names: Collection[str]) -> Row:
    """What must be empty so that the columns `names` may have values: the others of each arc that one of them is in."""
    empty: dict[str, str | None] = {}
    for one in table.constraints:
        if isinstance(one, Check) and "num_nonnulls" in one.expression:
            inside = columns_in(one.expression)
            empty |= dict.fromkeys(name for name in inside if set(inside) & set(names) and name not in names)
    return empty


def sources(table: Table, columns: Sequence[str]) -> tuple[str, ...]:
    """`columns` with those that the server generates replaced by what they are generated from."""
    found: dict[str, None] = {}
    for name in columns:
        generated = table.column(name).generated
        found |= dict.fromkeys(columns_in(generated.expression) if generated else (name,))
    return tuple(found)
