"""References that the Draft states, paired with the foreign keys of the design."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from colonnade.design.draft import Draft, DraftAttribute, DraftEntity, DraftRelationship
from colonnade.design.schema import ForeignKey, Schema
from colonnade.prove import stated
from colonnade.prove.claims import reason
from colonnade.prove.stated import Pair, key


@dataclass(frozen=True, slots=True)
class Reference:
    """`child` is said to point at `parent`, by `column` where one is named; `on_delete` is None where not stated."""

    child: str
    parent: str
    column: str | None
    on_delete: str | None
    because: str


def of(draft: Draft, schema: Schema) -> tuple[Reference, ...]:
    """The references of all entities, each once: what two sides state of one relation is one reference.

    Where two sides state two actions none is expected: the documents contradict each other, which the design reports.
    """
    pairs = stated.pairs(draft, schema)
    found = [one for pair in pairs for one in (*_from_attributes(pair, schema), *_from_relations(pair, schema))]
    merged: dict[tuple[str, str, str | None], Reference] = {}
    for one in found:
        spot = (one.child, one.parent, one.column)
        before = merged.get(spot)
        if before is None or before.on_delete is None:
            merged[spot] = one
        elif one.on_delete not in (None, before.on_delete):
            merged[spot] = replace(before, on_delete=None)
    return tuple(merged.values())


def key_of(reference: Reference, schema: Schema) -> ForeignKey | None:
    """The foreign key that keeps `reference`, or None."""
    for one in schema.database.table(reference.child).foreign_keys:
        if one.target[1] == reference.parent and (reference.column is None or reference.column in one.columns):
            return one
    return None


def taken(reference: Reference, schema: Schema) -> bool:
    """Whether the column already points elsewhere: the documents contradict each other, which the design reports."""
    keys = schema.database.table(reference.child).foreign_keys
    return reference.column is not None and any(reference.column in one.columns for one in keys)


def stated_action(child: str, one: ForeignKey, references: tuple[Reference, ...]) -> Reference | None:
    """The reference that states what happens to `one` when its parent goes, or None."""
    for reference in references:
        same = (reference.child, reference.parent) == (child, one.target[1])
        if same and reference.on_delete and (reference.column is None or reference.column in one.columns):
            return reference
    return None


def _from_attributes(pair: Pair, schema: Schema) -> Iterator[Reference]:
    for attribute in stated.stored_attributes(pair.entity):
        parent = _pointed_at(attribute.references.value, schema) if attribute.references else None
        column = pair.column(attribute.name.value) if attribute.references else None
        if parent and column and attribute.references:
            yield Reference(pair.table.name, parent, column.name, _action(attribute), reason(attribute.references))


def _from_relations(pair: Pair, schema: Schema) -> Iterator[Reference]:
    for relation in pair.entity.relationships:
        parent = _table(relation.target.value, schema)
        if parent is None or relation.kind.value == "many-to-many" or relation.through:
            continue
        if relation.kind.value == "many-to-one" or (relation.kind.value == "one-to-one" and relation.foreign_key):
            child, target = pair.table, parent
        elif relation.kind.value == "one-to-many" and _own(parent, schema):
            child, target = schema.database.table(parent), pair.table.name
        else:
            continue
        column = stated.column_of(child, relation.foreign_key.value) if relation.foreign_key else None
        if relation.foreign_key and column is None and relation.kind.value == "one-to-one":
            continue
        because = reason(relation.kind)
        yield Reference(child.name, target, column.name if column else None, _action(relation), because)


def _pointed_at(written: str, schema: Schema) -> str | None:
    """The table that `users.id`, `users(id)` or `auth.users.id` names; one of another schema is never ours."""
    first, *rest = written.replace("(", ".").split(".")
    other = _table(rest[0], schema) if rest else None
    return _table(first, schema) or (None if other is None or _own(other, schema) else other)


def _action(fact: DraftAttribute | DraftRelationship) -> str | None:
    return fact.on_delete.value if fact.on_delete else None


def _own(table: str, schema: Schema) -> bool:
    return any(one.name == table for one in schema.database.tables)


def _table(written: str, schema: Schema) -> str | None:
    wanted = key(written)
    for facts in schema.intent.entities:
        if wanted in (key(facts.name), key(facts.table)):
            return facts.table
    return None


def owned_entities(draft: Draft) -> tuple[tuple[DraftEntity, str], ...]:
    """The stored entities whose rows belong to a user by the Draft's words, each with the reason."""
    found: list[tuple[DraftEntity, str]] = []
    for entity in stated.stored(draft):
        because = next(_ownership(entity), None)
        if because:
            found.append((entity, because))
    return tuple(found)


def _ownership(entity: DraftEntity) -> Iterator[str]:
    for attribute in stated.stored_attributes(entity):
        emptied = attribute.on_delete is not None and attribute.on_delete.value == "SET NULL"
        optional = emptied or (attribute.nullable is not None and attribute.nullable.value)
        if key(attribute.name.value) == "userid" and not optional:
            yield f"{attribute.name.value}, {reason(attribute.name)}"
    for relation in entity.relationships:
        named = relation.foreign_key is None or key(relation.foreign_key.value) == "userid"
        optional = relation.optional is not None and relation.optional.value
        belongs = relation.kind.value == "many-to-one" and key(relation.target.value) in ("user", "users")
        emptied = relation.on_delete is not None and relation.on_delete.value == "SET NULL"
        if belongs and named and not optional and not emptied:
            yield f"belongs to {relation.target.value}, {reason(relation.kind)}"
