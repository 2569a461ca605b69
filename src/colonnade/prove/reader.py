"""The law about the read-only role: it sees what the policies show it, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from colonnade.design.schema import Column, Entity, Table
from colonnade.findings import Proof
from colonnade.prove.audiences import writing
from colonnade.prove.ground import Ground
from colonnade.prove.isolation import DENIED
from colonnade.prove.laws import law
from colonnade.prove.probe import Outcome, Row, become, tried
from colonnade.prove.rows import standing
from colonnade.sql import ident, qualified
from colonnade.vocabulary.sensitive import MARK

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True)
class Shelf:
    """A table with `rows` in it, and sessions of the reader and of the migrator, who counts beside it."""

    ground: Ground
    facts: Entity
    table: Table
    rows: list[Row]
    reader: psycopg.Connection

    @property
    def name(self) -> str:
        return qualified(self.table.schema, self.table.name)

    @property
    def owner(self) -> str:
        return self.facts.owner_column or ""


@law("reader-reads-only")
def reader_reads_only(ground: Ground) -> Iterator[Proof]:
    """The read-only role sees the current user's rows, none without a user, no secrets, and changes nothing.

    By login as that role on every table: counting as a user, without one, INSERT, UPDATE, DELETE and TRUNCATE, and
    reading each column whose comment says that it is sensitive.
    """
    role = ground.actors.reader
    if role is None:
        return
    with ground.session(ground.filled, ground.actors.migrator) as migrator, ground.session(ground.filled, role) as me:
        for table in ground.schema.database.whole_tables:
            shelf = Shelf(ground, ground.schema.intent.entity(table.name), table, standing(ground, table, migrator), me)
            yield from _changes(shelf)
            if shelf.owner and shelf.facts.audience == "owner" and ground.guarded:
                yield _sees(shelf)
            yield from (_secret(shelf, column) for column in table.columns if MARK in (column.comment or ""))


def _changes(shelf: Shelf) -> Iterator[Proof]:
    statements = writing(shelf.table)
    taken = [one for one in statements if tried(shelf.reader, one).sqlstate != DENIED]
    words = f"{len(statements)} statements, an UPDATE of each column among them, are refused, {DENIED}"
    yield Proof("reader-reads-only", f"{shelf.table.name}: changes nothing", not taken, "; ".join(taken) or words)


def _sees(shelf: Shelf) -> Proof:
    """What is counted as the user of the first row, and as nobody."""
    user = next((row[shelf.owner] for row in shelf.rows if row[shelf.owner]), None)
    own = sum(row[shelf.owner] == user for row in shelf.rows)
    counts: list[Outcome] = []
    for one in (user, None):
        become(shelf.reader, shelf.ground.setting, one)
        counts.append(tried(shelf.reader, f"SELECT count(*) FROM {shelf.name}"))
    seen = [one.values[0][0] if one.values else str(one) for one in counts]
    passed = user is not None and 0 < own < len(shelf.rows) and seen == [own, 0]
    words = f"as a user with {own} of {len(shelf.rows)} rows it counts {seen[0]}; as nobody {seen[1]}"
    return Proof("reader-reads-only", f"{shelf.table.name}: sees its user's rows", passed, words)


def _secret(shelf: Shelf, column: Column) -> Proof:
    outcome = tried(shelf.reader, f"SELECT {ident(column.name)} FROM {shelf.name}")
    subject = f"{shelf.table.name}.{column.name}: is not read"
    return Proof("reader-reads-only", subject, outcome.sqlstate == DENIED, f"SELECT of it: {outcome}")
