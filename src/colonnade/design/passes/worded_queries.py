"""Queries in words, such as "all rentals of a customer, newest first", as the SELECT that they ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from colonnade import sql
from colonnade.design.passes.externals import known_table
from colonnade.design.passes.patterns import PAGE
from colonnade.design.work import Blueprint, Work
from colonnade.vocabulary import naming, queries

_WORD = re.compile(r"[^\W_][\w']*")
_LONGEST = 4


def select(work: Work, title: str) -> str:
    """The SELECT that `title` asks for, with named parameters, or "" where its words do not settle one.

    A search names no operator, and which one is meant decides which index helps: it is never guessed.
    """
    found = _subject(work, title)
    if found is None or queries.SEARCH.match(title):
        return ""
    blueprint, start, end = found
    equal = [*_named_values(work, blueprint, title[max(start - 40, 0) : start])]
    equal += _choices(work, blueprint, title[end:])
    order = _order(blueprint, title)
    if not equal and not order:
        return ""
    source = sql.ident(blueprint.active_view or blueprint.name)
    where = f" WHERE {' AND '.join(dict.fromkeys(equal))}" if equal else ""
    if queries.COUNT.search(title[:start]):
        return f"SELECT count(*) FROM {source}{where}"
    return f"SELECT * FROM {source}{where}{order} LIMIT {PAGE}"


def _phrases(text: str) -> Iterator[tuple[str, int, int]]:
    """Runs of words, longer ones first at each place, with where they begin and end."""
    words = list(_WORD.finditer(text))
    for at, first in enumerate(words):
        for last in reversed(words[at : at + _LONGEST]):
            yield text[first.start() : last.end()], first.start(), last.end()


def _subject(work: Work, title: str) -> tuple[Blueprint, int, int] | None:
    """The first table of this schema that the words name."""
    for phrase, start, end in _phrases(title):
        table = known_table(work.known, phrase.removesuffix("'s"))
        owned = table is not None and not work.tables[table].external
        if table is not None and owned and not title[end:].startswith("'") and not phrase.endswith("'s"):
            return work.tables[table], start, end
    return None


def _named_values(work: Work, blueprint: Blueprint, before: str) -> Iterator[str]:
    """`available bikes`: a value of a closed list in front of what it describes."""
    words = before.lower().replace("-", "_").split()
    spelled = {words[-1], "_".join(words[-2:])} if words else set[str]()
    for name, column in blueprint.columns.items():
        for value in work.enums[column.type].values if column.type in work.enums else ():
            if value.lower() in spelled:
                yield f"{sql.ident(name)} = {sql.literal(value)}"


def _choices(work: Work, blueprint: Blueprint, text: str) -> Iterator[str]:
    """`by status`, `of a customer`: the columns and the parents by which rows are chosen."""
    bare = queries.ORDER.sub("", text)
    for match in queries.CHOICE.finditer(bare):
        for words in re.split(r"\s*,\s*|\s+(?:and|or)\s+", match["words"].strip()):
            column = blueprint.column(naming.snake(words, "column")) or _key_to(work, blueprint, words)
            if column is not None:
                yield f"{sql.ident(column)} = :{column}"


def _key_to(work: Work, blueprint: Blueprint, words: str) -> str | None:
    """The column that points at the table that `words` name, where it is the only one."""
    table = known_table(work.known, words.removesuffix("'s"))
    keys = [link.columns[0] for link in work.links if link.child == blueprint.name and link.parent == table]
    return keys[0] if table is not None and len(keys) == 1 else None


def _order(blueprint: Blueprint, title: str) -> str:
    stated = queries.ORDER.search(title)
    keys = list(_sorted(blueprint, stated["columns"])) if stated else []
    created = blueprint.created_at
    if not keys and created and queries.NEWEST.search(title):
        keys = [f"{sql.ident(created)} DESC"]
    elif not keys and created and queries.OLDEST.search(title):
        keys = [sql.ident(created)]
    return f" ORDER BY {', '.join(keys)}" if keys else ""


def _sorted(blueprint: Blueprint, text: str) -> Iterator[str]:
    for part in re.split(r",\s*(?:then )?|\band\b|\bthen\b", text):
        down = bool(queries.DESCENDING.search(part))
        bare = queries.ASCENDING.sub("", queries.DESCENDING.sub("", part)).strip()
        column = blueprint.column(naming.snake(bare, "column")) if bare else None
        if column is None:
            return
        yield f"{sql.ident(column)}{' DESC' if down else ''}"
