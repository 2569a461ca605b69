"""What a text must hold for a regular expression to match it: pieces of words and marks, told from the expression."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

Signs = frozenset[str]
# A piece of a word behind it is the beginning of one.
BEGINNING = " "
# How many lines of a document hold a sign of one, two, three and more letters, roughly, out of a thousand.
_FREQUENT = (1000, 200, 60, 20, 8, 4)
# So many sets tell a text apart as well as more would.
_SETS = 3
_DIGITS = "0123456789"
# Larger sets of characters are in every line.
_FEW = 12


def signs(pattern: str, flags: int = 0) -> tuple[Signs, ...]:
    """Small letters in a row and single marks: of each set every text holds one in which `pattern` is found.

    That is said of texts whose letters are all English; others may hold none. The rarest set comes first; there is none
    where nothing is needed.
    """
    try:
        from re import _parser  # type: ignore[attr-defined]
    except ImportError:
        # Python's parser of expressions is no part of its public face: without it nothing is passed over.
        return ()
    return _of_run(_parser.parse(pattern, flags))


def either(found: Iterable[tuple[Signs, ...]]) -> tuple[Signs, ...]:
    """The signs of what matches in several ways; none where one of them needs nothing."""
    ways = list(found)
    if not all(ways):
        return ()
    longest = max(len(way) for way in ways)
    return _rarest(frozenset().union(*(way[min(at, len(way) - 1)] for way in ways)) for at in range(longest))


def _of_run(run: Iterable[Any], begins: bool = False) -> tuple[Signs, ...]:
    """The signs of all parts that stand one after the other; `begins`: at the beginning of a word."""
    return _rarest(one for part in _parts(run, begins) for one in part)


def _rarest(found: Iterable[Signs]) -> tuple[Signs, ...]:
    return tuple(sorted(set(found), key=lambda one: (_frequency(one), sorted(one)))[:_SETS])


def _frequency(found: Signs) -> int:
    return sum(_FREQUENT[min(len(sign), len(_FREQUENT)) - 1] for sign in found)


def _parts(run: Iterable[Any], begins: bool) -> Iterator[tuple[Signs, ...]]:
    """The signs of each part, letters in a row as one."""
    letters, before = "", begins
    for operation, argument in run:
        name = str(operation)
        small = chr(argument).lower() if name == "LITERAL" else ""
        if small.isascii() and small.isalpha():
            letters += small
            continue
        yield _word(letters, before)
        before = before and not letters
        letters = ""
        yield _character(argument) if small else _of_part(name, argument, before)
        before = _ends_words(name, argument, before)
    yield _word(letters, before)


def _word(letters: str, begins: bool) -> tuple[Signs, ...]:
    return (frozenset((BEGINNING * begins + letters,)),) if len(letters) > 1 else ()


def _ends_words(name: str, argument: Any, before: bool) -> bool:
    """Whether a letter behind a part begins a word; `before`: whether one in its place would."""
    if name == "AT":
        return before or str(argument) in ("AT_BOUNDARY", "AT_BEGINNING", "AT_BEGINNING_STRING")
    if name in ("ASSERT", "ASSERT_NOT"):
        return before
    if name == "LITERAL":
        return not chr(argument).isalnum()
    if name == "IN":
        return all(_is_apart(str(operation), one) for operation, one in argument)
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return (argument[0] > 0 or before) and _all_end_words(argument[2])
    if name == "BRANCH":
        return all(_all_end_words(branch) for branch in argument[1])
    return name == "SUBPATTERN" and _all_end_words(argument[-1])


def _all_end_words(run: Sequence[Any]) -> bool:
    return len(run) > 0 and _ends_words(str(run[-1][0]), run[-1][1], False)


def _is_apart(name: str, argument: Any) -> bool:
    """Whether a member of a set is no letter and no digit."""
    return (name == "CATEGORY" and str(argument) == "CATEGORY_SPACE") or (
        name == "LITERAL" and not chr(argument).isalnum()
    )


def _character(code: int) -> tuple[Signs, ...]:
    """A mark or a digit itself, and an empty set for a letter that is not English: no text that is spoken of has it."""
    character = chr(code)
    if character.isspace() or (character.isascii() and character.isalpha()):
        return ()
    if character.isascii() or not character.isalnum():
        return (frozenset((character,)),)
    # Some are English letters to a search that makes no difference between small and capital ones: ı, ſ.
    cases = character.lower() + character.upper() + character.casefold()
    return () if any(one.isascii() for one in cases) else (frozenset(),)


def _of_part(name: str, argument: Any, begins: bool) -> tuple[Signs, ...]:
    if name == "SUBPATTERN":
        return _of_run(argument[-1], begins)
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return _of_run(argument[2], begins and argument[1] == 1) if argument[0] else ()
    if name == "BRANCH":
        return either(_of_run(branch, begins) for branch in argument[1])
    if name == "ASSERT":
        return _of_run(argument[1])
    if name == "ATOMIC_GROUP":
        return _of_run(argument, begins)
    if name == "IN":
        return either(_members(argument))
    return ()


def _members(members: Iterable[Any]) -> Iterator[tuple[Signs, ...]]:
    """The signs of a set of characters."""
    for operation, argument in members:
        name = str(operation)
        if name == "LITERAL":
            yield _character(argument)
        elif name == "RANGE" and argument[1] - argument[0] < _FEW:
            yield either(_character(one) for one in range(argument[0], argument[1] + 1))
        elif name == "CATEGORY" and str(argument) == "CATEGORY_DIGIT":
            yield (frozenset(_DIGITS),)
        else:
            yield ()
