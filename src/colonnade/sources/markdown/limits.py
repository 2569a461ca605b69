"""The limits of a number that a text states: from where, up to where."""

from __future__ import annotations

from functools import lru_cache

from colonnade.design.draft import Limit
from colonnade.vocabulary import limits as words
from colonnade.vocabulary import signs
from colonnade.vocabulary.regex import regex

# Longer than this it is prose about the domain.
_LONGEST = 240
_CLAUSES = regex(r"(?:[;。；]|\.(?=\s|$)|\n)\s*")


@lru_cache(maxsize=65536)
def read(text: str) -> tuple[Limit | None, Limit | None]:
    """The least and the greatest value that `text` allows, each None where it says nothing of it."""
    if not signs.LIMIT.may(text):
        return None, None
    least: Limit | None = None
    most: Limit | None = None
    for clause in _CLAUSES.split(text[:_LONGEST]):
        if words.CONDITIONAL.search(clause.split(",")[0]):
            continue
        low, high = _range(clause)
        least, most = least or low or _end(clause, "least"), most or high or _end(clause, "most")
    return (least, most) if _possible(least, most) else (None, None)


def _range(clause: str) -> tuple[Limit | None, Limit | None]:
    match = next((found for pattern in words.RANGES if (found := pattern.search(clause))), None)
    return (Limit(_number(match["low"])), Limit(_number(match["high"]))) if match else (None, None)


def _end(clause: str, end: str) -> Limit | None:
    for side, inclusive, pattern in words.LIMITS:
        match = pattern.search(clause) if side == end else None
        if match:
            return Limit(_number(match.groupdict().get("number") or "0"), inclusive)
    return None


def _number(written: str) -> str:
    return written.replace("−", "-").replace(",", "").replace("_", "")


def _possible(least: Limit | None, most: Limit | None) -> bool:
    return least is None or most is None or float(least.number) <= float(most.number)
