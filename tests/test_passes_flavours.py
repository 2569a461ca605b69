"""Hosts that tell PostgreSQL the current user in a way of their own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from colonnade.config import Settings
from colonnade.design import document
from colonnade.design.draft import Draft
from colonnade.design.engine import design
from colonnade.server import Server
from support.building import files, only
from support.drafts import attribute, draft, entity
from support.proving import failed, proven

NOTES = draft(
    entity(
        "Note",
        attribute("user_id", "uuid", nullable=False, references="auth.users.id"),
        attribute("body", "text", nullable=False),
    ),
    entity(
        "Line",
        attribute("note_id", "uuid", nullable=False, references="Note"),
        attribute("text", "text", nullable=False),
    ),
)
NAMED = replace(
    draft(entity("Note", attribute("user_id", "uuid", nullable=False), attribute("body", "text"))),
    database_provider="supabase",
)


@pytest.mark.parametrize("given", [NOTES, NAMED], ids=["auth.users", "provider"])
def test_supabase_is_asked_for_the_user(given: Draft) -> None:
    made, _ = design(given, Settings())
    policies = made.database.table("notes").policies
    assert {one.roles for one in policies} == {("authenticated",)}
    assert all("(SELECT auth.uid())" in (one.using or one.check or "") for one in policies)
    assert (made.intent.setting, made.intent.roles and made.intent.roles.reader) == ("request.jwt.claim.sub", None)
    assert document.load(document.dump(made), "design.yaml") == made


def test_roles_sql_makes_none_of_the_roles_of_supabase() -> None:
    made, _ = design(NOTES, Settings())
    text = only(files(made, "roles"), "roles.sql")
    assert "CREATE ROLE authenticated" not in text
    assert "anon" not in text


@pytest.mark.parametrize("given", [NOTES, NAMED], ids=["auth.users", "provider"])
def test_every_law_holds_on_a_stand_in(server: Server, given: Draft) -> None:
    made, _ = design(given, Settings())
    proofs = proven(server, given, Settings(), made)
    assert failed(proofs) == ()
    assert any(one.law == "isolation" for one in proofs)


def test_an_elaborated_design_is_without_what_supabase_brings(server: Server) -> None:
    from colonnade.elaborate import canonical

    built = canonical(server, design(NOTES, Settings())[0])
    assert [one for one in built.functions if one.schema == "auth"] == []
    assert [one.name for one in built.tables] == ["lines", "notes"]
