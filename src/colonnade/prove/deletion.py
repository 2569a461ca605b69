"""The law about ON DELETE: what happens to a child when its parent goes is what the Draft states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from colonnade.design.schema import ForeignKey, Schema, Table
from colonnade.findings import Proof
from colonnade.prove.ground import Actors
from colonnade.prove.probe import Outcome, Row, ran_as, undone, value, where
from colonnade.prove.references import Reference, stated_action
from colonnade.sql import ident, qualified
from colonnade.values import replace

if TYPE_CHECKING:
    import psycopg

ON_DELETE = "constraint-on-delete"
FORBIDDEN = ("23503", "23001")
REFUSING = ("RESTRICT", "NO ACTION")


def proofs(
    schema: Schema, rows: Mapping[str, Sequence[Row]], references: tuple[Reference, ...], actors: Actors,
    connection: psycopg.Connection,
) -> Iterator[Proof]:  # fmt: skip
    """Each foreign key, judged by what the Draft states, or by the design where no document says."""
    for table in schema.database.whole_tables:
        for one in table.foreign_keys:
            said = stated_action(table.name, one, references)
            action = _expected(table, one, said)
            because = said.because if said else "from the design; no document states it"
            yield _proof(schema, rows, table, one, action, because, actors, connection)


def _expected(table: Table, one: ForeignKey, said: Reference | None) -> str:
    """The stated action; what must have a value cannot be emptied, and then the parent is kept instead."""
    action = said.on_delete if said and said.on_delete else one.on_delete
    required = all(not table.column(name).nullable for name in one.columns)
    return "RESTRICT" if action == "SET NULL" and required else action


def _proof(
    schema: Schema, rows: Mapping[str, Sequence[Row]], table: Table, one: ForeignKey, action: str, because: str,
    actors: Actors, connection: psycopg.Connection,
) -> Proof:  # fmt: skip
    subject = f"{table.name}.{one.name}: ON DELETE {action}"
    family = _family(rows, table, one)
    if family is None:
        return Proof(ON_DELETE, subject, False, f"unproven: no row of {table.name} has a parent by it ({because})")
    child, parent = family
    with undone(connection):
        if not _points(child, one, parent):
            ran_as(connection, actors.migrator, joining(table, one, child, parent))
            child = {**child, **{name: parent.get(target) for name, target in
                                 zip(one.columns, one.target_columns, strict=True)}}  # fmt: skip
        outcome = _deleted(schema, table, one, parent, actors, connection)
        after = _state(table, one, child, actors, connection) if outcome.accepted else "kept"
    refused = outcome.sqlstate in FORBIDDEN and outcome.constraint == one.name
    expected = {"CASCADE": "gone", "SET NULL": "kept, pointing nowhere", "SET DEFAULT": "kept, pointing elsewhere"}
    passed = refused if action in REFUSING else outcome.accepted and after == expected.get(action)
    evidence = f"DELETE of its parent in {one.target[1]}: {outcome}; the child is {after} ({because})"
    return Proof(ON_DELETE, subject, passed, evidence)


def _family(rows: Mapping[str, Sequence[Row]], table: Table, one: ForeignKey) -> tuple[Row, Row] | None:
    """A child and its parent by `one`, or that could be; if possible one that it does not also have by another key."""
    parents = {tuple(row.get(name) for name in one.target_columns): row for row in rows.get(one.target[1], ())}
    found = [
        (child, parents[tuple(child.get(name) for name in one.columns)])
        for child in rows.get(table.name, ())
        if tuple(child.get(name) for name in one.columns) in parents
    ]
    others = [key for key in table.foreign_keys if key is not one and key.target == one.target]
    found = found or [
        (child, parent)
        for child in rows.get(table.name, ())
        for parent in rows.get(one.target[1], ())
        if child is not parent and may_point(child, one, parent)
    ]
    single = [(child, parent) for child, parent in found if not any(_points(child, key, parent) for key in others)]
    return next(iter(single or found), None)


def _points(child: Row, key: ForeignKey, parent: Row) -> bool:
    pairs = zip(key.columns, key.target_columns, strict=True)
    return all(child.get(name) == parent.get(target) for name, target in pairs)


def may_point(child: Row, key: ForeignKey, parent: Row) -> bool:
    """Whether the child could point at `parent`: what it has of the key already, such as the owner, agrees."""
    pairs = zip(key.columns, key.target_columns, strict=True)
    return all(child.get(name) in (None, parent.get(target)) for name, target in pairs)


def joining(table: Table, one: ForeignKey, child: Row, parent: Row) -> str:
    """UPDATE that makes the child point at the parent."""
    pairs = zip(one.columns, one.target_columns, strict=True)
    change = ", ".join(f"{ident(name)} = {value(parent.get(target))}" for name, target in pairs)
    return f"UPDATE {qualified(table.schema, table.name)} SET {change} WHERE {where(child, _key(table, child))}"


def _key(table: Table, row: Row) -> tuple[str, ...]:
    key = table.primary_key
    known = tuple(name for name in row if row[name] is not None)
    return key.columns if key and all(name in row for name in key.columns) else known


def _deleted(
    schema: Schema, table: Table, one: ForeignKey, parent: Row, actors: Actors, connection: psycopg.Connection
) -> Outcome:
    """What deleting the parent does by this key alone: others that would reach the child or forbid it are set aside."""
    external = any((other.schema, other.name) == one.target for other in schema.external)
    who = actors.neighbour if external else actors.migrator
    for other in table.foreign_keys:
        if other is not one:
            ran_as(connection, actors.migrator, dropping(table.name, other.name))
    statement = f"DELETE FROM {qualified(*one.target)} WHERE {where(parent, one.target_columns)}"
    return unhindered(connection, who, statement, actors.migrator, one.name)


def unhindered(connection: psycopg.Connection, role: str, statement: str, migrator: str, judged: str = "") -> Outcome:
    """What `statement` does as `role` when every foreign key that forbids it, but for `judged`, is dropped first."""
    outcome = _refused_by_whole(connection, ran_as(connection, role, statement))
    while outcome.sqlstate in FORBIDDEN and outcome.constraint not in ("", judged):
        if not ran_as(connection, migrator, dropping(outcome.table, outcome.constraint)).accepted:
            break
        outcome = _refused_by_whole(connection, ran_as(connection, role, statement))
    return outcome


WHOLE = """
WITH RECURSIVE up AS (
    SELECT conname, conparentid FROM pg_constraint WHERE conname = %s AND conrelid = to_regclass(quote_ident(%s))
    UNION ALL SELECT p.conname, p.conparentid FROM pg_constraint p JOIN up ON p.oid = up.conparentid
)
SELECT conname FROM up WHERE conparentid = 0
"""


def _refused_by_whole(connection: psycopg.Connection, outcome: Outcome) -> Outcome:
    """`outcome` by the name of the foreign key itself: PostgreSQL blames the part of it that is on a partition."""
    row = connection.execute(WHOLE, [outcome.constraint, outcome.table]).fetchone() if outcome.constraint else None
    return replace(outcome, constraint=row[0]) if row else outcome


def dropping(table: str, constraint: str) -> str:
    return f"ALTER TABLE {ident(table)} DROP CONSTRAINT {ident(constraint)}"


def _state(table: Table, one: ForeignKey, child: Row, actors: Actors, connection: psycopg.Connection) -> str:
    lost, key = one.set_columns or one.columns, _key(table, child)
    kept = " AND ".join(f"{ident(name)} IS NULL" for name in lost)
    # What a key holds is never emptied, so a row is known by the whole of it.
    query = f"SELECT {kept} FROM {qualified(table.schema, table.name)} WHERE {where(child, key)}"
    outcome = ran_as(connection, actors.migrator, query)
    if not outcome.values:
        return "gone"
    return "kept, pointing nowhere" if outcome.values[0][0] else "kept, pointing elsewhere"
