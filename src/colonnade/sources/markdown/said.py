"""The texts that say something of an entity or of one of its columns: cells, items, and items below them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from colonnade.errors import Place
from colonnade.sources.markdown import mentions, names, titles
from colonnade.sources.markdown.blocks import Bullets, Item, Paragraph, Span, Table
from colonnade.sources.markdown.forms import table
from colonnade.sources.markdown.mentions import Index
from colonnade.sources.markdown.walk import Part
from colonnade.vocabulary.regex import regex

Columns = Mapping[str, Mapping[str, str]]

# Nothing below such titles limits what is stored.
SILENT = frozenset(("transfer", "queries", "samples", "unstored", "states", "before", "policies", "enums", "indexes"))
# What a system must do is another matter than what a value must be.
_REQUIREMENT = regex(r"\W*(?:N?FR|SC|US|NFR|REQ)-\d")
# Cells that say something else than what a value must be.
_OTHERWISE = frozenset(("name", "columns", "required", "nullable", "default", "key", "stored", "derived", "length"))
_ERROR = regex(r"\b(?:error|message|example|sample|source|why|rationale|mensaje|fehler)", re.IGNORECASE)
_NOTES = regex(r"\b(?:notes?|comments?|descriptions?|remarks?|notas?)\b")
# A bracket or a comma behind the first word makes a set of columns of it.
_OPENING = regex(r"[-–\s]*[^\W\d]\w*(?:[ ][^\W\d]\w*){0,2}(?!\s*(?:[,+&/]|and\b))")
_WORD = regex(r"[^\W\d]\w*")
_LABEL = regex(r"\**(?P<head>[^:：*`\n]{1,40}?)\**\s*[:：]\**\s*(?P<rest>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Said:
    """`text` as written; it speaks of `entity` and, where it names or stands beside one, of its `column`.

    `rule`: it stands where rules are listed, and so is one whatever its words are.
    """

    entity: str
    column: str
    text: str
    place: Place
    rule: bool
    cell: bool = False


def about(parts: Sequence[Part], known: Index, columns: Columns, file: str) -> Iterator[Said]:
    """Every such text of a document, in its order."""
    for part in parts:
        if part.role in SILENT or part.key_entities:
            continue
        entity = (known.find(part.subject.name) if part.subject else None) or ""
        if isinstance(part.block, Table):
            yield from _rows(part, part.block, entity, columns.get(entity, {}), file)
        elif isinstance(part.block, Bullets) and (entity or part.role == "constraints"):
            for item in part.block.items:
                yield from _item(item, entity, "", part.role == "constraints", known, columns, file)
        elif isinstance(part.block, Paragraph):
            for line in part.block.lines:
                if part.role == "constraints" or _is_announced(line.text):
                    yield from _line(line, entity, "", True, known, columns, file)


def _rows(part: Part, block: Table, entity: str, mine: Mapping[str, str], file: str) -> Iterator[Said]:
    shape = table.shape(block)
    named = shape.at("name", "columns", "key") if shape.kind != "rules" else 0
    if not entity or named is None or shape.kind not in ("attributes", "described", "rules", "named"):
        return
    ruling = part.role == "constraints" or shape.kind == "rules"
    heads = [table.title_words(span.text) for span in block.header]
    for row in block.rows:
        parts = table.name_parts(row[named].text, typed=True) if named < len(row) else []
        column = mine.get(names.key(parts[0][0]), "") if len(parts) == 1 else ""
        for span, role, head in zip(row, shape.roles, heads, strict=False):
            if role not in _OTHERWISE and not _ERROR.search(head):
                rule = (role in ("constraints", "validation") and not _NOTES.search(head)) or (
                    ruling and role != "type"
                )
                yield Said(entity, column, span.text, span.place(file), rule, cell=True)


def _item(
    item: Item, entity: str, column: str, rule: bool, known: Index, columns: Columns, file: str
) -> Iterator[Said]:
    if not item.lines:
        return
    first = Span(item.text, item.lines[0].line, item.lines[0].column)
    announced = _is_announced(item.text)
    spoken = list(_line(first, entity, column, rule, known, columns, file))
    yield from spoken
    for child in item.children:
        for below in child.items if isinstance(child, Bullets) else ():
            inner = spoken[0] if spoken else Said(entity, column, "", Place(file), rule)
            yield from _item(below, inner.entity, inner.column, rule or announced, known, columns, file)


# Heads of lines that speak about something else than rules.
_SPEAKING = SILENT | {"relationships", "description", "other"}


def _is_announced(text: str) -> bool:
    heading = _LABEL.match(text)
    return heading is not None and titles.role_of(heading["head"]) == "constraints"


def _line(
    span: Span, entity: str, column: str, rule: bool, known: Index, columns: Columns, file: str
) -> Iterator[Said]:
    """A line in a list or of its own; `Validation: …` makes a rule of it, and the column that it starts with its column."""  # noqa: E501
    text, place = span.text, span.place(file)
    heading = _LABEL.match(text)
    role = titles.role_of(heading["head"]) if heading else ""
    if heading is not None and role == "constraints":
        rule, text = True, heading["rest"]
    elif role in _SPEAKING or _REQUIREMENT.match(text):
        return
    holder, column = _spoken_of(text, entity, column, known, columns)
    if holder and text.strip():
        yield Said(holder, column, text, place, rule)


def _spoken_of(text: str, entity: str, column: str, known: Index, columns: Columns) -> tuple[str, str]:
    """(entity, column) that a line speaks of: the ones above it, else those that it begins with."""
    if entity:
        return entity, column or first_column(text, columns.get(entity, {}))
    seen = mentions.find(names.plain(text[:200]), known)
    if not seen:
        return "", ""
    named = columns.get(seen[0].name, {}).get(names.key(seen[0].column), "") if seen[0].column else ""
    return seen[0].name, named


def first_column(text: str, mine: Mapping[str, str]) -> str:
    """The column with whose name, of up to three words, `text` begins; else an empty string."""
    match = _OPENING.match(names.plain(text[:120]))
    first = _WORD.findall(match[0])[:3] if match else []
    found = (mine.get(names.key(" ".join(first[:count]))) for count in range(len(first), 0, -1))
    return next((one for one in found if one), "")
