"""Colonnade: a schema compiler for PostgreSQL that proves what it writes.

The public API is what this module exports; the command line and every other door calls it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from colonnade.config import Settings
from colonnade.errors import ColonnadeError, InputError, Mistake, OutputError, Place, Refused, ServerError
from colonnade.findings import Finding, Proof
from colonnade.version import __version__

if TYPE_CHECKING:
    from colonnade.api import Build, Design, build, design, json_schema, prove, read, settings
    from colonnade.design.draft import Draft
    from colonnade.design.schema import Database, Schema
    from colonnade.server import Server, at, embedded

__all__ = [
    "Build",
    "ColonnadeError",
    "Database",
    "Design",
    "Draft",
    "Finding",
    "InputError",
    "Mistake",
    "OutputError",
    "Place",
    "Proof",
    "Refused",
    "Schema",
    "Server",
    "ServerError",
    "Settings",
    "__version__",
    "at",
    "build",
    "design",
    "embedded",
    "json_schema",
    "prove",
    "read",
    "settings",
]

_HOMES = {
    "api": ("Build", "Design", "build", "design", "json_schema", "prove", "read", "settings"),
    "design.draft": ("Draft",),
    "design.schema": ("Database", "Schema"),
    "server": ("Server", "at", "embedded"),
}


def __getattr__(name: str) -> Any:
    # Loaded when first used: the command line must not pay for what it does not call.
    from importlib import import_module

    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"colonnade.{module}"), name)
    raise AttributeError(f"module 'colonnade' has no attribute '{name}'")
