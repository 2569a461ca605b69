"""A feature with every kind of claim that the prover derives from documents, and builds of it for tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from colonnade import writers
from colonnade.config import Settings
from colonnade.design.draft import Draft, DraftEntity, Fact, Limit
from colonnade.design.schema import Schema
from colonnade.errors import Place
from colonnade.findings import Proof
from colonnade.prove import prove_build
from colonnade.server import Server
from colonnade.sources import entities
from colonnade.writers.file import Request

PLANNER = {
    "spec_file": "specs/007-planner/spec.md",
    "entities": [
        {
            "name": "Project",
            "attributes": {
                "id": "uuid",
                "user_id": "uuid",
                "name": "string(80)",
                "budget": "decimal(10,2)",
                "starts_on": "date",
                "ends_on": "date",
            },
            "constraints": ["name NOT NULL", "user_id NOT NULL", "budget >= 0", "ends_on > starts_on"],
            "audit_columns": True,
            "relationships": [
                {"type": "many-to-one", "target_entity": "User", "foreign_key": "user_id", "cascade": "CASCADE"}
            ],
        },
        {
            "name": "Task",
            "attributes": {
                "id": "uuid",
                "user_id": "uuid",
                "project_id": "uuid",
                "title": "string(200)",
                "reference": "string(20)",
                "status": "enum(todo,in_progress,done)",
                "priority": "enum(low,medium,high)",
                "estimate": "integer",
                "due_date": "date",
            },
            "indexes": ["status", "due_date"],
            "constraints": ["title NOT NULL", "project_id NOT NULL", "estimate BETWEEN 1 AND 100", "reference UNIQUE"],
            "relationships": [
                {"type": "many-to-one", "target_entity": "User", "foreign_key": "user_id", "cascade": "CASCADE"},
                {"type": "many-to-one", "target_entity": "Project", "foreign_key": "project_id", "cascade": "RESTRICT"},
            ],
            "soft_delete": True,
            "optimistic_locking": True,
        },
        {
            "name": "Comment",
            "attributes": {
                "id": "uuid",
                "task_id": "uuid",
                "body": "text",
                "rating": "integer",
                "author_email": "string(60)",
            },
            "constraints": [
                "body NOT NULL",
                "task_id NOT NULL",
                "rating IN (1, 2, 3)",
                "author_email ~ '^[^@ ]+@[^@ ]+$'",
            ],
            "relationships": [
                {"type": "many-to-one", "target_entity": "Task", "foreign_key": "task_id", "cascade": "CASCADE"}
            ],
            "soft_delete": True,
        },
    ],
}


def planner() -> Draft:
    """Projects, tasks and comments of users, as an entity list states them; a document adds a bound and a search."""
    draft = entities.read(json.dumps(PLANNER, indent=1), "planner.json")
    return replace(draft, entities=tuple(_searched(_with_least_budget(one)) for one in draft.entities))


def _with_least_budget(entity: DraftEntity) -> DraftEntity:
    least = Fact(Limit("0"), Place("planner.md", 1, 1))
    attributes = (replace(one, least=least) if one.name.value == "budget" else one for one in entity.attributes)
    return replace(entity, attributes=tuple(attributes))


def _searched(entity: DraftEntity) -> DraftEntity:
    return replace(entity, description="Full-text search on body") if entity.name.value == "Comment" else entity


@contextmanager
def built(schema: Schema, settings: Settings, only: frozenset[str] | None = None) -> Iterator[Path]:
    """The output tree of `schema`, by all writers or those that `only` names."""
    with TemporaryDirectory(prefix="colonnade-") as folder:
        for file in writers.write(Request(schema, settings), only):
            path = Path(folder, file.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.text, encoding="utf-8", newline="")
        yield Path(folder)


def proven(
    server: Server,
    draft: Draft | None,
    settings: Settings,
    schema: Schema,
    laws: frozenset[str] | None = None,
    only: frozenset[str] | None = None,
) -> tuple[Proof, ...]:
    """The proofs of a build of `schema` as if it had been designed from `draft`."""
    with built(schema, settings, only) as tree:
        return prove_build(tree, schema, draft, settings, server, lambda proof: None, laws)


def failed(proofs: tuple[Proof, ...]) -> tuple[str, ...]:
    """The proofs that failed, as texts."""
    return tuple(str(proof) for proof in proofs if not proof.passed)
