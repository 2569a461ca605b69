"""Laws about whose row it is: one user neither sees nor touches what belongs to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from colonnade.design.schema import Entity, ForeignKey, Table
from colonnade.findings import Proof
from colonnade.prove import arcs, references, stated
from colonnade.prove.deletion import unhindered
from colonnade.prove.ground import Ground
from colonnade.prove.laws import law
from colonnade.prove.probe import Outcome, Row, become, insert, tried, undone, value, where
from colonnade.prove.rows import Hands, hands, insertable, standing, updatable
from colonnade.sql import ident, literal, qualified

if TYPE_CHECKING:
    import psycopg

DENIED = "42501"


@dataclass(frozen=True, slots=True)
class Scene:
    """A user-scoped table with rows of two users: `mine` is the current user's row, `theirs` another's."""

    ground: Ground
    facts: Entity
    table: Table
    mine: Row
    theirs: Row
    own: int
    total: int
    hands: Hands
    settable: frozenset[str]
    changeable: frozenset[str]

    @property
    def owner(self) -> str:
        return self.facts.owner_column or ""

    @property
    def name(self) -> str:
        return qualified(self.table.schema, self.table.name)

    @property
    def key(self) -> tuple[str, ...]:
        found = self.table.primary_key
        return found.columns if found else tuple(column.name for column in self.table.columns)

    @property
    def mine_key(self) -> str:
        return where(self.mine, self.key)

    @property
    def theirs_key(self) -> str:
        return where(self.theirs, self.key)

    def run(self, statement: str) -> Outcome:
        """What `statement` does as the application role of the current user; undone."""
        become(self.hands.application, self.ground.setting, self.mine[self.owner])
        return tried(self.hands.application, statement)


@law("owned-by-user")
def owned_by_user(ground: Ground) -> Iterator[Proof]:
    """Each entity that the documents give to a user has an owner column and policies for every command.

    The set of entities comes from the documents; the owner column and the policies are looked up in the catalog.
    """
    if ground.draft is None or not ground.settings.enabled("user-ownership"):
        return
    tables = {table.name: table for table in ground.catalog.tables}
    owned = {entity.name: why for entity, why in references.owned_entities(ground.draft)}
    for pair in stated.pairs(ground.draft, ground.schema):
        because = owned.get(pair.entity.name)
        if because and pair.facts.audience not in ("members", "membership"):
            yield _owned(ground, pair.facts, tables[pair.table.name], because)


@law("isolation")
def isolation(ground: Ground) -> Iterator[Proof]:
    """The application role of one user cannot see, add to, change or remove another user's rows.

    On each user-scoped table with rows of two users, by login as the application role: reading, finding by id,
    inserting as another, changing, taking over, deleting, with no user and with an empty one, and TRUNCATE. The
    migrator counts the rows beside it, so that "no row seen" is told from "no row there".
    """
    if not ground.guarded:
        return
    with hands(ground, ground.filled) as open_hands:
        settable, changeable = insertable(ground, open_hands.migrator), updatable(ground, open_hands.migrator)
        for facts, table in ground.scoped:
            scene = _scene(ground, facts, table, open_hands, settable, changeable)
            if scene is None:
                words = "unproven: the table does not hold rows of two users"
                yield Proof("isolation", table.name, False, words)
                continue
            for name, attack in {**ATTACKS, **(VIEW_ATTACKS if facts.active_view else {})}.items():
                passed, evidence = attack(scene)
                yield Proof("isolation", f"{table.name}: {name}", passed, evidence)


@law("owner-role-bound")
def owner_role_bound(ground: Ground) -> Iterator[Proof]:
    """Row-level security binds the role that owns the tables too: it sees no row.

    The administrator becomes the owner role, which has no login and no policy, and counts.
    """
    owner = ground.actors.owner
    if owner is None or not ground.guarded:
        return
    with hands(ground, ground.filled) as open_hands:
        for _, table in ground.scoped:
            name, total = qualified(table.schema, table.name), len(standing(ground, table, open_hands.migrator))
            become_owner = f"SELECT set_config('role', {literal(owner)}, true)"
            outcome = tried(open_hands.administrator, become_owner, f"SELECT count(*) FROM {name}")
            seen = outcome.values[0][0] if outcome.values else outcome
            passed = total > 0 and seen == 0
            words = f"the owner role counts {seen} of {total} rows that the migrator counts"
            yield Proof("owner-role-bound", table.name, passed, words)


@law("foreign-key-carries-owner")
def foreign_key_carries_owner(ground: Ground) -> Iterator[Proof]:
    """A row cannot point at another user's row: foreign keys between user-scoped tables carry the owner.

    For each reference between two user-scoped tables, those that the documents state included: a foreign key has the
    owner column on both sides, and as the application a row that points at another user's parent is refused.
    """
    if not ground.guarded:
        return
    owners = {table.name: facts.owner_column or "" for facts, table in ground.scoped}
    with hands(ground, ground.filled) as open_hands:
        settable = insertable(ground, open_hands.migrator)
        for facts, table in ground.scoped:
            for one in (one for one in table.foreign_keys if _must_carry(table, one, owners)):
                yield _carries(ground, facts, table, one, owners, open_hands, settable.get(table.name, frozenset()))
    for reference in references.of(ground.draft, ground.schema) if ground.draft else ():
        found = references.key_of(reference, ground.schema)
        table = ground.schema.database.table(reference.child)
        if found and _must_carry(table, found, owners) and owners[reference.child] not in found.columns:
            words = f"{found.name} does not carry {owners[reference.child]} ({reference.because})"
            yield Proof("foreign-key-carries-owner", f"{reference.child}.{found.name}", False, words)


def sees_own(scene: Scene) -> tuple[bool, str]:
    """SELECT shows the user's own rows and no other."""
    outcome = scene.run(f"SELECT count(*), count(*) FILTER (WHERE {_is(scene, scene.mine)}) FROM {scene.name}")
    if not outcome.values:
        return False, f"SELECT: {outcome}"
    seen, own = outcome.values[0]
    counted = f"the migrator counts {scene.total}, {scene.own} of this user"
    words = f"the application sees {seen} rows, {own} its own; {counted}"
    return seen == own == scene.own > 0, words


def finds_no_other(scene: Scene) -> tuple[bool, str]:
    """Another user's row is not found by its key."""
    outcome = scene.run(f"SELECT 1 FROM {scene.name} WHERE {scene.theirs_key}")
    return outcome.accepted and not outcome.values, f"SELECT by the key of another's row: {outcome}; the row is there"


def changes_no_other(scene: Scene) -> tuple[bool, str]:
    """UPDATE does not reach another user's row."""
    changeable = [name for name in _columns(scene) if name in scene.changeable]
    column = (changeable or _columns(scene))[0]
    outcome = scene.run(f"UPDATE {scene.name} SET {ident(column)} = {ident(column)} WHERE {scene.theirs_key}")
    own = scene.run(f"UPDATE {scene.name} SET {ident(column)} = {ident(column)} WHERE {scene.mine_key}")
    words = f"UPDATE of another's row: {outcome}; of one's own: {own}"
    if not changeable:
        return outcome.sqlstate == own.sqlstate == DENIED, f"no column may be updated; {words}"
    return outcome.accepted and outcome.rows == 0 and own.rows == 1, words


def removes_no_other(scene: Scene) -> tuple[bool, str]:
    """DELETE does not reach another user's row."""
    outcome = scene.run(f"DELETE FROM {scene.name} WHERE {scene.theirs_key}")
    return outcome.sqlstate == DENIED or (outcome.accepted and outcome.rows == 0), f"DELETE of another's row: {outcome}"


def adds_none_for_other(scene: Scene) -> tuple[bool, str]:
    """INSERT of a row that belongs to another user is refused."""
    row = {name: text for name, text in scene.theirs.items() if name in scene.settable and name not in _made(scene)}
    outcome = scene.run(insert(scene.table.name, row))
    return outcome.sqlstate == DENIED, f"INSERT as another: {outcome}"


def gives_none_away(scene: Scene) -> tuple[bool, str]:
    """UPDATE cannot make a row another user's."""
    change = f"{ident(scene.owner)} = {value(scene.theirs[scene.owner])}"
    outcome = scene.run(f"UPDATE {scene.name} SET {change} WHERE {scene.mine_key}")
    return outcome.sqlstate == DENIED, f"UPDATE of one's own row to another's: {outcome}"


def nobody_sees_none(scene: Scene) -> tuple[bool, str]:
    """With no current user, no row is seen and none can be added."""
    return _blind(scene, scene.hands.stranger, "with no user set")


def empty_user_sees_none(scene: Scene) -> tuple[bool, str]:
    """With the empty setting that a pooled connection keeps, no row is seen and none can be added."""
    become(scene.hands.application, scene.ground.setting, "")
    return _blind(scene, scene.hands.application, "with an empty user")


def truncates_nothing(scene: Scene) -> tuple[bool, str]:
    """TRUNCATE, which asks no policy, is refused."""
    outcome = scene.run(f"TRUNCATE {scene.name} CASCADE")
    return outcome.sqlstate == DENIED, f"TRUNCATE: {outcome}"


def view_shows_own(scene: Scene) -> tuple[bool, str]:
    """The view of active rows shows the user's own rows and no other."""
    view = ident(scene.facts.active_view or "")
    outcome = scene.run(f"SELECT count(*), count(*) FILTER (WHERE {_is(scene, scene.mine)}) FROM {view}")
    if not outcome.values:
        return False, f"SELECT from the view: {outcome}"
    seen, own = outcome.values[0]
    return seen == own > 0, f"through {scene.facts.active_view} the application sees {seen} rows, {own} its own"


def changes_blindly(scene: Scene) -> tuple[bool, str]:
    """UPDATE without a condition, which no SELECT policy narrows, takes over no row of another."""
    outcome = scene.run(f"UPDATE {scene.name} SET {ident(scene.owner)} = {value(scene.mine[scene.owner])}")
    words = f"UPDATE of all rows to one's own: {outcome}; {scene.own} are one's own"
    return outcome.sqlstate == DENIED or (outcome.accepted and outcome.rows == scene.own), words


def gives_away_blindly(scene: Scene) -> tuple[bool, str]:
    """UPDATE without a condition, which no SELECT policy narrows, cannot make rows another user's."""
    outcome = scene.run(f"UPDATE {scene.name} SET {ident(scene.owner)} = {value(scene.theirs[scene.owner])}")
    return outcome.sqlstate == DENIED, f"UPDATE of all rows to another's: {outcome}"


def removes_blindly(scene: Scene) -> tuple[bool, str]:
    """DELETE without a condition, which no SELECT policy narrows, removes the user's own rows only.

    Foreign keys of other tables that forbid it are set aside first.
    """
    ground, connection = scene.ground, scene.hands.administrator
    with undone(connection):
        connection.execute("SELECT set_config(%s, %s, true)", (ground.setting, scene.mine[scene.owner]))
        statement = f"DELETE FROM {scene.name}"
        outcome = unhindered(connection, ground.actors.application, statement, ground.actors.migrator)
    words = f"DELETE of all rows: {outcome}; {scene.own} of {scene.total} are one's own"
    return outcome.sqlstate == DENIED or (outcome.accepted and outcome.rows == scene.own), words


ATTACKS = {
    "sees its own rows only": sees_own,
    "finds no row of another": finds_no_other,
    "changes no row of another": changes_no_other,
    "removes no row of another": removes_no_other,
    "adds no row for another": adds_none_for_other,
    "gives no row away": gives_none_away,
    "takes no row over": changes_blindly,
    "gives no rows away at once": gives_away_blindly,
    "removes only its own rows": removes_blindly,
    "nobody sees nothing": nobody_sees_none,
    "an empty user sees nothing": empty_user_sees_none,
    "cannot truncate": truncates_nothing,
}
VIEW_ATTACKS = {"view shows its own rows only": view_shows_own}


def _scene(
    ground: Ground, facts: Entity, table: Table, open_hands: Hands, settable: dict[str, frozenset[str]],
    changeable: dict[str, frozenset[str]],
) -> Scene | None:  # fmt: skip
    rows = standing(ground, table, open_hands.migrator)
    owner = facts.owner_column or ""
    live = [row for row in rows if not facts.deleted_at or row[facts.deleted_at] is None] or rows
    mine = next((row for row in live if row[owner] is not None), None)
    theirs = next((row for row in live if mine and row[owner] not in (None, mine[owner])), None)
    if mine is None or theirs is None:
        return None
    own = sum(row[owner] == mine[owner] for row in rows)
    return Scene(
        ground, facts, table, mine, theirs, own, len(rows), open_hands,
        settable.get(table.name, frozenset()), changeable.get(table.name, frozenset()),
    )  # fmt: skip


def _blind(scene: Scene, connection: psycopg.Connection, words: str) -> tuple[bool, str]:
    seen = tried(connection, f"SELECT count(*) FROM {scene.name}")
    row = {name: text for name, text in scene.mine.items() if name in scene.settable and name not in _made(scene)}
    added = tried(connection, insert(scene.table.name, row))
    count = seen.values[0][0] if seen.values else str(seen)
    evidence = f"{words}: {count} of {scene.total} rows seen; INSERT: {added}"
    return count == 0 and scene.total > 0 and added.sqlstate == DENIED, evidence


def _is(scene: Scene, row: Row) -> str:
    return f"{ident(scene.owner)} = {value(row[scene.owner])}"


def _made(scene: Scene) -> set[str]:
    """A key of one column that PostgreSQL makes itself: left out, so that only the policy can refuse the row."""
    return {name for name in scene.key if len(scene.key) == 1 and scene.table.column(name).default}


def _columns(scene: Scene) -> list[str]:
    """The columns to touch with, those by which a row is known last."""
    known = (*scene.key, scene.owner)
    return sorted((column.name for column in scene.table.columns), key=lambda name: name in known)


def _owned(ground: Ground, facts: Entity, table: Table, because: str) -> Proof:
    faults = [] if facts.owner_column and table.has(facts.owner_column) else ["it has no owner column"]
    if facts.owner_column and table.has(facts.owner_column) and table.column(facts.owner_column).nullable:
        faults.append(f"{facts.owner_column} may be NULL")
    if ground.guarded:
        covered = {policy.command for policy in table.policies}
        absent = [one for one in ("SELECT", "INSERT", "UPDATE", "DELETE") if not covered & {one, "ALL"}]
        faults += [f"no policy for {', '.join(absent)}"] if absent else []
        if not (table.row_security and table.force_row_security):
            faults.append("row-level security is not enabled and forced")
    policies = ", ".join(policy.name for policy in table.policies) or "none"
    words = "; ".join(faults) or f"{facts.owner_column}, policies: {policies}"
    return Proof("owned-by-user", table.name, not faults, f"{words} ({because})")


def _must_carry(table: Table, one: ForeignKey, owners: dict[str, str]) -> bool:
    """Whether both sides belong to users, and the key is neither to the user itself nor a membership's.

    A membership, whose own key holds the user, is there to relate a user to what another user owns.
    """
    owner, parent_owner = owners.get(table.name), owners.get(one.target[1])
    if owner is None or parent_owner is None:
        return False
    to_user = parent_owner in one.target_columns and owner not in one.columns
    membership = table.primary_key is not None and owner in table.primary_key.columns
    return one.columns != (owner,) and not to_user and not membership


def _carries(
    ground: Ground, facts: Entity, table: Table, one: ForeignKey, owners: dict[str, str], open_hands: Hands,
    settable: frozenset[str],
) -> Proof:  # fmt: skip
    subject, owner = f"{table.name}.{one.name}", facts.owner_column or ""
    pairs = dict(zip(one.columns, one.target_columns, strict=True))
    if pairs.get(owner) != owners[one.target[1]]:
        return Proof("foreign-key-carries-owner", subject, False, f"{one.name} does not carry {owner}")
    parents = standing(ground, ground.schema.database.table(one.target[1]), open_hands.migrator)
    rows = [row for row in standing(ground, table, open_hands.migrator) if row[owner]]
    couples = [(row, other) for row in rows
               if (other := next((p for p in parents if p[owners[one.target[1]]] != row[owner]), None))]  # fmt: skip
    # A condition or a unique key may refuse a row before its key is asked, so each row is tried.
    tries = [_pointed(ground, table, one, pairs, mine, other, owner, open_hands) for mine, other in couples]
    if not tries:
        return Proof("foreign-key-carries-owner", subject, False, "unproven: no row and parent of two users")
    return Proof("foreign-key-carries-owner", subject, *next((one for one in tries if one[0]), tries[0]))


def _pointed(
    ground: Ground, table: Table, one: ForeignKey, pairs: dict[str, str], mine: Row, other: Row, owner: str,
    open_hands: Hands,
) -> tuple[bool, str]:  # fmt: skip
    """Whether pointing the row `mine` at another user's row `other` is refused by the key, and what was seen.

    Other foreign keys that forbid it, as those of rows that point at `mine` do, are set aside first.
    """
    link = {name: other[target] for name, target in pairs.items() if name != owner}
    link |= arcs.alone(table, link)
    key = where(mine, table.primary_key.columns if table.primary_key else tuple(mine))
    change = ", ".join(f"{ident(name)} = {value(text)}" for name, text in link.items())
    statement = f"UPDATE {qualified(table.schema, table.name)} SET {change} WHERE {key}"
    with undone(open_hands.administrator):
        become(open_hands.administrator, ground.setting, mine[owner])
        outcome = unhindered(
            open_hands.administrator, ground.actors.application, statement, ground.actors.migrator, one.name
        )
    passed = outcome.sqlstate == DENIED or (outcome.sqlstate, outcome.constraint) == ("23503", one.name)
    pointing = ", ".join(name for name in link if name in pairs)
    words = f"as the application, pointing {pointing} at another user's row of {one.target[1]}: {outcome}"
    return passed, words
