"""The JSON Schema of design.yaml, from the same classes that read it."""

from __future__ import annotations

from typing import Any

from colonnade.design import schema
from colonnade.design.codec import object_of
from colonnade.design.document_value import KINDS, SECTIONS

TEXT: dict[str, Any] = {"type": ["string", "number", "boolean", "null"]}
TEXTS: dict[str, Any] = {"type": "array", "items": TEXT}
BECAUSE: dict[str, Any] = {"because": TEXT}
ANYTHING: dict[str, Any] = {}

META_KEYS = ("spec_file", "version", "previous_version", "feature", "title", "revision_message", "house_rules",
             "target_version", "setting", "sources")  # fmt: skip
ENTITY_KEYS = frozenset({
    "name", "table_name", "external", "because", "description", "feature", "owner_column", "audience", "tenant_column",
    "version_column", "created_by", "updated_by",
    "created_at", "updated_at",
    "deleted_at",
    "active_view", "primary_key", "columns", "relationships", "computed_fields", "constraints",
})  # fmt: skip
PRIMARY_KEY_KEYS = frozenset({"column_name", "columns", "type", "auto_generate", "because"})
COLUMN_KEYS = frozenset({
    "python_name", "python_type", "constraints", "check_expression", "indexed", "because", "default_because",
    "owner_because",
})  # fmt: skip
COLUMN_WORDS = ("primary_key", "unique", "not_null", "check")
RELATIONSHIP_KEYS = frozenset({
    "name", "type", "related_entity", "related_table", "foreign_key_column", "columns", "owns_key", "back_populates",
    "cascade", "passive_deletes", "lazy", "loading", "join_table", "join_table_columns",
    "on_soft_delete",
})  # fmt: skip
INDEX_KEYS = frozenset({"table_name", "schema", "columns", "because"})
DOCUMENT_KEYS = frozenset({
    "meta", "entities", "indexes", "roles", "query_patterns", "dependencies", "migration_plan",
    "performance_considerations", "sqlmodel_config", "reasons", "facts", *SECTIONS,
})  # fmt: skip
KINDS_OF_RELATIONSHIP = ("one_to_one", "one_to_many", "many_to_one", "many_to_many")

_LISTED = {
    "namespaces": schema.SchemaNamespace, "extensions": schema.Extension, "enums": schema.EnumType,
    "domains": schema.Domain, "composites": schema.CompositeType, "sequences": schema.Sequence,
    "functions": schema.Function, "views": schema.View, "default_privileges": schema.DefaultPrivilege,
    "definitions": schema.Definition,
    "query_patterns": schema.QueryPattern, "dependencies": schema.Dependency, "reasons": schema.Reason,
}  # fmt: skip
_DEFINED = (*_LISTED.values(), schema.Privilege, schema.IndexKey, schema.Index, schema.Trigger, schema.Policy,
            schema.Identity, schema.Generated, schema.Check, schema.Roles)  # fmt: skip


def schema_form() -> dict[str, Any]:
    """The whole JSON Schema, for editors."""
    listed = {name: {"type": "array", "items": {"$ref": f"#/$defs/{cls.__name__}"}} for name, cls in _LISTED.items()}
    sections = {
        "meta": {"type": "object", "properties": dict.fromkeys(META_KEYS, ANYTHING), "additionalProperties": False},
        "entities": {"type": "array", "items": {"$ref": "#/$defs/Entity"}},
        "indexes": {"type": "array", "items": {"$ref": "#/$defs/TableIndex"}},
        "roles": {"$ref": "#/$defs/Roles"},
        "unmodelled": TEXTS,
        "migration_plan": {"type": "object"},
        "performance_considerations": {"type": "object"},
        "sqlmodel_config": {"type": "object"},
        "facts": {"type": "object", "additionalProperties": {"type": "string"}},
        **listed,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Colonnade design",
        "type": "object",
        "required": ["database_schema"],
        "properties": {
            "database_schema": {
                "type": "object", "properties": sections, "required": ["entities"], "additionalProperties": False,
            }
        },
        "$defs": {
            **{cls.__name__: object_of(cls) for cls in _DEFINED},
            "Entity": _entity(),
            "Column": object_of(schema.Column, also=_column_extras()),
            "Constraint": {"anyOf": [_constraint(cls, name) for cls, name in KINDS.items()]},
            "Relationship": _relationship(),
            "TableIndex": object_of(
                schema.Index, frozenset({"name", "keys"}),
                {"table_name": TEXT, "schema": TEXT, "index_name": TEXT, "columns": _keys(), **BECAUSE},
            ),
        },
    }  # fmt: skip


def _keys() -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "items": {"anyOf": [TEXT, {"$ref": "#/$defs/IndexKey"}]}}


def _entity() -> dict[str, Any]:
    form = object_of(schema.Table, frozenset({"columns", "constraints", "indexes", "triggers", "policies"}))
    parts = {
        **dict.fromkeys(sorted(ENTITY_KEYS), TEXT),
        "external": {"type": "boolean"},
        "primary_key": object_of(
            schema.PrimaryKey, frozenset({"name", "columns"}),
            {"name": TEXT, **dict.fromkeys(sorted(PRIMARY_KEY_KEYS), ANYTHING)},
        ),
        "columns": {"type": "array", "items": {"$ref": "#/$defs/Column"}},
        "relationships": {"type": "array", "items": {"$ref": "#/$defs/Relationship"}},
        "computed_fields": {"type": "array", "items": {"type": "object"}},
        "constraints": {"type": "array", "items": {"$ref": "#/$defs/Constraint"}},
        "triggers": {"type": "array", "items": object_of(schema.Trigger, also=BECAUSE)},
        "policies": {"type": "array", "items": object_of(schema.Policy, also=BECAUSE)},
    }  # fmt: skip
    return {**form, "properties": {**form["properties"], **parts}, "required": [],
            "anyOf": [{"required": ["name"]}, {"required": ["table_name"]}]}  # fmt: skip


def _column_extras() -> dict[str, Any]:
    return {
        **dict.fromkeys(sorted(COLUMN_KEYS), TEXT),
        "constraints": {"type": "array", "items": {"enum": list(COLUMN_WORDS)}},
    }


def _constraint(cls: type, name: str) -> dict[str, Any]:
    form = object_of(cls, also={"type": {"const": name}, "expression": TEXT, "columns": TEXTS, **BECAUSE})
    return {**form, "required": ["type"]}


def _relationship() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            **dict.fromkeys(sorted(RELATIONSHIP_KEYS), ANYTHING),
            "type": {"enum": list(KINDS_OF_RELATIONSHIP)},
            "lazy": {"type": ["boolean", "string"]},
        },
        "required": ["type"],
        "additionalProperties": False,
    }
