"""Enum types, domains and composite types."""

from __future__ import annotations

from colonnade.catalog.expressions import maybe, stable
from colonnade.catalog.privileges import privileges
from colonnade.catalog.snapshot import Snapshot, grouped, rows
from colonnade.design.schema import Check, CompositeType, Domain, EnumType

ENUMS = """
SELECT t.oid, t.typname AS name, t.typnamespace AS namespace, pg_get_userbyid(t.typowner) AS owner,
       t.typacl::text[] AS acl, v.labels
FROM pg_type t
LEFT JOIN (SELECT enumtypid, array_agg(enumlabel::text ORDER BY enumsortorder) AS labels FROM pg_enum GROUP BY 1) v
  ON v.enumtypid = t.oid
WHERE t.typtype = 'e' AND t.typnamespace = ANY(%(namespaces)s) AND t.oid <> ALL(%(pg_type_members)s)
"""

DOMAINS = """
SELECT t.oid, t.typname AS name, t.typnamespace AS namespace, pg_get_userbyid(t.typowner) AS owner,
       t.typacl::text[] AS acl, format_type(t.typbasetype, t.typtypmod) AS type, t.typnotnull AS required,
       pg_get_expr(t.typdefaultbin, 0) AS standard, c.collname AS collation
FROM pg_type t
JOIN pg_type base ON base.oid = t.typbasetype
LEFT JOIN pg_collation c ON c.oid = t.typcollation AND t.typcollation <> base.typcollation
WHERE t.typtype = 'd' AND t.typnamespace = ANY(%(namespaces)s) AND t.oid <> ALL(%(pg_type_members)s)
"""

DOMAIN_CHECKS = """
SELECT oid, contypid AS type, conname AS name, pg_get_expr(conbin, 0) AS expression, convalidated AS validated
FROM pg_constraint WHERE contypid <> 0 AND contype = 'c' ORDER BY conname COLLATE "C"
"""

COMPOSITES = """
SELECT t.oid, t.typname AS name, t.typnamespace AS namespace, pg_get_userbyid(t.typowner) AS owner,
       t.typacl::text[] AS acl, t.typrelid AS relation
FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
WHERE t.typnamespace = ANY(%(namespaces)s) AND t.oid <> ALL(%(pg_type_members)s)
"""

ATTRIBUTES = """
SELECT a.attrelid AS relation, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, l.collname AS collation
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'c'
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_collation l ON l.oid = a.attcollation AND a.attcollation <> t.typcollation
WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum
"""


def enums(view: Snapshot) -> tuple[EnumType, ...]:
    """All enum types with their values in order."""
    found = (
        EnumType(
            row.name,
            tuple(row.labels or ()),
            view.namespaces[row.namespace],
            row.owner,
            privileges(view, row.acl, row.owner, "type"),
            view.comment("pg_type", row.oid),
        )
        for row in rows(view, ENUMS)
    )
    return tuple(sorted(found, key=lambda one: (one.schema, one.name)))


def domains(view: Snapshot) -> tuple[Domain, ...]:
    """All domains with their checks."""
    checks = grouped(
        (
            row.type,
            Check(row.name, stable(row.expression), row.validated, comment=view.comment("pg_constraint", row.oid)),
        )
        for row in rows(view, DOMAIN_CHECKS)
    )
    found = (
        Domain(
            row.name,
            row.type,
            view.namespaces[row.namespace],
            not row.required,
            maybe(row.standard),
            row.collation,
            tuple(checks.get(row.oid, ())),
            row.owner,
            privileges(view, row.acl, row.owner, "type"),
            view.comment("pg_type", row.oid),
        )
        for row in rows(view, DOMAINS)
    )
    return tuple(sorted(found, key=lambda one: (one.schema, one.name)))


def composites(view: Snapshot) -> tuple[CompositeType, ...]:
    """All composite types that no table stands behind."""
    attributes = grouped((row.relation, (row.name, row.type, row.collation)) for row in rows(view, ATTRIBUTES))
    found = (
        CompositeType(
            row.name,
            tuple(attributes.get(row.relation, ())),
            view.namespaces[row.namespace],
            row.owner,
            privileges(view, row.acl, row.owner, "type"),
            view.comment("pg_type", row.oid),
        )
        for row in rows(view, COMPOSITES)
    )
    return tuple(sorted(found, key=lambda one: (one.schema, one.name)))
