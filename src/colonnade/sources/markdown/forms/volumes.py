"""How many rows the documents expect: `1M users`, `10k orders per month`, a table of volumes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from colonnade.design.draft import DraftEntity, Fact
from colonnade.errors import Place
from colonnade.sources.markdown import mentions, names, titles
from colonnade.sources.markdown.blocks import Table
from colonnade.sources.markdown.mentions import Index, Mention
from colonnade.sources.markdown.review import lines
from colonnade.sources.markdown.walk import Part
from colonnade.values import replace
from colonnade.vocabulary import volumes
from colonnade.vocabulary.regex import regex

# Fewer than these, without a word such as "rows", are limits and examples rather than volumes.
LEAST = 1000
MOST = 10**15

_NUMBER = regex(
    r"(?<![\w.,-])(?:\d[\d,.]*\s?[kKM]?\s?[-–]\s?)?(?P<digits>\d{1,3}(?:[,._'\u202f ]\d{3})+|\d{1,15}(?:\.\d{1,3})?)\s?"
    r"(?P<scale>[^\W\d_]+)?(?![\w%]|\.\d)\+?"
)
_PERIOD = regex(
    r"\s*(?:\w+\s+){0,2}?(?:(?:per|a|an|each|every|pro|por|par|al|в|/)\s*(?P<unit>[^\W\d_]+)|(?P<word>daily|weekly|monthly|yearly|annually)\b)"
)
_RESERVED = frozenset(("transfer", "queries", "samples", "policies", "before"))


@dataclass(frozen=True, slots=True)
class Number:
    """A count, and where its text starts and ends."""

    count: int
    start: int
    end: int


def stated(parts: Sequence[Part], known: Index, file: str) -> Iterator[DraftEntity]:
    """The rows and the growth that lines and tables state, each under its entity."""
    for part in parts:
        if part.role in _RESERVED:
            continue
        if isinstance(part.block, Table):
            yield from _table(part.block, known, file)
            continue
        about = known.find(part.subject.name) if part.subject else None
        title = f"{titles.bare(part.path[-1])}: " if part.path else ""
        for line in lines((part,)):
            if any(character.isdigit() for character in line.text):
                yield from _line(title, names.plain(line.text), line.place(file), about, known)


def numbers(text: str) -> Iterator[Number]:
    """The counts in `text`; a range counts as its upper end."""
    for match in _NUMBER.finditer(text):
        scale = volumes.SCALES.get((match["scale"] or "").lower(), 1)
        if match["scale"] in ("b", "mm", "m"):  # bits and bytes, millimetres and metres
            continue
        digits = match["digits"]
        grouped = re.fullmatch(r"\d{1,3}(?:[,._'\u202f ]\d{3})+", digits) and not (scale > 1 and "." in digits)
        count = int(float(re.sub(r"[,._'\u202f ]", "", digits) if grouped else digits) * scale)
        end = match.end() if scale > 1 else match.end("digits")
        if 0 < count < MOST:
            yield Number(count, match.start("digits"), end)


def _line(title: str, text: str, place: Place, about: str | None, known: Index) -> Iterator[DraftEntity]:
    found = list(numbers(text)) if len(text) < 2000 else []
    label = volumes.LABEL.match(text)
    start = label.end() if label else 0 if volumes.LABEL.match(title) else None
    if about and start is not None:
        first = next((one for one in found if 0 <= one.start - start < 4), None)
        if first:
            grows = "growth" in f"{title}{text[:start]}".lower()
            yield _told(about, first.count, _months(text[first.end :]), place, grows)
        return
    seen = mentions.find(text, known) if found else []
    for one in found:
        yield from _counted(one, text, seen, place)


def _counted(one: Number, text: str, seen: Sequence[Mention], place: Place) -> Iterator[DraftEntity]:
    """`1M active users`, `tasks: about 5,000 rows`; a number of one thing for each of another tells no total."""
    thing = next((mention for mention in seen if mention.start >= one.end), None)
    if thing and thing.plural and one.count >= LEAST and _adjectives(text[one.end : thing.start]):
        months = _months(text[thing.end :])
        if months or not re.match(r"\s*(?:per|/|each|for (?:a|each))\b", text[thing.end :]):
            yield _told(thing.name, one.count, months, place)
    elif volumes.ROWS.match(text[one.end :]):
        near = [mention for mention in seen if 0 <= one.start - mention.end < 40]
        if near:
            yield _told(near[-1].name, one.count, _months(text[one.end :]), place)


def _adjectives(between: str) -> bool:
    """Whether nothing but up to three describing words stands between a number and what it counts."""
    return bool(re.fullmatch(r"\+?\s*(?:[^\W\d_][\w-]*\s+){0,3}", between)) and not volumes.NOT_ROWS.search(between)


def _months(behind: str) -> float | None:
    """The months of the period that a count is told for, or None where it is no rate."""
    match = _PERIOD.match(behind[:60])
    word = (match["unit"] or match["word"]).lower() if match else ""
    return volumes.PERIODS.get(word) or volumes.PERIODS.get(word.removesuffix("s"))


def _told(name: str, count: int, months: float | None, place: Place, grows: bool = False) -> DraftEntity:
    only = DraftEntity(Fact(name, place), Fact("table", place))
    if months is None and not grows:
        return replace(only, rows=Fact(count, place))
    return replace(only, growth=Fact(max(round(count / (months or 1)), 1), place))


def _table(block: Table, known: Index, file: str) -> Iterator[DraftEntity]:
    """A table of volumes: entities in its first column, counts below titles that say so."""
    heads = [names.plain(span.text) for span in block.header]
    growing = {at for at, head in enumerate(heads) if at and volumes.GROWING.search(head)}
    counting = {at for at, head in enumerate(heads) if at and volumes.COUNTED.search(head)}
    for row in block.rows if counting else ():
        owner = known.find(names.plain(row[0].text)) if row else None
        for at in sorted(counting | growing) if owner else ():
            cell = names.plain(row[at].text) if at < len(row) else ""
            first = next(numbers(cell), None)
            if owner and first and not re.match(r"\s?(?:[KMGT]B|bytes|ms|s\b|%)", cell[first.end :]):
                months = _months(cell[first.end :]) or _months(_rate(heads[at]))
                yield _told(owner, first.count, months, row[at].place(file), at in growing)


def _rate(head: str) -> str:
    """The title of a column from the word on that tells a rate."""
    match = volumes.GROWING.search(head)
    return head[match.start() :] if match else ""
