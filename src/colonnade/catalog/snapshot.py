"""Snapshot: what every reader of one kind needs to know of the catalog it reads from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from colonnade.sql import chosen_name

if TYPE_CHECKING:
    import psycopg

__all__ = ["FIRST_USER_OID", "Snapshot", "chosen_name", "grouped", "rows", "since", "snapshot"]

# Whatever a session has set, an expression must come back as the same text. A catalog that was never analysed looks
# as if it had one row, so that the planner would choose loops within loops.
SESSION = """
SET LOCAL search_path = public;
SET LOCAL jit = off;
SET LOCAL enable_nestloop = off;
SET LOCAL cursor_tuple_fraction = 1;
SET LOCAL quote_all_identifiers = off;
SET LOCAL datestyle = 'ISO, MDY';
SET LOCAL intervalstyle = postgres;
SET LOCAL timezone = 'UTC';
SET LOCAL extra_float_digits = 1;
SET LOCAL bytea_output = hex
"""

# Who may create operators in `public` could give ours another meaning, and have it run as whoever reads: so a query is
# analysed where only PostgreSQL's own are seen, and runs where expressions come back as people write them.
_ANALYSED = "SET LOCAL search_path = pg_catalog; DECLARE found NO SCROLL CURSOR FOR "
_FETCHED = "; SET LOCAL search_path = public; FETCH ALL FROM found; CLOSE found"

NAMESPACES = """
SELECT oid, nspname AS name FROM pg_namespace
WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
"""

# Read by the index on what is referred to, so that the whole of pg_depend is never scanned.
MEMBERS = """
SELECT classid::regclass::text AS catalog, array_agg(objid) AS oids FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' GROUP BY 1
"""
OWNED_CATALOGS = ("pg_class", "pg_namespace", "pg_proc", "pg_type")

FIRST_USER_OID = 16384

COMMENTS = f"""
SELECT classoid::regclass::text AS catalog, objoid, objsubid, description
FROM pg_description WHERE objoid >= {FIRST_USER_OID} OR (classoid = 'pg_namespace'::regclass AND objoid = 2200)
"""

ROLES = "SELECT oid, rolname AS name FROM pg_roles"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One consistent view of a database; `namespaces` and `roles` map oid to name.

    `members` are the oids of what extensions own, by catalog. `comments` are keyed by catalog, oid and the number of
    the column or 0.
    """

    connection: psycopg.Connection[Any]
    version: int
    namespaces: Mapping[int, str]
    members: Mapping[str, list[int]]
    comments: Mapping[tuple[str, int, int], str]
    roles: Mapping[int, str]

    def comment(self, catalog: str, oid: int, column: int = 0) -> str | None:
        return self.comments.get((catalog, oid, column))


@contextmanager
def snapshot(connection: psycopg.Connection[Any]) -> Iterator[Snapshot]:
    """One REPEATABLE READ, READ ONLY view; inside an open transaction, the view of that transaction.

    It is rolled back at the end, so nothing that it sets outlives it.
    """
    from psycopg.pq import TransactionStatus

    idle = connection.info.transaction_status == TransactionStatus.IDLE
    with connection.transaction(force_rollback=True):
        if idle:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute(SESSION)
        yield Snapshot(
            connection,
            connection.info.server_version // 10000,
            {row.oid: row.name for row in _rows(connection, NAMESPACES)},
            {row.catalog: row.oids for row in _rows(connection, MEMBERS)},
            {(row.catalog, row.objoid, row.objsubid): row.description for row in _rows(connection, COMMENTS)},
            {row.oid: row.name for row in _rows(connection, ROLES)},
        )


def rows(view: Snapshot, query: str, values: Mapping[str, object] | None = None) -> list[Any]:
    """The rows of `query`, which may use %(namespaces)s and, as %(pg_type_members)s, what extensions own."""
    members = {f"{catalog}_members": view.members.get(catalog, []) for catalog in OWNED_CATALOGS}
    return _rows(view.connection, query, {"namespaces": list(view.namespaces), **members, **(values or {})})


def _rows(connection: psycopg.Connection[Any], query: str, values: Mapping[str, object] | None = None) -> list[Any]:
    from psycopg import ClientCursor
    from psycopg.rows import namedtuple_row

    with ClientCursor(connection, row_factory=namedtuple_row) as cursor:
        cursor.execute(f"{_ANALYSED}{query}{_FETCHED}", values)
        while cursor.description is None:
            cursor.nextset()
        return cursor.fetchall()


def since(view: Snapshot, version: int, expression: str, otherwise: str) -> str:
    """`expression` on servers of `version` and later, else `otherwise`."""
    return expression if view.version >= version else otherwise


def grouped(items: Iterable[tuple[int, Any]]) -> dict[int, list[Any]]:
    """The values of (key, value) pairs by key, in their order."""
    groups: dict[int, list[Any]] = {}
    for key, value in items:
        groups.setdefault(key, []).append(value)
    return groups
