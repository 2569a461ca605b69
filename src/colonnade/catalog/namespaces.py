"""Schemas and extensions."""

from __future__ import annotations

from colonnade.catalog.privileges import privileges
from colonnade.catalog.snapshot import Snapshot, rows
from colonnade.design.schema import Extension, Privilege, SchemaNamespace

NAMESPACES = """
SELECT oid, nspname AS name, pg_get_userbyid(nspowner) AS owner, nspacl::text[] AS acl
FROM pg_namespace WHERE oid = ANY(%(namespaces)s) AND oid <> ALL(%(pg_namespace_members)s) ORDER BY nspname COLLATE "C"
"""

EXTENSIONS = """
SELECT e.oid, e.extname AS name, n.nspname AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname <> 'plpgsql' ORDER BY e.extname COLLATE "C"
"""

AVAILABLE = "SELECT name, comment FROM pg_available_extensions WHERE installed_version IS NOT NULL"

PUBLIC = SchemaNamespace("public", "pg_database_owner", (Privilege("PUBLIC", ("USAGE",)),), "standard public schema")


def namespaces(view: Snapshot) -> tuple[SchemaNamespace, ...]:
    """All schemas of the user; `public` only where somebody changed it."""
    found = (
        SchemaNamespace(
            row.name, row.owner, privileges(view, row.acl, row.owner, "schema"), view.comment("pg_namespace", row.oid)
        )
        for row in rows(view, NAMESPACES)
    )
    return tuple(one for one in found if one != PUBLIC)


def extensions(view: Snapshot) -> tuple[Extension, ...]:
    """All extensions but plpgsql, which every database has; a comment only where it is not the extension's own."""
    found = [(row, view.comment("pg_extension", row.oid)) for row in rows(view, EXTENSIONS)]
    usual = {row.name: row.comment for row in rows(view, AVAILABLE)} if any(text for _, text in found) else {}
    return tuple(Extension(row.name, row.schema, None if text == usual.get(row.name) else text) for row, text in found)
