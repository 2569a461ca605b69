"""A column in use changes over in three parts: each way there and back, with rows, judged by two observers."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from colonnade.apply import Stopped, run
from colonnade.catalog import dump
from colonnade.config import Settings
from colonnade.evolve import Leg, Source, Wish, compare, differing, legs, legs_back, read, source
from colonnade.evolve.planfile import PlanFile, planfile
from colonnade.plan import Plan, PlanRefused, sql
from colonnade.server import Server, connect, scratch_database
from evolution.series import CASES, Case
from test_apply import killed_at
from test_evolve import colonnade, psql

# All of them take minutes; a run without EVOLVE_FULL takes every third.
EVERY = 1 if os.environ.get("EVOLVE_FULL") else 3


def sides(case: Case) -> tuple[Source, Source]:
    return Source("old", {"old.sql": case.old}), Source("new", {"new.sql": case.new})


def series(server: Server, case: Case) -> tuple[Leg, ...]:
    return legs(server, *sides(case), Wish(allow_data_loss=True, renamed=case.renamed))


def contents(server: Server, database: str) -> dict[str, list[str]]:
    """The rows of each table as text, columns in the order of their names."""
    columns = (
        "SELECT format('%I.%I', n.nspname, relname), string_agg(quote_ident(attname), ', ' ORDER BY attname)"
        " FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE relkind = 'r' AND attnum > 0 AND NOT attisdropped AND nspname !~ '^pg_|^inform' GROUP BY 1"
    )
    with connect(server.dsn(database)) as connection:
        connection.execute("SET timezone = 'UTC'")
        return {
            table: sorted(str(row) for row in connection.execute(f"SELECT {names} FROM {table}".encode()))
            for table, names in connection.execute(columns.encode()).fetchall()
        }


def filled(server: Server, database: str, case: Case) -> None:
    psql(server, database, case.old + case.rows)


@pytest.fixture(scope="module", autouse=True)
def reader(server: Server) -> None:
    with connect(server.dsn("postgres")) as connection:
        connection.execute("CREATE ROLE reader")


@pytest.mark.parametrize("name", list(CASES)[::EVERY])
def test_each_part_arrives_and_goes_back(server: Server, name: str) -> None:
    case = CASES[name]
    old, new = sides(case)
    parts = series(server, case)
    assert [one.stage for one in parts] == ["expand", "switch", "contract"]
    plain = compare(server, old, new, Wish("plain", allow_data_loss=True, renamed=case.renamed))
    with scratch_database(server) as ours, scratch_database(server) as theirs:
        for database in (ours, theirs):
            filled(server, database, case)
        begun = contents(server, ours)
        psql(server, theirs, "SET timezone = 'UTC';" + sql(plain, "plain"))
        for one in parts:
            psql(server, ours, sql(one.there, one.stage))
        assert differing(server, source(server.dsn(ours), Settings()), new) == ()
        assert dump.differences(*(dump.normalised(server, one) for one in (ours, theirs))) == ()
        assert contents(server, ours) == contents(server, theirs)
        for one in reversed(parts):
            assert isinstance(one.back, Plan), one.back
            assert one.back.not_online is None
            psql(server, ours, sql(one.back, one.stage))
        assert differing(server, source(server.dsn(ours), Settings()), old) == ()
        if "gone" not in case.old:
            assert contents(server, ours) == begun


def test_what_the_new_design_has_no_more_goes_with_the_contract(server: Server) -> None:
    _, switch, contract = series(server, CASES["other changes as well"])
    assert switch.there.losses == ()
    kept = switch.after.table("tasks")
    assert kept.column("gone").default == "3" and kept.column("away").nullable
    assert [one.name for one in switch.after.views] == ["leaving"]
    lost = {one.object for one in contract.there.losses}
    assert {"column tasks.gone", "column tasks.away", "table away"} <= lost
    assert contract.after == read(server, sides(CASES["other changes as well"])[1])


AT_ONCE = {
    "a generated column depends on it": ("size int, twice int GENERATED ALWAYS AS (size * 2) STORED", ""),
    "an exclusion constraint depends on it": ("size int, EXCLUDE (size WITH =)", ""),
    "its table is partitioned or inherits": ("size int", " PARTITION BY LIST (id)"),
    "a trigger of its table has the name": (
        "size int",
        '; CREATE TRIGGER "!sync" AFTER INSERT ON tasks EXECUTE FUNCTION t()',
    ),
    # Expand cannot index what only the new function takes.
    "it cannot be there twice": ("size int", "; CREATE INDEX computed ON tasks (f(size))"),
}


@pytest.mark.parametrize("why", AT_ONCE)
def test_a_column_that_changes_at_once_is_named_with_the_reason(server: Server, why: str) -> None:
    columns, more = AT_ONCE[why]
    old = (
        "CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
        "CREATE FUNCTION f(size int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';"
        f"CREATE TABLE tasks (id int, {columns}){more};"
    )
    case = Case(old, old.replace("size int", "size bigint"))
    (only,) = series(server, case)
    assert only.stage == ""
    (said,) = only.at_once
    assert said.startswith(f"tasks.size changes at once, because {why}")


def test_renames_that_swap_are_refused_by_name(server: Server) -> None:
    case = Case("CREATE TABLE tasks (a text, b int);", "CREATE TABLE tasks (b text, a int);")
    with pytest.raises(PlanRefused, match=r"tasks\.a: PostgreSQL refuses the change"):
        legs(server, *sides(case), Wish(renamed=(("tasks.a", "b"), ("tasks.b", "a"))))


# --- writers ------------------------------------------------------------------------------------------------------

TITLE = Case(
    "CREATE TABLE tasks (id int PRIMARY KEY, title text DEFAULT 'x');",
    "CREATE TABLE tasks (id int PRIMARY KEY, name text DEFAULT 'x');",
    "INSERT INTO tasks VALUES (0, 'there'), (-1, NULL);",
    (("tasks.title", "name"),),
)
MAIL = CASES["other triggers"]
SIZE = Case(
    "CREATE TABLE tasks (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, size timestamptz);",
    "CREATE TABLE tasks (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, size date);",
)


@pytest.fixture
def between(server: Server, request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    """A database of a case after the first parts of its series, as many as said."""
    case, parts = request.param
    with scratch_database(server) as name:
        filled(server, name, case)
        for one in series(server, case)[:parts]:
            psql(server, name, sql(one.there, one.stage))
        with connect(server.dsn(name)) as connection:
            yield connection


def both(connection: psycopg.Connection, statement: str, columns: str) -> tuple[object, ...]:
    """What is in both columns after a statement that returns them."""
    row = connection.execute(f"{statement} RETURNING {columns}".encode()).fetchone()
    assert row is not None
    return tuple(row)


@pytest.mark.parametrize("between", [(TITLE, 1), (TITLE, 2)], indirect=True, ids=["expand", "switch"])
def test_what_one_writes_the_other_reads(between: psycopg.Connection) -> None:
    columns = "title, name"
    assert between.execute("SELECT title, name FROM tasks ORDER BY id").fetchall() == [(None, None), ("there", "there")]
    assert both(between, "INSERT INTO tasks (id) VALUES (1)", columns) == ("x", "x")
    for number, column in enumerate(("title", "name")):
        insert, update = f"INSERT INTO tasks (id, {column})", f"UPDATE tasks SET {column} ="
        for value, found in (("'a'", "a"), ("NULL", None), ("DEFAULT", "x"), ("'x'", "x"), ("''", "")):
            key = between.execute("SELECT max(id) + 1 FROM tasks").fetchone()
            assert key is not None
            assert both(between, f"{insert} VALUES ({key[0]}, {value})", columns) == (found, found)
        for value, found in (("'b'", "b"), ("'b'", "b"), ("NULL", None), ("NULL", None), ("'c'", "c")):
            assert both(between, f"{update} {value} WHERE id = 1", columns) == (found, found), number
        upsert = f"{insert} VALUES (1, 'd') ON CONFLICT (id) DO UPDATE SET {column} = excluded.{column} || 'e'"
        assert both(between, upsert, columns) == ("de", "de")
    assert both(between, "UPDATE tasks SET title = 'both', name = 'both' WHERE id = 1", columns) == ("both", "both")


@pytest.mark.parametrize("between", [(MAIL, 1), (MAIL, 2)], indirect=True, ids=["expand", "switch"])
def test_what_another_trigger_makes_of_a_value_is_in_both(between: psycopg.Connection) -> None:
    for column in ("mail", "email"):
        insert = f"INSERT INTO tasks (id, {column}) VALUES (9, 'A@Y') ON CONFLICT (id) DO UPDATE SET {column} = 'B@Y'"
        assert both(between, insert, "mail, email")[0] in ("a@y", "b@y")
        assert between.execute("SELECT count(*) FROM tasks WHERE mail IS DISTINCT FROM email").fetchone() == (0,)


@pytest.mark.parametrize("between", [(MAIL, 1), (MAIL, 2)], indirect=True, ids=["expand", "switch"])
def test_a_trigger_that_watches_one_column_sees_the_other_one_written(between: psycopg.Connection) -> None:
    assert between.execute("SELECT sum(at) FROM tasks").fetchone() == (0,)
    for column in ("mail", "email"):
        row = both(between, f"UPDATE tasks SET {column} = {column} || 'z', at = 0 WHERE id = 1", "at, mail = email")
        assert row == (1, True)


@pytest.mark.parametrize("name", ["an identity", "a serial key"])
def test_numbers_go_on_where_they_stood_though_their_rows_are_gone(server: Server, name: str) -> None:
    parts, number = series(server, CASES[name]), 2
    with scratch_database(server) as database, connect(server.dsn(database)) as connection:
        filled(server, database, CASES[name])
        for one in (*parts, *(one.turned for one in reversed(parts))):
            psql(server, database, sql(one.there, one.stage))
            number += 1
            assert both(connection, "INSERT INTO tasks (t) VALUES ('c')", "id") == (number,)
            connection.execute("DELETE FROM tasks")


@pytest.mark.parametrize("between", [(SIZE, 1), (SIZE, 2)], indirect=True, ids=["expand", "switch"])
def test_what_the_narrower_column_cannot_hold_stays_in_the_wider_one(between: psycopg.Connection) -> None:
    found = between.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'tasks'::regclass AND atttypid = %s", [1184]
    )
    (wide,) = found.fetchone() or ("",)
    narrow = "size" if wide != "size" else "size_new"
    between.execute("SET timezone = 'Asia/Tokyo'")
    between.execute(f"INSERT INTO tasks ({wide}) VALUES ('2020-01-01 23:30+00')".encode())
    for statement in (f"{narrow} = {narrow}", f"{wide} = {wide}", "id = id", f"{narrow} = '2020-01-01'"):
        row = both(
            between, f"UPDATE tasks SET {statement}", f"extract(hour FROM {wide} AT TIME ZONE 'UTC'), {narrow}::text"
        )
        assert row == (23, "2020-01-01")
    row = both(between, f"UPDATE tasks SET {narrow} = '2020-02-02'", f"({wide} AT TIME ZONE 'UTC')::text")
    assert row == ("2020-02-02 00:00:00",)


def test_prepared_statements_that_read_the_column_are_why_connections_are_recycled(server: Server) -> None:
    case = CASES["integer to bigint"]
    parts = series(server, case)
    assert "cached plan must not change result type" in parts[1].then
    read = "SELECT id, size FROM tasks WHERE id = 1"
    with scratch_database(server) as name:
        filled(server, name, case)
        psql(server, name, sql(parts[0].there, "expand"))
        with connect(server.dsn(name)) as old, connect(server.dsn(name)) as new:
            assert old.execute(read, prepare=True).fetchone() == (1, 1)
            psql(server, name, sql(parts[1].there, "switch"))
            with pytest.raises(psycopg.errors.FeatureNotSupported, match="cached plan must not change result type"):
                old.execute(read, prepare=True)
            assert new.execute(read, prepare=True).fetchone() == (1, 1)


# --- apply --------------------------------------------------------------------------------------------------------

MANY = Case(
    "CREATE TABLE tasks (id int PRIMARY KEY, size int NOT NULL); CREATE INDEX by_size ON tasks (size);",
    "CREATE TABLE tasks (id int PRIMARY KEY, size bigint NOT NULL); CREATE INDEX by_size ON tasks (size);",
    "INSERT INTO tasks SELECT n, n FROM generate_series(1, 20000) n;",
)


def test_a_backfill_that_is_killed_is_finished_by_the_next_run(server: Server) -> None:
    plan = planfile(series(server, MANY)[0].addressed, "t")
    with scratch_database(server) as name, connect(server.dsn(name)) as other, connect(server.dsn(name)) as looking:
        filled(server, name, MANY)
        assert os.waitpid(applying(plan, server.dsn(name), lambda line: "] DO " in line), 0)[1] == signal.SIGKILL
        # While somebody is changing a row the backfill fills all others and does not end.
        other.execute("BEGIN; UPDATE tasks SET size = 7 WHERE id = 9000")
        child = applying(plan, server.dsn(name), lambda _: False)
        while looking.execute("SELECT count(*) FROM tasks WHERE size_new IS NULL").fetchone() != (1,):
            time.sleep(0.01)
        os.kill(child, signal.SIGKILL)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
        other.execute("COMMIT")
        assert run(plan, server.dsn(name), lambda _: None).parts == len(plan.parts)
        assert looking.execute("SELECT count(*) FROM tasks WHERE size_new = size").fetchone() == (20_000,)


def applying(plan: PlanFile, database: str, last: Callable[[str], bool]) -> int:
    """A process that applies the plan, and is killed where it says something that is the `last`."""
    child = os.fork()
    if child == 0:
        run(plan, database, lambda line: os.kill(os.getpid(), signal.SIGKILL) if last(line) else None)
        os._exit(0)
    return child


@pytest.mark.parametrize("name", ["primary key and what points at it", "a rename and another type"])
def test_parts_that_are_killed_again_and_again_are_finished(server: Server, name: str) -> None:
    case = CASES[name]
    parts = series(server, case)
    with scratch_database(server) as database:
        filled(server, database, case)
        for one in (*parts, *(one.turned for one in reversed(parts))):
            plan, kills = planfile(one.addressed, one.stage), 0
            while killed_at(plan, server.dsn(database), kills + 1):
                kills += 1
            assert kills
        assert differing(server, source(server.dsn(database), Settings()), sides(case)[0]) == ()


def test_the_command_prints_the_parts_and_writes_a_plan_for_each(server: Server, tmp_path: Path) -> None:
    case = CASES["a rename"]
    new, file = tmp_path / "new.sql", tmp_path / "plan.json"
    new.write_text(case.new)
    with scratch_database(server) as name:
        filled(server, name, case)
        words = ("diff", server.dsn(name), new, "--series", "--renamed", "tasks.title=name")
        done = colonnade(*words, "--plan", file, "--json")
        assert done.returncode == 1, done.stderr
        said = json.loads(done.stdout)
        assert [(one["stage"], one["way_back"]) for one in said["parts"]] == [
            ("expand", "lossless"), ("switch", "lossless"), ("contract", "lossless"),
        ]  # fmt: skip
        text = colonnade(*words, "--sql").stdout
        for stage in ("1-expand", "2-switch", "3-contract"):
            done = colonnade("apply", tmp_path / f"plan-{stage}.json", "--database", server.dsn(name))
            assert done.returncode == 0, done.stderr
        assert colonnade(*words[:-2]).stdout == "Equal.\n"
    with scratch_database(server) as name:
        filled(server, name, case)
        psql(server, name, text)
        assert differing(server, source(server.dsn(name), Settings()), sides(case)[1]) == ()
        old = tmp_path / "old.sql"
        old.write_text(case.old)
        back = colonnade("diff", old, new, "--series", "--reverse", "--sql", "--renamed", "tasks.title=name")
        assert back.returncode == 1, back.stderr
        psql(server, name, back.stdout)
        assert differing(server, source(server.dsn(name), Settings()), sides(case)[0]) == ()
    assert colonnade("diff", old, new, "--series", "--plain").returncode == 2


def test_a_way_back_that_may_lose_something_is_refused(server: Server) -> None:
    old, new = sides(CASES["integer to bigint"])
    with pytest.raises(PlanRefused, match="values of bigint may not fit integer"):
        legs_back(server, old, new, Wish(reverse=True))
    with pytest.raises(PlanRefused, match="values of bigint may not fit integer"):
        legs(server, new, old, Wish())


# --- under load ---------------------------------------------------------------------------------------------------

COUNTED = Case(
    "CREATE TABLE tasks (id int PRIMARY KEY, done int NOT NULL DEFAULT 0, mark text UNIQUE);",
    "CREATE TABLE tasks (id int PRIMARY KEY, tally bigint NOT NULL DEFAULT 0, mark varchar(40) UNIQUE);",
    "INSERT INTO tasks SELECT n, 0, 'm' || n FROM generate_series(1, 5000) n;",
    (("tasks.done", "tally"),),
)


@dataclass
class Writer:
    """Somebody who counts in a column, marks and adds rows, and notes what was written and what failed."""

    database: str
    column: str
    seed: int
    written: int = 0
    failed: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        # As behind a pooler: statements are not prepared by name.
        with psycopg.connect(self.database, autocommit=True, prepare_threshold=None) as connection:
            number = self.seed
            while not self.stop.is_set():
                number = (number * 1_103_515_245 + 12_345) % 2**31
                try:
                    self.write(connection, 1 + number % 5000)
                except psycopg.Error as error:
                    self.failed.append(str(error))

    def write(self, connection: psycopg.Connection, key: int) -> None:
        done = connection.execute(f"UPDATE tasks SET {self.column} = {self.column} + 1 WHERE id = %s".encode(), [key])
        self.written += done.rowcount
        connection.execute("UPDATE tasks SET mark = %s WHERE id = %s", [f"m{key}", key])
        more = f"INSERT INTO tasks (id, {self.column}, mark) VALUES (%s, 1, %s)"
        connection.execute(more.encode(), [(self.seed + 1) * 1_000_000 + self.written, f"{self.seed} {self.written}"])
        self.written += 1


@contextmanager
def writing(*writers: Writer) -> Iterator[None]:
    threads = [threading.Thread(target=one.work) for one in writers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for one in writers:
            one.stop.set()
        for thread in threads:
            thread.join()


def test_old_and_new_writers_lose_nothing_in_any_part(server: Server) -> None:
    expand, switch, contract = series(server, COUNTED)
    with scratch_database(server) as name, connect(server.dsn(name)) as looking:
        filled(server, name, COUNTED)
        dsn = server.dsn(name)
        old, new = Writer(dsn, "done", 1), Writer(dsn, "tally", 2)
        with ExitStack() as newer:
            with writing(old):
                run(planfile(expand.addressed, "t"), dsn, lambda _: None)
                newer.enter_context(writing(new))
                for one in (switch, switch.turned, switch):
                    seen = old.written + new.written
                    while old.written + new.written < seen + 200:
                        time.sleep(0.01)
                    run(planfile(one.addressed, "t"), dsn, lambda _: None)
            unlike = "SELECT count(*) FROM tasks WHERE done::text IS DISTINCT FROM tally::text"
            assert looking.execute(unlike).fetchone() == (0,)
            run(planfile(contract.addressed, "t"), dsn, lambda _: None)
        assert (old.failed, new.failed) == ([], [])
        assert looking.execute("SELECT sum(tally) FROM tasks").fetchone() == (old.written + new.written,)
        assert differing(server, source(dsn, Settings()), sides(COUNTED)[1]) == ()


# --- the migrator -------------------------------------------------------------------------------------------------

TRAILED = Case(
    "CREATE TABLE tasks (id int PRIMARY KEY, owner int NOT NULL, at timestamptz, updated_at int DEFAULT 0, version int"
    " DEFAULT 0); CREATE TABLE audit (what text); ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;"
    "ALTER TABLE tasks FORCE ROW LEVEL SECURITY; CREATE POLICY own ON tasks USING (owner = 1);"
    "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at := 1; NEW.version :="
    " NEW.version + 1; RETURN NEW; END';"
    "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO audit VALUES (NEW.id);"
    " RETURN NULL; END';",
    "",
    "INSERT INTO tasks SELECT n, n % 3, '2020-01-01 23:30+00' FROM generate_series(1, 30) n;",
)
WATCHED = (
    "CREATE TRIGGER touch BEFORE UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION touch();"
    "CREATE TRIGGER note AFTER INSERT OR UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION note();"
)


@pytest.mark.parametrize("triggers", ["", WATCHED], ids=["no other triggers", "other triggers"])
def test_a_migrator_who_is_no_superuser_fills_what_it_does_not_see_and_nobody_notices(
    server: Server, triggers: str
) -> None:
    old = TRAILED.old + triggers
    new = Source("new", {"new.sql": old.replace("at timestamptz", "at date")})
    with scratch_database(server) as name, connect(server.dsn(name)) as connection:
        migrator = f"{name}_migrator"
        texts = [f"{TRAILED.old}{TRAILED.rows}{triggers}", f"CREATE ROLE {migrator} LOGIN BYPASSRLS"]
        owned = (f"DATABASE {name}", "TABLE tasks", "TABLE audit", "FUNCTION touch", "FUNCTION note")
        for text in (*texts, *(f"ALTER {one} OWNER TO {migrator}" for one in owned)):
            connection.execute(text.encode())
        dsn = server.dsn(name, migrator)
        for one in legs(server, source(dsn, Settings()), new, Wish(allow_data_loss=True)):
            if triggers and one.stage == "expand":
                with pytest.raises(Stopped, match="would take the backfill for changes"):
                    run(planfile(one.addressed, "t"), dsn, lambda _: None)
                connection.execute(f"GRANT SET ON PARAMETER session_replication_role TO {migrator}".encode())
            run(planfile(one.addressed, "t"), dsn, lambda _: None)
            if one.stage == "expand":
                rows = "SELECT DISTINCT at_new::text, extract(hour FROM at AT TIME ZONE 'UTC') FROM tasks"
                assert connection.execute(rows.encode()).fetchall() == [("2020-01-01", 23)]
        trails = "SELECT sum(updated_at), sum(version), (SELECT count(*) FROM audit), count(at) FROM tasks"
        assert connection.execute(trails.encode()).fetchone() == (0, 0, 0, 30)
        revoked = f"REVOKE ALL ON PARAMETER session_replication_role FROM {migrator}"
        for text in (f"REASSIGN OWNED BY {migrator} TO CURRENT_USER", revoked, f"DROP OWNED BY {migrator}"):
            connection.execute(text.encode())
        connection.execute(f"ALTER DATABASE {name} OWNER TO CURRENT_USER; DROP ROLE {migrator}".encode())
