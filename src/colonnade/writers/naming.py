"""Names of what the ORM writers make: decided once for a whole Schema, the same in both families of models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from colonnade.design.schema import Entity, Schema, Table
from colonnade.types import take_apart
from colonnade.writers.python import camel, constant, distinct, module, snake

TableKey = tuple[str, str]

# What SQLAlchemy, SQLModel and pydantic keep for themselves on a model, or what a model module says in a class body.
RESERVED_ATTRIBUTES = frozenset({
    "metadata", "registry", "construct", "copy", "dict", "from_orm", "json", "model_computed_fields",
    "model_config", "model_construct", "model_copy", "model_dump", "model_dump_json", "model_extra",
    "model_fields", "model_fields_set", "model_json_schema", "model_parametrized_name", "model_post_init",
    "model_rebuild", "model_validate", "model_validate_json", "model_validate_strings", "parse_file",
    "parse_obj", "parse_raw", "schema", "schema_json", "sqlmodel_update", "update_forward_refs", "validate",
    "by_user", "by_words", "select_active", "soft_delete", "restore", "sa", "orm", "dt", "enum", "postgresql",
    "mapped_column", "relationship", "stored_values", "str", "int", "float", "bool", "bytes", "list",
    "classmethod", "self", "cls",
})  # fmt: skip
RESERVED_CLASSES = frozenset({
    "Any", "Base", "ClassVar", "Decimal", "Field", "IPv4Address", "IPv4Interface", "IPv4Network", "IPv6Address",
    "IPv6Interface", "IPv6Network", "Mapped", "Optional", "Relationship", "Select", "ServerArray", "ServerType",
    "SQLModel", "TimestampMixin", "TYPE_CHECKING", "UUID", "True_", "False_", "None_",
})  # fmt: skip
RESERVED_MODULES = frozenset({"base", "__init__"})


@dataclass(frozen=True, slots=True)
class Model:
    """One table and what its model is called; `table` may belong to others (`entity.external`)."""

    table: Table
    entity: Entity
    class_name: str
    module: str
    attributes: dict[str, str]
    relationships: dict[str, str]

    @property
    def key(self) -> TableKey:
        return self.table.schema, self.table.name


@dataclass(frozen=True, slots=True)
class Names:
    """Every model by its table, and the class and members of each enum type by the type's name."""

    models: dict[TableKey, Model]
    enums: dict[str, str]
    members: dict[str, dict[str, str]]

    def named(self, table: str) -> Model:
        """The model of the entity stored in `table`. Raises KeyError."""
        return self.models.get(("public", table)) or next(one for key, one in self.models.items() if key[1] == table)


def names(schema: Schema) -> Names:
    """The names of all models and enums of `schema`: safe as Python, and no two alike."""
    entities = {entity.table: entity for entity in schema.intent.entities}
    tables = sorted((*schema.database.whole_tables, *schema.external), key=lambda one: (one.schema, one.name))
    known = {(one.schema, one.name): entities.get(one.name) or _nameless(one, schema) for one in tables}
    wanted: list[tuple[tuple[str, ...], str]] = [(("table", *key), camel(entity.name)) for key, entity in known.items()]
    wanted += [(("enum", one.name), camel(one.name)) for one in schema.database.enums]
    classes = distinct(wanted, RESERVED_CLASSES)
    modules = distinct(((key, module(known[key].name)) for key in known), RESERVED_MODULES)
    models = {
        (one.schema, one.name): _model(
            one, known[one.schema, one.name], classes["table", one.schema, one.name], modules[one.schema, one.name]
        )
        for one in tables
    }
    members = {one.name: distinct((value, constant(value)) for value in one.values) for one in schema.database.enums}
    return Names(models, {one.name: classes["enum", one.name] for one in schema.database.enums}, members)


def _nameless(table: Table, schema: Schema) -> Entity:
    return Entity(camel(table.name), table.name, external=table in schema.external)


def _model(table: Table, entity: Entity, class_name: str, module_name: str) -> Model:
    wanted = [(("column", one.name), snake(one.name)) for one in table.columns]
    wanted += [(("relationship", one.name), snake(one.name)) for one in entity.relationships]
    chosen = distinct(wanted, RESERVED_ATTRIBUTES)
    columns = {name: chosen[kind, name] for kind, name in chosen if kind == "column"}
    relations = {name: chosen[kind, name] for kind, name in chosen if kind == "relationship"}
    return Model(table, entity, class_name, module_name, columns, relations)


def enum_homes(schema: Schema) -> dict[str, TableKey | None]:
    """The one table that uses an enum type, or None where several or none do: then the enum stands in `base.py`."""
    users: dict[str, set[TableKey]] = {one.name: set() for one in schema.database.enums}
    for key, base in _types_in_use(schema):
        users.get(base, set()).add(key)
    return {name: next(iter(tables)) if len(tables) == 1 else None for name, tables in users.items()}


def _types_in_use(schema: Schema) -> Iterator[tuple[TableKey, str]]:
    for table in (*schema.database.whole_tables, *schema.external):
        for column in table.columns:
            yield (table.schema, table.name), take_apart(column.type).base
