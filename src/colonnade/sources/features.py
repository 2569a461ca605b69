"""Several features of one repository: which folder a document belongs to, and entities that a later feature extends."""

from __future__ import annotations

from dataclasses import replace

from colonnade.design.draft import DraftAttribute, DraftEntity
from colonnade.design.features import feature_of
from colonnade.errors import Mistake
from colonnade.sources.tree import shown
from colonnade.vocabulary.naming import plural, snake


def extended(found: tuple[DraftEntity, ...]) -> tuple[tuple[DraftEntity, ...], tuple[Mistake, ...]]:
    """One entity for each that several features tell of, and a mistake for each attribute that they tell differently.

    The first feature, by the name of its folder, introduced the entity; the others add to it.
    """
    by_table: dict[str, DraftEntity] = {}
    others: list[DraftEntity] = []
    mistakes: list[Mistake] = []
    for entity in sorted(found, key=lambda one: feature_of(one.name.place.file)):
        table = entity.table.value if entity.table else plural(snake(entity.name.value, "entity"))
        earlier = by_table.setdefault(table, entity)
        if earlier is entity:
            continue
        if feature_of(earlier.name.place.file) == feature_of(entity.name.place.file) or entity.kind.value == "concept":
            others.append(entity)
        else:
            by_table[table] = _added(earlier, entity)
            mistakes += _differences(earlier, entity)
    return (*by_table.values(), *others), tuple(mistakes)


def _added(earlier: DraftEntity, later: DraftEntity) -> DraftEntity:
    known = {snake(one.name.value) for one in earlier.attributes}
    more = tuple(one for one in later.attributes if snake(one.name.value) not in known)
    told = {(one.target.value, one.kind.value, one.foreign_key) for one in earlier.relationships}
    links = tuple(one for one in later.relationships if (one.target.value, one.kind.value, one.foreign_key) not in told)
    stated = {one.value for one in earlier.constraints}
    return replace(
        earlier,
        attributes=earlier.attributes + more,
        relationships=earlier.relationships + links,
        indexes=earlier.indexes + later.indexes,
        uniques=earlier.uniques + later.uniques,
        constraints=earlier.constraints + tuple(one for one in later.constraints if one.value not in stated),
        transitions=earlier.transitions + later.transitions,
        samples=earlier.samples + later.samples,
        soft_delete=earlier.soft_delete or later.soft_delete,
        rows=earlier.rows or later.rows,
    )


def _differences(earlier: DraftEntity, later: DraftEntity) -> list[Mistake]:
    known = {snake(one.name.value): one for one in earlier.attributes}
    return [
        Mistake(
            one.name.place,
            f"{earlier.name.value}.{one.name.value} is {shown(_type(one))} here and {shown(_type(before))} at "
            f"{before.name.place}",
            "state the same type in both features, or leave it out of the later one",
        )
        for one in later.attributes
        if (before := known.get(snake(one.name.value))) and one.type and before.type and _type(one) != _type(before)
    ]


def _type(one: DraftAttribute) -> str:
    return one.type.value if one.type else ""
