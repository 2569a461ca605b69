"""Markdown documents to a Draft: text → blocks → recognisers, one file a form → one merge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from colonnade.design.draft import Draft, DraftEntity, Fact
from colonnade.findings import Finding
from colonnade.sources.markdown import (
    asked,
    common,
    margin,
    mentions,
    merge,
    names,
    relate,
    relations,
    review,
    said,
    sections,
    subject,
    titles,
    unread,
    walk,
)
from colonnade.sources.markdown.blocks import Fence, blocks
from colonnade.sources.markdown.forms import (
    around,
    choices,
    drawing,
    enums,
    patterns,
    prose,
    queries,
    rulings,
    samples,
    sentences,
    states,
    volumes,
)
from colonnade.sources.reading import Reading
from colonnade.sql import fingerprint
from colonnade.values import replace

# With one of these in a document its Key Entities are no longer all there is.
DEFINING = frozenset(
    (
        "table",
        "bullets",
        "sql",
        "prisma",
        "sqlmodel",
        "sqlalchemy",
        "drizzle",
        "django",
        "typeorm",
        "mermaid",
        "sql-pseudo",
        "sql-foreign",
        "mongoose",
        "notation",
        "outline",
        "yaml",
        "typescript",
        "python",
    )
)


STRONG = frozenset(
    (
        "table",
        "bullets",
        "sql",
        "prisma",
        "sqlmodel",
        "sqlalchemy",
        "drizzle",
        "django",
        "typeorm",
        "sql-pseudo",
        "sql-foreign",
        "mongoose",
        "notation",
        "outline",
        "yaml",
    )
)


@dataclass(frozen=True, slots=True)
class Page:
    """One document, read as far as it can be without knowing the others."""

    file: str
    parts: tuple[walk.Part, ...]
    readings: tuple[Reading, ...]
    entries: tuple[prose.Entry, ...]
    title: str = ""


def page(file: str, text: str) -> Page:
    """`text` as a Page."""
    root = sections.tree(blocks(text))
    parts = tuple(walk.parts(root, file))
    entries = tuple(
        entry for section in sections.walk(root) if _is_key_entities(section) for entry in prose.entries(section, file)
    )
    readings = [*walk.readings(parts, file)]
    readings.extend(
        found
        for part in parts
        if isinstance(part.block, Fence)
        and drawing.is_drawing(part.block)
        and (found := drawing.read(part.block, file))
    )
    readings.extend(_undetailed(root, readings, file))
    lists = tuple(enums.named(parts, file))
    if lists:
        readings.append(Reading("enums", 10, enums=lists))
    if not entries and not any(reading.entities for reading in readings):
        entries = tuple(prose.spoken(root, file))
    split = tuple(one for entry in entries for one in _each_name(entry))
    title = next((titles.bare(one.text) for one in sections.walk(root) if one.level == 1), "")
    return Page(file, parts, _allowed(_without_shapes(readings, _titled(parts)), bool(entries)), split, title)


def _undetailed(root: sections.Section, readings: list[Reading], file: str) -> list[Reading]:
    """Entities that have a title among other entities, or a row in a list of entities where nothing else defines any."""  # noqa: E501
    defined = {names.key(one.name.value) for reading in readings for one in reading.entities}
    titled = walk.titled_entities(root, defined, file)
    listed = (
        ()
        if defined or titled
        else tuple(one for section in sections.walk(root) for one in walk.listed_entities(section, file))
    )
    named = tuple(walk.named_tables(root, defined, file))
    return [
        *(Reading("title", 5, (subject.entity(one),)) for one in (*titled, *listed)),
        *(Reading("list", 5, (subject.entity(one),)) for one in named),
    ]


def _each_name(entry: prose.Entry) -> tuple[prose.Entry, ...]:
    """`products / stock_moves`, two tables in one item, as two; `Member / Guest` is one with two names."""
    if not re.fullmatch(r"[a-z_]+(?:\s*/\s*[a-z_]+)+", entry.subject.name):
        return (entry,)
    return tuple(
        replace(entry, subject=replace(entry.subject, name=name)) for name in re.split(r"\s*/\s*", entry.subject.name)
    )


def _titled(parts: Sequence[walk.Part]) -> set[str]:
    """The keys of entities that have a title of their own above their code."""
    subjects = [
        part.subject for part in parts if part.subject and part.role == "entity" and isinstance(part.block, Fence)
    ]
    return {
        names.key(name) for one in subjects if one.proven and one.kind == "table" for name in names.either(one.name)
    }


def _without_shapes(readings: list[Reading], titled: set[str]) -> list[Reading]:
    """Where tables or lists define the entities, an interface or class that none of them names is no table."""
    strong = {
        names.key(one.name.value)
        for reading in readings
        if reading.form in STRONG
        for one in reading.entities
        if sum(attribute.type is not None for attribute in one.attributes) > 1
    }
    if not strong:
        return readings
    strong |= titled
    return [
        reading
        if reading.form in STRONG
        or reading.form in ("ascii", "enums", "words", "title", "mermaid", "classdiagram", "list")
        else _demoted(reading, strong)
        for reading in readings
    ]


def _demoted(reading: Reading, strong: set[str]) -> Reading:
    entities = tuple(
        one
        if names.key(one.name.value) in strong
        or (one.table and names.key(one.table.value) in strong)
        or one.kind.value != "table"
        else replace(one, kind=Fact("concept", one.kind.place))
        for one in reading.entities
    )
    return replace(reading, entities=entities)


def _is_key_entities(section: sections.Section) -> bool:
    return section.title is not None and titles.read(section.text).role == "key entities"


def _allowed(readings: list[Reading], has_key_entities: bool) -> tuple[Reading, ...]:
    """All readings, or none where only Key Entities define what there is."""
    defined = any(
        reading.form in DEFINING
        and any(one.attributes or one.relationships for one in reading.entities)
        and reading.form != "bullets"
        for reading in readings
    )
    if not has_key_entities or defined:
        return tuple(readings)
    return ()


def read(documents: Sequence[tuple[str, str]], feature: str) -> Draft:
    """What `documents`, pairs of (file, text), state about the data; the result is the same in whatever order they come."""  # noqa: E501
    pages = [page(file, text) for file, text in sorted(documents)]
    readings = [*(reading for one in pages for reading in one.readings), *_prose(pages)]
    whole = _entities(pages, readings)
    found, known = whole.entities, whole.known
    open_ = tuple(fact for one in pages for fact in review.clarifications(one.parts, one.file))
    required = tuple(fact for one in pages for fact in review.requirements(one.parts, one.file))
    return Draft(
        found,
        feature,
        title=next((one.title for one in pages if one.title), ""),
        queries=(
            *(query for reading in readings for query in reading.queries),
            *(query for one in pages for query in queries.worded(one.parts, known, one.file)),
        ),
        requirements=required,
        clarifications=open_,
        global_rules=tuple(fact for one in pages for fact in common.rules_of(one.parts, one.file)),
        findings=review.findings(found, readings, open_, required, known, whole.relations, whole.unread),
        sources=tuple(sorted((file, fingerprint(text)) for file, text in documents)),
    )


def annotate(documents: Sequence[tuple[str, str]], feature: str) -> str:
    """`documents` with each line's reading beside it; what is blank was not understood."""
    return margin.beside(read(documents, feature), documents)


def _prose(pages: Sequence[Page]) -> list[Reading]:
    """The Key Entities of all documents with the attributes that their texts name."""
    entries = [entry for one in pages for entry in one.entries]
    spoken = mentions.index([subject.entity(entry.subject) for entry in entries], _aliases(entries))
    return [
        Reading(
            "prose",
            prose.PRECISION,
            (subject.entity(entry.subject, prose.attributes(entry, spoken, entry.subject.place.file)),),
        )
        for entry in entries
    ]


def _aliases(entries: Sequence[prose.Entry]) -> dict[str, str]:
    return {alias: entry.subject.name for entry in entries for alias in entry.aliases}


@dataclass(frozen=True, slots=True)
class Whole:
    """The merged entities, their names, the relations that are told in words, and the rules that nothing keeps."""

    entities: tuple[DraftEntity, ...]
    known: mentions.Index
    relations: list[relations.Relation]
    unread: tuple[Finding, ...]


def _entities(pages: Sequence[Page], readings: Sequence[Reading]) -> Whole:
    """All that `pages` say of the entities, merged, and what stands around them."""
    found = merge.entities(readings)
    known = mentions.index(
        found, {**_title_aliases(pages), **_aliases([entry for one in pages for entry in one.entries])}
    )
    lists = [named for reading in readings for named in reading.enums]
    found = merge.without_lists(merge.listed(found, lists), lists)
    columns = _columns(found)
    spoken = tuple(text for one in pages for text in said.about(one.parts, known, columns, one.file))
    apart = _around(pages, known, found, columns, spoken)
    found = relate.resolved(merge.apart(found, [*readings, *apart]), known)
    found = common.applied(found, [column for one in pages for column in common.columns(one.parts, one.file)])
    told = _told(pages, known)
    related = relate.related(found, told, known)
    around_them = [entity for reading in apart for entity in reading.stated_apart]
    left = unread.findings(spoken, [*related, *around_them], _columns(related))
    return Whole(related, known, told, tuple(left))


def _columns(found: Sequence[DraftEntity]) -> said.Columns:
    return {
        one.name.value: {names.key(attribute.name.value): attribute.name.value for attribute in one.attributes}
        for one in found
    }


def _title_aliases(pages: Sequence[Page]) -> dict[str, str]:
    return {
        alias: part.subject.name
        for one in pages
        for part in one.parts
        if part.subject and part.subject.proven
        for alias in part.subject.aliases
    }


def _around(
    pages: Sequence[Page],
    known: mentions.Index,
    found: Sequence[DraftEntity],
    columns: said.Columns,
    spoken: Sequence[said.Said],
) -> list[Reading]:
    by_name = {one.name.value: one for one in found}
    apart: list[DraftEntity] = [*patterns.stated(spoken, by_name), *rulings.stated(spoken, columns)]
    for one in pages:
        apart.extend(around.indexes(one.parts, known, columns, one.file))
        apart.extend(around.keys(one.parts, known, columns, one.file))
        apart.extend(around.pointers(one.parts, known, columns, one.file))
        apart.extend(around.checks(one.parts, known, columns, one.file))
        apart.extend(sentences.stated(one.parts, known, columns, one.file))
        apart.extend(states.transitions(one.parts, known, by_name, one.file))
        apart.extend(samples.stated(one.parts, known, columns, one.file))
        apart.extend(choices.stated(one.parts, known, columns, one.file))
        apart.extend(volumes.stated(one.parts, known, one.file))
        apart.extend(around.soft_deleted(one.parts, known, one.file))
        apart.extend(asked.wishes(one.parts, known, one.file))
    return [Reading("around", 10, stated_apart=(entity,)) for entity in apart]


def _told(pages: Sequence[Page], known: mentions.Index) -> list[relations.Relation]:
    told: list[relations.Relation] = []
    for one in pages:
        told.extend(around.told(one.parts, known, one.file))
        for entry in one.entries:
            told.extend(prose.relations_of(entry, known))
    return told
