"""A document with its reading beside it: which facts came from each line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from colonnade.config import Settings
from colonnade.design.draft import Draft, DraftAttribute, DraftEntity, DraftIndex, Fact, Origin
from colonnade.design.meanings import meaning
from colonnade.sources.markdown import rules

WIDTH = 100


def beside(draft: Draft, documents: Sequence[tuple[str, str]]) -> str:
    """Each line of `documents` and, behind a bar, what was read from it; an empty margin was not understood."""
    told: dict[tuple[str, int], list[str]] = {}
    for fact, text in _facts(draft):
        told.setdefault((fact.place.file, fact.place.line), []).append(text)
    pages = []
    for file, text in sorted(documents):
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        rows = [_row(line, told.get((file, number), [])) for number, line in enumerate(lines, 1)]
        pages.append("\n".join([f"== {file}", *rows]))
    return "\n".join(pages) + "\n"


def _row(line: str, texts: Sequence[str]) -> str:
    shown = line.expandtabs(4)
    cut = shown if len(shown) <= WIDTH else shown[: WIDTH - 1] + "…"
    return f"{cut:{WIDTH}} │ {'; '.join(dict.fromkeys(texts))}".rstrip()


def _facts(draft: Draft) -> Iterator[tuple[Fact[object], str]]:
    for entity in draft.entities:
        yield from _entity(entity)
    for query in draft.queries:
        yield _any(query.title), f"query {query.title.value}"
    for one in draft.clarifications:
        yield _any(one), f"open question: {one.value}"
    for finding in draft.findings:
        if finding.rule == rules.NOT_UNDERSTOOD and finding.place:
            yield Fact(finding.message, finding.place), "a rule that is not understood"
    for one in draft.requirements:
        yield _any(one), f"requirement {one.value.split(':')[0]}"


def _any(fact: Fact[Any]) -> Fact[object]:
    return Fact(fact.value, fact.place, fact.origin, fact.rule)


def _entity(entity: DraftEntity) -> Iterator[tuple[Fact[object], str]]:
    name = entity.name.value
    yield _any(entity.name), f"{'entity' if entity.kind.value == 'table' else entity.kind.value} {name}"
    for attribute in entity.attributes:
        for fact in _places(attribute):
            yield fact, f"{name}.{attribute.name.value}{_words(attribute)}"
    for relation in entity.relationships:
        key = f" by {relation.foreign_key.value}" if relation.foreign_key else ""
        key += f" through {relation.through.value}" if relation.through else ""
        yield (
            Fact(relation.kind.value, relation.kind.place),
            f"{name} {relation.kind.value} {relation.target.value}{key}",
        )
        if relation.on_delete is not None and relation.on_delete.place != relation.kind.place:
            yield _any(relation.on_delete), f"{name} to {relation.target.value}: on delete {relation.on_delete.value}"
    for index in (*entity.indexes, *entity.uniques):
        yield _any(index.columns), _index(name, index)
    for text in entity.constraints:
        yield _any(text), f"{name}: {text.value}"
    for move in entity.transitions:
        column = f".{move.value[0]}" if move.value[0] else ""
        yield _any(move), f"{name}{column}: {move.value[1]} to {move.value[2]}"
    yield from _of_the_whole(entity)


def _of_the_whole(entity: DraftEntity) -> Iterator[tuple[Fact[object], str]]:
    name = entity.name.value
    if entity.soft_delete is not None and entity.soft_delete.value:
        yield _any(entity.soft_delete), f"{name}: deleted softly"
    if entity.managed_by is not None and entity.managed_by.value:
        yield _any(entity.managed_by), f"{name}: managed by {entity.managed_by.value}"
    for wish in entity.wishes:
        yield _any(wish), f"{name}: {wish.value[0].replace('-', ' ')}"
    if entity.rows is not None:
        yield _any(entity.rows), f"{name}: {entity.rows.value} rows"
    if entity.growth is not None:
        yield _any(entity.growth), f"{name}: {entity.growth.value} rows more a month"


def _places(attribute: DraftAttribute) -> Iterator[Fact[object]]:
    """One fact a line on which the attribute is spoken of."""
    seen = set()
    for field in DraftAttribute.__slots__:
        fact = getattr(attribute, field)
        if isinstance(fact, Fact) and (fact.place.file, fact.place.line) not in seen:
            seen.add((fact.place.file, fact.place.line))
            yield Fact(fact.value, fact.place)


def _words(attribute: DraftAttribute) -> str:
    words = [attribute.type.value] if attribute.type else []
    told = meaning(attribute, Settings())
    words += [f"holds {told.value}" + " by its name" * (told.origin is Origin.IMPLIED)] if told else []
    words += ["one of " + " | ".join(attribute.enum_values.value)] if attribute.enum_values else []
    words += [
        word
        for fact, word in ((attribute.primary_key, "primary key"), (attribute.unique, "unique"))
        if fact and fact.value
    ]
    words += [("optional" if attribute.nullable.value else "not null")] if attribute.nullable else []
    words += [f"at least {attribute.min_length.value} characters"] if attribute.min_length else []
    words += [f"at most {attribute.max_length.value} characters"] if attribute.max_length else []
    words += [attribute.least.value.compared(">")] if attribute.least else []
    words += [attribute.most.value.compared("<")] if attribute.most else []
    words += [f"default {attribute.default.value}"] if attribute.default else []
    words += [f"references {attribute.references.value}"] if attribute.references else []
    return f": {', '.join(words)}" if words else ""


def _index(name: str, index: DraftIndex) -> str:
    return f"{name}: {'unique' if index.unique else 'index'} ({', '.join(index.columns.value)})"
