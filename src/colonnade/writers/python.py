"""Safe Python source: literals, docstrings, identifiers that are nobody else's. Names and texts are data."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ODD = re.compile(r"\W+")
# File systems of some machines refuse these names whatever the extension.
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
)
_MODULE_LENGTH = 60


def docstring(text: str) -> str:
    """`text` as a docstring of one line that nothing in it can end."""
    escapes = {"\\": "\\\\", '"': '\\"'}
    line = " ".join(text.split())
    if line.isprintable() and escapes.keys().isdisjoint(line):
        return f'"""{line}"""'
    body = "".join(escapes.get(mark) or (mark if mark.isprintable() else repr(mark)[1:-1]) for mark in line)
    return f'"""{body}"""'


def call(function: str, *arguments: str, **named: str | None) -> str:
    """A call as source; arguments are source too, a named one of None is left out."""
    pairs = (f"{name}={value}" for name, value in named.items() if value is not None)
    return f"{function}({', '.join((*arguments, *pairs))})"


def listing(parts: Iterable[str]) -> str:
    """A list display of source parts."""
    return f"[{', '.join(parts)}]"


def texts(values: Iterable[str]) -> str:
    """A list display of string literals."""
    return listing(map(repr, values))


def mapping(pairs: Iterable[tuple[str, str]]) -> str:
    """A dict display; keys are texts, values source."""
    return "{" + ", ".join(f"{key!r}: {value}" for key, value in pairs) + "}"


def _identifier(text: str, fallback: str) -> str:
    """`text` where it is an identifier, with `fallback` before it where that makes it one, else without odd marks."""
    text = unicodedata.normalize("NFKC", text)
    if text.isidentifier():
        return text
    kept = "".join(mark for mark in text if ("_" + mark).isidentifier())
    return unicodedata.normalize("NFKC", f"{fallback}_{kept}").rstrip("_")


@lru_cache(maxsize=16384)
def snake(name: str) -> str:
    """`name` as an identifier in snake_case without underscores at its ends; a keyword gets one behind it.

    >>> snake("Order"), snake("from"), snake("1st"), snake("na\\"me")
    ('order', 'from_', 'n_1st', 'na_me')
    """
    words = _ODD.sub("_", _BOUNDARY.sub("_", unicodedata.normalize("NFKC", name)))
    text = _identifier(words.strip("_").lower(), "n")
    return text + "_" if keyword.iskeyword(text) else text


@lru_cache(maxsize=16384)
def camel(name: str) -> str:
    """`name` as an identifier in CamelCase.

    >>> camel("task_status"), camel("na\\"me"), camel("TodoTag"), camel("none"), camel("1st")
    ('TaskStatus', 'NaMe', 'TodoTag', 'None_', 'N_1st')
    """
    words = _ODD.sub("_", unicodedata.normalize("NFKC", name)).split("_")
    text = _identifier("".join(word[:1].upper() + word[1:] for word in words), "N")
    return text + "_" if keyword.iskeyword(text) else text


@lru_cache(maxsize=16384)
def constant(name: str) -> str:
    """`name` as an identifier in capitals, as an enum's members are written: `in progress` gives IN_PROGRESS."""
    words = _ODD.sub("_", _BOUNDARY.sub("_", unicodedata.normalize("NFKC", name)))
    return _identifier(words.strip("_").upper() or "EMPTY", "VALUE")


def module(name: str) -> str:
    """`name` as the name of a module that every file system takes."""
    text = snake(name)[:_MODULE_LENGTH].rstrip("_")
    return text + "_" if text in _DEVICES or keyword.iskeyword(text) else text


def distinct(wanted: Iterable[tuple[Key, str]], reserved: frozenset[str] = frozenset()) -> dict[Key, str]:
    """A name for each key, no two alike and none of `reserved`: an underscore or a number is put behind later ones."""
    taken: set[str] = set()
    names: dict[Key, str] = {}
    for key, name in wanted:
        candidate = name if name not in reserved else name.rstrip("_") + "_"
        number = 2
        while candidate in taken or candidate in reserved:
            candidate, number = f"{name.rstrip('_')}_{number}", number + 1
        taken.add(candidate)
        names[key] = candidate
    return names
