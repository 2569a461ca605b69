"""Sequences of their own, and those behind identity columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from colonnade.catalog.privileges import privileges
from colonnade.catalog.snapshot import Snapshot, chosen_name, rows
from colonnade.design.schema import Identity, Sequence
from colonnade.sql import ident

SEQUENCES = """
SELECT c.oid, c.relname AS name, c.relnamespace AS namespace, pg_get_userbyid(c.relowner) AS owner,
       c.relacl::text[] AS acl, c.relpersistence = 'u' AS unlogged, format_type(s.seqtypid, NULL) AS type,
       s.seqstart AS start, s.seqincrement AS increment, s.seqmin AS minimum, s.seqmax AS maximum,
       s.seqcache AS cache, s.seqcycle AS cycle, d.deptype AS link, d.refobjid AS relation, d.refobjsubid AS number,
       t.relname AS table_name, t.relnamespace AS table_namespace, t.relpersistence = 'u' AS table_unlogged,
       a.attname AS column_name, a.attidentity = 'a' AS always
FROM pg_sequence s
JOIN pg_class c ON c.oid = s.seqrelid
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
  AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
LEFT JOIN pg_class t ON t.oid = d.refobjid
LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE c.relnamespace = ANY(%(namespaces)s) AND c.oid <> ALL(%(pg_class_members)s)
"""

LARGEST = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}


@dataclass(frozen=True, slots=True)
class Sequences:
    """`standing` are sequences of their own; `identity` those of identity columns by (relation, column number)."""

    standing: tuple[Sequence, ...]
    identity: Mapping[tuple[int, int], Identity]
    unmodelled: tuple[str, ...]


def sequences(view: Snapshot) -> Sequences:
    """All sequences; one that an identity column made for itself is a fact of that column."""
    found = rows(view, SEQUENCES)
    identity = [row for row in found if row.link == "i"]
    standing = sorted(
        (_standing(view, row) for row in found if row.link != "i"), key=lambda one: (one.schema, one.name)
    )
    return Sequences(
        tuple(standing),
        {(row.relation, row.number): _identity(view, row) for row in identity},
        tuple(sorted(name for row in identity for name in _beyond_identity(view, row))),
    )


def _standing(view: Snapshot, row: Any) -> Sequence:
    owned_by = (view.namespaces[row.table_namespace], row.table_name, row.column_name) if row.link else None
    return Sequence(
        row.name,
        view.namespaces[row.namespace],
        row.type,
        row.start,
        row.increment,
        row.minimum,
        row.maximum,
        row.cache,
        row.cycle,
        row.unlogged,
        owned_by,
        row.owner,
        privileges(view, row.acl, row.owner, "sequence"),
        view.comment("pg_class", row.oid),
    )


def _identity(view: Snapshot, row: Any) -> Identity:
    given = privileges(view, row.acl, row.owner, "sequence")
    return Identity(row.always, _options(row), given, view.comment("pg_class", row.oid))


def _options(row: Any) -> str:
    """The options of an identity column as CREATE SEQUENCE takes them, only those that are not the default."""
    largest = LARGEST[row.type]
    descending = row.increment < 0
    minimum, maximum = (-largest - 1, -1) if descending else (1, largest)
    parts = (
        (row.name != chosen_name(row.table_name, row.column_name, "seq"), f"SEQUENCE NAME {ident(row.name)}"),
        (row.increment != 1, f"INCREMENT BY {row.increment}"),
        (row.minimum != minimum, f"MINVALUE {row.minimum}"),
        (row.maximum != maximum, f"MAXVALUE {row.maximum}"),
        (row.start != (row.maximum if descending else row.minimum), f"START WITH {row.start}"),
        (row.cache != 1, f"CACHE {row.cache}"),
        (row.cycle, "CYCLE"),
    )
    return " ".join(text for shown, text in parts if shown)


def _beyond_identity(view: Snapshot, row: Any) -> list[str]:
    """What was set on an identity column's sequence and no option of the column can say."""
    where = f"sequence {view.namespaces[row.namespace]}.{row.name} of an identity column"
    return [f"{where}: persistence"] if row.unlogged != row.table_unlogged else []
