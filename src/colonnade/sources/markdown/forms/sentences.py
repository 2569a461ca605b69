"""Rules in sentences: "ends_at must be after starts_at", "no overlapping bookings", "paid_at only when paid"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from colonnade import sql
from colonnade.design.draft import DraftEntity, Fact
from colonnade.errors import Place
from colonnade.sources.markdown import names
from colonnade.sources.markdown.blocks import Bullets, Paragraph, Span, Table
from colonnade.sources.markdown.mentions import Index
from colonnade.sources.markdown.walk import Part
from colonnade.vocabulary import constraints as words
from colonnade.vocabulary import signs
from colonnade.vocabulary.regex import regex

Columns = Mapping[str, Mapping[str, str]]

_SILENT = frozenset(("transfer", "queries", "samples", "unstored", "states", "before", "policies", "enums", "indexes"))
_CLAUSES = regex(r"\s{0,8}(?:[;。；]|\.(?=\s|$)|,(?![^()]{0,400}\)))\s*|\s[–—]\s|\s\((?=must|may|only|after|before)")
_HEAD = regex(r"(?P<column>[^\W\d]\w*(?: [^\W\d]\w*){0,2}?)\s*(?:[:：(]|\s[–—-]\s)")
_NAME = r"[^\W\d]\w*(?: [^\W\d]\w*){0,2}"
_STATES = tuple(regex(one, re.IGNORECASE) for one in (*words.ONLY_WITH, *words.REQUIRED_WITH))
_LONGEST = 200


def stated(parts: Sequence[Part], known: Index, columns: Columns, file: str) -> Iterator[DraftEntity]:
    """The conditions on several columns that stand in words beside the columns of an entity or below them."""
    for part in parts:
        about = known.find(part.subject.name) if part.subject else None
        if about is None or part.role in _SILENT:
            continue
        mine = columns.get(about, {})
        for subject, clause, place in _clauses(part, mine, file):
            text = condition(clause, subject, mine)
            if text:
                yield DraftEntity(Fact(about, place), Fact("table", place), constraints=(Fact(text, place),))


def _clauses(part: Part, mine: Mapping[str, str], file: str) -> Iterator[tuple[str, str, Place]]:
    """(the column that is spoken of or "", a clause, its place)."""
    for subject, span in _texts(part):
        text = names.plain(span.text)[: 4 * _LONGEST]
        head = _HEAD.match(text) if not subject else None
        spoken = subject or (head["column"] if head else "")
        rest = text[head.end() :].rstrip(")") if head and names.key(spoken) in mine else text
        counts = any(pattern.search(rest) for pattern, _ in words.COUNTED)
        for clause in re.split(r"[.;](?:\s|$)", rest) if counts else _CLAUSES.split(rest):
            bare = _unwrapped(clause.strip(" .:")) if clause else ""
            if bare and len(bare) <= _LONGEST:
                yield mine.get(names.key(spoken), ""), bare, span.place(file)


def _unwrapped(clause: str) -> str:
    """`clause` without brackets at its ends, unless they belong to what is inside: `status IN (1, 2)`."""
    return clause if clause.endswith(")") and not clause.startswith("(") and "(" in clause else clause.strip(" .:()")


def _texts(part: Part) -> Iterator[tuple[str, Span]]:
    if isinstance(part.block, Bullets):
        yield from (
            ("", Span(one.text, one.lines[0].line, one.lines[0].column)) for one in part.block.items if one.lines
        )
    elif isinstance(part.block, Paragraph):
        yield from (("", line) for line in part.block.lines)
    elif isinstance(part.block, Table):
        for row in part.block.rows:
            yield from ((names.plain(row[0].text), cell) for cell in row[1:])


def condition(clause: str, subject: str, mine: Mapping[str, str]) -> str:
    """The clause as a constraint of the entity, or "" where it is none."""
    if not (signs.CONDITION.may(clause) or signs.CONDITION.may(subject)):
        return ""
    if words.OVERLAP.search(clause):
        return clause
    return (
        _counted(clause, mine)
        or _nonzero(clause, subject, mine)
        or _ordered(clause, subject, mine)
        or _in_a_state(clause, subject, mine)
        or _compared(clause, mine)
    )


def _counted(clause: str, mine: Mapping[str, str]) -> str:
    """`exactly one of post_id and photo_id is set` as a condition in SQL."""
    for pattern, operator in words.COUNTED:
        match = pattern.fullmatch(clause)
        listed = re.split(r"\s*,\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+", match["columns"]) if match else []
        columns = [mine[names.key(one)] for one in listed if names.key(one) in mine]
        if columns and len(columns) == len(listed):
            return f"num_nonnulls({', '.join(map(sql.ident, columns))}) {operator} 1"
    return ""


def _nonzero(clause: str, subject: str, mine: Mapping[str, str]) -> str:
    """`must not be zero`, of the column that is spoken of or the one before it."""
    match = words.NONZERO.search(clause)
    column = (mine.get(names.key(clause[: match.start()])) or subject) if match else ""
    return f"{sql.ident(column)} <> 0" if column else ""


def _ordered(clause: str, subject: str, mine: Mapping[str, str]) -> str:
    """`ends_at must be after starts_at` as a condition in SQL."""
    for pattern, operator in words.ORDERS:
        match = pattern.search(clause)
        if match is None:
            continue
        left = mine.get(names.key(clause[: match.start()])) if match.start() else subject
        right = mine.get(names.key(clause[match.end() :]))
        return f"{sql.ident(left)} {operator} {sql.ident(right)}" if left and right and left != right else ""
    return ""


def _in_a_state(clause: str, subject: str, mine: Mapping[str, str]) -> str:
    """`cancelled_at is set only when status is cancelled`, in the words of the document."""
    for text in (clause, f"{subject} {clause}" if subject else ""):
        match = next((found for pattern in _STATES if (found := pattern.fullmatch(text))), None)
        if match and names.key(match["a"]) in mine:
            return text
    return ""


def _compared(clause: str, mine: Mapping[str, str]) -> str:
    """`quantity <= capacity` and the like: a condition in SQL over at least two columns of the entity."""
    if not words.COMPARING.search(clause) or not any(_is_column(word, mine) for word in _WORD.findall(clause)):
        return ""
    named = _columns_in(clause)
    return clause if len(named) > 1 and all(_is_column(one, mine) for one in named) else ""


_WORD = regex(r"\w+")


def _is_column(word: str, mine: Mapping[str, str]) -> bool:
    return mine.get(names.key(word)) == word


@lru_cache(maxsize=4096)
def _columns_in(clause: str) -> frozenset[str]:
    from colonnade.design import conditions

    text = conditions.safe(clause)
    return frozenset(conditions.names(text)) if text else frozenset()
