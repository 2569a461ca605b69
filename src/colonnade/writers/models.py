"""What ORM models cannot say of a database, declared, so that the prover can check that exactly this is lost."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from colonnade.design.schema import (
    Database,
)

_LOSSES = (
    "composites",
    "default_privileges",
    "definitions",
    "domains.comment",
    "domains.owner",
    "domains.privileges",
    "enums.comment",
    "enums.owner",
    "enums.privileges",
    "extensions",
    "functions",
    "namespaces",
    "sequences.comment",
    "sequences.owned_by",
    "sequences.owner",
    "sequences.privileges",
    "sequences.unlogged",
    "tables.columns.compression",
    "tables.columns.identity.comment",
    "tables.columns.identity.privileges",
    "tables.columns.not_null_name",
    "tables.columns.options",
    "tables.columns.privileges",
    "tables.columns.statistics",
    "tables.clustered_on",
    "tables.columns.storage",
    "tables.constraints.enforced",
    "tables.constraints.no_inherit",
    "tables.constraints.period",
    "tables.constraints.validated",
    "tables.constraints.without_overlaps",
    "tables.force_row_security",
    "tables.indexes.comment",
    "tables.indexes.valid",
    "tables.owner",
    "tables.partition_of",
    "tables.policies",
    "tables.privileges",
    "tables.replica_identity",
    "tables.row_security",
    "tables.triggers",
    "views",
)

LOSSES: dict[str, tuple[str, ...]] = {"sqlalchemy": _LOSSES, "sqlmodel": _LOSSES}
"""By writer, the facts of a catalog that its models cannot give: paths of fields from Database down."""

PREREQUISITES = ("namespaces", "extensions", "composites", "functions")
"""Lost kinds that must be in the database before `create_all`, where the schema has them, beside external tables."""


def less(database: Database, losses: tuple[str, ...]) -> Database:
    """`database` without the facts that `losses` name: each such field has its default.

    `less(ddl, LOSSES["sqlalchemy"])` is what `create_all` must give, owners and privileges aside, which whoever runs it
    leaves; so both sides of a comparison pass through here.
    """
    if "tables.partition_of" in losses:
        database = replace(database, tables=database.whole_tables)
    for loss in losses:
        database = _without(database, tuple(loss.split(".")))
    return database


def _without(value: Any, path: tuple[str, ...]) -> Any:
    known = {field.name: field for field in fields(value)}
    if path[0] not in known:
        return value
    if len(path) == 1:
        return replace(value, **{path[0]: known[path[0]].default})
    inner = getattr(value, path[0])
    if inner is None:
        return value
    some = tuple(_without(one, path[1:]) for one in inner) if isinstance(inner, tuple) else _without(inner, path[1:])
    return replace(value, **{path[0]: some})
