"""Lifecycles: the allowed moves of a state, and the column that holds it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from colonnade.design.draft import DraftAttribute, DraftEntity, Fact
from colonnade.errors import Place
from colonnade.sources.markdown import mentions, names, titles
from colonnade.sources.markdown.blocks import Paragraph
from colonnade.sources.markdown.forms.around import lines_of
from colonnade.sources.markdown.mentions import Index
from colonnade.sources.markdown.walk import Part
from colonnade.vocabulary import habits
from colonnade.vocabulary.regex import regex

Entities = Mapping[str, DraftEntity]

_LABEL = regex(r"(?:allowed |valid |legal )?(?:(?:state|status) )?transitions?(?: of \w+)?\s*:", re.IGNORECASE)
_STATE_ARROW = regex(
    r"`?\[?(?P<left>[^\W\d][\w -]{0,30}?)\]?`?\s*(?:-{1,2}>|→|=>|⟶|──▶|─▶|─+>)\s*`?\[?(?=(?P<right>[^\W\d][\w -]{0,30}?)\]?`?\s*(?:$|[,;(:|→\-─=.]|when|on\b|via\b))",  # noqa: E501
    re.MULTILINE,
)


def transitions(parts: Sequence[Part], known: Index, entities: Entities, file: str) -> Iterator[DraftEntity]:
    """The allowed moves of a state: (column, from, to), under the entity that a section on states is about."""
    for part in parts:
        found = list(_moves(part, file)) if _speaks(part) else []
        states = {state for left, right, _ in found for state in (left, right)}
        about = (_about(part, known, entities) or _holder(entities, states)) if found else None
        if about is not None:
            column = _column(entities[about], part, states)
            moves = tuple(Fact((column, left, right), place) for left, right, place in found)
            yield DraftEntity(Fact(about, found[0][2]), Fact("table", found[0][2]), transitions=moves)


def _moves(part: Part, file: str) -> Iterator[tuple[str, str, Place]]:
    for text, place in lines_of(part, file):
        for match in _STATE_ARROW.finditer(text):
            yield match["left"].strip(), match["right"].strip(), place


def _holder(entities: Entities, states: set[str]) -> str | None:
    """The only entity that has a column with these states, else the only one with a state."""
    listing = [name for name, one in entities.items() if any(_lists(column, states) for column in one.attributes)]
    usual = [name for name, one in entities.items() if any(map(_usual, one.attributes))]
    return listing[0] if len(listing) == 1 else usual[0] if len(usual) == 1 and not listing else None


def _speaks(part: Part) -> bool:
    """Whether the part stands under a title on states, `Order Lifecycle`, or begins with `State transitions:`."""
    if part.role == "states" or bool(part.path and titles.read(part.path[-1]).role == "states"):
        return True
    return isinstance(part.block, Paragraph) and _LABEL.match(names.plain(part.block.text)) is not None


def _about(part: Part, known: Index, entities: Entities) -> str | None:
    """The entity of the section, or the one that its title names: `Order Status Lifecycle`."""
    about = known.find(part.subject.name) if part.subject else None
    if about is None:
        seen = [mention for title in part.path[::-1] for mention in mentions.find(titles.bare(title), known)]
        about = seen[0].name if seen else None
    return about if about in entities else None


def _column(entity: DraftEntity, part: Part, states: set[str]) -> str:
    """The column that a title or label names, else the one whose values are these states, else the only state."""
    title = names.key(titles.bare(part.path[-1])) if part.path else ""
    named = [one for one in entity.attributes if f"_{names.key(one.name.value)}_" in f"_{title}_"]
    listing = [one for one in entity.attributes if _lists(one, states)]
    usual = [one for one in entity.attributes if _usual(one)]
    for found in ([one for one in named if one in listing], listing, named, usual):
        if len(found) == 1:
            return found[0].name.value
    return ""


def _usual(attribute: DraftAttribute) -> bool:
    return names.key(attribute.name.value) in habits.STATUS_COLUMNS


def _lists(attribute: DraftAttribute, states: set[str]) -> bool:
    """Whether the closed list of a column has at least two of the states, and most of them."""
    values = {_state(one) for one in attribute.enum_values.value} if attribute.enum_values else set()
    shared = {_state(one) for one in states} & values
    return len(shared) > 1 and 2 * len(shared) > len(states)


def _state(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
