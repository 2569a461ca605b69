"""Indexes for one value each: what keeps an enum searchable behind row-level security."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from colonnade import sql
from colonnade.design.passes.indexes import add
from colonnade.design.schema import EnumType, Index
from colonnade.design.work import Blueprint, Work, each, found, house
from colonnade.findings import rule
from colonnade.values import replace

MANY = 8
"""With more values than this each query would have to choose among too many indexes."""


@rule("index-per-value")
def index_per_value(work: Work) -> Work:
    """Where rows of users are filtered by an enum, each of its values has an index of its own.

    Comparing an enum is not leakproof, so behind a policy an index on (owner, status) is searched by the owner alone. A
    partial index on the owner for the rows of one value is found by its condition, which is compared when the query is
    planned and asks no row. Each row is in one of them, so together they cost what one index does. Enums of more than
    eight values are left as they are. Switched by `pattern_indexes` and by row-level security, too.
    """
    if not (work.settings.row_level_security and work.settings.pattern_indexes):
        return work
    return each(work, lambda one: _split(one, work.enums))


def _split(blueprint: Blueprint, enums: Mapping[str, EnumType]) -> Blueprint:
    split: dict[str, str] = {}
    for index in blueprint.indexes:
        column = _filtered(blueprint, index, enums)
        values = enums[blueprint.columns[column].type].values if column else ()
        if column and len(values) <= MANY:
            split.setdefault(column, index.name)
            for one in _parts(index, column, values):
                blueprint = add(blueprint, one, house("index-per-value"))
    if not split:
        return blueprint
    named = ", ".join(f"{column} ({index} finds it by the owner alone)" for column, index in split.items())
    message = f"{blueprint.name}: behind the policies each value has an index of its own of {named}"
    return replace(blueprint, findings=blueprint.findings + found("index-per-value", message, blueprint.place,
                   'set enums = "check" for one index, or rules.index-per-value = false', "note"))  # fmt: skip


def _filtered(blueprint: Blueprint, index: Index, enums: Mapping[str, EnumType]) -> str | None:
    """The enum that a B-tree index has somewhere after the owner's key, or None."""
    names = [key.column for key in index.keys]
    if index.method != "btree" or index.unique or index.predicate or names[0] is None or names[0] != blueprint.owner:
        return None
    return next((one for one in names[1:] if one and blueprint.columns[one].type in enums), None)


def _parts(index: Index, column: str, values: tuple[str, ...]) -> Iterator[Index]:
    """The index without the column, once for the rows of each value."""
    keys = tuple(key for key in index.keys if key.column != column)
    for number, value in enumerate(values, 1):
        word = re.sub(r"\W+", "_", value.lower()).strip("_") or str(number)
        yield Index(sql.shorten(f"{index.name}_{word}"), keys, predicate=holds(column, value))


def holds(column: str, value: str) -> str:
    """The condition of the index for one value."""
    return f"{sql.ident(column)} = {sql.literal(value).strip()}"


def split_columns(blueprint: Blueprint, enums: Mapping[str, EnumType]) -> frozenset[str]:
    """The enums of which each value has an index of its own."""
    predicates = {one.predicate for one in blueprint.indexes if one.predicate}
    return frozenset(
        name for name, one in blueprint.columns.items()
        if one.type in enums and {holds(name, value) for value in enums[one.type].values} <= predicates
    )  # fmt: skip
