"""Op: one schema change as a value, and what every operation answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple, Protocol, TypeAlias

from colonnade.ops.step import Step

Key: TypeAlias = tuple[str, str]
"""What an operation makes or needs: a kind (`relation`, `type`, `function`, …) and a name as SQL."""


class Level(IntEnum):
    """The chapters of a script, in the order in which they come where no dependency says otherwise."""

    NAMESPACES = 0
    EXTENSIONS = 1
    TYPES = 2
    SEQUENCES = 3
    FUNCTIONS = 4
    TABLES = 5
    LATE_CONSTRAINTS = 6
    VIEWS = 7
    DEFAULTS = 8


class Position(NamedTuple):
    """Where a reader looks for an operation: chapter, section (an object's name as SQL), rank in it, name.

    Among operations that do not depend on each other, the one with the smaller position comes first.
    """

    level: Level
    section: str
    rank: int
    name: str


@dataclass(frozen=True, slots=True)
class Irreversible:
    """The answer of `reverse()` where nothing can bring back what is gone."""

    why: str


class Op(Protocol):
    """One schema change. Every answer is derived from its fields alone.

    `creates` and `needs` are keys for ordering; `mentions` are names found in SQL text, which may or may not be
    objects. `within` is the object with which the result vanishes when that is dropped.
    The locks of its steps are those on relations that were there before, for nobody can wait for a new one, less
    the ACCESS SHARE on what an expression merely names, and those on the indexes and sequences of a locked table.
    """

    @property
    def subject(self) -> str: ...
    @property
    def position(self) -> Position: ...
    @property
    def creates(self) -> tuple[Key, ...]: ...
    @property
    def needs(self) -> tuple[Key, ...]: ...
    @property
    def mentions(self) -> frozenset[str]: ...
    @property
    def within(self) -> Key | None: ...
    def steps(self) -> tuple[Step, ...]: ...
    def reverse(self) -> Op | Irreversible: ...


class Plain:
    """The answers of an operation that makes nothing, needs nothing and stands alone."""

    __slots__ = ()

    @property
    def creates(self) -> tuple[Key, ...]:
        return ()

    @property
    def needs(self) -> tuple[Key, ...]:
        return ()

    @property
    def mentions(self) -> frozenset[str]:
        return frozenset()

    @property
    def within(self) -> Key | None:
        return None


_NAME = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_WORDS = re.compile(rf"'((?:[^']|'')*)'|({_NAME}(?:\.{_NAME})*)")


@lru_cache(maxsize=16384)
def words(text: str) -> frozenset[str]:
    """The names that may be objects in an SQL text: identifiers, and string literals (`'a_seq'::regclass`)."""
    found = (match[1] if match[1] is not None else match[2] for match in _WORDS.finditer(text))
    return frozenset(name.removeprefix("public.") for name in found)


def mentioned(*texts: str | None) -> frozenset[str]:
    """The names in all of `texts`."""
    return frozenset[str]().union(*(words(text) for text in texts if text))
