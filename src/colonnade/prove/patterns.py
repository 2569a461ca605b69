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


def _runs(ground: Ground, pattern: QueryPattern, connection: psycopg.Connection) -> Proof:
    subject = f"{pattern.table}: {pattern.title}"
    types = f" ({', '.join(pattern.parameter_types)})" if pattern.parameter_types else ""
    arguments = ", ".join(_argument(ground, pattern, type_) for type_ in pattern.parameter_types)
    execute = f"EXECUTE served({arguments})" if arguments else "EXECUTE served"
    with undone(connection):
        _leave_only(ground, pattern, connection)
        _act_as_application(ground, pattern, connection)
        outcome = Outcome()
        for statement in (f"PREPARE served{types} AS {pattern.sql.strip().rstrip(';')}", execute):
            outcome = ran(connection, statement)
            if not outcome.accepted:
                return Proof("pattern-runs", subject, False, f"{statement.split('(')[0].strip()}: {outcome}")
        plan = ran(connection, f"EXPLAIN (COSTS OFF) {execute}")
        names = _names(ground, pattern, connection)
        connection.execute("DEALLOCATE served")
    passed, words = _judged(pattern, names, "\n".join(str(row[0]) for row in plan.values))
    return Proof("pattern-runs", subject, passed, f"prepared and run as the application; {words}")


def _names(ground: Ground, pattern: QueryPattern, connection: psycopg.Connection) -> tuple[str, ...]:
    """The names under which the pattern's index appears in a plan: its own, and those of its parts."""
    if pattern.index is None or ground.schema.database.table(pattern.table).partition_by is None:
        return (pattern.index,) if pattern.index else ()
    query = "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = %s::regclass"
    return tuple(name for (name,) in connection.execute(query, (ident(pattern.index),)).fetchall())


def _judged(pattern: QueryPattern, names: tuple[str, ...], plan: str) -> tuple[bool, str]:
    if pattern.index is None:
        return True, "no index is named for it"
    if not any(f" {ident(one)} on" in plan or f"Scan on {ident(one)}" in plan for one in names):
        return False, f"{pattern.index} does not serve it: {' '.join(plan.split())}"
    condition = _CONDITION.search(plan)
    return True, f"{pattern.index} serves it" + (f", condition {condition[1]}" if condition else " by its order")


def _leave_only(ground: Ground, pattern: QueryPattern, connection: psycopg.Connection) -> None:
    """Drops the table's other indexes, those of keys too."""
    if pattern.index is None:
        return
    table = ground.schema.database.table(pattern.table)
    for index in table.indexes:
        if index.name != pattern.index:
            connection.execute(f"DROP INDEX {qualified(table.schema, index.name)}".encode())
    for one in table.constraints:
        if isinstance(one, Unique | PrimaryKey | Exclusion) and one.name != pattern.index:
            name = qualified(table.schema, table.name)
            connection.execute(f"ALTER TABLE {name} DROP CONSTRAINT {ident(one.name)} CASCADE".encode())


def _act_as_application(ground: Ground, pattern: QueryPattern, connection: psycopg.Connection) -> None:
    connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_custom_plan")
    connection.execute(f"SELECT set_config('role', {literal(ground.actors.application)}, true)")
    connection.execute("SELECT set_config(%s, %s, true)", (ground.setting, _user(ground, pattern) or ""))


def _user(ground: Ground, pattern: QueryPattern) -> str | None:
    owner = ground.schema.intent.entity(pattern.table).owner_column
    rows = ground.rows.get(pattern.table, [])
    return next((row[owner] for row in rows if row.get(owner)), None) if owner else None


def _argument(ground: Ground, pattern: QueryPattern, type_: str) -> str:
    """A value for a parameter: the current user for the owner's type, else a value that the type takes."""
    owner = ground.schema.intent.entity(pattern.table).owner_column
    table = ground.schema.database.table(pattern.table)
    user = _user(ground, pattern)
    if owner and user and table.column(owner).type == type_:
        return f"{literal(user)}::{type_}"
    values = next((enum.values for enum in ground.schema.database.enums if ident(enum.name) == type_), None)
    shape = take_apart(type_)
    sample = values[0] if values else BY_NAME[shape.base].sample if shape.base in BY_NAME else ""
    return f"{literal('{}' if shape.dimensions else sample)}::{type_}"
