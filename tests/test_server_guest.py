"""A user's server: a login that is no superuser proves there, and nothing is left of it, also after a kill."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade import elaborate
from colonnade.api import fitted, substitutions
from colonnade.config import Settings
from colonnade.design.engine import design
from colonnade.design.roles import passing_by_policy, renamed
from colonnade.design.schema import Schema, Table
from colonnade.elaborate.aliases import Aliases
from colonnade.errors import InputError, Place, ServerError
from colonnade.server import Server, at, connect, scratch_roles
from colonnade.sql import ident
from mutations.schema import MUTATIONS, with_table
from support.proving import failed, planner, proven

LOGIN = "a developer"
LAWS = frozenset(
    {"ddl-loads", "seeds-load", "migrations", "constraints", "delete-actions", "isolation", "owner-role-bound",
     "migrator-passes", "reader-reads-only", "sqlalchemy-round-trips", "updated-at-moves"}
)  # fmt: skip
LEFT = """
SELECT datname FROM pg_database WHERE datname LIKE 'colonnade\\_%%\\_%%'
UNION ALL SELECT rolname FROM pg_roles WHERE rolname LIKE 'colonnade\\_%%\\_%%' AND rolname <> %s
"""


@pytest.fixture
def login(server: Server) -> Iterator[str]:
    """The URL of a login with CREATEDB and CREATEROLE that is no superuser and has no BYPASSRLS."""
    with scratch_roles(server, [LOGIN], "LOGIN CREATEDB CREATEROLE"):
        yield server.dsn(user=LOGIN)


@pytest.fixture(scope="module")
def schema() -> Schema:
    made, _ = design(planner(), Settings())
    return made


def left(server: Server) -> list[str]:
    with connect(server.dsn()) as connection:
        return [name for (name,) in connection.execute(LEFT, [LOGIN]).fetchall()]


def test_a_login_that_is_no_superuser_proves_a_build(server: Server, login: str, schema: Schema) -> None:
    with at(login) as guest:
        assert (guest.superuser, guest.grants_bypass) == (False, False)
        told = substitutions(schema, guest)
        assert [one.rule for one in told] == ["scratch-roles", "migrator-policy"]
        assert f"app_owner as {guest.prefix}_app_owner" in told[0].message
        proofs = proven(guest, planner(), Settings(), fitted(schema, guest), LAWS)
    assert failed(proofs) == ()
    assert any("without BYPASSRLS" in one.evidence for one in proofs if one.law == "migrator-passes")
    assert left(server) == []


def attacked(server: Server, schema: Schema) -> set[tuple[str, str, bool]]:
    """What each attack says of a design, proven on `server`."""
    proofs = proven(server, planner(), Settings(), schema, frozenset({"attack-reading"}))
    return {(one.law, one.subject, one.passed) for one in proofs}


def test_the_attacks_go_through_there_as_on_the_embedded_server(server: Server, login: str, schema: Schema) -> None:
    policy, simple = "policy using true", "composite key simple"
    changes = {one.name: one.change for one in MUTATIONS} | {simple: lambda one: with_simple_key(one)}
    with at(login) as guest:
        for name in ("", policy, simple):
            broken = changes[name](schema) if name else schema
            there, here = attacked(guest, fitted(broken, guest)), attacked(server, passing_by_policy(broken))
            assert there == here and len(here) > 100
            assert all(passed for _, _, passed in there) == (not name), name


def with_simple_key(schema: Schema) -> Schema:
    def changed(table: Table) -> Table:
        keys = (replace(one, columns=one.columns[:1], target_columns=one.target_columns[:1]) for one in
                table.foreign_keys if one.target == ("public", "projects"))  # fmt: skip
        others = (one for one in table.constraints if getattr(one, "target", None) != ("public", "projects"))
        return replace(table, constraints=tuple(sorted((*keys, *others), key=lambda one: one.name)))

    return with_table(schema, "tasks", changed)


def test_a_design_without_roles_says_what_it_lacks(login: str) -> None:
    settings = Settings(roles=False)
    with at(login) as guest, pytest.raises(ServerError, match="cannot give BYPASSRLS"):
        proven(guest, planner(), settings, design(planner(), settings)[0], LAWS)


def test_a_migrator_without_its_policy_is_seen(server: Server, schema: Schema) -> None:
    by_policy = passing_by_policy(schema)
    tables = tuple(
        replace(one, policies=tuple(policy for policy in one.policies if policy.name != "projects_all_migrator"))
        for one in by_policy.database.tables
    )
    broken = replace(by_policy, database=replace(by_policy.database, tables=tables))
    for candidate, expected in ((by_policy, set()), (broken, {"projects"})):
        found = proven(server, planner(), Settings(), candidate, frozenset({"migrator-passes"}))
        assert {"projects"} & {one.subject for one in found if not one.passed} == expected


def test_the_setting_gives_the_same_policies_as_the_substitution(schema: Schema) -> None:
    chosen, _ = design(planner(), Settings(migrator="policy"))
    assert chosen.database == passing_by_policy(schema).database
    assert chosen.intent.roles == passing_by_policy(schema).intent.roles


KILLED = """
import sys, time
sys.path.insert(0, {source!r})
from colonnade.server import at, connect, scratch_database, scratch_roles
with at({dsn!r}) as server, scratch_roles(server, [server.prefix + "_one"]), scratch_database(server) as name:
    with connect(server.dsn(name)) as connection:
        connection.execute("CREATE TABLE t (a int); ALTER TABLE t OWNER TO CURRENT_USER")
        print(server.prefix, flush=True)
        time.sleep(60)
"""


@contextmanager
def running(dsn: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that uses the server, and the prefix of what it has made."""
    source = str(Path(__file__).parent.parent / "src")
    command = [sys.executable, "-c", KILLED.format(source=source, dsn=dsn)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def test_what_a_killed_process_left_goes_with_the_next_and_what_is_in_use_stays(server: Server, login: str) -> None:
    with running(login) as (alive, first), running(login) as (killed, second):
        assert first != second
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert any(name.startswith(second) for name in left(server))
        _wait_until_free(server, 1)
        with at(login) as guest:
            assert guest.prefix != first
            assert {name.rpartition("_")[0] for name in left(server)} == {first}
        alive.send_signal(signal.SIGINT)
        alive.wait()
    assert left(server) == []


def _wait_until_free(server: Server, held: int) -> None:
    """Waits until PostgreSQL has noticed that one of the processes is gone."""
    query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
    with connect(server.dsn()) as connection:
        deadline = time.monotonic() + 20
        while connection.execute(query).fetchone() != (held,) and time.monotonic() < deadline:
            time.sleep(0.05)


def test_a_login_that_may_make_no_roles_is_told_what_to_do(server: Server) -> None:
    maker = scratch_roles(server, ["maker"], "LOGIN CREATEDB")
    with maker, pytest.raises(ServerError, match="CREATEROLE"), at(server.dsn(user="maker")):
        pass


def test_names_of_others_are_never_given_to_roles_there(login: str) -> None:
    with at(login) as guest, pytest.raises(ServerError, match="embedded"), scratch_roles(guest, ["app_owner"]):
        pass


def test_names_come_back_from_what_they_were_replaced_by(schema: Schema) -> None:
    names = {"app_owner": "x_app_owner", "app_user": "x_app_user"}
    assert renamed(renamed(schema, names), {there: here for here, there in names.items()}) == schema


ROLES_EVERYWHERE = """
CREATE ROLE "The Owner"; CREATE ROLE watcher LOGIN; ALTER ROLE watcher SET work_mem = '1MB';
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'watcher') THEN CREATE ROLE watcher; END IF; END $$;
CREATE SCHEMA s AUTHORIZATION "The Owner"; SET ROLE "The Owner"; CREATE TABLE s.watcher (watcher int, zed int);
GRANT SELECT, UPDATE (watcher) ON s.watcher TO zed, watcher, PUBLIC; RESET ROLE;
CREATE POLICY watcher ON s.watcher TO zed, watcher USING (watcher > 0); GRANT watcher TO zed WITH ADMIN OPTION;
SET search_path = watcher, s; RESET search_path;
ALTER DEFAULT PRIVILEGES FOR ROLE watcher IN SCHEMA s GRANT SELECT ON TABLES TO zed; ALTER SCHEMA s OWNER TO watcher;
"""


def test_roles_of_files_are_aliases_on_a_server_of_others(server: Server, login: str) -> None:
    files = {"a.sql": ROLES_EVERYWHERE}
    with at(login) as guest:
        assert elaborate.sql(guest, files) == elaborate.sql(server, files)
    assert left(server) == []


OUT = (
    "DO $$ BEGIN EXECUTE 'RESET ROLE'; EXECUTE 'RESET SESSION AUTHORIZATION'; RAISE EXCEPTION '%', current_user; END $$"
)


def test_no_file_acts_as_the_login_of_a_server(server: Server) -> None:
    with at(server.dsn()) as guest:
        with pytest.raises(InputError, match=r"_loader$"):
            elaborate.sql(guest, {"a.sql": OUT})
        with pytest.raises(InputError, match="permission denied to create event trigger"):
            elaborate.sql(
                guest,
                {"a.sql": "CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
                          "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()"},
            )  # fmt: skip
    assert left(server) == []


def test_only_what_names_a_role_is_called_otherwise() -> None:
    aliases = Aliases("colonnade_1_1", {"app"})
    for text in ("SET search_path = app, public", "SET LOCAL app.user = 'app'", "CREATE TABLE app (app int)"):
        assert aliases.sql(text) == text
    for text in ("SET ROLE app", "SET SESSION AUTHORIZATION app", "GRANT app TO CURRENT_USER", "DROP ROLE app"):
        assert aliases.sql(text) == text.replace("app", aliases.alias("app"))


def test_a_mistake_after_roles_is_where_it_was_written(server: Server, login: str) -> None:
    text = 'CREATE TABLE t (a int);\nGRANT SELECT ON t TO "Ä b", zed; GRANT SELECT ON t TO zed, zed, "Ä b", none_of_it'
    with at(login) as guest, pytest.raises(InputError) as caught:
        elaborate.sql(guest, {"a.sql": f"{text}; ALTER TABLE nowhere OWNER TO zed"})
    (mistake,) = caught.value.mistakes
    assert mistake.place == Place("a.sql", 2, len(text.splitlines()[1]) + 3)
    assert mistake.message == 'relation "nowhere" does not exist'


@given(roles=st.lists(st.text("aZ\"é '$", min_size=1, max_size=8), min_size=1, max_size=3, unique=True), at_=st.data())
def test_every_character_of_sql_is_found_again(roles: list[str], at_: st.DataObject) -> None:
    aliases = Aliases("colonnade_1_1", set(roles))
    text = "; ".join(f"GRANT SELECT ON {ident(role)} TO {ident(role)}, PUBLIC" for role in roles)
    written = aliases.sql(text)
    assert all(written.count(aliases.alias(role)) == 1 for role in roles)
    position = at_.draw(st.integers(0, len(text) - 1))
    if written.count(rest := text[position:]) == text.count(rest) == 1:
        assert aliases.original(text, written.index(rest)) == position
