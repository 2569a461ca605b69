"""Of which pieces of words and marks each text that a regular expression matches holds one, told from the expression."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

Signs = frozenset[str]
# How many lines of a document hold a sign of one, two, three and more letters, roughly, out of a thousand.
_FREQUENT = (1000, 200, 60, 20, 8, 4)
_DIGITS = "0123456789"
# Larger sets of characters are in every line.
_FEW = 12


def signs(pattern: str, flags: int = 0) -> Signs | None:
    """Small letters in a row and single marks of which each text holds one in which `pattern` is found.

    That is said of texts whose letters are all English; others may hold none. None where there is no such set.
    """
    try:
        from re import _parser  # type: ignore[attr-defined]
    except ImportError:
        # Python's parser of expressions is no part of its public face: without it nothing is passed over.
        return None
    return _of_run(_parser.parse(pattern, flags))


def _of_run(run: Iterable[Any]) -> Signs | None:
    """The rarest signs of the parts that stand one after the other."""
    found = [one for one in _parts(run) if one is not None]
    return min(found, key=lambda one: (_frequency(one), sorted(one)), default=None)


def _frequency(found: Signs) -> int:
    return sum(_FREQUENT[min(len(sign) if sign.isalpha() else 1, len(_FREQUENT)) - 1] for sign in found)


def _parts(run: Iterable[Any]) -> Iterator[Signs | None]:
    """The signs of each part, letters in a row as one."""
    letters = ""
    for operation, argument in run:
        small = chr(argument).lower() if str(operation) == "LITERAL" else ""
        if small.isascii() and small.isalpha():
            letters += small
            continue
        yield _word(letters)
        letters = ""
        yield _character(argument) if small else _of_part(str(operation), argument)
    yield _word(letters)


def _word(letters: str) -> Signs | None:
    return frozenset((letters,)) if len(letters) > 1 else None


def _character(code: int) -> Signs | None:
    """A mark or a digit itself, and nothing at all of a letter that is not English: no text that is spoken of has it."""
    character = chr(code)
    if character.isspace() or (character.isascii() and character.isalpha()):
        return None
    if character.isascii() or not character.isalnum():
        return frozenset((character,))
    # Some are English letters to a search that makes no difference between small and capital ones: ı, ſ.
    cases = character.lower() + character.upper() + character.casefold()
    return None if any(one.isascii() for one in cases) else frozenset()


def _of_part(name: str, argument: Any) -> Signs | None:
    if name == "SUBPATTERN":
        return _of_run(argument[-1])
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return _of_run(argument[2]) if argument[0] else None
    if name == "BRANCH":
        return either(_of_run(branch) for branch in argument[1])
    if name == "ASSERT":
        return _of_run(argument[1])
    if name == "ATOMIC_GROUP":
        return _of_run(argument)
    if name == "IN":
        return either(_members(argument))
    return None


def either(found: Iterable[Signs | None]) -> Signs | None:
    """The signs of what matches in several ways; None where one of them has none."""
    told = list(found)
    return frozenset().union(*(one for one in told if one is not None)) if None not in told else None


def _members(members: Iterable[Any]) -> Iterator[Signs | None]:
    """The signs of a set of characters."""
    for operation, argument in members:
        name = str(operation)
        if name == "LITERAL":
            yield _character(argument)
        elif name == "RANGE" and argument[1] - argument[0] < _FEW:
            yield either(_character(one) for one in range(argument[0], argument[1] + 1))
        elif name == "CATEGORY" and str(argument) == "CATEGORY_DIGIT":
            yield frozenset(_DIGITS)
        else:
            yield None
