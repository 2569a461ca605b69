"""A user's server: looked at before it is used, and left as it was, also by a process that was killed before."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from colonnade.server.cluster import installed_binaries
from colonnade.server.description import NEWEST, OLDEST, OWN_NAMES, Server, failure
from colonnade.server.scratch import drop_database
from colonnade.sql import ident

if TYPE_CHECKING:
    import psycopg

CONNECT_SECONDS = 10
LOCKS = 0x636F6C
"""The first key of our advisory locks; the second is the number of a process that uses the server."""

POWERS = """
SELECT rolsuper, rolsuper OR rolcreatedb, rolsuper OR rolcreaterole,
       rolsuper OR (rolcreaterole AND rolbypassrls AND current_setting('server_version_num')::int >= 160000)
FROM pg_roles WHERE rolname = current_user
"""
HERE = "SELECT oid FROM pg_database WHERE datname = current_database()"
LEFT = "SELECT datname FROM pg_database WHERE datname ~ ('^' || %s || '[0-9]+$') ORDER BY 1"
LEFT_ROLES = "SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s) ORDER BY 1"
LEFT_BY = """
SELECT DISTINCT substring(name FROM '^' || %(ours)s || '_([0-9]{1,9})_')::int FROM (
    SELECT datname::text FROM pg_database UNION ALL SELECT rolname::text FROM pg_roles
) AS made (name) WHERE name ~ ('^' || %(ours)s || '_[0-9]{1,9}_') ORDER BY 1
"""


@contextmanager
def at(dsn: str) -> Iterator[Server]:
    """The server that `dsn` names, for scratch work; its version and the login's rights are checked first.

    While it is in use a session holds a lock, whose number is part of the name of all that is made: what bears a
    number that nobody holds was left by a process that was killed, and is dropped. Raises ServerError.
    """
    with looking(dsn) as keeper:
        server = _described(keeper, dsn)
        keeper.execute("SET idle_session_timeout = 0")
        (here,) = keeper.execute(HERE).fetchone() or (0,)
        ours = f"colonnade_{here}"
        number = _claimed(keeper, ours)
        try:
            yield replace(server, prefix=f"{ours}_{number}")
        finally:
            _leave(keeper, f"{ours}_{number}_")


@contextmanager
def looking(dsn: str) -> Iterator[psycopg.Connection]:
    """A connection to the database that `dsn` names, with search_path pg_catalog. Raises ServerError."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        given = {"connect_timeout": str(CONNECT_SECONDS), **conninfo_to_dict(dsn)}
        connection = psycopg.connect(**given, autocommit=True)  # type: ignore[arg-type]
    except psycopg.Error as error:
        fix = "check host, port, database, user and password, and that the server accepts connections"
        raise failure(f"no connection to the server: {' '.join(str(error).split())}", fix) from error
    with connection:
        connection.execute(OWN_NAMES)
        yield connection


def _described(connection: psycopg.Connection, dsn: str) -> Server:
    from psycopg.conninfo import conninfo_to_dict

    version, info = connection.info.server_version // 10000, connection.info
    if not OLDEST <= version <= NEWEST:
        raise failure(f"the server is PostgreSQL {version}", f"use one of the versions {OLDEST} to {NEWEST}")
    superuser, databases, roles, bypass = connection.execute(POWERS).fetchone() or (False,) * 4
    name = ident(info.user)
    for allowed, noun, attribute in ((databases, "databases", "CREATEDB"), (roles, "roles", "CREATEROLE")):
        if not allowed:
            raise failure(
                f"the role {name} may not create {noun}", f"as an administrator: ALTER ROLE {name} {attribute}"
            )
    given = {"connect_timeout": str(CONNECT_SECONDS), **conninfo_to_dict(dsn)}
    kept = tuple(sorted((key, str(value)) for key, value in given.items() if key not in ("dbname", "user", "password")))
    return Server(
        version, installed_binaries(), False, info.user, kept, info.password or None, info.dbname,
        superuser=superuser, grants_bypass=bypass,
    )  # fmt: skip


def _claimed(keeper: psycopg.Connection, ours: str) -> int:
    """The first number that is free; before, what is left under any other free number is dropped."""
    for number in _numbers(keeper, ours):
        if _taken(keeper, ours, number):
            _release(keeper, number)
    return next(number for number in itertools.count(1) if _taken(keeper, ours, number))


def _taken(keeper: psycopg.Connection, ours: str, number: int) -> bool:
    """Whether the number is held by nobody else, and nothing is left under it that we may not drop; then it is ours."""
    row = keeper.execute("SELECT pg_try_advisory_lock(%s, %s)", (LOCKS, number)).fetchone()
    if row is None or not row[0]:
        return False
    if not _swept(keeper, f"{ours}_{number}_"):
        _release(keeper, number)
        return False
    return True


def _numbers(keeper: psycopg.Connection, ours: str) -> list[int]:
    return [number for (number,) in keeper.execute(LEFT_BY, {"ours": ours}).fetchall()]


def _release(keeper: psycopg.Connection, number: int) -> None:
    keeper.execute("SELECT pg_advisory_unlock(%s, %s)", (LOCKS, number))


def _swept(keeper: psycopg.Connection, prefix: str) -> bool:
    """Whether nothing is left whose name begins with `prefix`; what another login made, only that one may drop."""
    import psycopg

    try:
        for (database,) in keeper.execute(LEFT, [prefix]).fetchall():
            drop_database(keeper, database)
        for (role,) in keeper.execute(LEFT_ROLES, [prefix]).fetchall():
            keeper.execute(f"DROP ROLE IF EXISTS {ident(role)}")
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.DependentObjectsStillExist):
        return False
    return True


def _leave(keeper: psycopg.Connection, prefix: str) -> None:
    import psycopg

    # Where the server has gone away meanwhile, the next one that uses it finds what is left.
    with suppress(psycopg.OperationalError):
        _swept(keeper, prefix)
