"""What a list of rules says of single columns: `name required`, `code 必须唯一`, `title: 1-200 characters`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from colonnade import sql
from colonnade.design.draft import DraftEntity, Fact
from colonnade.sources.markdown import facts, names
from colonnade.sources.markdown.facts import Facts
from colonnade.sources.markdown.forms import patterns
from colonnade.sources.markdown.said import Columns, Said, first_column
from colonnade.vocabulary.regex import regex

# What a rule may add to a column; its type and what it points at stand beside the column itself.
_FIELDS = ("nullable", "unique", "min_length", "max_length", "least", "most", "meaning")
# A clause on several columns may make the set unique, and none of them.
_OF_ONE = ("min_length", "max_length", "least", "most", "meaning")
_WORD = regex(r"[^\W\d]\w*")
# A longer clause tells when and why, and its words are no flags.
_LONGEST_FACT = 12
# Longer than this it is a story.
LONGEST = 300
_CELL_CLAUSES = regex(r"\s{0,8}(?:[;。；，、]|\.(?=\s|$)|,(?![^()]{0,400}\)))\s*|<br\s*/?>|\s[–—]\s")
_ITEM_CLAUSES = regex(r"\s{0,8}(?:[;。；]|\.(?=\s|$))(?![^()]{0,400}\))\s*|<br\s*/?>")
_COMMAS = regex(r"\s*,(?![^()]{0,400}\))\s*")
_GOES_ON = regex(
    r"\W*(?:\d|must|may|can|should|shall|is|has|max|min|at|between|no|not|never|only|required|optional|unique|valid|one|debe|muss|doit|deve|必|不|唯)",
    re.IGNORECASE,
)
# Pieces between commas that are as short are rules of their own.
_SHORT = 5
# The number of a requirement beside a rule.
_NUMBERED = regex(r"\s*[(（\[]?\b(?:N?FR|SC|BR|VR|REQ|US|AC)-[A-Z]{0,4}-?\d+[a-z]?\b[)）\]]?")
_COLUMN_FIRST = regex(r"[^:：]{1,40}[:：]\s*")


def stated(said: Iterable[Said], columns: Columns) -> Iterator[DraftEntity]:
    """Each short clause of a list of rules, as facts of the column that it is about."""
    for one in said:
        mine = columns.get(one.entity, {})
        for clause in clauses(one) if one.rule and not one.cell else ():
            column = spoken_of(clause, one, columns)
            several = len({mine[key] for word in _WORD.findall(clause) if (key := names.key(word)) in mine}) > 1
            fields = _OF_ONE if several else _FIELDS
            told = {field: fact for field, fact in read(clause, one, column).items() if field in fields}
            # What is SQL already is a condition of its own.
            if column and told and sql.expression(clause) is None:
                attribute = facts.attribute(column, one.place, told)
                yield DraftEntity(Fact(one.entity, one.place), Fact("table", one.place), attributes=(attribute,))


def spoken_of(clause: str, one: Said, columns: Columns) -> str:
    """The column that a clause begins with, else the one that the whole text is about where the clause goes on with it."""  # noqa: E501
    own = first_column(clause, columns.get(one.entity, {}))
    goes_on = one.cell or _GOES_ON.match(clause) or clause[:12] in one.text[:20]
    return own or (one.column if goes_on else "")


def read(clause: str, one: Said, column: str) -> Facts:
    """The facts of `column` in a clause; of a long one only what stands alone in it."""
    standing = one.cell or len(clause.split()) <= _LONGEST_FACT
    return facts.read(bare(clause), one.place, "constraint" if standing else "remark", column)


def bare(clause: str) -> str:
    """`clause` without the head that a colon ends."""
    return _COLUMN_FIRST.sub("", clause, count=1)


def clauses(one: Said) -> Iterator[str]:
    """The clauses of a text but the one with a regular expression that is understood."""
    text = patterns.hidden(one.text) if one.column else one.text
    text = _NUMBERED.sub("", names.plain(text.replace("\\|", "|"))[: 4 * LONGEST])
    for clause in (_CELL_CLAUSES if one.cell or not one.rule else _ITEM_CLAUSES).split(text):
        pieces = _COMMAS.split(clause) if clause else []
        short = all(len(piece.split()) <= _SHORT for piece in pieces)
        for piece in pieces if short else [clause]:
            stripped = piece.strip(" .:：*`→-")
            if stripped and len(stripped) <= LONGEST and patterns.HIDDEN not in stripped:
                yield stripped
