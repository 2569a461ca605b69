"""A column with a default that differs from row to row, on a table in use."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from colonnade.apply import Stopped, run
from colonnade.config import Settings
from colonnade.evolve import Source, Wish, addressed, compare, differing, source
from colonnade.evolve.planfile import PlanFile, planfile
from colonnade.ops.backfill import is_volatile
from colonnade.plan import sql
from colonnade.server import Server, connect, scratch_database
from test_evolve import psql

TABLE = """
CREATE TABLE "Odd ""t%s" (id int PRIMARY KEY, page int, total int, changed int, updated_at int DEFAULT 0{column});
CREATE TABLE audit (what text);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at := 1; RETURN NEW; END';
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO audit VALUES (''x''); RETURN NULL; END';
CREATE TRIGGER touch BEFORE UPDATE ON "Odd ""t%s" FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER note AFTER UPDATE ON "Odd ""t%s" FOR EACH ROW EXECUTE FUNCTION note();
"""
OLD = TABLE.format(column="")
NEW = TABLE.format(column=', "to:ken" uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE')
ROWS = 20_000
FILL = f'INSERT INTO "Odd ""t%s" SELECT n, n, n, n FROM generate_series(1, {ROWS}) n'
STATE = 'SELECT count(DISTINCT "to:ken"), sum(updated_at), (SELECT count(*) FROM audit) FROM "Odd ""t%s"'
FILLED = (ROWS, 0, 0)


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    with scratch_database(server) as name:
        with connect(server.dsn(name)) as connection:
            connection.execute(OLD.encode())
            connection.execute(FILL.encode())
        yield name


def plan(server: Server, database: str) -> PlanFile:
    new = Source("new", {"new.sql": NEW})
    return planfile(addressed(server, source(server.dsn(database), Settings()), new, Wish()), "t")


def found(server: Server, database: str) -> object:
    with connect(server.dsn(database)) as connection:
        return connection.execute(STATE.encode()).fetchone()


def test_each_row_gets_a_value_of_its_own_and_no_trigger_notices(server: Server, database: str) -> None:
    old, new = Source("old", {"old.sql": OLD}), Source("new", {"new.sql": NEW})
    text = sql(compare(server, old, new, Wish()), "t")
    assert 'ADD COLUMN "to:ken" uuid;' in text
    psql(server, database, text)
    assert found(server, database) == FILLED
    assert differing(server, source(server.dsn(database), Settings()), new) == ()


def test_rows_that_somebody_is_changing_are_filled_later_and_nobody_waits(server: Server, database: str) -> None:
    said: list[str] = []
    with connect(server.dsn(database)) as holder, connect(server.dsn(database)) as other:
        holder.execute(b'BEGIN; UPDATE "Odd ""t%s" SET page = 0 WHERE id = 5')
        # The ALTER TABLE itself has to wait for the holder, so that one comes after it.
        holder.execute("ROLLBACK")

        def tell(line: str) -> None:
            said.append(line)
            if "] DO " in line:
                holder.execute(b'BEGIN; UPDATE "Odd ""t%s" SET page = 0 WHERE id = 5')
                threading.Timer(0.5, holder.execute, ["COMMIT"]).start()

        run(plan(server, database), server.dsn(database), tell)
        assert other.execute(b'SELECT page FROM "Odd ""t%s" WHERE id = 5').fetchone() == (0,)
    assert any(f"{ROWS} rows filled" in one for one in said)
    # The one change of a person was noticed.
    assert found(server, database) == (ROWS, 1, 1)


def test_without_the_right_to_still_triggers_it_stops_and_says_what_to_grant(server: Server, database: str) -> None:
    with connect(server.dsn(database)) as connection:
        connection.execute(
            f"CREATE ROLE plain_migrator LOGIN; ALTER DATABASE {database} OWNER TO plain_migrator".encode()
        )
        connection.execute(
            b'ALTER TABLE "Odd ""t%s" OWNER TO plain_migrator; ALTER TABLE audit OWNER TO plain_migrator'
        )
        for function in ("touch", "note"):
            connection.execute(f"ALTER FUNCTION {function} OWNER TO plain_migrator".encode())
        wanted = plan(server, database)
        with pytest.raises(Stopped, match="would take the backfill for changes"):
            run(wanted, server.dsn(database, "plain_migrator"), lambda _: None)
        connection.execute("GRANT SET ON PARAMETER session_replication_role TO plain_migrator")
    run(wanted, server.dsn(database, "plain_migrator"), lambda _: None)
    assert found(server, database) == FILLED


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("gen_random_uuid()", True),
        ("public.uuid_generate_v4()", True),
        ("nextval('a_seq'::regclass)", True),
        ("now()", False),
        ("'random()'::text", False),
        ("my_own()", True),
        ("CURRENT_TIMESTAMP", False),
    ],
)
def test_which_defaults_differ_from_row_to_row(expression: str, holds: bool) -> None:
    assert is_volatile(expression, {"my_own"}) is holds
