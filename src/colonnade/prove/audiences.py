"""The law about rows that more people read than their owner, and about those that the application only reads."""

from __future__ import annotations

from collections.abc import Iterator

from colonnade.design.passes.access import ONLY_READ
from colonnade.design.schema import Entity, Table
from colonnade.findings import Proof
from colonnade.prove.ground import Ground
from colonnade.prove.isolation import DENIED
from colonnade.prove.laws import law
from colonnade.prove.probe import Outcome, Row, become, insert, tried, value
from colonnade.prove.rows import Hands, hands, insertable, standing, updatable
from colonnade.sql import ident, qualified

LAW = "audience-holds"


@law(LAW)
def audience_holds(ground: Ground) -> Iterator[Proof]:
    """Rows for everyone are read by every user and written by their owner; reference data is never written.

    By login as the application role: as one user every row is counted and no row of another is changed, removed or
    added; as nobody none is seen. Reference data is counted, and every statement that writes it lacks the privilege.
    """
    listed = [pair for pair in ground.entities if _is_listed(pair[0]) and ground.actors.owner]
    shared = [pair for pair in ground.entities if pair[0].audience == "everyone" and pair[0].owner_column]
    if not listed and not (shared and ground.guarded):
        return
    with hands(ground, ground.filled) as open_hands:
        for facts, table in shared if ground.guarded else ():
            yield from _shared(ground, facts, table, open_hands)
        for _, table in listed:
            yield _read_only(ground, table, open_hands)


def _is_listed(facts: Entity) -> bool:
    """Whether the application reads the rows and never writes them; the trail of nobody's rows it does not read."""
    unread = facts.audience == "trail" and not (facts.owner_column or facts.tenant_column)
    return facts.audience in ONLY_READ and not unread


def _shared(ground: Ground, facts: Entity, table: Table, open_hands: Hands) -> Iterator[Proof]:
    rows, owner = standing(ground, table, open_hands.migrator), facts.owner_column or ""
    users = sorted({row[owner] or "" for row in rows} - {""})
    if len(users) < 2:
        yield Proof(LAW, table.name, False, "unproven: the table does not hold rows of two users")
        return
    count = f"SELECT count(*) FROM {qualified(table.schema, table.name)}"
    become(open_hands.application, ground.setting, users[0])
    seen, unseen = tried(open_hands.application, count), tried(open_hands.stranger, count)
    words = f"a user counts {_number(seen)} of {len(rows)} rows, nobody counts {_number(unseen)}"
    yield Proof(LAW, f"{table.name}: every user reads", (_number(seen), _number(unseen)) == (len(rows), 0), words)
    theirs = next(row for row in rows if row[owner] == users[1])
    for word, statement in _writes(ground, table, owner, theirs, open_hands):
        outcome = tried(open_hands.application, statement)
        held = outcome.sqlstate == DENIED or (outcome.accepted and outcome.rows == 0)
        yield Proof(LAW, f"{table.name}: {word}", held, f"{word}, as another user: {outcome}")


def _writes(ground: Ground, table: Table, owner: str, theirs: Row, open_hands: Hands) -> Iterator[tuple[str, str]]:
    """What another user tries on the row `theirs`: to change, to take over, to remove, and to add beside it."""
    name, of_them = qualified(table.schema, table.name), f"{ident(owner)} = {value(theirs[owner])}"
    changeable = sorted(updatable(ground, open_hands.migrator).get(table.name, frozenset()))
    for column in changeable[:1]:
        yield "changes no row", f"UPDATE {name} SET {ident(column)} = {ident(column)} WHERE {of_them}"
    yield "removes no row", f"DELETE FROM {name} WHERE {of_them}"
    settable = insertable(ground, open_hands.migrator).get(table.name, frozenset())
    key = table.primary_key.columns if table.primary_key else ()
    made = {column for column in key if len(key) == 1 and table.column(column).default}
    row = {column: text for column, text in theirs.items() if column in settable and column not in made}
    yield "adds no row for the owner", insert(table.name, row)


def _read_only(ground: Ground, table: Table, open_hands: Hands) -> Proof:
    name, total = qualified(table.schema, table.name), len(standing(ground, table, open_hands.migrator))
    seen = tried(open_hands.application, f"SELECT count(*) FROM {name}")
    statements = writing(table)
    taken = [one for one in statements if tried(open_hands.application, one).sqlstate != DENIED]
    words = f"the application counts {_number(seen)} of {total} rows; {len(statements)} writing statements are refused"
    held = not taken and total > 0 and (_number(seen) == total or table.row_security)
    return Proof(LAW, f"{table.name}: is only read", held, "; ".join((*taken, words)))


def writing(table: Table) -> tuple[str, ...]:
    """Statements that write, none of which touches a row: only a missing privilege, not a policy, can refuse them."""
    name = qualified(table.schema, table.name)
    return (
        f"INSERT INTO {name} SELECT WHERE false",
        *(f"UPDATE {name} SET {ident(one.name)} = DEFAULT WHERE false" for one in table.columns),
        f"DELETE FROM {name} WHERE false",
        f"TRUNCATE {name}",
    )


def _number(outcome: Outcome) -> object:
    return outcome.values[0][0] if outcome.values else str(outcome)
