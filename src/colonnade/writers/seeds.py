"""Writer `seeds`: a file of INSERTs for each table, in the order in which rows may be put in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from colonnade.design.roles import unbound
from colonnade.design.schema import Column, ForeignKey, Roles, Schema, Table
from colonnade.seed import Row, counted, place_of, rows, together
from colonnade.sql import comment_line, dollar, ident, idents, literal, qualified, shorten
from colonnade.writers.file import File, Request, writer
from colonnade.writers.python import module

COUNT = 5


@writer("seeds")
def seeds(request: Request) -> Iterator[File]:
    """`backend/seeds/NNN_<entity>.sql` for each table that rows can be made for, parents first.

    Tables that need each other's rows stand in one file, which is named after all of them.
    """
    schema = request.schema
    # One external row, since all seeds belong to the one user who is there.
    made = rows(schema, COUNT, owners=1)
    entities = {one.table: one.name for one in schema.intent.entities}
    rings = [there for ring in together(schema) if (there := [table for table in ring if made[table.name]])]
    tables = {(one.schema, one.name): one for one in schema.database.tables}
    # From a thousand files on three digits would no longer sort as numbers do.
    digits = max(3, len(str(len(rings))))
    for number, ring in enumerate(rings, 1):
        name = "_".join(module(entities.get(table.name, table.name)) for table in ring)
        text = _script(ring, made, schema, tables)
        yield File(request.layout.backend / "seeds" / f"{number:0{digits}d}_{shorten(name)}.sql", text)


def _script(
    ring: Sequence[Table], made: Mapping[str, list[Row]], schema: Schema, tables: Mapping[tuple[str, str], Table]
) -> str:
    """The rows of the tables that need each other's, in one transaction."""
    outside = {table.name: _outside(table, schema) for table in ring}
    head = (
        f"Sample rows of {', '.join(table.name for table in ring)}.",
        f"Run as {_runner(schema.intent.roles)}, in the order of the file names; running it again adds nothing.",
    )
    blocks = [
        "\n".join(map(comment_line, head)),
        "BEGIN;",
        # A filtered statement then is an error instead of rows that go nowhere.
        *(["SET LOCAL row_security = off;"] if unbound(schema.intent.roles) else []),
        *(_guard(table, key) for table in ring for key in _targets(outside[table.name])),
        *(_insert(table, made[table.name], outside[table.name], tables, _promised(table, ring)) for table in ring),
        *(_kept(table, made[table.name], tables, _promised(table, ring)) for table in ring if _promised(table, ring)),
        "COMMIT;",
    ]
    return "\n\n".join(blocks) + "\n"


def _promised(table: Table, ring: Sequence[Table]) -> frozenset[str]:
    """Columns that must name numbers which the server counts later in the transaction; their keys are checked then."""
    places = {(one.schema, one.name): one for one in ring}
    return frozenset(
        mine
        for key in table.foreign_keys
        if key.deferred and key.target in places
        for mine, theirs in zip(key.columns, key.target_columns, strict=True)
        if counted(places[key.target].column(theirs)) and not table.column(mine).nullable
    )


def _kept(table: Table, made: Sequence[Row], tables: Mapping[tuple[str, str], Table], promised: Collection[str]) -> str:
    """Writes the numbers that are there now in the place of those that stood for them."""
    parents = _counted_parents(table, tables)
    target = qualified(table.schema, table.name)
    return "\n".join(
        f"UPDATE {target} SET {ident(name)} = {_value(table.column(name), row[name], {}, parents)}"
        f" WHERE {ident(name)} = {_standing_in(place)};"
        for place, row in enumerate(made)
        for name in sorted(promised)
    )


def _standing_in(place: int) -> str:
    """A number that no row bears, for the row at `place`: what points at it may be unique."""
    return str(-1 - place)


def _runner(roles: Roles | None) -> str:
    return f"the migrator ({roles.migrator})" if roles else "a role that row-level security does not bind"


def _outside(table: Table, schema: Schema) -> dict[str, tuple[ForeignKey, str]]:
    """By column: the foreign key to an external table that gives its value, and the column there."""
    external = {(one.schema, one.name) for one in schema.external}
    keys = [key for key in table.foreign_keys if key.target in external]
    return {mine: (key, theirs) for key in keys for mine, theirs in zip(key.columns, key.target_columns, strict=True)}


def _targets(outside: Mapping[str, tuple[ForeignKey, str]]) -> list[ForeignKey]:
    found = {key.target: key for key, _ in outside.values()}
    return [found[target] for target in sorted(found)]


def _guard(table: Table, key: ForeignKey) -> str:
    """Stops with a sentence where the external table is empty; a NULL owner would only say that a column is null."""
    target = qualified(*key.target)
    first = ident(key.target_columns[0])
    words = f"seeds of {table.name}: table {key.target[1]} is empty; add a row there first"
    body = (
        f"\nBEGIN\n    IF NOT EXISTS (SELECT {first} FROM {target}) THEN\n"
        f"        RAISE EXCEPTION USING MESSAGE = {literal(words)};\n    END IF;\nEND\n"
    )
    return f"DO {dollar(body)};"


def _insert(
    table: Table,
    made: list[Row],
    outside: Mapping[str, tuple[ForeignKey, str]],
    tables: Mapping[tuple[str, str], Table],
    promised: Collection[str],
) -> str:
    target = qualified(table.schema, table.name)
    columns = [table.column(name) for name in made[0]]
    unless_filled = f"WHERE NOT EXISTS (SELECT FROM {target})"
    if not columns:
        # The server gives every value; what is chosen are as many rows without a column.
        return f"INSERT INTO {target} SELECT FROM generate_series(1, {len(made)}) {unless_filled};"
    parents = _counted_parents(table, tables)
    lines = [
        [
            _standing_in(place) if column.name in promised else _value(column, row[column.name], outside, parents)
            for column in columns
        ]
        for place, row in enumerate(made)
    ]
    head = f"INSERT INTO {target} ({idents(tuple(made[0]))})\n"
    if _repeats_itself(table):
        return (
            f"{head}VALUES\n" + ",\n".join(f"    ({', '.join(line)})" for line in lines) + "\nON CONFLICT DO NOTHING;"
        )
    typed = (", ".join(f"{one}::{column.type}" for one, column in zip(line, columns, strict=True)) for line in lines)
    chosen = "\nUNION ALL\n".join(f"SELECT {line}" for line in typed)
    return f"{head}SELECT * FROM (\n{chosen}\n) AS seed\n{unless_filled};"


def _repeats_itself(table: Table) -> bool:
    """True where the key stands in the rows, so that a second run meets its own rows."""
    key = table.primary_key
    return key is not None and not any(counted(table.column(name)) for name in key.columns)


def _counted_parents(table: Table, tables: Mapping[tuple[str, str], Table]) -> dict[str, tuple[Table, Column]]:
    """By column: the table that it points at and the column there, where the server counts the numbers of that one."""
    return {
        mine: (tables[key.target], tables[key.target].column(theirs))
        for key in table.foreign_keys
        if key.target in tables
        for mine, theirs in zip(key.columns, key.target_columns, strict=True)
        if counted(tables[key.target].column(theirs))
    }


def _value(
    column: Column,
    text: str | None,
    outside: Mapping[str, tuple[ForeignKey, str]],
    counted_parents: Mapping[str, tuple[Table, Column]],
) -> str:
    """The source of one value: a literal, or a query for a key that only the database knows."""
    if text is None:
        return "NULL"
    if column.name in outside:
        key, theirs = outside[column.name]
        return f"(SELECT {ident(theirs)} FROM {qualified(*key.target)} ORDER BY {idents(key.target_columns)} LIMIT 1)"
    if column.name in counted_parents:
        parent, theirs_column = counted_parents[column.name]
        name, place = ident(theirs_column.name), place_of(theirs_column, text)
        return f"(SELECT {name} FROM {qualified(parent.schema, parent.name)} ORDER BY {name} OFFSET {place} LIMIT 1)"
    return literal(text).strip()
