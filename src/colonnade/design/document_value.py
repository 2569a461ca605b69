"""A Schema as the plain values of design.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from graphlib import CycleError, TopologicalSorter
from typing import Any

from colonnade import types
from colonnade.design.codec import encode
from colonnade.design.schema import (
    Check,
    Column,
    Constraint,
    Database,
    Entity,
    Exclusion,
    ForeignKey,
    Intent,
    PrimaryKey,
    Privilege,
    Privileges,
    Reason,
    Relationship,
    Roles,
    Schema,
    Table,
    Unique,
)
from colonnade.design.sizes import human, size
from colonnade.types import Family

KINDS: dict[type[Constraint], str] = {
    PrimaryKey: "primary_key",
    Unique: "unique",
    Check: "check",
    ForeignKey: "foreign_key",
    Exclusion: "exclude",
}
PYTHON_TYPES: dict[Family, str] = {
    Family.UUID: "UUID", Family.STRING: "str", Family.TEXT: "str", Family.CITEXT: "str", Family.SMALLINT: "int",
    Family.INTEGER: "int", Family.BIGINT: "int", Family.DECIMAL: "Decimal", Family.FLOAT: "float",
    Family.BOOLEAN: "bool",
    Family.DATE: "date", Family.TIME: "time", Family.TIMESTAMP: "datetime", Family.INTERVAL: "timedelta",
    Family.JSON: "dict", Family.BINARY: "bytes", Family.VECTOR: "list[float]", Family.HSTORE: "dict[str, str]",
}  # fmt: skip
SECTIONS = ("namespaces", "extensions", "enums", "domains", "composites", "sequences", "functions", "views",
            "default_privileges", "definitions", "unmodelled")  # fmt: skip
VERSION = "1.0.0"


def of(schema: Schema, plan: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The document of `schema`: reference keys first, then what the design needs beyond them.

    `plan` is its migration_plan where there was a design before; else all of it is new.
    """
    first, *entities, last = parts(schema, plan)
    return {
        "database_schema": {
            "meta": first["meta"],
            "entities": [one["entity"] for one in entities],
            "indexes": [index for one in entities for index in one["indexes"]],
            **last["rest"],
        }
    }


def parts(schema: Schema, plan: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
    """The document in the order of work: `meta`, each `entity` with its `indexes`, and the `rest`."""
    yield {"meta": _meta(schema.intent)}
    reasons = _inline(schema.intent.reasons)
    tables = [(table, False) for table in schema.database.tables] + [(table, True) for table in schema.external]
    entities = {one.table: one for one in schema.intent.entities}
    models = {one.table: one.name for one in schema.intent.entities}
    used: set[str] = set()
    roles = schema.intent.roles
    for table, external in tables:
        value = _entity(table, external, None if external else roles, entities, models, reasons, used)
        yield {"entity": value, "indexes": _index(table, reasons, used)}
    document = {
        **{name: encode(getattr(schema.database, name)) for name in SECTIONS if getattr(schema.database, name)},
        **({"roles": _roles(schema.intent)} if schema.intent.roles else {}),
        "query_patterns": encode(schema.intent.patterns),
        **({"dependencies": encode(schema.intent.dependencies)} if schema.intent.dependencies else {}),
        "migration_plan": _migration_plan(schema.database) if plan is None else dict(plan),
        "performance_considerations": _performance(schema),
        "sqlmodel_config": _sqlmodel(schema),
    }
    rest = [encode(one) for one in schema.intent.reasons if one.subject not in used]
    made = {"facts": dict(schema.intent.facts)} if schema.intent.facts else {}
    yield {"rest": {**document, **({"reasons": rest} if rest else {}), **made}}


def _inline(reasons: tuple[Reason, ...]) -> dict[str, str]:
    """The reasons by subject where each can stand with what it is about: sorted, and one a subject."""
    subjects = [one.subject for one in reasons]
    return {one.subject: one.because for one in reasons} if subjects == sorted(set(subjects)) else {}


def _because(subject: str, reasons: Mapping[str, str], used: set[str], key: str = "because") -> dict[str, str]:
    if subject not in reasons or subject in used:
        return {}
    used.add(subject)
    return {key: reasons[subject]}


def usual_column(column: Column, roles: Roles | None) -> Privileges:
    """What the application may do with a column unless the document says otherwise."""
    settable = column.generated is None and not (column.identity and column.identity.always)
    return _settable_by(roles.application) if roles and settable else ()


@cache
def _settable_by(role: str) -> Privileges:
    return (Privilege(role, ("INSERT", "UPDATE")),)


def usual_table(roles: Roles | None) -> Privileges:
    """What the roles may do with a table unless the document says otherwise."""
    if roles is None:
        return ()
    migrator = Privilege(roles.migrator, ("DELETE", "INSERT", "SELECT", "UPDATE"))
    reader = (Privilege(roles.reader, ("SELECT",)),) if roles.reader else ()
    return tuple(sorted((migrator, Privilege(roles.application, ("DELETE", "SELECT")), *reader)))


def _privileges(privileges: Privileges, usual: Privileges) -> dict[str, Any]:
    return {} if privileges == usual else {"privileges": encode(privileges)}


def _meta(intent: Intent) -> dict[str, Any]:
    return {
        "spec_file": intent.spec_file,
        "version": VERSION,
        "previous_version": None,
        "feature": intent.feature,
        "title": intent.title,
        "revision_message": intent.revision_message,
        "house_rules": intent.house_rules,
        "target_version": intent.target_version,
        "setting": intent.setting,
        "sources": [{"file": file, "fingerprint": fingerprint} for file, fingerprint in intent.sources],
    }


def _roles(intent: Intent) -> dict[str, str | None]:
    """The names of the roles; what not every design has only where it is there."""
    if intent.roles is None:
        return {}
    names = {one.name: getattr(intent.roles, one.name) for one in fields(Roles)}
    unusual = {"searcher", "auditor", "passes"}
    return {key: one for key, one in names.items() if key not in unusual or one != getattr(Roles(), key)}


_TABLE_SKIP = frozenset({"name", "columns", "constraints", "indexes", "owner", "privileges"})
_ENTITY_SKIP = frozenset({"name", "table", "external", "relationships", "estimated_rows"})


def _entity(
    table: Table,
    external: bool,
    roles: Roles | None,
    entities: Mapping[str, Entity],
    models: Mapping[str, str],
    reasons: Mapping[str, str],
    used: set[str],
) -> dict[str, Any]:
    entity = entities.get(table.name) if table.schema == "public" or external else None
    led = {one.columns[0] for one in table.constraints if isinstance(one, PrimaryKey | Unique) and one.columns}
    led |= {one.columns[0] for one in table.indexes if one.columns}
    key = table.primary_key
    return {
        **({"name": entity.name} if entity else {}),
        "table_name": table.name,
        **({"external": True} if external else {}),
        **_because(table.name, reasons, used),
        **(encode(entity, _ENTITY_SKIP) if entity else {}),
        **({"primary_key": _primary_key(table, key, reasons, used)} if key else {}),
        "columns": [_column(table, one, roles, led, reasons, used) for one in table.columns],
        "relationships": [_relationship(one, models) for one in entity.relationships] if entity else [],
        "computed_fields": [
            {"name": one.name, "type": one.type, "expression": one.generated.expression}
            for one in table.columns
            if one.generated
        ],
        "constraints": [
            {"type": KINDS[type(one)], **encode(one), **_because(f"{table.name}/{one.name}", reasons, used)}
            for one in table.constraints
            if not isinstance(one, PrimaryKey)
        ],
        **_parts(table, roles, reasons, used),
    }


def _parts(table: Table, roles: Roles | None, reasons: Mapping[str, str], used: set[str]) -> dict[str, Any]:
    """What a table has beyond the columns, keys and constraints: policies, triggers, privileges, storage."""
    parts = encode(table, _TABLE_SKIP)
    for name in ("triggers", "policies"):
        for one in parts.get(name, ()):
            one.update(_because(f"{table.name}/{one['name']}", reasons, used))
    owner = {} if table.owner == (roles.owner if roles else None) else {"owner": table.owner}
    return {**parts, **owner, **_privileges(table.privileges, usual_table(roles))}


_KEY_SKIP = frozenset({"columns"})


def _primary_key(table: Table, key: PrimaryKey, reasons: Mapping[str, str], used: set[str]) -> dict[str, Any]:
    column = next((one for one in table.columns if one.name == key.columns[0]), None) if key.columns else None
    single = len(key.columns) == 1 and column is not None
    encoded = encode(key, _KEY_SKIP)
    return {
        **(
            {"column_name": key.columns[0], "type": column.type}
            if single and column
            else {"columns": list(key.columns)}
        ),
        "auto_generate": bool(single and column and (column.default is not None or column.identity is not None)),
        **encoded,
        **_because(f"{table.name}/{key.name}", reasons, used),
    }


_COLUMN_SKIP = frozenset({"name", "type", "nullable", "privileges"})


def _column(
    table: Table, column: Column, roles: Roles | None, led: set[str], reasons: Mapping[str, str], used: set[str]
) -> dict[str, Any]:
    subject = f"{table.name}.{column.name}"
    words = _words(table, column)
    return {
        "name": column.name,
        "python_name": column.name,
        "database_type": column.type,
        "python_type": python_type(column.type),
        "nullable": column.nullable,
        **encode(column, _COLUMN_SKIP),
        **_privileges(column.privileges, usual_column(column, roles)),
        **({"constraints": words} if words else {}),
        "indexed": column.name in led,
        **_because(subject, reasons, used),
        **_because(f"{subject}/default", reasons, used, "default_because"),
        **_because(f"{subject}/owner", reasons, used, "owner_because"),
    }


def _words(table: Table, column: Column) -> list[str]:
    alone = (column.name,)
    key = table.primary_key
    words = ["primary_key"] if key and key.columns == alone else []
    words += ["unique"] if any(isinstance(one, Unique) and one.columns == alone for one in table.constraints) else []
    return words + ([] if column.nullable else ["not_null"])


def python_type(type_: str) -> str:
    """The Python type of a value of the type; str for an enum, a domain or what the table does not know."""
    taken = types.take_apart(type_)
    name = PYTHON_TYPES.get(taken.row.family, "str") if taken.row else "str"
    return f"list[{name}]" if taken.dimensions else name


def _relationship(one: Relationship, models: Mapping[str, str]) -> dict[str, Any]:
    value: dict[str, Any] = {
        "name": one.name,
        "type": one.kind,
        "related_entity": models.get(one.target, one.target),
        "related_table": one.target,
        "foreign_key_column": one.foreign_column or None,
        "columns": list(one.columns),
        "owns_key": one.owns_key,
        "back_populates": one.back_populates,
        "cascade": one.cascade or None,
        "passive_deletes": one.passive_deletes,
        "lazy": one.lazy == "select",
    }
    if one.lazy != "select":
        value["loading"] = one.lazy
    if one.on_soft_delete is not None:
        value["on_soft_delete"] = one.on_soft_delete
    if one.join_table is not None:
        value["join_table"] = one.join_table
    if one.join_columns:
        value["join_table_columns"] = [
            {"entity_column": left, "related_column": right} for left, right in one.join_columns
        ]
    return value


_INDEX_SKIP = frozenset({"keys", "name", "method", "unique"})


def _index(table: Table, reasons: Mapping[str, str], used: set[str]) -> list[dict[str, Any]]:
    values = []
    for one in table.indexes:
        value = encode(one, _INDEX_SKIP)
        columns = [key["column"] if list(key) == ["column"] else key for key in map(encode, one.keys)]
        home = {} if table.schema == "public" else {"schema": table.schema}
        because = _because(f"{table.name}/{one.name}", reasons, used)
        values.append({"table_name": table.name, **home, "columns": columns, "index_name": one.name,
                       "index_type": one.method, "unique": one.unique, **value, **because})  # fmt: skip
    return values


def _migration_plan(database: Database) -> dict[str, Any]:
    order = creation_order(database)
    return {
        "is_new_schema": True,
        "breaking_changes": [],
        "new_entities": [one.name for one in database.whole_tables],
        "modified_entities": [],
        "dependencies": order,
        "rollback_plan": {"reversible": True, "rollback_steps": [f"drop table {name}" for name in reversed(order)]},
    }


def creation_order(database: Database) -> list[str]:
    """The tables, each after those that it refers to; by name where they refer to each other in a circle."""
    names = {one.name for one in database.whole_tables}
    parents = {
        one.name: {key.target[1] for key in one.foreign_keys if key.target[1] in names} - {one.name}
        for one in database.whole_tables
    }
    try:
        sorter = TopologicalSorter(parents)
        sorter.prepare()
    except CycleError:
        return sorted(names)
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += ready
        sorter.done(*ready)
    return order


def _performance(schema: Schema) -> dict[str, Any]:
    counts = {one.table: one.estimated_rows for one in schema.intent.entities if one.estimated_rows is not None}
    own = {one.name: one for one in schema.database.whole_tables}
    measured = {name: size(own[name], rows) for name, rows in counts.items() if name in own}
    sizes = [
        {"table_name": name, "row_bytes": one.row, "heap_bytes": one.heap, "index_bytes": one.indexes}
        for name, one in measured.items()
    ]
    totals = {
        f"{scale}x": human(
            sum(one.heap + one.indexes for one in (size(own[name], counts[name] * scale) for name in measured))
        )
        for scale in (1, 10, 100)
    }
    return {
        "estimated_row_counts": counts,
        **({"sizes": sizes, "totals": totals} if sizes else {}),
        "query_optimization_notes": list(schema.intent.notes),
        "indexing_strategy": "Keys, foreign keys, listed columns and query patterns; the owner's key leads.",
        "denormalization_recommendations": list(schema.intent.denormalizations),
    }


def _sqlmodel(schema: Schema) -> dict[str, Any]:
    intent = schema.intent
    modes = [
        {"entity": entity.name, "relationship": one.name, "mode": one.mode}
        for entity in intent.entities
        for one in entity.relationships
    ]
    return {
        "table_args": list(intent.table_args),
        "relationship_config": modes,
        "validation_rules": validation_rules(schema),
    }


def validation_rules(schema: Schema) -> list[str]:
    """What a value must satisfy, one text a CHECK, in the order of the tables."""
    models = {one.table: one.name for one in schema.intent.entities}
    return [
        f"{models.get(table.name, table.name)}: {one.expression} ({one.name})"
        for table in schema.database.whole_tables
        for one in table.constraints
        if isinstance(one, Check)
    ]
