"""The attack suite on schemas that others wrote: what is recognised, what leaks, and that the exploits work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from colonnade import cli
from colonnade.config import Settings
from colonnade.design.engine import design
from colonnade.design.schema import Extension, ForeignKey
from colonnade.errors import InputError
from colonnade.prove.attack import ATTACKS, Report, Verdict, attacked, ordered, report
from colonnade.prove.attack.copy import OWNER, copied
from colonnade.prove.attack.source import Source, of_design, of_live, of_sql
from colonnade.prove.attack.suite import besieged
from colonnade.server import Server, connect, scratch_database, scratch_roles
from support.drafts import attribute, draft, entity, index
from support.proving import planner

CARELESS = Path(__file__).parent / "fixtures" / "careless"
OWN = "user_id = nullif(current_setting('app.me', true), '')::uuid"


def careless(server: Server, name: str) -> Source:
    path = CARELESS / f"{name}.sql"
    return of_sql(server, {path.name: path.read_text(encoding="utf-8")})


def leaks(found: Report) -> dict[str, set[str]]:
    """The attacks that leaked, by table."""
    made: dict[str, set[str]] = {}
    for one in found.of(Verdict.LEAKED):
        made.setdefault(one.table, set()).add(one.attack.name)
    return made


def verdicts(found: Report, table: str) -> dict[str, Verdict]:
    return {one.attack.name: one.result.verdict for one in found.attempts if one.table == table}


def of(server: Server, text: str) -> Source:
    return of_sql(server, {"schema.sql": text})


@contextmanager
def notes(server: Server, *more: str) -> Iterator[Report]:
    """A well guarded table, and `more` SQL after it."""
    text = f"""
CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid NOT NULL, body text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON notes TO app USING ({OWN}) WITH CHECK ({OWN});
GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO app;
"""
    yield attacked(server, of(server, "\n".join([text, *more])))


# --- careless schemas ---------------------------------------------------------------------------------------------


def test_an_owner_that_nothing_is_forced_on_sees_and_does_everything(server: Server) -> None:
    found = attacked(server, careless(server, "notes"))
    assert (found.application, found.setting) == ("notes_app", "app.user_id")
    assert "read-all" in leaks(found)["users"]
    assert {"read-all", "insert-as-another", "update-blind", "delete-blind", "truncate", "disable-row-security",
            "read-copy", "pooled-connection", "drop-table"} <= leaks(found)["notes"]  # fmt: skip
    assert not found.holds


def test_a_policy_for_reading_alone_leaves_writing_open(server: Server) -> None:
    found = attacked(server, careless(server, "projects"))
    assert (found.application, found.setting) == ("web", "app.user")
    assert "read-all" in leaks(found)["users"]
    assert {table: names for table, names in leaks(found).items() if table != "users"} == {
        "projects": {"insert-as-another", "insert-unset-user", "insert-empty-user", "update-blind", "update-take-over",
                     "update-give-away-blind", "update-unset-user", "update-empty-user", "delete-blind",
                     "delete-unset-user", "delete-empty-user", "truncate", "cascade-across", "add-trigger"},
        "todos": {"insert-as-another", "insert-unset-user", "insert-empty-user", "update-blind", "update-take-over",
                  "update-give-away-blind", "update-unset-user", "update-empty-user", "delete-blind",
                  "delete-unset-user", "delete-empty-user", "truncate", "attach-to-another", "probe-foreign-key",
                  "probe-unique-key", "add-trigger"},
    }  # fmt: skip


def test_views_and_definer_functions_let_rows_of_a_guarded_table_through(server: Server) -> None:
    found = attacked(server, careless(server, "invoices"))
    assert (found.application, found.setting) == ("app", "request.tenant")
    assert leaks(found) == {"invoices": {"view-read", "view-leaky-function", "materialised-view", "definer-function"}}
    assert verdicts(found, "invoices")["channel-overseer"] == Verdict.ACCEPTED
    assert verdicts(found, "invoices")["owner-role"] == Verdict.ACCEPTED
    assert verdicts(found, "invoices")["channel-sequence-values"] == Verdict.ACCEPTED


@pytest.mark.parametrize("name", ["notes", "projects", "invoices"])
def test_every_exploit_that_reads_works_when_a_person_types_it(server: Server, name: str) -> None:
    source = careless(server, name)
    with copied(server, source) as copy:
        found = besieged(server, copy, copy.name)
        assert found.of(Verdict.LEAKED)
        for one in found.of(Verdict.LEAKED):
            assert one.result.exploit[0].startswith("-- as ")
            if one.attack.name not in ("read-all", "read-by-key", "read-by-subselect", "view-read", "update-blind"):
                continue
            role = one.result.exploit[0].removeprefix("-- as ")
            with connect(server.dsn(copy.name, role)) as person:
                try:
                    answers = [person.execute(line.encode()) for line in one.result.exploit[1:-1]]
                    assert answers[-1].rowcount > 0, one.attack.name
                except psycopg.IntegrityError as error:
                    assert f"{error.sqlstate} by {error.diag.constraint_name}, past" in one.result.evidence
                person.execute("ROLLBACK")


# --- what is recognised -------------------------------------------------------------------------------------------


def test_the_setting_is_found_in_the_function_that_a_policy_calls_and_may_hold_claims(server: Server) -> None:
    text = """
CREATE SCHEMA auth;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub')::uuid $$;
GRANT USAGE ON SCHEMA auth TO anon, authenticated;
CREATE TABLE posts (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid NOT NULL, body text);
ALTER TABLE posts ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON posts USING (auth.uid() = user_id) WITH CHECK (auth.uid() = user_id);
ALTER TABLE posts OWNER TO keeper;
GRANT SELECT, INSERT, UPDATE, DELETE ON posts TO anon, authenticated;
"""
    found = attacked(server, of(server, text))
    assert (found.application, found.setting) == ("authenticated", "request.jwt.claims")
    assert verdicts(found, "posts")["read-all"] == Verdict.HELD
    assert leaks(found) == {"posts": {"owner-role"}}


def test_files_written_for_supabase_find_its_user_its_users_and_its_grants(server: Server) -> None:
    text = """
create table todos (id bigint generated by default as identity primary key, user_id uuid references auth.users not null,
  task text);
alter table todos enable row level security;
create policy own on todos using ((select auth.uid()) = user_id);
create table messages (id uuid primary key, user_id uuid not null references auth.users, body text);
"""
    found = attacked(server, of(server, text))
    assert (found.application, found.setting) == ("authenticated", "request.jwt.claim.sub")
    assert leaks(found)["todos"] == {"truncate", "add-trigger", "owner-role"}
    assert {"read-all", "delete-blind"} <= leaks(found)["messages"]
    assert not found.of(Verdict.UNPROVEN)


def test_a_supabase_project_is_attacked_as_its_dump_stands(server: Server) -> None:
    found = attacked(server, careless(server, "clubs"))
    assert leaks(found) == {
        "clubs": {"open-by-joining"},
        "speeches": {"open-by-joining"},
        "diary": {"definer-function"},
    }
    assert not found.of(Verdict.UNPROVEN) and not found.unclear
    assert set(found.apart) == {"colours", "diary_trail", "storage.buckets", "storage.objects"}
    assert {one.table for one in found.attempts} >= {"auth.users", "public.users", "members"}
    assert verdicts(found, "clubs")["update-another"] == Verdict.HELD
    assert verdicts(found, "diary")["upsert"] == Verdict.HELD


def test_a_user_who_is_no_number_is_refused_and_a_switch_is_not_the_user(server: Server) -> None:
    text = """
CREATE TABLE parts (
    id serial PRIMARY KEY, tenant int NOT NULL DEFAULT current_setting('a.tenant')::int, "Kind" text NOT NULL
);
ALTER TABLE parts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_of_them ON parts TO app USING (current_setting('a.switch', true) = 'on');
CREATE POLICY own ON parts TO app USING (tenant = current_setting('a.tenant')::int);
GRANT SELECT, INSERT, UPDATE, DELETE ON parts TO app;
GRANT USAGE ON SEQUENCE parts_id_seq TO app;
"""
    found = attacked(server, of(server, text))
    assert found.setting == "a.tenant" and found.holds
    assert verdicts(found, "parts")["channel-other-settings"] == Verdict.ACCEPTED


SIGNED = """
CREATE ROLE keeper NOLOGIN;
CREATE TABLE keys (secret text NOT NULL);
ALTER TABLE keys OWNER TO keeper;
INSERT INTO keys VALUES ('known to the application server alone');
CREATE FUNCTION verified() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ SELECT split_part(told, '.', 1)::uuid FROM public.keys, current_setting('app.me', true) AS told
          WHERE split_part(told, '.', 2)
              = encode(sha256(convert_to(split_part(told, '.', 1) || secret, 'UTF8')), 'hex') $$;
ALTER FUNCTION verified() OWNER TO keeper;
CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid NOT NULL, body text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON notes TO app USING (user_id = (SELECT verified()));
GRANT SELECT ON notes TO app;
INSERT INTO notes (user_id, body) SELECT md5(n::text)::uuid, 'note' FROM generate_series(1, 3) AS n;
"""


def test_a_signed_token_is_the_stronger_variant_of_a_bare_user(server: Server) -> None:
    with scratch_roles(server, ("app", "keeper"), "LOGIN"), scratch_database(server) as name:
        with connect(server.dsn(name)) as administrator:
            administrator.execute(SIGNED.replace("CREATE ROLE keeper NOLOGIN;", ""))
        with connect(server.dsn(name, "app")) as session:
            user = "md5('1')::uuid::text"
            secret = "'known to the application server alone'"
            for token, rows in (
                (user, 0),
                (f"{user} || '.' || encode(sha256(convert_to({user} || 'a guess', 'UTF8')), 'hex')", 0),
                (f"{user} || '.' || encode(sha256(convert_to({user} || {secret}, 'UTF8')), 'hex')", 1),
            ):
                session.execute(f"SELECT set_config('app.me', {token}, false)".encode())
                assert session.execute("SELECT count(*) FROM notes").fetchone() == (rows,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute("TABLE keys")


def test_column_grants_are_the_stronger_variant_against_probing_of_keys(server: Server) -> None:
    more = "REVOKE INSERT, UPDATE ON notes FROM app; GRANT INSERT (user_id, body), UPDATE (body) ON notes TO app;"
    with notes(server, more) as found:
        assert verdicts(found, "notes")["channel-probe-primary-key"] == Verdict.HELD and found.holds


def test_what_is_sent_by_notify_is_heard_by_every_session(server: Server) -> None:
    with scratch_database(server) as name, connect(server.dsn(name)) as one, connect(server.dsn(name)) as other:
        other.execute("LISTEN changes")
        one.execute("SELECT pg_notify('changes', 'a row of somebody')")
        heard = next(other.notifies(timeout=5, stop_after=1))
        assert heard.payload == "a row of somebody"


def test_an_exclusion_among_all_users_tells_of_others(server: Server) -> None:
    more = """
ALTER TABLE notes ADD span int4range;
ALTER TABLE notes ADD CONSTRAINT apart EXCLUDE USING gist (span WITH &&);
"""
    with notes(server, more) as found:
        assert leaks(found) == {"notes": {"probe-unique-key"}}


def test_a_table_of_its_users_is_guarded_by_its_key(server: Server) -> None:
    text = """
CREATE TABLE people (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text NOT NULL UNIQUE, "Full Name" text);
ALTER TABLE people ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY self ON people TO app USING (id = nullif(current_setting('app.me', true), '')::uuid);
GRANT SELECT, UPDATE ("Full Name") ON people TO app;
"""
    source = of(server, text)
    assert dict(source.scoped) == {("public", "people"): "id"}
    assert attacked(server, source).holds


def test_a_table_whose_owner_stands_elsewhere_is_attacked_by_way_of_it(server: Server) -> None:
    text = f"""
CREATE TABLE chats (id uuid PRIMARY KEY, user_id uuid NOT NULL);
CREATE TABLE messages (id uuid PRIMARY KEY, chat_id uuid NOT NULL REFERENCES chats);
ALTER TABLE chats ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE messages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON chats TO app USING ({OWN});
CREATE POLICY own ON messages TO app USING (EXISTS (SELECT FROM chats WHERE chats.id = chat_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON chats, messages TO app;
"""
    source = of(server, text)
    found = attacked(server, source)
    assert dict(source.through) == {("public", "messages"): (("public", "chats"), "id")}
    assert found.holds and verdicts(found, "messages")["insert-as-another"] == Verdict.HELD


USERS = f"""
CREATE ROLE login_service NOLOGIN;
CREATE TABLE users (id uuid PRIMARY KEY, email text NOT NULL);
ALTER TABLE users OWNER TO login_service;
GRANT REFERENCES ON users TO keeper;
GRANT SELECT (id) ON users TO mover;
CREATE TABLE notes (id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES users, body text NOT NULL);
ALTER TABLE notes OWNER TO keeper;
ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON notes TO app USING ({OWN}) WITH CHECK ({OWN});
CREATE POLICY read ON notes FOR SELECT TO app USING ({OWN});
CREATE POLICY passing ON notes TO mover USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO app, mover;
"""


def test_users_of_others_are_no_leak_and_named_as_not_covered(server: Server) -> None:
    found = attacked(server, of(server, USERS))
    assert found.holds and not leaks(found), leaks(found)
    assert found.uncovered == ("public.users",) and "not covered: public.users has no row" in report.text(found)
    assert report.as_json(found)["uncovered"] == ["public.users"]
    assert verdicts(found, "users")["owner-role"] == Verdict.NOT_APPLICABLE
    assert verdicts(found, "notes")["channel-overseer"] == Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("more", "table", "attacks"),
    [
        ("CREATE VIEW people AS SELECT * FROM users; GRANT SELECT ON people TO app", "users", {"view-read"}),
        ("GRANT SELECT ON users TO app", "users", {"read-all", "read-unset-user"}),
        ("GRANT SELECT (email) ON users TO PUBLIC", "users", {"read-all"}),
        ("GRANT staff TO app; GRANT DELETE, SELECT ON users TO staff", "users", {"read-all", "delete-blind"}),
        ("GRANT SELECT ON users TO reporter", "users", {"read-as-reader"}),
        (
            "CREATE FUNCTION email(id uuid) RETURNS text LANGUAGE sql SECURITY DEFINER AS"
            " $$ SELECT email FROM public.users WHERE id = $1 $$",
            "users",
            {"definer-function"},
        ),
        ("CREATE POLICY wide ON notes FOR SELECT TO app USING (true)", "notes", {"read-all"}),
        (f"CREATE POLICY narrow ON notes FOR UPDATE TO mover USING ({OWN})", "notes", {"read-as-reader"}),
        ("ALTER TABLE notes NO FORCE ROW LEVEL SECURITY", "notes", {"owner-role"}),
    ],
)
def test_what_lets_rows_of_users_out_is_a_leak(server: Server, more: str, table: str, attacks: set[str]) -> None:
    found = attacked(server, of(server, f"{USERS}; {more};"))
    assert attacks <= leaks(found)[table]


def test_a_superuser_owns_what_it_makes_and_its_views_read_everything(server: Server) -> None:
    more = "CREATE ROLE boss SUPERUSER; CREATE VIEW people AS SELECT * FROM users; GRANT SELECT ON people TO app;"
    found = attacked(server, of(server, f"{USERS} {more} ALTER VIEW people OWNER TO boss;"))
    assert "view-read" in leaks(found)["users"]


def test_policies_that_ask_for_the_role_are_named_and_nothing_is_claimed_of_them(server: Server) -> None:
    text = """
CREATE TABLE todos (id int PRIMARY KEY, owner name NOT NULL);
ALTER TABLE todos ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON todos USING (owner = current_user);
"""
    source = of(server, text)
    assert not source.scoped and source.unclear[0].startswith("todos has row-level security, but nothing says whose")


HOLES = {
    "notes": {"view-read", "materialised-view", "definer-function"},
    "letters": {"definer-function"},
    "attachments": {"read-all", "insert-as-another", "update-take-over", "delete-blind"},
    "stamps": {"insert-as-another", "insert-unset-user"},
    "drawings": {"open-by-joining"},
    "projects": {"open-by-joining"},
    "wishes": {"read-malformed-user"},
    "organizations": {"read-all", "read-unset-user"},
    "users": {"read-all"},
}


def test_every_hole_of_a_careless_schema_is_found_and_nothing_beside(server: Server) -> None:
    found = attacked(server, careless(server, "workshop"))
    assert {table: HOLES[table] <= names for table, names in leaks(found).items()} == dict.fromkeys(HOLES, True)
    assert not found.unclear and not found.apart
    assert verdicts(found, "tickets")["channel-other-settings"] == Verdict.ACCEPTED
    assert verdicts(found, "shares")["channel-other-settings"] == Verdict.NOT_APPLICABLE
    assert {len(names) for table, names in leaks(found).items() if table in ("letters", "drawings", "projects")} == {1}


def test_without_policies_a_usual_column_tells_and_the_owner_is_the_application(server: Server) -> None:
    found = attacked(server, of(server, "CREATE TABLE notes (id int PRIMARY KEY, user_id int NOT NULL, body text)"))
    assert found.application == OWNER
    assert {"read-all", "update-blind"} <= leaks(found)["notes"]


def test_nothing_to_attack_is_no_success(server: Server) -> None:
    found = attacked(server, of(server, "CREATE TABLE countries (code char(2) PRIMARY KEY)"))
    assert not found.holds
    assert report.summary(found).startswith("No table was attacked")


def test_a_live_database_is_only_read(server: Server) -> None:
    with (
        scratch_roles(server, ("live_app",), "LOGIN"),
        scratch_database(server) as name,
        connect(server.dsn(name)) as connection,
    ):
        connection.execute("CREATE TABLE notes (id bigserial PRIMARY KEY, user_id uuid NOT NULL, body text)")
        connection.execute("ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        connection.execute(f"CREATE POLICY own ON notes TO live_app USING ({OWN})".encode())
        connection.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO live_app")
        connection.execute("GRANT USAGE ON SEQUENCE notes_id_seq TO live_app")
        source = of_live(connection)
        assert connection.execute("SELECT count(*) FROM notes").fetchone() == (0,)
    assert [(one.name, one.bypasses) for one in source.people] == [(server.user, True), ("live_app", False)]
    found = attacked(server, source)
    assert (found.application, found.setting) == ("live_app", "app.me")
    assert found.holds
    assert verdicts(found, "notes")["owner-role"] == Verdict.ACCEPTED


def test_an_extension_that_our_server_lacks_is_left_out_and_named(server: Server) -> None:
    source = of(server, "CREATE TABLE notes (id int PRIMARY KEY, user_id int NOT NULL)")
    lacking = replace(source, database=replace(source.database, extensions=(Extension("nosuch"), Extension("citext"))))
    found = attacked(server, lacking)
    assert found.left_out == ("nosuch",)
    assert "extension nosuch" in report.text(found)


# --- what is told from what ---------------------------------------------------------------------------------------


def test_a_guarded_table_holds_against_everything(server: Server) -> None:
    with notes(server) as found:
        assert found.holds


def test_no_row_seen_is_unproven_where_the_user_sees_none_of_its_own(server: Server) -> None:
    with notes(server, "CREATE POLICY nobody ON notes AS RESTRICTIVE USING (false);") as found:
        seen = verdicts(found, "notes")
    assert seen["read-all"] == seen["update-another"] == seen["delete-blind"] == Verdict.UNPROVEN
    assert not found.holds and not found.of(Verdict.LEAKED)


def test_what_others_let_nobody_do_and_what_fails_without_a_user_is_no_open_question(server: Server) -> None:
    text = """
CREATE TABLE notes (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id uuid NOT NULL, body text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON notes FOR SELECT TO app USING (user_id = current_setting('app.me', true)::uuid);
CREATE POLICY changed ON notes FOR UPDATE TO app USING (user_id = current_setting('app.me', true)::uuid);
CREATE ROLE app LOGIN; GRANT SELECT, INSERT, DELETE, UPDATE (body) ON notes TO app;
"""
    found = attacked(server, of(server, text))
    assert not found.of(Verdict.LEAKED, Verdict.UNPROVEN)
    said = {one.attack.name: one.result.evidence for one in found.attempts}
    assert "no policy lets anybody delete" in said["delete-blind"] and "add rows" in said["insert-as-another"]
    assert said["update-empty-user"].startswith("refused, 22P02")


def test_a_policy_that_asks_only_whether_somebody_has_logged_in_is_a_leak(server: Server) -> None:
    text = """
CREATE TABLE todos (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid NOT NULL, task text NOT NULL);
ALTER TABLE todos ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON todos FOR SELECT TO authenticated USING (auth.uid() = user_id);
CREATE POLICY added ON todos FOR INSERT TO authenticated WITH CHECK (auth.role() = 'authenticated');
"""
    claims = "CREATE SCHEMA auth; GRANT USAGE ON SCHEMA auth TO PUBLIC;" + "".join(
        f"CREATE FUNCTION auth.{name}() RETURNS {type_} LANGUAGE sql STABLE AS"
        f" $$ SELECT (current_setting('request.jwt.claims', true)::json ->> '{claim}')::{type_} $$;"
        for name, type_, claim in (("uid", "uuid", "sub"), ("role", "text", "role"))
    )
    for written in (text, claims + text + "CREATE ROLE authenticated; GRANT ALL ON todos TO authenticated;"):
        assert "insert-as-another" in leaks(attacked(server, of(server, written)))["todos"]


@pytest.mark.parametrize("state", ["P0001", "23514"])
def test_a_trigger_that_refuses_a_row_before_the_policy_is_asked_hides_nothing(server: Server, state: str) -> None:
    trigger = f"""
CREATE FUNCTION checked() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'not such a body' USING ERRCODE = '{state}'; END $$;
CREATE TRIGGER checked BEFORE INSERT ON notes FOR EACH ROW WHEN (current_user = 'app') EXECUTE FUNCTION checked();
"""
    with notes(server, trigger) as found:
        assert not found.of(Verdict.LEAKED, Verdict.UNPROVEN)
    with notes(server, trigger, "ALTER POLICY own ON notes WITH CHECK (true);") as found:
        assert {"insert-as-another", "insert-empty-user", "insert-unset-user"} <= leaks(found)["notes"]


def test_what_the_application_may_not_do_at_all_is_not_applicable(server: Server) -> None:
    with notes(server, "REVOKE INSERT, UPDATE, DELETE ON notes FROM app;") as found:
        seen = verdicts(found, "notes")
    assert seen["insert-as-another"] == seen["update-blind"] == seen["delete-another"] == Verdict.NOT_APPLICABLE
    assert found.holds


def test_a_table_without_a_primary_key_or_with_hostile_names_is_attacked_alike(server: Server) -> None:
    text = f"""
CREATE TABLE "Order"" x'); DROP TABLE y; --" ("user_id" uuid NOT NULL, "na""me %s" text, "na\nïve" int, "user" json);
ALTER TABLE "Order"" x'); DROP TABLE y; --" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY "it's {{{{ own }}}}" ON "Order"" x'); DROP TABLE y; --" TO "the ""app" USING ({OWN});
GRANT SELECT, INSERT, UPDATE, DELETE ON "Order"" x'); DROP TABLE y; --" TO "the ""app";
"""
    found = attacked(server, of(server, text))
    assert found.application == 'the "app'
    assert not found.of(Verdict.LEAKED, Verdict.UNPROVEN)
    assert found.holds


def test_sql_that_does_not_load_is_an_input_error(server: Server) -> None:
    with pytest.raises(InputError):
        of(server, "CREATE TABLE x (id nosuchtype)")


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
        description="Reference data, maintained by administrators.",
    ),
)


def test_rows_for_everyone_are_attacked_by_writing_and_without_a_user(server: Server) -> None:
    found = attacked(server, of_design(design(BLOG, Settings())[0]))
    seen = verdicts(found, "posts")
    assert found.holds and found.apart == ("countries",)
    assert seen["read-all"] == seen["savepoint"] == Verdict.NOT_APPLICABLE
    assert seen["read-unset-user"] == seen["delete-blind"] == seen["update-another"] == Verdict.HELD
    assert verdicts(found, "comments")["read-all"] == Verdict.HELD


def test_rows_for_everyone_that_everyone_may_write_are_a_leak(server: Server) -> None:
    source = of_design(design(BLOG, Settings())[0])
    posts = source.database.table("posts")
    loose = tuple(replace(one, using="true") if one.command == "DELETE" else one for one in posts.policies)
    tables = (replace(one, policies=loose) if one == posts else one for one in source.database.tables)
    found = attacked(server, replace(source, database=replace(source.database, tables=tuple(tables))))
    assert leaks(found) == {
        "posts": {
            "delete-another",
            "delete-returning",
            "delete-blind",
            "delete-empty-user",
            "delete-unset-user",
            "merge",
        }
    }


ORDERS = draft(
    entity(
        "Customer", attribute("user_id", "uuid", nullable=False, unique=True), attribute("name", "text", nullable=False)
    ),
    entity(
        "Order",
        attribute("user_id", "uuid", nullable=False),
        attribute("customer_id", "uuid", nullable=False, references="Customer"),
    ),
    entity(
        "Line",
        attribute("order_id", "uuid", nullable=False, references="Order", primary_key=True),
        attribute("place", "integer", nullable=False, primary_key=True),
        attribute("gift", "boolean", nullable=False),
        attribute("label", "string(20)", nullable=False),
        indexes=(index("order_id", "label", unique=True), index("order_id", unique=True, predicate="gift")),
    ),
)


def test_no_key_that_holds_a_reference_between_rows_of_a_user_tells_of_others(server: Server) -> None:
    schema = design(ORDERS, Settings())[0]
    lines = schema.database.table("lines")
    assert lines.primary_key is not None and lines.primary_key.columns == ("order_id", "place", "user_id")
    uniques = {one.columns for one in lines.indexes if one.unique}
    assert uniques == {("user_id", "order_id", "label"), ("user_id", "order_id")}
    found = attacked(server, of_design(schema))
    seen = verdicts(found, "lines")
    assert found.holds
    assert seen["attach-to-another"] == seen["probe-foreign-key"] == Verdict.HELD
    assert verdicts(found, "orders")["probe-foreign-key"] == Verdict.HELD


def test_a_key_that_holds_a_reference_and_not_its_owner_is_a_leak(server: Server) -> None:
    settings = Settings(disabled_rules=frozenset({"owner-in-shared-keys"}))
    found = attacked(server, of_design(design(ORDERS, settings)[0]))
    assert leaks(found) == {"lines": {"probe-unique-key"}}
    assert found.of(Verdict.LEAKED)[0].result.evidence == "lines_pkey tells that another user has this order_id, place"


def test_a_key_that_cannot_hold_the_owner_counts_as_asked_for() -> None:
    schema = design(ORDERS, Settings(disabled_rules=frozenset({"owner-in-shared-keys"})))[0]
    lines = schema.database.table("lines")
    ownerless = tuple(replace(one, nullable=one.name == "user_id") for one in lines.columns)
    pointing = ForeignKey("above", ("order_id", "place"), ("public", "lines"), ("order_id", "place"))
    for changed, asked in (
        (lines, False),
        (replace(lines, columns=ownerless), True),
        (replace(lines, constraints=(*lines.constraints, pointing)), True),
    ):
        tables = tuple(changed if one == lines else one for one in schema.database.tables)
        source = of_design(replace(schema, database=replace(schema.database, tables=tables)))
        assert ("lines_pkey" in source.stated) == asked


def test_a_key_that_others_wrote_without_the_owner_is_a_leak_too(server: Server) -> None:
    text = """
CREATE TABLE orders (id int PRIMARY KEY, user_id uuid NOT NULL, UNIQUE (id, user_id));
CREATE TABLE lines (order_id int, place int, user_id uuid NOT NULL, PRIMARY KEY (order_id, place),
  FOREIGN KEY (order_id, user_id) REFERENCES orders (id, user_id));
"""
    for name in ("orders", "lines"):
        text += f"""
ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON {name} TO app USING ({OWN}) WITH CHECK ({OWN});
GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO app;
"""
    assert leaks(attacked(server, of(server, text))) == {"lines": {"probe-unique-key"}}


# --- reports ------------------------------------------------------------------------------------------------------


def test_two_runs_say_the_same(server: Server) -> None:
    source = of_design(design(planner(), Settings())[0])
    first, second = (report.text(attacked(server, source)) for _ in range(2))
    assert first == second


def test_the_matrix_has_a_row_an_attack_and_the_json_each_attempt(server: Server) -> None:
    with notes(server) as found:
        text, value = report.text(found), report.as_json(found)
    for one in ordered():
        assert f"\n{one.name} " in text
    assert "Leaks" not in text and text.endswith("not applicable.")
    attempts = json.loads(json.dumps(value))["attacks"]
    assert [one["attack"] for one in attempts] == [one.name for one in ordered()]
    assert {"table", "attack", "theme", "claim", "verdict", "evidence", "exploit", "stronger"} == set(attempts[0])
    assert all(one["stronger"] and one["exploit"] for one in attempts if one["verdict"] == "accepted")
    assert value["ok"] is True


def test_every_attack_says_in_a_sentence_what_must_not_happen() -> None:
    assert len(ATTACKS) > 60
    assert all(one.page.endswith(".") and len(one.page) < 400 for one in ATTACKS.values())


@pytest.mark.parametrize("name", ["notes", "invoices"])
def test_the_command_exits_1_on_a_leak(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["colonnade", "prove", "--isolation", str(CARELESS / f"{name}.sql"), "--json"]
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    value = json.loads(capsys.readouterr().out)
    assert stopped.value.code == 1
    assert value["ok"] is False and value["counts"]["leaked"] > 0


def test_the_command_attacks_the_ddl_of_a_live_database_and_leaves_it_alone(
    server: Server, scratch: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with connect(server.dsn(scratch)) as connection:
        connection.execute("CREATE TABLE notes (id int PRIMARY KEY, user_id int NOT NULL, body text)")
    monkeypatch.setattr("sys.argv", ["colonnade", "prove", "--isolation", server.dsn(scratch)])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    out = capsys.readouterr().out
    assert stopped.value.code == 1
    assert "notes: read-all: the application sees 6 rows" in out and "SELECT count(*) FROM notes;" in out
    with connect(server.dsn(scratch)) as connection:
        assert connection.execute("SELECT count(*) FROM notes").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone() == (0,)
