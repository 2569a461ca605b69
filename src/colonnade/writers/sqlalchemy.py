"""Writes SQLAlchemy 2 models: a package `src.db.models` with one module an entity, as this schema's tables are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from colonnade.design.schema import Column, Relationship
from colonnade.writers.file import File, Request, writer
from colonnade.writers.modules import (
    base_module,
    base_parts,
    methods,
    model_module,
    package,
    packages_around,
    table_lines,
    version_lines,
)
from colonnade.writers.naming import Model
from colonnade.writers.plan import Plan, plan
from colonnade.writers.python import call
from colonnade.writers.relations import is_list, nullable_side, relationship_options
from colonnade.writers.tables import column_arguments

FAMILY = "sqlalchemy"
STAMPS = ("created_at", "updated_at")

BASE = '''
class Base(DeclarativeBase):
    """Base of all models of this schema; its metadata holds their tables."""

    def __repr__(self) -> str:
        """The class and the primary key; it loads nothing and shows no other value."""
        return f"<{type(self).__name__} {sa.inspect(self).identity}>"
'''

MIXIN = '''
class TimestampMixin:
    """Both columns are the server's: set on insert, and updated_at by a trigger on every update."""

'''


@writer("sqlalchemy")
def sqlalchemy(request: Request) -> Iterator[File]:
    """The package `backend/src/db/models` and those around it; nothing where the layout has no such models."""
    layout = request.layout
    if FAMILY not in layout.models:
        return
    known = plan(request.schema)
    stamps = shared_stamps(known)
    yield from packages_around(layout, FAMILY)
    yield File(layout.path_of(FAMILY, "base"), _base(known, stamps))
    yield File(layout.path_of(FAMILY, "__init__"), package(known, "SQLAlchemy models of this schema."))
    for model in known.names.models.values():
        yield File(layout.path_of(FAMILY, model.module), model_module(model, known, _class(model, known, stamps)))


def shared_stamps(known: Plan) -> tuple[Column, ...]:
    """The pair of timestamp columns that the most tables have alike; nothing where no table has such a pair."""
    found = Counter(pair for model in known.names.models.values() if (pair := _pair(model)))
    return found.most_common(1)[0][0] if found else ()


def _pair(model: Model) -> tuple[Column, ...]:
    entity, table = model.entity, model.table
    if (entity.created_at, entity.updated_at) != STAMPS or not all(map(table.has, STAMPS)):
        return ()
    if table.primary_key and set(table.primary_key.columns) & set(STAMPS):
        # Such a column says itself that it is part of the key.
        return ()
    columns = (table.column(name) for name in STAMPS)
    return tuple(Column(one.name, one.type, one.nullable, one.default, comment=one.comment) for one in columns)


def _base(known: Plan, stamps: tuple[Column, ...]) -> str:
    parts = [BASE]
    if stamps:
        model = next(one for one in known.names.models.values() if _pair(one) == stamps)
        # Behind a table's own columns, as in the DDL.
        lines = [_column(model, one, known, f"sort_order={900 + place}") for place, one in enumerate(stamps)]
        parts.append(MIXIN + "\n".join(lines) + "\n")
    return base_module("Base of the SQLAlchemy models.", [*parts, *base_parts(known)])


def _class(model: Model, known: Plan, stamps: tuple[Column, ...]) -> list[str]:
    """The class of one model, line by line."""
    mixed = bool(stamps) and _pair(model) == stamps
    own = [one for one in model.table.columns if not (mixed and one.name in STAMPS)]
    return [
        f"class {model.class_name}({'TimestampMixin, ' if mixed else ''}Base):",
        *table_lines(model),
        "",
        *(_column(model, one, known) for one in own),
        "",
        *(_relationship(model, one, known) for one in model.entity.relationships),
        *version_lines(model),
        *methods(model, known, "cls.{}"),
    ]


def _column(model: Model, column: Column, known: Plan, *more: str) -> str:
    spelling = known.spellings[column.type, column.collation]
    name = model.attributes[column.name]
    annotation = spelling.annotation + (" | None" if column.nullable else "")
    stated = [repr(column.name)] if name != column.name else []
    return f"    {name}: Mapped[{annotation}] = " + call(
        "mapped_column", *stated, *column_arguments(model, column, spelling.expression), *more
    )


def _relationship(model: Model, one: Relationship, known: Plan) -> str:
    target = known.names.named(one.target).class_name
    single = f"{target} | None" if nullable_side(model, one) else target
    annotation = f'list["{target}"]' if is_list(one) else f'"{single}"'
    options = relationship_options(model, one, known)
    return (
        f"    {model.relationships[one.name]}: Mapped[{annotation}] = {call('relationship', repr(target), **options)}"
    )
