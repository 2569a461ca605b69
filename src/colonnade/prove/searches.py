"""The law about search functions: each reaches its index for the current user, and nothing else for anybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from colonnade.design.schema import QueryPattern
from colonnade.findings import Proof
from colonnade.prove.ground import Ground
from colonnade.prove.laws import law
from colonnade.prove.patterns import act_as_application, leave_only
from colonnade.prove.probe import ran, undone
from colonnade.prove.rows import acting
from colonnade.sql import ident, literal

if TYPE_CHECKING:
    import psycopg

LAW = "search-behind-policy"
WRITING = "INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"
CLOSED = """
SELECT r.rolname, r.rolcanlogin, r.rolsuper OR r.rolbypassrls, p.prosecdef, p.proconfig::text LIKE '%%search_path=%%',
       EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = p.pronamespace AND c.relkind IN ('r', 'p', 'v')
               AND has_table_privilege(r.oid, c.oid, %(writing)s)),
       array(SELECT DISTINCT a.grantee::regrole::text FROM aclexplode(p.proacl) a
             WHERE a.grantee NOT IN (r.oid, %(application)s::regrole))
FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner WHERE p.oid = %(function)s::regproc
"""


@law(LAW)
def search_behind_policy(ground: Ground) -> Iterator[Proof]:
    """A search function finds the current user's rows by the index that the policies close to a query, and no others.

    As the application, in one transaction: calling it scans the index, as PostgreSQL counts; each row that comes back
    is one that a query of the user sees, and without a user none comes. Its owner cannot log in, has neither SUPERUSER
    nor BYPASSRLS, and may write nothing; the search_path is fixed, and the application alone may call it.
    """
    assert ground.residents is not None
    with ground.session(ground.filled) as administrator:
        for pattern in ground.schema.intent.patterns:
            if pattern.function:
                yield _searched(ground, pattern, administrator)
                yield _enclosed(ground, pattern, administrator)


def _searched(ground: Ground, pattern: QueryPattern, connection: psycopg.Connection) -> Proof:
    name, index = ident(pattern.table), literal(ident(pattern.index or ""))
    scans = f"SELECT pg_stat_get_xact_numscans({index}::regclass)"
    subject = f"{pattern.table}: {pattern.title}"
    with undone(connection):
        everybodys = _words(pattern, connection, ground)
        leave_only(ground, pattern.table, pattern.index, connection)
        act_as_application(ground, _user(ground, pattern), connection)
        mine = _words(pattern, connection, ground)
        if not mine:
            return Proof(LAW, subject, False, "unproven: no row of the user has a word")
        asked = max(mine, key=lambda word: (everybodys[word] - mine[word], word))
        call = f"{ident(pattern.function or '')}({literal(asked)})"
        before = ran(connection, scans)
        found = ran(connection, f"SELECT (one.*)::text FROM {call} AS one")
        after = ran(connection, scans)
        strange = ran(connection, f"SELECT (one.*)::text FROM {call} AS one EXCEPT SELECT ({name}.*)::text FROM {name}")
        connection.execute("SELECT set_config(%s, %s, true)", (ground.setting, ""))
        nobody = ran(connection, f"SELECT FROM {call}")
    counted = after.values[0][0] - before.values[0][0] if found.accepted and after.accepted else 0
    passed = bool(counted and found.rows and strange.accepted and nobody.accepted) and not strange.rows + nobody.rows
    words = (
        f"as the application {call} scans {pattern.index} {counted} time{'s' * (counted != 1)}: {found}, {strange.rows}"
        f" of others, who have {everybodys[asked] - mine[asked]} rows with the word; without a user {nobody}"
    )
    return Proof(LAW, subject, passed, words)


def _words(pattern: QueryPattern, connection: psycopg.Connection, ground: Ground) -> dict[str, int]:
    """Each word in the rows that are seen, and how many of them have it."""
    indexes = ground.schema.database.table(pattern.table).indexes
    column = next(ident(one.keys[0].column or "") for one in indexes if one.name == pattern.index)
    query = f"SELECT word, count(*) FROM {ident(pattern.table)}, unnest(tsvector_to_array({column})) AS word GROUP BY 1"
    return dict(connection.execute(query.encode()).fetchall())


def _user(ground: Ground, pattern: QueryPattern) -> str | None:
    """A user who may see a row of the table."""
    facts = ground.schema.intent.entity(pattern.table)
    return next((user for row in ground.rows[pattern.table] if (user := acting(ground, facts, row))), None)


def _enclosed(ground: Ground, pattern: QueryPattern, connection: psycopg.Connection) -> Proof:
    name, application = ident(pattern.function or ""), ident(ground.actors.application)
    given = {"writing": WRITING, "application": application, "function": name}
    row = connection.execute(CLOSED, given).fetchone() or ("nobody", True, True, False, False, True, [])
    owner, logs_in, bypasses, definer, fixed, writes, callers = row
    faults = [
        words for fault, words in (
            (logs_in, "can log in"), (bypasses, "passes every policy"), (writes, "may write"),
            (not definer, "does not lend its rights"), (not fixed, "has an open search_path"),
            (owner == ground.actors.owner, "owns the tables"), (bool(callers), f"is called by {', '.join(callers)}"),
        ) if fault
    ]  # fmt: skip
    told = "; ".join(faults) or "reads for the application alone and writes nothing"
    return Proof(LAW, f"{pattern.table}: {pattern.title}", not faults, f"{pattern.function} of {owner}: {told}")
