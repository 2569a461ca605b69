"""A Database as a Schema: what a catalog tells of the intent behind it."""

from __future__ import annotations

import re
from pathlib import PurePath

from colonnade.design.schema import Database, Entity, Intent, Schema


def designed(database: Database, label: str) -> Schema:
    """A design of `database` whose entities are its tables, each model named after its table."""
    feature = re.sub(r"[^a-z0-9]+", "-", PurePath(label.partition("?")[0]).stem.lower()).strip("-") or "schema"
    title = feature.replace("-", " ").capitalize()
    names = _model_names([table.name for table in database.tables])
    entities = tuple(
        Entity(name, table.name, created_at=_column(table, "created_at"), updated_at=_column(table, "updated_at"))
        for name, table in zip(names, database.tables, strict=True)
    )
    unique = {entity.table: entity for entity in reversed(entities)}
    return Schema(database, Intent(feature, title, entities=tuple(sorted(unique.values(), key=lambda one: one.name))))


def _column(table: object, name: str) -> str | None:
    return name if table.has(name) else None  # type: ignore[attr-defined]


def _model_names(tables: list[str]) -> list[str]:
    """A name in CamelCase for each table; equal ones get a number."""
    seen: dict[str, int] = {}
    names = []
    for table in tables:
        words = re.findall(r"[^\W_]+", table)
        name = "".join(word[:1].upper() + word[1:] for word in words) or "Table"
        name = f"T{name}" if name[0].isdigit() else name
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}{seen[name]}")
    return names
