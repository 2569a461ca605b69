"""The way from one database to another in parts; a column in use changes over in three of them.

    expand    the column is there twice, under both names, and a trigger keeps both alike
    switch    all that uses the old one uses the new one, in one short transaction
    contract  the old one goes

Between two parts the application goes on running. What is there after expand is the old database with the new columns
beside it, what is there after switch is the new database with the old columns beside it: one function makes both, and
the differ finds the way from each to the next and back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from colonnade.design.schema import (
    Check,
    Column,
    Constraint,
    Database,
    EnumType,
    Exclusion,
    ForeignKey,
    Function,
    Index,
    IndexKey,
    PrimaryKey,
    Table,
    Trigger,
    Unique,
    View,
)
from colonnade.diff.change import diff
from colonnade.diff.renames import stated
from colonnade.elaborate import Workshop, emptied, opened
from colonnade.evolve.pairs import ALLOW, Known, Leg, Side, Source, Wish, leg, levelled, reached, sides
from colonnade.ops.backfill import SYNC_TRIGGERS, is_volatile
from colonnade.ops.columns import SetType, TableName, converted
from colonnade.ops.op import words
from colonnade.ops.renames import Rename
from colonnade.ops.twins import Copies, Copy, Pair, sync_body
from colonnade.ops.types import collate
from colonnade.plan import PlanRefused, Refusal, past_new_values, widens
from colonnade.server import Server
from colonnade.sql import chosen_name, ident, qualified, shorten

_NAMES = re.compile(r'"(?:[^"]|"")+"|[^\s,]+')
PROBE = ("pg_temp", "colonnade_probe")
ZONE = "UTC"
NEW, OLD = "_new", "_old"


def legs(server: Server, old: Source, new: Source, wish: Wish) -> tuple[Leg, ...]:
    """The way in parts of which each can be a revision; none where the sides are equal. Raises as `compare` does."""
    with sides(server, old, new) as (shop, before, after), ExitStack() as stack:
        before, after = levelled(before, after)
        renames = stated(before.database, after.database, wish.renamed)
        known = Known(renames)
        whole = leg(shop, before, after, wish, known, known.undone)
        if not whole.there.batches:
            return ()
        changed = twins(shop, before, after, renames) if wish.form == "online" and not whole.there.not_online else ()
        found = tuple(one for one in changed if isinstance(one, Twin))
        stopped = ""
        for keeps in (True, False) if found else ():
            try:
                parts = _series(shop, stack, before, after, found, renames, replace(wish, allow_data_loss=True), keeps)
                return _saying(parts, 1, changed)
            except PlanRefused as refused:
                stopped = f"it cannot be there twice: {refused.refusals[0].object}: {refused.refusals[0].why}"
        parts = _with_new_values(shop, stack, before, after, whole, known, wish)
        return _saying(parts, -1, (*changed, *(AtOnce(one.table, one.old.name, stopped) for one in found)))


def _saying(parts: tuple[Leg, ...], number: int, changed: Iterable[Twin | AtOnce]) -> tuple[Leg, ...]:
    """The parts, of which that of a `number` says which columns it changes at once."""
    at_once = tuple(str(one) for one in changed if isinstance(one, AtOnce))
    said = replace(parts[number], at_once=at_once)
    return tuple(said if one is parts[number] else one for one in parts)


def legs_back(server: Server, old: Source, new: Source, wish: Wish) -> tuple[Leg, ...]:
    """The way back in parts, the last one first. Raises as `compare` does."""
    found = tuple(one.turned for one in reversed(legs(server, old, new, wish)))
    lost = tuple(Refusal(each.object, each.why, ALLOW) for one in found for each in one.there.losses)
    if lost and not wish.allow_data_loss:
        raise PlanRefused(lost)
    return found


def _with_new_values(
    shop: Workshop, stack: ExitStack, before: Side, after: Side, whole: Leg, known: Known, wish: Wish
) -> tuple[Leg, ...]:
    """A value that an enum gains is there after a part of its own, because only then can it be used."""
    ops = whole.there.ops
    first = ops[: past_new_values(ops)]
    if len(first) in (0, len(ops)):
        return (whole,)
    middle = stack.enter_context(reached(shop, before, after, first))
    rest = leg(shop, middle, after, replace(wish, allow_data_loss=True), Known(), Known())
    return (leg(shop, before, middle, wish, known, known.undone), rest)


# --- which columns ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Twin:
    """A column that becomes another one: what it is before and after, and what each is called beside the other.

    `beside` is the name of the new one while the old one has its place, `left` that of the old one afterwards.
    """

    table: TableName
    old: Column
    new: Column
    beside: str
    left: str

    @property
    def renamed(self) -> bool:
        return self.old.name != self.new.name

    @property
    def expanded(self) -> Half:
        return Half(self.table, self.old, self.new, self.beside)

    @property
    def switched(self) -> Half:
        return Half(self.table, self.new, self.old, self.left)


@dataclass(frozen=True, slots=True)
class AtOnce:
    """A column that changes in one step, for which all others wait, and why."""

    table: TableName
    name: str
    why: str

    def __str__(self) -> str:
        return f"{qualified(*self.table)}.{ident(self.name)} changes at once, because {self.why}"


@dataclass(frozen=True, slots=True)
class Half:
    """A column that has its place, and the other one as it is called beside it."""

    table: TableName
    main: Column
    other: Column
    name: str

    @property
    def zone(self) -> str | None:
        """The time zone in which one becomes the other, where only one of them has one."""
        zoned = ["with time zone" in column.type for column in (self.main, self.other)]
        return ZONE if zoned[0] != zoned[1] else None

    @property
    def copy(self) -> Copy:
        value = converted(ident(self.main.name), self.main.type, self.other.type)
        return Copy(value, self.zone, _unfit(self.main.type, self.other.type), _unfit(self.other.type, self.main.type))


def _unfit(one: str, other: str) -> str:
    return "" if widens(one, other) else f"values of {one} may not fit {other}"


def twins(shop: Workshop, before: Side, after: Side, renames: tuple[Rename, ...]) -> tuple[Twin | AtOnce, ...]:
    """The columns in use that get another name, or a type for which PostgreSQL writes their table or an index anew."""
    found: list[Twin | AtOnce] = []
    shared = _shared(before.database) | _shared(after.database)
    with emptied(shop) as scratch, opened(shop, scratch) as bench:
        for old, new in _in_both(before.database, after.database):
            own = (old.schema, old.name)
            called = {one.old: one.new for one in renames if one.kind == "column" and one.of == own}
            for column in old.columns:
                other = _column(new, called.get(column.name, column.name))
                if other is None or not _is_changed(bench, old, column, other):
                    continue
                why = "its table is partitioned or inherits" if own in shared else ""
                why = why or _obstacle(old, column.name) or _obstacle(new, other.name)
                found.append(AtOnce(own, column.name, why) if why else _twin(old, new, column, other))
    return tuple(found)


def _in_both(old: Database, new: Database) -> Iterator[tuple[Table, Table]]:
    """The tables that both have; what is changed in a partitioned one is changed in its partitions."""
    after = {(one.schema, one.name): one for one in new.tables}
    pairs = ((one, after.get((one.schema, one.name))) for one in old.tables if one.partition_of is None)
    yield from ((one, other) for one, other in pairs if other is not None)


def _shared(database: Database) -> frozenset[TableName]:
    """Tables of which another one shows rows or columns, and those others."""
    found = {(one.schema, one.name) for one in database.tables if one.partition_by or one.partition_of or one.inherits}
    return frozenset(found | {parent for one in database.tables for parent in one.inherits})


def _column(table: Table, name: str) -> Column | None:
    return next((one for one in table.columns if one.name == name), None)


def _is_changed(bench: Any, table: Table, old: Column, new: Column) -> bool:
    """Whether everybody would notice: another name, or new files for another type."""
    return old.name != new.name or _rewritten(bench, old, new, _indexed(table, old.name))


def _obstacle(table: Table, name: str) -> str:
    """What depends on the column and could only be made while all others wait, in words, or nothing."""
    if table.column(name).generated is not None:
        return "it is generated"
    if any(one.generated is not None and _says(one.generated.expression, name) for one in table.columns):
        return "a generated column depends on it"
    if any(one.name in SYNC_TRIGGERS for one in table.triggers):
        return "a trigger of its table has the name of the one that would keep both alike"
    for one in table.constraints:
        if isinstance(one, Exclusion):
            if any(_says(text, name) for text in (one.predicate or "", *(key for key, _ in one.elements))):
                return "an exclusion constraint depends on it"
        elif not isinstance(one, Check) and name in one.columns and _is_temporal(one):
            return "a temporal key depends on it"
    return ""


def _is_temporal(one: PrimaryKey | Unique | ForeignKey) -> bool:
    return one.period if isinstance(one, ForeignKey) else one.without_overlaps


def _says(text: str, name: str) -> bool:
    return any(ident(name) in word.split(".") for word in words(text))


def _indexed(table: Table, name: str) -> bool:
    keys = (one for one in table.constraints if isinstance(one, PrimaryKey | Unique))
    return any(name in one.columns for one in (*keys, *table.indexes))


def _rewritten(bench: Any, old: Column, new: Column, indexed: bool) -> bool:
    """Whether PostgreSQL makes new files for a table of this column, or for its index, when the type changes."""
    import psycopg

    if (old.type, old.collation) == (new.type, new.collation):
        return False
    table = ".".join(map(ident, PROBE))
    files = f"SELECT array_agg(pg_relation_filenode(oid) ORDER BY oid) FROM pg_class WHERE relname LIKE '{PROBE[1]}%'"
    made = [f"CREATE TEMP TABLE {PROBE[1]} (c {old.type}{collate(old.collation)})"]
    made += [f"CREATE INDEX {PROBE[1]}_index ON {table} (c)"] if indexed else []
    change = SetType(PROBE, "c", replace(old, name="c"), replace(new, name="c")).steps()[0].sql
    try:
        with bench.connection.transaction(force_rollback=True):
            # In UTC alone a timestamp means the same with and without a time zone.
            bench.connection.execute("; ".join(["SET LOCAL timezone = 'Asia/Tokyo'", *made]).encode())
            here = bench.connection.execute(files.encode()).fetchone()
            bench.connection.execute(change.encode())
            return bool(here != bench.connection.execute(files.encode()).fetchone())
    except psycopg.Error:
        # Types of the schema itself are not there, and the values of another type are other values.
        return True


def _twin(old: Table, new: Table, column: Column, other: Column) -> Twin:
    taken = {one.name for one in (*old.columns, *new.columns)}
    beside = other.name if not old.has(other.name) else _free(other.name, NEW, taken)
    left = column.name if not new.has(column.name) else _free(column.name, OLD, taken)
    return Twin((old.schema, old.name), column, other, beside, left)


def _free(name: str, suffix: str, taken: Iterable[str]) -> str:
    found, number = shorten(name + suffix), 2
    while found in taken:
        found, number = shorten(f"{name}{suffix}{number}"), number + 1
    return found


# --- the three parts ----------------------------------------------------------------------------------------------


def _series(
    shop: Workshop,
    stack: ExitStack,
    before: Side,
    after: Side,
    found: tuple[Twin, ...],
    renames: tuple[Rename, ...],
    wish: Wish,
    keeps: bool,
) -> tuple[Leg, ...]:
    """The three parts; where it `keeps` what the new database has no more, that goes with the contract."""
    first, last = tuple(one.expanded for one in found), tuple(one.switched for one in found)
    ours = {(one.table, one.old.name) for one in found}
    others = tuple(one for one in renames if one.kind != "column" or (one.of, one.old) not in ours)
    expanded = stack.enter_context(_both(shop, before, after, first, (), Beside(after.database, NEW)))
    aside = Beside(before.database, OLD, keeps=keeps)
    switched = stack.enter_context(_both(shop, after, before, last, others, aside))
    known, undone = _changed_names(shop, expanded, switched, found, others)
    # What does not fit is lost when the column goes that holds it, and not before.
    copies = {place: replace(copy, unfit="", unkept="") for place, copy in _copies(first).items()}
    parts = (
        leg(shop, before, expanded, wish, *(Known(copies=copies),) * 2),
        leg(shop, expanded, switched, wish, known, undone),
        leg(shop, switched, after, wish, *(Known(copies=_copies(last)),) * 2),
    )
    return tuple(map(_online, told(parts, found)))


def _copies(halves: tuple[Half, ...]) -> Copies:
    return {(one.table, one.name): one.copy for one in halves}


def _online(one: Leg) -> Leg:
    """The leg itself. Raises PlanRefused where it would hold others up."""
    found = one.there.not_online
    if found is not None:
        raise PlanRefused((Refusal(found.object, found.why, "say --plain"),))
    return one


def told(parts: tuple[Leg, Leg, Leg], found: tuple[Twin, ...]) -> tuple[Leg, ...]:
    """The parts with what they are called, and what people do between them."""
    twice = ", ".join(f"{one.table[1]}.{one.beside} beside {one.old.name}" for one in found)
    retyped = any((one.old.type, one.old.collation) != (one.new.type, one.new.collation) for one in found)
    recycle = "recycle the connections of the application" + (
        ", because prepared statements that read a column of another type fail with"
        " 'cached plan must not change result type'" if retyped else ""
    )  # fmt: skip
    deploy = (
        f"Both columns are kept alike ({twice}), whichever of them is written. Applications may use either;"
        " switch when you like"
    )
    switched = f"Now {recycle}, and deploy the one that knows only the new columns. Contract when no old one is left"
    texts = (("expand", deploy), ("switch", switched), ("contract", "Nothing is left to do"))
    return tuple(replace(one, stage=stage, then=then) for one, (stage, then) in zip(parts, texts, strict=True))


# --- what is there in between -------------------------------------------------------------------------------------


@contextmanager
def _both(
    shop: Workshop, main: Side, other: Side, halves: tuple[Half, ...], renames: tuple[Rename, ...], beside: Beside
) -> Iterator[Side]:
    """The `main` database with the columns of the other one beside its own, in a scratch database."""
    names = ((one, one.other.name, one.name) for one in halves)
    renamed = tuple(Rename("column", one.table, old, new) for one, old, new in names if old != new)
    with reached(shop, other, main, (*renamed, *renames)) as aside:
        beside = replace(beside, aside=aside.database, halves=halves)
    ops = diff(main.database, joined(main.database, beside))
    with reached(shop, main, other, ops) as side:
        yield side


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a database for a while: the other database as it is, and with its columns called otherwise.

    New names of keys and indexes that are taken already end in `suffix`. It may be that all else which only the other
    database has stays as well.
    """

    plain: Database
    suffix: str
    aside: Database = field(default_factory=Database)
    halves: tuple[Half, ...] = ()
    keeps: bool = False

    @property
    def guarded(self) -> bool:
        """Whether checks and foreign keys hold beside as well: not for what is about to go."""
        return self.suffix == NEW


def joined(main: Database, beside: Beside) -> Database:
    """`main` with what stands beside it, and the triggers that keep both alike."""
    plain, aside = (
        {(one.schema, one.name): one for one in side.tables} for side in (beside.plain, beside.aside)
    )  # fmt: skip
    taken = _relations(main)
    volatile = frozenset(one.name for one in main.functions if one.volatility == "VOLATILE")
    tables, functions = [], list(main.functions)
    for table in main.tables:
        key = (table.schema, table.name)
        halves = tuple(_settled(one, volatile) for one in beside.halves if one.table == key)
        wider = _wider(table, plain[key], aside[key], halves, beside, taken) if key in plain else table
        if halves:
            watching = tuple(_watching_both(one, halves) for one in wider.triggers)
            name = _sync_name(table, (*main.functions, *beside.plain.functions))
            wider = replace(wider, triggers=(*watching, *_triggers(table, name)))
            functions.append(_function(table, name, halves, volatile))
        tables.append(wider)
    wider_database = replace(_with_types(main, beside.plain), tables=tuple(tables), functions=tuple(functions))
    return _keeping(wider_database, beside.aside) if beside.keeps else wider_database


def _keeping(main: Database, other: Database) -> Database:
    """`main` with the tables, functions, views and sequences that only the other database has."""
    columns = {(one.schema, one.name, column.name) for one in main.tables for column in one.columns}
    tables = tuple(_missing(main.tables, other.tables))
    columns |= {(one.schema, one.name, column.name) for one in tables for column in one.columns}
    sequences = (one for one in _missing(main.sequences, other.sequences) if (one.owned_by or None) in (None, *columns))
    return replace(
        main,
        tables=(*main.tables, *tables),
        sequences=(*main.sequences, *sequences),
        functions=(*main.functions, *_missing(main.functions, other.functions)),
        views=(*main.views, *_missing(main.views, other.views)),
    )


def _settled(half: Half, volatile: frozenset[str]) -> Half:
    """What stands beside counts by nothing of its own; it has a default where one can tell who left it at that."""
    both = all(_steady(one, volatile) for one in (half.main, half.other))
    default = half.other.default if both else None
    other = replace(half.other, name=half.name, default=default, identity=None, not_null_name=None)
    return replace(half, other=other)


def _steady(column: Column, volatile: frozenset[str]) -> str | None:
    """The default, where it is the same value each time in a transaction."""
    if column.default is None or is_volatile(column.default, volatile):
        return None
    return f"({column.default})::{column.type}"


def _with_types(main: Database, other: Database) -> Database:
    """`main` with the types of the other database, and with the values that its enums have in addition."""
    enums = {(one.schema, one.name): one.values for one in other.enums}
    grown = tuple(_grown(one, enums.get((one.schema, one.name), ())) for one in main.enums)
    main = replace(main, enums=grown)
    fields = ("namespaces", "extensions", "enums", "domains", "composites")
    return replace(
        main,
        **{field: (*getattr(main, field), *_missing(getattr(main, field), getattr(other, field))) for field in fields},
    )


def _grown(enum: EnumType, values: tuple[str, ...]) -> EnumType:
    return replace(enum, values=values) if tuple(one for one in values if one in enum.values) == enum.values else enum


def _missing(here: Iterable[Any], there: Iterable[Any]) -> Iterator[Any]:
    names = set(map(_spelled, here))
    return (one for one in there if _spelled(one) not in names)


def _spelled(one: Any) -> tuple[str, str, str]:
    return (getattr(one, "schema", ""), one.name, getattr(one, "identity_arguments", ""))


def _relations(database: Database) -> set[tuple[str, str]]:
    """The names by schema that an index may not have."""
    homes: tuple[Table | View, ...] = (*database.tables, *database.views)
    found = {(one.schema, one.name) for one in (*homes, *database.sequences)}
    found |= {(one.schema, index.name) for one in homes for index in one.indexes}
    return found | {(one.schema, each.name) for one in database.tables for each in one.constraints}


def _wider(
    table: Table, plain: Table, aside: Table, halves: tuple[Half, ...], beside: Beside, taken: set[tuple[str, str]]
) -> Table:
    """`table` with the columns that stand beside, and the keys, indexes and guards on them."""
    wider = replace(table, columns=(*table.columns, *(one.other for one in halves)))
    before = {one.name: one for one in (*plain.constraints, *plain.indexes)}
    kept = tuple(_optional(one) for one in aside.columns if beside.keeps and not wider.has(one.name))
    wider = replace(wider, columns=(*wider.columns, *kept))
    unknown = {one.name for one in aside.columns if not wider.has(one.name)}
    stays = {one.name for one in kept}
    constraints: list[Constraint] = list(table.constraints)
    indexes: list[Index] = list(table.indexes)
    for one in (*aside.constraints, *aside.indexes):
        copied = one != before.get(one.name) and (beside.guarded or _is_key(one))
        if _names_any(one, unknown) or not (copied or _names_any(one, stays)):
            continue
        made = _named_freely(_as_index(one) if isinstance(one, PrimaryKey) else one, table.schema, beside.suffix, taken)
        if isinstance(made, Index):
            indexes.append(made)
        else:
            constraints.append(made)
    return replace(wider, constraints=tuple(constraints), indexes=tuple(indexes))


def _optional(column: Column) -> Column:
    """The column for rows of which nobody knows it."""
    given = column.default is not None or column.identity is not None or column.generated is not None
    return replace(column, nullable=column.nullable or not given, not_null_name=None)


def _named_freely(one: Any, schema: str, suffix: str, taken: set[tuple[str, str]]) -> Any:
    """`one` under a name that is free in `schema`, which is then taken."""
    name = one.name
    if (schema, name) in taken:
        name = _free(name, suffix, {each for home, each in taken if home == schema})
    taken.add((schema, name))
    return replace(one, name=name)


def _is_key(one: Constraint | Index) -> bool:
    return isinstance(one, Index | PrimaryKey | Unique)


def _as_index(one: PrimaryKey) -> Index:
    """The unique index that a primary key takes over, for a table has only one primary key."""
    keys = tuple(IndexKey(name) for name in one.columns)
    return Index(one.name, keys, unique=True, include=one.include, options=one.options)


def _names_any(one: Constraint | Index, names: set[str]) -> bool:
    """Whether a constraint or an index is over one of the columns `names`."""
    if isinstance(one, Check):
        return any(_says(one.expression, name) for name in names)
    if isinstance(one, Index):
        texts = (one.predicate or "", *(key.expression or "" for key in one.keys))
        plain = {key.column for key in one.keys} | set(one.include)
        return bool(plain & names) or any(_says(text, name) for text in texts for name in names)
    return not isinstance(one, Exclusion) and bool(set(one.columns) & names)


def _triggers(table: Table, name: str) -> Iterator[Trigger]:
    """One before all others of the table; and one after them, where there are any that may change the row."""
    function = (table.schema, name)
    first, last = SYNC_TRIGGERS
    yield Trigger(first, "BEFORE", ("INSERT", "UPDATE"), function)
    if any(one.timing == "BEFORE" and one.each_row for one in table.triggers):
        yield Trigger(last, "BEFORE", ("INSERT", "UPDATE"), function, ("last",))


def _watching_both(trigger: Trigger, halves: tuple[Half, ...]) -> Trigger:
    """The trigger, which fires as well where the other column is written of one that it watches."""
    return replace(trigger, events=tuple(_watched(one, halves) for one in trigger.events))


def _watched(event: str, halves: tuple[Half, ...]) -> str:
    word, of, columns = event.partition(" OF ")
    named = {name.strip('"').replace('""', '"') for name in _NAMES.findall(columns)}
    more = [ident(one.name) for one in halves if one.main.name in named]
    return f"{word}{of}{', '.join((columns, *more))}" if more else event


def _sync_name(table: Table, functions: Iterable[Function]) -> str:
    """A name that no function has, before and after."""
    name, taken = f"sync_columns_of_{table.name}", {one.name for one in functions}
    return shorten(name) if shorten(name) not in taken else _free(name, "", taken)


def _function(table: Table, name: str, halves: tuple[Half, ...], volatile: frozenset[str]) -> Function:
    zone = next((one.zone for one in halves if one.zone), None)
    settings = (*((f"TimeZone={zone}",) if zone else ()), "search_path=public, pg_temp")
    body = sync_body(tuple(_pair(one, volatile) for one in halves))
    return Function(name, table.schema, body=body, settings=settings)


def _pair(half: Half, volatile: frozenset[str]) -> Pair:
    main, other = half.main, half.other
    counted = main.identity is not None or (main.default is not None and _steady(main, volatile) is None)
    return Pair(
        main.name,
        half.name,
        converted(f"NEW.{ident(main.name)}", main.type, other.type),
        converted(f"NEW.{ident(half.name)}", other.type, main.type),
        _steady(main, volatile),
        _steady(other, volatile),
        counted,
    )


# --- names at the switch ------------------------------------------------------------------------------------------


def _changed_names(
    shop: Workshop, expanded: Side, switched: Side, found: tuple[Twin, ...], renames: tuple[Rename, ...]
) -> tuple[Known, Known]:
    """What is called otherwise after the switch, and after the way back; a column makes room for the other one."""
    out = tuple(Rename("column", one.table, one.old.name, one.left) for one in found if one.old.name != one.left)
    into = tuple(Rename("column", one.table, one.beside, one.new.name) for one in found if one.beside != one.new.name)
    there = (*out, *into, *renames)
    return Known(swapped(shop, expanded, switched, there)), Known(
        swapped(shop, switched, expanded, Known(there).undone.renames)
    )


def swapped(shop: Workshop, source: Side, target: Side, first: tuple[Rename, ...]) -> tuple[Rename, ...]:
    """The renames `first`, and then those of keys, indexes and guards that are called otherwise in `target`."""
    with reached(shop, source, target, first) as moved:
        here, there = ({(one.schema, one.name): one for one in side.database.tables} for side in (moved, target))
        more = tuple(
            one for key in sorted(here.keys() & there.keys()) for one in _moves(here[key], there[key], moved.database)
        )
    return (*first, *more)


def _moves(here: Table, there: Table, database: Database) -> Iterator[Rename]:
    """The renames after which what is the same in both tables has the same name, in an order that runs."""
    wanted = {name: to for name, to in _same(here, there) if name != to}
    kinds = dict(_kinds(here))
    taken = {name for schema, name in _relations(database) if schema == here.schema} | kinds.keys()
    aims = set(wanted.values())
    for name in [one for one in kinds if one in aims and one not in wanted]:
        # What is about to go makes room.
        wanted[name] = _free(name, OLD, taken | aims)
    while wanted:
        name = next((one for one, to in wanted.items() if to not in kinds), next(iter(wanted)))
        to = wanted.pop(name)
        if to in kinds:
            wanted[_free(name, OLD, taken)], to = to, _free(name, OLD, taken)
        kind, of = kinds.pop(name)
        kinds[to] = (kind, of)
        taken.add(to)
        yield Rename(kind, of, name, to)


def _kinds(table: Table) -> Iterator[tuple[str, tuple[str, tuple[str, str]]]]:
    """By name, how each key, guard and index of a table is renamed."""
    own = (table.schema, table.name)
    yield from ((one.name, ("constraint", own)) for one in table.constraints)
    yield from ((one.name, ("index", (table.schema, ""))) for one in table.indexes)
    yield from ((name, ("constraint", own)) for _, name in _refusals_of_null(table))


def _refusals_of_null(table: Table) -> Iterator[tuple[str, str]]:
    """The columns whose NOT NULL has a name of its own, and that name."""
    return ((one.name, one.not_null_name) for one in table.columns if one.not_null_name is not None)


def _same(here: Table, there: Table) -> Iterator[tuple[str, str]]:
    """The names in both tables of what is the same but for its name."""
    for part in ("constraints", "indexes"):
        after = {one.name: replace(one, name="", comment=None) for one in getattr(there, part)}
        for one in getattr(here, part):
            bare = replace(one, name="", comment=None)
            fits = [name for name, other in after.items() if other == bare]
            if fits:
                found = one.name if one.name in fits else fits[0]
                del after[found]
                yield one.name, found
    for column, name in _refusals_of_null(here):
        if there.has(column) and not there.column(column).nullable:
            usual = chosen_name(there.name, column, "not_null")
            yield name, there.column(column).not_null_name or usual
