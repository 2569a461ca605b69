"""Rows for the proofs: loaded as the migrator, parents first, with one good row of each table kept back to try with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from colonnade.design.schema import Entity, Table
from colonnade.prove.filling import load, load_ring
from colonnade.prove.ground import Ground
from colonnade.prove.probe import Outcome, Row, become, insert, insert_numbered, tried, where
from colonnade.sql import ident, qualified

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True)
class Hands:
    """Open sessions on one database.

    `stranger` is the application role with no user ever set, as in a new session. The administrator proves nothing
    itself: it becomes one role after the other where one transaction needs several.
    """

    migrator: psycopg.Connection
    application: psycopg.Connection
    stranger: psycopg.Connection
    neighbour: psycopg.Connection
    administrator: psycopg.Connection


@dataclass(frozen=True, slots=True)
class Stage:
    """A table that holds `earlier`, and `row`, a good row that is not in it yet.

    `settable` are the columns that the application may give on INSERT; none in a table of tenants, where it may do so
    only once there are memberships.
    """

    table: Table
    facts: Entity
    row: Row
    earlier: tuple[Row, ...]
    settable: frozenset[str]
    hands: Hands
    setting: str


@contextmanager
def hands(ground: Ground, database: str) -> Iterator[Hands]:
    """Sessions of the migrator, the application and the owner of external tables on `database`."""
    actors = ground.actors
    with (
        ground.session(database, actors.migrator) as migrator,
        ground.session(database, actors.application) as application,
        ground.session(database, actors.application) as stranger,
        ground.session(database, actors.neighbour) as neighbour,
        ground.session(database) as administrator,
    ):
        yield Hands(migrator, application, stranger, neighbour, administrator)


def stages(ground: Ground, hands: Hands) -> Iterator[Stage]:
    """Each of our tables in turn, filled but for one row; that row is loaded when the next stage is asked for.

    A table for which no row is taken has no stage.
    """
    from colonnade import seed

    for table in ground.schema.external:
        load(hands.neighbour, table, ground.rows.get(table.name, ()))
    settable = insertable(ground, hands.migrator)
    for ring in seed.together(ground.schema):
        if len(ring) > 1:
            yield from _stages_of_a_ring(ground, hands, ring, settable)
            continue
        some = ground.rows.get(ring[0].name, ())
        good = _all_but_one(hands, ring[0], some)
        if good:
            yield _stage(ground, hands, ring[0], good, settable)
        load(hands.migrator, ring[0], good[-1:])


def _stage(
    ground: Ground, hands: Hands, table: Table, good: Sequence[Row], settable: Mapping[str, frozenset[str]]
) -> Stage:
    facts = ground.schema.intent.entity(table.name)
    given = frozenset[str]() if facts.audience == "members" else settable.get(table.name, frozenset())
    return Stage(table, facts, good[-1], tuple(good[:-1]), given, hands, ground.setting)


def _stages_of_a_ring(
    ground: Ground, hands: Hands, ring: Sequence[Table], settable: Mapping[str, frozenset[str]]
) -> Iterator[Stage]:
    """The stages of tables that need each other's rows: all stand there but one row, and what points at it."""
    rows = {table.name: list(ground.rows.get(table.name, ())) for table in ring}
    if not load_ring(hands.migrator, [(table, rows[table.name]) for table in ring]).accepted:
        return
    for table in ring:
        aside = _needing(ring, table, rows)
        _remove(hands, ring, aside)
        yield _stage(ground, hands, table, rows[table.name], settable)
        load_ring(hands.migrator, [(one, aside[one.name]) for one in ring])


def _needing(ring: Sequence[Table], table: Table, rows: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    """The last row of `table` and the rows of the ring that point at it, at those, and so on, by table."""
    aside: dict[str, list[Row]] = {one.name: [] for one in ring} | {table.name: list(rows[table.name][-1:])}
    grown = True
    while grown:
        grown = False
        for one in ring:
            for row in rows[one.name]:
                if row not in aside[one.name] and _points_into(one, row, aside):
                    aside[one.name].append(row)
                    grown = True
    return aside


def _points_into(table: Table, row: Row, aside: Mapping[str, Sequence[Row]]) -> bool:
    return any(
        all(row.get(mine) == parent.get(theirs) for mine, theirs in zip(key.columns, key.target_columns, strict=True))
        for key in table.foreign_keys
        for parent in aside.get(key.target[1], ())
    )


def _remove(hands: Hands, ring: Sequence[Table], aside: Mapping[str, Sequence[Row]]) -> None:
    """Deletes the rows of `aside` in one transaction, those that point before those that are pointed at."""
    deletes = [
        f"DELETE FROM {qualified(table.schema, table.name)} WHERE {where(row, _key(table))}"
        for table in reversed(ring) for row in aside[table.name]
    ]  # fmt: skip
    hands.migrator.execute("; ".join(["BEGIN", *deletes, "COMMIT"]).encode())


def _key(table: Table) -> tuple[str, ...]:
    return table.primary_key.columns if table.primary_key else tuple(column.name for column in table.columns)


def _all_but_one(hands: Hands, table: Table, rows: Sequence[Row]) -> list[Row]:
    """Loads all of `rows` that are taken but one, and gives them back with that one last."""
    taken = load(hands.migrator, table, rows[:-1])
    if rows and tried(hands.migrator, insert_numbered(table.name, rows[-1])).accepted:
        return [*taken, rows[-1]]
    if taken:
        key = table.primary_key.columns if table.primary_key else tuple(taken[-1])
        name = qualified(table.schema, table.name)
        hands.migrator.execute(f"DELETE FROM {name} WHERE {where(taken[-1], key)}".encode())
    return taken


def attempt(stage: Stage, change: Row, aside: tuple[str, ...] = ()) -> tuple[Outcome, str]:
    """What inserting the good row with `change` does, without the constraints `aside`, and as whom it was tried.

    The application tries it, unless it may not set a changed column, or the change is to the owner: a policy is asked
    before a constraint is, and would hide what the constraint says.
    """
    ours = set(change) - {stage.facts.owner_column} == set(change) and set(change) <= stage.settable
    if not ours or not stage.settable or aside:
        name = qualified(stage.table.schema, stage.table.name)
        dropped = [f"ALTER TABLE {name} DROP CONSTRAINT {ident(one)}" for one in aside]
        statement = insert_numbered(stage.table.name, {**stage.row, **change})
        return tried(stage.hands.migrator, *dropped, statement), "migrator"
    if stage.facts.owner_column:
        become(stage.hands.application, stage.setting, stage.row[stage.facts.owner_column])
    row = {name: text for name, text in {**stage.row, **change}.items() if name in stage.settable}
    return tried(stage.hands.application, insert(stage.table.name, row)), "application"


def acting(ground: Ground, facts: Entity, row: Row) -> str | None:
    """The user who may work with `row`: its owner, or a member of its tenant; None where it takes none."""
    if facts.owner_column:
        return row.get(facts.owner_column)
    tenant = row.get(facts.tenant_column) if facts.tenant_column else None
    for one, table in ground.entities:
        if one.audience == "membership" and one.owner_column and one.tenant_column and tenant:
            of_tenant = (each for each in ground.rows.get(table.name, ()) if each.get(one.tenant_column) == tenant)
            return next((each[one.owner_column] for each in of_tenant), None)
    return None


def insertable(ground: Ground, connection: psycopg.Connection) -> dict[str, frozenset[str]]:
    """By table, the columns that the application role may give a value on INSERT."""
    return _columns(connection, ground.actors.application, "INSERT")


# A privilege that no policy goes with lets nobody do anything.
WRITABLE = """
SELECT c.relname, array_agg(a.attname::text) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0
  AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a'
  AND has_column_privilege(%(role)s, c.oid, a.attnum, %(privilege)s)
  AND (NOT c.relrowsecurity OR EXISTS (
      SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd IN (%(command)s, '*')
  ))
GROUP BY 1
"""
COMMANDS = {"INSERT": "a", "UPDATE": "w"}


def _columns(connection: psycopg.Connection, role: str, privilege: str) -> dict[str, frozenset[str]]:
    given = {"role": role, "privilege": privilege, "command": COMMANDS[privilege]}
    return {name: frozenset(columns) for name, columns in connection.execute(WRITABLE, given).fetchall()}


def updatable(ground: Ground, connection: psycopg.Connection) -> dict[str, frozenset[str]]:
    """By table, the columns that the application role may update."""
    return _columns(connection, ground.actors.application, "UPDATE")


def keyed(ground: Ground, table: Table, connection: psycopg.Connection) -> Row | None:
    """The first row of `table` in the filled database, all its columns as texts, or None where it has none."""
    return next(iter(standing(ground, table, connection)), None)


def standing(ground: Ground, table: Table, connection: psycopg.Connection) -> list[Row]:
    """All rows of `table` in the filled database, by its key, as the migrator sees them."""
    assert ground.residents is not None
    key = table.primary_key.columns if table.primary_key else tuple(column.name for column in table.columns)
    names = [column.name for column in table.columns]
    texts = ", ".join(f"({ident(name)})::text" for name in names)
    query = f"SELECT {texts} FROM {qualified(table.schema, table.name)} ORDER BY {', '.join(map(ident, key))}"
    return [dict(zip(names, row, strict=True)) for row in connection.execute(query.encode()).fetchall()]
