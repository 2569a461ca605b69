"""What each statement of a change locks, rewrites and reads on PostgreSQL, seen from inside its transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from colonnade.sql import parse, qualified

if TYPE_CHECKING:
    from colonnade.elaborate import Bench
    from colonnade.elaborate.statements import Statement
    from colonnade.lint.changes import Change

LEVELS = (
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)
BLOCKS_WRITES = frozenset({"SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE"})
BLOCKS_ALL = "ACCESS EXCLUSIVE"

TABLES = """
SELECT c.oid, n.nspname, c.relname, pg_relation_filenode(c.oid) FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname !~ '^(pg_|information_schema$)'
"""
OF_THESE = " AND c.oid = ANY(%s)"
LOCKS = """
SELECT relation, mode FROM pg_locks WHERE locktype = 'relation' AND granted AND pid = pg_backend_pid()
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND relation = ANY(%s)
"""
SCANS = (
    "SELECT relid, coalesce(seq_scan, 0) + coalesce(idx_scan, 0) FROM pg_stat_xact_user_tables WHERE relid = ANY(%s)"
)


@dataclass(frozen=True, slots=True)
class Observation:
    """What one statement did to tables that were there before the change.

    `taken` are the locks that it took itself, `held` the strongest lock that its transaction has then on each table;
    `rewritten` and `read` are names of tables. `failure` is what PostgreSQL said where it refused the statement.
    """

    statement: Statement
    node: Any
    tables: frozenset[str]
    taken: tuple[tuple[str, str], ...] = ()
    held: tuple[tuple[str, str], ...] = ()
    rewritten: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    lock_timeout: bool = False
    alone: bool = True
    failure: str = ""


@dataclass(frozen=True, slots=True)
class _View:
    """What a transaction has done so far to the tables that were there before, by their oid."""

    filenodes: dict[int, int | None]
    locks: dict[int, str]
    scans: dict[int, int]


def watched(bench: Bench, change: Change) -> Iterator[Observation]:
    """Runs the statements of `change` and tells of each; ends after the first that PostgreSQL refuses."""
    tables = bench.connection.execute(TABLES).fetchall()
    old = {oid: qualified(schema, name) for oid, schema, name, _ in tables}
    if change.transactional:
        bench.connection.execute("BEGIN")
    for statement in change.statements:
        seen = _run(bench, statement, old)
        yield seen
        if seen.failure:
            return
    if _in_transaction(bench):
        bench.connection.execute("COMMIT")


def _run(bench: Bench, statement: Statement, old: dict[int, str]) -> Observation:
    import psycopg

    node = parse(statement.text)[0].stmt
    tables = frozenset(old.values())
    if type(node).__name__ == "TransactionStmt" or statement.extension in bench.beyond or statement.about_roles:
        bench.run(statement)
        return Observation(statement, node, tables)
    alone = not _in_transaction(bench)
    if alone:
        bench.connection.execute("BEGIN")
    before = _view(bench.connection, list(old))
    try:
        bench.connection.execute(statement.text.encode(), prepare=False)
    except psycopg.errors.ActiveSqlTransaction as error:
        return _outside(bench, statement, node, tables, error, alone)
    except psycopg.Error as error:
        return _refused(bench, statement, node, tables, error)
    after = _view(bench.connection, list(old))
    limited = bench.connection.execute("SELECT current_setting('lock_timeout') <> '0'").fetchone()[0]
    if alone:
        bench.connection.execute("COMMIT")
    return Observation(
        statement,
        node,
        tables,
        taken=_locks(old, {oid: mode for oid, mode in after.locks.items() if before.locks.get(oid) != mode}),
        held=_locks(old, after.locks),
        rewritten=_names(old, [oid for oid in old if _rewritten(oid, before, after)]),
        read=_names(old, [oid for oid, count in after.scans.items() if count > before.scans.get(oid, 0)]),
        lock_timeout=limited,
        alone=alone,
    )


def _outside(
    bench: Bench, statement: Statement, node: Any, tables: frozenset[str], error: Any, alone: bool
) -> Observation:
    """A statement that forbids a transaction runs without one; it is refused where the change has one of its own."""
    import psycopg

    if not alone:
        return _refused(bench, statement, node, tables, error)
    bench.connection.execute("ROLLBACK")
    try:
        bench.connection.execute(statement.text.encode(), prepare=False)
    except psycopg.Error as second:
        return _refused(bench, statement, node, tables, second)
    return Observation(statement, node, tables)


def _refused(bench: Bench, statement: Statement, node: Any, tables: frozenset[str], error: Any) -> Observation:
    if _in_transaction(bench):
        bench.connection.execute("ROLLBACK")
    message = bench.aliases.said(error.diag.message_primary or " ".join(str(error).split()))
    return Observation(statement, node, tables, failure=message)


def _in_transaction(bench: Bench) -> bool:
    from psycopg.pq import TransactionStatus

    return bool(bench.connection.info.transaction_status != TransactionStatus.IDLE)


def _view(connection: Any, oids: list[int]) -> _View:
    if not oids:
        return _View({}, {}, {})
    tables = connection.execute(TABLES + OF_THESE, [oids]).fetchall()
    locks: dict[int, str] = {}
    for oid, mode in connection.execute(LOCKS, [oids]):
        level = _level(mode)
        locks[oid] = max(level, locks.get(oid, level), key=LEVELS.index)
    return _View(
        {oid: filenode for oid, _, _, filenode in tables},
        locks,
        dict(connection.execute(SCANS, [oids]).fetchall()),
    )


def _level(mode: str) -> str:
    """`ShareRowExclusiveLock` as SQL writes it."""
    return next(level for level in LEVELS if level.replace(" ", "") + "LOCK" == mode.upper())


def _rewritten(oid: int, before: _View, after: _View) -> bool:
    known = oid in before.filenodes and oid in after.filenodes
    return known and before.filenodes[oid] != after.filenodes[oid]


def _names(old: dict[int, str], oids: Sequence[int]) -> tuple[str, ...]:
    return tuple(sorted(old[oid] for oid in oids if oid in old))


def _locks(old: dict[int, str], locks: dict[int, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((old[oid], level) for oid, level in locks.items() if oid in old))
