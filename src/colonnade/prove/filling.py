"""Loading rows: external tables as their owner, ours as the migrator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from colonnade.design.schema import Column, Schema, Table
from colonnade.prove.probe import Outcome, Row, ran, value
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
    """Loads all `rows`, which are ordered parents first; tables that need each other's rows in one transaction."""
    from colonnade import seed

    for table in schema.external:
        load(neighbour, table, rows.get(table.name, ()))
    for ring in seed.together(schema):
        load_ring(migrator, [(table, rows.get(table.name, ())) for table in ring])


def load_ring(connection: psycopg.Connection, ring: Sequence[tuple[Table, Sequence[Row]]]) -> Outcome:
    """Loads the rows of tables that need each other's rows in one transaction, and says what that did.

    Raises psycopg.Error where an identity column cannot be told to count on.
    """
    if len(ring) == 1:
        load(connection, *ring[0])
        return Outcome()
    outcome = ran(connection, "; ".join(["BEGIN", *(_insert(table, rows) for table, rows in ring if rows), "COMMIT"]))
    connection.rollback()
    for table, _ in ring if outcome.accepted else ():
        _count_on(connection, table)
    return outcome


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
    if taken:
        _count_on(connection, table)
    return taken


def _count_on(connection: psycopg.Connection, table: Table) -> None:
    """Lets the server count on from beyond the rows that were given numbers."""
    for column in table.columns:
        if column.identity:
            name = qualified(table.schema, table.name)
            connection.execute(f"ALTER TABLE {name} ALTER COLUMN {ident(column.name)} RESTART WITH {BEYOND}".encode())


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
