"""Rows of organisations: their members read and write them, nobody else, and nobody makes himself a member."""

from __future__ import annotations

from dataclasses import replace

import pytest

from colonnade.config import Settings
from colonnade.design import document
from colonnade.design.draft import DraftAttribute, DraftEntity
from colonnade.design.engine import design
from colonnade.design.schema import Policy, Privilege, Schema, Table
from colonnade.server import Server
from support.drafts import attribute, draft, entity
from support.proving import failed, proven

LAW = frozenset({"tenant-isolation"})
ONLY = frozenset({"roles", "sql"})
WORKSPACES = draft(
    entity("Organization", attribute("name", "string(80)", nullable=False)),
    entity(
        "Membership",
        attribute("user_id", "uuid", nullable=False),
        attribute("organization_id", "uuid", nullable=False, references="Organization"),
        attribute("role", "enum(owner,admin,member)"),
    ),
    entity(
        "Project",
        attribute("organization_id", "uuid", nullable=False, references="Organization"),
        attribute("name", "string(80)", nullable=False),
        attribute("created_by", "uuid", references="User"),
        soft_delete=True,
    ),
    entity(
        "Task",
        attribute("project_id", "uuid", nullable=False, references="Project"),
        attribute("user_id", "uuid", nullable=False),
        attribute("title", "string(80)", nullable=False),
    ),
    entity("Diary", attribute("user_id", "uuid", nullable=False), attribute("text", "text", nullable=False)),
)


@pytest.fixture(scope="module")
def schema() -> Schema:
    return design(WORKSPACES, Settings())[0]


def changed(schema: Schema, table: str, **changes: object) -> Schema:
    tables = tuple(replace(one, **changes) if one.name == table else one for one in schema.database.tables)
    return replace(schema, database=replace(schema.database, tables=tables))


def with_policy(table: Table, command: str, **changes: str) -> tuple[Policy, ...]:
    return tuple(replace(one, **changes) if one.command == command else one for one in table.policies)


def broken(server: Server, schema: Schema) -> list[str]:
    return [one.subject for one in proven(server, WORKSPACES, Settings(), schema, LAW, ONLY) if not one.passed]


def test_the_tenant_is_named_in_every_row_and_carried_in_foreign_keys(schema: Schema) -> None:
    assert {one.table: (one.audience, one.owner_column, one.tenant_column) for one in schema.intent.entities
            if not one.external} == {
        "diaries": ("owner", "user_id", None),
        "memberships": ("membership", "user_id", "organization_id"),
        "organizations": ("tenant", None, "id"),
        "projects": ("members", None, "organization_id"),
        "tasks": ("members", None, "organization_id"),
    }  # fmt: skip
    keys = {one.columns for one in schema.database.table("tasks").foreign_keys}
    assert ("project_id", "organization_id") in keys
    assert document.load(document.dump(schema), "design.yaml") == schema


def test_every_law_holds(server: Server, schema: Schema) -> None:
    proofs = proven(server, WORKSPACES, Settings(), schema)
    assert failed(proofs) == ()
    subjects = {one.subject for one in proofs if one.law == "tenant-isolation"}
    words = ("members see theirs", "changes no row", "takes no row over", "moves no row there", "removes no row",
             "adds no row", "members write theirs")  # fmt: skip
    assert subjects == {
        *(f"{table}: {word}" for table in ("projects", "tasks") for word in words),
        "organizations: members see theirs",
        "memberships: nobody joins",
    }


@pytest.mark.parametrize(
    ("command", "changes", "attack"),
    [
        ("SELECT", {"using": "true"}, "projects: members see theirs"),
        ("UPDATE", {"using": "true", "check": "true"}, "projects: moves no row there"),
        ("INSERT", {"check": "true"}, "projects: adds no row"),
        ("INSERT", {"check": "false"}, "projects: members write theirs"),
    ],
)
def test_a_wrong_policy_is_caught(
    server: Server, schema: Schema, command: str, changes: dict[str, str], attack: str
) -> None:
    policies = with_policy(schema.database.table("projects"), command, **changes)
    assert attack in broken(server, changed(schema, "projects", policies=policies))


def test_users_who_may_join_a_tenant_by_themselves_are_caught(server: Server, schema: Schema) -> None:
    memberships = schema.database.table("memberships")
    mine = memberships.policies[0].using
    joining = Policy("memberships_insert_own", "INSERT", ("app_user",), check=mine)
    weak = changed(
        schema,
        "memberships",
        policies=tuple(sorted((*memberships.policies, joining), key=lambda one: one.name)),
        privileges=tuple(sorted((*memberships.privileges, Privilege("app_user", ("INSERT",))))),
    )
    assert "memberships: nobody joins" in broken(server, weak)


def test_an_index_serves_the_policy(schema: Schema) -> None:
    table = schema.database.table("projects")
    assert any(one.columns[:1] == ("organization_id",) for one in table.indexes)


def test_without_memberships_there_are_no_tenants() -> None:
    alone = draft(
        entity("Organization", attribute("name", "string(80)", nullable=False)),
        entity("Project", attribute("organization_id", "uuid", nullable=False, references="Organization")),
    )
    made, _ = design(alone, Settings())
    assert {one.audience for one in made.intent.entities} == {"owner"}


def attached(key: object = None) -> DraftEntity:
    listed = attribute("attachable_type", "enum(project,task)", nullable=False)
    identity = attribute("attachable_id", "uuid", **({"nullable": True} if key == "optional" else {}))
    return entity("Attachment", attribute("name", "string(80)"), listed, identity)


def test_what_hangs_on_one_of_several_tables_belongs_to_whom_these_do(server: Server) -> None:
    drafted = draft(*WORKSPACES.entities, attached())
    schema, _ = design(drafted, Settings())
    facts = schema.intent.entity("attachments")
    assert (facts.audience, facts.tenant_column) == ("members", "organization_id")
    keys = {one.columns for one in schema.database.table("attachments").foreign_keys}
    assert {("project_id", "organization_id"), ("task_id", "organization_id")} <= keys
    assert failed(proven(server, drafted, Settings(), schema)) == ()


OWN = attribute("user_id", "uuid", nullable=False)


@pytest.mark.parametrize(
    ("project", "key", "owner"),
    [((OWN,), None, "user_id"), ((), None, None), ((OWN,), "optional", None)],
    ids=["both owned", "one of nobody", "none of them"],
)
def test_rows_on_one_of_several_tables_are_owned_where_all_of_these_are(
    server: Server, project: tuple[DraftAttribute, ...], key: str | None, owner: str | None
) -> None:
    drafted = draft(entity("Project", *project, attribute("name", "text")), entity("Task", OWN), attached(key))
    schema, findings = design(drafted, Settings())
    assert schema.intent.entity("attachments").owner_column == owner
    told = [one.message for one in findings if one.rule == "no-owner" and "attachments" in one.message]
    assert bool(told) == (owner is None)
    assert failed(proven(server, drafted, Settings(), schema)) == ()
