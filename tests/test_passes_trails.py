"""The audit trail: what is designed where one is asked for, and that the law sees each way in which it could lie."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from colonnade.config import Settings
from colonnade.design.draft import Draft
from colonnade.design.engine import design
from colonnade.design.schema import ForeignKey, Privilege, Schema, Table
from colonnade.prove import LAWS
from colonnade.server import Server
from colonnade.sources import entities
from mutations.schema import with_table
from support.proving import proven

ACCOUNT = {
    "name": "Account",
    "attributes": {"user_id": "uuid", "name": "string(80)", "password_hash": "string(200)"},
    "constraints": ["user_id NOT NULL", "name NOT NULL"],
    "audit_trail": True,
}
COUNTRY = {"name": "Country", "attributes": {"code": "string(2)"}, "audit_trail": True}
LAW = "audit-trail"


def listed(*several: dict[str, object]) -> Draft:
    return entities.read(json.dumps({"entities": several}), "entities.json")


def bank() -> Schema:
    return design(listed(ACCOUNT, COUNTRY), Settings())[0]


def test_a_trail_names_row_owner_action_moment_and_user_and_points_nowhere() -> None:
    trail = bank().database.table("account_changes")
    assert [one.name for one in trail.columns] == [
        "id", "account_id", "user_id", "action", "changed_at", "changed_by", "old_values", "new_values",
    ]  # fmt: skip
    assert not trail.foreign_keys
    assert {(one.grantee, one.kinds) for one in trail.privileges} == {
        ("app_migrator", ("SELECT",)), ("app_reader", ("SELECT",)), ("app_user", ("SELECT",)),
    }  # fmt: skip
    assert not any(one.privileges for one in trail.columns)
    assert [(one.command, one.roles) for one in trail.policies] == [
        ("INSERT", ("app_owner",)), ("SELECT", ("app_reader", "app_user")),
    ]  # fmt: skip


def test_the_trail_of_rows_that_are_nobodys_is_not_everybodys() -> None:
    trail = bank().database.table("country_changes")
    assert [one.grantee for one in trail.privileges] == ["app_migrator"]


def test_the_function_leaves_secrets_out_and_runs_as_the_owner_with_a_fixed_path() -> None:
    function = next(one for one in bank().database.functions if one.name == "record_accounts_change")
    assert function.body.count("- ARRAY['password_hash']") == 2
    assert (function.security_definer, function.owner) == (True, "app_owner")
    assert function.settings == ("row_security=on", "search_path=pg_catalog, pg_temp")


def test_without_roles_there_is_no_trail_and_a_finding_says_why() -> None:
    schema, findings = design(listed(ACCOUNT), Settings(roles=False))
    assert [one.name for one in schema.database.tables] == ["accounts"]
    assert "audit-trail-without-roles" in {one.rule for one in findings}


def test_a_history_that_documents_keep_themselves_gets_no_second_one() -> None:
    own = {"name": "AuditLog", "attributes": {"user_id": "uuid", "what": "text"}, "audit_trail": True}
    schema, _ = design(listed(own), Settings())
    assert [one.name for one in schema.database.tables] == ["audit_logs"]


def changed(table: str, change: Callable[[Table], Table]) -> Callable[[Schema], Schema]:
    return lambda schema: with_table(schema, table, change)


def telling_all(schema: Schema) -> Schema:
    told = (replace(one, body=one.body.replace(" - ARRAY['password_hash']", "")) for one in schema.database.functions)
    return replace(schema, database=replace(schema.database, functions=tuple(told)))


def writable(table: Table) -> Table:
    given = tuple(sorted((*table.privileges, Privilege("app_user", ("INSERT",)))))
    return replace(table, privileges=given, row_security=False, force_row_security=False)


LEADING = ForeignKey(
    "leads", ("account_id",), ("public", "accounts"), ("id",), "CASCADE", deferrable=True, deferred=True
)
FAULTS: dict[str, Callable[[Schema], Schema]] = {
    "nothing is recorded": changed("accounts", lambda one: replace(one, triggers=())),
    "deletions are not recorded": changed(
        "accounts",
        lambda one: replace(
            one,
            triggers=tuple(
                replace(each, events=tuple(event for event in each.events if event != "DELETE"))
                for each in one.triggers
            ),
        ),
    ),
    "secrets are told": telling_all,
    "entries may be changed": changed("account_changes", lambda one: replace(one, triggers=())),
    "the application writes entries": changed("account_changes", writable),
    "a foreign key leads out": changed(
        "account_changes", lambda one: replace(one, constraints=(*one.constraints, LEADING))
    ),
    "everybody reads nobody's trail": changed(
        "country_changes", lambda one: replace(one, privileges=(*one.privileges, Privilege("app_user", ("SELECT",))))
    ),
}


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_the_law_sees_each_fault_and_nothing_else(server: Server, fault: str | None) -> None:
    draft = listed(ACCOUNT, COUNTRY)
    schema = design(draft, Settings())[0]
    schema = FAULTS[fault](schema) if fault else schema
    made = proven(server, draft, Settings(), schema, frozenset({LAW}), frozenset({"roles", "sql"}))
    bad = [one for one in made if not one.passed and one.law == LAW]
    assert bool(bad) == bool(fault), [one.evidence for one in made if one.law == LAW]
    assert LAW in LAWS


AUDITED = Settings(auditor=True)
OVERREACH: dict[str, Callable[[Schema], Schema]] = {
    "reads the accounts": changed(
        "accounts", lambda one: replace(one, privileges=(Privilege("app_auditor", ("SELECT",)), *one.privileges))
    ),
    "removes entries": changed(
        "account_changes", lambda one: replace(one, privileges=(Privilege("app_auditor", ("DELETE",)), *one.privileges))
    ),
    "sees one user's entries": changed(
        "account_changes",
        lambda one: replace(one, policies=tuple(each for each in one.policies if each.roles != ("app_auditor",))),
    ),
}


@pytest.mark.parametrize("fault", [None, *OVERREACH])
def test_an_auditor_reads_every_trail_and_nothing_else(server: Server, fault: str | None) -> None:
    draft = listed(ACCOUNT, COUNTRY)
    schema = design(draft, AUDITED)[0]
    schema = OVERREACH[fault](schema) if fault else schema
    laws = frozenset({"auditor-reads-trails", "attack-reading"})
    made = proven(server, draft, AUDITED, schema, laws, frozenset({"roles", "sql"}))
    bad = [one for one in made if not one.passed]
    assert bool(bad) == bool(fault), [str(one) for one in bad]
    assert {"auditor-reads-trails"} >= {one.law for one in bad} and len(made) > 40


def test_without_a_trail_there_is_no_auditor() -> None:
    schema, findings = design(listed({**ACCOUNT, "audit_trail": False}), AUDITED)
    assert schema.intent.roles is not None and schema.intent.roles.auditor is None
    assert "auditor" in {one.rule for one in findings}
