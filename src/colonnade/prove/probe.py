"""Probes: one statement, tried and undone, and what PostgreSQL said to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from colonnade.sql import ident, literal

if TYPE_CHECKING:
    import psycopg

Row = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a statement did: its SQLSTATE and the object that PostgreSQL blames, or the rows it touched or gave."""

    sqlstate: str = "00000"
    constraint: str = ""
    column: str = ""
    table: str = ""
    message: str = ""
    rows: int = 0
    values: tuple[tuple[Any, ...], ...] = ()

    @property
    def accepted(self) -> bool:
        return self.sqlstate == "00000"

    @property
    def blamed(self) -> str:
        """The object that refused, by name, as far as PostgreSQL names one."""
        return self.constraint or self.column or ""

    def __str__(self) -> str:
        if self.accepted:
            return f"accepted, {self.rows} row{'' if self.rows == 1 else 's'}"
        return f"refused, {self.sqlstate}" + (f" by {self.blamed}" if self.blamed else f" ({self.message})")


def tried(connection: psycopg.Connection, *statements: str) -> Outcome:
    """What the last of `statements` did, in a transaction that is rolled back; deferred constraints are checked."""
    with undone(connection):
        outcome = Outcome()
        for statement in statements:
            outcome = ran(connection, statement)
            if not outcome.accepted:
                break
        return outcome


@contextmanager
def undone(connection: psycopg.Connection) -> Iterator[None]:
    """A transaction that is rolled back."""
    connection.execute("BEGIN; SET CONSTRAINTS ALL IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def ran(connection: psycopg.Connection, statement: str) -> Outcome:
    """What `statement` did."""
    import psycopg

    try:
        cursor = connection.execute(statement.encode())
        values = tuple(cursor.fetchall()) if cursor.description else ()
        return Outcome(rows=max(cursor.rowcount, 0), values=values)
    except psycopg.Error as error:
        found = error.diag
        return Outcome(
            error.sqlstate or "XX000",
            found.constraint_name or "",
            found.column_name or "",
            found.table_name or "",
            found.message_primary or str(error).splitlines()[0],
        )


def ran_as(connection: psycopg.Connection, role: str, statement: str) -> Outcome:
    """What `statement` does when an administrator has become `role` for it, in a savepoint of the transaction."""
    connection.execute(f"SAVEPOINT one; SELECT set_config('role', {literal(role)}, true)")
    outcome = ran(connection, statement)
    if not outcome.accepted:
        connection.execute("ROLLBACK TO one")
    return outcome


def insert(table: str, row: Row, overriding: str = "") -> str:
    """INSERT of one row; values are literals without a type, so that PostgreSQL casts as it does for a client."""
    if not row:
        return f"INSERT INTO {ident(table)} DEFAULT VALUES"
    columns, values = ", ".join(map(ident, row)), ", ".join(map(value, row.values()))
    return f"INSERT INTO {ident(table)} ({columns}) {overriding}VALUES ({values})"


def insert_numbered(table: str, row: Row) -> str:
    """INSERT of one row that brings its own numbers, also where the server always counts them itself."""
    return insert(table, row, "OVERRIDING SYSTEM VALUE ")


def where(row: Row, columns: tuple[str, ...]) -> str:
    """A condition that only this row meets, by the columns of its key."""
    return " AND ".join(f"{ident(name)} = {value(row[name])}" for name in columns)


def value(text: str | None) -> str:
    return "NULL" if text is None else literal(text)


def shown(text: str | None, longest: int = 40) -> str:
    """A value for the evidence: quoted, and cut where it is long."""
    if text is None:
        return "NULL"
    return repr(text) if len(text) <= longest else f"{text[:10]!r}… of {len(text)} characters"


def become(connection: psycopg.Connection, setting: str, user: str | None) -> None:
    """Sets the current user for the session; without a user, to the empty text that a pooled session keeps."""
    connection.execute("SELECT set_config(%s, %s, false)", (setting, user or ""))
