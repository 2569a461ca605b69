"""Regular expressions that PostgreSQL reads as their author meant them, and texts that fit them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# Longer ones are programs, and their texts would be as long.
LONGEST = 400
_MOST = 255
# How often a part comes that may come any number of times: the first of these that gives a text of a wanted length.
REPEATS = (3, 1, 2, 5, 8, 16)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"
_SHORTHAND = {"d": _DIGITS, "w": _LETTERS + _DIGITS, "s": " "}
_CLASSES = {
    "alpha": _LETTERS, "digit": _DIGITS, "alnum": _LETTERS + _DIGITS, "lower": _LETTERS, "upper": _LETTERS.upper(),
    "space": " ", "xdigit": _DIGITS + "abcdef", "punct": "-_.",
}  # fmt: skip
# What a class that names only what it has not may hold.
_ANY = _LETTERS + _DIGITS + _LETTERS.upper() + "-_."
_QUANTIFIER = re.compile(r"(?:(?P<sign>[*+?])|\{(?P<least>\d{1,3})(?:(?P<comma>,)(?P<most>\d{1,3})?)?\})\??")
_POSIX = re.compile(r"\[:(?P<name>[a-z]+):\]")
_UNICODE = re.compile(r"u(?P<code>[0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class One:
    """One character of `marks`."""

    marks: str


@dataclass(frozen=True, slots=True)
class Row:
    """One part after the other."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of several."""

    ways: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Again:
    """A part several times."""

    part: Part
    least: int
    most: int


Part = One | Row | Either | Again


class _Foreign(ValueError):
    """Something that PostgreSQL reads otherwise, or that no text is made for."""


@lru_cache(maxsize=1024)
def understood(pattern: str) -> Part | None:
    """The parts of `pattern`, or None where PostgreSQL reads it otherwise than most languages, or does not at all."""
    if not pattern or len(pattern) > LONGEST or not pattern.isprintable():
        return None
    try:
        part, end = _either(pattern, 0)
    except (_Foreign, IndexError, RecursionError):
        return None
    return part if end == len(pattern) else None


def text(part: Part, repeats: int, number: int) -> str:
    """A text that fits `part`: another one for each `number`, as long as there are any."""
    return _text(part, repeats, number)[0]


def _text(part: Part, repeats: int, number: int) -> tuple[str, int]:
    """The text, and what of `number` is left to tell further parts apart."""
    match part:
        case One(marks):
            number, place = divmod(number, len(marks))
            return marks[place], number
        case Either(ways):
            number, place = divmod(number, len(ways))
            return _text(ways[place], repeats, number)
        case Again(inner, least, most):
            return _run((inner,) * min(most, max(least, repeats)), repeats, number)
        case Row(parts):
            return _run(parts, repeats, number)


def _run(parts: tuple[Part, ...], repeats: int, number: int) -> tuple[str, int]:
    # From the last one on, as numbers count.
    texts: list[str] = []
    for one in reversed(parts):
        made, number = _text(one, repeats, number)
        texts.append(made)
    return "".join(reversed(texts)), number


def _either(pattern: str, at: int) -> tuple[Part, int]:
    ways: list[Part] = []
    while True:
        way, at = _row(pattern, at)
        ways.append(way)
        if pattern[at : at + 1] != "|":
            return (ways[0] if len(ways) == 1 else Either(tuple(ways))), at
        at += 1


def _row(pattern: str, at: int) -> tuple[Part, int]:
    parts: list[Part] = []
    while at < len(pattern) and pattern[at] not in "|)":
        if pattern[at] in "^$":
            if parts if pattern[at] == "^" else pattern[at + 1 : at + 2] not in ("", "|", ")"):
                raise _Foreign
            at += 1
            continue
        part, at = _atom(pattern, at)
        match = _QUANTIFIER.match(pattern, at)
        if match:
            part, at = _repeated(part, match), match.end()
        parts.append(part)
    return Row(tuple(parts)), at


def _repeated(part: Part, match: re.Match[str]) -> Part:
    least, most = {"*": (0, _MOST), "+": (1, _MOST), "?": (0, 1)}.get(match["sign"] or "", (0, 0))
    if match["least"]:
        least = int(match["least"])
        most = int(match["most"]) if match["most"] else _MOST if match["comma"] else least
    if max(least, most) > _MOST or most < least:
        raise _Foreign
    return Again(part, least, most)


def _atom(pattern: str, at: int) -> tuple[Part, int]:
    sign = pattern[at]
    if sign == "(":
        return _group(pattern, at + 1)
    if sign == "[":
        return _class(pattern, at + 1)
    if sign == "\\":
        marks, at = _escaped(pattern, at + 1)
        return One(marks), at
    if sign in "*+?{}]":
        raise _Foreign
    return One(_ANY if sign == "." else sign), at + 1


def _group(pattern: str, at: int) -> tuple[Part, int]:
    if pattern[at : at + 1] == "?":
        if pattern[at : at + 2] != "?:":
            raise _Foreign
        at += 2
    part, at = _either(pattern, at)
    return part, at + 1


def _escaped(pattern: str, at: int) -> tuple[str, int]:
    sign = pattern[at : at + 1]
    unicode = _UNICODE.match(pattern, at)
    if unicode:
        return chr(int(unicode["code"], 16)), unicode.end()
    if sign in _SHORTHAND:
        return _SHORTHAND[sign], at + 1
    # A letter behind the sign is an order, and few of them mean the same everywhere.
    if not sign or sign.isalnum():
        raise _Foreign
    return sign, at + 1


def _class(pattern: str, at: int) -> tuple[Part, int]:
    negated = pattern[at : at + 1] == "^"
    at += negated
    marks = ""
    while pattern[at] != "]":
        first, at = _member(pattern, at)
        if pattern[at] == "-" and pattern[at + 1] != "]" and len(first) == 1:
            last, at = _member(pattern, at + 1)
            first = "".join(chr(code) for code in range(ord(first), min(ord(last), ord(first) + 60) + 1))
        marks += first
    if not negated and not marks:
        raise _Foreign
    chosen = "".join(mark for mark in _ANY if mark not in marks) if negated else "".join(dict.fromkeys(marks))
    if not chosen:
        raise _Foreign
    return One(chosen), at + 1


def _member(pattern: str, at: int) -> tuple[str, int]:
    posix = _POSIX.match(pattern, at)
    if posix:
        if posix["name"] not in _CLASSES:
            raise _Foreign
        return _CLASSES[posix["name"]], posix.end()
    if pattern[at] == "\\":
        return _escaped(pattern, at + 1)
    if pattern[at] == "[":
        raise _Foreign
    return pattern[at], at + 1
