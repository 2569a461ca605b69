"""Laws about who wrote a row and which version it is: the server says both, and the application cannot."""

from __future__ import annotations

from collections.abc import Iterator

from colonnade.design.schema import Entity, Table
from colonnade.findings import Proof
from colonnade.prove import stated
from colonnade.prove.ground import Ground
from colonnade.prove.laws import law
from colonnade.prove.probe import Row, become, insert, ran, tried, undone, value, where
from colonnade.prove.rows import Hands, acting, hands, keyed
from colonnade.sql import ident, qualified
from colonnade.vocabulary import habits, wishes

LOCKING, AUTHORS = "optimistic-locking", "audit-columns"
FORBIDDEN = "42501"


@law(LOCKING)
def optimistic_locking(ground: Ground) -> Iterator[Proof]:
    """An update that names the version it has read meets the row once, and never a row that has changed since.

    On one row, undone: an UPDATE with the version as it is meets one row and counts the version on by one; the same
    UPDATE again meets none. The application can set the version neither on insert nor on update: 42501. What the
    documents ask to be locked so must be.
    """
    with hands(ground, ground.filled) as open_hands:
        for facts, table in _with(ground, "version_column"):
            yield _locked(ground, facts, table, open_hands)
    yield from _forgotten(ground, LOCKING, wishes.LOCKING, "version_column")


@law(AUTHORS)
def audit_columns(ground: Ground) -> Iterator[Proof]:
    """created_by and updated_by hold the current user's key, whoever writes, and the application can set neither.

    On one row, undone, as the application acting as a user: the column's default is that user, an UPDATE leaves
    created_by as it was and puts the user into updated_by, and to set either is refused, 42501. What the documents ask
    to have such columns must have both.
    """
    with hands(ground, ground.filled) as open_hands:
        for facts, table in _with(ground, "updated_by"):
            yield _signed(ground, facts, table, open_hands)
    # Where nobody is a user the design says, by a warning, that nobody can be named.
    if any(table.name in habits.USER_TABLES for table in (*ground.schema.database.tables, *ground.schema.external)):
        yield from _forgotten(ground, AUTHORS, wishes.AUTHORS, "updated_by")


def _with(ground: Ground, fact: str) -> Iterator[tuple[Entity, Table]]:
    for facts in sorted(ground.schema.intent.entities, key=lambda one: one.table):
        if getattr(facts, fact) and not facts.external:
            yield facts, ground.schema.database.table(facts.table)


def _forgotten(ground: Ground, law_name: str, wish: str, fact: str) -> Iterator[Proof]:
    """A failed proof for each table that the documents ask it of and the design does not give it to."""
    for pair in stated.pairs(ground.draft, ground.schema) if ground.draft else ():
        asked = next((one for one in pair.entity.wishes if one.value[0] == wish), None)
        if asked and not getattr(pair.facts, fact) and ground.settings.enabled(law_name):
            yield Proof(law_name, pair.table.name, False, f"the design has none (stated at {asked.place})")


def _locked(ground: Ground, facts: Entity, table: Table, open_hands: Hands) -> Proof:
    column, row = facts.version_column or "", keyed(ground, table, open_hands.migrator)
    subject = f"{table.name}.{column}"
    if row is None:
        return Proof(LOCKING, subject, False, "unproven: the table has no row")
    name, key, quoted = qualified(table.schema, table.name), where(row, _key(table, row)), ident(column)
    touched = ident(_touchable(facts, table))
    update = f"UPDATE {name} SET {touched} = {touched} WHERE {key} AND {quoted} = {value(row[column])}"
    with undone(open_hands.migrator):
        first, second = ran(open_hands.migrator, update), ran(open_hands.migrator, update)
        now = ran(open_hands.migrator, f"SELECT {quoted} - {value(row[column])} FROM {name} WHERE {key}")
    counted = now.accepted and now.values == ((1,),)
    passed = (first.rows, second.rows, counted) == (1, 0, True)
    words = f"with the version that was read an UPDATE meets {first.rows} row, the same again {second.rows}; the " \
        f"version is {'one higher' if counted else 'not one higher'}"  # fmt: skip
    refused, more = _refused(ground, facts, table, row, (column,), open_hands)
    return Proof(LOCKING, subject, passed and refused, f"{words}{more}")


def _signed(ground: Ground, facts: Entity, table: Table, open_hands: Hands) -> Proof:
    row = keyed(ground, table, open_hands.migrator)
    user = _user(ground, facts, row)
    columns = tuple(one for one in (facts.created_by, facts.updated_by) if one)
    subject = f"{table.name}.{facts.updated_by}"
    if row is None or user is None:
        return Proof(AUTHORS, subject, False, "unproven: the table has no row, or there is no user")
    name, key, touched = qualified(table.schema, table.name), where(row, _key(table, row)), _touchable(facts, table)
    defaults = ", ".join(f"({table.column(one).default or 'NULL'})::text" for one in columns)
    connection = open_hands.migrator
    with undone(connection):
        connection.execute("SELECT set_config(%s, %s, true)", (ground.setting, user))
        given = ran(connection, f"SELECT {defaults}").values
        changed = ran(connection, f"UPDATE {name} SET {ident(touched)} = {ident(touched)} WHERE {key}")
        after = ran(connection, f"SELECT {', '.join(f'{ident(one)}::text' for one in columns)} FROM {name} WHERE {key}")
    made = row.get(facts.created_by or "")
    expected = ((made, user) if facts.created_by else (user,),)
    passed = changed.rows == 1 and given == ((user,) * len(columns),) and after.values == expected
    words = "both default to the current user, and an UPDATE moves the second alone" if passed else (
        f"as {user} the defaults are {given}; an UPDATE ({changed}) makes {after.values or after}")  # fmt: skip
    refused, more = _refused(ground, facts, table, row, columns, open_hands)
    return Proof(AUTHORS, subject, passed and refused, f"{words}{more}")


def _refused(
    ground: Ground, facts: Entity, table: Table, row: Row, columns: tuple[str, ...], open_hands: Hands
) -> tuple[bool, str]:
    """Whether the application is refused to set each of `columns`; where there are no roles, no privilege can do so."""
    if ground.actors.owner is None:
        return True, ""
    become(open_hands.application, ground.setting, acting(ground, facts, row))
    name, key = qualified(table.schema, table.name), where(row, _key(table, row))
    tries = [(one, f"UPDATE {name} SET {ident(one)} = {ident(one)} WHERE {key}") for one in columns]
    tries += [(one, insert(table.name, {one: row[one]})) for one in columns]
    taken = [f"{one}: {outcome}" for one, statement in tries
             if (outcome := tried(open_hands.application, statement)).sqlstate != FORBIDDEN]  # fmt: skip
    return not taken, f"; the application sets {'; '.join(taken)}" if taken else "; to set it is refused, 42501"


def _key(table: Table, row: Row) -> tuple[str, ...]:
    return table.primary_key.columns if table.primary_key else tuple(row)


def _touchable(facts: Entity, table: Table) -> str:
    """A column that an update may name without meaning anything by it."""
    kept = {facts.version_column, facts.created_by, facts.updated_by, facts.updated_at, facts.created_at}
    names = [one.name for one in table.columns if one.generated is None and not one.identity and one.name not in kept]
    return next((one for one in names if one not in _key(table, {})), names[0])


def _user(ground: Ground, facts: Entity, row: Row | None) -> str | None:
    """The key of a user who is not the row's author yet."""
    if row is None:
        return None
    key = next((one for one in ground.schema.database.table(facts.table).foreign_keys
                if one.columns == (facts.updated_by,)), None)  # fmt: skip
    rows = ground.rows.get(key.target[1], ()) if key else ()
    users = [text for one in rows if (text := one.get(key.target_columns[0])) is not None] if key else []
    return next((one for one in users if one != row.get(facts.updated_by or "")), None)
