"""The story of one table, column, constraint, index or policy: why it is there, what hangs on it, what proves it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from colonnade.design.schema import (
    Check,
    Column,
    Constraint,
    Exclusion,
    ForeignKey,
    Index,
    Policy,
    PrimaryKey,
    Schema,
    Table,
    Trigger,
    Unique,
)
from colonnade.ops import policies, target
from colonnade.ops.constraints import definition
from colonnade.ops.indexes import CreateIndex
from colonnade.ops.tables import column_clauses
from colonnade.sql import ident, qualified
from colonnade.types import BY_NAME, take_apart

Part: TypeAlias = Table | Column | Constraint | Index | Policy | Trigger

KINDS: dict[type, str] = {
    Table: "table",
    Column: "column",
    PrimaryKey: "primary key",
    Unique: "unique constraint",
    Check: "check",
    ForeignKey: "foreign key",
    Exclusion: "exclusion constraint",
    Index: "index",
    Policy: "policy",
    Trigger: "trigger",
}
LAWS: dict[type, tuple[str, ...]] = {
    Table: ("ddl-loads", "migration-equals-ddl", "models-equal-ddl", "downgrade-restores"),
    Column: ("attributes-kept", "migration-equals-ddl", "models-equal-ddl"),
    PrimaryKey: ("constraint-primary-key",),
    Unique: ("constraint-unique",),
    Check: ("constraint-check", "good-rows"),
    ForeignKey: ("constraint-foreign-key", "constraint-on-delete"),
    Exclusion: ("constraints",),
    Index: ("migration-equals-ddl",),
    Policy: ("isolation", "owner-role-bound"),
    Trigger: ("migration-equals-ddl",),
}
"""The laws that a prover checks of each kind of object; which ones besides depends on the object."""

INDEX_HEADER, LINE_POINTER, ALIGNMENT = 8, 4, 8


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of one object; each part is a tuple of sentences. `laws` are names."""

    name: str
    kind: str
    definition: str
    because: tuple[str, ...]
    used_by: tuple[str, ...]
    cost: tuple[str, ...]
    laws: tuple[str, ...]


def subjects(schema: Schema) -> dict[str, tuple[Table, Part]]:
    """Every object that has a story, by its subject, as in a Reason."""
    found: dict[str, tuple[Table, Part]] = {}
    for table in (*schema.database.tables, *schema.external):
        found[table.name] = (table, table)
        found |= {f"{table.name}.{one.name}": (table, one) for one in table.columns}
        parts = (*table.constraints, *table.indexes, *table.policies, *table.triggers)
        found |= {f"{table.name}/{one.name}": (table, one) for one in parts}
    return found


def find(schema: Schema, name: str) -> str | None:
    """The subject that `name` means: a whole subject, or the name of a constraint, index or policy alone."""
    known = subjects(schema)
    ends = sorted(subject for subject in known if subject.partition("/")[2] == name)
    return name if name in known else ends[0] if ends else None


def story(schema: Schema, subject: str) -> Story:
    """What the design knows of the object. Raises KeyError where there is none of that subject."""
    table, part = subjects(schema)[subject]
    return Story(
        subject,
        KINDS[type(part)],
        _definition(table, part),
        tuple(_because(schema, subject)),
        tuple(_users(schema, table, part)),
        tuple(_cost(schema, table, part)),
        tuple(_laws(schema, table, part)),
    )


def text(told: Story, titles: Mapping[str, str]) -> str:
    """The story for a terminal; `titles` are those of the laws."""
    laws = tuple(f"{name}: {titles[name]}" for name in told.laws)
    parts = {"Because": told.because, "Used by": told.used_by, "Costs": told.cost, "Proven by": laws}
    lines = [f"{told.name}: {told.kind}", f"  {told.definition}"]
    for heading, sentences in parts.items():
        lines += [f"\n{heading}:", *(f"  {sentence}" for sentence in sentences)] if sentences else []
    return "\n".join(lines)


def as_value(told: Story, titles: Mapping[str, str]) -> dict[str, object]:
    return {
        "name": told.name,
        "kind": told.kind,
        "definition": told.definition,
        "because": list(told.because),
        "used_by": list(told.used_by),
        "cost": list(told.cost),
        "laws": [{"name": name, "title": titles[name]} for name in told.laws],
    }


def _definition(table: Table, part: Part) -> str:
    """The object as SQL in one line."""
    match part:
        case Table():
            text = f"{qualified(part.schema, part.name)} ({', '.join(ident(one.name) for one in part.columns)})"
        case Column():
            text = f"{ident(part.name)} {part.type} {column_clauses(part)}"
        case Index():
            text = CreateIndex(target.table(table), table.schema, part).steps()[0].sql
        case Policy():
            text = policies.create_sql((table.schema, table.name), part)
        case Trigger():
            text = f"{part.timing} {' OR '.join(part.events)}: {qualified(*part.function)}()"
        case _:
            text = definition(part)
    return " ".join(text.split())


def _because(schema: Schema, subject: str) -> Iterator[str]:
    for reason in schema.intent.reasons:
        if reason.subject == subject:
            yield reason.because
        elif reason.subject.startswith(f"{subject}/") and "." in subject:
            yield f"{reason.subject.removeprefix(subject + '/')}: {reason.because}"


def _users(schema: Schema, table: Table, part: Part) -> Iterator[str]:
    """What else of the design needs the object."""
    yield from _within(table, part)
    yield from _pointing(schema, table, part)
    for pattern in schema.intent.patterns:
        if pattern.table == table.name and _asks(pattern.sql, pattern.index, part):
            served = f", served by {pattern.index}" if pattern.index and not isinstance(part, Index) else ""
            yield f"query pattern “{pattern.title}”{served}"


def _within(table: Table, part: Part) -> Iterator[str]:
    if not isinstance(part, Column):
        return
    for one in (*table.constraints, *table.indexes, *table.policies, *table.triggers):
        if _mentions(_definition(table, one), part.name):
            yield f"{KINDS[type(one)]} {ident(one.name)}"


def _pointing(schema: Schema, table: Table, part: Part) -> Iterator[str]:
    """The foreign keys of other tables that point at the object."""
    for other in schema.database.tables:
        for key in other.foreign_keys:
            hit = isinstance(part, Table) or (isinstance(part, Column) and part.name in key.target_columns)
            hit = hit or (isinstance(part, PrimaryKey | Unique) and part.columns == key.target_columns)
            if hit and key.target == (table.schema, table.name):
                yield f"foreign key {ident(key.name)} of {qualified(other.schema, other.name)}, {key.on_delete}"


def _asks(sql: str, index: str | None, part: Part) -> bool:
    if isinstance(part, Index | PrimaryKey | Unique):
        return index == part.name
    return isinstance(part, Table) or (isinstance(part, Column) and _mentions(sql, part.name))


def _mentions(sql: str, name: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", re.sub(r"'(?:[^']|'')*'", "''", sql)) is not None


def _cost(schema: Schema, table: Table, part: Part) -> Iterator[str]:
    rows = next((one.estimated_rows for one in schema.intent.entities if one.table == table.name), None)
    if isinstance(part, Column):
        size = _size(part)
        yield f"{size} bytes a row" if size else "its length and 1 or 4 bytes a row"
    if isinstance(part, Index | PrimaryKey | Unique):
        sizes = [_size(table.column(name)) for name in part.columns if table.has(name)]
        yield "one more write for each row that is added, and for most that change"
        if all(sizes):
            entry = INDEX_HEADER + LINE_POINTER + _aligned(sum(size or 0 for size in sizes))
            yield f"{entry} bytes a row before the fill factor of 90 %" + (
                f", {entry * rows / 0.9 / 2**20:,.1f} MB at {rows:,} rows" if rows else ""
            )
    if isinstance(part, Table):
        kept = len(part.indexes) + sum(isinstance(one, PrimaryKey | Unique) for one in part.constraints)
        yield f"{kept} index{'' if kept == 1 else 'es'} to write for each row that is added"


def _size(column: Column) -> int | None:
    """The bytes of a value, or None where they vary; an enum takes four."""
    shape = take_apart(column.type)
    row = BY_NAME.get(shape.base)
    return None if shape.dimensions else row.size if row else 4


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def _laws(schema: Schema, table: Table, part: Part) -> Iterator[str]:
    """The laws that a build checks of the object; tables that others own, and what no design made, have none."""
    if table in schema.external or not schema.intent.entities:
        return
    yield from LAWS[type(part)]
    entity = next((one for one in schema.intent.entities if one.table == table.name), None)
    if isinstance(part, Column):
        enums = {qualified(one.schema, one.name) for one in schema.database.enums}
        facts = (
            ("constraint-not-null", not part.nullable),
            ("constraint-default", part.default is not None),
            ("constraint-closed-list", part.type in enums),
            ("owned-by-user", entity is not None and entity.owner_column == part.name),
            ("isolation", entity is not None and entity.owner_column == part.name),
            ("created-at-fixed", entity is not None and entity.created_at == part.name),
            ("updated-at-moves", entity is not None and entity.updated_at == part.name),
            ("soft-delete-hides", entity is not None and entity.deleted_at == part.name),
        )
        yield from (name for name, holds in facts if holds)
    owner = entity.owner_column if entity else None
    if isinstance(part, ForeignKey) and owner in part.columns and len(part.columns) > 1:
        yield "foreign-key-carries-owner"
    if isinstance(part, Index) and any(one.index == part.name for one in schema.intent.patterns):
        yield "pattern-runs"
