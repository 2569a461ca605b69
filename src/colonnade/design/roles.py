"""The roles of a Schema on servers where their names may belong to somebody, or where they cannot have all rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

from colonnade.design.schema import Policy, Roles, Schema, Table
from colonnade.sql import shorten
from colonnade.values import replace

_NAMED = {"owner", "grantee", "role", "migrator", "application", "reader", "searcher", "auditor"}
T = TypeVar("T")


def unbound(roles: Roles | None) -> bool:
    """Whether no policy binds who migrates, so that row security can be off: for whom one binds, that is an error."""
    return roles is None or roles.passes == "bypassrls"


def passing_policy(table: str, migrator: str) -> Policy:
    """The policy by which the migrator sees and writes every row of `table`."""
    return Policy(shorten(f"{table}_all_migrator"), "ALL", (migrator,), "true", "true")


def passing_by_policy(schema: Schema) -> Schema:
    """`schema` with a policy for the migrator on each secured table in place of BYPASSRLS."""
    roles = schema.intent.roles
    if roles is None or roles.passes == "policy":
        return schema
    tables = tuple(_open_to(roles.migrator, table) for table in schema.database.tables)
    intent = replace(schema.intent, roles=replace(roles, passes="policy"))
    return replace(schema, database=replace(schema.database, tables=tables), intent=intent)


def _open_to(migrator: str, table: Table) -> Table:
    if not table.row_security:
        return table
    policies = (*table.policies, passing_policy(table.name, migrator))
    return replace(table, policies=tuple(sorted(policies, key=lambda one: one.name)))


def renamed(schema: T, names: Mapping[str, str]) -> T:
    """`schema`, a whole one or its database, with each role of `names` called by its new name.

    That is wherever an owner, a grantee or a policy names it.
    """
    return _renamed(schema, names)


def _renamed(value: T, names: Mapping[str, str]) -> T:
    if isinstance(value, tuple):
        return tuple(_renamed(one, names) for one in value)  # type: ignore[return-value]
    if not is_dataclass(value) or isinstance(value, type):
        return value
    return replace(value, **{one.name: _field(one.name, getattr(value, one.name), names) for one in fields(value)})


def _field(name: str, value: Any, names: Mapping[str, str]) -> Any:
    if name in _NAMED and isinstance(value, str):
        return names.get(value, value)
    if name == "roles" and isinstance(value, tuple):
        return tuple(names.get(role, role) for role in value)
    return _renamed(value, names)
