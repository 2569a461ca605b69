"""Regular expressions that cost nothing until they are needed, and little where none of their words occurs.

A pattern is compiled when it is first asked. A long one that is asked often gets signs: pieces of words and marks that
each text holds which it matches. They are taken from the pattern itself, so that nobody keeps them by
hand. Which patterns a text may match is told for all of them by one look at each of its words.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
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
    """A regular expression. Its methods are those of a compiled one; `search`, `finditer` and `sub` look for signs first."""

    __slots__ = ("flags", "pattern", *_METHODS)
    search: Callable[..., re.Match[str] | None]
    finditer: Callable[..., Iterator[re.Match[str]]]
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
    """Counts how often a pattern is asked, and gives it signs when that is often."""
    asked = 0

    def counted(find: Callable[..., Any]) -> Callable[..., Any]:
        def search(*given: Any, **named: Any) -> Any:
            nonlocal asked
            asked += 1
            if asked == _OFTEN:
                _guard(one, compiled)
            return find(*given, **named)

        return search

    one.search, one.finditer, one.sub = counted(compiled.search), counted(compiled.finditer), counted(compiled.sub)


def _guard(one: Regex, compiled: re.Pattern[str]) -> None:
    """Lets a pattern search only those texts that hold its signs."""
    sign = _sign_of((one,))

    def search(text: str, begin: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        if len(text) < _LONGEST and told(text) & sign != sign:
            return None
        return compiled.search(text, begin, end)

    def finditer(text: str) -> Iterator[re.Match[str]]:
        if len(text) < _LONGEST and told(text) & sign != sign:
            return iter(())
        return compiled.finditer(text)

    def sub(with_what: str | Callable[[re.Match[str]], str], text: str, count: int = 0) -> str:
        if len(text) < _LONGEST and told(text) & sign != sign:
            return text
        return compiled.sub(with_what, text, count)

    found = (search, finditer, sub) if sign else (compiled.search, compiled.finditer, compiled.sub)
    one.search, one.finditer, one.sub = found


class Either:
    """Several patterns as one question: whether a text may hold what any of them looks for."""

    __slots__ = ("_asked", "_sign", "patterns")

    def __init__(self, *patterns: re.Pattern[str]) -> None:
        self.patterns = patterns
        self._asked = 0
        self._sign = 0

    def may(self, text: str) -> bool:
        """False where nothing can be found in `text`."""
        if self._sign:
            return len(text) >= _LONGEST or told(text) & self._sign == self._sign
        self._asked += 1
        if self._asked == _OFTEN:
            self._sign = _sign_of(self.patterns)
        return True


def _sign_of(patterns: Sequence[Regex | re.Pattern[str]]) -> int:
    """The bits of a text that one of `patterns` may match; 0 where it may be any."""
    found = needed.either(_signs(one.pattern, one.flags) for one in patterns)
    return sum(_WORDS.added(one) for one in found)


_signs = lru_cache(maxsize=1024)(needed.signs)


class _Words(dict[str, int]):
    """For each word and each mark the sets of signs of which one is in it, one bit a set."""

    def __init__(self) -> None:
        self.sets = 0
        # The pieces of words by their first letters, and the marks.
        self.pieces: dict[str, list[tuple[str, bool, int]]] = {}

    def added(self, found: frozenset[str]) -> int:
        """The bit of a further set."""
        self.sets += 1
        bit = 1 << self.sets
        for piece in found:
            letters = piece.removeprefix(needed.BEGINNING)
            self.pieces.setdefault(letters[:_FIRST], []).append((letters, letters != piece, bit))
        self.clear()
        told.cache_clear()
        return bit

    def __missing__(self, word: str) -> int:
        if len(self) > _MOST:
            self.clear()
        bits = 0
        for start in range(len(word)):
            for length in range(1, _FIRST + 1):
                for piece, begins, bit in self.pieces.get(word[start : start + length], ()):
                    if not (begins and start) and word.startswith(piece, start):
                        bits |= bit
        self[word] = bits
        return bits


_WORDS = _Words()
_WORD = re.compile(r"[a-z]+|[^a-z\s]")
# Of letters that are not English nothing is said: some of them are English ones, written otherwise.
_FOREIGN = re.compile(r"[^\W\x00-\x7f]")


@lru_cache(maxsize=65536)
def told(text: str) -> int:
    """The sets of signs of which `text` holds one, one bit each."""
    if not text.isascii() and _FOREIGN.search(text):
        return _ALL
    bits = 0
    for word in set(_WORD.findall(text.lower())):
        bits |= _WORDS[word]
    return bits


__all__ = ["Either", "Regex", "regex", "told"]
