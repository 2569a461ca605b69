"""What is said of constraints that contradict each other: PostgreSQL finds it, the reasons tell where each stands."""

from __future__ import annotations

from colonnade.design.schema import Check, Schema, Table
from colonnade.prove.probe import Row, insert_numbered, tried
from colonnade.prove.rows import Hands
from colonnade.prove.stated import columns_in
from colonnade.sql import ident, qualified

MOST = 6


def stands(schema: Schema, table: str, name: str) -> str:
    """` (stated at spec.md:12)`, why the constraint or the column `name` of `table` is there, or an empty text."""
    subjects = (f"{table}/{name}", f"{table}.{name}/default", f"{table}.{name}")
    reasons = {one.subject: one.because for one in schema.intent.reasons}
    return next((f" ({reasons[one]})" for one in subjects if one in reasons), "")


def refusers(schema: Schema, hands: Hands, table: Table, row: Row) -> str:
    """The constraints that refuse `row` one after the other, each with its place, as each before it is set aside."""
    aside: list[str] = []
    name = qualified(table.schema, table.name)
    while len(aside) < MOST:
        drops = [f"ALTER TABLE {name} DROP CONSTRAINT {ident(one)}" for one in aside]
        outcome = tried(hands.migrator, *drops, insert_numbered(table.name, row))
        if outcome.sqlstate != "23514" or not outcome.constraint or outcome.constraint in aside:
            break
        aside.append(outcome.constraint)
    words = [f"{one}{stands(schema, table.name, one)}" for one in aside]
    beside = [f"{one}{stands(schema, table.name, one)}" for one in _on_the_same_columns(table, aside)]
    return " and ".join(words) + (f"; on the same columns: {', '.join(beside)}" if words and beside else "")


def _on_the_same_columns(table: Table, blamed: list[str]) -> list[str]:
    """The other CHECKs that read a column of the blamed ones: what the row keeps, they may ask the opposite of."""
    read = {one.name: set(columns_in(one.expression)) for one in table.constraints if isinstance(one, Check)}
    columns = {name for one in blamed for name in read.get(one, ())}
    return sorted(name for name, names in read.items() if name not in blamed and names & columns)
