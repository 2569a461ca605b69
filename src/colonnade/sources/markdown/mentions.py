"""Where a text names entities that the documents know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from colonnade.design.draft import DraftEntity
from colonnade.sources.markdown import names
from colonnade.sources.markdown.forms.block import snake
from colonnade.vocabulary.naming import ascii_fold
from colonnade.vocabulary.regex import regex

_ONE_NAME = regex(r"[\w'’-]+(?: [\w'’-]+)*")
_POSSESSIVE = ("'s", "’s")
_COLUMN = regex(r"[`*]*\.`?([^\W\d]\w*)")
_GOES_ON = regex(r"[_-]\w")
_TOKEN = regex(r"[^\W_](?:\w|(?<=\w)['’-](?=\w))*")
# Common words that are entities in some documents and plain English in the next.
_PLAIN = {"order": regex(r"\bin\s+$"), "item": None, "type": None, "state": None, "value": None}
LONGEST = 4
# So many last words of a name are looked up without those before them.
TAIL = 6
# An entity's last word alone is its name behind one of these, unless the word says next to nothing.
ARTICLES = ("a", "an", "one", "each")
TOO_COMMON = frozenset(
    """status type record log entry item data detail info information note code number name date time value level list
    line setting reason rule state group key event history summary report result file user account member role version
    message link point day period tag entity table model request response change unit category class set map
    token""".split()
)


@dataclass(frozen=True, slots=True)
class Mention:
    """`name` is the entity's; `plural` tells whether the text names several; `column` follows a dot: `tasks.user_id`."""  # noqa: E501

    name: str
    start: int
    end: int
    plural: bool
    column: str = ""


@dataclass(frozen=True, slots=True)
class Index:
    """The known entities by the keys of all their names."""

    by_key: Mapping[str, str]
    # The first words of all names: most words of a text start none, and are passed over quickly.
    starts: frozenset[str]
    # The only name whose key ends so after an underscore: `order` of `shop_order`.
    by_tail: Mapping[str, str]
    # The plurals of other languages, where no name is spelt so: `bateaux` of `bateau`.
    by_plural: Mapping[str, str]

    def find(self, written: str) -> str | None:
        return self.by_key.get(names.key(written)) or self.by_plural.get(names.spelling(written))

    def named_after(self, singular: str) -> str | None:
        """The only entity whose name is a plural of `singular` in another language: `ordenes` of `orden`."""
        found = {self.by_key[one] for one in names.foreign_plurals(singular) if one in self.by_key}
        return found.pop() if len(found) == 1 else None


def index(entities: Iterable[DraftEntity], aliases: Mapping[str, str] | None = None) -> Index:
    """An Index of `entities` by name and table; `aliases` are further names."""
    known: dict[str, str] = {}
    for one in entities:
        known.setdefault(names.key(one.name.value), one.name.value)
    for one in entities:
        if one.table:
            known.setdefault(names.key(one.table.value), one.name.value)
        for part in re.split(r"\s*/\s*", one.name.value) if "/" in one.name.value else ():
            known.setdefault(names.key(part), one.name.value)
    for alias, name in (aliases or {}).items():
        known.setdefault(names.key(alias), name)
    for word, name in _short_names(known).items():
        known.setdefault(word, name)
    # Columns are often written without the accents of the names: `id_movel` of `Móvel`.
    for key, name in list(known.items()):
        if not key.isascii() and len(bare := ascii_fold(key)) >= len(key):
            known.setdefault(names.key(bare), name)
    known.pop("", None)
    plurals = _plurals(known)
    starts = frozenset(start for key in (*known, *plurals) for start in _starts(key))
    return Index(known, starts, _tails(known), plurals)


def _plurals(known: Mapping[str, str]) -> dict[str, str]:
    """The plurals of other languages that belong to one name alone."""
    found: dict[str, set[str]] = {}
    for key, name in known.items():
        for plural in names.foreign_plurals(key):
            found.setdefault(plural, set()).add(name)
    return {plural: next(iter(named)) for plural, named in found.items() if len(named) == 1}


def _short_names(known: Mapping[str, str]) -> dict[str, str]:
    """`run` for the only entity whose name ends so, `Edition Run`; texts go on with the last word alone."""
    last: dict[str, set[str]] = {}
    for key, name in known.items():
        word = key.rpartition("_")[2]
        if "_" in key and len(word) > 2 and word not in TOO_COMMON:
            last.setdefault(word, set()).add(name)
    return {
        f"{article}_{word}": next(iter(found))
        for word, found in last.items()
        if len(found) == 1 and word not in known
        for article in ARTICLES
    }


def _tails(known: Mapping[str, str]) -> dict[str, str]:
    """The last words of all keys, of each up to a handful, where they belong to one name alone."""
    found: dict[str, set[str]] = {}
    for key, name in known.items():
        last = key.rsplit("_", TAIL)[1:]
        for count in range(len(last)):
            found.setdefault("_".join(last[count:]), set()).add(name)
    return {tail: next(iter(names_)) for tail, names_ in found.items() if len(names_) == 1}


def _starts(key: str) -> tuple[str, ...]:
    first = key.split("_", 1)[0]
    return (first, names.singular(first))


def find(text: str, known: Index) -> list[Mention]:
    """The entities that `text` names, in order; the longest name at a place wins."""
    tokens = list(_TOKEN.finditer(text))
    found: list[Mention] = []
    position = 0
    while position < len(tokens):
        # Most words start no name; they are passed over here, where it costs least.
        first = names.first_word(tokens[position][0])
        if first not in known.starts and names.singular(first) not in known.starts:
            position += 1
            continue
        mention, used = _at(text, tokens, position, known)
        if mention is not None:
            found.append(mention)
        position += used
    return found


def _at(text: str, tokens: list[re.Match[str]], position: int, known: Index) -> tuple[Mention | None, int]:
    start = tokens[position].start()
    for count in range(min(LONGEST, len(tokens) - position), 0, -1):
        end = tokens[position + count - 1].end()
        written = text[start:end]
        if count > 1 and not _ONE_NAME.fullmatch(written):
            continue
        bare = written[:-2] if written.endswith(_POSSESSIVE) else written
        name = known.find(bare)
        if name is None or not _means_it(bare, text, start, end, name):
            continue
        if count > 1 and tokens[position][0].lower() in ARTICLES:
            start = tokens[position + 1].start()
        column = _COLUMN.match(text, end)
        plural = (
            names.key(bare) not in known.by_key
            or names.key(bare) != snake(bare)
            or bare.lower().endswith(("data", "people"))
        )
        return Mention(name, start, end, plural, column[1] if column else ""), count
    return None, 1


def _means_it(written: str, text: str, start: int, end: int, name: str) -> bool:
    lowered = written.lower()
    if lowered in _PLAIN and written.islower():
        pattern = _PLAIN[lowered]
        return pattern is not None and not pattern.search(text[:start])
    # `user_id` speaks of the column, `User.email` of the entity.
    return not _GOES_ON.match(text, end) and not (start and text[start - 1] in "_-")
