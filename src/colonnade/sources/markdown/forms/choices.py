"""Closed lists of values that a line states for a column away from where the column stands: `status ∈ {open, paid}`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from colonnade.design.draft import DraftEntity, Fact
from colonnade.sources.markdown import facts, names, written
from colonnade.sources.markdown.mentions import Index
from colonnade.sources.markdown.review import lines
from colonnade.sources.markdown.walk import Part
from colonnade.vocabulary import qualifiers
from colonnade.vocabulary.regex import regex

# The columns of each entity, as written, by their keys.
Columns = Mapping[str, Mapping[str, str]]
_OTHER = frozenset(("transfer", "queries", "samples", "policies", "before", "unstored"))
_COLUMN = r"(?<![\w.])(?P<column>[^\W\d]\w*)"
_VALUES = r"\s*[:：]?\s*(?P<values>[^.;。]{3,200})"
_LISTS = (
    regex(rf"{_COLUMN}\s*(?:∈|(?:must|can|may) be (?:one of|either)|(?:is )?one of){_VALUES}", re.IGNORECASE),
    regex(rf"^\W*{_COLUMN}\s*\(\s*enum\b[^()]*\)\s*(?=[:：]){_VALUES}", re.IGNORECASE),
)
# `status must be active or ended` lists values; `price must be positive or zero` does not.
_EITHER = regex(rf"{_COLUMN} (?:must|can|may) be (?P<values>[\w-]+(?:, [\w-]+)*,? or [\w-]+)(?=\s*(?:$|[.;,]))")


def stated(parts: Sequence[Part], known: Index, columns: Columns, file: str) -> Iterator[DraftEntity]:
    """The lists that lines state, each for the entity that they stand under, or the only one with such a column."""
    for part in parts:
        if part.role in _OTHER or part.key_entities:
            continue
        about = known.find(part.subject.name) if part.subject else None
        for line in lines((part,)):
            for column, values in _in_line(names.plain(line.text)):
                owner = _owner(names.key(column), about, columns)
                if owner is not None:
                    place = line.place(file)
                    name = columns[owner][names.key(column)]
                    told = facts.attribute(name, place, {"enum_values": Fact(values, place)})
                    yield DraftEntity(Fact(owner, place), Fact("table", place), attributes=(told,))


def _owner(key: str, about: str | None, columns: Columns) -> str | None:
    if about is not None:
        return about if key in columns.get(about, {}) else None
    owners = [one for one in columns if key in columns[one]]
    return owners[0] if len(owners) == 1 else None


def _in_line(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    if len(text) > 1000:
        return
    found = [match for pattern in _LISTS for match in pattern.finditer(text)]
    found += [match for match in _EITHER.finditer(text) if facts.is_choice(match["column"])]
    for match in found:
        inside = re.match(r"[\[{(](?P<inside>[^\[\]{}()]*)[\]})]", match["values"].strip())
        listed = inside["inside"] if inside else match["values"]
        values, _ = ((), None) if qualifiers.OPEN_LIST.search(listed) else written.closed(listed)
        if len(values) > 1 and all(len(value.split()) <= 2 for value in values):
            yield match["column"], values
