"""Laws about time stamps: updated_at moves with every update, created_at never does."""

from __future__ import annotations

from collections.abc import Iterator

from colonnade.design.schema import Entity, Table
from colonnade.findings import Proof
from colonnade.prove.ground import Ground
from colonnade.prove.laws import law
from colonnade.prove.probe import Outcome, Row, become, insert, ran, tried, where
from colonnade.prove.rows import Hands, acting, hands, keyed, updatable
from colonnade.sql import ident, qualified


@law("updated-at-moves")
def updated_at_moves(ground: Ground) -> Iterator[Proof]:
    """An update moves updated_at forward and leaves created_at as it was.

    On one row, in two transactions, as the application role where it may update the table: after the second,
    updated_at is later than after the first, and created_at is the same.
    """
    with hands(ground, ground.filled) as open_hands:
        settable = updatable(ground, open_hands.migrator)
        for facts, table in _with(ground, "updated_at"):
            yield _moves(ground, facts, table, open_hands, settable.get(table.name, frozenset()))


@law("created-at-fixed")
def created_at_fixed(ground: Ground) -> Iterator[Proof]:
    """The application can set created_at neither on insert nor on update: 42501, permission denied.

    Where the design has no roles, no privilege can forbid it; then an update must leave it as it was, which
    updated-at-moves shows.
    """
    if ground.actors.owner is None:
        return
    with hands(ground, ground.filled) as open_hands:
        for facts, table in _with(ground, "created_at"):
            yield _fixed(ground, facts, table, open_hands)


def _moves(ground: Ground, facts: Entity, table: Table, open_hands: Hands, settable: frozenset[str]) -> Proof:
    law_name, subject = "updated-at-moves", f"{table.name}.{facts.updated_at}"
    row = keyed(ground, table, open_hands.migrator)
    if row is None:
        return Proof(law_name, subject, False, "unproven: the table has no row")
    column = _touchable(facts, table, row, settable)
    connection, who = (open_hands.application, "application") if column else (open_hands.migrator, "migrator")
    column = column or next(name for name in row if name not in (facts.updated_at, facts.created_at))
    become(connection, ground.setting, acting(ground, facts, row))
    stamps = f"{_stamp(facts.updated_at)}, {_stamp(facts.created_at)}"
    key = where(row, table.primary_key.columns if table.primary_key else tuple(row))
    name = qualified(table.schema, table.name)
    touch = f"UPDATE {name} SET {ident(column)} = {ident(column)} WHERE {key}"
    seen: list[Outcome] = []
    for _ in range(2):
        touched = ran(connection, touch)
        if not touched.rows:
            return Proof(law_name, subject, False, f"UPDATE as the {who}: {touched}")
        seen.append(ran(open_hands.migrator, f"SELECT {stamps} FROM {name} WHERE {key}"))
    (first, made), (second, made_then) = seen[0].values[0], seen[1].values[0]
    moved, still = second > first, made == made_then
    words = [f"{facts.updated_at} {'is later than after the first' if moved else 'did not move'}"]
    if facts.created_at:
        words.append(f"{facts.created_at} {'is the same' if still else 'moved'}")
    evidence = f"after the second of two updates as the {who}, each its own transaction, {' and '.join(words)}"
    return Proof(law_name, subject, moved and still, evidence)


def _fixed(ground: Ground, facts: Entity, table: Table, open_hands: Hands) -> Proof:
    row = keyed(ground, table, open_hands.migrator)
    column = facts.created_at or ""
    subject = f"{table.name}.{column}"
    if row is None:
        return Proof("created-at-fixed", subject, False, "unproven: the table has no row")
    become(open_hands.application, ground.setting, acting(ground, facts, row))
    name = qualified(table.schema, table.name)
    key = where(row, table.primary_key.columns if table.primary_key else tuple(row))
    update = tried(open_hands.application, f"UPDATE {name} SET {ident(column)} = {ident(column)} WHERE {key}")
    given = {one: text for one, text in row.items() if table.column(one).generated is None}
    added = tried(open_hands.application, insert(table.name, {**given, column: "2001-01-01 00:00:00+00"}))
    passed = update.sqlstate == added.sqlstate == "42501"
    evidence = f"as the application, UPDATE of it: {update}; INSERT with it: {added}"
    return Proof("created-at-fixed", subject, passed, evidence)


def _touchable(facts: Entity, table: Table, row: Row, settable: frozenset[str]) -> str | None:
    """A column that the application may update, not one by which the row is known."""
    kept = {facts.updated_at, facts.created_at, facts.owner_column, facts.deleted_at}
    kept |= set(table.primary_key.columns if table.primary_key else ())
    names = [column.name for column in table.columns if column.name in settable]
    return next((name for name in names if name not in kept), next(iter(names), None))


def _stamp(column: str | None) -> str:
    return f"extract(epoch from {ident(column)})" if column else "0"


def _with(ground: Ground, fact: str) -> Iterator[tuple[Entity, Table]]:
    for facts in sorted(ground.schema.intent.entities, key=lambda one: one.table):
        if getattr(facts, fact) and not facts.external:
            yield facts, ground.schema.database.table(facts.table)
