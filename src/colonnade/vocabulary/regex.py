"""Regular expressions that cost nothing until they are needed, and little where none of their words occurs.

A pattern is compiled when it is first asked. A long one that is asked often gets signs: pieces of words and marks of
which each text that it matches holds one at least. They are taken from the pattern itself, so that nobody keeps them by
hand. Which patterns a text may match is told for all of them by one look at each of its words.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from colonnade.vocabulary import needed

# A shorter pattern is as fast as the look at the words.
_LONG = 50
# So many texts are searched before the signs are worth what they cost.
_OFTEN = 300
# A longer text holds a sign of nearly everything.
_LONGEST = 4000
_ALL = -1
# So many letters tell pieces of words apart, and so many words are kept.
_FIRST = 3
_MOST = 50_000
_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split", "groups", "groupindex")

if TYPE_CHECKING:
    # For type checkers it is what it stands for.
    from re import compile as regex
else:

    def regex(text, flags=0):
        """What `re.compile` gives, made when it is first used."""
        return Regex(text, flags)


class Regex:
    """A regular expression. Its methods are those of a compiled one; `search` and `sub` look for signs first."""

    __slots__ = ("flags", "pattern", *_METHODS)
    search: Callable[..., re.Match[str] | None]
    sub: Callable[..., str]

    def __init__(self, text: str, flags: int = 0) -> None:
        self.pattern = text
        self.flags = flags

    def __getattr__(self, name: str) -> Any:
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self.flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        if len(self.pattern) >= _LONG:
            _watch(self, compiled)
        return getattr(self, name)


def _watch(one: Regex, compiled: re.Pattern[str]) -> None:
    """Counts the searches of a pattern, and gives it signs when they are many."""
    asked = 0

    def search(text: str, begin: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        nonlocal asked
        asked += 1
        if asked == _OFTEN:
            _guard(one, compiled)
        return compiled.search(text, begin, end)

    one.search = search


def _guard(one: Regex, compiled: re.Pattern[str]) -> None:
    """Lets a pattern search only those texts that hold one of its signs."""
    found = needed.signs(one.pattern, one.flags)
    sign = 0 if found is None else _WORDS.added(found)

    def search(text: str, begin: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        if len(text) < _LONGEST and not told(text) & sign:
            return None
        return compiled.search(text, begin, end)

    def sub(with_what: str | Callable[[re.Match[str]], str], text: str, count: int = 0) -> str:
        if len(text) < _LONGEST and not told(text) & sign:
            return text
        return compiled.sub(with_what, text, count)

    one.search, one.sub = (search, sub) if sign else (compiled.search, compiled.sub)


class Either:
    """Several patterns as one question: whether a text may hold what any of them looks for."""

    __slots__ = ("_asked", "_sign", "patterns")

    def __init__(self, *patterns: re.Pattern[str]) -> None:
        self.patterns = patterns
        self._asked = 0
        self._sign = _ALL

    def may(self, text: str) -> bool:
        """False where nothing can be found in `text`."""
        if self._sign != _ALL:
            return len(text) >= _LONGEST or told(text) & self._sign != 0
        self._asked += 1
        if self._asked == _OFTEN:
            found = needed.either(needed.signs(one.pattern, one.flags) for one in self.patterns)
            self._sign = _ALL if found is None else _WORDS.added(found)
        return True


class _Words(dict[str, int]):
    """For each word and each mark the patterns that have a sign in it, one bit a pattern."""

    def __init__(self) -> None:
        self.patterns = 0
        # The pieces of words by their first letters, and the marks.
        self.pieces: dict[str, list[tuple[str, int]]] = {}

    def added(self, found: frozenset[str]) -> int:
        """The bit of a further pattern, whose signs are `found`."""
        self.patterns += 1
        bit = 1 << self.patterns
        for piece in found:
            self.pieces.setdefault(piece[:_FIRST], []).append((piece, bit))
        self.clear()
        told.cache_clear()
        return bit

    def __missing__(self, word: str) -> int:
        if len(self) > _MOST:
            self.clear()
        bits = 0
        for start in range(len(word)):
            for length in range(1, _FIRST + 1):
                for piece, bit in self.pieces.get(word[start : start + length], ()):
                    bits |= bit if word.startswith(piece, start) else 0
        self[word] = bits
        return bits


_WORDS = _Words()
_WORD = re.compile(r"[a-z]+|[^a-z\s]")
# Of letters that are not English nothing is said: some of them are English ones, written otherwise.
_FOREIGN = re.compile(r"[^\W\x00-\x7f]")


@lru_cache(maxsize=65536)
def told(text: str) -> int:
    """The patterns of which `text` holds a sign, one bit each."""
    if not text.isascii() and _FOREIGN.search(text):
        return _ALL
    bits = 0
    for word in set(_WORD.findall(text.lower())):
        bits |= _WORDS[word]
    return bits


__all__ = ["Either", "Regex", "regex", "told"]
