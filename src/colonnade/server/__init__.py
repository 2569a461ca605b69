"""PostgreSQL servers: a private one, or a user's by DSN; scratch databases and scratch roles on either."""

from __future__ import annotations

from colonnade.server.cluster import embedded, installed_binaries
from colonnade.server.description import Server, at_home, connect, failure
from colonnade.server.scratch import drop_roles, joined, new_password, scratch_database, scratch_name, scratch_roles
from colonnade.server.visited import at, looking

__all__ = [
    "Server",
    "at",
    "at_home",
    "connect",
    "drop_roles",
    "embedded",
    "failure",
    "installed_binaries",
    "joined",
    "looking",
    "new_password",
    "scratch_database",
    "scratch_name",
    "scratch_roles",
]
