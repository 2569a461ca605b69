"""Row-level security policies."""

from __future__ import annotations

from typing import Any

from colonnade.catalog.expressions import maybe
from colonnade.catalog.snapshot import Snapshot, grouped, rows
from colonnade.design.schema import Policy

POLICIES = """
SELECT p.oid, p.polname AS name, p.polrelid AS relation, p.polcmd::text AS command, p.polpermissive AS permissive,
       p.polroles AS roles, pg_get_expr(p.polqual, p.polrelid) AS using_expression,
       pg_get_expr(p.polwithcheck, p.polrelid) AS check_expression
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
WHERE c.relnamespace = ANY(%(namespaces)s) AND c.oid <> ALL(%(pg_class_members)s)
ORDER BY p.polname COLLATE "C"
"""

COMMANDS = {"*": "ALL", "r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}
EVERYBODY = 0


def policies(view: Snapshot) -> dict[int, list[Policy]]:
    """All policies by relation, in the order of their names."""
    return grouped((row.relation, _policy(view, row)) for row in rows(view, POLICIES))


def _policy(view: Snapshot, row: Any) -> Policy:
    roles = sorted("PUBLIC" if oid == EVERYBODY else view.roles[oid] for oid in row.roles)
    return Policy(
        row.name,
        COMMANDS[row.command],
        tuple(roles),
        maybe(row.using_expression),
        maybe(row.check_expression),
        row.permissive,
        view.comment("pg_policy", row.oid),
    )
