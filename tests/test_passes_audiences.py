"""Who reads and who writes: rows for everyone, reference data, and what is neither."""

from __future__ import annotations

from dataclasses import replace

import pytest

from colonnade.config import Settings
from colonnade.design import document
from colonnade.design.engine import design
from colonnade.design.schema import Privilege, Schema
from colonnade.server import Server
from support.drafts import attribute, draft, entity
from support.proving import failed, proven

LAW = frozenset({"audience-holds"})
ONLY = frozenset({"roles", "sql"})
BLOG = draft(
    entity(
        "Post",
        attribute("user_id", "uuid", nullable=False),
        attribute("title", "string(80)", nullable=False),
        description="An article, visible to everyone.",
    ),
    entity(
        "Comment",
        attribute("user_id", "uuid", nullable=False),
        attribute("post_id", "uuid", nullable=False, references="Post"),
        attribute("body", "text", nullable=False),
    ),
    entity(
        "Country",
        attribute("code", "string(2)", nullable=False, unique=True),
        attribute("name", "string(80)", nullable=False),
        description="Reference data, maintained by administrators.",
    ),
    entity(
        "Reaction",
        attribute("post_id", "uuid", nullable=False, references="Post"),
        attribute("kind", "string(20)", nullable=False),
    ),
)


@pytest.fixture(scope="module")
def schema() -> Schema:
    return design(BLOG, Settings())[0]


def policy(schema: Schema, table: str, command: str, **changes: object) -> Schema:
    def change(one: object) -> object:
        policies = tuple(replace(each, **changes) if each.command == command else each for each in one.policies)
        return replace(one, policies=policies) if one.name == table else one

    return replace(schema, database=replace(schema.database, tables=tuple(map(change, schema.database.tables))))


def test_the_audience_is_read_from_the_wording(schema: Schema) -> None:
    assert {one.table: (one.audience, one.owner_column) for one in schema.intent.entities if not one.external} == {
        "posts": ("everyone", "user_id"),
        "comments": ("owner", "user_id"),
        "countries": ("reference", None),
        "reactions": ("owner", None),
    }
    assert document.load(document.dump(schema), "design.yaml") == schema


def test_who_may_point_at_a_row_for_everyone_needs_no_owner_in_common(schema: Schema) -> None:
    keys = {one.columns for one in schema.database.table("comments").foreign_keys}
    assert keys == {("post_id",), ("user_id",)}


def test_a_list_of_administrators_is_no_warning(schema: Schema) -> None:
    told = [one.message for one in design(BLOG, Settings())[1] if one.rule == "no-owner"]
    assert [one for one in told if "countries" in one] == []


def test_every_law_holds(server: Server, schema: Schema) -> None:
    proofs = proven(server, BLOG, Settings(), schema)
    assert failed(proofs) == ()
    assert {one.subject for one in proofs if one.law == "audience-holds"} == {
        "posts: every user reads", "posts: changes no row", "posts: removes no row", "posts: adds no row for the owner",
        "countries: is only read",
    }  # fmt: skip


def test_it_holds_without_roles_too(server: Server) -> None:
    settings = Settings(roles=False)
    assert failed(proven(server, BLOG, settings, design(BLOG, settings)[0])) == ()


@pytest.mark.parametrize(
    ("command", "changes", "subject"),
    [
        ("SELECT", {"using": "true"}, "posts: every user reads"),
        ("UPDATE", {"using": "true", "check": "true"}, "posts: changes no row"),
        ("DELETE", {"using": "true"}, "posts: removes no row"),
        ("INSERT", {"check": "true"}, "posts: adds no row for the owner"),
    ],
)
def test_a_wider_policy_is_caught(
    server: Server, schema: Schema, command: str, changes: dict[str, str], subject: str
) -> None:
    weak = policy(schema, "posts", command, **changes)
    broken = [one.subject for one in proven(server, BLOG, Settings(), weak, LAW, ONLY) if not one.passed]
    assert broken == [subject]


def test_an_application_that_writes_reference_data_is_caught(server: Server, schema: Schema) -> None:
    tables = tuple(
        replace(one, privileges=(*one.privileges, Privilege("app_user", ("UPDATE",))))
        if one.name == "countries"
        else one
        for one in schema.database.tables
    )
    weak = replace(schema, database=replace(schema.database, tables=tables))
    broken = [one.subject for one in proven(server, BLOG, Settings(), weak, LAW, ONLY) if not one.passed]
    assert broken == ["countries: is only read"]
