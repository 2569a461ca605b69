"""Loading rows: external tables as their owner, ours as the migrator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from colonnade.design.schema import Column, Schema, Table
from colonnade.prove.probe import Row, ran, value
from colonnade.sql import ident, qualified

if TYPE_CHECKING:
    import psycopg

BEYOND = 1000
"""What an identity column counts from, once rows with numbers of their own are there."""

Rows = Mapping[str, Sequence[Row]]


def numbered(schema: Schema, rows: dict[str, list[dict[str, str | None]]]) -> dict[str, list[dict[str, str | None]]]:
    """`rows` with the numbers that an empty table would count: tries that are undone use numbers up all the same."""
    counted = {
        table.name: [column.name for column in table.columns if column.identity or _by_sequence(column)]
        for table in schema.database.tables
    }
    return {
        table: [{**row, **{name: str(place) for name in counted.get(table, ())}} for place, row in enumerate(some, 1)]
        for table, some in rows.items()
    }


def _by_sequence(column: Column) -> bool:
    return column.default is not None and column.default.lower().startswith("nextval(")


def fill(schema: Schema, rows: Rows, migrator: psycopg.Connection, neighbour: psycopg.Connection) -> None:
    """Loads all `rows`, which are ordered parents first."""
    external = {table.name: table for table in schema.external}
    for name, some in rows.items():
        if name in external:
            load(neighbour, external[name], some)
        else:
            load(migrator, schema.database.table(name), some)


def empty(schema: Schema, rows: Rows, connection: psycopg.Connection) -> bool:
    """Whether none of the tables that have `rows` holds any."""
    held = [
        schema.database.table(name) for name in rows if rows[name] and name not in {t.name for t in schema.external}
    ]
    checks = " OR ".join(f"EXISTS (SELECT FROM {qualified(table.schema, table.name)})" for table in held)
    found = connection.execute(f"SELECT {checks or 'false'}".encode()).fetchone()
    return found is not None and not found[0]


def clear(schema: Schema, connection: psycopg.Connection) -> None:
    """Removes all rows, external tables' too, and starts counting anew."""
    names = [qualified(table.schema, table.name) for table in (*schema.database.tables, *schema.external)]
    if names:
        connection.execute(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE".encode())


def load(connection: psycopg.Connection, table: Table, rows: Sequence[Row]) -> list[Row]:
    """Loads `rows` and gives back those that were taken: all, or where one is refused, each that is taken by itself.

    Raises psycopg.Error where an identity column cannot be told to count on from beyond them.
    """
    whole = not rows or ran(connection, _insert(table, rows)).accepted
    taken = list(rows) if whole else [row for row in rows if ran(connection, _insert(table, [row])).accepted]
    for column in table.columns:
        if column.identity and taken:
            name = qualified(table.schema, table.name)
            connection.execute(f"ALTER TABLE {name} ALTER COLUMN {ident(column.name)} RESTART WITH {BEYOND}".encode())
    return taken


def refusal(connection: psycopg.Connection, table: Table, rows: Sequence[Row]) -> str:
    """Why the first of `rows` is refused."""
    return str(ran(connection, _insert(table, rows[:1]))) if rows else "there is none"


def _insert(table: Table, rows: Sequence[Row]) -> str:
    """One statement for all `rows`; a column that a row does not name gets its default."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    values = ", ".join(
        "(" + ", ".join(value(row[name]) if name in row else "DEFAULT" for name in columns) + ")" for row in rows
    )
    target = f"{qualified(table.schema, table.name)} ({', '.join(map(ident, columns))})"
    return f"INSERT INTO {target} OVERRIDING SYSTEM VALUE VALUES {values}"
