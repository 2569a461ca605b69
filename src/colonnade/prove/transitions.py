"""The law about lifecycles: a state makes each documented move, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from colonnade.design.schema import Check, Table
from colonnade.findings import Proof
from colonnade.prove import stated
from colonnade.prove.ground import Ground
from colonnade.prove.laws import law
from colonnade.prove.probe import Row, ran_as, undone, where
from colonnade.prove.rows import standing
from colonnade.prove.stated import Pair, key
from colonnade.sql import ident, literal, qualified

if TYPE_CHECKING:
    import psycopg

LAW = "state-transitions"


@law(LAW)
def state_transitions(ground: Ground) -> Iterator[Proof]:
    """A row's state goes where the document says it goes, and nowhere else.

    The migrator puts a row into each state, then the application moves it into each other one: a documented move is
    let through, any other is refused by name. Everything is undone.
    """
    if ground.draft is None:
        return
    assert ground.residents is not None
    with ground.session(ground.filled) as administrator:
        for pair in stated.pairs(ground.draft, ground.schema):
            if pair.entity.transitions and ground.settings.enabled(LAW):
                yield from _of_pair(ground, pair, administrator)


def _of_pair(ground: Ground, pair: Pair, connection: psycopg.Connection) -> Iterator[Proof]:
    rows = standing(ground, pair.table, connection)
    for column, values, moves in _told(pair):
        subject = f"{pair.table.name}.{column}"
        if not rows:
            yield Proof(LAW, subject, False, "unproven: the table has no row")
            continue
        pairs = [(old, new) for old in values for new in values if old != new]
        faults = [
            fault for old, new in pairs
            for fault in _tried(ground, pair, rows[0], column, old, new, (old, new) in moves, connection)
        ]  # fmt: skip
        words = f"{len(moves)} moves are let through, {len(values) * (len(values) - 1) - len(moves)} refused by name"
        because = f"stated at {pair.entity.transitions[0].place}"
        yield Proof(LAW, subject, not faults, f"{'; '.join(faults) or words} ({because})")


def _told(pair: Pair) -> Iterator[tuple[str, tuple[str, ...], set[tuple[str, str]]]]:
    """Each state column with its values and the moves that the document states between them."""
    for attribute in stated.stored_attributes(pair.entity):
        column = pair.column(attribute.name.value)
        if column is None or not attribute.enum_values:
            continue
        values = {key(value): value for value in attribute.enum_values.value}
        ends = [tuple(values.get(key(one)) for one in fact.value[1:]) for fact in pair.entity.transitions
                if not fact.value[0] or pair.column(fact.value[0]) is column]  # fmt: skip
        moves = {(old, new) for old, new in ends if old and new and old != new}
        if moves:
            yield column.name, tuple(values.values()), moves
            return


def _tried(
    ground: Ground, pair: Pair, row: Row, column: str, old: str, new: str, allowed: bool, connection: psycopg.Connection
) -> Iterator[str]:
    """What is wrong with the move from `old` to `new`, if anything is."""
    table, key_columns = pair.table, pair.table.primary_key.columns if pair.table.primary_key else ()
    name, of_row = qualified(table.schema, table.name), where(row, key_columns)
    migrator, application = ground.actors.migrator, ground.actors.application
    with undone(connection):
        for statement in (f"ALTER TABLE {name} DISABLE TRIGGER USER", *_dropping(table, column),
                          _moving(name, column, old, of_row), f"ALTER TABLE {name} ENABLE TRIGGER USER"):  # fmt: skip
            ready = ran_as(connection, migrator, statement)
            if not ready.accepted:
                yield f"a row cannot be put into {old}: {ready}"
                return
        owner = pair.facts.owner_column
        connection.execute("SELECT set_config(%s, %s, true)", (ground.setting, (row.get(owner) or "") if owner else ""))
        outcome = ran_as(connection, application, _moving(name, column, new, of_row))
    refused = outcome.sqlstate == "23514" and outcome.constraint == f"{table.name}_{column}_transition"[:63]
    if allowed and not (outcome.accepted and outcome.rows == 1):
        yield f"{old} to {new} is documented, and {outcome}"
    if not allowed and not refused:
        yield f"{old} to {new} is not documented, and {outcome}"


def _moving(name: str, column: str, state: str, of_row: str) -> str:
    return f"UPDATE {name} SET {ident(column)} = {literal(state)} WHERE {of_row}"


def _dropping(table: Table, column: str) -> Iterator[str]:
    """Sets other conditions on the state aside: they have laws of their own."""
    for one in table.constraints:
        if isinstance(one, Check) and column in stated.columns_in(one.expression):
            yield f"ALTER TABLE {qualified(table.schema, table.name)} DROP CONSTRAINT {ident(one.name)}"
