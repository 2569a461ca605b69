"""The law about partitions: rows go where they belong, nobody goes round the whole table, and old ones are dropped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from colonnade.design.schema import Exclusion, Table, Unique
from colonnade.findings import Proof
from colonnade.prove import stated
from colonnade.prove.ground import Ground
from colonnade.prove.laws import law
from colonnade.prove.probe import ran_as, undone
from colonnade.sql import ident, literal, qualified
from colonnade.vocabulary import wishes

if TYPE_CHECKING:
    import psycopg

LAW = "partitions"
FORBIDDEN = "42501"
_PARTS = """
SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = {whole}::regclass ORDER BY 1
"""


@law(LAW)
def partitions(ground: Ground) -> Iterator[Proof]:
    """A divided table has partitions that nobody reaches but through it; coming ones are made, and old ones dropped.

    As the owner, undone: the function that keeps the partitions makes the present one and those ahead, and makes no
    more when it is run again; where a document says how long rows are kept, a partition from the year 2001 is gone
    afterwards. Each partition has row-level security as its table has, and the application and the reader are refused
    when they name it, 42501. What the documents say is divided is, unless a finding says why not.
    """
    with ground.session(ground.filled) as administrator:
        for table in ground.schema.database.whole_tables:
            if table.partition_by is not None:
                with undone(administrator):
                    yield _divided(ground, table, administrator)
    yield from _whole(ground)


def _divided(ground: Ground, table: Table, connection: psycopg.Connection) -> Proof:
    owner = ground.actors.owner or ground.actors.migrator
    keeper = next((one for one in ground.schema.database.functions if one.name == f"keep_{table.name}_partitions"[:63]),
                  None)  # fmt: skip
    faults: list[str] = []
    if keeper is not None:
        faults += _kept(table, keeper.name, owner, "DROP TABLE" in keeper.body, connection)
    parts = connection.execute(_PARTS.format(whole=literal(qualified(table.schema, table.name))).encode()).fetchall()
    faults += [f"{name} has no row-level security" for name, secured in parts if table.row_security and not secured]
    readers = (ground.actors.application, ground.actors.reader) if ground.actors.owner else ()
    for name, _ in parts:
        for role in filter(None, readers):
            outcome = ran_as(connection, role, f"SELECT FROM {qualified(table.schema, name)}")
            faults += [f"{role} reads {name}: {outcome}"] if outcome.sqlstate != FORBIDDEN else []
    words = f"{len(parts)} partitions by {table.partition_by}, each out of reach by itself"
    kept = ", those ahead made, and made once" if keeper else ""
    dropped = ", an old one dropped" if keeper and "DROP TABLE" in keeper.body else ""
    return Proof(LAW, table.name, bool(parts) and not faults, "; ".join(faults) or f"{words}{kept}{dropped}")


def _kept(table: Table, keeper: str, owner: str, drops: bool, connection: psycopg.Connection) -> Iterator[str]:
    """What is wrong with the function that keeps the partitions, if anything is."""
    whole, old = qualified(table.schema, table.name), f"{table.name}_p2001_01_01"
    rest = ident(f"{table.name}_default")
    run = f"SELECT {qualified(table.schema, keeper)}(2)"
    before = _names(table, connection)
    steps = [f"TRUNCATE {rest}", run, run]
    if drops:
        bound = "FOR VALUES FROM ('2001-01-01') TO ('2001-01-02')"
        steps = [f"CREATE TABLE {ident(old)} PARTITION OF {whole} {bound}", *steps]
    for statement in steps:
        outcome = ran_as(connection, owner, statement)
        if not outcome.accepted:
            yield f"{statement.split(' PARTITION')[0]}: {outcome}"
    made = _names(table, connection) - before
    if len(made - {old}) != 3:
        yield f"of the present and two ahead it made {len(made - {old})}"
    if drops and old in made:
        yield f"{old} is still there"


def _names(table: Table, connection: psycopg.Connection) -> set[str]:
    query = _PARTS.format(whole=literal(qualified(table.schema, table.name)))
    return {name for name, _ in connection.execute(query.encode()).fetchall()}


def _whole(ground: Ground) -> Iterator[Proof]:
    """A failed proof for each table that is said to be divided and is whole, though its keys would allow it."""
    for pair in stated.pairs(ground.draft, ground.schema) if ground.draft else ():
        asked = next((one for one in pair.entity.wishes if one.value[0] == wishes.PARTITION), None)
        pointed = any(
            key.target[1] == pair.table.name for one in ground.schema.database.tables for key in one.foreign_keys
        )
        if asked and pair.table.partition_by is None and not pointed and ground.settings.enabled(LAW):
            keys = any(isinstance(one, Unique | Exclusion) for one in pair.table.constraints)
            if not keys and not any(one.unique for one in pair.table.indexes):
                yield Proof(LAW, pair.table.name, False, f"the table is whole (said to be divided at {asked.place})")
