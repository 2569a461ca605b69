"""A designed Schema as PostgreSQL gives it back: every expression in the server's own words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from colonnade.design import provided
from colonnade.design.schema import Database, Privilege, Schema, SchemaNamespace
from colonnade.elaborate.script import sql
from colonnade.server import Server
from colonnade.writers.sql import script

ROLE_FIELDS = frozenset({"owner", "grantee", "role", "roles"})


def canonical(server: Server, schema: Schema) -> Database:
    """The database of `schema` as a catalog says it, so that two of them can be compared.

    Its external tables are stood in for while it is built and are not in the result. Raises InputError and ServerError.
    """
    stubs = stand_ins(schema)
    roles = tuple(sorted(set(roles_of(schema.database)) | set(roles_of(stubs))))
    built = sql(server, {"external tables": script(stubs), "schema.sql": script(schema.database)}, roles)
    ours = frozenset((table.schema, table.name) for table in stubs.tables)
    tables = tuple(table for table in built.tables if (table.schema, table.name) not in ours)
    borrowed = frozenset(one.name for one in stubs.namespaces)
    theirs = {(one.schema, one.name) for one in stubs.functions}
    return replace(
        built,
        tables=tables,
        functions=tuple(one for one in built.functions if (one.schema, one.name) not in theirs),
        namespaces=tuple(one for one in built.namespaces if one.name not in borrowed),
    )


def stand_ins(schema: Schema) -> Database:
    """The external tables, and those of their schemas that the design itself does not make."""
    made = {one.name for one in schema.database.namespaces} | {"public"}
    functions = provided.functions(schema)
    missing = sorted(({table.schema for table in schema.external} | {one.schema for one in functions}) - made)
    return Database(
        namespaces=tuple(SchemaNamespace(name, privileges=(Privilege("PUBLIC", ("USAGE",)),)) for name in missing),
        functions=functions,
        tables=schema.external,
    )


def roles_of(value: Any) -> Iterator[str]:
    """Every role that a Database names: owners, grantees, roles of policies and of default privileges."""
    if isinstance(value, tuple):
        for one in value:
            yield from roles_of(one)
    elif is_dataclass(value):
        for field in fields(value):
            held = getattr(value, field.name)
            if field.name in ROLE_FIELDS:
                names = held if isinstance(held, tuple) else (held,)
                yield from (name for name in names if name is not None and name not in BUILT_IN)
            else:
                yield from roles_of(held)


BUILT_IN = frozenset({"PUBLIC", "CURRENT_USER", "pg_database_owner"})
