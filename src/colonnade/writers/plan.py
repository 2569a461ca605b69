"""What the modules of one family of models are written from: names, spellings, and what each relationship writes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from colonnade.design.schema import (
    ForeignKey,
    Relationship,
    Schema,
)
from colonnade.writers.naming import Model, Names, TableKey, enum_homes, names
from colonnade.writers.spelling import Speller, Spelling, domain_constants, spell, speller

Pair: TypeAlias = tuple[str, str]
_ARGUMENT = re.compile(r'"(?:[^"]|"")+"|\w+')


@dataclass(frozen=True, slots=True)
class Writes:
    """What the ORM writes: (table, column) pairs by (table, relationship), and the other way round."""

    by_relationship: dict[Pair, frozenset[Pair]]
    by_column: dict[Pair, set[Pair]]


@dataclass(frozen=True, slots=True)
class Search:
    """A search function as a model calls it: its title, and the name and the type of what is searched for."""

    title: str
    argument: str
    type: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What the modules of one family are written from; `spellings` are by type and collation.

    `homed` are the enum types by the table in whose module they stand, those of `base.py` by None; `searches` are the
    searches by table and name of the function.
    """

    schema: Schema
    names: Names
    types: Speller
    spellings: dict[tuple[str, str | None], Spelling]
    homed: dict[TableKey | None, list[str]]
    domains: dict[str, str]
    writes: Writes
    searches: dict[str, dict[str, Search]]


def plan(schema: Schema) -> Plan:
    named = names(schema)
    known = speller(schema, named)
    tables = (*schema.database.whole_tables, *schema.external)
    types = sorted({(one.type, one.collation) for table in tables for one in table.columns}, key=str)
    spellings = {(type_, collation): spell(type_, known, collation) for type_, collation in types}
    return Plan(
        schema, named, known, spellings, _homed(schema), domain_constants(schema), _writes(named), _searches(schema)
    )


def _searches(schema: Schema) -> dict[str, dict[str, Search]]:
    arguments = {one.name: _ARGUMENT.match(one.arguments) for one in schema.database.functions}
    found: dict[str, dict[str, Search]] = {}
    for one in schema.intent.patterns:
        argument = arguments.get(one.function or "")
        if one.function and argument and one.parameter_types:
            name = argument[0].strip('"').replace('""', '"')
            found.setdefault(one.table, {})[one.function] = Search(one.title, name, one.parameter_types[0])
    return found


def _homed(schema: Schema) -> dict[TableKey | None, list[str]]:
    homed: dict[TableKey | None, list[str]] = {}
    for name, home in enum_homes(schema).items():
        homed.setdefault(home, []).append(name)
    return homed


def _writes(known: Names) -> Writes:
    by_relationship = {
        (model.table.name, one.name): _written(model, one, known)
        for model in known.models.values()
        for one in model.entity.relationships
        if one.mode != "computed"
    }
    by_column: dict[Pair, set[Pair]] = {}
    for relationship, columns in by_relationship.items():
        for column in columns:
            by_column.setdefault(column, set()).add(relationship)
    return Writes(by_relationship, by_column)


def _written(model: Model, one: Relationship, known: Names) -> frozenset[tuple[str, str]]:
    target = known.named(one.target)
    if one.join_table:
        middle = known.named(one.join_table)
        keys = middle_keys(model, target, one, middle)
        return frozenset((middle.table.name, column) for key in keys if key for column in key.columns)
    child = model if one.owns_key else target
    return frozenset({(child.table.name, one.foreign_column or one.columns[0])})


def middle_keys(
    model: Model, target: Model, one: Relationship, middle: Model
) -> tuple[ForeignKey | None, ForeignKey | None]:
    """The two foreign keys of a join table: to this side and to the other, told apart by the columns that name them."""
    near_column, far_column = one.join_columns[0] if one.join_columns else (None, None)
    near = [key for key in middle.table.foreign_keys if key.target == model.key and _names(key, near_column)]
    far = [key for key in middle.table.foreign_keys if key.target == target.key and _names(key, far_column)]
    return (near[0] if near else None), (far[-1] if far else None)


def _names(key: ForeignKey, column: str | None) -> bool:
    return column is None or column in key.columns
