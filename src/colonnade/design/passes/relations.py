"""ORM relationships: each reference from both sides, under names that clash with nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from colonnade.design.features import introduced_by
from colonnade.design.schema import Entity, Relationship, RelationType
from colonnade.design.work import Blueprint, Junction, Link, Work
from colonnade.values import replace
from colonnade.vocabulary import naming

# Names that a declarative model cannot give to an attribute, or should not.
RESERVED = frozenset({"metadata", "registry", "query", "query_class", "type_annotation_map", "model_config",
                      "model_fields", "json", "dict", "copy", "schema", "validate",
                      "construct"})  # fmt: skip


def orm_relationships(work: Work) -> Work:
    """Every foreign key and every junction is a relationship of both models, each leading back to the other."""
    made: dict[str, dict[str, Relationship]] = {name: {} for name in work.tables}
    pairs: dict[tuple[str, str], int] = {}
    junctions = {one.table for one in work.junctions if work.tables[one.table].junction}
    links = [one for one in work.links if one.child not in junctions]
    for link in links:
        pairs[link.child, link.parent] = pairs.get((link.child, link.parent), 0) + 1
    for link in links:
        _both_sides(work, link, made, pairs[link.child, link.parent] == 1)
    for junction in work.junctions:
        _through(work, junction, made)
    entities = tuple(_entity(work.tables[name], made[name]) for name in sorted(work.tables))
    return replace(work, entities=_owned_by_features(work, entities))


def _owned_by_features(work: Work, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Each entity with the feature that introduced it, where the documents are of several."""
    features = {name: introduced_by(one.entity) for name, one in work.tables.items() if not one.external}
    if len(set(features.values())) < 2:
        return entities
    return tuple(replace(one, feature=features.get(one.table, "")) for one in entities)


def _both_sides(work: Work, link: Link, made: dict[str, dict[str, Relationship]], only: bool) -> None:
    child, parent = work.tables[link.child], work.tables[link.parent]
    stem = link.columns[0].removesuffix("_id") if len(link.columns) == 1 else naming.singular(parent.name)
    near = _free(stem if stem != link.columns[0] else f"{stem}_{naming.singular(parent.name)}", child, made)
    far = _free(
        _reverse_name(child, parent, stem, link.unique, only), parent, made, {near} if child is parent else set()
    )
    carried = (link.carried,) if link.carried else ()
    columns, dependent = link.columns + carried, link.on_delete == "CASCADE"
    if link.deferrable and child is not parent:
        _seen_only(link, columns, (child.name, near), (parent.name, far), made)
        return
    made[child.name][near] = Relationship(
        near, "one_to_one" if link.unique else "many_to_one", parent.name, columns, link.columns[0], True, far,
    )  # fmt: skip
    made[parent.name][far] = Relationship(
        far, "one_to_one" if link.unique else "one_to_many", child.name, columns, link.columns[0], False, near,
        cascade="all, delete-orphan" if dependent else "", passive_deletes=True, on_soft_delete=link.on_soft_delete,
    )  # fmt: skip


def _seen_only(
    link: Link, columns: tuple[str, ...], child: tuple[str, str], parent: tuple[str, str],
    made: dict[str, dict[str, Relationship]],
) -> None:  # fmt: skip
    """Both sides of the reference that opens a circle, read and not written: a session could not put its rows in order.

    The key itself is set in the row; the reference is checked at the end of the transaction.
    """
    (mine, near), (theirs, far) = child, parent
    single: RelationType = "one_to_one" if link.unique else "many_to_one"
    several: RelationType = "one_to_one" if link.unique else "one_to_many"
    made[mine][near] = Relationship(near, single, theirs, columns, link.columns[0], True, far, mode="computed")
    made[theirs][far] = Relationship(
        far, several, mine, columns, link.columns[0], False, near, mode="computed", on_soft_delete=link.on_soft_delete,
    )  # fmt: skip


def _reverse_name(child: Blueprint, parent: Blueprint, stem: str, unique: bool, only: bool) -> str:
    """What a parent calls its children: `tasks`; `reviewer_tasks` where several references lead to it."""
    if child is parent:
        return "children" if stem == "parent" else f"{stem}_{child.name}"
    base = naming.singular(child.name) if unique else child.name
    plain = only or stem == naming.singular(parent.name) or stem == "user"
    return base if plain else f"{stem}_{base}"


def _through(work: Work, junction: Junction, made: dict[str, dict[str, Relationship]]) -> None:
    left, right = work.tables[junction.left], work.tables[junction.right]
    near = _free(f"related_{right.name}" if left is right else right.name, left, made)
    far = _free(
        f"relating_{left.name}" if left is right else left.name, right, made, {near} if left is right else set()
    )
    pairs = tuple(zip(junction.left_columns, junction.right_columns, strict=False))
    viewonly = not work.tables[junction.table].junction
    mode: Literal["computed", "back_populated"] = "computed" if viewonly else "back_populated"
    made[left.name][near] = Relationship(
        near, "many_to_many", right.name, back_populates=far, join_table=junction.table, join_columns=pairs, mode=mode,
    )  # fmt: skip
    made[right.name][far] = Relationship(
        far, "many_to_many", left.name, back_populates=near, join_table=junction.table,
        join_columns=tuple((two, one) for one, two in pairs), mode=mode,
    )  # fmt: skip


def _free(
    wanted: str,
    blueprint: Blueprint,
    made: Mapping[str, Mapping[str, Relationship]],
    also: set[str] | frozenset[str] = frozenset(),
) -> str:
    """`wanted` or the first variant of it that is no column, no relationship and no reserved name of the model."""
    taken = made[blueprint.name]
    name, number = wanted, 1
    while name in blueprint.columns or name in taken or name in RESERVED or name in also or name.startswith("_"):
        number += 1
        name = f"{wanted.lstrip('_')}_{'rows' if number == 2 else number}"
    return name


def _entity(blueprint: Blueprint, relationships: Mapping[str, Relationship]) -> Entity:
    rows = blueprint.entity.rows
    return Entity(
        blueprint.model,
        blueprint.name,
        blueprint.external,
        " ".join(blueprint.entity.description.split()),
        None if blueprint.tenant and blueprint.tenant == blueprint.owner else blueprint.owner,
        blueprint.created_at,
        blueprint.updated_at,
        blueprint.deleted_at,
        blueprint.active_view,
        tuple(relationships[name] for name in sorted(relationships)),
        rows.value if rows else None,
        blueprint.audience,
        blueprint.tenant,
        blueprint.version,
        blueprint.created_by,
        blueprint.updated_by,
    )
