"""The law about query patterns: each runs as the application, and the index that is said to serve it can."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from colonnade.design.schema import Exclusion, PrimaryKey, QueryPattern, Unique
from colonnade.findings import Proof
from colonnade.prove.ground import Ground
from colonnade.prove.laws import law
from colonnade.prove.probe import Outcome, ran, undone
from colonnade.sql import ident, literal, qualified
from colonnade.types import BY_NAME, take_apart

if TYPE_CHECKING:
    import psycopg

_CONDITION = re.compile(r"Index Cond: (.+)")


@law("pattern-runs")
def pattern_runs(ground: Ground) -> Iterator[Proof]:
    """Every documented query prepares and runs as the application, and the index named for it serves it.

    For the plan, sequential scans are off and the table's other indexes are dropped in a transaction that is undone:
    what is left to the planner is the named index, and it must take it, behind the policies.
    """
    assert ground.residents is not None
    with ground.session(ground.filled) as administrator:
        for pattern in ground.schema.intent.patterns:
            yield _runs(ground, pattern, administrator)


@law("value-behind-policy")
def value_behind_policy(ground: Ground) -> Iterator[Proof]:
    """Behind the policies the rows of one value of an enum are found by the index of that value, and not filtered.

    As the application, for each value: its index alone is left to the planner, which takes it, searches it by the
    owner, and compares no row with the value.
    """
    assert ground.residents is not None
    with ground.session(ground.filled) as administrator:
        for pattern in ground.schema.intent.patterns:
            if pattern.by_value and ground.guarded:
                yield _by_value(ground, pattern, administrator)


def _by_value(ground: Ground, pattern: QueryPattern, connection: psycopg.Connection) -> Proof:
    faults, conditions = [], []
    for number, index in enumerate(pattern.by_value):
        outcome, plan, names = _planned(ground, pattern, index, connection, number)
        passed, words = _judged(index, names, plan)
        if not outcome.accepted or not passed or _compared(ground, pattern.table, index, plan):
            faults.append(words if outcome.accepted else f"{index}: {outcome}")
        conditions.append(words)
    subject = f"{pattern.table}: {pattern.title}"
    return Proof("value-behind-policy", subject, not faults, "; ".join(faults or conditions))


def _compared(ground: Ground, table: str, index: str, plan: str) -> bool:
    """Whether rows are compared with the value that the index is for."""
    predicate = next(one.predicate or "" for one in ground.schema.database.table(table).indexes if one.name == index)
    column = predicate.rpartition(" = ")[0]
    return any(f"({column} =" in line or f" {column} =" in line for line in plan.splitlines() if "Filter:" in line)


def _runs(ground: Ground, pattern: QueryPattern, connection: psycopg.Connection) -> Proof:
    outcome, plan, names = _planned(ground, pattern, pattern.index, connection)
    if pattern.function and outcome.accepted:
        passed, words = True, f"{pattern.function} searches for it"
    else:
        passed, words = _judged(pattern.index, names, plan) if outcome.accepted else (False, "")
    words = f"prepared and run as the application; {words}" if outcome.accepted else str(outcome)
    return Proof("pattern-runs", f"{pattern.table}: {pattern.title}", passed, words)


def _planned(
    ground: Ground, pattern: QueryPattern, index: str | None, connection: psycopg.Connection, number: int = 0
) -> tuple[Outcome, str, tuple[str, ...]]:
    """What running the pattern gives, its plan where `index` alone is left, and the names of that index in plans.

    An enum is asked for its value of this `number`.
    """
    types = f" ({', '.join(pattern.parameter_types)})" if pattern.parameter_types else ""
    arguments = ", ".join(_argument(ground, pattern, type_, number) for type_ in pattern.parameter_types)
    execute = f"EXECUTE served({arguments})" if arguments else "EXECUTE served"
    with undone(connection):
        leave_only(ground, pattern.table, index, connection)
        act_as_application(ground, _user(ground, pattern), connection)
        for statement in (f"PREPARE served{types} AS {pattern.sql.strip().rstrip(';')}", execute):
            outcome = ran(connection, statement)
            if not outcome.accepted:
                return outcome, "", ()
        plan = ran(connection, f"EXPLAIN (COSTS OFF) {execute}")
        names = _names(ground, pattern.table, index, connection)
        connection.execute("DEALLOCATE served")
    return outcome, "\n".join(str(row[0]) for row in plan.values), names


def _names(ground: Ground, table: str, index: str | None, connection: psycopg.Connection) -> tuple[str, ...]:
    """The names under which an index appears in a plan: its own, and those of its parts."""
    if index is None or ground.schema.database.table(table).partition_by is None:
        return (index,) if index else ()
    query = "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = %s::regclass"
    return tuple(name for (name,) in connection.execute(query, (ident(index),)).fetchall())


def _judged(index: str | None, names: tuple[str, ...], plan: str) -> tuple[bool, str]:
    if index is None:
        return True, "no index is named for it"
    if not any(f" {ident(one)} on" in plan or f"Scan on {ident(one)}" in plan for one in names):
        return False, f"{index} does not serve it: {' '.join(plan.split())}"
    condition = _CONDITION.search(plan)
    return True, f"{index} serves it" + (f", condition {condition[1]}" if condition else " by its order")


def leave_only(ground: Ground, name: str, index: str | None, connection: psycopg.Connection) -> None:
    """Drops the table's other indexes, those of keys too."""
    if index is None:
        return
    table = ground.schema.database.table(name)
    for other in table.indexes:
        if other.name != index:
            connection.execute(f"DROP INDEX {qualified(table.schema, other.name)}".encode())
    for one in table.constraints:
        if isinstance(one, Unique | PrimaryKey | Exclusion) and one.name != index:
            name = qualified(table.schema, table.name)
            connection.execute(f"ALTER TABLE {name} DROP CONSTRAINT {ident(one.name)} CASCADE".encode())


def act_as_application(ground: Ground, user: str | None, connection: psycopg.Connection) -> None:
    """Goes on as the application for `user`, without sequential scans, until the transaction ends."""
    connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_custom_plan")
    connection.execute(f"SELECT set_config('role', {literal(ground.actors.application)}, true)")
    connection.execute("SELECT set_config(%s, %s, true)", (ground.setting, user or ""))


def _user(ground: Ground, pattern: QueryPattern) -> str | None:
    owner = ground.schema.intent.entity(pattern.table).owner_column
    rows = ground.rows.get(pattern.table, [])
    return next((row[owner] for row in rows if row.get(owner)), None) if owner else None


def _argument(ground: Ground, pattern: QueryPattern, type_: str, number: int) -> str:
    """A value for a parameter: the user for the owner's type, of an enum the one of the number, else a sample."""
    owner = ground.schema.intent.entity(pattern.table).owner_column
    table = ground.schema.database.table(pattern.table)
    user = _user(ground, pattern)
    if owner and user and table.column(owner).type == type_:
        return f"{literal(user)}::{type_}"
    values = next((enum.values for enum in ground.schema.database.enums if ident(enum.name) == type_), None)
    shape = take_apart(type_)
    sample = values[number % len(values)] if values else BY_NAME[shape.base].sample if shape.base in BY_NAME else ""
    return f"{literal('{}' if shape.dimensions else sample)}::{type_}"
