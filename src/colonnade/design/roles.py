"""Renaming the roles of a Schema, for servers where their names may belong to somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from colonnade.design.schema import Schema

_NAMED = {"owner", "grantee", "role", "migrator", "application", "reader"}
T = TypeVar("T")


def renamed(schema: Schema, names: Mapping[str, str]) -> Schema:
    """`schema` with each role of `names` called by its new name wherever an owner, a grantee or a policy names it."""
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
