"""Names as people write them: decoration taken off, and the key by which two spellings are the same thing."""

from __future__ import annotations

import re
from functools import lru_cache

from colonnade.sources.markdown.forms.block import snake
from colonnade.vocabulary import plurals
from colonnade.vocabulary.regex import regex

# Nouns whose last letter is no plural.
_IRREGULAR = {
    "movies": "movie", "series": "series", "cookies": "cookie", "calories": "calorie", "people": "person", "children": "child",  # noqa: E501
    "species": "species", "news": "news", "statuses": "status", "aliases": "alias", "quizzes": "quiz", "buses": "bus",
    "analyses": "analysis", "indices": "index", "media": "media", "data": "data", "stats": "stat", "analytics": "analytics",  # noqa: E501
    "criteria": "criteria", "kudos": "kudos", "focus": "focus", "addresses": "address", "categories": "category", "matches": "match",  # noqa: E501
    "bonuses": "bonus", "canvases": "canvas", "lenses": "lens", "biases": "bias", "diagnoses": "diagnosis", "theses": "thesis",  # noqa: E501
}  # fmt: skip

# In `1—*`, `0..*` and `*--1` the star is a number.
_MARKS = regex(
    r"`+|(?<!\d[:∶—–-])(?<!\d--)(?<!\d\.\.)(?<!\*--)\*++(?![:∶—–-]{1,2}[01*])|(?<![^\W_])_{1,2}(?=\S)|(?<=\S)_{1,2}(?![^\W_])|\\(?=[_*`|<>\[\]])"
)
_MARK = regex(r"[`*_\\]")
_LINK = regex(r"!?\[([^\[\]]*)\]\([^()]*\)|\[\[([^\[\]|]*)(?:\|[^\[\]]*)?\]\]")
_CODED = regex(r"[a-z0-9][A-Z]|_|\.")
_IDENTIFIER = regex(r"[^\W\d][\w$]*(?:\.[^\W\d][\w$]*)?")


@lru_cache(maxsize=65536)
def singular(word: str) -> str:
    """The last word of a snake_case name made singular, well enough to compare two names."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= 3 or word.endswith(("ss", "us", "is")) or not word.endswith("s"):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1]


@lru_cache(maxsize=65536)
def key(name: str) -> str:
    """`OrderLines`, `order_line` and `public.order_lines` as `order_line`."""
    bare = name.strip().strip("`\"'[]*")
    _schema, dot, last = bare.rpartition(".")
    if dot and _IDENTIFIER.fullmatch(bare):
        bare = last
    head, low, tail = snake(bare).rpartition("_")
    return head + low + singular(tail)


@lru_cache(maxsize=65536)
def spelling(name: str) -> str:
    """`public.Bateaux` as `bateaux`: the name as it is written, singular or plural."""
    return snake(name.strip().strip("`\"'[]*").rpartition(".")[2])


@lru_cache(maxsize=65536)
def foreign_plurals(name: str) -> frozenset[str]:
    """`petits_bateaux` is none of `PetitBateau`, `petit_bateaux` is: the last word in the plural of other languages."""
    head, low, tail = spelling(name).rpartition("_")
    return frozenset(head + low + one for one in plurals.of(tail))


@lru_cache(maxsize=65536)
def first_word(token: str) -> str:
    """`order` of `OrderLine`, `order_line` and `Order's`."""
    return snake(token).split("_", 1)[0]


def plain(text: str) -> str:
    """`text` without Markdown's marks: `**users**`, `` `users` `` and `[users](x.md)` are `users`."""
    return _plain(text) if "[" in text or _MARK.search(text) else text


@lru_cache(maxsize=65536)
def _plain(text: str) -> str:
    text = _LINK.sub(lambda match: match[1] or match[2] or "", text) if "[" in text else text
    return _MARKS.sub("", text) if _MARK.search(text) else text


def is_identifier(text: str) -> bool:
    """One word that a programmer would write: `due_date`, `dueDate`, `auth.users`, `価格`."""
    return bool(_IDENTIFIER.fullmatch(text))


def looks_coded(text: str) -> bool:
    """An identifier that prose would not contain: with an underscore, a hump or a dot inside."""
    return is_identifier(text) and bool(_CODED.search(text))


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)?", text)


def either(text: str) -> list[str]:
    """`Staff/Master`, two names of one thing, as both; any other name alone."""
    parts = [part.strip() for part in text.split("/")]
    return parts if 1 < len(parts) < 4 and all(re.fullmatch(r"[A-Z][A-Za-z]+", part) for part in parts) else [text]
