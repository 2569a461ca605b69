"""Queries in words: "List all rentals of a customer, newest first" in a section on queries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from colonnade.design.draft import DraftQuery, Fact
from colonnade.errors import Place
from colonnade.sources.markdown import mentions, names
from colonnade.sources.markdown.blocks import Bullets, Paragraph, Span, Table
from colonnade.sources.markdown.mentions import Index
from colonnade.sources.markdown.walk import Part
from colonnade.vocabulary import queries
from colonnade.vocabulary.regex import regex

_LONGEST = 160
_CODE = regex(r"\bSELECT\b|^\s*(?:GET|POST|PUT|PATCH|DELETE)\s+/|=>|\{")
_LEAD = regex(r"^(?:\W*\d+[.)]\s*|\W+|(?:query|pattern|q)\s*\d+\s*[:.–-]\s*)*", re.IGNORECASE)


def worded(parts: Sequence[Part], known: Index, file: str) -> Iterator[DraftQuery]:
    """The queries that sections on queries ask for in words; code has a reader of its own."""
    for part in parts:
        if part.role == "queries":
            yield from (query for span in _lines(part) if (query := _query(span, known, file)))


def _lines(part: Part) -> Iterator[Span]:
    if isinstance(part.block, Bullets):
        yield from (
            Span(item.text, item.lines[0].line, item.lines[0].column) for item in part.block.items if item.lines
        )
    elif isinstance(part.block, Paragraph):
        yield from part.block.lines
    elif isinstance(part.block, Table):
        yield from (row[0] for row in part.block.rows if row)


def _query(span: Span, known: Index, file: str) -> DraftQuery | None:
    text = names.plain(span.text)
    bare = text[_LEAD.match(text).end() :].strip(" .:")  # type: ignore[union-attr]
    asks = len(bare) <= _LONGEST and queries.VERB.match(bare) and not _CODE.search(text)
    if not asks or not mentions.find(bare, known):
        return None
    return DraftQuery(Fact(bare, Place(file, span.line, span.column)))
