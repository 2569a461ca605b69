"""Plans on live databases: to the end, after a kill at any moment, behind the locks of others, and on no other one."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from colonnade import apply
from colonnade.apply import Outcome, Patience, Stopped, run
from colonnade.config import Settings
from colonnade.errors import InputError, Refused
from colonnade.evolve import Source, Wish, addressed, differing, source
from colonnade.evolve.planfile import PlanFile, dump, load, planfile
from colonnade.server import Server, connect, scratch_database
from test_evolve import colonnade

OLD = """
CREATE TYPE state AS ENUM ('new', 'done');
CREATE TABLE people (id int PRIMARY KEY);
CREATE TABLE tasks (id int PRIMARY KEY, person int, title text, state state DEFAULT 'new', size int);
CREATE INDEX by_size ON tasks (size);
CREATE INDEX gone ON tasks (person);
INSERT INTO people SELECT generate_series(1, 9);
INSERT INTO tasks SELECT n, 1 + n % 9, 'task ' || n, 'new', n FROM generate_series(1, 100) n;
"""
NEW = """
CREATE TYPE state AS ENUM ('new', 'open', 'done');
CREATE TABLE people (id int PRIMARY KEY, mail text);
CREATE TABLE tasks (id int PRIMARY KEY, person int NOT NULL REFERENCES people, title text UNIQUE,
    state state DEFAULT 'open', size int CHECK (size > 0));
CREATE INDEX by_size ON tasks (size, title);
CREATE VIEW open_tasks AS SELECT id FROM tasks WHERE state = 'open';
"""


@pytest.fixture
def plan(server: Server, database: str) -> PlanFile:
    return planfile(addressed(server, source(database, Settings()), Source("new", {"new.sql": NEW}), Wish()), "t")


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    with scratch_database(server) as name:
        with connect(server.dsn(name)) as connection:
            connection.execute(OLD)
        yield server.dsn(name)


def silent(_: str) -> None:
    """Nobody listens."""


def left(server: Server, database: str) -> tuple[str, ...]:
    return differing(server, source(database, Settings()), Source("new", {"new.sql": NEW}))


def killed_at(plan: PlanFile, database: str, moment: int) -> bool:
    """Whether the run was killed when it had said `moment` things; it then had no chance to tidy up."""
    child = os.fork()
    if child == 0:
        said = 0

        def tell(_: str) -> None:
            nonlocal said
            said += 1
            if said == moment:
                os.kill(os.getpid(), signal.SIGKILL)

        run(plan, database, tell)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_a_plan_that_is_killed_again_and_again_is_finished_at_last(
    server: Server, database: str, plan: PlanFile
) -> None:
    kills = 0
    while killed_at(plan, database, kills + 1):
        kills += 1
    assert kills >= max(len(part.statements) for part in plan.parts)
    assert left(server, database) == ()
    assert run(plan, database, silent) == Outcome(len(plan.parts), len(plan.parts))
    with connect(database) as connection:
        assert connection.execute("SELECT count(*), sum(size) FROM tasks").fetchone() == (100, 5050)
        assert connection.execute("SELECT to_regclass('colonnade_progress')").fetchone() == (None,)


def test_a_kill_at_each_moment(server: Server, plan: PlanFile, database: str) -> None:
    """One kill a run, each at another moment, on a fresh database; the next run finishes it."""
    moments = sum(len(part.statements) + 1 for part in plan.parts)
    every = 1 if os.environ.get("EVOLVE_FULL") else 6
    for moment in range(2, moments + 1, every):
        with scratch_database(server) as name:
            with connect(server.dsn(name)) as connection:
                connection.execute(OLD)
            assert killed_at(plan, server.dsn(name), moment)
            run(plan, server.dsn(name), silent)
            assert left(server, server.dsn(name)) == ()


def test_a_lost_connection_stops_the_run_and_the_next_one_goes_on(
    server: Server, database: str, plan: PlanFile
) -> None:
    def lose(line: str) -> None:
        if "CONCURRENTLY" in line or "VALIDATE" in line:
            with connect(database) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )

    for _ in plan.parts:
        try:
            run(plan, database, lose)
        except Stopped:
            continue
    run(plan, database, silent)
    assert left(server, database) == ()


def test_a_database_that_has_moved_is_refused(server: Server, database: str, plan: PlanFile) -> None:
    with connect(database) as connection:
        connection.execute("ALTER TABLE people ADD moved int")
        with pytest.raises(Refused, match="not what the plan was made for"):
            run(plan, database, silent)
        connection.execute("ALTER TABLE people DROP moved")
    assert killed_at(plan, database, 5)
    other = planfile(addressed(server, Source("a", {}), Source("b", {"b.sql": "CREATE TABLE b ()"}), Wish()), "another")
    with pytest.raises(Refused, match=f"plan {plan.id} is half done"):
        run(other, database, silent)
    run(plan, database, silent)
    assert left(server, database) == ()


def test_rows_that_do_not_fit_stop_the_plan_and_leave_no_invalid_index(
    server: Server, database: str, plan: PlanFile
) -> None:
    with connect(database) as connection:
        connection.execute("UPDATE tasks SET title = 'task 1' WHERE id = 2")
        with pytest.raises(Stopped, match="could not create unique index"):
            run(plan, database, silent)
        assert connection.execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid").fetchone() == (0,)
        connection.execute("UPDATE tasks SET title = 'task 2' WHERE id = 2")
        # Another tool was killed while it built the index.
        connection.execute("CREATE UNIQUE INDEX tasks_title_key ON tasks (title)")
        connection.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'tasks_title_key'::regclass")
    run(plan, database, silent)
    assert left(server, database) == ()


def test_a_short_step_gives_way_and_comes_back(server: Server, database: str, plan: PlanFile) -> None:
    said: list[str] = []
    with connect(database) as holder:
        holder.execute("SET application_name = 'report'; BEGIN; LOCK TABLE people IN ACCESS SHARE MODE")

        def tell(line: str) -> None:
            said.append(line)
            if line.count("waits for") and sum("waits for" in one for one in said) == 2:
                holder.execute("COMMIT")

        run(plan, database, tell, Patience(lock_timeout=20))
    waits = [one for one in said if "waits for" in one]
    assert len(waits) == 2
    assert "(report), idle in transaction" in waits[0]
    assert left(server, database) == ()


def test_a_lock_that_nobody_gives_up_stops_the_run(server: Server, database: str, plan: PlanFile) -> None:
    with connect(database) as holder:
        holder.execute("BEGIN; LOCK TABLE people IN ACCESS SHARE MODE")
        with pytest.raises(Stopped, match="lock timeout"):
            run(plan, database, silent, Patience(lock_timeout=10, attempts=2))
    run(plan, database, silent)
    assert left(server, database) == ()


def test_two_runs_do_not_meet(server: Server, database: str, plan: PlanFile) -> None:
    with connect(database) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [apply.LOCK])
        with pytest.raises(Refused, match="another run"):
            run(plan, database, silent)


def test_the_command(server: Server, database: str, tmp_path: Path) -> None:
    new, file = tmp_path / "new.sql", tmp_path / "plan.json"
    new.write_text(NEW)
    assert colonnade("diff", database, new, "--plan", file).returncode == 1
    assert dump(load(file)) == file.read_text()
    done = colonnade("apply", file, "--database", database, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["done_before"] == 0
    assert "CREATE INDEX CONCURRENTLY" in done.stderr
    assert left(server, database) == ()
    assert colonnade("apply", file, "--database", database).stdout == "Nothing was left to do.\n"
    with connect(database) as connection:
        connection.execute("DROP VIEW open_tasks")
    refused = colonnade("apply", file, "--database", database, "--json")
    assert (refused.returncode, json.loads(refused.stdout)["ok"]) == (3, False)


@pytest.mark.parametrize("text", ["", "{}", '{"kind": "colonnade plan 1", "title": "x"}', "[1]"])
def test_what_is_no_plan_is_said(tmp_path: Path, text: str) -> None:
    file = tmp_path / "plan.json"
    file.write_text(text)
    with pytest.raises(InputError, match=r"plan\.json: is "):
        load(file)


def test_a_half_built_index_in_a_schema_of_an_odd_name_is_made_anew(server: Server) -> None:
    old, new = 'CREATE SCHEMA "S s"; CREATE TABLE "S s".t (a int);', 'CREATE INDEX "I i" ON "S s".t (a);'
    with scratch_database(server) as name, connect(server.dsn(name)) as connection:
        connection.execute(old)
        wanted = Source("new", {"new.sql": old + new})
        made = planfile(addressed(server, source(server.dsn(name), Settings()), wanted, Wish()), "t")
        assert killed_at(made, server.dsn(name), 1)
        connection.execute(new)
        connection.execute("UPDATE pg_index SET indisvalid = false WHERE indrelid = '\"S s\".t'::regclass")
        run(made, server.dsn(name), silent)
        assert connection.execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid").fetchone() == (0,)
        assert differing(server, source(server.dsn(name), Settings()), wanted) == ()
