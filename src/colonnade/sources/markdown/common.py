"""Rules about all tables: `every table has created_at and updated_at`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from colonnade.design.draft import DraftAttribute, DraftEntity, Fact, Origin
from colonnade.errors import Place
from colonnade.sources.markdown import facts, names, rules
from colonnade.sources.markdown.blocks import Bullets, Paragraph, Span, Table
from colonnade.sources.markdown.forms import bullets, prose, table
from colonnade.sources.markdown.review import lines
from colonnade.sources.markdown.walk import Part
from colonnade.values import replace
from colonnade.vocabulary.regex import regex

_EVERY = regex(
    r"\b(?:all|every|each)\s+(?:(?:business|database|domain|main|core|persisted|tenant|stored)\s+)?(?:tables?|entit(?:y|ies)|models?|records?|collections?)\b[^.;:]{0,60}?\b(?:ha(?:s|ve)|includes?|carr(?:y|ies)|contains?|share)\b(?P<rest>[^.;]{3,200})|"
    r"\btodas las (?:tablas|entidades) (?:tienen|incluyen|llevan)\b(?P<es>[^.;]{3,200})|\btodas as (?:tabelas|entidades) (?:têm|possuem|incluem)\b(?P<pt>[^.;]{3,200})|\balle (?:tabellen|entitäten) (?:haben|enthalten)\b(?P<de>[^.;]{3,200})",  # noqa: E501
    re.IGNORECASE,
)  # fmt: skip
_NOT_ALL = regex(
    r"\bexcept|\bunless (?!said|stated|noted|otherwise|mentioned)|\bmost\b|\bmay\b|\bcan\b|\bpolic|\bindex|\brelation|\bRLS\b|row-level",  # noqa: E501
    re.IGNORECASE,
)


def _stated(parts: Sequence[Part]) -> Iterator[tuple[str, Span]]:
    """(what every table has, the line that says so)."""
    items = [part for part in parts if isinstance(part.block, Bullets)]
    for line in (*lines(items), *_paragraphs(parts)):
        match = _EVERY.search(line.text)
        rest = next((group for group in match.groups() if group), "") if match else ""
        if rest and not _NOT_ALL.search(rest):
            yield rest, line


def rules_of(parts: Sequence[Part], file: str) -> Iterator[Fact[str]]:
    """The sentences about all tables, as written."""
    for _, line in _stated(parts):
        yield Fact(names.plain(line.text), line.place(file))


def columns(parts: Sequence[Part], file: str) -> Iterator[DraftAttribute]:
    """The columns that a document gives to all its tables, each implied by the rule."""
    for rest, line in _stated(parts):
        yield from (_implied(one) for one in _named(rest, line.place(file)))
    for part in parts:
        if (
            part.role == "global"
            and part.path
            and re.search(
                r"common|shared|base|standard|audit|timestamp|comun|gemeinsam|共通|公共|通用",
                part.path[-1],
                re.IGNORECASE,
            )
        ):
            yield from (_implied(one) for one in _listed(part, file))


def _paragraphs(parts: Sequence[Part]) -> Iterator[Span]:
    """Each paragraph as one line: a rule may go on in the next."""
    for part in parts:
        if isinstance(part.block, Paragraph):
            first = part.block.lines[0]
            yield Span(part.block.text, first.line, first.column)


def _named(text: str, place: Place) -> tuple[DraftAttribute, ...]:
    """Columns in back-ticks, or words with an underscore; nothing else is sure enough to go into every table."""
    whole = [read for tick in re.findall(r"`([^`]+ [^`]+)`", text) if (read := bullets.line(tick))]
    if whole:
        return tuple(facts.placed(place, one) for read in whole for one in read.attributes)
    ticked = prose.coded_columns(text, place)
    if ticked:
        return ticked
    return tuple(facts.attribute(word, place, {}) for word in re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", text))


def _listed(part: Part, file: str) -> tuple[DraftAttribute, ...]:
    if isinstance(part.block, Table):
        shape = table.shape(part.block)
        return table.attributes(part.block, shape, file) if shape.kind == "attributes" else ()
    if isinstance(part.block, Bullets):
        return tuple(one for one in bullets.attributes(part.block.items, file, labelled=False) if one.type)
    return ()


def _implied(one: DraftAttribute) -> DraftAttribute:
    filled: dict[str, Any] = {
        name: replace(fact, origin=Origin.IMPLIED, rule=rules.GLOBAL_RULE)
        for name in DraftAttribute.__slots__
        if isinstance(fact := getattr(one, name), Fact)
    }
    return replace(one, **filled)


def applied(entities: Sequence[DraftEntity], everywhere: Sequence[DraftAttribute]) -> tuple[DraftEntity, ...]:
    """`entities` with the columns of every table, where they do not name them already."""
    return tuple(_with(one, everywhere) if one.kind.value == "table" and one.attributes else one for one in entities)


def _with(entity: DraftEntity, everywhere: Sequence[DraftAttribute]) -> DraftEntity:
    mine = {names.key(one.name.value) for one in entity.attributes}
    return replace(
        entity, attributes=(*entity.attributes, *(one for one in everywhere if names.key(one.name.value) not in mine))
    )
