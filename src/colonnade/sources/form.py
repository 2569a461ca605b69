"""A Draft as `colonnade read` prints it: JSON in which every fact tells its source, or a text for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from colonnade import types
from colonnade.config import Settings
from colonnade.design.draft import (
    Draft,
    DraftAttribute,
    DraftEntity,
    DraftIndex,
    DraftRelationship,
    Fact,
    Origin,
)
from colonnade.design.meanings import meaning, spelled
from colonnade.types import Family
from colonnade.vocabulary.habits import guessed_type
from colonnade.vocabulary.naming import plural, snake

STORED = ("table", "external")
Tables = Mapping[str, str]
Relation = dict[str, Any]


def as_json(draft: Draft) -> dict[str, Any]:
    """`draft` in the form of `colonnade read --json`: lists throughout, keys in a fixed order."""
    stored = tuple(entity for entity in draft.entities if entity.kind.value in STORED)
    named = _named(stored)
    relations = _relations(draft, stored, named)
    return {
        "feature": draft.feature,
        "entities": [_entity(entity, relations.get(entity.name.value, [])) for entity in stored],
        "concepts": [_concept(entity) for entity in draft.entities if entity.kind.value == "concept"],
        "referenced": _referenced(draft, named, relations),
        "constraints": [
            {"entity": entity.name.value, "text": fact.value, **_told(fact)}
            for entity in stored
            for fact in entity.constraints
        ],
        "queries": [{"title": query.title.value, "sql": query.sql, **_told(query.title)} for query in draft.queries],
        "requirements": [{"text": fact.value, **_told(fact)} for fact in draft.requirements],
        "findings": [finding.json() for finding in draft.findings],
    }


def _told(fact: Fact[Any]) -> dict[str, str]:
    rule = {"rule": fact.rule} if fact.rule else {}
    return {"source": str(fact.place), "origin": fact.origin.value, **rule}


def _table(name: str) -> str:
    """What two spellings of an entity, `User`, `users` and `public.users`, have in common."""
    return plural(snake(name.rpartition(".")[2], "entity"))


def _named(entities: tuple[DraftEntity, ...]) -> Tables:
    """The name of each entity by its table, however that is told."""
    names = {_table(entity.name.value): entity.name.value for entity in reversed(entities)}
    tables = {_table(entity.table.value): entity.name.value for entity in reversed(entities) if entity.table}
    return {**tables, **names}


def _entity(entity: DraftEntity, relations: list[Relation]) -> dict[str, Any]:
    return {
        "name": entity.name.value,
        "table": entity.table.value if entity.table else None,
        "kind": entity.kind.value,
        "description": entity.description,
        "soft_delete": _value(entity.soft_delete),
        "rows": _value(entity.rows),
        "growth": _value(entity.growth),
        **_told(entity.name),
        "attributes": [_attribute(one) for one in entity.attributes if not (one.stored and not one.stored.value)],
        "relationships": relations,
        "indexes": [_index(index) for index in entity.indexes],
        "uniques": [_index(index) for index in entity.uniques],
        "wishes": [{"wish": one.value[0], "text": one.value[1], **_told(one)} for one in entity.wishes],
        "facts": _facts(entity, ("kind", "table", "soft_delete", "managed_by", "rows", "growth")),
    }


def _concept(entity: DraftEntity) -> dict[str, Any]:
    return {
        "name": entity.name.value,
        "kind": entity.kind.value,
        "description": entity.description,
        **_told(entity.name),
        "attributes": [_attribute(one) for one in entity.attributes],
    }


_OF_ATTRIBUTE = tuple(field.name for field in fields(DraftAttribute) if field.name != "name")


def _attribute(one: DraftAttribute) -> dict[str, Any]:
    return {
        "name": one.name.value,
        "type": _type_word(one),
        "sql_type": _sql_type(one),
        "meaning": _meaning(one),
        "nullable": _value(one.nullable),
        "unique": _value(one.unique),
        "primary_key": bool(_value(one.primary_key)),
        "enum_values": list(one.enum_values.value) if one.enum_values else None,
        "min_length": _value(one.min_length),
        "max_length": _max_length(one),
        "least": one.least.value.compared(">") if one.least else None,
        "most": one.most.value.compared("<") if one.most else None,
        "default": _value(one.default),
        "references": _value(one.references),
        "on_delete": _value(one.on_delete),
        "description": one.description,
        **_told(one.name),
        "facts": _facts(one, _OF_ATTRIBUTE),
    }


def _value(fact: Fact[Any] | None) -> Any:
    return fact.value if fact else None


def _facts(holder: DraftAttribute | DraftEntity, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Where each fact of `holder` was read; a list, so that no name of an author becomes a key."""
    known = ((name, getattr(holder, name)) for name in names)
    return [{"fact": name, **_told(fact)} for name, fact in known if isinstance(fact, Fact)]


def _type_word(one: DraftAttribute) -> str | None:
    """The type in the words of the reader's form; None where nobody states it and only the name suggests it."""
    if one.type is None or one.type.origin is Origin.ASSUMED:
        return "enum" if one.enum_values else None
    resolved = types.resolve(one.type.value)
    if resolved is None or resolved.row is None:
        listed = one.type.value.endswith("[]")
        return "enum" if one.enum_values or one.type.value.lower() == "enum" else "array" if listed else "other"
    return "array" if resolved.dimensions else resolved.row.read_as


def _sql_type(one: DraftAttribute) -> str | None:
    """The PostgreSQL type; where no type is stated, the one that the name suggests."""
    if one.type is None:
        guess = types.resolve(guessed_type(snake(one.name.value, "column"), one.limits))
        return None if one.enum_values else str(guess)
    resolved = types.resolve(spelled(one.type, one.meaning))
    return str(resolved) if resolved else None if one.enum_values else one.type.value


def _meaning(one: DraftAttribute) -> str | None:
    """What the values are beyond their type, such as `email`; stated, or by a name that leaves no doubt."""
    told = meaning(one, Settings())
    return told.value if told else None


def _max_length(one: DraftAttribute) -> int | None:
    if one.max_length:
        return one.max_length.value
    resolved = types.resolve(one.type.value) if one.type else None
    texts = resolved is not None and resolved.row is not None and resolved.row.family is Family.STRING
    return resolved.length if resolved is not None and texts else None


def _index(index: DraftIndex) -> dict[str, Any]:
    return {
        "columns": list(index.columns.value),
        "name": index.name or None,
        "unique": index.unique,
        "method": index.method or None,
        "predicate": index.predicate or None,
        **_told(index.columns),
    }


# Relations: each once, told from the side that has the foreign key.


def _relations(draft: Draft, stored: tuple[DraftEntity, ...], named: Tables) -> dict[str, list[Relation]]:
    concepts = {_table(one.name.value) for one in draft.entities if one.kind.value == "concept"} - set(named)
    told = [pair for entity in stored for pair in _told_by(entity, named) if _table(pair[1]["to"]) not in concepts]
    # What the side with the key says comes first, so that its column and place are the ones that stay.
    told.sort(key=lambda pair: pair[1].pop("turned"))
    found: dict[str, list[Relation]] = {}
    for holder, relation in told:
        mine = found.setdefault(holder, [])
        if not any(_same(relation, other) for other in mine) and not _mirrored(holder, relation, found):
            mine.append(relation)
    return {holder: relations for holder, relations in found.items() if relations}


def _same(new: Relation, old: Relation) -> bool:
    agree = new["fk"] is None or old["fk"] is None or snake(new["fk"]) == snake(old["fk"])
    return bool(agree and new["to"] == old["to"] and (new["kind"] == "many-to-many") == (old["kind"] == "many-to-many"))


def _mirrored(holder: str, new: Relation, found: Mapping[str, list[Relation]]) -> bool:
    """Whether the other side has told the same symmetrical relation already."""
    symmetrical = new["kind"] in ("many-to-many", "one-to-one") and new["to"] != holder
    others = found.get(new["to"], []) if symmetrical else []
    return any(other["to"] == holder and other["kind"] == new["kind"] for other in others)


def _told_by(entity: DraftEntity, named: Tables) -> Iterator[tuple[str, Relation]]:
    for one in entity.relationships:
        yield _turned(entity, one, named)
    for attribute in entity.attributes:
        if attribute.references:
            yield entity.name.value, _pointing(entity, attribute, attribute.references, named)


def _turned(entity: DraftEntity, one: DraftRelationship, named: Tables) -> tuple[str, Relation]:
    """The entity that holds the key, and the relation seen from there: a one-to-many is the other's many-to-one."""
    here, there = entity.name.value, named.get(_table(one.target.value), one.target.value)
    turned = one.kind.value == "one-to-many"
    kind = "many-to-one" if turned else one.kind.value
    key = _value(one.foreign_key)
    attribute = next((a for a in entity.attributes if key and snake(a.name.value) == snake(key)), None)
    if kind == "many-to-one" and not turned and attribute and _value(attribute.unique):
        kind = "one-to-one"
    on_delete = one.on_delete or (attribute.on_delete if attribute and not turned else None)
    relation = {
        "kind": kind,
        "to": here if turned else there,
        "fk": key,
        "on_delete": _value(on_delete),
        "through": _value(one.through),
        **_told(one.target),
        "turned": turned,
    }
    return (there if turned else here), relation


def _pointing(entity: DraftEntity, attribute: DraftAttribute, target: Fact[str], named: Tables) -> Relation:
    written = target.value.rpartition(".")[0] or target.value
    return {
        "kind": "one-to-one" if _value(attribute.unique) else "many-to-one",
        "to": named.get(_table(written), written),
        "fk": attribute.name.value,
        "on_delete": _value(attribute.on_delete),
        "through": None,
        **_told(target),
        "turned": False,
    }


def _referenced(draft: Draft, named: Tables, relations: Mapping[str, list[Relation]]) -> list[dict[str, Any]]:
    """The tables that are only pointed at, sorted, with the relations that only they could tell."""
    concepts = {_table(one.name.value) for one in draft.entities if one.kind.value == "concept"}
    known = {*named, *concepts}
    first: dict[str, dict[str, Any]] = {}
    for holder, told in relations.items():
        if _table(holder) not in known:
            first.setdefault(holder, {"source": told[0]["source"], "origin": told[0]["origin"]})
        for one in told:
            if _table(one["to"]) not in known:
                first.setdefault(one["to"], {"source": one["source"], "origin": one["origin"]})
    return [{"name": name, **first[name], "relationships": relations.get(name, [])} for name in sorted(first)]


# The same for people.


def as_text(draft: Draft) -> str:
    """`draft` in lines: each fact with where it was read and, where it is not stated, how it is known."""
    form = as_json(draft)
    blocks = ["\n".join(_entity_lines(entity)) for entity in form["entities"]]
    for title, key, name in (("Concepts, not stored", "concepts", "name"), ("Only pointed at", "referenced", "name"),
                             ("Constraints", "constraints", "text"), ("Queries", "queries", "title"),
                             ("Requirements", "requirements", "text")):  # fmt: skip
        if form[key]:
            blocks.append("\n".join([f"{title}:", *(f"  {one[name]}  {_known(one, '')}" for one in form[key])]))
    return "\n\n".join(blocks) if blocks else ""


def _known(fact: dict[str, Any], file: str) -> str:
    """`(12:5)` for a stated fact of `file`, `(other.md:12:5, implied by primary-key)` for another."""
    place = fact["source"].removeprefix(f"{file}:") if file else fact["source"]
    how = (
        "" if fact["origin"] == "stated" else f", {fact['origin']}" + (f" by {fact['rule']}" if "rule" in fact else "")
    )
    return f"({place}{how})"


def _entity_lines(entity: dict[str, Any]) -> Iterator[str]:
    kind = "" if entity["kind"] == "table" else f", {entity['kind']}"
    file = entity["source"].rsplit(":", 2)[0]
    yield f"{entity['name']}{kind}{_volume(entity)}  {_known(entity, '')}"
    width = max((len(one["name"]) for one in entity["attributes"]), default=0)
    for one in entity["attributes"]:
        yield f"  {one['name']:{width}}  {_known(one, file)}  {', '.join(_words(one, file))}"
    for one in entity["relationships"]:
        tail = "".join(
            f", {label} {one[key]}"
            for key, label in (("fk", "by"), ("through", "through"), ("on_delete", "on delete"))
            if one[key]
        )
        yield f"  {one['kind']} {one['to']}{tail}  {_known(one, file)}"
    for key, label in (("indexes", "index"), ("uniques", "unique")):
        for one in entity[key]:
            yield f"  {label} on {', '.join(one['columns'])}  {_known(one, file)}"


def _volume(entity: dict[str, Any]) -> str:
    rows = f", {entity['rows']:,} rows" if entity["rows"] else ""
    return rows + (f", {entity['growth']:,} more a month" if entity["growth"] else "")


def _words(one: dict[str, Any], file: str) -> Iterator[str]:
    told = {fact["fact"]: _known(fact, file) for fact in one["facts"]}
    kind = one["sql_type"] or one["type"] or "text"
    yield f"{kind} {told['type']}" if "type" in told else f"{kind} (assumed by the name)"
    said = {
        "enum_values": "one of " + " | ".join(one["enum_values"] or ()),
        "primary_key": "primary key",
        "unique": "unique",
        "nullable": "optional" if one["nullable"] else "required",
        "min_length": f"at least {one['min_length']} characters",
        "max_length": f"at most {one['max_length']} characters",
        "least": one["least"],
        "most": one["most"],
        "default": f"default {one['default']}",
        "references": f"references {one['references']}",
        "on_delete": f"on delete {one['on_delete']}",
    }
    for fact, words in said.items():
        if (fact in told and one[fact] not in (None, False)) or (fact == "nullable" and fact in told):
            yield f"{words} {told[fact]}"
