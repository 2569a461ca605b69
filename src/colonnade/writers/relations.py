"""Relationships as SQLAlchemy source: joins, cascades, and which of them share a column."""

from __future__ import annotations

from colonnade.design.schema import (
    ForeignKey,
    Relationship,
)
from colonnade.writers.naming import Model, Names
from colonnade.writers.plan import Plan, middle_keys
from colonnade.writers.python import listing
from colonnade.writers.tables import yes


def relationship_options(model: Model, one: Relationship, known: Plan) -> dict[str, str | None]:
    """The keywords of relationship(), as source: loading, joins where they are not plain, cascades, the other side."""
    target = known.names.named(one.target)
    partner = target.relationships.get(one.back_populates or "")
    join = _many_to_many(model, target, one, known.names) if one.join_table else _direct_join(model, target, one)
    plain = _leaves_to_server(model, target, one)
    computed = one.mode == "computed"
    return {
        "back_populates": repr(partner) if partner and one.mode == "back_populated" else None,
        "lazy": repr(one.lazy),
        **join,
        "cascade": repr(one.cascade) if one.cascade else None,
        "passive_deletes": None if computed else '"all"' if plain else yes(one.passive_deletes),
        "uselist": "False" if one.kind == "one_to_one" and not one.owns_key else None,
        "viewonly": yes(computed),
        "overlaps": None if computed else _overlaps(model, one, known),
    }


def nullable_side(model: Model, one: Relationship) -> bool:
    """True where the single row that a relationship leads to may be absent."""
    if not one.owns_key:
        return True
    return any(column.nullable for column in model.table.columns if column.name in one.columns)


def is_list(one: Relationship) -> bool:
    return one.kind in ("one_to_many", "many_to_many")


def _key_of(child: Model, one: Relationship, parent: Model) -> ForeignKey | None:
    """The foreign key of `child` to `parent` that `one` stands for."""
    fitting = [
        key for key in child.table.foreign_keys if key.target == parent.key and set(key.columns) == set(one.columns)
    ]
    return fitting[0] if fitting else None


def _leaves_to_server(model: Model, target: Model, one: Relationship) -> bool:
    """True where the ORM must not touch the children of a deleted parent: the server refuses, and that is wanted."""
    if one.owns_key or one.join_table or one.cascade:
        return False
    key = _key_of(target, one, model)
    return key is not None and key.on_delete in ("RESTRICT", "NO ACTION")


def _direct_join(model: Model, target: Model, one: Relationship) -> dict[str, str | None]:
    child, parent = (model, target) if one.owns_key else (target, model)
    key = _key_of(child, one, parent)
    to_parent = [other for other in child.table.foreign_keys if other.target == parent.key]
    back = [other for other in parent.table.foreign_keys if other.target == child.key]
    if key is not None and len(key.columns) > 1:
        return {"primaryjoin": repr(_composite_join(child, parent, one, key))}
    itself = child.key == parent.key
    if len(to_parent) + len(back) <= 1 and not itself:
        return {}
    found: dict[str, str | None] = {"foreign_keys": repr(listing(_attribute(child, name) for name in one.columns))}
    if itself and one.owns_key and key is not None:
        found["remote_side"] = repr(listing(_attribute(parent, name) for name in key.target_columns))
    return found


def _composite_join(child: Model, parent: Model, one: Relationship, key: ForeignKey) -> str:
    """A join in which only the naming column is foreign, so that unlinking a child never clears its owner."""
    itself = child.key == parent.key
    terms = []
    for mine, theirs in zip(key.columns, key.target_columns, strict=True):
        left, right = _attribute(child, mine), _attribute(parent, theirs)
        left = f"foreign({left})" if mine == one.foreign_column else left
        if itself:
            left, right = (left, f"remote({right})") if one.owns_key else (f"remote({left})", right)
        terms.append(f"{left} == {right}")
    return f"and_({', '.join(terms)})"


def _many_to_many(model: Model, target: Model, one: Relationship, known: Names) -> dict[str, str | None]:
    middle = known.named(one.join_table or "")
    near, far = middle_keys(model, target, one, middle)
    schema, table = middle.key
    name = table if schema == "public" else f"{schema}.{table}"
    return {
        "secondary": f"lambda: Base.metadata.tables[{name!r}]",
        "primaryjoin": repr(_middle_join(model, middle, near)) if near else None,
        "secondaryjoin": repr(_middle_join(target, middle, far)) if far else None,
    }


def _middle_join(side: Model, middle: Model, key: ForeignKey) -> str:
    pairs = zip(key.columns, key.target_columns, strict=True)
    return f"and_({', '.join(f'{_attribute(side, theirs)} == {_attribute(middle, mine)}' for mine, theirs in pairs)})"


def _attribute(model: Model, column: str) -> str:
    return f"{model.class_name}.{model.attributes[column]}"


def _overlaps(model: Model, one: Relationship, known: Plan) -> str | None:
    """The other relationships that write a column which this one writes too; SQLAlchemy warns of those not named."""
    mine = known.writes.by_relationship[model.table.name, one.name]
    ours = {(model.table.name, one.name), (one.target, one.back_populates)}
    others = {other for column in mine for other in known.writes.by_column[column]} - ours
    found = sorted({known.names.named(table).relationships[name] for table, name in others})
    return repr(",".join(found)) if found else None
