"""The law about soft delete of a parent: its children are marked with it, forbid it, or stay, as the design says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from colonnade.design.schema import Database, Entity, ForeignKey, Relationship, Table
from colonnade.findings import Proof
from colonnade.prove.deletion import REFUSING, joining, may_point
from colonnade.prove.ground import Ground
from colonnade.prove.laws import law
from colonnade.prove.probe import Outcome, Row, become, ran, undone, value, where
from colonnade.prove.rows import Hands, acting, hands, standing, updatable
from colonnade.sql import ident, idents, qualified

if TYPE_CHECKING:
    import psycopg

LAW = "soft-delete-children"
EARLIER, THEN = "2001-02-03 04:05:06+00", "2002-02-03 04:05:06+00"


@law(LAW)
def soft_delete_children(ground: Ground) -> Iterator[Proof]:
    """Soft delete of a parent marks its dependent rows alike, undelete brings back exactly those, and no row else.

    As the application where it may delete the parent, undone: with the parent's mark set, a child is marked alike, is
    what forbids it (23001), or stays; the mark taken back takes the child's back; and a child that was deleted before
    keeps its own time through both. Where both tables have soft delete and the foreign key says CASCADE, children are
    marked, unless the documents say otherwise.
    """
    if not ground.settings.enabled(LAW):
        return
    with hands(ground, ground.filled) as open_hands:
        settable = updatable(ground, open_hands.migrator)
        for facts in sorted(ground.schema.intent.entities, key=lambda one: one.table):
            if facts.deleted_at and not facts.external:
                who = "application" if facts.deleted_at in settable.get(facts.table, ()) else "migrator"
                yield from _of_parent(ground, facts, open_hands, who)


def _of_parent(ground: Ground, facts: Entity, open_hands: Hands, who: str) -> Iterator[Proof]:
    for relation in facts.relationships:
        children = ground.schema.intent.entity(relation.target)
        if relation.owns_key or relation.join_table or children.external or relation.on_soft_delete is None:
            continue
        table = ground.schema.database.table(relation.target)
        key = next(one for one in table.foreign_keys if set(one.columns) == set(relation.columns))
        subject = f"{facts.table}: {relation.on_soft_delete} with {table.name}.{key.columns[0]}"
        connection = open_hands.application if who == "application" else open_hands.migrator
        yield Proof(LAW, subject, *_tried(ground, facts, children, table, key, relation, connection, open_hands))


def _tried(
    ground: Ground, facts: Entity, children: Entity, table: Table, key: ForeignKey, relation: Relationship,
    connection: psycopg.Connection, open_hands: Hands,
) -> tuple[bool, str]:  # fmt: skip
    """Whether the children fare as the design says, and what was seen."""
    parent_table = ground.schema.database.table(facts.table)
    family = _family(standing(ground, parent_table, open_hands.migrator), facts,
                     standing(ground, table, open_hands.migrator), children, key)  # fmt: skip
    if family is None:
        return False, "unproven: no live row has a live child"
    parent, child = family
    become(connection, ground.setting, acting(ground, facts, parent) or acting(ground, children, child))
    mine = _Row(parent_table, facts.deleted_at or "", parent)
    theirs = _Row(table, children.deleted_at, child)
    others = (*clearing(ground, facts, parent, relation), joining(table, key, child, parent))
    seen = _seen(connection, mine, theirs, others, _siblings(table, key, child, children.deleted_at))
    expected = _EXPECTED[relation.on_soft_delete or "keep", children.deleted_at is not None]
    if _TOGETHER.items() <= seen.items() and _goes_with(ground, children.table, facts.table):
        expected = {step: what for step, what in expected.items() if step not in _BEFORE} | _TOGETHER
    return seen == expected, "; ".join(f"{step}: {what}" for step, what in seen.items())


def _goes_with(ground: Ground, table: str, other: str) -> bool:
    """Whether the soft delete of a row of `table` marks rows of `other`, at once or by way of a third table."""
    seen, waiting = set[str](), [table]
    while waiting:
        facts = ground.schema.intent.entity(waiting.pop())
        marked = {one.target for one in facts.relationships if not one.owns_key and one.on_soft_delete == "together"}
        waiting += sorted(marked - seen)
        seen |= marked
    return other in seen


_BEFORE = ("deleted before", "deleted before, parent restored")
# In a circle the parent is marked with its child, so no child is deleted before it.
_TOGETHER = {"deleted before": "the parent is deleted with it"}


class _Row:
    """One row: how its mark is set and read."""

    def __init__(self, table: Table, mark: str | None, row: Row) -> None:
        self.name = qualified(table.schema, table.name)
        self.key = where(row, table.primary_key.columns if table.primary_key else tuple(row))
        self.mark = mark

    def marked(self, connection: psycopg.Connection, time: str | None) -> Outcome:
        return ran(connection, f"UPDATE {self.name} SET {ident(self.mark or '')} = {value(time)} WHERE {self.key}")

    def state(self, connection: psycopg.Connection) -> str:
        mark = f"extract(year from {ident(self.mark)})::int::text" if self.mark else "NULL"
        outcome = ran(connection, f"SELECT {mark} FROM {self.name} WHERE {self.key}")
        return (f"deleted in {outcome.values[0][0]}" if outcome.values[0][0] else "live") if outcome.values else "gone"


def clearing(ground: Ground, facts: Entity, parent: Row, kept: Relationship | None = None) -> Iterator[str]:
    """Statements that put the children out of the way which forbid the soft delete of `parent`, but for `kept`'s."""
    for relation in facts.relationships:
        if relation.on_soft_delete != "refuse" or relation is kept:
            continue
        table = ground.schema.database.table(relation.target)
        key = next(one for one in table.foreign_keys if set(one.columns) == set(relation.columns))
        mark = ground.schema.intent.entity(relation.target).deleted_at
        of_parent = " AND ".join(f"{ident(mine)} = {value(parent[theirs])}"
                                 for mine, theirs in zip(key.columns, key.target_columns, strict=True))  # fmt: skip
        if mark:
            yield f"UPDATE {qualified(table.schema, table.name)} SET {ident(mark)} = {value(EARLIER)} WHERE {of_parent}"
        else:
            yield from _emptying(ground.schema.database, table, of_parent)


def _emptying(database: Database, table: Table, condition: str, above: tuple[str, ...] = ()) -> Iterator[str]:
    """Statements that delete the rows of `table` that meet `condition`, after those rows that would forbid it."""
    name, path = qualified(table.schema, table.name), (*above, table.name)
    for other in database.whole_tables:
        for key in other.foreign_keys if other.name not in path else ():
            if key.target == (table.schema, table.name) and key.on_delete in (*REFUSING, "CASCADE"):
                pointed = f"SELECT {idents(key.target_columns)} FROM {name} WHERE {condition}"
                yield from _emptying(database, other, f"({idents(key.columns)}) IN ({pointed})", path)
    yield f"DELETE FROM {name} WHERE {condition}"


def _seen(
    connection: psycopg.Connection, parent: _Row, child: _Row, others: tuple[str, ...], siblings: str | None
) -> dict[str, str]:
    """What becomes of the child at each step; the parent's other children are deleted before, where they can be."""
    seen: dict[str, str] = {}
    with undone(connection):
        for statement in others:
            ran(connection, statement)
        connection.execute("SAVEPOINT start")
        done = parent.marked(connection, THEN)
        seen["with the parent deleted"] = child.state(connection) if done.accepted else f"refused, {done.sqlstate}"
        if not done.accepted:
            connection.execute("ROLLBACK TO start")
        elif parent.marked(connection, None).accepted:
            seen["with the parent restored"] = child.state(connection)
        if child.mark:
            if siblings:
                ran(connection, siblings)
            child.marked(connection, EARLIER)
            if parent.state(connection) != "live":
                return seen | _TOGETHER
            for words, time in zip(_BEFORE, (THEN, None), strict=True):
                done = parent.marked(connection, time)
                seen[words] = child.state(connection) if done.accepted else f"refused, {done.sqlstate}"
    return seen


_OWN_TIME = {"deleted before": "deleted in 2001", "deleted before, parent restored": "deleted in 2001"}
_EXPECTED: dict[tuple[str, bool], dict[str, str]] = {
    ("together", True): {
        "with the parent deleted": "deleted in 2002", "with the parent restored": "live", **_OWN_TIME,
    },
    ("keep", True): {"with the parent deleted": "live", "with the parent restored": "live", **_OWN_TIME},
    ("keep", False): {"with the parent deleted": "live", "with the parent restored": "live"},
    ("refuse", True): {"with the parent deleted": "refused, 23001", **_OWN_TIME},
    ("refuse", False): {"with the parent deleted": "refused, 23001"},
}  # fmt: skip


def _siblings(table: Table, key: ForeignKey, child: Row, mark: str | None) -> str | None:
    """UPDATE that deletes all children of the same parent softly."""
    if mark is None:
        return None
    same = " AND ".join(f"{ident(one)} = {value(child[one])}" for one in key.columns)
    return f"UPDATE {qualified(table.schema, table.name)} SET {ident(mark)} = {value(EARLIER)} WHERE {same}"


def _family(
    parents: list[Row], facts: Entity, rows: list[Row], children: Entity, key: ForeignKey
) -> tuple[Row, Row] | None:
    """A live parent and a live child of it that is another row, or that could be its child."""
    live = {
        tuple(one[name] for name in key.target_columns): one for one in parents if one[facts.deleted_at or ""] is None
    }
    for child in rows:
        parent = live.get(tuple(child[name] for name in key.columns))
        alive = children.deleted_at is None or child[children.deleted_at] is None
        if parent is not None and alive and parent is not child and parent != child:
            return parent, child
    pairs = ((parent, child) for child in rows for parent in live.values())
    return next(
        (
            (parent, child) for parent, child in pairs
            if parent != child and may_point(child, key, parent)
            and (children.deleted_at is None or child[children.deleted_at] is None)
        ),
        None,
    )  # fmt: skip
