"""Scratch databases and scratch roles: made, used, and dropped at the end."""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from colonnade.errors import Mistake, ServerError
from colonnade.server.description import Server, at_home, connect
from colonnade.sql import ident, literal

if TYPE_CHECKING:
    import psycopg

_counter = itertools.count(1)


def scratch_name(server: Server) -> str:
    """A name that this process has not given before."""
    return f"{server.prefix}_{next(_counter)}"


@contextmanager
def scratch_database(server: Server, template: str | None = None) -> Iterator[str]:
    """The name of a fresh database, a clone of `template` if one is named; dropped at the end, whoever is connected."""
    with at_home(server) as connection:
        name = _created(connection, server, _clone_of(server, template or "template0"))
    try:
        yield name
    finally:
        with at_home(server) as connection:
            drop_database(connection, name)


def drop_database(connection: psycopg.Connection, name: str) -> None:
    """Drops the database, if it is there, and ends the sessions in it. Raises psycopg.Error where it may not."""
    from psycopg.errors import InsufficientPrivilege

    _disconnect_others(connection, name)
    try:
        connection.execute(f"DROP DATABASE IF EXISTS {ident(name)} WITH (FORCE)")
    except InsufficientPrivilege:
        # Only a superuser may end an autovacuum worker; without FORCE the server asks it to go by itself.
        connection.execute(f"DROP DATABASE IF EXISTS {ident(name)}")


def _disconnect_others(connection: psycopg.Connection, database: str) -> None:
    """Ends the sessions in `database` and waits a moment for them: DROP DATABASE itself looks only every 100 ms."""
    query = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        " AND backend_type = 'client backend' AND pg_has_role(usesysid, 'USAGE')"
    )
    deadline = time.monotonic() + 0.1
    while connection.execute(query, [database]).fetchall() and time.monotonic() < deadline:
        time.sleep(0.002)


def _clone_of(server: Server, template: str) -> str:
    """The options of CREATE DATABASE; on our own server copying files is quickest, since nothing is kept safe there."""
    return f"TEMPLATE {ident(template)}" + (" STRATEGY FILE_COPY" if server.owned else "")


def _created(connection: psycopg.Connection, server: Server, options: str) -> str:
    from psycopg.errors import DuplicateDatabase

    while True:
        name = scratch_name(server)
        try:
            connection.execute(f"CREATE DATABASE {ident(name)} {options}")
        except DuplicateDatabase:
            # Another machine's process of the same number.
            continue
        return name


@contextmanager
def scratch_roles(server: Server, names: Iterable[str], attributes: str = "NOLOGIN") -> Iterator[tuple[str, ...]]:
    """Roles of exactly these names for the time of the block. Raises ServerError where one exists already.

    Roles belong to the whole cluster, so on a user's server each name begins with the prefix that is ours alone.
    """
    wanted = tuple(sorted(set(names)))
    strange = [name for name in wanted if not server.owned and not name.startswith(f"{server.prefix}_")]
    if strange:
        listed = ", ".join(map(ident, strange))
        message = f"roles of these names are made only on the embedded server: {listed}"
        raise ServerError((Mistake(None, message, "leave out --server"),))
    with at_home(server) as connection:
        _refuse_existing(connection, wanted)
        connection.execute("; ".join(f"CREATE ROLE {ident(name)} {attributes}" for name in wanted))
        joined(connection, server, wanted)
    try:
        yield wanted
    finally:
        drop_roles(server, wanted)


def new_password(connection: psycopg.Connection, role: str) -> tuple[str, str]:
    """A password for `role`, and the attribute that gives it; the server sees no more of it than a digest."""
    password = secrets.token_urlsafe()
    digest = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    return password, f"PASSWORD {literal(digest.decode())}"


def joined(connection: psycopg.Connection, server: Server, names: Iterable[str]) -> None:
    """Makes a login that is no superuser a member of the roles that it has made: only then it may act as them."""
    if server.superuser:
        return
    how = " WITH INHERIT TRUE, SET TRUE" if server.version >= 16 else ""
    for name in names:
        connection.execute(f"GRANT {ident(name)} TO CURRENT_USER{how}")


def _refuse_existing(connection: psycopg.Connection, names: tuple[str, ...]) -> None:
    rows = connection.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) ORDER BY 1", [list(names)])
    existing = [row[0] for row in rows]
    reserved = [name for name in names if name.startswith("pg_") or name in ("public", "none", "")]
    if existing or reserved:
        mistakes = [Mistake(None, f"the role {ident(name)} exists already", "use another name") for name in existing]
        mistakes += [Mistake(None, f"{ident(name)} cannot be the name of a role", "use another name")
                     for name in reserved if name not in existing]  # fmt: skip
        raise ServerError(tuple(mistakes))


def drop_roles(server: Server, names: Iterable[str]) -> None:
    """Drops those of the roles that exist, with all that they own and were granted in any database of the server.

    After Ctrl-C another thread may still be making objects of theirs; then they go with what else is left, at the end.
    """
    from psycopg.errors import DependentObjectsStillExist

    with at_home(server) as connection:
        rows = connection.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) ORDER BY 1", [list(names)])
        existing = [row[0] for row in rows]
        if not existing:
            return
        drop = f"DROP ROLE {', '.join(map(ident, existing))}"
        try:
            connection.execute(drop)
        except DependentObjectsStillExist:
            _drop_owned(server, connection, existing)
            with suppress(DependentObjectsStillExist):
                connection.execute(drop)


# What belongs to no database, such as the right to set a parameter, is given up from any of them.
HOMES = """
SELECT DISTINCT d.datname FROM pg_shdepend s JOIN pg_database d
  ON d.oid = s.dbid OR (d.oid = s.objid AND s.classid = 'pg_database'::regclass)
  OR (s.dbid = 0 AND d.datname = current_database())
WHERE s.refclassid = 'pg_authid'::regclass AND d.datallowconn
  AND s.refobjid IN (SELECT oid FROM pg_roles WHERE rolname = ANY(%s)) ORDER BY 1
"""


def _drop_owned(server: Server, connection: psycopg.Connection, roles: list[str]) -> None:
    for (database,) in connection.execute(HOMES, [roles]).fetchall():
        with connect(server.dsn(database)) as inside:
            inside.execute(f"DROP OWNED BY {', '.join(map(ident, roles))} CASCADE")
