"""The law about soft delete: a deleted row is hidden, still there, and can be brought back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from colonnade.design.schema import Entity, Table
from colonnade.findings import Proof
from colonnade.prove import stated
from colonnade.prove.children import clearing
from colonnade.prove.ground import Ground
from colonnade.prove.laws import law
from colonnade.prove.probe import Row, become, ran, undone, where
from colonnade.prove.rows import Hands, acting, hands, standing
from colonnade.sql import ident, qualified

if TYPE_CHECKING:
    import psycopg


@law("soft-delete-hides")
def soft_delete_hides(ground: Ground) -> Iterator[Proof]:
    """A soft-deleted row leaves the view of active rows, stays in the table, and undelete restores it.

    As the application role, in one transaction that is undone: the row is counted in the view and in the table
    before, after deleted_at is set, and after it is cleared. What the documents say is soft-deleted must be.
    """
    with hands(ground, ground.filled) as open_hands:
        for facts in sorted(ground.schema.intent.entities, key=lambda one: one.table):
            if facts.deleted_at and not facts.external:
                yield _hides(ground, facts, ground.schema.database.table(facts.table), open_hands)
    for pair in stated.pairs(ground.draft, ground.schema) if ground.draft else ():
        asked = pair.entity.soft_delete
        if asked and asked.value and not pair.facts.deleted_at:
            words = f"the design has no soft delete for it (stated at {asked.place})"
            yield Proof("soft-delete-hides", pair.table.name, False, words)


def _hides(ground: Ground, facts: Entity, table: Table, open_hands: Hands) -> Proof:
    live = [row for row in standing(ground, table, open_hands.migrator) if row[facts.deleted_at or ""] is None]
    if not live or facts.active_view is None:
        why = "the table has no row that is not deleted" if facts.active_view else "there is no view of active rows"
        return Proof("soft-delete-hides", table.name, False, f"unproven: {why}")
    row = live[0]
    become(open_hands.application, ground.setting, acting(ground, facts, row))
    counts, faults = _counted(facts, table, row, tuple(clearing(ground, facts, row)), open_hands.application)
    passed = not faults and counts == [(1, 1), (0, 1), (1, 1)]
    steps = ("before", "after SET deleted_at", "after undelete")
    seen = [f"{step}: {view} in {facts.active_view}, {kept} in {table.name}"
            for step, (view, kept) in zip(steps, counts, strict=False)]  # fmt: skip
    return Proof("soft-delete-hides", table.name, passed, "as the application, " + "; ".join([*seen, *faults]))


def _counted(
    facts: Entity, table: Table, row: Row, forbidding: tuple[str, ...], connection: psycopg.Connection
) -> tuple[list[tuple[int, int]], list[str]]:
    """The row's count in the view and in the table at each step, and what was refused on the way."""
    key = where(row, table.primary_key.columns if table.primary_key else ())
    name, view = qualified(table.schema, table.name), ident(facts.active_view or "")
    column = ident(facts.deleted_at or "")
    count = f"SELECT (SELECT count(*) FROM {view} WHERE {key}), (SELECT count(*) FROM {name} WHERE {key})"
    counts: list[tuple[int, int]] = []
    with undone(connection):
        for statement in forbidding:
            ran(connection, statement)
        for change in (None, "CURRENT_TIMESTAMP", "NULL"):
            steps = [f"UPDATE {name} SET {column} = {change} WHERE {key}"] if change else []
            for statement in (*steps, count):
                outcome = ran(connection, statement)
                if not outcome.accepted:
                    return counts, [f"{statement.split(' WHERE')[0]}: {outcome}"]
            counts.append((outcome.values[0][0], outcome.values[0][1]))
    return counts, []
