"""Markdown documents to a Draft: text → blocks → recognisers, one file a form → one merge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from colonnade.design.draft import Draft, DraftEntity, Fact
from colonnade.sources.markdown import mentions, merge, relate, relations, sections, subject, titles, walk
from colonnade.sources.markdown.blocks import Fence, blocks
from colonnade.sources.markdown.forms import around, ascii, enums, prose
from colonnade.sources.reading import Reading
from colonnade.sql import fingerprint

# With one of these in a document its Key Entities are no longer all there is.
DEFINING = frozenset(("table", "bullets", "sql", "prisma", "sqlmodel", "sqlalchemy", "drizzle", "django", "typeorm", "mermaid", "sql-pseudo", "sql-foreign", "typescript", "python"))


@dataclass(frozen=True, slots=True)
class Page:
    """One document, read as far as it can be without knowing the others."""

    file: str
    parts: tuple[walk.Part, ...]
    readings: tuple[Reading, ...]
    entries: tuple[prose.Entry, ...]


def page(file: str, text: str) -> Page:
    """`text` as a Page."""
    root = sections.tree(blocks(text))
    parts = tuple(walk.parts(root, file))
    entries = tuple(entry for section in sections.walk(root) if _is_key_entities(section) for entry in prose.entries(section, file))
    readings = [*walk.readings(parts, file)]
    readings.extend(found for part in parts if isinstance(part.block, Fence) and ascii.is_drawing(part.block) and (found := ascii.read(part.block, file)))
    lists = tuple(enums.named(parts, file))
    if lists:
        readings.append(Reading("enums", 10, enums=lists))
    return Page(file, parts, _allowed(readings, bool(entries)), entries)


def _is_key_entities(section: sections.Section) -> bool:
    return section.title is not None and titles.read(section.text).role == "key entities"


def _allowed(readings: list[Reading], has_key_entities: bool) -> tuple[Reading, ...]:
    """All readings, or none where only Key Entities define what there is."""
    defined = any(reading.form in DEFINING and any(one.attributes for one in reading.entities) and reading.form != "bullets" for reading in readings)
    if not has_key_entities or defined:
        return tuple(readings)
    return ()


def read(documents: Sequence[tuple[str, str]], feature: str) -> Draft:
    """What `documents`, pairs of (file, text), state about the data; the result is the same in whatever order they come."""
    pages = [page(file, text) for file, text in sorted(documents)]
    readings = [reading for one in pages for reading in one.readings]
    entries = [entry for one in pages for entry in one.entries]
    aliases = {alias: entry.subject.name for entry in entries for alias in entry.aliases}
    spoken = mentions.index([subject.entity(entry.subject) for entry in entries], aliases)
    for entry in entries:
        described = subject.entity(entry.subject, prose.attributes(entry, spoken, entry.subject.place.file))
        readings.append(Reading("prose", prose.PRECISION, (described,)))
    found = merge.entities(readings)
    known = mentions.index(found, {**_title_aliases(pages), **aliases})
    lists = [named for reading in readings for named in reading.enums]
    found = merge.without_lists(merge.listed(found, lists), lists)
    found = relate.resolved(merge.apart(found, [*readings, *_around(pages, known, found)]), known)
    found = relate.related(found, _told(pages, known), known)
    return Draft(found, feature, sources=tuple(sorted((file, fingerprint(text)) for file, text in documents)))


def _title_aliases(pages: Sequence[Page]) -> dict[str, str]:
    return {alias: part.subject.name for one in pages for part in one.parts if part.subject and part.subject.proven for alias in part.subject.aliases}


def _around(pages: Sequence[Page], known: mentions.Index, found: Sequence[DraftEntity]) -> list[Reading]:
    columns = {one.name.value: {merge.names.key(attribute.name.value): attribute.name.value for attribute in one.attributes} for one in found}
    apart: list[DraftEntity] = []
    for one in pages:
        apart.extend(around.indexes(one.parts, known, columns, one.file))
        apart.extend(around.transitions(one.parts, known, one.file))
        apart.extend(around.soft_deleted(one.parts, known, one.file))
    return [Reading("around", 10, stated_apart=(entity,)) for entity in apart]


def _told(pages: Sequence[Page], known: mentions.Index) -> list[relations.Relation]:
    told: list[relations.Relation] = []
    for one in pages:
        told.extend(around.told(one.parts, known, one.file))
        for entry in one.entries:
            told.extend(prose.relations_of(entry, known))
    return told


__all__ = ["Fact", "read", "replace"]
