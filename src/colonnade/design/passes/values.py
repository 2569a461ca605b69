"""Value objects: what has no identity of its own stands in the row of what it belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from colonnade import sql
from colonnade.design.draft import DraftAttribute, DraftEntity, DraftRelationship, Fact, Origin
from colonnade.design.work import Work
from colonnade.findings import rule
from colonnade.values import replace
from colonnade.vocabulary import naming, wishes

RULE = "value-objects"
Values = Mapping[str, DraftEntity]


@rule(RULE)
def value_objects(work: Work) -> Work:
    """A value object, such as an address, has no table: its parts are columns of each table that has one.

    `address: Address` becomes `address_street`, `address_city` and so on, all there or all missing where the value is
    optional. Where the document says jsonb, or there are several, it is one jsonb column, checked for its keys.
    """
    values = {naming.snake(one.name.value): one for one in work.draft.entities if wish_of(one, wishes.VALUE)}
    if not values:
        return work
    rest = (one for one in work.draft.entities if naming.snake(one.name.value) not in values)
    entities = tuple(_embedding(one, values) for one in rest)
    return replace(work, draft=replace(work.draft, entities=entities))


def wish_of(entity: DraftEntity, name: str) -> Fact[str] | None:
    """The words in which the documents ask for `name` of an entity, or None."""
    told = (one for one in entity.wishes if one.value[0] == name)
    return next((Fact(one.value[1], one.place, one.origin, one.rule) for one in told), None)


def _embedding(entity: DraftEntity, values: Values) -> DraftEntity:
    attributes: list[DraftAttribute] = []
    constraints: list[Fact[str]] = []
    for attribute in (*entity.attributes, *_from_relations(entity, values)):
        value, several = _value(attribute, values)
        if value is None:
            attributes.append(attribute)
        elif several or _as_json(value):
            attributes.append(_json(attribute))
            constraints += _json_checks(attribute, value, several, values)
        else:
            attributes += _columns(attribute, value, values)
            constraints += _whole(attribute, value)
    kept = tuple(one for one in entity.relationships if naming.snake(one.target.value) not in values)
    return replace(entity, attributes=tuple(attributes), relationships=kept,
                   constraints=(*entity.constraints, *constraints))  # fmt: skip


def _from_relations(entity: DraftEntity, values: Values) -> Iterator[DraftAttribute]:
    """An attribute for each relation with a value object that no attribute stands for."""
    there = {_target(one) for one in entity.attributes}
    for relation in entity.relationships:
        target = naming.snake(relation.target.value)
        if target in values and target not in there:
            yield _related(relation, naming.plural(target) if relation.kind.value.endswith("-many") else target)


def _related(relation: DraftRelationship, name: str) -> DraftAttribute:
    several = "[]" if relation.kind.value.endswith("-many") else ""
    return DraftAttribute(
        Fact(name, relation.kind.place, Origin.IMPLIED, RULE), type=replace(relation.target,
                                                                           value=relation.target.value + several),
        nullable=relation.optional,
    )  # fmt: skip


def _target(attribute: DraftAttribute) -> str:
    """The name, in snake_case, of what the attribute's type or reference names, or that of one without a type."""
    told = attribute.references or attribute.type or attribute.name
    written = told.value.strip().removeprefix("value object ")
    return naming.snake(written.strip().removesuffix("[]").removesuffix("?").rpartition(".")[2] or "none")


def _value(attribute: DraftAttribute, values: Values) -> tuple[DraftEntity | None, bool]:
    written = attribute.type.value if attribute.type else attribute.references.value if attribute.references else ""
    return values.get(_target(attribute)), written.strip().endswith("[]")


def _as_json(value: DraftEntity) -> bool:
    wish = wish_of(value, wishes.VALUE)
    return wish is not None and "json" in wish.value.lower()


def _columns(attribute: DraftAttribute, value: DraftEntity, values: Values) -> Iterator[DraftAttribute]:
    """The parts of the value as columns; a part that is a value itself is taken apart in the same way."""
    required = attribute.nullable is not None and not attribute.nullable.value
    for part in value.attributes:
        name = Fact(f"{attribute.name.value}_{part.name.value}", part.name.place, Origin.IMPLIED, RULE)
        needed = required and _is_required(part)
        made = replace(part, name=name, primary_key=None, unique=None,
                       nullable=Fact(False, part.name.place, Origin.IMPLIED, RULE) if needed else None)  # fmt: skip
        inner, several = _value(part, {key: one for key, one in values.items() if one is not value})
        if inner is None:
            yield made
        elif several or _as_json(inner):
            yield _json(made)
        else:
            yield from _columns(made, inner, {key: one for key, one in values.items() if one is not value})


def _is_required(part: DraftAttribute) -> bool:
    return part.nullable is not None and not part.nullable.value


def _whole(attribute: DraftAttribute, value: DraftEntity) -> Iterator[Fact[str]]:
    """An optional value is there with all that it needs, or not at all."""
    needed = [f"{attribute.name.value}_{one.name.value}" for one in value.attributes if _is_required(one)]
    if len(needed) > 1 and (attribute.nullable is None or attribute.nullable.value):
        names = sql.idents(tuple(map(naming.snake, needed)))
        yield Fact(f"num_nonnulls({names}) IN (0, {len(needed)})", attribute.name.place, Origin.IMPLIED, RULE)


def _json(attribute: DraftAttribute) -> DraftAttribute:
    type_ = Fact("jsonb", attribute.name.place, Origin.IMPLIED, RULE)
    return replace(attribute, type=type_, references=None, enum_values=None)


def _json_checks(
    attribute: DraftAttribute, value: DraftEntity, several: bool, values: Values
) -> Iterator[Fact[str]]:  # fmt: skip
    name, place = sql.ident(naming.snake(attribute.name.value)), attribute.name.place
    kind = "array" if several else "object"
    yield Fact(f"jsonb_typeof({name}) = '{kind}'", place, Origin.IMPLIED, RULE)
    needed = [] if several else [sql.literal(one.name.value).strip() for one in value.attributes if _is_required(one)]
    if needed:
        yield Fact(f"{name} ?& ARRAY[{', '.join(needed)}]", place, Origin.IMPLIED, RULE)
