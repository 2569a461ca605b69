"""Tables as an outline: a name in a line of its own, below it a column a line, indented, listed or ruled off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from colonnade.design.draft import DraftAttribute, DraftEntity, DraftIndex, DraftRelationship, Fact, RelationKind
from colonnade.errors import Place
from colonnade.sources.markdown import facts, names
from colonnade.sources.markdown.forms import bullets
from colonnade.sources.markdown.forms.block import PRECISION, Block, block, is_transfer, kind_of, with_key_relations
from colonnade.sources.markdown.forms.notation import told
from colonnade.sources.reading import Reading
from colonnade.vocabulary.regex import regex

_HEAD = regex(
    r"^[ \t]*(?:[-*•+]\s+)?(?:(?:create\s+)?(?:table|entity|model|collection)[ \t:]+)?"
    r"[`\"*]*(?P<name>[^\W\d]\w*(?:\.\w+)?)[`\"*]*"
    r"[ \t]*(?P<note>\([^()\n]*\)|\[[^\]\n]*\])?[ \t]*[:：]?[ \t]*(?:(?:--|#|//|←|—)[^\n]*)?$",
    re.IGNORECASE,
)
_MARK = regex(r"[ \t]*(?:[│|┃║]?[ \t]*[├└┣┗╠╚┝┕|+`][─━═\-┄]+[ \t>]*|[-*•+·][ \t]+|[│┃║][ \t]+)?")
_RULE = regex(r"[ \t]*[-=_─━═~]{3,}[ \t]*")
_SET = regex(
    r"(?:(?P<key>primary key|pk)|(?P<unique>unique)|(?P<index>key|index|idx))\b[^()]*\((?P<columns>[^()]+)\)",
    re.IGNORECASE,
)
_NO_NAME = frozenset(
    "select from where insert update delete get post put patch return note notes example output input type".split()
)
_PROGRAM = regex(
    r"[;{}][ \t]*$|=>|\bfunction\b|\breturn\b|^[ \t]*(?:GET|POST|PUT|PATCH|DELETE)[ \t]+/|://", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: how far in its text starts, whether a mark stands before it, and where the text stands."""

    text: str
    indent: int
    marked: bool
    offset: int


def sniff(text: str) -> bool:
    """Whether a block without a label holds at least one such table."""
    return not _PROGRAM.search(text) and any(_table(head, body, block(text, Place(""))) for head, body in _groups(text))


def read(text: str, place: Place) -> Reading | None:
    """The tables of a block, or None where it holds none."""
    if _PROGRAM.search(text):
        return None
    seen = block(text, place)
    made = tuple(found for head, body in _groups(text) if (found := _table(head, body, seen)) is not None)
    return Reading("outline", PRECISION["sql-pseudo"], made) if made else None


def _lines(text: str) -> Iterator[Line]:
    offset = 0
    for raw in text.split("\n"):
        match = _MARK.match(raw)
        start = match.end() if match else 0
        mark = raw[:start].strip()
        if raw.strip(" \t│|┃║") and not _RULE.fullmatch(raw):
            yield Line(raw[start:].rstrip(" \t,"), start, bool(mark), offset + start)
        offset += len(raw) + 1


def _groups(text: str) -> Iterator[tuple[Line, list[Line]]]:
    """Each line that may name a table, with the lines below it that stand further in, have a mark or are ruled off."""
    lines = list(_lines(text))
    ruled = {match.start() for match in re.finditer(r"(?<=\n)[ \t]*[-=_─━═~]{3,}[ \t]*(?=\n)", text)}
    blank = {match.start() + 1 for match in re.finditer(r"\n(?=[ \t]*\n)", text)}
    at = 0
    while at < len(lines):
        head, below = lines[at], at + 1
        start = head.offset - head.indent
        behind = text.find("\n", start) + 1
        while below < len(lines) and _belongs(lines[below], head, ruled=behind in ruled, blanks=blank, behind=behind):
            below += 1
        if below - at > 2 and not head.marked and _HEAD.match(head.text):
            yield head, lines[at + 1 : below]
        at = below


def _belongs(line: Line, head: Line, *, ruled: bool, blanks: set[int], behind: int) -> bool:
    if ruled:
        return not any(behind < one <= line.offset for one in blanks)
    return line.indent > head.indent or (line.marked and not head.marked)


def _table(head: Line, body: list[Line], seen: Block) -> DraftEntity | None:
    match = _HEAD.match(head.text)
    if (
        match is None
        or match["name"].lower() in _NO_NAME
        or all(_DOES.fullmatch(line.text) or _KEYED.fullmatch(line.text) for line in body)
    ):
        return None
    found: list[DraftAttribute] = []
    keys: list[str] = []
    uniques, indexes = [], []
    related: list[DraftRelationship] = []
    sure = missed = 0
    for line in body:
        place = seen.at(line.offset)
        counted = _COUNTED.fullmatch(line.text)
        if counted:
            related.append(_relation(counted, place))
            continue
        listed = _SET.match(line.text)
        if listed:
            columns = tuple(column.strip(' `"') for column in listed["columns"].split(","))
            keys += columns if listed["key"] else ()
            uniques += [DraftIndex(Fact(columns, place), unique=True)] if listed["unique"] and len(columns) > 1 else []
            indexes += [DraftIndex(Fact(columns, place))] if listed["index"] else []
            continue
        read_line = _column(line.text, place)
        found.extend(read_line[0])
        sure += read_line[1]
        missed += not read_line[0]
    name = match["name"].rpartition(".")[2]
    if (
        len(found) + 2 * len(related) < 2
        or missed * 3 > len(found) + len(related)
        or not (related or _convincing(found, sure))
        or is_transfer(name, [one.name.value for one in found])
    ):
        return None
    keyed = tuple(
        facts.attribute(
            one.name.value, one.name.place, {**_facts(one), "primary_key": Fact(True, one.name.place)}, one.description
        )
        if one.name.value in keys
        else one
        for one in found
    )
    here = seen.at(head.offset)
    made = DraftEntity(
        Fact(name, here),
        Fact(kind_of(name), here),
        None,
        keyed,
        tuple(related),
        indexes=tuple(indexes),
        uniques=tuple(uniques),
    )
    return with_key_relations(made)


# `creates → ORDER`: what somebody does with something.
_DOES = regex(r"(?:[^\W\d_]+ ){0,4}[^\W\d_]+\s*(?:→|->|─+>?|—)\s*(?:\S{1,4}\s+)?[A-Z][A-Z_]+")


# `orders (client_id → clients.id)`: a table that points at another.
_KEYED = regex(r"\w+\s*\(\w+\s*(?:→|->)\s*\w+(?:\.\w+)?\)")


# `departments (1:N)` among the columns is a relation.
_COUNTED = regex(r"(?P<name>[^\W\d]\w*)\s*\(\s*(?P<left>1|N|M|n|m)\s?[:∶]\s?(?P<right>1|N|M|n|m)\b[^()]*\)")


def _relation(match: re.Match[str], place: Place) -> DraftRelationship:
    left, right = match["left"] != "1", match["right"] != "1"
    kind: RelationKind = (
        "many-to-many" if left and right else "many-to-one" if left else "one-to-many" if right else "one-to-one"
    )
    return DraftRelationship(Fact(kind, place), Fact(match["name"], place))


def _facts(one: DraftAttribute) -> facts.Facts:
    return {
        field: fact
        for field in DraftAttribute.__slots__
        if field != "name" and isinstance(fact := getattr(one, field), Fact)
    }


def _convincing(found: list[DraftAttribute], sure: int) -> bool:
    """Whether these are columns: half of them typed or keys, or an id among names that are written as in code."""
    named = [one.name.value for one in found]
    coded = sum(names.looks_coded(name) or name.islower() for name in named)
    keyed = any(
        name.lower() in ("id", "_id", "uuid") or one.primary_key for name, one in zip(named, found, strict=True)
    )
    return sure * 2 >= len(found) or (keyed and coded == len(named))


def _column(text: str, place: Place) -> tuple[tuple[DraftAttribute, ...], bool]:
    """(the columns that a line names, whether it says more of them than the name)."""
    bare, _, remark = (
        re.split(r"(\s+(?:--|//|#|←)\s*)", text, maxsplit=1)
        if re.search(r"\s(?:--|//|#|←)\s*", text)
        else (text, "", "")
    )
    alone = re.fullmatch(r"[`\"]?(?P<name>[^\W\d]\w*)[`\"]?\s*", bare)
    if alone:
        return (
            facts.attribute(alone["name"], place, facts.read(remark, place, "remark", alone["name"]), remark.strip()),
        ), False
    spaced = re.match(r"[`\"]?[^\W\d]\w*[`\"]?\s+[A-Za-z]", bare)
    shown = (
        told(bare, remark.strip(), type_first=False) if spaced else bare + (f" — {remark.strip()}" if remark else "")
    )
    read_line = bullets.placed(place, bullets.line(shown))
    return (read_line.attributes, read_line.sure == 3) if read_line else ((), False)
