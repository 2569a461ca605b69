"""Indexes: those of their own, and the facts that a constraint keeps in the index behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from colonnade.catalog.expressions import maybe
from colonnade.catalog.relations import Relations
from colonnade.catalog.snapshot import Snapshot, chosen_name, rows
from colonnade.design.schema import Attached, Index, IndexKey
from colonnade.sql import ident

INDEXES = """
SELECT i.indexrelid AS oid, i.indrelid AS relation, c.relname AS name, i.indisunique AS is_unique,
       i.indkey::int[] AS numbers, i.indnkeyatts AS key_count, i.indclass::oid[] AS classes,
       i.indcollation::oid[] AS collations, i.indoption::int[] AS flags, i.indnullsnotdistinct AS nulls_not_distinct,
       i.indisvalid AS valid, i.indisreplident AS replica_identity, i.indisclustered AS clustered,
       c.reloptions AS options, m.amname AS method,
       CASE WHEN i.indpred IS NOT NULL THEN pg_get_expr(i.indpred, i.indrelid) END AS predicate,
       CASE WHEN i.indexprs IS NOT NULL THEN ARRAY(
         SELECT CASE WHEN i.indkey[n] = 0 THEN pg_get_indexdef(i.indexrelid, n + 1, false) END
         FROM generate_series(0, i.indnkeyatts - 1) n) END AS expressions,
       k.contype::text AS constraint_kind
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_am m ON m.oid = c.relam
JOIN pg_class t ON t.oid = i.indrelid AND t.relkind IN ('r', 'p', 'm')
LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
WHERE t.relnamespace = ANY(%(namespaces)s) AND t.oid <> ALL(%(pg_class_members)s)
"""

CLASSES = """
SELECT o.oid, o.opcname AS name, o.opcmethod AS method, o.opcintype AS type, o.opcdefault AS standard FROM pg_opclass o
"""

# The names of the columns of partitioned indexes, from which PostgreSQL makes the names of their parts.
KEY_NAMES = """
SELECT a.attrelid AS oid, array_agg(a.attname::text ORDER BY a.attnum) AS columns
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'I' GROUP BY 1
"""
LABELS = {"p": "pkey", "u": "key", "x": "excl"}

COLLATIONS = "SELECT oid, collname AS name FROM pg_collation"
NO_COLLATION, DATABASE_COLLATION = 0, 100
DESCENDING, NULLS_FIRST = 1, 2


@dataclass(frozen=True, slots=True)
class Indexes:
    """`standing` are indexes of their own by relation, `attached` those of partitions that are to be told.

    `rows` and `keys` are of all indexes, by oid.
    """

    standing: Mapping[int, tuple[Index, ...]]
    attached: Mapping[int, tuple[Attached, ...]]
    rows: Mapping[int, Any]
    keys: Mapping[int, tuple[IndexKey, ...]]

    def replica_identity(self, relation: int) -> str | None:
        """The name of the index that REPLICA IDENTITY USING INDEX names."""
        return next((row.name for row in self.rows.values() if row.relation == relation and row.replica_identity), None)

    @property
    def clustering(self) -> dict[int, str]:
        """By relation, the name of the index that CLUSTER follows."""
        return {row.relation: row.name for row in self.rows.values() if row.clustered}


@dataclass(frozen=True, slots=True)
class _Lookup:
    classes: Mapping[int, Any]
    defaults: frozenset[tuple[int, int]]
    collations: Mapping[int, str]


def indexes(view: Snapshot, known: Relations) -> Indexes:
    """All indexes of tables and materialised views; one that a partitioned index made is told by that one alone."""
    classes = {row.oid: row for row in rows(view, CLASSES)}
    defaults = frozenset((row.method, row.type) for row in classes.values() if row.standard)
    lookup = _Lookup(classes, defaults, {row.oid: row.name for row in rows(view, COLLATIONS)})
    found = {row.oid: row for row in rows(view, INDEXES)}
    keys = {oid: _keys(row, known, lookup) for oid, row in found.items()}
    standing: dict[int, list[Index]] = {}
    for oid, row in found.items():
        if row.constraint_kind is None and oid not in known.parents:
            standing.setdefault(row.relation, []).append(_index(view, row, keys[oid], known))
    ordered = {relation: tuple(sorted(some, key=lambda one: one.name)) for relation, some in standing.items()}
    return Indexes(ordered, _attached(view, found, known), found, keys)


def _attached(view: Snapshot, found: Mapping[int, Any], known: Relations) -> dict[int, tuple[Attached, ...]]:
    """The parts of partitioned indexes of which something is to be told, and the wholes of those that are parts too."""
    wholes = {oid: known.parents[oid][0] for oid in found if oid in known.parents and known.parents[oid][0] in found}
    if not wholes:
        return {}
    columns = {row.oid: row.columns for row in rows(view, KEY_NAMES)}

    def is_plain(oid: int) -> bool:
        row, whole = found[oid], found[wholes[oid]]
        kind = row.constraint_kind
        second = "" if kind == "p" else "_".join(columns[whole.oid])
        usual = chosen_name(known.names[row.relation][1], second, LABELS.get(kind, "idx"))
        return bool(row.name == usual and whole.valid and view.comment("pg_class", oid) is None)

    waiting = [oid for oid in wholes if not is_plain(oid)]
    told: dict[int, list[Attached]] = {}
    seen = set[int]()
    while waiting:
        oid = waiting.pop()
        if oid in wholes and oid not in seen:
            seen.add(oid)
            waiting.append(wholes[oid])
            one = Attached(found[oid].name, found[wholes[oid]].name, view.comment("pg_class", oid))
            told.setdefault(found[oid].relation, []).append(one)
    return {relation: tuple(sorted(some, key=lambda one: one.name)) for relation, some in told.items()}


def _index(view: Snapshot, row: Any, keys: tuple[IndexKey, ...], known: Relations) -> Index:
    return Index(
        row.name,
        keys,
        row.method,
        row.is_unique,
        included(row, known),
        maybe(row.predicate),
        row.nulls_not_distinct,
        tuple(sorted(row.options or ())),
        row.valid,
        view.comment("pg_class", row.oid),
    )


def included(row: Any, known: Relations) -> tuple[str, ...]:
    """The names of the INCLUDE columns of a row of INDEXES."""
    return known.columns(row.relation, row.numbers[row.key_count :])


def _keys(row: Any, known: Relations, lookup: _Lookup) -> tuple[IndexKey, ...]:
    expressions = [maybe(one) for one in row.expressions or ()] or [None] * row.key_count
    return tuple(_key(row, position, expressions[position], known, lookup) for position in range(row.key_count))


def _key(row: Any, position: int, expression: str | None, known: Relations, lookup: _Lookup) -> IndexKey:
    column = None if expression is not None else known.attributes[row.relation][row.numbers[position]]
    collation = row.collations[position]
    usual = (NO_COLLATION, DATABASE_COLLATION if column is None else column.collation_oid)
    flags = row.flags[position]
    descending, first = bool(flags & DESCENDING), bool(flags & NULLS_FIRST)
    return IndexKey(
        None if column is None else column.name,
        expression,
        _operator_class(lookup, row.classes[position], None if column is None else column.base_type),
        None if collation in usual else lookup.collations[collation],
        descending,
        None if first == descending else first,
    )


def _operator_class(lookup: _Lookup, oid: int, type_oid: int | None) -> str | None:
    """The name of an operator class where it is not what PostgreSQL takes for the type by itself."""
    found = lookup.classes[oid]
    another = type_oid is not None and found.type != type_oid and (found.method, type_oid) in lookup.defaults
    return None if found.standard and not another else str(found.name)


def key_sql(key: IndexKey) -> str:
    """A key as CREATE INDEX spells it."""
    words = [ident(key.column) if key.column is not None else str(key.expression)]
    words += [f"COLLATE {ident(key.collation)}"] if key.collation else []
    words += [ident(key.operator_class)] if key.operator_class else []
    words += ["DESC"] if key.descending else []
    words += [] if key.nulls_first is None else ["NULLS FIRST" if key.nulls_first else "NULLS LAST"]
    return " ".join(words)
