"""What a document asks of whole tables: optimistic locking, partitions, inheritance and the other `wishes`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from colonnade.design.draft import DraftEntity, Fact
from colonnade.errors import Place
from colonnade.sources.markdown import mentions, names
from colonnade.sources.markdown.blocks import Bullets, Paragraph, Table
from colonnade.sources.markdown.mentions import Index
from colonnade.sources.markdown.walk import Part
from colonnade.vocabulary import wishes as words
from colonnade.vocabulary.regex import regex

_SILENT = frozenset({"transfer", "queries", "samples", "unstored", "before", "enums"})
_SENTENCE = regex(r"(?<=[.;])\s+(?=[A-Z`*\"(])")


def wishes(parts: Sequence[Part], known: Index, file: str) -> Iterator[DraftEntity]:
    """Each wish under the entity that it is about: the section's, else the first that the sentence names, else all."""
    everybody = sorted(set(known.by_key.values()))
    for part in parts:
        own = known.find(part.subject.name) if part.subject else None
        if own is not None and part.subject and part.path:
            yield from _titled(own, part.path[-1], part.subject.place)
        if part.role in _SILENT:
            continue
        for text, place in _sentences(part, file):
            for wish in words.told(text):
                for name in _about(text, own, known, everybody):
                    if not _told_of_a_part(wish, text, name, known):
                        yield _wishing(name, wish, text, place)


def _titled(name: str, title: str, place: Place) -> Iterator[DraftEntity]:
    """What the title says behind the name: `Car (extends Vehicle)`."""
    rest = title.partition("(")[2] or title.partition(":")[2] or (title.partition(" extends ")[2] and title)
    for wish in words.told(rest, title=True) if rest else ():
        yield _wishing(name, wish, rest.strip(" ()"), place)


def _about(text: str, own: str | None, known: Index, everybody: Sequence[str]) -> Sequence[str]:
    if own is not None:
        return (own,)
    if words.EVERY.search(text):
        return everybody
    return [one.name for one in mentions.find(text, known)][:1]


def _told_of_a_part(wish: str, text: str, name: str, known: Index) -> bool:
    """Whether the text says of a part of `name` that it is another entity's value: `size: value object Dimensions`."""
    after = words.BY_NAME[wish].words.split(text, maxsplit=1)[-1] if wish == words.VALUE else ""
    return any(one.name != name for one in mentions.find(after, known))


def _wishing(name: str, wish: str, text: str, place: Place) -> DraftEntity:
    return DraftEntity(Fact(name, place), Fact("table", place), wishes=(Fact((wish, text), place),))


def _sentences(part: Part, file: str) -> Iterator[tuple[str, Place]]:
    """The sentences of a part that may hold a wish, and where each stands."""
    for text, place in _texts(part, file):
        if words.ANY.search(text):
            yield from ((one, place) for one in _SENTENCE.split(" ".join(text.split())))


def _texts(part: Part, file: str) -> Iterator[tuple[str, Place]]:
    block = part.block
    if isinstance(block, Bullets):
        yield from ((names.plain(one.text), one.lines[0].place(file)) for one in block.items if one.lines)
    elif isinstance(block, Paragraph):
        yield names.plain(block.text), block.lines[0].place(file)
    elif isinstance(block, Table) and part.subject is not None:
        for row in block.rows:
            yield from ((names.plain(cell.text), cell.place(file)) for cell in row[1:])
