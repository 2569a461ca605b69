"""Named closed lists: a section on enumerations, a heading that is a type's name, `UserRole: admin | user`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from colonnade.design.draft import Fact
from colonnade.errors import Place
from colonnade.sources.markdown import names, titles, written
from colonnade.sources.markdown.blocks import Block, Bullets, Item, Paragraph, Table
from colonnade.sources.markdown.forms import table
from colonnade.sources.markdown.walk import Part
from colonnade.vocabulary.regex import regex

Named = tuple[str, Fact[tuple[str, ...]]]

_VALUE = regex(r"[`'\"*]*(?P<value>[^\W_][\w .-]{0,40}?)[`'\"*]*\s*(?:[(（].*|[:：=–—→].*|\s-\s.*)?", re.DOTALL)
_ITEM = regex(
    r"(?:\*\*|`)+(?P<name>[^\W\d][\w .]{0,50}?)(?:\*\*|`)+\s*(?:\([^()]*\)\s*)?(?:[:：=]|[-–—]|→|\*\*)+\s*(?P<values>.+)|(?P<bare>[^\W\d]\w{2,50})\s*[:：=]\s*(?P<listed>.+)",  # noqa: E501
    re.DOTALL,
)


def named(parts: Sequence[Part], file: str) -> Iterator[Named]:
    """The lists that a document names, in order."""
    for part in parts:
        heading = part.path[-1] if part.path else ""
        title = titles.read(heading) if heading else titles.Title("other")
        in_section = (
            part.role == "enums" or _is_enum(heading) or any(titles.role_of(text) == "enums" for text in part.path[-3:])
        )
        if isinstance(part.block, Table):
            yield from _table(part.block, heading, in_section, file)
        elif (
            in_section
            or (part.role == "constraints" and re.search(r"\benum", " ".join(part.path[-2:]), re.IGNORECASE))
            or (isinstance(part.block, Bullets) and re.search(r"\benum\b|\bvalues\b|列挙|枚举", heading, re.IGNORECASE))
        ):
            yield from _section(part.block, _name(heading, title), file, single=_is_enum(heading))


def _is_enum(heading: str) -> bool:
    """`ApplicationStatus (enum)` names a list of values."""
    return bool(
        re.search(
            r"[(（]\s*(?:\w+\s+)?enum(?:eration|erado)?\s*[)）]|\benum\s*[:：]|\benum$|(?:列挙型|枚举(?:类型)?|열거형)$",
            heading,
            re.IGNORECASE,
        )
    )


def _name(heading: str, title: titles.Title) -> str:
    """`transaction_type`, `UserRole` of `UserRole Enum` and `Enum: UserRole`."""
    bare = names.plain(titles.bare(heading))
    bare = re.sub(
        r"^(?:enum|enumeration|枚举|列挙型)\s*[:：]?\s*|\s*(?:enum(?:eration)?s?|values|options|\([^()]*\)|枚举|列挙型)\s*$",
        "",
        bare,
        flags=re.IGNORECASE,
    ).strip(" :：`")
    bare = re.sub(r"\s*\([^()]*\)$", "", bare)
    return bare if bare and len(bare.split()) <= 3 else title.name


def _section(block: Block, name: str, file: str, *, single: bool) -> Iterator[Named]:
    """The lists of a section; one that is `single` has one list, whose values may have remarks that look like lists."""
    if isinstance(block, Bullets):
        inner = [] if single and all(map(_value, block.items)) else list(_items(block.items, file))
        if inner:
            yield from inner
            return
        values = [_value(item) for item in block.items]
        if name and len(values) > 1 and all(values) and block.items[0].lines:
            place = block.items[0].lines[0].place(file)
            yield name, Fact(tuple(dict.fromkeys(value for value in values if value)), place)
            return
        alone = block.items[0].text if len(block.items) == 1 else ""
        chain = _CHAIN_FIRST.match(alone)
        listed, _ = written.closed(chain[0] if chain else alone) if alone else ((), None)
        if name and listed and block.items[0].lines:
            yield name, Fact(listed, block.items[0].lines[0].place(file))
    elif isinstance(block, Paragraph):
        for line in block.lines:
            yield from _line(line.text, line.place(file), name)


def _items(items: Sequence[Item], file: str) -> Iterator[Named]:
    """`- **UserRole**: admin, user` and `- UserRole` above its values."""
    for item in items:
        if not item.lines:
            continue
        place = item.lines[0].place(file)
        nested = next((child for child in item.children if isinstance(child, Bullets)), None)
        head = names.plain(item.text).strip(" :：")
        if nested and len(head.split()) <= 3:
            values = [_value(child) for child in nested.items]
            if len(values) > 1 and all(values):
                yield head, Fact(tuple(value for value in values if value), place)
            continue
        match = _ITEM.fullmatch(item.text)
        if match:
            listed, _ = _closed(match["values"] or match["listed"])
            if listed:
                yield (match["name"] or match["bare"]).strip(), Fact(listed, place)


def _closed(text: str) -> tuple[tuple[str, ...], str | None]:
    inside = re.fullmatch(r"\s*(?:enum\s*)?[(\[{](?P<list>[^()\[\]{}]*)[)\]}].*", text, re.DOTALL)
    plain = inside["list"] if inside else re.split(r"\s[-–—]\s|\.\s", text)[0]
    return written.closed(plain.replace("\\|", "|")) if re.search(r"[,|/、]", plain) else ((), None)


_CHAIN_FIRST = regex(r"`[^`]+`(?:\s*[/|,、]\s*`[^`]+`)+(?=\s+[…–—-]\s)")
# `NEW` → `SENT` → `PAID` / `LOST`: the values of one list, in the order in which they follow each other.
_CHAIN = regex(r"`[^`]+`(?:\s*(?:→|->|=>|/|\||,)\s*`[^`]+`)+\s*[.,;]?")


def _line(text: str, place: Place, name: str) -> Iterator[Named]:
    match = None if name and _CHAIN.fullmatch(text.strip()) else _ITEM.fullmatch(text)
    if match:
        listed, _ = _closed(match["values"] or match["listed"])
        if listed:
            yield (match["name"] or match["bare"]).strip(), Fact(listed, place)
            return
    ticked = re.findall(r"`([^`]+)`", text)
    listed, _ = (
        written.closed(" | ".join(ticked))
        if len(ticked) > 1 and len(re.sub(r"`[^`]*`", "", text).split()) <= len(ticked) + 2
        else _closed(text)
    )
    if name and listed and all(len(value.split()) <= 2 for value in listed):
        yield name, Fact(listed, place)


def _value(item: Item) -> str | None:
    """The value at the head of an item, or None where it is a sentence or a column."""
    match = _VALUE.fullmatch(item.text)
    if match is None or len(match["value"].split()) > 3:
        return None
    return match["value"].strip()


def _table(block: Table, heading: str, in_section: bool, file: str) -> Iterator[Named]:
    """`| Enum | Values |`, or below a heading that names the list `| Value | Description |`."""
    shape = table.shape(block)
    position = shape.at("values") if shape.kind == "enums" else None
    if shape.kind == "enums" and position is None:
        position = 1
    if position is not None and len(block.header) > 1 and position != 0:
        for row in block.rows:
            if len(row) > position:
                listed, _ = written.closed(row[position].text.replace("\\|", "|"))
                if listed:
                    yield names.plain(row[0].text).strip(), Fact(listed, row[0].place(file))
    elif in_section and shape.kind in ("values", "named", "other") and len(block.rows) > 1:
        values = tuple(names.plain(row[0].text).strip() for row in block.rows if row and len(row[0].text.split()) <= 3)
        name = _name(heading, titles.read(heading))
        if name and len(values) == len(block.rows):
            yield name, Fact(values, block.rows[0][0].place(file))
