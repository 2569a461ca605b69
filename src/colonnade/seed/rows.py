"""Rows for every table: parents first, keys and owners consistent, uniques and readable CHECKs kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any, TypeAlias, TypeVar

from colonnade.design.schema import (
    Check,
    Column,
    Domain,
    Entity,
    EnumType,
    Exclusion,
    ForeignKey,
    PrimaryKey,
    Schema,
    Table,
    Unique,
)
from colonnade.seed.holds import broken, compared, emptied, equations, worth
from colonnade.seed.limits import NO_LIMITS, Limits, limits
from colonnade.seed.values import Known, value
from colonnade.sql import ident, qualified
from colonnade.values import replace

Row: TypeAlias = dict[str, "str | None"]
Rows: TypeAlias = dict[str, list[Row]]
_Place: TypeAlias = tuple[str, str]
_Type = TypeVar("_Type", EnumType, Domain)
Graph: TypeAlias = Mapping[_Place, set[_Place]]

_ATTEMPTS = 48
# One more attempt, at a row that leaves no column empty.
_FILLED = _ATTEMPTS + 3


@dataclass(frozen=True, slots=True)
class _Subject:
    """One table and what its rows are made by; `kept` are the columns whose values the server gives.

    `ring` are the tables, itself among them, that need each other's rows, where there are any.

    `columns` are those of the table, not null where they belong to a unique key: left empty, they would show nothing
    of it.
    """

    table: Table
    columns: tuple[Column, ...]
    asked: dict[str, Limits]
    checks: tuple[str, ...]
    uniques: tuple[tuple[tuple[str, ...], bool], ...]
    kept: frozenset[str]
    keys: tuple[ForeignKey, ...]
    emptied: tuple[str, ...] = ()
    compared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    equations: tuple[tuple[str, Any], ...] = ()
    ring: frozenset[_Place] = frozenset()


def order(schema: Schema) -> tuple[Table, ...]:
    """The schema's own tables, each behind those that its rows must point at; ties by name.

    A ring is opened where a foreign key may be null, else where it is checked at the end of the transaction.
    """
    return tuple(table for ring in together(schema) for table in ring)


def together(schema: Schema) -> tuple[tuple[Table, ...], ...]:
    """`order`, in groups: the tables of a group need each other's rows, which come in one transaction."""
    tables = {
        (one.schema, one.name): one
        for one in sorted(schema.database.whole_tables, key=lambda one: (one.schema, one.name))
    }
    required = {key: _parents(table, _required) & set(tables) - {key} for key, table in tables.items()}
    ring = _rings(required)
    graph = _contracted({key: _parents(table) & set(tables) - {key} for key, table in tables.items()}, ring)
    firm = _contracted(required, ring)
    while True:
        try:
            heads = tuple(TopologicalSorter(_sorted(graph)).static_order())
        except CycleError as error:
            child, parent = min((one, two) for two, one in pairwise(error.args[1]) if two not in firm[one])
            graph[child].discard(parent)
        else:
            members: dict[_Place, list[Table]] = {}
            for key, table in tables.items():
                members.setdefault(ring[key], []).append(table)
            return tuple(_in_ring(members[head]) for head in heads)


def _rings(required: Graph) -> dict[_Place, _Place]:
    """By table, the first by name of those that need each other's rows with it: often only itself."""
    ring = {key: key for key in required}
    while True:
        try:
            TopologicalSorter(_sorted(_contracted(required, ring))).prepare()
        except CycleError as error:
            circle = set(error.args[1])
            ring = {key: min(circle) if head in circle else head for key, head in ring.items()}
        else:
            return ring


def _contracted(graph: Graph, ring: Mapping[_Place, _Place]) -> dict[_Place, set[_Place]]:
    contracted: dict[_Place, set[_Place]] = {ring[key]: set() for key in graph}
    for key, parents in graph.items():
        contracted[ring[key]] |= {ring[one] for one in parents} - {ring[key]}
    return contracted


def _in_ring(tables: list[Table]) -> tuple[Table, ...]:
    """The tables of one ring, each behind those that its keys point at as far as they are checked at once."""
    if len(tables) == 1:
        return tuple(tables)
    named = {(one.schema, one.name): one for one in tables}
    graph = {key: _parents(table, _at_once) & set(named) - {key} for key, table in named.items()}
    try:
        return tuple(named[key] for key in TopologicalSorter(_sorted(graph)).static_order())
    except CycleError:
        return tuple(sorted(tables, key=lambda one: (len(_parents(one, _required)), one.schema, one.name)))


def _sorted(graph: Graph) -> dict[_Place, list[_Place]]:
    return {key: sorted(graph[key]) for key in sorted(graph)}


def _parents(table: Table, counts: Callable[[Table, ForeignKey], bool] = lambda *_: True) -> set[_Place]:
    return {key.target for key in table.foreign_keys if counts(table, key)}


def _required(table: Table, key: ForeignKey) -> bool:
    return not any(table.column(name).nullable for name in key.columns)


def _at_once(table: Table, key: ForeignKey) -> bool:
    return _required(table, key) and not key.deferred


def external_rows(schema: Schema, count: int = 2) -> Rows:
    """`count` rows with fixed keys for each external table, made as other rows are."""
    known = _known(schema)
    entities = {one.table: one for one in schema.intent.entities}
    subjects = {one.name: _subject(one, entities) for one in schema.external}
    return {name: _rows_of(_with_keys(one), count, {}, known) for name, one in subjects.items()}


def _with_keys(subject: _Subject) -> _Subject:
    """`subject` with numbers in its counted columns too, since those that point at it must know them."""
    always = {one.name for one in subject.table.columns if one.generated or (one.identity and one.identity.always)}
    return replace(subject, kept=subject.kept & always, keys=())


def rows(schema: Schema, count: int, owners: int = 2) -> Rows:
    """Up to `count` rows for each table of `schema`, parents first: by column the text of a literal, None for NULL.

    External tables come first, with `owners` rows each, among which owned rows are shared out.

    Audit trails get none, since triggers write them.

    Columns whose values the server gives are left out: generated, identity and sequence columns, and timestamps that
    have a default and are part of no key; foreign keys to a counted key take it that the tables were empty. Fewer
    than `count` rows come where uniques or required parents leave no more; the same input gives the same rows.
    """
    known = _known(schema)
    entities = {one.table: one for one in schema.intent.entities}
    made = external_rows(schema, owners)
    parents = {(one.schema, one.name): made[one.name] for one in schema.external}
    rings = {_key(table): frozenset(map(_key, ring)) for ring in together(schema) for table in ring if len(ring) > 1}
    for table in order(schema):
        subject = replace(_subject(table, entities), ring=rings.get(_key(table), frozenset()))
        if table.name in entities and entities[table.name].audience == "trail":
            made[table.name], parents[table.schema, table.name] = [], []
            continue
        tenants = table.name in entities and entities[table.name].audience == "tenant"
        # Fewer tenants than rows: some rows then have another of their own tenant to point at.
        found = _rows_of(subject, (2 * count + 2) // 3 if tenants else count, parents, known)
        parents[table.schema, table.name] = [_with_given(row, subject, place) for place, row in enumerate(found)]
        made[table.name] = found
    for table in schema.database.tables:
        if _key(table) in rings:
            _keep_promises(_subject(table, entities), made[table.name], parents)
    return made


def _keep_promises(subject: _Subject, found: Sequence[Row], parents: Mapping[_Place, Sequence[Row]]) -> None:
    """Points each row of `found` at the first of the rows made after it that it may point at."""
    seen: list[set[tuple[str | None, ...]]] = [set() for _ in subject.uniques]
    for row in found:
        for key in subject.keys:
            if key.deferred and _required(subject.table, key):
                known: Row = {name: text for name, text in row.items() if text is not None}
                chosen = (
                    _chosen(subject.table, key, known, parents[key.target], number) or {}
                    for number in range(len(parents.get(key.target, ())))
                )
                row.update(next((one for one in chosen if not _taken({**row, **one}, subject, seen)), {}))
        _remember(row, subject, seen)


def _known(schema: Schema) -> Known:
    database = schema.database
    return Known(_written(database.enums), _written(database.domains))


def _written(types: Sequence[_Type]) -> dict[str, _Type]:
    """The types by every way in which the type of a column may name them: quoted, and with their schema."""
    return {
        way: one
        for one in types
        for way in (one.name, ident(one.name), qualified(one.schema, one.name), f"{one.schema}.{one.name}")
    }


def _subject(table: Table, entities: Mapping[str, Entity]) -> _Subject:
    entity = entities.get(table.name)
    stamps = {entity.created_at, entity.updated_at, entity.deleted_at} if entity else set()
    uniques = tuple(_uniques(table))
    distinct = {name for columns, _ in uniques for name in columns}
    # A time that is part of a key is given, so that the same rows are the same when they are loaded again.
    kept = {
        one.name
        for one in table.columns
        if _server_gives(one) or (one.name in stamps - distinct and (one.default or one.nullable))
    }
    checks = tuple(one.expression for one in table.constraints if isinstance(one, Check))
    # A row that an exclusion does not look at would say nothing of it.
    checks += tuple(one.predicate for one in table.constraints if isinstance(one, Exclusion) and one.predicate)
    keys = sorted(table.foreign_keys, key=lambda one: (len(one.columns), one.name))
    linked = {name for key in table.foreign_keys for name in key.columns}
    asked = tuple(name for name in emptied(checks) if table.has(name) and table.column(name).nullable)
    asked = tuple(sorted(asked, key=lambda name: (name not in linked, name)))
    constants = compared(text for text in checks if emptied([text]))
    columns = tuple(
        replace(one, nullable=False) if one.nullable and one.name in distinct else one for one in table.columns
    )
    return _Subject(
        table, columns, limits(checks), checks, uniques, frozenset(kept), tuple(keys), asked, constants,
        tuple(one for one in equations(checks) if table.has(one[0]) and one[0] not in kept | linked),
    )  # fmt: skip


def counted(column: Column) -> bool:
    """True where the server counts the column's numbers, by identity or by a sequence."""
    by_sequence = column.default is not None and column.default.lower().startswith("nextval(")
    return column.identity is not None or by_sequence


def _server_gives(column: Column) -> bool:
    return column.generated is not None or counted(column)


def _uniques(table: Table) -> Iterator[tuple[tuple[str, ...], bool]]:
    """The columns of each key, and whether two rows that are empty there are the same."""
    for one in table.constraints:
        if isinstance(one, PrimaryKey | Unique):
            yield one.columns, isinstance(one, Unique) and one.nulls_not_distinct
    for index in table.indexes:
        if index.unique and len(index.columns) == len(index.keys):
            yield index.columns, index.nulls_not_distinct


def _with_given(row: Row, subject: _Subject, place: int) -> Row:
    """`row` with the numbers that the server will have given to its counted columns, if the table was empty."""
    numbers = {one.name: one for one in subject.table.columns if counted(one)}
    return {**row, **{name: str(_start(one) + place * _stride(one)) for name, one in numbers.items()}}


def place_of(column: Column, number: str) -> int:
    """Which row, from 0, has `number` in the counted `column` of a table that was empty."""
    return (int(number) - _start(column)) // _stride(column)


def _start(column: Column) -> int:
    return _option(column, "START WITH")


def _stride(column: Column) -> int:
    return _option(column, "INCREMENT BY")


def _option(column: Column, words: str) -> int:
    found = re.search(rf"{words} (-?\d+)", column.identity.options) if column.identity else None
    return int(found[1]) if found else 1


def _rows_of(
    subject: _Subject, count: int, parents: Mapping[tuple[str, str], Sequence[Row]], known: Known
) -> list[Row]:
    made: list[Row] = []
    seen: list[set[tuple[str | None, ...]]] = [set() for _ in subject.uniques]
    pointed = {key.target: parents.get(key.target, ()) for key in subject.keys} | {_key(subject.table): made}
    for place in range(count):
        for attempt in _attempts(subject, place):
            row = _row(subject, place, attempt, count, pointed, known)
            if row is not None and not _taken(row, subject, seen) and not _breaks(row, subject):
                _remember(row, subject, seen)
                made.append(row)
                break
    # Conditions that no row seems to keep: the server judges one row, and names what refuses it.
    first = _row(subject, 0, 0, count, pointed, known) if count and not made else None
    return [first] if first is not None else made


def _attempts(subject: _Subject, place: int) -> Sequence[int]:
    """The attempts at one row; each second row is first filled, with the values that conditions compare with.

    Else no row would be of the kind, or in the state, for which such a condition asks for more than NULL.
    """
    in_order = range(_ATTEMPTS)
    return in_order if not subject.compared or place % 2 == 0 else (_FILLED, *in_order)


def _takes_compared(attempt: int) -> bool:
    return attempt % 4 == 3


def _key(table: Table) -> tuple[str, str]:
    return table.schema, table.name


def _row(
    subject: _Subject,
    place: int,
    attempt: int,
    count: int,
    parents: Mapping[tuple[str, str], Sequence[Row]],
    known: Known,
) -> Row | None:
    """One row, or None where a required parent is missing."""
    values = tuple(name for name in subject.emptied if all(name not in key.columns for key in subject.keys))
    row: Row = dict.fromkeys(_left_empty(subject.emptied, place, attempt) if attempt else values)
    for number, key in enumerate(subject.keys):
        moved = max(0, attempt - 3) * (number + 1)
        # In a ring all point at the first rows: the last ones are needed by no other, and can be tried.
        wanted = moved if key.target in subject.ring else place + moved
        chosen = _chosen(subject.table, key, row, parents.get(key.target, ()), wanted)
        if chosen is None and not _later(subject.table, key, parents):
            return None
        row.update(chosen or {mine: row.get(mine) for mine in key.columns})
    space = f"{subject.table.schema}.{subject.table.name}"
    for column in subject.columns:
        if column.name not in row and column.name not in subject.kept:
            asked = subject.asked.get(column.name, NO_LIMITS)
            constants = subject.compared.get(column.name, ())
            if constants and _takes_compared(attempt):
                row[column.name] = constants[(place + attempt // 4) % len(constants)]
                continue
            row[column.name] = value(space, column, asked, known, place + attempt * _stride_of(count))
    row.update({name: worth(node, row) or row[name] for name, node in subject.equations if row.get(name) is not None})
    _point_at_itself(row, subject, len(parents[_key(subject.table)]))
    return {one.name: row[one.name] for one in subject.table.columns if one.name in row}


def _later(table: Table, key: ForeignKey, parents: Mapping[_Place, Sequence[Row]]) -> bool:
    """Whether the row that a required key points at comes later: the row itself, or one of a table not filled yet."""
    return key.target == _key(table) or (key.deferred and not parents.get(key.target))


def _point_at_itself(row: Row, subject: _Subject, place: int) -> None:
    """Fills what a required reference to the row's own table still lacks, by the row's own key."""
    for key in subject.keys:
        if key.target == _key(subject.table) and _required(subject.table, key):
            whole = _with_given(row, subject, place)
            row.update({mine: whole.get(theirs) for mine, theirs in zip(key.columns, key.target_columns, strict=True)
                        if row.get(mine) is None})  # fmt: skip


def _left_empty(columns: Sequence[str], place: int, attempt: int) -> tuple[str, ...]:
    """The columns that this attempt leaves empty: none at first, then all but one, then all, then every mixture."""
    number = (attempt + 1) // 2
    if number == 0 or not columns or attempt == _FILLED:
        return ()
    if number <= len(columns):
        filled = columns[(place + number) % len(columns)]
        return tuple(name for name in columns if name != filled)
    mixture = number - len(columns) - 1
    return tuple(name for bit, name in enumerate(columns) if not mixture >> bit & 1)


def _stride_of(count: int) -> int:
    """How far apart the attempts at one row are: beyond the others, and in step with no short list of choices."""
    return count // 30 * 30 + 31


def _chosen(table: Table, key: ForeignKey, row: Row, parents: Sequence[Row], number: int) -> Row | None:
    """The values of a foreign key's columns that are not set yet: a parent that agrees with those that are, or NULL."""
    pairs = tuple(zip(key.columns, key.target_columns, strict=True))
    fitting = [
        one for one in parents if all(row.get(mine, one.get(theirs)) == one.get(theirs) for mine, theirs in pairs)
    ]
    if fitting:
        parent = fitting[number % len(fitting)]
        return {mine: parent.get(theirs) for mine, theirs in pairs}
    free: Row = {mine: None for mine, _ in pairs if mine not in row and table.column(mine).nullable}
    already = any(row.get(mine, "") is None for mine, _ in pairs)
    return free if free or already else None


def _taken(row: Row, subject: _Subject, seen: Iterable[set[tuple[str | None, ...]]]) -> bool:
    return any(
        _values(row, columns) in found and (same or None not in _values(row, columns))
        for (columns, same), found in zip(subject.uniques, seen, strict=True)
        if set(columns) <= row.keys()
    )


def _breaks(row: Row, subject: _Subject) -> bool:
    return any(broken(text, row) for text in subject.checks)


def _remember(row: Row, subject: _Subject, seen: Iterable[set[tuple[str | None, ...]]]) -> None:
    for (columns, _), found in zip(subject.uniques, seen, strict=True):
        if set(columns) <= row.keys():
            found.add(_values(row, columns))


def _values(row: Row, columns: tuple[str, ...]) -> tuple[str | None, ...]:
    return tuple(row[name] for name in columns)
