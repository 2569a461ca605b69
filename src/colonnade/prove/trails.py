"""The law about audit trails: every change is in one, and nobody writes, changes or removes what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from colonnade.design.schema import Entity, Table
from colonnade.findings import Proof
from colonnade.prove import stated
from colonnade.prove.ground import Ground
from colonnade.prove.laws import law
from colonnade.prove.probe import Outcome, Row, become, ran, tried, undone, where
from colonnade.prove.rows import Hands, acting, hands, keyed, updatable
from colonnade.sql import ident, qualified
from colonnade.vocabulary import wishes
from colonnade.vocabulary.sensitive import MARK

LAW = "audit-trail"
FORBIDDEN = "42501"


@dataclass(frozen=True, slots=True)
class Book:
    """A table whose changes are written down in `trail`; `row` is one of its rows, `user` may work with it."""

    facts: Entity
    table: Table
    trail: Table
    row: Row
    user: str | None

    @property
    def key(self) -> str:
        return where(self.row, self.table.primary_key.columns if self.table.primary_key else tuple(self.row))


@law(LAW)
def audit_trail(ground: Ground) -> Iterator[Proof]:
    """Every change of a row is in its audit trail, with who and what, and stays there whoever would change it.

    On one row, undone: an UPDATE by its user, and a DELETE by the migrator, each add one entry that names the action,
    the user and the values before and after, without the columns that hold secrets. The entries can be changed and
    removed neither by the application nor by the migrator nor by the owner role, 42501; the application cannot write
    one, and no foreign key leads out of the trail. What the documents ask to have a trail must have one.
    """
    trails = {one.table for one in ground.schema.intent.entities if one.audience == "trail"}
    with hands(ground, ground.filled) as open_hands:
        for facts, table in ground.entities:
            trail = _trail_of(ground, table, trails)
            row = keyed(ground, table, open_hands.migrator) if trail else None
            if trail and row is None:
                yield Proof(LAW, table.name, False, "unproven: the table has no row")
            elif trail and row:
                book = Book(facts, table, trail, row, acting(ground, facts, row))
                yield from (_written(ground, book, open_hands), _kept(ground, book, open_hands))
    yield from _forgotten(ground, trails)


def _trail_of(ground: Ground, table: Table, trails: set[str]) -> Table | None:
    """The trail that a trigger of `table` writes."""
    functions = {(one.schema, one.name): one for one in ground.schema.database.functions}
    called = [functions[one.function].body for one in table.triggers if one.function in functions]
    named = (name for name in sorted(trails - {table.name}) if any(f".{ident(name)} (" in body for body in called))
    return next((ground.schema.database.table(name) for name in named), None)


def _written(ground: Ground, book: Book, open_hands: Hands) -> Proof:
    name, administrator = qualified(book.table.schema, book.table.name), open_hands.administrator
    column = next(iter(sorted(updatable(ground, open_hands.migrator).get(book.table.name, frozenset()))), None)
    writer = ground.actors.application if column else ground.actors.migrator
    touched = ident(column or book.table.columns[-1].name)
    with undone(administrator):
        before = _entries(book, administrator)
        steps = ((writer, f"UPDATE {name} SET {touched} = {touched} WHERE {book.key}"),
                 (ground.actors.migrator, f"DELETE FROM {name} WHERE {book.key}"))  # fmt: skip
        for statement in _unhindering(ground, book.table):
            ran(administrator, statement)
        outcomes = [_as(ground, book, role, statement, administrator) for role, statement in steps]
        made = _entries(book, administrator)[len(before) :]
    told = [(entry[0], entry[1]) for entry in made]
    wanted = [("UPDATE", book.user), ("DELETE", book.user)]
    whole = bool(made) and all(_whole(book, entry) for entry in made)
    words = "; ".join(f"{action} by {user}" for action, user in told) or f"nothing ({outcomes[0]}; {outcomes[1]})"
    if not whole:
        words += "; the values are not those of the row without its secrets"
    return Proof(LAW, book.table.name, told == wanted and whole, f"written down in {book.trail.name}: {words}")


def _unhindering(ground: Ground, table: Table) -> Iterator[str]:
    """Takes away the foreign keys by which rows of other tables would forbid a deletion."""
    for child in ground.schema.database.tables:
        for key in child.foreign_keys:
            if key.target == (table.schema, table.name):
                yield f"ALTER TABLE {_name(child)} DROP CONSTRAINT {ident(key.name)}"


def _as(ground: Ground, book: Book, role: str, statement: str, administrator: Any) -> Outcome:
    become(administrator, ground.setting, book.user)
    ran(administrator, f"SET LOCAL ROLE {ident(role)}")
    outcome = ran(administrator, statement)
    ran(administrator, "RESET ROLE")
    return outcome


def _entries(book: Book, administrator: Any) -> list[tuple[Any, ...]]:
    """The entries of the trail in the order in which they were written."""
    query = f"SELECT action, changed_by::text, old_values, new_values FROM {_name(book.trail)} ORDER BY ctid"
    return list(ran(administrator, query).values)


def _whole(book: Book, entry: tuple[Any, ...]) -> bool:
    """Whether an entry holds every column but those with secrets, before the change and, unless it is gone, after."""
    shown = {one.name for one in book.table.columns if MARK not in (one.comment or "")}
    before, after = (None if one is None else set(one) for one in entry[2:])
    return before == shown and after == (None if entry[0] == "DELETE" else shown)


def _kept(ground: Ground, book: Book, open_hands: Hands) -> Proof:
    name, keys = _name(book.trail), [one.name for one in book.trail.foreign_keys]
    column = ident(book.trail.columns[0].name)
    statements = (f"UPDATE {name} SET {column} = {column}", f"DELETE FROM {name}", f"INSERT INTO {name} DEFAULT VALUES")
    become(open_hands.application, ground.setting, book.user)
    got = {"the application": [tried(open_hands.application, one) for one in statements],
           "the migrator": [tried(open_hands.migrator, one) for one in statements[:2]]}  # fmt: skip
    if not _read(ground, book):
        got["the application"].append(tried(open_hands.application, f"SELECT {column} FROM {name}"))
    if ground.actors.owner:
        owner = f"SET LOCAL ROLE {ident(ground.actors.owner)}"
        # Row-level security shows the owner no row; without it the trigger is what refuses.
        loose = f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY"
        got["the owner"] = [tried(open_hands.administrator, loose, owner, one) for one in statements[:2]]
    taken = [f"{who}: {one}" for who, outcomes in got.items() for one in outcomes if one.sqlstate != FORBIDDEN]
    words = "; ".join((*taken, *(f"{key} leads out of it" for key in keys)))
    told = (
        words
        or f"{', '.join(got)} cannot change or remove an entry, nor the application write one, 42501; no foreign key"
    )
    return Proof(LAW, book.trail.name, not taken and not keys, told)


def _read(ground: Ground, book: Book) -> bool:
    """Whether users read the trail; that of rows that belong to nobody they do not."""
    facts = ground.schema.intent.entity(book.trail.name)
    return bool(facts.owner_column or facts.tenant_column)


def _name(table: Table) -> str:
    return qualified(table.schema, table.name)


def _forgotten(ground: Ground, trails: set[str]) -> Iterator[Proof]:
    """A failed proof for each table that is to have a trail and has none."""
    if ground.actors.owner is None or not ground.settings.enabled(LAW):
        return
    for pair in stated.pairs(ground.draft, ground.schema) if ground.draft else ():
        asked = next((one for one in pair.entity.wishes if one.value[0] == wishes.TRAIL), None)
        if asked and not wishes.HISTORY.fullmatch(pair.table.name) and _trail_of(ground, pair.table, trails) is None:
            yield Proof(LAW, pair.table.name, False, f"the design has none (stated at {asked.place})")
