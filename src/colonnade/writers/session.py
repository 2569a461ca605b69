"""Writer `session`: `session.py`, or as the layout calls it: engine, pool and tenant context of each transaction."""

from __future__ import annotations

from collections.abc import Iterator

from colonnade.design.schema import Schema
from colonnade.sql import ident
from colonnade.types import take_apart
from colonnade.writers.file import File, Request, writer

_HEAD = '''"""Engine, pool and sessions; __PURPOSE__

DATABASE_URL names the database and the role that the application connects as. Parameters go to the server apart from
the SQL, so nothing that a user writes becomes part of a statement.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
__UUID__
import psycopg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.pool import ConnectionPoolEntry

__CONSTANTS__POOL_SIZE = 5
MAX_OVERFLOW = 10
POOL_TIMEOUT_SECONDS = 30
# Serverless PostgreSQL suspends after five idle minutes, and a connection older than that may be dead.
POOL_RECYCLE_SECONDS = 240
CONNECT_TIMEOUT_SECONDS = 10
CONNECT_WAITS_SECONDS = (0.2, 0.5, 1.0, 2.0)
STATEMENT_TIMEOUT = "30s"
# What cannot become better by trying again: a wrong password or role, no such database.
PERMANENT = ("28000", "28P01", "3D000")


def database_url(text: str | None = None) -> sa.URL:
    """`text`, or DATABASE_URL of the environment, for psycopg 3. Raises LookupError where neither is set."""
    written = text or os.environ.get("DATABASE_URL")
    if not written:
        raise LookupError("DATABASE_URL is not set; write postgresql://user:password@host/database into it")
    url = sa.make_url(written)
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise ValueError(f"DATABASE_URL must name PostgreSQL, not {url.get_backend_name()}")
    return url.set(drivername="postgresql+psycopg")


def make_engine(url: sa.URL | str | None = None) -> sa.Engine:
    """A pooled engine. A connection is tested before use; only connecting is tried again, never a statement."""
    target = url if isinstance(url, sa.URL) else database_url(url)
    engine = sa.create_engine(
        target,
        pool_pre_ping=True,
        pool_size=POOL_SIZE,
        max_overflow=MAX_OVERFLOW,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        pool_recycle=POOL_RECYCLE_SECONDS,
        # A statement prepared on the server outlives a migration and fails after it; poolers may not keep it either.
        connect_args={"connect_timeout": CONNECT_TIMEOUT_SECONDS, "prepare_threshold": None},
    )
    event.listen(engine, "do_connect", _connect)
__LISTEN__    return engine


@cache
def get_engine() -> sa.Engine:
    """The one engine of this process, made from DATABASE_URL when first asked for."""
    return make_engine()


def _connect(dialect: Dialect, record: ConnectionPoolEntry, arguments: Any, options: Any) -> Any:
    """Connects, and waits a little where the server is just waking up."""
    for wait in CONNECT_WAITS_SECONDS:
        try:
            return dialect.connect(*arguments, **options)
        except psycopg.OperationalError as error:
            if error.sqlstate in PERMANENT:
                raise
            time.sleep(wait)
    return dialect.connect(*arguments, **options)
'''

_PLAIN = '''

@contextmanager
def open_session(engine: sa.Engine | None = None) -> Iterator[Session]:
    """A session that commits at the end of the block and rolls back where it raises."""
    with Session(engine or get_engine()) as session, session.begin():
        yield session
'''

_TENANT = '''

class NoUser(RuntimeError):
    """A query was about to run without the user whose rows it may see."""


class UserSession(Session):
    """A session in which every transaction belongs to one user.

    The user is set anew at the start of each transaction and ends with it, so a connection that returns to the pool
    carries nobody. Row-level security then shows that user's rows and no others.
    """


@event.listens_for(UserSession, "after_begin")
def _set_user(session: Session, transaction: SessionTransaction, connection: sa.Connection) -> None:
    user_id = session.info.get("user_id")
    if user_id is None or str(user_id) == "":
        raise NoUser("this session has no user; open it with user_session(user_id)")
    connection.execute(
        sa.text(
            "SELECT set_config(:setting, :user_id, true), set_config('statement_timeout', :statement_timeout, true)"
        ),
        {"setting": SETTING, "user_id": str(user_id), "statement_timeout": STATEMENT_TIMEOUT},
    )


@contextmanager
def user_session(user_id: __ANNOTATION__, engine: sa.Engine | None = None) -> Iterator[UserSession]:
    """A session of one user: it commits at the end of the block and rolls back where it raises.

    After session.commit() within the block the next transaction belongs to the same user. Raises NoUser for no user.
    """
    if user_id is None or str(user_id) == "":
        raise NoUser("user_session() needs the id of a user")
    with UserSession(engine or get_engine(), info={"user_id": user_id}) as session:
        yield session
        session.commit()
'''

_GUARD = '''

BYPASSED = """
SELECT
    (SELECT rolsuper OR rolbypassrls FROM pg_catalog.pg_roles WHERE rolname = current_user),
    (SELECT array_agg(name) FROM unnest(%s::text[]) AS name WHERE NOT row_security_active(to_regclass(name)))
"""


class RowSecurityBypassed(RuntimeError):
    """The role that the application connects as is not bound by row-level security."""


def _refuse_bypass(connection: psycopg.Connection[Any], record: ConnectionPoolEntry) -> None:
    """Closes a door that stays open silently: as such a role, or on such a table, every user would see every row.

    A table that is not there yet is left out, so that the application starts before its first migration.
    """
    with connection.cursor() as cursor:
        cursor.execute(BYPASSED, [SCOPED_TABLES])
        unbound, tables = cursor.fetchone() or (True, None)
    connection.rollback()
    if unbound:
        connection.close()
        raise RowSecurityBypassed(f"connect as {APPLICATION_ROLE}: this role is not bound by row-level security")
    if tables:
        connection.close()
        raise RowSecurityBypassed(f"row-level security is not active for this role on {', '.join(tables)}")
'''


@writer("session")
def session(request: Request) -> Iterator[File]:
    """session.py, with a tenant context where rows have owners."""
    yield File(request.layout.session, _text(request.schema))


def _text(schema: Schema) -> str:
    annotation = _owner_annotation(schema)
    secured = [f"{ident(table.schema)}.{ident(table.name)}" for table in schema.database.tables if table.row_security]
    purpose = "the user whose rows may be seen is part of every transaction." if annotation else "one place opens them."
    text = _HEAD + (_GUARD if secured else "") + (_TENANT if annotation else _PLAIN)
    constants = ([f"SETTING = {schema.intent.setting!r}"] if annotation else []) + (
        [f"APPLICATION_ROLE = {_application(schema)!r}", f"SCOPED_TABLES = {secured!r}"] if secured else []
    )
    values = {
        "__PURPOSE__": purpose,
        "__UUID__": "from uuid import UUID\n" if annotation == "UUID" else "",
        "__LISTEN__": '    event.listen(engine, "connect", _refuse_bypass)\n' if secured else "",
        "__ANNOTATION__": annotation or "",
        "__CONSTANTS__": "".join(f"{line}\n" for line in constants),
    }
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text


def _application(schema: Schema) -> str:
    return schema.intent.roles.application if schema.intent.roles else "a role without SUPERUSER and BYPASSRLS"


def _owner_annotation(schema: Schema) -> str | None:
    """The Python type of an owner's key, or None where no table has owners."""
    tables = {table.name: table for table in schema.database.tables}
    for entity in schema.intent.entities:
        if entity.owner_column is not None and entity.table in tables:
            type_ = take_apart(tables[entity.table].column(entity.owner_column).type).base
            return {"uuid": "UUID", "bigint": "int", "integer": "int", "smallint": "int"}.get(type_, "str")
    return None
