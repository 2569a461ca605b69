"""Operations as calls of Alembic's `op`; what Alembic has no words for is the SQL text of the steps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, singledispatch

from colonnade.design.schema import (
    Check,
    Column,
    Constraint,
    Database,
    Domain,
    EnumType,
    Exclusion,
    ForeignKey,
    IndexKey,
    PrimaryKey,
    Table,
    Unique,
)
from colonnade.ops.comments import SetComment
from colonnade.ops.constraints import AddConstraint, DropConstraint, fits_create_table
from colonnade.ops.indexes import CreateIndex, DropIndex, key_sql
from colonnade.ops.op import Op
from colonnade.ops.tables import CreateTable, DropTable, table_settings
from colonnade.ops.text import default
from colonnade.sql import idents, qualified, without_tabs
from colonnade.types import take_apart
from colonnade.writers.python import call, listing, mapping, texts
from colonnade.writers.spelling import FAMILIES, NAMED

# A colon that sqlalchemy.text() would read as a bind parameter or as an escape.
_BIND = re.compile(r":(?:(?<!::)[\w$]|(?<=\\:))")
_CONSTRAINT_WORDS = {PrimaryKey: "primary", Unique: "unique", Check: "check", ForeignKey: "foreignkey"}


@dataclass(frozen=True, slots=True)
class Said:
    """What a revision knows beyond one operation: types by their SQL name, tables that op.create_table makes."""

    enums: dict[str, EnumType]
    domains: dict[str, Domain]
    tables: frozenset[str]


def said_of(database: Database, ops: Iterable[Op]) -> Said:
    """What the revision that runs `ops` knows."""
    enums = {qualified(one.schema, one.name): one for one in database.enums}
    domains = {qualified(one.schema, one.name): one for one in database.domains}
    types = Said(enums, domains, frozenset())
    made = (op.table for op in ops if isinstance(op, CreateTable) and _fits(op.table, types))
    return Said(enums, domains, frozenset(qualified(table.schema, table.name) for table in made))


# --- SQL as Python source -----------------------------------------------------------------------------------------


def source(text: str) -> str:
    """`text` as a string literal: in triple quotes where it has lines and nothing in it needs an escape."""
    lines = text.split("\n")
    plain = all(line.isprintable() for line in lines) and "\\" not in text and '"""' not in text
    if len(lines) == 1 or not plain or text.endswith('"') or text.startswith('"'):
        return repr(text)
    return f'"""{text}"""'


def execute(sql: str) -> str:
    """A call that runs `sql` as it stands, also in the offline mode.

    sqlalchemy.text(), which op.execute() makes of a string, cannot say every colon; sa.DDL has no bind parameters and
    only wants its per cent signs doubled.
    """
    # Alembic's offline mode makes four blanks of every tab.
    sql = without_tabs(sql)
    if _BIND.search(sql):
        return call("op.execute", call("sa.DDL", source(sql.replace("%", "%%"))))
    return call("op.execute", source(sql))


def _text(sql: str) -> str:
    return call("sa.text", repr(sql))


def _safe(sql: str | None) -> bool:
    """Whether sqlalchemy.text() leaves `sql` as it is, and a bracket after it is not swallowed by a comment."""
    return sql is None or not (_BIND.search(sql) or "--" in sql or "\t" in sql)


def _tabbed(*names: str) -> bool:
    """Whether one of the names has a tab, which only SQL of our own can say in the offline mode."""
    return any("\t" in name for name in names)


def _stands_inside(comment: str | None) -> bool:
    """Whether the comment is said by op.create_table: there is one, and it has no tab."""
    return comment is not None and "\t" not in comment


# --- calls --------------------------------------------------------------------------------------------------------


@singledispatch
def calls(op: object, said: Said) -> Iterator[str]:
    """The calls for one operation. Without an entry of its own it is the SQL of its steps."""
    yield from _executed(op, said)  # type: ignore[arg-type]


def _executed(op: Op, said: Said) -> Iterator[str]:
    yield from (execute(step.sql) for step in op.steps())


def _schema(schema: str) -> str | None:
    return None if schema == "public" else repr(schema)


@calls.register
def _create_table(op: CreateTable, said: Said) -> Iterator[str]:
    table = op.table
    if qualified(table.schema, table.name) not in said.tables:
        yield from _executed(op, said)
        return
    key = table.primary_key
    inline = [one for one in table.constraints if _sayable(one) and not _tabbed(one.name)]
    yield call(
        "op.create_table",
        repr(table.name),
        *(_column(column, said, key) for column in table.columns),
        *(_constraint(one) for one in inline),
        schema=_schema(table.schema),
        comment=repr(table.comment) if _stands_inside(table.comment) else None,
    )
    yield from map(execute, table_settings(table))
    others = (one for one in table.constraints if one not in inline)
    yield from (execute(AddConstraint((table.schema, table.name), one).steps()[0].sql) for one in others)


@calls.register
def _drop_table(op: DropTable, said: Said) -> Iterator[str]:
    if _tabbed(op.table.name):
        yield from _executed(op, said)
        return
    yield call("op.drop_table", repr(op.table.name), schema=_schema(op.table.schema))


@calls.register
def _set_comment(op: SetComment, said: Said) -> Iterator[str]:
    """The comments of a table that op.create_table makes stand there."""
    made = op.target.kind in ("TABLE", "COLUMN") and op.old is None and op.target.section in said.tables
    if made and _stands_inside(op.new):
        return
    yield from _executed(op, said)


@calls.register
def _create_index(op: CreateIndex, said: Said) -> Iterator[str]:
    index = op.index
    keys = [key_sql(key) for key in index.keys]
    if _tabbed(index.name, op.relation.bare, *index.include) or not all(map(_safe, (*keys, index.predicate))):
        yield from _executed(op, said)
        return
    options = mapping((name, repr(value)) for name, _, value in (option.partition("=") for option in index.options))
    yield call(
        "op.create_index",
        repr(index.name),
        repr(op.relation.bare),
        listing(_key(key) for key in index.keys),
        unique="True" if index.unique else None,
        schema=_schema(op.schema),
        postgresql_using=None if index.method == "btree" else repr(index.method),
        postgresql_include=texts(index.include) if index.include else None,
        postgresql_nulls_not_distinct="True" if index.nulls_not_distinct else None,
        postgresql_with=options if index.options else None,
        postgresql_where=None if index.predicate is None else _text(index.predicate),
    )


def _key(key: IndexKey) -> str:
    return repr(key.column) if key.plain else _text(key_sql(key))


@calls.register
def _drop_index(op: DropIndex, said: Said) -> Iterator[str]:
    if _tabbed(op.index.name):
        yield from _executed(op, said)
        return
    yield call("op.drop_index", repr(op.index.name), table_name=repr(op.relation.bare), schema=_schema(op.schema))


@calls.register
def _add_constraint(op: AddConstraint, said: Said) -> Iterator[str]:
    key = op.constraint
    if not isinstance(key, ForeignKey) or not _sayable(key) or _tabbed(key.name, op.table[1], *key.columns):
        yield from _executed(op, said)
        return
    yield call(
        "op.create_foreign_key",
        repr(key.name),
        repr(op.table[1]),
        repr(key.target[1]),
        texts(key.columns),
        texts(key.target_columns),
        source_schema=_schema(op.table[0]),
        referent_schema=_schema(key.target[0]),
        **_foreign_options(key),
    )


@calls.register
def _drop_constraint(op: DropConstraint, said: Said) -> Iterator[str]:
    if _tabbed(op.constraint.name, op.table[1]):
        yield from _executed(op, said)
        return
    word = _CONSTRAINT_WORDS.get(type(op.constraint))
    yield call(
        "op.drop_constraint",
        repr(op.constraint.name),
        repr(op.table[1]),
        schema=_schema(op.table[0]),
        type_=repr(word) if word else None,
    )


# --- columns ------------------------------------------------------------------------------------------------------


def _fits(table: Table, said: Said) -> bool:
    """Whether op.create_table makes exactly this table."""
    special = (table.unlogged, table.options, table.partition_by, table.partition_of, table.inherits)
    named = not _tabbed(table.name, *(column.name for column in table.columns))
    usual = named and table.access_method in (None, "heap") and not any(special)
    return usual and all(_column_fits(column, said) for column in table.columns)


def _column_fits(column: Column, said: Said) -> bool:
    generated = column.generated
    texts_safe = _safe(column.default) and _safe(generated.expression if generated else None)
    special = (
        column.not_null_name,
        column.collation,
        column.identity and column.identity.options,
        generated and not generated.stored,
    )
    return texts_safe and not any(special) and _type(column.type, said) is not None


def _column(column: Column, said: Said, key: PrimaryKey | None = None) -> str:
    extra = [call("sa.Computed", repr(column.generated.expression), persisted="True")] if column.generated else []
    if column.identity:
        extra.append(call("sa.Identity", always="True" if column.identity.always else None))
    return call(
        "sa.Column",
        repr(column.name),
        _type(column.type, said) or "",
        *extra,
        server_default=None if column.default is None else _text(default(column.default)),
        nullable=None if column.nullable else "False",
        # Without this an integer key becomes SERIAL.
        autoincrement="False" if key and column.name in key.columns and _counts_unasked(column) else None,
        comment=repr(column.comment) if _stands_inside(column.comment) else None,
    )


def _counts_unasked(column: Column) -> bool:
    plain = column.identity is None and column.default is None and column.generated is None
    return plain and column.type in ("smallint", "integer", "bigint")


def _type(type_: str, said: Said) -> str | None:
    """The SQLAlchemy type as source, or None where there is none that spells it."""
    base = type_
    while base.endswith("[]"):
        base = base.removesuffix("[]")
    scalar = _named_type(base, said) or _built_in(base)
    if scalar is None or base == type_:
        return scalar
    return call("postgresql.ARRAY", scalar)


def _named_type(name: str, said: Said) -> str | None:
    if name in said.enums:
        enum = said.enums[name]
        values = map(repr, enum.values)
        return call("postgresql.ENUM", *values, name=repr(enum.name), schema=_schema(enum.schema), create_type="False")
    if name in said.domains:
        domain = said.domains[name]
        inner = _type(domain.type, said)
        schema = _schema(domain.schema)
        return (
            call("postgresql.DOMAIN", repr(domain.name), inner, schema=schema, create_type="False") if inner else None
        )
    return None


# Tables have few types between them.
@lru_cache(maxsize=8192)
def _built_in(base: str) -> str | None:
    name = take_apart(base)
    row = name.row
    if row is None:
        return None
    spelling = NAMED.get(name.base) or FAMILIES.get(row.family)
    if spelling is None or not spelling.expression.startswith(("sa.", "postgresql.")):
        return None
    first = name.arguments[0] if name.arguments else ""
    keyword = "precision=" if name.base == "interval" and first else ""
    return spelling.expression.format(
        arguments=keyword + ", ".join(name.arguments),
        precision=f", precision={first}" if first else "",
        length=f", length={first}" if first else "",
        whole=repr(str(name)),
    )


# --- constraints --------------------------------------------------------------------------------------------------


@singledispatch
def _sayable(constraint: Constraint) -> bool:
    """Whether SQLAlchemy says it exactly."""
    raise TypeError(type(constraint).__name__)


@_sayable.register
def _(constraint: PrimaryKey | Unique) -> bool:
    return not constraint.include and not constraint.without_overlaps and not constraint.options


@_sayable.register
def _(constraint: Check) -> bool:
    return (
        fits_create_table(constraint)
        and constraint.enforced
        and not constraint.no_inherit
        and _safe(constraint.expression)
    )


@_sayable.register
def _(constraint: ForeignKey) -> bool:
    # SQLAlchemy takes the target apart at its dots.
    dots = any("." in name or "\t" in name for name in (*constraint.target, *constraint.target_columns))
    # It takes the columns of SET NULL (columns) only where they stand in one line.
    one_line = all(name.isprintable() for name in constraint.set_columns)
    return fits_create_table(constraint) and constraint.enforced and not constraint.period and not dots and one_line


@_sayable.register
def _(constraint: Exclusion) -> bool:
    return False


def _deferral(constraint: PrimaryKey | Unique | ForeignKey) -> dict[str, str | None]:
    return {
        "deferrable": "True" if constraint.deferrable else None,
        "initially": repr("DEFERRED") if constraint.deferred else None,
    }


@singledispatch
def _constraint(constraint: Constraint) -> str:
    """A constraint inside op.create_table."""
    raise TypeError(type(constraint).__name__)


@_constraint.register
def _(constraint: PrimaryKey) -> str:
    columns = map(repr, constraint.columns)
    return call("sa.PrimaryKeyConstraint", *columns, name=repr(constraint.name), **_deferral(constraint))


@_constraint.register
def _(constraint: Unique) -> str:
    return call(
        "sa.UniqueConstraint",
        *map(repr, constraint.columns),
        name=repr(constraint.name),
        postgresql_nulls_not_distinct="True" if constraint.nulls_not_distinct else None,
        **_deferral(constraint),
    )


@_constraint.register
def _(constraint: Check) -> str:
    return call("sa.CheckConstraint", repr(constraint.expression), name=repr(constraint.name))


@_constraint.register
def _(constraint: ForeignKey) -> str:
    schema, table = constraint.target
    head = table if schema == "public" else f"{schema}.{table}"
    targets = texts(f"{head}.{column}" for column in constraint.target_columns)
    options = _foreign_options(constraint)
    return call("sa.ForeignKeyConstraint", texts(constraint.columns), targets, name=repr(constraint.name), **options)


def _foreign_options(key: ForeignKey) -> dict[str, str | None]:
    columns = f" ({idents(key.set_columns)})" if key.set_columns else ""
    return {
        "onupdate": None if key.on_update == "NO ACTION" else repr(key.on_update),
        "ondelete": None if key.on_delete == "NO ACTION" else repr(key.on_delete + columns),
        "match": repr("FULL") if key.match_full else None,
        **_deferral(key),
    }
