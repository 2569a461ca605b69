"""A scratch copy of what is attacked: its DDL, roles of its own, and rows of several users."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from colonnade.design import provided
from colonnade.design.roles import renamed
from colonnade.design.schema import Database, Entity, ForeignKey, Intent, Privilege, Schema, SchemaNamespace, Table
from colonnade.elaborate.canonical import roles_of
from colonnade.errors import InputError, Mistake
from colonnade.prove.attack.source import Source
from colonnade.prove.filling import load_ring, numbered
from colonnade.prove.probe import Row, ran, value
from colonnade.server import Server, connect, scratch_database, scratch_roles
from colonnade.sql import ident, idents, literal, qualified
from colonnade.writers.sql import script

if TYPE_CHECKING:
    import psycopg

OWNER, OBSERVER, FURNISHER = "tables_owner", "observing_role", "furnishing_role"
"""The copy's own roles: of what nobody was made the owner of, of who counts, and of the database while it is made."""

ROWS, USERS = 7, 3
COUNTED = 1000
"""Where counting starts again once rows with numbers of their own are loaded."""

DELETIONS = frozenset({"deleted_at", "archived_at", "removed_at"})

_BOUND = re.compile(r"FOR VALUES (?:FROM|IN) \(('(?:[^']|'')*'|[^,')]+)")


@dataclass(frozen=True, slots=True)
class Copy:
    """A database of ours with the DDL of `source` and rows; `spares` are rows that are not in it, by table.

    `left_out` are extensions that our server does not have.
    """

    name: str
    source: Source
    application: str
    roles: tuple[str, ...]
    spares: dict[tuple[str, str], Row]
    left_out: tuple[str, ...] = ()


@contextmanager
def copied(server: Server, source: Source) -> Iterator[Copy]:
    """The copy; it and its roles go at the end. Raises InputError where the DDL does not load, and ServerError."""
    source = _beside(source, server.user)
    application = source.application or OWNER
    named = {*roles_of(source.database), *(one.name for one in source.people), application, OWNER}
    named = {one for one in named if not one.startswith("pg_")}
    with ExitStack() as stack:
        roles = stack.enter_context(scratch_roles(server, named, "LOGIN"))
        stack.enter_context(scratch_roles(server, (OBSERVER, FURNISHER), "LOGIN"))
        name = stack.enter_context(scratch_database(server))
        with connect(server.dsn(name)) as administrator:
            source, missing = _without_missing(administrator, source)
            _furnish(server, administrator, name, source, roles)
            _staff(administrator, source, application)
            spares = _fill(server, administrator, name, source)
        yield Copy(name, source, application, tuple(one for one in roles if one != OWNER), spares, missing)


def _beside(source: Source, user: str) -> Source:
    """`source` with another name for the role that is called like the administrator of our server."""
    other = {user: f"{user}_there"}
    if user not in {*roles_of(source.database), *(one.name for one in source.people)}:
        return source
    people = tuple(
        replace(
            one, name=other.get(one.name, one.name), member_of=tuple(other.get(name, name) for name in one.member_of)
        )
        for one in source.people
    )
    database = renamed(Schema(source.database, Intent("attack", "attack")), other).database
    application = other.get(source.application, source.application) if source.application else None
    return replace(source, database=database, people=people, application=application)


def _furnish(
    server: Server, administrator: psycopg.Connection, name: str, source: Source, roles: Iterable[str]
) -> None:
    """Runs the DDL as a role that can do nothing outside of the copy; while it runs, all roles may own things in it."""
    import psycopg

    given = [f"GRANT {ident(FURNISHER)} TO {ident(role)}" for role in roles]
    given += [f"GRANT {ident(role)} TO {ident(OWNER)}" for role in roles if role != OWNER]
    administrator.execute("; ".join([f"ALTER DATABASE {ident(name)} OWNER TO {ident(FURNISHER)}", *given]))
    for extension in source.database.extensions:
        if extension.schema == "public":
            administrator.execute(f"CREATE EXTENSION IF NOT EXISTS {ident(extension.name)}".encode())
    with connect(server.dsn(name, OWNER)) as connection:
        try:
            for text in _building(source):
                connection.execute(text.encode())
        except psycopg.Error as error:
            message = error.diag.message_primary or str(error)
            raise InputError((Mistake(None, f"the schema cannot be copied to be attacked: {message}"),)) from error
    taken = [f"REVOKE {ident(FURNISHER)} FROM {ident(role)}" for role in roles]
    taken += [f"REVOKE {ident(role)} FROM {ident(OWNER)}" for role in roles if role != OWNER]
    administrator.execute("; ".join([f"ALTER DATABASE {ident(name)} OWNER TO {ident(server.user)}", *taken]))


def _building(source: Source) -> Iterator[str]:
    """The DDL: tables of others, the right to point at them, and all else but extensions that are there already."""
    yield script(_neighbours(source))
    for owner in sorted({one.owner for one in source.database.tables if one.owner}):
        for table in source.external:
            yield f"GRANT SELECT, REFERENCES ON {qualified(table.schema, table.name)} TO {ident(owner)}"
    others = tuple(one for one in source.database.extensions if one.schema != "public")
    yield script(replace(source.database, extensions=others))


def _without_missing(administrator: psycopg.Connection, source: Source) -> tuple[Source, tuple[str, ...]]:
    """`source` without the extensions that our server does not have, and their names.

    Where something needs one of them, the DDL does not load and says what it misses.
    """
    rows = administrator.execute("SELECT name FROM pg_available_extensions").fetchall()
    there = tuple(one for one in source.database.extensions if (one.name,) in rows)
    missing = tuple(one.name for one in source.database.extensions if one not in there)
    return replace(source, database=replace(source.database, extensions=there)), missing


def _neighbours(source: Source) -> Database:
    """The tables and functions of others, and those of their schemas that the source itself does not make."""
    made = {one.name for one in source.database.namespaces} | {"public"}
    missing = sorted({one.schema for one in source.external} - made)
    given = provided.functions(Schema(source.database, Intent("attack", "attack"), source.external))
    there = {(one.schema, one.name) for one in source.database.functions}
    functions = tuple(one for one in given if (one.schema, one.name) not in there)
    missing = sorted({*missing, *({one.schema for one in functions} - made)})
    return Database(namespaces=tuple(map(_open, missing)), tables=source.external, functions=functions)


def _open(name: str) -> SchemaNamespace:
    """A schema of others, in which everybody may look things up, as policies do."""
    return SchemaNamespace(name, privileges=(Privilege("PUBLIC", ("USAGE",)),))


def _staff(administrator: psycopg.Connection, source: Source, application: str) -> None:
    """Gives every role what it has in the source, and the observer the right to see and load all rows."""
    everything = "GRANT pg_read_all_data, pg_write_all_data TO"
    powerful = [OBSERVER, *[OWNER] * source.maker_passes, *(one.name for one in source.people if one.superuser)]
    statements = [f"{everything} {ident(one)}" for one in powerful]
    statements += [f"ALTER ROLE {ident(OBSERVER)} BYPASSRLS"]
    statements += [f"ALTER ROLE {ident(OWNER)} BYPASSRLS"] * source.maker_passes
    for person in source.people:
        statements += [f"ALTER ROLE {ident(person.name)} BYPASSRLS"] * person.bypasses
        statements += [f"GRANT {ident(group)} TO {ident(person.name)}" for group in person.member_of]
    if source.admitted:
        kinds = "SELECT, INSERT, UPDATE, DELETE"
        statements += [
            f"GRANT {kinds} ON {qualified(*place)} TO {ident(application)}" for place in sorted(source.scoped)
        ]
        statements.append(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ident(application)}")
    administrator.execute("; ".join(statements).encode())


def _fill(server: Server, administrator: psycopg.Connection, name: str, source: Source) -> dict[tuple[str, str], Row]:
    """Loads rows of several users, but for the last of each table, and gives those back."""
    from colonnade import seed

    schema = _seedable(source)
    named = _told_apart(schema)
    told = numbered(named, seed.rows(named, ROWS, USERS))
    made = {_place(one): told[_apart(one, schema)] for one in (*schema.database.tables, *schema.external)}
    spares: dict[tuple[str, str], Row] = {}
    # Before any row is there: a trigger may count on in another table.
    administrator.execute("; ".join(_counters(schema.database.tables)).encode() or b"SELECT 1")
    with connect(server.dsn(name, OBSERVER)) as observer:
        for table in source.external:
            _load_fitting(observer, table, _owned(made[_place(table)], source.scoped.get(_place(table))), source)
        for ring in seed.together(schema):
            kept = {_place(one): _owned(made[_place(one)], source.scoped.get(_place(one))) for one in ring}
            spares |= {place: rows[-1] for place, rows in kept.items() if rows}
            if len(ring) > 1:
                load_ring(observer, [(one, kept[_place(one)][:-1]) for one in ring])
            else:
                _load_fitting(observer, ring[0], kept[_place(ring[0])][:-1], source)
    return spares


def _place(table: Table) -> tuple[str, str]:
    return table.schema, table.name


def _load_fitting(observer: psycopg.Connection, table: Table, rows: Sequence[Row], source: Source) -> None:
    """Loads `rows`, or where none is taken, what they are in the first partition of the table."""
    if rows and not _loaded(observer, table, rows):
        fitting = [_in_partition(row, table, source.database) for row in rows]
        _loaded(observer, table, [row for row in fitting if row is not None])


def _loaded(observer: psycopg.Connection, table: Table, rows: Sequence[Row]) -> int:
    """How many of `rows` are taken: all at once, or where one is refused, each that is taken by itself."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    head = (
        f"INSERT INTO {qualified(table.schema, table.name)} ({idents(tuple(columns))}) OVERRIDING SYSTEM VALUE VALUES"
    )
    values = [f"({', '.join(value(row[one]) if one in row else 'DEFAULT' for one in columns)})" for row in rows]
    if not rows or ran(observer, f"{head} {', '.join(values)}").accepted:
        return len(rows)
    return sum(ran(observer, f"{head} {one}").accepted for one in values)


def _seedable(source: Source) -> Schema:
    """What rows are made for: every table but partitions and heirs, whose rows come with their parents'."""
    tables = tuple(one for one in source.database.tables if one.partition_of is None and not one.inherits)
    entities = tuple(Entity(one.name, one.name, deleted_at=_deletion(one)) for one in tables)
    database = replace(source.database, tables=tables)
    return Schema(database, Intent("attack", "attack", entities=entities), source.external)


def _apart(table: Table, schema: Schema) -> str:
    """The name of the table, with that of its schema where another one has the same name."""
    tables = (*schema.database.tables, *schema.external)
    return table.name if [one.name for one in tables].count(table.name) == 1 else f"{table.schema}.{table.name}"


def _told_apart(schema: Schema) -> Schema:
    """`schema` with no two tables called alike, as rows are made by the names of tables."""
    tables = (*schema.database.tables, *schema.external)
    names = {_place(one): _apart(one, schema) for one in tables}
    if all(place[1] == name for place, name in names.items()):
        return schema
    entities = tuple(Entity(names[_place(one)], names[_place(one)], deleted_at=_deletion(one)) for one in tables)
    database = replace(schema.database, tables=tuple(_called(one, names) for one in schema.database.tables))
    external = tuple(_called(one, names) for one in schema.external)
    return replace(schema, database=database, external=external, intent=replace(schema.intent, entities=entities))


def _called(table: Table, names: Mapping[tuple[str, str], str]) -> Table:
    """The table under its name in `names`, with keys that point at others under theirs."""
    constraints = tuple(
        replace(one, target=(one.target[0], names.get(one.target, one.target[1])))
        if isinstance(one, ForeignKey)
        else one
        for one in table.constraints
    )
    return replace(table, name=names[_place(table)], constraints=constraints)


def _deletion(table: Table) -> str | None:
    """The column that says when a row was deleted, to be left empty: views and policies often show no other rows."""
    return next((one.name for one in table.columns if one.name in DELETIONS and one.nullable), None)


def _owned(rows: Sequence[Row], owner: str | None) -> list[Row]:
    return [row for row in rows if owner is None or row.get(owner) is not None]


def _in_partition(row: Row, table: Table, database: Database) -> Row | None:
    """`row` with the first value of the first partition, where there are partitions by one column."""
    found = re.fullmatch(r'(?:RANGE|LIST) \("?(.*?)"?\)', table.partition_by or "", re.IGNORECASE)
    parts = (one.partition_of for one in database.tables if one.partition_of)
    bounds = (bound for parent, bound in parts if parent == (table.schema, table.name))
    firsts = [match for match in map(_BOUND.search, bounds) if match]
    if not found or not table.has(found[1]) or not firsts:
        return None
    return {**row, found[1]: firsts[0][1].strip("'").replace("''", "'")}


def _counters(tables: Iterable[Table]) -> Iterator[str]:
    for table in tables:
        for column in table.columns:
            if column.identity or (column.default or "").startswith("nextval("):
                where = f"{literal(qualified(table.schema, table.name))}, {literal(column.name)}"
                yield f"SELECT setval(pg_get_serial_sequence({where}), {COUNTED})"
