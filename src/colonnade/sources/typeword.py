"""A type as an entity list writes it: `string(200)`, `enum(a, b)`, `text[]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from colonnade import types
from colonnade.config import suggestion
from colonnade.sources.tree import shown
from colonnade.sql import NAME_BYTES
from colonnade.vocabulary import formats, habits


@dataclass(frozen=True, slots=True)
class TypeWord:
    """A type that was understood: as written without a closed list, which stands in `values`.

    `max_length` is the number in `text(500)`: PostgreSQL's text has no length, so it is a fact of its own.
    """

    written: str
    values: tuple[str, ...] | None = None
    max_length: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a text, and what to do next."""

    message: str
    fix: str


# What a bracket may hold: how many whole numbers, and each one's range, as PostgreSQL has them.
LIMITS: dict[str, tuple[tuple[int, int], ...]] = {
    "length": ((1, 10_485_760),),
    "precision, scale": ((1, 1000), (0, 1000)),
    "precision": ((0, 6),),
    "dimensions": ((1, 16_000),),
}
EXAMPLES = "write a type such as string(200), text, integer, decimal(10,2), timestamp, uuid, text[] or enum(a,b)"
MAX_CHARACTERS = 200
_CLOSED_LIST = re.compile(r"enum\s*\((?P<values>.*)\)\s*(?P<array>\[\d*\])?", re.IGNORECASE | re.DOTALL)
_BRACKET = re.compile(r"(?P<word>[^()\[\]]*)(?:\((?P<inside>[^()]*)\))?.*", re.DOTALL)
_LEADING = re.compile(r"[\w ]+(?:\([^()]*\))?(?:\[\d*\])*")
_CLAUSE = re.compile(
    r"\b(not\s+null|null|unique|primary\s+key|default|references|check|required|optional)\b", re.IGNORECASE
)


@lru_cache(maxsize=8192)
def read_type(text: str) -> TypeWord | Problem:
    """`text` as a type, or why it is none."""
    closed = _CLOSED_LIST.fullmatch(text.strip())
    if closed:
        return _closed_list(text, closed["values"], closed["array"])
    bare = " ".join(text.split())
    if not bare:
        return Problem("the type is empty", EXAMPLES)
    if len(bare) > MAX_CHARACTERS:
        return Problem(f"the type {shown(bare)} is over {MAX_CHARACTERS} characters long", EXAMPLES)
    if bare.lower() in habits.IDIOMS or bare.lower() in formats.TYPES_OF:
        return TypeWord(bare)
    resolved = types.resolve(bare)
    if resolved is None or resolved.row is None:
        return _unknown(bare)
    return _with_bracket(bare, resolved.row)


def _with_bracket(text: str, row: types.TypeRow) -> TypeWord | Problem:
    match = _BRACKET.fullmatch(text)
    inside = match["inside"] if match else None
    if inside is None or text.lower() in types.BY_WORD:
        return TypeWord(text)
    numbers = [part.strip() for part in inside.split(",")]
    limits = LIMITS["length"] if row.name == "text" else LIMITS.get(row.modifier, ())
    if not limits:
        return Problem(
            f"{row.name} takes no number, so {shown(text)} says nothing",
            f"write {match['word'].strip() if match else row.name}",
        )
    if len(numbers) > len(limits) or not all(map(_within, numbers, limits)):
        ranges = ", ".join(f"{low} to {high}" for low, high in limits)
        return Problem(f"the bracket of {shown(text)} is not what {row.name} takes", f"write whole numbers: {ranges}")
    if len(numbers) == 2 and int(numbers[1]) > int(numbers[0]):
        return Problem(f"{shown(text)} has more digits after the point than in all", "write decimal(precision,scale)")
    return TypeWord(text, max_length=int(numbers[0]) if row.name == "text" else None)


def _within(number: str, limit: tuple[int, int]) -> bool:
    return number.isascii() and number.isdigit() and len(number) < 10 and limit[0] <= int(number) <= limit[1]


def _unknown(text: str) -> Problem:
    head = _type_at_start(text)
    if head:
        fix = f'write the type alone ({head}), and the rest under constraints, as in "title NOT NULL"'
        return Problem(f"{shown(text)} is more than a type", fix)
    word = re.split(r"[(\[]", text.strip(), maxsplit=1)[0].strip()
    if word.lower() == "enum":
        return Problem("the enum has no list of values", "write enum(a,b)")
    near = suggestion(word.lower(), (*types.words(), "enum"))
    return Problem(f"no type is called {shown(word)}", near or EXAMPLES)


def _type_at_start(text: str) -> str:
    """The type that `text` begins with and goes on after, or an empty string."""
    clause, leading = _CLAUSE.search(text), _LEADING.match(text)
    heads = (text[: clause.start()].strip(" (,") if clause else "", leading[0].strip() if leading else "")
    return next((head for head in heads if head not in ("", text) and isinstance(read_type(head), TypeWord)), "")


def _closed_list(text: str, inside: str, array: str | None) -> TypeWord | Problem:
    values = split_values(inside)
    if array:
        return Problem(f"an array of a closed list, {shown(text)}, is not available", "write text[]")
    if isinstance(values, Problem):
        return values
    if not values:
        return Problem("the enum has no values", "write enum(a,b)")
    repeated = next((value for position, value in enumerate(values) if value in values[:position]), None)
    if repeated is not None:
        return Problem(f"the enum lists {shown(repeated)} twice", "remove one")
    for value in values:
        if not value:
            return Problem("the enum has an empty value", "remove the extra comma, or write the value")
        if len(value.encode()) > NAME_BYTES:
            return Problem(f"the enum's value {shown(value)} is over {NAME_BYTES} bytes long", "shorten it")
    return TypeWord("enum", values)


# A value between quotes, a quote in it doubled or behind a backslash; or anything without a comma.
_VALUE = re.compile(
    r"""\s*(?:'(?P<single>(?:[^'\\]|''|\\.)*)'|"(?P<double>(?:[^"\\]|""|\\.)*)"|(?P<bare>[^,'"][^,]*|))\s*(?:,|\Z)""",
    re.DOTALL,
)


def split_values(inside: str) -> tuple[str, ...] | Problem:
    """The values of a closed list: bare ones may hold spaces and apostrophes, quoted ones commas too."""
    if not inside.strip():
        return ()
    values: list[str] = []
    position = 0
    while position <= len(inside):
        match = _VALUE.match(inside, position)
        if match is None:
            return Problem(
                f"the values of the enum are not understood from {shown(inside[position:])} on", "write enum('a','b')"
            )
        values.append(_unquoted(match))
        if match.end() == len(inside) and not match[0].endswith(","):
            break
        position = match.end()
    return tuple(values)


def _unquoted(match: re.Match[str]) -> str:
    for group, quote in (("single", "'"), ("double", '"')):
        if match[group] is not None:
            return re.sub(r"\\(.)", r"\1", match[group].replace(quote * 2, quote), flags=re.DOTALL)
    return (match["bare"] or "").strip()
