"""Readings of all blocks and files to one description of each entity; the more precise form wins."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import islice
from typing import Any

from colonnade.design.draft import DraftAttribute, DraftEntity, Fact
from colonnade.sources.markdown import names
from colonnade.sources.markdown.written import resolve
from colonnade.sources.reading import Reading
from colonnade.values import replace

_FACTS = tuple(field.name for field in fields(DraftAttribute) if field.name not in ("name", "description"))
# Columns so common that sharing them says nothing.
_COMMON = frozenset(
    [
        "id",
        "created_at",
        "updated_at",
        "deleted_at",
        "name",
        "title",
        "description",
        "status",
        "type",
        "user_id",
        "created_by",
        "updated_by",
        "is_active",
    ]
)


def entities(readings: Sequence[Reading]) -> tuple[DraftEntity, ...]:
    """One entity a thing, in the order in which they are first named."""
    told = [(reading, one) for reading in readings for one in reading.entities]
    groups = _grouped([(reading, one) for reading, one in told if one.name.value])
    groups = _joined_by_columns(_joined_by_plural(groups))
    _adopt(groups, [(reading, one) for reading, one in told if not one.name.value])
    return tuple(_merged(_proven(group)) for group in groups)


def _proven(group: Group) -> Group:
    """`group` without columns guessed from bold words, where something better describes them.

    Where a table, list or code of the same document defines the columns, prose only adds to those that are there.
    """
    better = any(reading.form != "words" and one.attributes for reading, one in group)
    kept = [(reading, one) for reading, one in group if not better or reading.form != "words"]
    return [(reading, _adding(one, _defined(kept, one)) if reading.form == "prose" else one) for reading, one in kept]


def _defined(group: Group, told: DraftEntity) -> frozenset[str]:
    """The columns that a table, list or code defines in the document that `told` stands in."""
    return frozenset(
        names.key(column.name.value)
        for reading, one in group
        if reading.form != "prose"
        and one.name.place.file == told.name.place.file
        and sum(column.type is not None for column in one.attributes) > 1
        for column in one.attributes
    )


def _adding(told: DraftEntity, defined: frozenset[str]) -> DraftEntity:
    """`told` without the columns in plain words that nothing defines; all of them where nothing is defined."""
    if not defined:
        return told
    columns = told.attributes
    kept = tuple(one for one in columns if names.looks_coded(one.name.value) or names.key(one.name.value) in defined)
    return replace(told, attributes=kept)


Group = list[tuple[Reading, DraftEntity]]


def _grouped(told: Group) -> list[Group]:
    groups: list[Group] = []
    by_key: dict[str, Group] = {}
    for reading, one in told:
        keys = [names.key(one.name.value), *([names.key(one.table.value)] if one.table else [])]
        group = next((by_key[key] for key in keys if key in by_key), None)
        if group is None:
            group = []
            groups.append(group)
        group.append((reading, one))
        for key in keys:
            by_key.setdefault(key, group)
    return groups


def _joined_by_plural(groups: list[Group]) -> list[Group]:
    """`Bateau` under a title and `bateaux` in SQL are one, unless their columns tell them apart."""
    by_spelling = {names.spelling(one.name.value): group for group in groups for _, one in group}
    gone: set[int] = set()
    for group in groups:
        for plural in sorted(names.foreign_plurals(group[0][1].name.value) & by_spelling.keys()):
            other = by_spelling[plural]
            if other is group or {id(group), id(other)} & gone or not _may_be_one(_columns(group), _columns(other)):
                continue
            group.extend((reading, replace(one, name=group[0][1].name)) for reading, one in other)
            gone.add(id(other))
    return [group for group in groups if id(group) not in gone]


def _may_be_one(left: set[str], right: set[str]) -> bool:
    return len(left & right) * 2 >= min(len(left), len(right))


def _columns(group: Group) -> set[str]:
    return {names.key(attribute.name.value) for _, one in group for attribute in one.attributes}


def _joined_by_columns(groups: list[Group]) -> list[Group]:
    """`Event Store` in a table and `es_event` in SQL are one where their columns are the same."""
    coded = [group for group in groups if all(reading.precision >= 75 for reading, _ in group)]
    told = [group for group in groups if all(reading.precision < 75 for reading, _ in group)]
    columns = [_columns(other) for other in told]
    holders = _holders(columns)
    gone: set[int] = set()
    for group in coded:
        mine = _columns(group)
        matches = list(islice((at for at in _candidates(mine, holders) if _alike(mine, columns[at])), 2))
        if len(matches) == 1:
            at, code_name = matches[0], group[0][1]
            for one in mine:
                holders.setdefault(one, {})[at] = None
            columns[at] |= mine
            told[at].extend((reading, replace(one, table=one.table or code_name.name)) for reading, one in group)
            gone.add(id(group))
    return [group for group in groups if id(group) not in gone]


def _candidates(mine: set[str], holders: Mapping[str, Mapping[int, None]]) -> Iterator[int]:
    """Those that may share four fifths of `mine`: they have one at least of any fifth of them and one more.

    The rarest columns are asked, so that what every table has brings no table to be compared with all.
    """
    rarest = sorted(mine, key=lambda one: (len(holders.get(one, ())), one))[: len(mine) // 5 + 1]
    seen: set[int] = set()
    for at in (at for one in rarest for at in holders.get(one, ())):
        if at not in seen:
            seen.add(at)
            yield at


def _alike(left: set[str], right: set[str]) -> bool:
    telling = (left & right) - _COMMON
    return len(telling) >= 2 and len(left & right) * 10 >= len(left | right) * 8


def _adopt(groups: list[Group], nameless: Group) -> None:
    """A table of columns without a name belongs to the entity that has most of them."""
    holders = _holders([_columns(group) for group in groups] if nameless else [])
    for reading, one in nameless:
        mine = _columns([(reading, one)])
        shared = Counter(at for column in mine for at in holders.get(column, ()))
        best = max(shared, key=lambda at: (shared[at], -at), default=None)
        if best is not None and shared[best] * 2 >= len(mine):
            for column in mine:
                holders.setdefault(column, {})[best] = None
            groups[best].append((reading, replace(one, name=groups[best][0][1].name)))


def _holders(columns: Sequence[set[str]]) -> dict[str, dict[int, None]]:
    """For each column the numbers of those that have it."""
    found: dict[str, dict[int, None]] = {}
    for number, theirs in enumerate(columns):
        for one in theirs:
            found.setdefault(one, {})[number] = None
    return found


def _merged(group: Group) -> DraftEntity:
    kind = _kind(_ranked(group))
    if kind.value == "table":
        # What is shown of it where nothing is stored, as under "Future", is no part of it.
        group = [entry for entry in group if entry[1].kind.value != "concept"]
    ranked = _ranked(group)
    first = group[0][1]
    return replace(
        first,
        kind=kind,
        table=next((one.table for _, one in ranked if one.table), None),
        attributes=_attributes(group, ranked),
        relationships=tuple(relation for _, one in ranked for relation in one.relationships),
        indexes=_distinct(index for _, one in ranked for index in one.indexes),
        uniques=_distinct(index for _, one in ranked for index in one.uniques),
        constraints=_distinct(text for _, one in ranked for text in one.constraints),
        managed_by=next((one.managed_by for _, one in ranked if one.managed_by), None),
        soft_delete=next((one.soft_delete for _, one in ranked if one.soft_delete), None),
        transitions=_distinct(text for _, one in ranked for text in one.transitions),
        samples=_distinct(text for _, one in ranked for text in one.samples),
        rows=_most([one for _, one in ranked], "rows"),
        growth=_most([one for _, one in ranked], "growth"),
        wishes=_distinct(wish for _, one in ranked for wish in one.wishes),
        description=next((one.description for _, one in group if one.description), ""),
    )


def _ranked(group: Group) -> Group:
    return sorted(group, key=lambda entry: -_rank(entry[0]))


def _rank(reading: Reading) -> int:
    """Its precision; another system's SQL has fewer types than the words around it."""
    return 68 if reading.form == "sql-foreign" else reading.precision


def _kind(ranked: Group) -> Fact[Any]:
    """External where anyone says so; a table where one form defines it as such and no more precise one takes it back."""  # noqa: E501
    for wanted in ("external",):
        found = next((one.kind for _, one in ranked if one.kind.value == wanted), None)
        if found:
            return found
    tables = [(reading, one) for reading, one in ranked if one.kind.value == "table" and one.attributes]
    concepts = [(reading, one) for reading, one in ranked if one.kind.value == "concept"]
    if tables and (not concepts or tables[0][0].precision >= concepts[0][0].precision):
        return tables[0][1].kind
    return concepts[0][1].kind if concepts else ranked[0][1].kind


def _most(told: Sequence[DraftEntity], field: str) -> Fact[int] | None:
    """The largest number that any of them states: what must fit."""
    stated: list[Fact[int]] = [fact for one in told if (fact := getattr(one, field)) is not None]
    return max(stated, key=lambda fact: fact.value, default=None)


def _distinct(values: Iterable[Any]) -> tuple[Any, ...]:
    seen: dict[Any, Any] = {}
    for value in values:
        key = value.columns.value if hasattr(value, "columns") else value.value
        seen.setdefault(key, value)
    return tuple(seen.values())


def _attributes(group: Group, ranked: Group) -> tuple[DraftAttribute, ...]:
    """The columns in the order in which they are first named, each with what the most precise form says."""
    order: dict[str, DraftAttribute] = {}
    for _, one in group:
        for attribute in one.attributes:
            order.setdefault(names.key(attribute.name.value), attribute)
    for _, one in ranked:
        for attribute in one.attributes:
            key = names.key(attribute.name.value)
            order[key] = attribute if order[key] is attribute else order[key]
    best: dict[str, list[DraftAttribute]] = {}
    for _, one in ranked:
        for attribute in one.attributes:
            best.setdefault(names.key(attribute.name.value), []).append(attribute)
    return tuple(_attribute(best[key]) for key in order)


def _attribute(told: Sequence[DraftAttribute]) -> DraftAttribute:
    """The facts of the first that states each."""
    first = told[0]
    known: dict[str, Any] = {
        name: next((fact for one in told if (fact := getattr(one, name)) is not None), None) for name in _FACTS
    }
    known["type"] = _type(told)
    return replace(first, **known, description=next((one.description for one in told if one.description), ""))


def listed(found: Sequence[DraftEntity], lists: Sequence[tuple[str, Fact[tuple[str, ...]]]]) -> tuple[DraftEntity, ...]:
    """`found` with the values of named lists: by the type's name, by `Entity column`, or by the column's name alone."""
    by_key: dict[str, Fact[tuple[str, ...]]] = {}
    for name, values in lists:
        by_key.setdefault(names.key(name), values)
    endings = sorted(key[::-1] for key in by_key)
    return tuple(
        replace(one, attributes=tuple(_with_values(one, attribute, by_key, endings) for attribute in one.attributes))
        for one in found
    )


def _with_values(
    entity: DraftEntity, attribute: DraftAttribute, lists: dict[str, Fact[tuple[str, ...]]], endings: Sequence[str]
) -> DraftAttribute:
    kind = attribute.type.value if attribute.type else ""
    bare = names.key(kind.rstrip("[]"))
    column = names.key(attribute.name.value)
    named = lists.get(bare) or lists.get(bare.removesuffix("_enum")) if kind else None
    if named is not None and resolve(kind.rstrip("[]")) is None:
        new_type = Fact("text[]" if kind.endswith("[]") else "enum", attribute.type.place) if attribute.type else None
        return replace(attribute, type=new_type, enum_values=named)
    plain = (
        not kind
        or bare in ("enum", "string", "text", "varchar", "str")
        or kind.lower().startswith(("varchar", "char", "enum", "string"))
    )
    by_column = lists.get(f"{names.key(entity.name.value)}_{column}") or (
        lists.get(column) if column in lists and _ends_alone(column, endings) else None
    )
    if attribute.enum_values is None and plain and by_column is not None:
        return replace(attribute, enum_values=by_column)
    return attribute


def _ends_alone(column: str, endings: Sequence[str]) -> bool:
    """Whether one key alone ends so; `endings` are all of them, written backwards and sorted."""
    first = bisect_left(endings, column[::-1])
    return not any(one.startswith(column[::-1]) for one in endings[first + 1 : first + 2])


def without_lists(
    found: Sequence[DraftEntity], lists: Sequence[tuple[str, Fact[tuple[str, ...]]]]
) -> tuple[DraftEntity, ...]:
    """`found` without what is a named list and nothing else."""
    keys = {names.key(name) for name, _ in lists}
    return tuple(
        one
        for one in found
        if names.key(one.name.value) not in keys
        or any(attribute.type or attribute.references for attribute in one.attributes)
    )


# A language's only word for text or number says less than another form's word.
_VAGUE = frozenset(["str", "string", "number", "any", "object", "unknown"])


def _type(told: Sequence[DraftAttribute]) -> Fact[str] | None:
    """The type of the first that states one, unless a later one says more: `text` where the first says `str`."""
    types = [one.type for one in told if one.type is not None]
    if not types:
        return None
    if types[0].value.lower() not in _VAGUE or any(one.max_length for one in told[:1]):
        return types[0]
    return next((one for one in types if one.value.lower() not in _VAGUE), types[0])


def apart(found: Sequence[DraftEntity], readings: Sequence[Reading]) -> tuple[DraftEntity, ...]:
    """`found` with what is stated away from the entities: facts on columns that are there, indexes, uniques."""
    told: dict[str, list[DraftEntity]] = {}
    for reading in sorted(readings, key=lambda one: -one.precision):
        for one in reading.stated_apart:
            told.setdefault(names.key(one.name.value), []).append(one)
    return tuple(
        _with_apart(
            one,
            [
                *told.get(names.key(one.name.value), ()),
                *(told.get(names.key(one.table.value), ()) if one.table else ()),
            ],
        )
        for one in found
    )


def _with_apart(one: DraftEntity, told: Sequence[DraftEntity]) -> DraftEntity:
    if not told:
        return one
    attributes = {names.key(attribute.name.value): attribute for attribute in one.attributes}
    for other in told:
        for attribute in other.attributes:
            key = names.key(attribute.name.value)
            if key in attributes:
                attributes[key] = _attribute((attributes[key], attribute))
    return replace(
        one,
        attributes=tuple(attributes.values()),
        relationships=(*one.relationships, *(relation for other in told for relation in other.relationships)),
        indexes=_distinct((*one.indexes, *(index for other in told for index in other.indexes))),
        uniques=_distinct((*one.uniques, *(index for other in told for index in other.uniques))),
        constraints=_distinct((*one.constraints, *(text for other in told for text in other.constraints))),
        transitions=_distinct((*one.transitions, *(text for other in told for text in other.transitions))),
        samples=_distinct((*one.samples, *(row for other in told for row in other.samples))),
        rows=_most([one, *told], "rows"),
        growth=_most([one, *told], "growth"),
        soft_delete=one.soft_delete or next((other.soft_delete for other in told if other.soft_delete), None),
        managed_by=one.managed_by or next((other.managed_by for other in told if other.managed_by), None),
        wishes=_distinct((*one.wishes, *(wish for other in told for wish in other.wishes))),
    )
