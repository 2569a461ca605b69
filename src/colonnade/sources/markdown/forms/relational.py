"""Relations as textbooks write them: `loan (id_loan, #id_reader, due_date)`, keys underlined, foreign keys marked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from colonnade.design.draft import DraftAttribute, DraftEntity, Fact
from colonnade.errors import Place
from colonnade.sources.markdown import facts, names
from colonnade.sources.markdown.blocks import Bullets
from colonnade.sources.markdown.facts import Facts
from colonnade.sources.markdown.forms.block import PRECISION, Block, block, is_transfer, kind_of, snake
from colonnade.sources.reading import Reading
from colonnade.vocabulary.regex import regex

_RELATION = regex(
    r"^[ \t]*(?:[-*•+][ \t]+|\d+\.[ \t]+)?[`*]*(?P<name>[^\W\d]\w*)[`*]*[ \t]*[:：]?[ \t]*"
    r"\((?P<inside>[^()]{3,1000})\)",
    re.MULTILINE,
)
_COLUMN = regex(r"(?P<mark>(?:#|=>|\*|<u>|__?(?=[^\W\d_]))*)\s*(?P<name>[^\W\d_]\w*?)(?P<behind>(?:#|\*|</u>|__?)*)")
_PROGRAM = regex(r"[;{}=]|\bfunction\b|\bdef\b|\breturn\b|->|\bselect\b", re.IGNORECASE)
# What opens a condition below a relation.
_NO_NAME = frozenset("unique primary foreign key index check references constraint enum in values pk fk".split())


def read(text: str, place: Place) -> Reading | None:
    """The relations of a text, or None where it holds fewer than two, or one that has no key."""
    if "(" not in text or _PROGRAM.search(text):
        return None
    found = tuple(_entities(text, block(text, place)))
    keyed = sum(_has_key(one) for one in found)
    if len(found) < 2 or keyed * 2 < len(found):
        return None
    return Reading("outline", PRECISION["sql-pseudo"], found)


def of_items(listed: Bullets, file: str) -> Reading | None:
    """The relations of a list with one an item, or None where an item is none."""
    if not all(item.lines and "(" in item.text and "," in item.text for item in listed.items):
        return None
    reading = read("\n".join(item.text for item in listed.items), listed.items[0].lines[0].place(file))
    return reading if reading and len(reading.entities) == len(listed.items) else None


def sniff(text: str) -> bool:
    """Whether a block without a label holds such relations."""
    return read(text, Place("")) is not None


def _entities(text: str, seen: Block) -> Iterator[DraftEntity]:
    for match in _RELATION.finditer(text):
        name, place = match["name"], seen.at(match.start("name"))
        columns = tuple(_columns(match["inside"], name, place)) if name.lower() not in _NO_NAME else ()
        if len(columns) > 1 and not is_transfer(name, [one.name.value for one in columns]):
            yield DraftEntity(Fact(name, place), Fact(kind_of(name), place), attributes=columns)


def _columns(inside: str, relation: str, place: Place) -> Iterator[DraftAttribute]:
    """The columns of a bracket, or none where anything in it is more than a name."""
    pieces = [piece.strip(" \t\n`") for piece in inside.split(",")]
    matches = [_COLUMN.fullmatch(piece) for piece in pieces]
    for match in matches if all(matches) else ():
        assert match is not None
        told: Facts = {}
        target = _stem(match["name"])
        if "<u>" in match["mark"] or "_" in match["mark"] + match["behind"]:
            told = {"primary_key": Fact(True, place)}
        elif "#" in match["mark"] + match["behind"] and target != names.key(relation):
            told = {"references": Fact(target, place)}
        yield facts.attribute(match["name"], place, told)


def _stem(name: str) -> str:
    """`reader` of `id_reader` and `reader_id`."""
    return snake(name).removeprefix("id_").removesuffix("_id")


def _has_key(one: DraftEntity) -> bool:
    written = [snake(column.name.value) for column in one.attributes]
    named = any(name in ("id", "code") or name.startswith(("id_", "num_", "code_")) for name in written)
    return named or any(name.endswith("_id") for name in written) or any(map(_is_key, one.attributes))


def _is_key(column: DraftAttribute) -> bool:
    return column.primary_key is not None
