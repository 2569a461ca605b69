"""Roles by least privilege: what the reader may see, and what stays closed to objects made later."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from colonnade.config import Settings
from colonnade.design.engine import design
from colonnade.design.schema import Database, DefaultPrivilege, Privilege, Schema
from colonnade.prove.attack.copy import copied
from colonnade.prove.attack.source import of_design
from colonnade.server import Server, connect, scratch_database
from colonnade.vocabulary import wishes
from colonnade.vocabulary.sensitive import MARK, advice
from support.building import files, only, prepared, psql
from support.drafts import attribute, draft, entity, fact
from support.proving import failed, proven

LAW = frozenset({"reader-reads-only"})
ONLY = frozenset({"roles", "sql"})
DRAFT = draft(
    entity(
        "Account Key",
        attribute("user_id", "uuid", nullable=False),
        attribute("label", "string(80)", nullable=False),
        attribute("api_key", "string(200)", nullable=False),
        attribute("remark", "text", description="Must be encrypted."),
        attribute("prompt_tokens", "integer", nullable=False),
        attribute("token_count", "integer", nullable=False),
        soft_delete=True,
    ),
    entity("Note", attribute("user_id", "uuid", nullable=False), attribute("body", "text")),
)


@pytest.fixture(scope="module")
def schema() -> Schema:
    return design(DRAFT, Settings())[0]


def changed(schema: Schema, table: str, **changes: object) -> Schema:
    tables = tuple(replace(one, **changes) if one.name == table else one for one in schema.database.tables)
    return replace(schema, database=replace(schema.database, tables=tables))


def test_the_reader_is_proven_on_every_table(server: Server, schema: Schema) -> None:
    proofs = proven(server, DRAFT, Settings(), schema, LAW, ONLY)
    assert failed(proofs) == ()
    assert {one.subject for one in proofs} >= {
        "notes: changes nothing",
        "notes: sees its user's rows",
        "account_keys.api_key: is not read",
        "account_keys.remark: is not read",
    }


def test_a_whole_build_with_secrets_holds(server: Server, schema: Schema) -> None:
    assert failed(proven(server, DRAFT, Settings(), schema)) == ()


@pytest.mark.parametrize(
    ("table", "grantee", "kinds", "subject"),
    [
        ("notes", "app_reader", ("INSERT", "SELECT"), "notes: changes nothing"),
        ("notes", "app_reader", ("SELECT", "TRUNCATE"), "notes: changes nothing"),
        ("account_keys", "app_reader", ("SELECT",), "account_keys.api_key: is not read"),
    ],
)
def test_a_reader_that_may_more_is_caught(
    server: Server, schema: Schema, table: str, grantee: str, kinds: tuple[str, ...], subject: str
) -> None:
    there = tuple(one for one in schema.database.table(table).privileges if one.grantee != grantee)
    weak = changed(schema, table, privileges=tuple(sorted((*there, Privilege(grantee, kinds)))))
    broken = [one.subject for one in proven(server, DRAFT, Settings(), weak, LAW, ONLY) if not one.passed]
    assert subject in broken


def test_a_reader_that_sees_everybody_is_caught(server: Server, schema: Schema) -> None:
    policies = tuple(
        replace(one, using="true") if one.command == "SELECT" else one
        for one in schema.database.table("notes").policies
    )
    weak = changed(schema, "notes", policies=policies)
    broken = [one.subject for one in proven(server, DRAFT, Settings(), weak, LAW, ONLY) if not one.passed]
    assert broken == ["notes: sees its user's rows"]


def test_seeds_hold_no_secret(schema: Schema) -> None:
    texts = "".join(text for path, text in files(schema, "seeds").items() if "account_key" in path)
    assert "!locked-1" in texts


def test_a_reader_may_be_left_out(server: Server) -> None:
    made, _ = design(DRAFT, Settings(roles=False))
    assert made.database.default_privileges == ()
    assert not any(one.privileges for table in made.database.tables for one in table.columns)
    assert any(MARK in (one.comment or "") for one in made.database.table("account_keys").columns)
    assert failed(proven(server, DRAFT, Settings(roles=False), made)) == ()


def test_functions_made_later_are_closed_and_public_makes_nothing(server: Server, scratch: str, schema: Schema) -> None:
    assert schema.database.default_privileges == (DefaultPrivilege("app_owner", "FUNCTIONS", ()),)
    with prepared(server, schema, scratch):
        psql(server, scratch, only(files(schema, "sql"), "schema.sql"), "app_migrator")
        with connect(server.dsn(scratch)) as connection:
            connection.execute("SET ROLE app_owner; CREATE FUNCTION later() RETURNS int LANGUAGE sql AS 'SELECT 1'")
            asked = (
                "SELECT has_function_privilege(%s, 'later()', 'EXECUTE'), has_schema_privilege(%s, 'public', 'CREATE')"
            )
            for role in ("app_user", "app_reader"):
                assert connection.execute(asked, [role, role]).fetchone() == (False, False)
        with connect(server.dsn(scratch)) as connection:
            connection.execute("DROP OWNED BY app_owner")


def test_the_order_of_default_privileges_is_undone_by_the_way_back() -> None:
    from colonnade.diff import creation

    closed = Database(default_privileges=(DefaultPrivilege("app_owner", "FUNCTIONS", ()),))
    (made,) = creation(closed)
    back = made.reverse()
    assert [step.sql for step in made.steps()] == [
        "ALTER DEFAULT PRIVILEGES FOR ROLE app_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"
    ]
    assert [step.sql for step in back.steps()] == [
        "ALTER DEFAULT PRIVILEGES FOR ROLE app_owner GRANT EXECUTE ON FUNCTIONS TO PUBLIC"
    ]


@pytest.mark.parametrize(
    ("column", "description", "sensitive"),
    [
        ("password", "", True), ("password_hash", "", True), ("hashed_password", "", True), ("api_key", "", True),
        ("refresh_token", "", True), ("token", "", True), ("ssn", "", True), ("card_number", "", True),
        ("national_id", "", True), ("iban", "", True), ("notes", "Confidential remarks", True),
        ("password_changed_at", "", False), ("token_count", "", False), ("prompt_tokens", "", False),
        ("secretary", "", False), ("tokenizer", "", False), ("is_secret", "", False), ("title", "", False),
        ("card_number_last4", "", False),
    ],
)  # fmt: skip
def test_sensitive_values_are_known_by_name_and_wording(column: str, description: str, sensitive: bool) -> None:
    assert (advice(column, description) is not None) == sensitive


@pytest.mark.parametrize("power", ["BYPASSRLS", "SUPERUSER", "IN ROLE app_owner"])
def test_roles_sql_stops_where_the_application_was_there_with_powers(
    server: Server, schema: Schema, power: str
) -> None:
    text = only(files(schema, "roles"), "roles.sql")
    powerful = f"CREATE ROLE app_owner NOLOGIN; CREATE ROLE app_user LOGIN {power}; CREATE ROLE app_reader; "
    with scratch_database(server) as name, connect(server.dsn(name)) as administrator:
        statements = text.replace("BEGIN;\n", f"BEGIN; {powerful}", 1).removesuffix("COMMIT;\n")
        with pytest.raises(psycopg.errors.RaiseException, match="row-level security does not bind app_user"):
            administrator.execute(statements.encode())
        administrator.execute("ROLLBACK")


def test_the_application_has_no_privilege_beyond_rows_and_no_function_of_a_trigger(server: Server) -> None:
    memo = entity("Memo", attribute("user_id", "uuid", nullable=False), attribute("body", "text"), soft_delete=True)
    memo = replace(memo, wishes=(fact((wishes.TRAIL, "every change is recorded")),))
    asked = (fact("Memos offer full-text search on body"),)
    source = of_design(design(replace(draft(memo), requirements=asked), Settings())[0])
    with copied(server, source) as copy, connect(server.dsn(copy.name)) as administrator:
        privileges = "SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER, MAINTAIN".split(", ")
        more = administrator.execute(
            "SELECT relname, kind FROM pg_class, unnest(%s::text[]) AS kind WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p', 'v') AND has_table_privilege('app_user', pg_class.oid, kind)",
            [privileges[4:]],
        ).fetchall()
        functions = administrator.execute(
            "SELECT proname, prosecdef, has_function_privilege('app_user', oid, 'EXECUTE') FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype"
        ).fetchall()
        creates = administrator.execute(
            "SELECT has_schema_privilege('app_user', 'public', 'CREATE'),"
            " has_database_privilege('app_user', current_database(), 'CREATE')"
        ).fetchone()
    assert more == [] and creates == (False, False)
    assert any(definer for _, definer, _ in functions) and not any(callable_ for *_, callable_ in functions)
