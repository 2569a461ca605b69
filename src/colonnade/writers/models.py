"""What ORM models cannot say of a database, declared, so that the prover can check that exactly this is lost."""

from __future__ import annotations

from dataclasses import fields
from functools import cache, lru_cache
from typing import Any, TypeAlias

from colonnade.design.schema import Database
from colonnade.values import replace

Tree: TypeAlias = dict[str, "Tree"]
"""Fields by name, each with those inside it that are meant; with none, the field itself is."""

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
    "tables.attached",
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
    "tables.constraints.options",
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
    lesser: Database = _without(database, _tree(losses))
    return lesser


@lru_cache
def _tree(losses: tuple[str, ...]) -> Tree:
    """`losses` as one tree, so that one walk takes all of them."""
    tree: Tree = {}
    for loss in losses:
        inner = tree
        for name in loss.split("."):
            inner = inner.setdefault(name, {})
    return tree


def _without(value: Any, tree: Tree) -> Any:
    """`value` itself where nothing of it is lost."""
    if value is None:
        return None
    if isinstance(value, tuple):
        return tuple(_without(one, tree) for one in value)
    defaults = _defaults(value.__class__)
    lost = {
        name: _without(getattr(value, name), inner) if inner else defaults[name]
        for name, inner in tree.items()
        if name in defaults
    }
    changed = {name: one for name, one in lost.items() if one != getattr(value, name)}
    return replace(value, **changed) if changed else value


@cache
def _defaults(cls: type) -> dict[str, Any]:
    return {field.name: field.default for field in fields(cls)}
