"""The law about search functions: each reaches its index for the current user, and nothing else for anybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from colonnade.design.schema import Index, QueryPattern, Table, Unique
from colonnade.findings import Proof
from colonnade.prove.ground import Ground
from colonnade.prove.laws import law
from colonnade.prove.patterns import act_as_application, leave_only
from colonnade.prove.probe import ran, undone
from colonnade.prove.rows import acting
from colonnade.sql import ident, literal
from colonnade.types import take_apart

if TYPE_CHECKING:
    import psycopg

LAW = "search-behind-policy"
WRITING = "INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"
# Of a partitioned index its parts are scanned.
SCANS = """
SELECT sum(pg_stat_get_xact_numscans(relid)) FROM (
    SELECT {0}::regclass AS relid UNION SELECT inhrelid FROM pg_inherits WHERE inhparent = {0}::regclass
) AS parts
"""
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
    name, scans = ident(pattern.table), SCANS.format(literal(ident(pattern.index or "")))
    subject, texts = f"{pattern.table}: {pattern.title}", pattern.parameter_types == ("text",)
    with undone(connection):
        everybodys = _askable(pattern, connection, ground)
        leave_only(ground, pattern.table, pattern.index, connection)
        act_as_application(ground, _user(ground, pattern), connection)
        mine = _askable(pattern, connection, ground)
        if not mine:
            return Proof(LAW, subject, False, "unproven: no row of the user has anything to search for")
        asked = max(mine, key=lambda one: (everybodys[one] - mine[one], one))
        call = f"{ident(pattern.function or '')}({literal(asked)})"
        before = ran(connection, scans)
        found = ran(connection, f"SELECT (one.*)::text FROM {call} AS one")
        after = ran(connection, scans)
        strange = ran(connection, f"SELECT (one.*)::text FROM {call} AS one EXCEPT SELECT ({name}.*)::text FROM {name}")
        connection.execute("SELECT set_config(%s, %s, true)", (ground.setting, ""))
        nobody = ran(connection, f"SELECT FROM {call}")
        # Last, since an error ends the transaction.
        connection.execute("SELECT set_config(%s, %s, true)", (ground.setting, _user(ground, pattern)))
        unfinished = f"{ident(pattern.function or '')}({literal(_unfinished(everybodys, mine))})"
        failing = ran(connection, f"SELECT FROM {unfinished}") if texts else found
    counted = after.values[0][0] - before.values[0][0] if found.accepted and after.accepted else 0
    answered = found.rows and strange.accepted and nobody.accepted and failing.accepted
    passed = bool(counted and answered) and not strange.rows + nobody.rows
    words = (
        f"as the application {call} scans {pattern.index} {counted} time{'s' * (counted != 1)}: {found}, {strange.rows}"
        f" of others, who have {everybodys[asked] - mine[asked]} rows with it; without a user {nobody}"
        + (f"; a pattern that ends too early {failing}" if texts else "")
    )
    return Proof(LAW, subject, passed, words)


def _unfinished(everybodys: Mapping[str, int], mine: Mapping[str, int]) -> str:
    """A pattern that fails at a row of another user, where it comes to its end with one."""
    text = next((one for one in sorted(everybodys) if one not in mine and len(one) > 1), "a")
    return f"{text[: len(text) // 2]}%\\"


def _askable(pattern: QueryPattern, connection: psycopg.Connection, ground: Ground) -> dict[str, int]:
    """Each text that a search can be given so that it finds a row that is seen, and how many rows have it."""
    table = ground.schema.database.table(pattern.table)
    kind = pattern.parameter_types[0] if pattern.parameter_types else ""
    column = _column(ground, pattern, table)
    texts, limits = _texts(ident(column), table.column(column).type, kind)
    source = f"{ident(table.name)}, {texts} AS one WHERE one IS NOT NULL AND {limits}"
    query = f"SELECT one::text, count(*) FROM {source} GROUP BY 1"
    return dict(connection.execute(query.encode()).fetchall())


def _column(ground: Ground, pattern: QueryPattern, table: Table) -> str:
    """The column that the function searches: the first of its index that does not say whose the row is."""
    facts = ground.schema.intent.entity(table.name)
    keys = [one for one in (*table.indexes, *table.constraints) if isinstance(one, Index | Unique)]
    columns = next(one.columns for one in keys if one.name == pattern.index)
    return next(one for one in columns if one not in (facts.owner_column, facts.tenant_column))


def _texts(column: str, type_: str, kind: str) -> tuple[str, str]:
    """Where the texts to ask for come from, by the types of the column and of what the function is given."""
    shape = take_apart(type_)
    if shape.base == "tsvector":
        return f"unnest(tsvector_to_array({column}))", "true"
    if kind == "text" and not shape.dimensions:
        return f"regexp_replace({column}, '([\\\\%_])', '\\\\\\1', 'g')", "one <> ''"
    if shape.dimensions:
        return f"CAST({column} AS text)", f"cardinality({column}) > 0"
    if shape.base.endswith("range"):
        within = take_apart(kind).base == shape.base
        return (
            f"CAST({column if within else f'lower({column})'} AS text)",
            f"NOT isempty({column}) AND lower_inc({column}) AND one <> ''",
        )
    return f"CAST({column} AS text)", "true"


def _user(ground: Ground, pattern: QueryPattern) -> str | None:
    """A user who may see a row of the table, with something to search for where there is one."""
    facts, rows = ground.schema.intent.entity(pattern.table), ground.rows[pattern.table]
    column = _column(ground, pattern, ground.schema.database.table(pattern.table))
    rows = sorted(rows, key=lambda row: row.get(column, "") is None)
    return next((user for row in rows if (user := acting(ground, facts, row))), None)


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
