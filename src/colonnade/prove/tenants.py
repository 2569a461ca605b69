"""The law about tenants: only members see and touch the rows of one, and nobody makes himself a member."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from colonnade.design.schema import Entity, Table
from colonnade.findings import Proof
from colonnade.prove.ground import Ground
from colonnade.prove.isolation import DENIED
from colonnade.prove.laws import law
from colonnade.prove.probe import Outcome, Row, become, insert, tried, value
from colonnade.prove.rows import Hands, hands, insertable, standing
from colonnade.sql import ident, qualified

LAW = "tenant-isolation"


@dataclass(frozen=True, slots=True)
class House:
    """A table of tenants as one user meets it: `mine` are its rows of the user's tenants, `theirs` the others."""

    ground: Ground
    table: Table
    column: str
    user: str
    mine: tuple[Row, ...]
    theirs: tuple[Row, ...]
    settable: frozenset[str]
    hands: Hands

    @property
    def name(self) -> str:
        return qualified(self.table.schema, self.table.name)

    @property
    def of_theirs(self) -> str:
        return f"{ident(self.column)} = {value(self.theirs[0][self.column])}"

    def run(self, statement: str) -> Outcome:
        """What `statement` does as the application role of the user; undone."""
        become(self.hands.application, self.ground.setting, self.user)
        return tried(self.hands.application, statement)


@law(LAW)
def tenant_isolation(ground: Ground) -> Iterator[Proof]:
    """A user reads and writes the rows of those tenants that he is a member of, and of no other.

    By login as the application role, for a user who is not a member everywhere: counting, and with no user; changing,
    removing and adding rows of another tenant, moving a row there. The migrator counts the rows and the memberships.
    Joining a tenant is tried too, and seeing the memberships of others.
    """
    found = next((pair for pair in ground.entities if pair[0].audience == "membership"), None)
    if found is None or not ground.guarded:
        return
    facts, memberships = found
    with hands(ground, ground.filled) as open_hands:
        settable = insertable(ground, open_hands.migrator)
        belonging = standing(ground, memberships, open_hands.migrator)
        yield _joining(ground, facts, memberships, belonging, open_hands)
        for one, table in ground.entities:
            if one.audience in ("members", "tenant"):
                house = _house(ground, one, table, facts, belonging, open_hands, settable)
                if house is None:
                    yield Proof(LAW, table.name, False, "unproven: no user sees some of its rows and not the others")
                else:
                    yield from _attacked(house, one.audience == "members")


def _house(
    ground: Ground, one: Entity, table: Table, facts: Entity, belonging: list[Row], open_hands: Hands,
    settable: Mapping[str, frozenset[str]],
) -> House | None:  # fmt: skip
    column, rows = one.tenant_column or "", standing(ground, table, open_hands.migrator)
    tenants: dict[str, set[str | None]] = {}
    for row in belonging:
        tenants.setdefault(row[facts.owner_column or ""] or "", set()).add(row[facts.tenant_column or ""])
    for user, own in sorted(tenants.items()):
        mine = tuple(row for row in rows if row[column] in own)
        theirs = tuple(row for row in rows if row[column] not in own)
        if mine and theirs:
            allowed = settable.get(table.name, frozenset())
            return House(ground, table, column, user, mine, theirs, allowed, open_hands)
    return None


def _attacked(house: House, written: bool) -> Iterator[Proof]:
    count = f"SELECT count(*) FROM {house.name}"
    seen, unseen = _number(house.run(count)), _number(tried(house.hands.stranger, count))
    total = len(house.mine) + len(house.theirs)
    words = f"a member counts {seen} of {total} rows, {len(house.mine)} of his tenants; nobody counts {unseen}"
    yield Proof(LAW, f"{house.table.name}: members see theirs", (seen, unseen) == (len(house.mine), 0), words)
    for word, statement in _statements(house) if written else ():
        outcome = house.run(statement)
        held = outcome.sqlstate == DENIED or (outcome.accepted and outcome.rows == 0)
        yield Proof(LAW, f"{house.table.name}: {word}", held, f"as a member of another tenant: {outcome}")
    if written:
        added = house.run(insert(house.table.name, _like(house, house.mine[0])))
        held = added.sqlstate != DENIED
        yield Proof(LAW, f"{house.table.name}: members write theirs", held, f"a row of the member's tenant: {added}")


def _statements(house: House) -> Iterator[tuple[str, str]]:
    """What a member of another tenant tries."""
    tenant = ident(house.column)
    here, there = value(house.mine[0][house.column]), value(house.theirs[0][house.column])
    yield "changes no row", f"UPDATE {house.name} SET {tenant} = {tenant} WHERE {house.of_theirs}"
    yield "takes no row over", f"UPDATE {house.name} SET {tenant} = {here} WHERE {house.of_theirs}"
    yield "moves no row there", f"UPDATE {house.name} SET {tenant} = {there}"
    yield "removes no row", f"DELETE FROM {house.name} WHERE {house.of_theirs}"
    yield "adds no row", insert(house.table.name, _like(house, house.theirs[0]))


def _like(house: House, row: Row) -> Row:
    """A new row like `row`, of the columns that the application may give."""
    key = house.table.primary_key.columns if house.table.primary_key else ()
    made = {column for column in key if len(key) == 1 and house.table.column(column).default}
    return {name: text for name, text in row.items() if name in house.settable and name not in made}


def _joining(ground: Ground, facts: Entity, table: Table, rows: list[Row], open_hands: Hands) -> Proof:
    """A user sees the own memberships only, and every way to write one lacks the privilege or the policy."""
    owner, name = facts.owner_column or "", qualified(table.schema, table.name)
    user = next((row[owner] for row in rows), None)
    own = sum(row[owner] == user for row in rows)
    become(open_hands.application, ground.setting, user)
    seen = _number(tried(open_hands.application, f"SELECT count(*) FROM {name}"))
    other = next((row for row in rows if row[owner] != user), {})
    settable = insertable(ground, open_hands.migrator).get(table.name, frozenset())
    joined = {column: text for column, text in {**other, owner: user}.items() if not settable or column in settable}
    taken = {
        "INSERT": tried(open_hands.application, insert(table.name, joined)),
        "UPDATE": tried(open_hands.application, f"UPDATE {name} SET {ident(owner)} = {value(user)}"),
    }
    held = bool(other) and seen == own < len(rows)
    held = held and all(one.sqlstate == DENIED or (one.accepted and one.rows == 0) for one in taken.values())
    words = "; ".join(f"{word}: {one}" for word, one in taken.items())
    return Proof(LAW, f"{table.name}: nobody joins", held, f"a user counts {seen} of {len(rows)}, {own} own; {words}")


def _number(outcome: Outcome) -> object:
    return outcome.values[0][0] if outcome.values else str(outcome)
