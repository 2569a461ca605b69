"""Columns, constraints and indexes as SQLAlchemy source, alike in both families of models."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from colonnade.design.schema import (
    Check,
    Column,
    Constraint,
    Exclusion,
    ForeignKey,
    Identity,
    Index,
    IndexKey,
    PrimaryKey,
    Unique,
)
from colonnade.ops.indexes import key_sql
from colonnade.ops.text import default as default_text
from colonnade.sql import idents
from colonnade.writers.naming import Model
from colonnade.writers.python import call, listing, mapping, texts

# sa.text() takes `:name` for a parameter and drops a backslash before a colon.
_NOT_FOR_TEXT = re.compile(r"(?<!:):\w|\\:")


def sql_text(sql: str) -> str:
    """SQL text as an SQLAlchemy expression that renders exactly it."""
    return f"sa.{'literal_column' if _NOT_FOR_TEXT.search(sql) else 'text'}({sql!r})"


def bare_text(sql: str) -> str:
    """SQL text for an argument that takes a plain string as sa.text() does."""
    return sql_text(sql) if _NOT_FOR_TEXT.search(sql) else repr(sql)


# --- columns --------------------------------------------------------------------------------------------------------

_IDENTITY = (
    ("START WITH", "start"),
    ("INCREMENT BY", "increment"),
    ("MINVALUE", "minvalue"),
    ("MAXVALUE", "maxvalue"),
    ("CACHE", "cache"),
)


_SERIAL = ("smallint", "integer", "bigint")


def column_arguments(model: Model, column: Column, type_expression: str) -> list[str]:
    """The arguments of mapped_column() or Column() but for the name: type, generation, key, default, comment."""
    arguments = [type_expression]
    if column.identity is not None:
        arguments.append(_identity(column.identity))
    if column.generated is not None:
        stored = column.generated.stored
        arguments.append(call("sa.Computed", bare_text(column.generated.expression), persisted=str(stored)))
    key = model.table.primary_key
    in_key = key is not None and column.name in key.columns
    if in_key:
        arguments.append("primary_key=True")
        # Without this an integer key becomes SERIAL.
        arguments += ["autoincrement=False"] if column.identity is None and column.type in _SERIAL else []
    elif not column.nullable:
        arguments.append("nullable=False")
    if column.default is not None:
        arguments.append(f"server_default={sql_text(default_text(column.default))}")
    if column.name in (model.entity.updated_at, model.entity.updated_by, model.entity.version_column):
        arguments.append("server_onupdate=sa.FetchedValue()")
    if column.comment is not None:
        arguments.append(f"comment={column.comment!r}")
    if column_key(column.name) != column.name:
        arguments.append(f"key={column_key(column.name)!r}")
    return arguments


def _identity(identity: Identity) -> str:
    found = {word: re.search(rf"(?<!NO ){word} (-?\d+)", identity.options) for word, _ in _IDENTITY}
    named: dict[str, str | None] = {name: match[1] for word, name in _IDENTITY if (match := found[word])}
    cycle = "True" if re.search(r"(?<!NO )\bCYCLE\b", identity.options) else None
    return call("sa.Identity", always=str(identity.always), **named, cycle=cycle)


def has_server_value(column: Column) -> bool:
    """True where the server gives a value to a row that names none."""
    return column.default is not None or column.identity is not None or column.generated is not None


# --- constraints and indexes ----------------------------------------------------------------------------------------


def table_arguments(model: Model, external: bool) -> list[str]:
    """The parts of `__table_args__` in order: constraints, indexes, and last the options where there are any."""
    table = model.table
    parts = [CONSTRAINTS[type(one)](one) for one in table.constraints]
    parts += [index_source(one) for one in table.indexes]
    options = list(_table_options(model, external))
    return [*parts, mapping(options)] if options else parts


def _table_options(model: Model, external: bool) -> Iterator[tuple[str, str]]:
    table = model.table
    if table.schema != "public":
        yield "schema", repr(table.schema)
    if external:
        yield "info", mapping([("external", "True")])
    if table.unlogged:
        yield "prefixes", texts(["UNLOGGED"])
    if table.partition_by is not None:
        yield "postgresql_partition_by", repr(table.partition_by)
    if table.inherits:
        yield "postgresql_inherits", listing(repr(name) for _, name in table.inherits)
    if table.access_method is not None:
        yield "postgresql_using", repr(table.access_method)
    if table.options:
        yield "postgresql_with", _storage(table.options)
    if table.comment is not None:
        yield "comment", repr(table.comment)


def _storage(options: tuple[str, ...]) -> str:
    pairs = (option.partition("=") for option in options)
    return mapping((name, repr(value)) for name, _, value in pairs)


def column_key(name: str) -> str:
    """How constraints call a column: SQLAlchemy takes the target of a foreign key apart at its dots."""
    return name.replace(".", ":")


def _keys(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(column_key, names))


def yes(flag: bool) -> str | None:
    return "True" if flag else None


def text_or_none(value: str | None) -> str | None:
    return None if value is None else repr(value)


def _deferral(one: PrimaryKey | Unique | ForeignKey | Exclusion) -> dict[str, str | None]:
    return {"deferrable": yes(one.deferrable), "initially": repr("DEFERRED") if one.deferred else None}


def _primary_key(one: PrimaryKey) -> str:
    include = texts(_keys(one.include)) if one.include else None
    return call(
        "sa.PrimaryKeyConstraint",
        *map(repr, _keys(one.columns)),
        name=repr(one.name),
        **_deferral(one),
        postgresql_include=include,
        comment=text_or_none(one.comment),
    )


def _unique(one: Unique) -> str:
    include = texts(_keys(one.include)) if one.include else None
    return call(
        "sa.UniqueConstraint",
        *map(repr, _keys(one.columns)),
        name=repr(one.name),
        **_deferral(one),
        postgresql_include=include,
        postgresql_nulls_not_distinct=yes(one.nulls_not_distinct),
        comment=text_or_none(one.comment),
    )


def _check(one: Check) -> str:
    return call("sa.CheckConstraint", bare_text(one.expression), name=repr(one.name), comment=text_or_none(one.comment))


def _foreign_key(one: ForeignKey) -> str:
    schema, table = one.target
    prefix = table if schema == "public" else f"{schema}.{table}"
    set_columns = f" ({idents(one.set_columns)})" if one.set_columns else ""
    actions = {"ondelete": one.on_delete + set_columns, "onupdate": one.on_update}
    stated = {word: repr(action) for word, action in actions.items() if action != "NO ACTION"}
    return call(
        "sa.ForeignKeyConstraint",
        texts(_keys(one.columns)),
        texts(f"{prefix}.{name}" for name in _keys(one.target_columns)),
        name=repr(one.name),
        **stated,
        match=repr("FULL") if one.match_full else None,
        **_deferral(one),
        comment=text_or_none(one.comment),
    )


def _exclusion(one: Exclusion) -> str:
    elements = (f"({sql_text(key)}, {operator!r})" for key, operator in one.elements)
    return call(
        "postgresql.ExcludeConstraint",
        *elements,
        name=repr(one.name),
        using=repr(one.method),
        where=None if one.predicate is None else sql_text(one.predicate),
        **_deferral(one),
        comment=text_or_none(one.comment),
    )


CONSTRAINTS: dict[type[Constraint], Callable[[Any], str]] = {
    PrimaryKey: _primary_key,
    Unique: _unique,
    Check: _check,
    ForeignKey: _foreign_key,
    Exclusion: _exclusion,
}


def index_source(one: Index) -> str:
    """An index as `sa.Index(...)`: keys that are bare columns by name, all others as SQL."""
    return call(
        "sa.Index",
        repr(one.name),
        *map(_index_key, one.keys),
        unique=yes(one.unique),
        postgresql_using=None if one.method == "btree" else repr(one.method),
        postgresql_include=texts(_keys(one.include)) if one.include else None,
        postgresql_nulls_not_distinct=yes(one.nulls_not_distinct),
        postgresql_with=_storage(one.options) if one.options else None,
        postgresql_where=None if one.predicate is None else sql_text(one.predicate),
    )


def _index_key(key: IndexKey) -> str:
    return repr(column_key(key.column)) if key.column and key.plain else sql_text(key_sql(key))
