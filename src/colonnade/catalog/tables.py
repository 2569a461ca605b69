"""Tables with their columns and all that hangs on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from colonnade.catalog.constraints import Constraints
from colonnade.catalog.expressions import maybe, stable
from colonnade.catalog.indexes import Indexes
from colonnade.catalog.privileges import explicit, privileges
from colonnade.catalog.relations import Relations
from colonnade.catalog.snapshot import Snapshot
from colonnade.design.schema import Column, Generated, Identity, Policy, Table, Trigger

STORAGE = {"p": "PLAIN", "e": "EXTERNAL", "x": "EXTENDED", "m": "MAIN"}
COMPRESSION = {"p": "pglz", "l": "lz4"}
REPLICA_IDENTITY = {"d": "DEFAULT", "f": "FULL", "n": "NOTHING"}


@dataclass(frozen=True, slots=True)
class Parts:
    """What was read of all tables, by relation."""

    known: Relations
    constraints: Constraints
    indexes: Indexes
    triggers: Mapping[int, list[Trigger]]
    policies: Mapping[int, list[Policy]]
    identity: Mapping[tuple[int, int], Identity]
    clustering: Mapping[int, str]


def tables(view: Snapshot, parts: Parts) -> tuple[Table, ...]:
    """All tables, partitions included."""
    found = [_table(view, parts, row) for row in parts.known.rows if row.kind in "rp"]
    return tuple(sorted(found, key=lambda one: (one.schema, one.name)))


def _table(view: Snapshot, parts: Parts, row: Any) -> Table:
    parents = [parts.known.names[oid] for oid in parts.known.parents.get(row.oid, ())]
    return Table(
        row.name,
        view.namespaces[row.namespace],
        _columns(view, parts, row),
        tuple(parts.constraints.by_relation.get(row.oid, ())),
        parts.indexes.standing.get(row.oid, ()),
        parts.indexes.attached.get(row.oid, ()),
        tuple(parts.triggers.get(row.oid, ())),
        tuple(parts.policies.get(row.oid, ())),
        row.row_security,
        row.force_row_security,
        row.unlogged,
        _replica_identity(parts, row),
        parts.clustering.get(row.oid),
        storage_options(row),
        row.partition_by,
        (parents[0], row.bound) if row.partition else None,
        () if row.partition else tuple(parents),
        row.access_method,
        row.owner,
        privileges(view, row.acl, row.owner, "relation"),
        view.comment("pg_class", row.oid),
    )


def storage_options(row: Any) -> tuple[str, ...]:
    """The storage options of a row of RELATIONS, those of its TOAST table as `toast.name=value`."""
    return tuple(sorted([*(row.options or ()), *(f"toast.{option}" for option in row.toast_options or ())]))


def _replica_identity(parts: Parts, row: Any) -> str:
    if row.replica_identity in REPLICA_IDENTITY:
        return REPLICA_IDENTITY[row.replica_identity]
    return f"USING INDEX {parts.indexes.replica_identity(row.oid)}"


def _columns(view: Snapshot, parts: Parts, row: Any) -> tuple[Column, ...]:
    """The columns in their order; of a table that inherits only its own, since the parent tells the others."""
    attributes = parts.known.attributes.get(row.oid, {}).values()
    inherits = row.oid in parts.known.parents and not row.partition
    return tuple(_column(view, parts, one) for one in attributes if one.local or not inherits)


def _column(view: Snapshot, parts: Parts, row: Any) -> Column:
    place = (row.relation, row.number)
    return Column(
        row.name,
        row.type,
        not row.required,
        None if row.generated else maybe(row.standard),
        # A partition counts by the sequence of the whole.
        parts.identity.get(place),
        Generated(stable(row.standard), row.generated == "s") if row.generated else None,
        row.collation,
        STORAGE[row.storage] if row.storage else None,
        COMPRESSION[row.compression] if row.compression else None,
        row.statistics,
        tuple(sorted(row.options or ())),
        parts.constraints.not_null_names.get(place),
        explicit(row.acl) if row.acl else (),
        view.comment("pg_class", row.relation, row.number),
    )
