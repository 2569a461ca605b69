"""Drawings in plain text: `users (1) ──< (N) tasks`, trees of entities, boxes with columns."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from colonnade.design.draft import DraftAttribute, DraftEntity, Fact
from colonnade.errors import Place
from colonnade.sources.markdown import facts, mentions, names, relations, written
from colonnade.sources.markdown.blocks import Fence
from colonnade.sources.markdown.forms.table import column_name
from colonnade.sources.markdown.mentions import Index
from colonnade.sources.markdown.relations import Relation
from colonnade.sources.reading import Reading
from colonnade.vocabulary.regex import regex

PRECISION = 15
_BRANCH = regex(r"^(?P<indent>[\s│|]*)(?:├|└|\+|╰|╠|┌|`)[─\-=═]*(?:<|>|▶|►)?\s*(?P<rest>.*)")
_EDGE = regex(r"[─━═-]{2,}|[├└┬┴┼]")
_LEGEND = regex(r"\(?(?:1|0\.\.1|0\.\.\*|1\.\.\*|0\.\.N|N|M|\*)\)?")
_BOX_TOP = regex(r"[┌╔+╭][─═┬┴┼-]{3,}[┐╗+╮]")
_BOX_LINE = regex(r"[├╠+│║|][─═┬┴┼-]{3,}[┤╣+│║|]")
_CELL = regex(r"[│║|](?P<text>[^│║|]{2,80}?)(?=[│║|])")


@dataclass(frozen=True, slots=True)
class Box:
    """The texts of a drawn box and the position of the first: title, then columns."""

    title: str
    rows: tuple[tuple[str, int], ...]
    line: int
    column: int


def is_drawing(fence: Fence) -> bool:
    return fence.language in (
        "",
        "text",
        "txt",
        "plaintext",
        "ascii",
        "plain",
        "diagram",
        "er",
        "erd",
        "tree",
        "none",
    ) and bool(re.search(r"[─│┌└├→▶◄<>]|--|\b1\s?:\s?[NM*]|\bhas many\b|\|\|", fence.text))


def told(fence: Fence, known: Index, file: str) -> Iterator[Relation]:
    """The relations that a drawing shows: along its lines, and from a trunk to its branches."""
    if len(fence.text) > 60_000:
        return
    lines = fence.text.split("\n")
    stack: list[tuple[int, str]] = []
    for number, line in enumerate(lines):
        if not line.strip() or (line.count("│") >= 2 and re.search(r"│\s*[\w(]", line)):
            continue
        place = Place(file, fence.start.line + number, fence.start.column)
        seen = mentions.find(line, known)
        yield from _along(line, seen, place)
        branch = _BRANCH.match(line)
        if seen:
            yield from _from_trunk(line, seen, branch, stack, place)


def _along(line: str, seen: list[mentions.Mention], place: Place) -> Iterator[Relation]:
    if len(seen) < 2:
        return
    arrow = relations._key_arrow(line, seen, place)
    if arrow:
        yield from arrow
        return
    for one, other in itertools.pairwise(seen):
        between = line[one.end : other.start]
        around = line[max(one.start - 6, 0) : one.start], line[other.end : other.end + 8]
        kind = _kind(between, around)
        if kind and one.name != other.name:
            yield relations._relation(one, kind, other, line, place, explicit=True)


def _kind(between: str, around: tuple[str, str]) -> str:
    kind = relations._sign_kind(re.sub(r"[┬┼┴├└┐┘│▶►◄]", "─", between))
    if kind or not _EDGE.search(between):
        if not kind and re.search(r"\bhas many\b|\b1\s?:\s?[NM*]\b", between):
            return "one-to-many"
        return kind
    if re.search(r"\b(?:N|M|\*)\s?:\s?1\b", between):
        return "many-to-one"
    left = re.findall(r"(?:^|\s)\(?(1|N|M|\*|0\.\.1|0\.\.\*|1\.\.\*)\)?(?=[\s─-])", between[:12])
    right = re.findall(r"[\s─>-]\(?(1|N|M|\*|0\.\.1|0\.\.\*|1\.\.\*)\)?\s*$", between[-12:])
    if left and right:
        return relations._kind_of(relations._is_many(left[0]), relations._is_many(right[-1]))
    return ""


def _from_trunk(
    line: str, seen: list[mentions.Mention], branch: re.Match[str] | None, stack: list[tuple[int, str]], place: Place
) -> Iterator[Relation]:
    """A branch `├── (N) Task` belongs to the last entity that stands further left."""
    first = seen[0]
    depth = len(branch["indent"]) if branch else first.start
    if branch:
        while stack and stack[-1][0] >= depth:
            stack.pop()
        before = line[: first.start]
        if (
            stack
            and stack[-1][1] != first.name
            and re.fullmatch(r"[\s│|├└╰+`─\-<>▶►(0-9.*NM):\w]*", before)
            and not re.search(r"[^\W\d_]{2,}", re.sub(r"\b(?:has|many|one|to|belongs)\b", "", before))
        ):
            kind = _branch_kind(before, line[first.end :])
            if kind:
                yield relations._relation(
                    mentions.Mention(stack[-1][1], 0, 0, False), kind, first, line, place, explicit=True
                )
        stack.append((depth, first.name))
    elif not re.match(r"\s*[│|]", line):
        stack.clear()
        stack.append((0, first.name))


def _branch_kind(before: str, after: str) -> str:
    """What a branch's signs say; a branch without signs says that the trunk has many of it."""
    sign = re.search(
        r"\(?\b(?P<left>1|0\.\.1|N|M|\*)\s?[:∶]\s?(?P<right>1|0\.\.1|N|M|\*)\b\)?", before + " " + after[:14]
    )
    if sign:
        return relations._kind_of(relations._is_many(sign["left"]), relations._is_many(sign["right"]))
    one = re.search(r"\(\s*(?:0\.\.)?1\s*\)|\b0\.\.1\b", before + after[:8])
    if re.match(r"\s*\(\s*belongs to\b", after, re.IGNORECASE):
        return "many-to-one"
    many = re.search(
        r"\(\s*(?:N|M|\*|0\.\.\*|0\.\.N|1\.\.\*|many)\s*\)|<\s*$|\bhas many\b", before + after[:8], re.IGNORECASE
    ) or re.match(r"\s*\(\s*many\b", after)
    if many:
        return "one-to-many"
    if one:
        return "one-to-one" if "0..1" in one[0] else "many-to-one"
    return ""


def boxes(fence: Fence) -> tuple[Box, ...]:
    """The boxes of a drawing that have a title line above a rule and columns below it."""
    lines = fence.text.split("\n")[:2000]
    found: list[Box] = []
    for number, line in enumerate(lines):
        for top in _BOX_TOP.finditer(line):
            box = _box(lines, number, top.start(), top.end(), fence)
            if box:
                found.append(box)
    return tuple(found)


def _box(lines: list[str], top: int, left: int, right: int, fence: Fence) -> Box | None:
    title, rows, ruled = "", [], False
    for number in range(top + 1, min(top + 80, len(lines))):
        segment = lines[number][left:right]
        if _BOX_LINE.match(segment):
            ruled = True
        elif segment[:1] in "│║|" and len(segment) > 2:
            text = segment.strip("│║|├┤ ").strip()
            if not ruled and text and not title:
                title = text
            elif ruled and text:
                rows.append((text, fence.start.line + number))
        else:
            break
    return Box(title, tuple(rows), fence.start.line + top + 1, left + 1) if title and rows and ruled else None


def read(fence: Fence, file: str) -> Reading | None:
    """The boxes of a drawing as entities with columns, or None where it has none."""
    entities = []
    for box in boxes(fence):
        place = Place(file, box.line, box.column)
        attributes = tuple(one for text, line in box.rows for one in _column(text, Place(file, line, box.column)))
        title = re.sub(r"\s*\(.*$", "", names.plain(box.title)).strip()
        if attributes and names.is_identifier(title.replace(" ", "_")):
            entities.append(DraftEntity(Fact(title, place), Fact("table", place), attributes=attributes))
    entities.extend(_trees(fence, file))
    return Reading("ascii", PRECISION, tuple(entities)) if entities else None


def _trees(fence: Fence, file: str) -> Iterator[DraftEntity]:
    """A name with typed columns as its branches: `Fonds` above `├── id: uuid (PK)`."""
    rows: list[Any] = []
    title, line = "", 0
    for number, text in enumerate([*fence.text.split("\n")[:3000], ""]):
        branch = _BRANCH.match(text)
        place = Place(file, fence.start.line + number, fence.start.column)
        if branch and title and ":" in branch["rest"]:
            rows.extend(_column(branch["rest"], place))
        elif not branch:
            if sum(one.type is not None for one in rows) * 2 > len(rows) > 1:
                start = Place(file, line, fence.start.column)
                yield DraftEntity(Fact(title, start), Fact("table", start), attributes=tuple(rows))
            named = re.fullmatch(r"\s*(?P<name>[^\W\d]\w*)\s*(?:\([^()]*\))?:?\s*", text)
            title, rows, line = (named["name"] if named else ""), [], place.line


def _column(text: str, place: Place) -> tuple[DraftAttribute, ...]:
    """`household_id (FK)`, `PK id uuid`, `+ name: string`."""
    bare = re.sub(r"^[•\-+*#○●]\s*|^(?:PK|FK|UK)[\s,:]+", "", text).strip()
    match = re.fullmatch(r"(?P<name>[^\W\d]\w*)\s*(?:[:：]?\s*(?P<rest>.*))?", bare)
    name = column_name(match["name"]) if match else ""
    if not match or not name:
        return ()
    rest = match["rest"] or ""
    inside = " ".join(re.findall(r"\(([^()]*)\)", rest))
    outside = re.sub(r"\([^()]*\)", " ", rest).strip(" <>-─")
    told = facts.joined(facts.read(outside, place, "type", name), facts.read(inside, place, "type", name))
    kind = told.get("type")
    if kind is not None and written.resolve(str(kind.value)) is None:
        told.pop("type")
    if text.startswith("PK"):
        told["primary_key"] = Fact(True, place)
    return (facts.attribute(name, place, told),)
