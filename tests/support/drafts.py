"""Drafts written by hand, in a form short enough to read at a glance."""

from __future__ import annotations

import re
from itertools import count

from colonnade.design.draft import (
    Draft,
    DraftAttribute,
    DraftEntity,
    DraftIndex,
    DraftRelationship,
    Fact,
    IndexingStrategy,
)
from colonnade.errors import Place

_LINES = count(1)


def fact(value: object) -> Fact:
    """`value` as stated at a line of its own."""
    return Fact(value, Place("spec.md", next(_LINES), 1))


def attribute(name: str, written: str | None = None, **facts: object) -> DraftAttribute:
    """An attribute; `enum(a,b)` is a closed list, other keywords are facts such as `nullable=False`."""
    listed = re.fullmatch(r"enum\((.*)\)", written or "")
    values = {"enum_values": fact(tuple(part.strip() for part in listed[1].split(",")))} if listed else {}
    type_ = fact("enum" if listed else written) if written is not None else None
    description = str(facts.pop("description", ""))
    stated = {key: fact(value) for key, value in facts.items()}
    return DraftAttribute(fact(name), type_, description=description, **values, **stated)


def relation(kind: str, target: str, **facts: object) -> DraftRelationship:
    """A relationship; keywords are facts such as `foreign_key="user_id"` and `on_delete="CASCADE"`."""
    return DraftRelationship(fact(kind), fact(target), **{key: fact(value) for key, value in facts.items()})


def index(*columns: str, **options: object) -> DraftIndex:
    return DraftIndex(fact(columns), **options)


def entity(
    name: str,
    *attributes: DraftAttribute,
    relations: tuple[DraftRelationship, ...] = (),
    indexes: tuple[DraftIndex, ...] = (),
    uniques: tuple[DraftIndex, ...] = (),
    constraints: tuple[str, ...] = (),
    kind: str = "table",
    table: str | None = None,
    soft_delete: bool | None = None,
    description: str = "",
) -> DraftEntity:
    return DraftEntity(
        fact(name),
        fact(kind),
        fact(table) if table else None,
        attributes,
        relations,
        indexes,
        uniques,
        tuple(fact(one) for one in constraints),
        None if soft_delete is None else fact(soft_delete),
        description=description,
    )


def draft(*entities: DraftEntity, strategy: IndexingStrategy | None = None, feature: str = "001-sample") -> Draft:
    return Draft(entities, feature, f"specs/{feature}/spec.md", indexing_strategy=strategy or IndexingStrategy())


def task_management(soft_delete: bool | None = None) -> Draft:
    """The example of reference 1."""
    return draft(
        entity(
            "Task",
            attribute("id", "uuid"),
            attribute("user_id", "uuid"),
            attribute("title", "string(200)"),
            attribute("description", "text"),
            attribute("status", "enum(todo,in_progress,done)"),
            attribute("priority", "enum(low,medium,high)"),
            attribute("due_date", "date"),
            attribute("created_at", "timestamp"),
            attribute("updated_at", "timestamp"),
            relations=(relation("many-to-one", "User", foreign_key="user_id", on_delete="CASCADE"),),
            indexes=(index("user_id"), index("status"), index("due_date")),
            constraints=("title NOT NULL", "user_id NOT NULL"),
            soft_delete=soft_delete,
        ),
        feature="001-task-management",
    )
