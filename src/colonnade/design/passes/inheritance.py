"""Inheritance: entities that extend another one, as one table for all, as tables that share a key, or as their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from colonnade import sql
from colonnade.design.draft import DraftAttribute, DraftEntity, Fact, Origin
from colonnade.design.passes.values import wish_of
from colonnade.design.work import Work, found
from colonnade.errors import Place
from colonnade.findings import Finding, declare, rule
from colonnade.values import replace
from colonnade.vocabulary import naming, wishes

RULE = "inheritance"
STRATEGIES = (wishes.SINGLE, wishes.JOINED, wishes.CONCRETE)
UNKNOWN = declare(
    "unknown-supertype",
    """An entity extends one that no document defines, or one that extends it in turn.

    It stands by itself then. Define the other entity, or correct its name.
    """,
)
Entities = dict[str, DraftEntity]


@dataclass(frozen=True, slots=True)
class Family:
    """A supertype and the entities that extend it directly; `strategy` is how they are stored, and why."""

    parent: DraftEntity
    children: tuple[DraftEntity, ...]
    strategy: str
    because: str


@rule(RULE)
def inheritance(work: Work) -> Work:
    """Entities that extend another are stored as the document says: in a single table, joined, or concrete.

    Where it says nothing, an abstract entity that nothing refers to is concrete: each that extends it has all its
    attributes in a table of its own. All others are joined: the supertype has a table, and each subtype one whose key
    points at it. In a single table every subtype's attributes are optional columns, and checks tie them to the kind.
    """
    entities = {_key(one): one for one in work.draft.entities}
    parents, findings = _parents(entities)
    if not parents:
        return replace(work, findings=work.findings + tuple(findings))
    for parent in _from_the_top(parents):
        children = tuple(entities[child] for child, of in parents.items() if of == parent and child in entities)
        if parent in entities and children:
            family = _family(entities[parent], children, entities)
            findings += _told(family)
            STORED[family.strategy](family, entities)
    order = [_key(one) for one in work.draft.entities if _key(one) in entities]
    draft = replace(work.draft, entities=tuple(entities[one] for one in order))
    return replace(work, draft=draft, findings=work.findings + tuple(findings))


def _key(entity: DraftEntity) -> str:
    return naming.snake(entity.name.value, "entity")


def _parents(entities: Mapping[str, DraftEntity]) -> tuple[dict[str, str], list[Finding]]:
    """The supertype of each entity that extends one; a circle is broken where it closes."""
    parents: dict[str, str] = {}
    findings: list[Finding] = []
    for name, one in entities.items():
        wish = wish_of(one, wishes.EXTENDS)
        if wish is None:
            continue
        told = _named(wish.value)
        parent = next((key for key in (naming.snake(told), naming.singular(naming.snake(told))) if key in entities), "")
        if not parent or name in _above(parent, parents):
            message = f"{one.name.value} extends {told!r}, which " + (
                "extends it in turn" if parent else "no document defines")  # fmt: skip
            findings += found(UNKNOWN, message, wish.place, "define it, or correct the name")
        else:
            parents[name] = parent
    return parents, findings


def _named(text: str) -> str:
    """The supertype that the words name; a bare name is one."""
    patterns = (wishes.BY_NAME[wishes.EXTENDS].words, wishes.BY_NAME[wishes.EXTENDS].title)
    for pattern in patterns:
        match = pattern.search(text) if pattern else None
        if match:
            return match["parent"]
    return re.sub(r"\W+", " ", text).strip() or "none"


def _above(name: str, parents: Mapping[str, str]) -> list[str]:
    above = [name]
    while above[-1] in parents:
        above.append(parents[above[-1]])
    return above


def _from_the_top(parents: Mapping[str, str]) -> list[str]:
    """The supertypes, those that extend nothing first."""
    return sorted(set(parents.values()), key=lambda name: (len(_above(name, parents)), name))


def _family(parent: DraftEntity, children: tuple[DraftEntity, ...], entities: Entities) -> Family:
    for one in (parent, *children):
        for name in STRATEGIES:
            wish = wish_of(one, name)
            if wish:
                return Family(parent, children, name, f"stated at {wish.place}")
    abstract = parent.kind.value == "concept" or wish_of(parent, wishes.ABSTRACT) is not None
    if abstract and not _is_referred_to(parent, entities):
        return Family(parent, children, wishes.CONCRETE, "it is abstract and nothing refers to it")
    return Family(parent, children, wishes.JOINED, "it has rows, or something refers to it")


def _is_referred_to(parent: DraftEntity, entities: Entities) -> bool:
    name = _key(parent)
    for one in entities.values():
        told = [relation.target.value for relation in one.relationships if relation.kind.value != "one-to-many"]
        told += [attribute.references.value for attribute in one.attributes if attribute.references]
        told += [attribute.name.value.removesuffix("_id") for attribute in one.attributes
                 if one is not parent and attribute.name.value.endswith("_id")]  # fmt: skip
        if any(
            naming.singular(naming.snake(text.partition(".")[0] or "none")) == naming.singular(name) for text in told
        ):
            return True
    return False


def _told(family: Family) -> tuple[Finding, ...]:
    names = ", ".join(one.name.value for one in family.children)
    words = {
        wishes.SINGLE: "one table",
        wishes.JOINED: "tables that share its key",
        wishes.CONCRETE: "tables of their own",
    }
    message = f"{names} extend {family.parent.name.value} and are stored as {words[family.strategy]}: {family.because}"
    fix = "say single-table, joined or concrete inheritance for another form"
    return found(RULE, message, family.parent.name.place, fix, "note")


# --- concrete: each subtype has all attributes ---------------------------------------------------------------------


def _concrete(family: Family, entities: Entities) -> None:
    for child in family.children:
        entities[_key(child)] = _with_all(family.parent, child)
    if family.parent.kind.value == "concept" or wish_of(family.parent, wishes.ABSTRACT):
        del entities[_key(family.parent)]


def _with_all(parent: DraftEntity, child: DraftEntity) -> DraftEntity:
    """`child` with what its supertype has and it does not state itself."""
    own = {naming.snake(one.name.value) for one in child.attributes}
    inherited = tuple(one for one in parent.attributes if naming.snake(one.name.value) not in own)
    keys = tuple(one for one in inherited if one.primary_key or one.name.value == "id")
    wishes_of = tuple(
        one for one in parent.wishes if one.value[0] not in (wishes.ABSTRACT, wishes.EXTENDS, *STRATEGIES)
    )
    return replace(
        child,
        attributes=(*keys, *child.attributes, *(one for one in inherited if one not in keys)),
        relationships=(*child.relationships, *parent.relationships),
        indexes=(*child.indexes, *parent.indexes),
        uniques=(*child.uniques, *parent.uniques),
        constraints=(*child.constraints, *parent.constraints),
        soft_delete=child.soft_delete or parent.soft_delete,
        wishes=(*child.wishes, *wishes_of),
    )


# --- joined: the supertype has a table, the subtypes share its key ---------------------------------------------------


def _joined(family: Family, entities: Entities) -> None:
    parent = _stored(_with_key(family.parent))
    key = next(one for one in parent.attributes if one.primary_key)
    entities[_key(parent)] = parent
    for child in family.children:
        entities[_key(child)] = _sharing(child, parent, key)


def _sharing(child: DraftEntity, parent: DraftEntity, key: DraftAttribute) -> DraftEntity:
    """`child` keyed by the key of its supertype, whose row goes and comes with it."""
    place = child.name.place
    own = tuple(one for one in child.attributes if naming.snake(one.name.value) not in ("id", key.name.value))
    shared = replace(key, references=_implied(_key(parent), place), on_delete=_implied("CASCADE", place), default=None)
    return replace(_stored(child), attributes=(shared, *own))


def _with_key(parent: DraftEntity) -> DraftEntity:
    """`parent` with a marked key: the stated one, or an id."""
    if any(one.primary_key and one.primary_key.value for one in parent.attributes):
        return parent
    place, marked = parent.name.place, _implied(True, parent.name.place)
    named = next((one for one in parent.attributes if one.name.value == "id"), None)
    made = named or DraftAttribute(_implied("id", place), _implied("uuid", place))
    rest = tuple(one for one in parent.attributes if one is not named)
    return replace(parent, attributes=(replace(made, primary_key=marked), *rest))


def _kind(parent: DraftEntity, family: Family) -> DraftAttribute:
    """The attribute that says what a row is: a stated list of the subtypes, or a new one."""
    values = tuple(_key(one) for one in family.children)
    if family.parent.kind.value != "concept" and not wish_of(family.parent, wishes.ABSTRACT):
        values = (_key(parent), *values)
    place = parent.name.place
    held = (parent, *family.children)
    taken = {naming.snake(one.name.value) for entity in held for one in entity.attributes}
    name = next(one for one in ("kind", f"{_key(parent)}_kind", f"kind_of_{_key(parent)}") if one not in taken)
    word = f"{naming.camel(_key(parent))}{naming.camel(name)}"
    return DraftAttribute(
        _implied(name, place), _implied(word, place), nullable=_implied(False, place),
        enum_values=_implied(values, place), description="What the row is",
    )  # fmt: skip


def _stored(entity: DraftEntity) -> DraftEntity:
    return replace(entity, kind=replace(entity.kind, value="table"))


def _implied(value: Any, place: Place) -> Fact[Any]:
    return Fact(value, place, Origin.IMPLIED, RULE)


# --- single: one table for all ---------------------------------------------------------------------------------------


def _single(family: Family, entities: Entities) -> None:
    parent = _stored(_with_key(family.parent))
    kind = _kind(parent, family)
    whole = replace(parent, attributes=(*parent.attributes, kind))
    for child in family.children:
        whole = _holding(whole, child, kind)
        del entities[_key(child)]
    entities[_key(parent)] = whole
    names = {_key(one): parent.name.value for one in family.children}
    for name, one in entities.items():
        entities[name] = _pointing(one, names)


def _holding(whole: DraftEntity, child: DraftEntity, kind: DraftAttribute) -> DraftEntity:
    """`whole` with the attributes of `child`, each optional, and there only in its rows."""
    taken = {naming.snake(one.name.value) for one in whole.attributes}
    own = tuple(one for one in child.attributes if naming.snake(one.name.value) not in {"id", *taken})
    loose = tuple(replace(one, nullable=None, default=None) for one in own)
    return replace(
        whole,
        attributes=(*whole.attributes, *loose),
        relationships=(*whole.relationships, *child.relationships),
        indexes=(*whole.indexes, *child.indexes),
        uniques=(*whole.uniques, *child.uniques),
        constraints=(*whole.constraints, *child.constraints, *_ties(child, own, kind)),
        transitions=(*whole.transitions, *child.transitions),
    )


def _ties(child: DraftEntity, own: tuple[DraftAttribute, ...], kind: DraftAttribute) -> Iterator[Fact[str]]:
    column, value = sql.ident(kind.name.value), sql.literal(_key(child)).strip()
    for one in own:
        name = sql.ident(naming.snake(one.name.value))
        yield _implied(f"{name} IS NULL OR {column} = {value}", child.name.place)
        if one.nullable is not None and not one.nullable.value:
            yield _implied(f"{name} IS NOT NULL OR {column} <> {value}", child.name.place)


def _pointing(entity: DraftEntity, names: Mapping[str, str]) -> DraftEntity:
    """`entity` with its relations to a subtype leading to the table of all."""
    relationships = tuple(
        replace(one, target=replace(one.target, value=names.get(naming.snake(one.target.value), one.target.value)))
        for one in entity.relationships
    )
    attributes = tuple(
        replace(one, references=replace(one.references, value=names[naming.snake(one.references.value)]))
        if one.references and naming.snake(one.references.value) in names
        else one
        for one in entity.attributes
    )
    return replace(entity, relationships=relationships, attributes=attributes)


STORED = {wishes.SINGLE: _single, wishes.JOINED: _joined, wishes.CONCRETE: _concrete}
