"""Entity lists whose features meet in one schema: each build is proven whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from colonnade import api
from colonnade.config import Settings
from colonnade.server import Server
from support.proving import failed


def belongs(target: str, key: str, **more: str) -> dict[str, str]:
    return {"type": "many-to-one", "target_entity": target, "foreign_key": key, **more}


PARTED: list[dict[str, Any]] = [
    {"name": "Event", "attributes": {"id": "uuid", "kind": "text"}, "partition_by": "month of created_at"},
    {"name": "Task", "attributes": {"id": "uuid", "user_id": "uuid", "task_id": "uuid"},
     "relationships": [belongs("Task", "task_id")], "partition_by": "hash of user_id into 2"},
    {"name": "Tag", "attributes": {"id": "uuid", "user_id": "uuid", "name": "string(2)"},
     "relationships": [{"type": "many-to-many", "target_entity": "Task", "cascade": "RESTRICT"}]},
]  # fmt: skip
SHARED: list[dict[str, Any]] = [
    {"name": "Photo", "soft_delete": True,
     "attributes": {"id": "uuid", "code": "char(2)", "currency": "string(20)", "country_code": "char(2)"},
     "constraints": ["currency UNIQUE", "code NOT NULL", "country_code NOT NULL"]},
    {"name": "Tag", "attributes": {"id": "uuid", "label": "text"}},
    {"name": "Pick", "attributes": {"level": "inet"}, "constraints": ["level NOT NULL"], "extends": "Tag",
     "inheritance": "single-table"},
    {"name": "Quiz", "attributes": {"user_id": "uuid", "photo_id": "uuid", "from": "integer", "order": "integer"},
     "relationships": [belongs("Photo", "photo_id")], "constraints": ["from >= 1", "order > from"]},
]  # fmt: skip
MEMBERS: list[dict[str, Any]] = [
    {"name": "Workspace", "attributes": {"id": "uuid", "name": "text"}},
    {"name": "Workspace Member", "attributes": {"id": "uuid", "workspace_id": "uuid", "user_id": "uuid"},
     "relationships": [belongs("Workspace", "workspace_id", cascade="CASCADE")],
     "constraints": ["workspace_id NOT NULL", "user_id NOT NULL", "UNIQUE (workspace_id, user_id)"]},
    {"name": "Channel", "attributes": {"id": "uuid", "workspace_id": "uuid", "name": "text"},
     "relationships": [belongs("Workspace", "workspace_id", cascade="CASCADE")],
     "constraints": ["workspace_id NOT NULL"]},
]  # fmt: skip


FEW: list[dict[str, Any]] = [
    {
        "name": "Boat",
        "attributes": {"user_id": "uuid", "berth": "text"},
        "constraints": ["berth UNIQUE", "berth IN ('north', 'quay''s end', 'south')"],
        "relationships": [belongs("User", "user_id")],
    },
    {"name": "Cafe", "attributes": {"id": "bigint", "size": "enum(small,large)"}},
    {
        "name": "Terrace",
        "attributes": {"notes": "text", "code": "slug"},
        "extends": "Cafe",
        "constraints": ["notes NOT NULL", "notes UNIQUE", "code UNIQUE"],
        "inheritance": "single-table",
    },
    {
        "name": "Contact",
        "attributes": {
            "password_hash": "email",
            "token": "url",
            "phone": "char(2)",
            "email": "string(3)",
            "pin_hash": "char(4)",
        },
        "constraints": [
            "password_hash NOT NULL",
            "token NOT NULL",
            "phone NOT NULL",
            "email NOT NULL",
            "pin_hash UNIQUE",
        ],
    },
    {"name": "Plan", "attributes": {"title": "text"}, "audit_columns": True},
    {"name": "Model", "attributes": {"name": "text"}},
    {
        "name": "Variant",
        "attributes": {"kind": "string"},
        "extends": "Model",
        "inheritance": "single-table",
        "constraints": ["kind NOT NULL", "kind IN ('aa', 'b')"],
    },
]
INDEXED: list[dict[str, Any]] = [
    {
        "name": "Account",
        "attributes": {
            "user_id": "uuid",
            "email": "text",
            "status": "enum(active,closed)",
            "order": "text",
            "dueDate": "date",
            "first name": "text",
            "tags": "text[]",
            "data": "jsonb",
        },
        "relationships": [belongs("User", "user_id")],
        "indexes": [
            "lower(email)",
            "dueDate DESC NULLS LAST, order",
            "first name",
            "(data->>'kind')",
            "tags USING gin",
            "data jsonb_path_ops",
            "status WHERE status = 'active'",
            "user_id, status INCLUDE (email)",
            "UNIQUE (order) WHERE status = 'active'",
        ],
        "constraints": ["UNIQUE (user_id, lower(order))", "email UNIQUE WHERE dueDate IS NOT NULL"],
    },
    {"name": "Ledger", "attributes": {"id": "uuid", "order": "text"}, "constraints": ["UNIQUE (lower(order))"]},
]
BARE: list[dict[str, Any]] = [
    {"name": "Station", "attributes": {"id": "integer"}},
    {"name": "Reading", "attributes": {"dry": "boolean"}, "extends": "Station", "inheritance": "joined"},
]
OPEN: list[dict[str, Any]] = [
    {"name": "Review", "description": "Visible to everyone.", "attributes": {"user_id": "uuid", "draft_id": "uuid"},
     "relationships": [belongs("User", "user_id"), belongs("Draft", "draft_id", cascade="CASCADE")]},
    {"name": "Draft", "attributes": {"user_id": "uuid", "text": "text"}, "relationships": [belongs("User", "user_id")]},
]  # fmt: skip


@pytest.mark.parametrize(
    ("entities", "settings"),
    [
        (PARTED, Settings()),
        (SHARED, Settings()),
        (MEMBERS, Settings(roles=False)),
        (FEW, Settings()),
        (OPEN, Settings()),
        (INDEXED, Settings()),
        (BARE, Settings()),
    ],
    ids=[
        "partitions",
        "shared",
        "members without roles",
        "few values, kinds and secrets",
        "read by all",
        "indexes in SQL",
        "nothing but keys",
    ],
)
def test_a_list_is_proven_whole(
    tmp_path: Path, server: Server, entities: list[dict[str, Any]], settings: Settings
) -> None:
    (tmp_path / "entities.json").write_text(json.dumps({"entities": entities}))
    proofs = api.prove(api.design([str(tmp_path / "entities.json")], settings), settings, server)
    assert failed(proofs) == ()
    assert {one.law for one in proofs} >= {"migration-equals-ddl", "seeds-load", "constraint-primary-key"}
