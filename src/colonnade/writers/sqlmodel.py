"""Writes SQLModel models: a package `src.db.sqlmodels` with one module an entity and metadata of its own."""

from __future__ import annotations

from collections.abc import Iterator

from colonnade.design.schema import Column, Relationship
from colonnade.types import take_apart
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
    whole_module,
)
from colonnade.writers.naming import Model
from colonnade.writers.plan import Plan, plan
from colonnade.writers.python import call, mapping
from colonnade.writers.relations import is_list, nullable_side, relationship_options
from colonnade.writers.tables import column_arguments, has_server_value

FAMILY = "sqlmodel"
TITLE = "SQLModel models of this schema."

BASE = '''
class Base(SQLModel, registry=registry()):
    """Base of all models of this schema, with a registry of its own, so that no other family of models meets it."""

    model_config = {"arbitrary_types_allowed": True, "protected_namespaces": ()}

    def __repr__(self) -> str:
        """The class and the primary key; it loads nothing and shows no other value."""
        return f"<{type(self).__name__} {sa.inspect(self).identity}>"

    __str__ = __repr__
'''


@writer("sqlmodel")
def sqlmodel(request: Request) -> Iterator[File]:
    """The package `backend/src/db/sqlmodels`, or where the layout has the models; in one file where it says so."""
    layout, known = request.layout, plan(request.schema)
    shared = [BASE, *base_parts(known)]
    if not layout.models[FAMILY].package:
        classes = {key: _class(model, known) for key, model in known.names.models.items()}
        yield File(layout.path_of(FAMILY), whole_module(TITLE, known, shared, classes))
        return
    if next(iter(layout.models)) == FAMILY:
        yield from packages_around(layout, FAMILY)
    yield File(layout.path_of(FAMILY, "base"), base_module("Base of the SQLModel models.", shared))
    yield File(layout.path_of(FAMILY, "__init__"), package(known, TITLE))
    for model in known.names.models.values():
        yield File(layout.path_of(FAMILY, model.module), model_module(model, known, _class(model, known)))


def _class(model: Model, known: Plan) -> list[str]:
    """The class of one model, line by line."""
    return [
        f"class {model.class_name}(Base, table=True):",
        *table_lines(model),
        "",
        *(_field(model, one, known) for one in model.table.columns),
        "",
        *(_relationship(model, one, known) for one in model.entity.relationships),
        *version_lines(model),
        *methods(model, known, "col(cls.{})"),
    ]


def _field(model: Model, column: Column, known: Plan) -> str:
    spelling = known.spellings[column.type, column.collation]
    name = take_apart(column.type)
    annotation = spelling.annotation + (" | None" if column.nullable else "")
    source = call("sa.Column", repr(column.name), *column_arguments(model, column, spelling.expression))
    # A default of None is left out of the INSERT, so the server's own default takes its place.
    absent = column.nullable or has_server_value(column)
    length = name.length if annotation.startswith("str") and not name.dimensions else None
    field = call(
        "Field",
        default="None" if absent else None,
        max_length=None if length is None else str(length),
        description=None if column.comment is None else repr(column.comment),
        sa_column=source,
    )
    return f"    {model.attributes[column.name]}: {annotation} = {field}"


def _relationship(model: Model, one: Relationship, known: Plan) -> str:
    target = known.names.named(one.target).class_name
    single = f'Optional["{target}"]' if nullable_side(model, one) else f'"{target}"'
    annotation = f'list["{target}"]' if is_list(one) else single
    options = relationship_options(model, one, known)
    back = options.pop("back_populates")
    stated = [(name, value) for name, value in options.items() if value is not None]
    source = call("Relationship", back_populates=back, sa_relationship_kwargs=mapping(stated))
    return f"    {model.relationships[one.name]}: {annotation} = {source}"
