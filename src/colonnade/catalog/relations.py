"""Relations: the rows of pg_class and pg_attribute that tables, views and all that hangs on them are told by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from colonnade.catalog.snapshot import Snapshot, rows

RELATIONS = """
SELECT c.oid, c.relname AS name, c.relnamespace AS namespace, c.relkind::text AS kind,
       pg_get_userbyid(c.relowner) AS owner, c.relacl::text[] AS acl, c.relpersistence = 'u' AS unlogged,
       c.relrowsecurity AS row_security, c.relforcerowsecurity AS force_row_security,
       c.relreplident::text AS replica_identity, c.reloptions AS options, toast.reloptions AS toast_options,
       c.relispopulated AS populated, nullif(method.amname, 'heap') AS access_method, c.relispartition AS partition,
       CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS bound,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_by,
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS definition
FROM pg_class c
LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid AND toast.reloptions IS NOT NULL
LEFT JOIN pg_am method ON method.oid = c.relam
WHERE c.relkind IN ('r', 'p', 'v', 'm') AND c.relnamespace = ANY(%(namespaces)s)
  AND c.oid <> ALL(%(pg_class_members)s)
"""

ATTRIBUTES = """
SELECT a.attrelid AS relation, a.attnum AS number, a.attname AS name, a.atttypid AS type_oid,
       format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
       CASE WHEN a.atthasdef THEN pg_get_expr(d.adbin, d.adrelid) END AS standard,
       nullif(a.attidentity, '') AS identity, nullif(a.attgenerated, '') AS generated,
       l.collname AS collation, a.attcollation AS collation_oid,
       CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END AS storage,
       nullif(a.attcompression, '') AS compression, nullif(a.attstattarget, -1) AS statistics,
       a.attoptions AS options,
       a.attacl::text[] AS acl, a.attislocal AS local,
       CASE WHEN t.typbasetype <> 0 THEN t.typbasetype ELSE a.atttypid END AS base_type
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'v', 'm')
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON a.atthasdef AND d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_collation l ON l.oid = a.attcollation AND a.attcollation <> t.typcollation
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relnamespace = ANY(%(namespaces)s)
ORDER BY a.attrelid, a.attnum
"""

ANCESTORS = """
SELECT i.inhrelid AS relation, i.inhparent AS parent FROM pg_inherits i ORDER BY i.inhrelid, i.inhseqno
"""

NAMES = """
SELECT c.oid, c.relname AS name, n.nspname AS schema FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname !~ '^pg_toast'
"""


@dataclass(frozen=True, slots=True)
class Relations:
    """`rows` are those of RELATIONS; `attributes` map a relation and a column's number to its row of ATTRIBUTES.

    `parents` are the inheritance parents of a relation, or the partitioned table that it is a part of.
    """

    rows: tuple[Any, ...]
    attributes: Mapping[int, Mapping[int, Any]]
    parents: Mapping[int, tuple[int, ...]]
    names: Mapping[int, tuple[str, str]]

    def column(self, relation: int, number: int) -> str:
        """The bare name of a column."""
        return str(self.attributes[relation][number].name)

    def columns(self, relation: int, numbers: list[int] | None) -> tuple[str, ...]:
        return tuple(self.column(relation, number) for number in numbers or ())


def relations(view: Snapshot) -> Relations:
    """All tables and views of the user with their columns."""
    attributes: dict[int, dict[int, Any]] = {}
    for row in rows(view, ATTRIBUTES):
        attributes.setdefault(row.relation, {})[row.number] = row
    parents: dict[int, tuple[int, ...]] = {}
    for row in rows(view, ANCESTORS):
        parents[row.relation] = (*parents.get(row.relation, ()), row.parent)
    names = {row.oid: (row.schema, row.name) for row in rows(view, NAMES)}
    return Relations(tuple(rows(view, RELATIONS)), attributes, parents, names)
