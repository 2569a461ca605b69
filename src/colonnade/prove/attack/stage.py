"""The stage of the attacks: open sessions, rows of two users, and how a statement is tried as one of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from colonnade.design.schema import Database, Exclusion, PrimaryKey, Table, Unique
from colonnade.prove.attack.belonging import Belonging, Lead, Place
from colonnade.prove.probe import Outcome, Row, ran, value, where
from colonnade.sql import comment_line, ident, literal, qualified

if TYPE_CHECKING:
    import psycopg

DENIED = "42501"


@dataclass(frozen=True, slots=True)
class Setting:
    """Where the policies read the current user: a setting, or the `claim` of the JSON object that it holds."""

    name: str
    claim: str | None = None

    def holding(self, user: str) -> str:
        """The value of the setting when `user` is the current one; a token also says that he has logged in."""
        return user if self.claim is None else json.dumps({"role": "authenticated", self.claim: user})

    def assumed(self, user: str) -> str:
        """SQL that makes `user` the current one until the transaction ends."""
        return f"SELECT set_config({literal(self.name)}, {literal(self.holding(user))}, true)"


@dataclass(frozen=True, slots=True)
class Definer:
    """A security-definer function: its name as SQL, the kind, its body, and the types of what it must be given."""

    name: str
    types: tuple[str, ...]
    procedure: bool
    body: str


@dataclass(frozen=True, eq=False)
class Stage:
    """One database under attack. `database` is its catalog as it stands.

    `session` is the application's; `stranger` too, but no user was ever set in it. The observer passes every policy
    and is no superuser; the administrator proves nothing itself, it becomes other roles within one transaction.
    `loose` is the administrator where neither foreign keys nor triggers speak, once `still` has run.
    `scoped` are the tables under attack with their owner columns, `through` where one that holds no user is looked
    up, `rows` what stands in them, `spares` rows that do not. `owners` own these tables, `readers` may read some of
    them, `overseers` are to see the rows of all users, `roles` are all that SET ROLE is tried with. `stated` are
    unique keys that documents ask for as they are, `shared` the tables that every user reads on purpose, `denied`
    the commands that those who wrote a table let nobody run.
    """

    database: Database
    setting: Setting
    application: str
    owners: tuple[str, ...]
    readers: tuple[str, ...]
    overseers: tuple[str, ...]
    roles: tuple[str, ...]
    scoped: Mapping[Place, str]
    through: Mapping[Place, Lead]
    rows: Mapping[tuple[str, str], Sequence[Row]]
    spares: Mapping[tuple[str, str], Row]
    stated: frozenset[str]
    shared: frozenset[tuple[str, str]]
    denied: frozenset[tuple[Place, str]]
    definers: tuple[Definer, ...]
    session: psycopg.Connection
    stranger: psycopg.Connection
    observer: psycopg.Connection
    administrator: psycopg.Connection
    loose: psycopg.Connection
    still: tuple[str, ...]

    def users(self, place: Place) -> list[str]:
        """The users to whom rows of the table, or of the one at the end of its way, belong."""
        root = Belonging(self.scoped, self.through).root(place)
        return list(dict.fromkeys(user for row in self.rows[root] if (user := row[self.scoped[root]])))

    def values(self, place: Place, user: str) -> frozenset[str]:
        """The values of the owner column of the table that mean that a row belongs to `user`."""
        if place not in self.through:
            return frozenset({user})
        parent, key = self.through[place]
        own = self.values(parent, user)
        return frozenset(text for row in self.rows[parent] if row[self.scoped[parent]] in own and (text := row[key]))

    def of(self, place: Place, row: Row, user: str) -> bool:
        """Whether `row` of the table belongs to `user`."""
        return row[self.scoped[place]] in self.values(place, user)

    def owner_of(self, place: Place, row: Row) -> str | None:
        """A user to whom `row` of the table belongs."""
        return next((user for user in self.users(place) if self.of(place, row, user)), None)


@dataclass(frozen=True, slots=True)
class Act:
    """What the last statement did, and all statements as a person would type them."""

    outcome: Outcome
    script: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Subject:
    """A table under attack: `mine` is a row of the current user `me`, `theirs` one of `them`; both were counted.

    `values` of the owner column are those by which a row is `me`'s: the user itself, or what belongs to it.
    `fresh` has values of no row for the columns that must be unique. `settable` and `changeable` are the columns that
    the application may give on INSERT and UPDATE. `controls` say what the same statements do to the user's own row.
    """

    stage: Stage
    table: Table
    owner: str
    me: str
    them: str
    values: frozenset[str]
    mine: Row
    theirs: Row
    own: int
    total: int
    fresh: Row
    settable: frozenset[str]
    changeable: frozenset[str]
    controls: Mapping[str, Outcome]

    @property
    def name(self) -> str:
        return qualified(self.table.schema, self.table.name)

    @property
    def own_value(self) -> str:
        """What the owner column of `mine` holds."""
        return self.mine[self.owner] or ""

    @property
    def other_value(self) -> str:
        """What the owner column of `theirs` holds."""
        return self.theirs[self.owner] or ""

    @property
    def others(self) -> int:
        return self.total - self.own

    @property
    def key(self) -> tuple[str, ...]:
        return key_of(self.table)

    @property
    def mine_key(self) -> str:
        return known(self.table, self.mine)

    @property
    def theirs_key(self) -> str:
        return known(self.table, self.theirs)

    @property
    def their_rows(self) -> str:
        """A condition that the rows of every other user meet."""
        if self.values == {self.me}:
            return f"{ident(self.owner)} IS DISTINCT FROM {value(self.me)}"
        return f"{ident(self.owner)} <> ALL ({literal(array(sorted(self.values)))}) IS DISTINCT FROM false"

    @property
    def touched(self) -> str:
        """The column to change where any will do: one that the application may update and no row is known by."""
        known = {self.owner, *(name for _, one in unique_keys(self.table) for name in one)}
        pointing = {name for one in self.table.foreign_keys for name in one.columns}
        plain = [
            one.name for one in self.table.columns if not (one.generated or (one.identity and one.identity.always))
        ]
        ranked = sorted(plain, key=lambda name: (name not in self.changeable, name in known, name in pointing))
        return ranked[0] if ranked else self.table.columns[0].name

    def lets_nobody(self, command: str) -> bool:
        """Whether whoever wrote the schema keeps everybody from `command`, for want of a policy that would allow it."""
        return ((self.table.schema, self.table.name), command) in self.stage.denied

    def forged(self, base: Row, changes: Row) -> dict[str, str | None]:
        """A new row like `base` with `changes`, of the columns that the application may give."""
        allowed = self.settable | set(changes)
        # An empty value repeats none, and a value in its place may be one that another kind of row has.
        fresh = {name: text for name, text in self.fresh.items() if base.get(name) is not None or name not in base}
        row = {**base, **fresh, **changes}
        given = _given(self.table) | (_counted(self.table) & set(changes))
        return {name: text for name, text in row.items() if name in allowed & given}

    def act(self, *statements: str, user: str | None = None) -> Act:
        """Tries `statements` as the application on behalf of `user`, by default `me`."""
        return act(self.stage, self.stage.session, self.me if user is None else user, *statements)

    def act_as(self, role: str, *statements: str, before: Sequence[str] = (), user: str | None = None) -> Act:
        """Tries `statements` as `role`, after the administrator has done `before`, without foreign keys and triggers.

        So the answer is that of policies and privileges alone.
        """
        return act_as(self.stage, role, self.me if user is None else user, before, *statements)


def array(texts: Sequence[str]) -> str:
    """`texts` as the text of a PostgreSQL array of any type."""
    escaped = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "{" + ",".join(f'"{text}"' for text in escaped) + "}"


def key_of(table: Table) -> tuple[str, ...]:
    """The columns by which a row of `table` is known."""
    found = table.primary_key
    return found.columns if found else tuple(column.name for column in table.columns)


def known(table: Table, row: Row) -> str:
    """A condition that `row` meets; without a primary key, by the texts of all its values, which every type has."""
    if table.primary_key is not None:
        return where(row, table.primary_key.columns)
    texts = ((f"({ident(one.name)})::text", row[one.name]) for one in table.columns)
    return " AND ".join(f"{name} IS NOT DISTINCT FROM {value(text)}" for name, text in texts)


def unique_keys(table: Table) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The name and the columns of each unique constraint and index."""
    for one in table.constraints:
        if isinstance(one, (PrimaryKey, Unique)):
            yield one.name, one.columns
    yield from ((one.name, one.columns) for one in table.indexes if one.unique)


def excluding(table: Table) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The name of each exclusion, and the columns that its elements name."""
    for one in table.constraints:
        if isinstance(one, Exclusion):
            words = {word for key, _ in one.elements for word in re.findall(r'"(?:[^"]|"")+"|\w+', key)}
            yield one.name, tuple(column.name for column in table.columns if {column.name, ident(column.name)} & words)


def holds_carried(table: Table, owner: str, columns: Sequence[str]) -> bool:
    """Whether `columns` hold, without the owner, all else of a foreign key that carries it."""
    carried = ({*key.columns} - {owner} for key in table.foreign_keys if owner in key.columns)
    return owner not in columns and any(rest and rest <= {*columns} for rest in carried)


def _given(table: Table) -> frozenset[str]:
    return frozenset(
        one.name for one in table.columns if not one.generated and not (one.identity and one.identity.always)
    )


def act(stage: Stage, connection: psycopg.Connection, user: str | None, *statements: str) -> Act:
    """Tries `statements` in a transaction of `connection` for `user`, undone at the end; None sets no user at all."""
    assumed = () if user is None else (stage.setting.assumed(user),)
    with undone(connection, *assumed):
        outcome = _each(connection, statements)
    return Act(outcome, script(stage, stage.application, (*assumed, *statements)))


def act_as(stage: Stage, role: str, user: str, before: Sequence[str], *statements: str) -> Act:
    """Tries `statements` as `role`, which an administrator becomes after `before`; see `Subject.act_as`."""
    connection, assumed = stage.loose, stage.setting.assumed(user)
    with undone(connection, *stage.still, *before, assumed, _becoming(role)):
        outcome = _each(connection, statements)
    return Act(outcome, script(stage, role, (assumed, *statements)))


def script(stage: Stage, role: str, statements: Sequence[str]) -> tuple[str, ...]:
    """`statements` as somebody logged in as `role` would type them."""
    return (f"{comment_line('as ' + role)}", "BEGIN;", *(f"{one};" for one in statements), "ROLLBACK;")


def _becoming(role: str) -> str:
    return f"SELECT set_config('role', {literal(role)}, true)"


def _each(connection: psycopg.Connection, statements: Sequence[str]) -> Outcome:
    outcome = Outcome()
    for statement in statements:
        outcome = ran(connection, statement)
        if not outcome.accepted:
            break
    return outcome


@contextmanager
def undone(connection: psycopg.Connection, *before: str) -> Iterator[None]:
    """A transaction that starts with `before` and is rolled back."""
    try:
        connection.execute("; ".join(["BEGIN", "SET CONSTRAINTS ALL IMMEDIATE", *before]).encode())
        yield
    finally:
        connection.execute("ROLLBACK")


def insertion(subject: Subject, row: Row) -> str:
    """INSERT of one row; values are literals without a type, so that PostgreSQL casts as it does for a client."""
    columns, values = ", ".join(map(ident, row)), ", ".join(map(value, row.values()))
    overriding = " OVERRIDING SYSTEM VALUE" if _counted(subject.table) & set(row) else ""
    return f"INSERT INTO {subject.name} ({columns}){overriding} VALUES ({values})"


def _counted(table: Table) -> frozenset[str]:
    """The columns that the server counts unless it is told not to."""
    return frozenset(one.name for one in table.columns if one.identity and one.identity.always)
