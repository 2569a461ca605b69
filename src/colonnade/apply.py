"""Running a plan on a live database: short steps that give way, patient ones that do not, and a note of each.

The progress stands in a table of the database itself. A part that is a transaction notes itself in that very
transaction; one that PostgreSQL wants alone is looked at before it is done again. So a run that is killed at any moment
is finished by the next one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from colonnade.catalog import read
from colonnade.elaborate.script import without_owner
from colonnade.errors import ColonnadeError, Mistake, Refused
from colonnade.evolve.asked import PROGRESS, asked, fingerprint_of, notes_of_tools
from colonnade.evolve.planfile import Part, PlanFile
from colonnade.plan import SESSION
from colonnade.server import looking
from colonnade.sql import qualified

if TYPE_CHECKING:
    import psycopg

NOTES = qualified(*PROGRESS)
LOCK = 0x636F6C6F6E6E61
LONGEST_PAUSE = 5.0
NOTICED_AFTER = 2.0
Tell = Callable[[str], None]

OLD_TRANSACTIONS = """
SELECT pid, usename, application_name, state, extract(epoch FROM clock_timestamp() - xact_start)::int
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < clock_timestamp() - interval '1 second'
ORDER BY xact_start
"""
HOLDERS = """
SELECT DISTINCT pid, usename, application_name, state, extract(epoch FROM clock_timestamp() - xact_start)::int
FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE granted AND pid <> pg_backend_pid() AND relation = ANY (SELECT to_regclass(name) FROM unnest(%s::text[]) AS name)
ORDER BY pid
"""
INDEX = """
SELECT indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE relname = %s AND nspname = %s
"""


class Stopped(ColonnadeError):
    """A statement failed; what was done before it stands, and the same command goes on from there (exit 1)."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a short step waits for its locks, in milliseconds, and how often it comes back."""

    lock_timeout: int = 100
    attempts: int = 30


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many parts a plan has, and how many of them had been done before this run."""

    parts: int
    before: int

    def json(self) -> dict[str, object]:
        return {"ok": True, "parts": self.parts, "done_before": self.before, "done_now": self.parts - self.before}


def run(plan: PlanFile, dsn: str, tell: Tell, patience: Patience = Patience()) -> Outcome:
    """Runs what is left of `plan` on the database at `dsn`.

    Raises Refused where the database is not the one that the plan was made for, Stopped where a statement fails or a
    lock cannot be had, ServerError.
    """
    with looking(dsn) as connection, _alone(connection):
        _watched(connection)
        for setting in (*SESSION, "SET row_security = off"):
            connection.execute(setting.encode())
        begun = _begun(connection, plan)
        connection.add_notice_handler(lambda notice: tell(f"    {notice.message_primary}"))
        for number in range(begun, len(plan.parts)):
            with _stopping(plan, number):
                _part(connection, plan.parts[number], number, f"[{number + 1}/{len(plan.parts)}]", tell, patience)
        _finish(connection, plan, begun)
        return Outcome(len(plan.parts), begun)


@contextmanager
def _alone(connection: psycopg.Connection) -> Iterator[None]:
    """While no other run is at work on this database. Raises Refused.

    A run that was killed is at work until the server notices.
    """
    begun = time.monotonic()
    while not _locked(connection):
        time.sleep(0.1)
        if time.monotonic() - begun < NOTICED_AFTER:
            continue
        raise Refused((Mistake(None, "another run is at work on this database", "wait until it is done"),))
    yield


def _locked(connection: psycopg.Connection) -> bool:
    (free,) = connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone() or (False,)
    return bool(free)


def _watched(connection: psycopg.Connection) -> None:
    """Lets the server look now and then whether we are still there, where it can: a long statement ends with us."""
    import psycopg

    with suppress(psycopg.Error):
        connection.execute("SET client_connection_check_interval = '500ms'")


@contextmanager
def _stopping(plan: PlanFile, number: int) -> Iterator[None]:
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        why = error.diag.message_primary or " ".join(str(error).split())
        where = f"stopped in part {number + 1} of {len(plan.parts)}: {why}"
        raise Stopped((Mistake(None, where, "what was done stands; run the same plan again to go on"),)) from error


# --- where the plan stands ----------------------------------------------------------------------------------------


def _begun(connection: psycopg.Connection, plan: PlanFile) -> int:
    """How many parts are done. Raises Refused where the database is none that this plan was made for."""
    if _noted(connection):
        row = connection.execute(f"SELECT plan, done FROM {NOTES}".encode()).fetchone() or ("", 0)
        if row[0] != plan.id:
            message = f"plan {row[0]} is half done on this database, and this is plan {plan.id}"
            raise Refused((Mistake(None, message, "finish that one first"),))
        return int(row[1])
    found = _seen(connection, plan)
    if found == plan.after:
        return len(plan.parts)
    if found != plan.before:
        message = "the database is not what the plan was made for; it has changed since, or is another one"
        raise Refused((Mistake(None, message, "make the plan anew with 'colonnade diff'"),))
    connection.execute(
        f"BEGIN; CREATE TABLE {NOTES} (plan text PRIMARY KEY, done integer NOT NULL);"
        f"INSERT INTO {NOTES} VALUES ('{plan.id}', 0); COMMIT".encode()
    )
    return 0


def _noted(connection: psycopg.Connection) -> bool:
    (found,) = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [NOTES]).fetchone() or (False,)
    return bool(found)


def _seen(connection: psycopg.Connection, plan: PlanFile) -> str:
    database = without_owner(read(connection), connection.info.user)
    return fingerprint_of(asked(database, frozenset(plan.apart) | notes_of_tools(database), plan.ignored))


def _finish(connection: psycopg.Connection, plan: PlanFile, begun: int) -> None:
    """Takes the notes away. Raises Stopped where the database is not what the plan promised."""
    connection.execute(f"DROP TABLE IF EXISTS {NOTES}".encode())
    if begun < len(plan.parts) and _seen(connection, plan) != plan.after:
        message = "all statements ran, but the database is not what the plan leads to"
        raise Stopped((Mistake(None, message, "compare it with 'colonnade diff'"),))


# --- parts --------------------------------------------------------------------------------------------------------


def _part(connection: psycopg.Connection, part: Part, number: int, mark: str, tell: Tell, patience: Patience) -> None:
    if part.patient:
        for row in connection.execute(OLD_TRANSACTIONS.encode()).fetchall():
            tell(f"{mark} will wait for an old transaction: {_session(row)}")
    if part.transactional:
        _until_free(connection, part, number, mark, tell, patience)
        return
    connection.execute("SET lock_timeout = 0")
    for text in part.statements:
        tell(f"{mark} {text}")
        _by_itself(connection, text)
    connection.execute(f"UPDATE {NOTES} SET done = %s".encode(), [number + 1])
    tell(f"{mark} done")


def _until_free(
    connection: psycopg.Connection, part: Part, number: int, mark: str, tell: Tell, patience: Patience
) -> None:
    """Tries a transaction until its locks can be had; between two tries everybody who waits goes first."""
    from psycopg.errors import DeadlockDetected, LockNotAvailable

    pause = 0.1
    for attempt in range(1, patience.attempts + 1):
        try:
            _transaction(connection, part, number, mark, tell, 0 if part.patient else patience.lock_timeout)
        except (LockNotAvailable, DeadlockDetected):
            held = connection.execute(HOLDERS.encode(), [list(part.relations)]).fetchall()
            tell(f"{mark} waits for {'; '.join(map(_session, held)) or 'a lock'}")
            if attempt == patience.attempts:
                raise
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        else:
            tell(f"{mark} done")
            return


def _transaction(
    connection: psycopg.Connection, part: Part, number: int, mark: str, tell: Tell, lock_timeout: int
) -> None:
    with connection.transaction():
        connection.execute(f"SET LOCAL lock_timeout = {lock_timeout}".encode())
        for text in part.statements:
            tell(f"{mark} {text}")
            connection.execute(text.encode(), prepare=False)
        connection.execute(f"UPDATE {NOTES} SET done = %s".encode(), [number + 1])


def _by_itself(connection: psycopg.Connection, text: str) -> None:
    """Runs what PostgreSQL wants alone, unless it was done already; an invalid leftover of it goes first."""
    from pglast import parse_sql

    node: Any = parse_sql(text)[0].stmt
    kind = type(node).__name__
    if kind == "IndexStmt":
        _index(connection, text, node.relation.schemaname or "public", node.idxname)
    elif kind == "DropStmt":
        names = [one.sval for one in node.objects[0]]
        schema = names[-2] if len(names) > 1 else "public"
        if _valid(connection, schema, names[-1]) is not None:
            connection.execute(text.encode(), prepare=False)
    else:
        connection.execute(text.encode(), prepare=False)


def _index(connection: psycopg.Connection, text: str, schema: str, name: str) -> None:
    import psycopg

    if _valid(connection, schema, name):
        return
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {qualified(schema, name)}".encode()
    connection.execute(drop)
    try:
        connection.execute(text.encode(), prepare=False)
    except psycopg.errors.Error:
        # Half an index costs every writer and serves no reader.
        if not connection.closed:
            connection.execute(drop)
        raise


def _valid(connection: psycopg.Connection, schema: str, name: str) -> bool | None:
    """Whether an index is valid; None where there is none."""
    row = connection.execute(INDEX, [name, schema]).fetchone()
    return None if row is None else bool(row[0])


def _session(row: Sequence[Any]) -> str:
    pid, user, application, state, seconds = row
    named = f" ({application})" if application else ""
    return f"process {pid} of {user}{named}, {state}, in a transaction for {seconds or 0} s"
