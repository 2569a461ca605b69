"""Readings of code forms as plain dictionaries, so that a test shows what a person would say of the block."""

from __future__ import annotations

from typing import Any

from colonnade.design.draft import DraftAttribute, DraftEntity
from colonnade.errors import Place
from colonnade.sources.reading import Reading

PLACE = Place("spec.md", 10, 1)
_FACTS = (
    "type", "nullable", "unique", "primary_key", "default", "enum_values", "min_length", "max_length", "references",
    "on_delete", "stored",
)  # fmt: skip


def facts(attribute: DraftAttribute) -> dict[str, Any]:
    """What an attribute states, by field."""
    return {name: fact.value for name in _FACTS if (fact := getattr(attribute, name)) is not None}


def entity(reading: Reading | None, name: str, apart: bool = False) -> DraftEntity:
    assert reading is not None
    found = reading.stated_apart if apart else reading.entities
    return next(one for one in found if one.name.value == name)


def column(reading: Reading | None, table: str, name: str) -> dict[str, Any]:
    return facts(next(one for one in entity(reading, table).attributes if one.name.value == name))


def columns(reading: Reading | None, table: str) -> list[str]:
    return [one.name.value for one in entity(reading, table).attributes]


def relations(reading: Reading | None, table: str, apart: bool = False) -> list[tuple[str, str, str | None]]:
    return [
        (one.kind.value, one.target.value, one.foreign_key.value if one.foreign_key else None)
        for one in entity(reading, table, apart).relationships
    ]


def names(reading: Reading | None) -> list[str]:
    return [one.name.value for one in reading.entities] if reading else []
