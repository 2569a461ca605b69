"""Stand-ins for external tables: what others own and our schema only points at."""

from __future__ import annotations

from collections.abc import Iterator

from colonnade.design import provided
from colonnade.design.schema import Column, PrimaryKey, Schema, Table, Unique
from colonnade.ops.functions import create_sql
from colonnade.sql import ident, idents, qualified


def statements(schema: Schema, owner: str) -> Iterator[str]:
    """SQL that makes a stand-in of each external table, owned by `owner`, with the columns that the design knows."""
    functions = provided.functions(schema)
    homes = {table.schema for table in schema.external} | {one.schema for one in functions}
    for namespace in sorted(homes - {"public"}):
        yield f"CREATE SCHEMA IF NOT EXISTS {ident(namespace)}"
        yield f"GRANT USAGE ON SCHEMA {ident(namespace)} TO PUBLIC"
    for function in functions:
        yield create_sql(function).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
    for table in schema.external:
        yield f"CREATE TABLE {name(table)} ({', '.join([*map(_column, table.columns), *_keys(table)])})"
        yield from given_to(owner, table.schema, f"TABLE {name(table)}")


def given_to(owner: str, namespace: str, subject: str) -> tuple[str, ...]:
    """Statements that make `owner` the owner of `subject`, for which it must be able to make objects beside it."""
    where = f"CREATE ON SCHEMA {ident(namespace)}"
    return (
        f"GRANT {where} TO {ident(owner)}",
        f"ALTER {subject} OWNER TO {ident(owner)}",
        f"REVOKE {where} FROM {ident(owner)}",
    )


def name(table: Table) -> str:
    return qualified(table.schema, table.name)


def _column(column: Column) -> str:
    default = f" DEFAULT {column.default}" if column.default else ""
    return f"{ident(column.name)} {column.type}{'' if column.nullable else ' NOT NULL'}{default}"


def _keys(table: Table) -> Iterator[str]:
    for one in table.constraints:
        if isinstance(one, PrimaryKey):
            yield f"CONSTRAINT {ident(one.name)} PRIMARY KEY ({idents(one.columns)})"
        elif isinstance(one, Unique):
            yield f"CONSTRAINT {ident(one.name)} UNIQUE ({idents(one.columns)})"
