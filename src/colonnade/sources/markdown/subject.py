"""Who a block speaks of, and in what part of a document it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from colonnade.design.draft import DraftAttribute, DraftEntity, EntityKind, Fact
from colonnade.errors import Place
from colonnade.sources.markdown import names, titles
from colonnade.sources.markdown.blocks import Block, Bullets, Paragraph
from colonnade.sources.markdown.sections import Section
from colonnade.vocabulary import storage
from colonnade.vocabulary.regex import regex

_STORAGE_LINE = regex(
    r"(?:\*\*)?(?:storage|persistence|persisted|stored|lifecycle|lifetime|almacenamiento|speicherung|存储|保存先|永続化)(?:\*\*)?\s*[:：](?:\*\*)?\s*(?P<value>.+)",
    re.IGNORECASE,
)
_SENTENCE_END = regex(r"(?<=[.;!?。])\s+|\s+[-–—]\s+")


@dataclass(frozen=True, slots=True)
class Subject:
    """The entity that a section is about. `proven` is False where only columns below can prove that it is one."""

    name: str
    place: Place
    table: str = ""
    kind: EntityKind = "table"
    managed_by: Fact[str] | None = None
    description: str = ""
    existing: bool = False
    proven: bool = True
    aliases: tuple[str, ...] = ()
    # Under a title such as `Entity: Loan`, where titles without such a word name its parts.
    announced: bool = False


def entity(subject: Subject, attributes: Iterable[DraftAttribute] = ()) -> DraftEntity:
    """A DraftEntity of `subject` with `attributes`."""
    table = Fact(subject.table, subject.place) if subject.table else None
    return DraftEntity(
        Fact(subject.name, subject.place),
        Fact(subject.kind, subject.place),
        table,
        tuple(attributes),
        managed_by=subject.managed_by,
        description=subject.description,
    )


def of_section(section: Section, title: titles.Title, file: str) -> Subject:
    """The subject that a section's title names; kind and owner come from the title and the first text below it."""
    assert section.title is not None
    place = section.title.place(file)
    text = _opening(section)
    managed = _managed(" ".join((section.text, text)), place)
    stored = titles.is_stored(title) and not unstored_in(section, title.name)
    kind: EntityKind = "external" if managed else "table" if stored else "concept"
    named = _TABLE_LINE.search("\n".join(_lines(section)))
    table = title.table or (named["table"] if named else "")
    existing = any(storage.EXISTING.search(note) for note in (*title.notes, title.rest))
    return Subject(
        title.name,
        place,
        table,
        kind,
        managed,
        text[:500],
        existing,
        title.role == "entity",
        title.aliases,
        titles.announced(section.text),
    )


_TABLE_LINE = regex(
    r"^[-*\s]*\**(?:(?:db |database |sql )?table(?: name)?|nombre de (?:la )?tabla|tabelle(?:nname)?|techni(?:scher|cal) name|collection(?: name)?|表名|テーブル名)\**\s*[:：]\**\s*`?(?P<table>[a-z_][a-z0-9_.]*)`?\s*(?:$|[(—–.,-])",  # noqa: E501
    re.IGNORECASE | re.MULTILINE,
)


def _lines(section: Section) -> list[str]:
    """The lines of text right below a title, and of its first list."""
    paragraphs = [line.text for block in section.blocks if isinstance(block, Paragraph) for line in block.lines]
    items = [item.text for block in section.blocks[:2] if isinstance(block, Bullets) for item in block.items[:6]]
    return [*paragraphs, *items]


def _opening(section: Section) -> str:
    parts = [block.text for block in section.blocks if isinstance(block, Paragraph)]
    return " ".join(names.plain(" ".join(parts)).split())


def _managed(text: str, place: Place) -> Fact[str] | None:
    """Who owns the table, where the text names an owner and does not only mention one."""
    for pattern in (storage.MANAGED, storage.MANAGED_SHORT):
        match = pattern.search(text[:1500])
        if match and not re.search(
            r"(?:session|password|auth\w*|token\w*|id|ids|identity|login)\s+(?:is|are|\()?\s*$",
            text[: match.start()],
            re.IGNORECASE,
        ):
            return Fact(match["who"] or match.groupdict().get("who2") or "", place)
    return None


def unstored_in(section: Section, name: str) -> bool:
    """Whether the text right below a title, or its storage line, says that the thing itself is not stored."""
    blocks: list[Block] = list(section.blocks)
    for below in section.sections:
        role = titles.read(below.text).role if below.title else ""
        if role == "description" and re.match(r"(?:\W*)(?:storage|persistence)", below.text, re.IGNORECASE):
            blocks.extend(below.blocks)
    for block in blocks:
        texts = (
            [line.text for line in block.lines]
            if isinstance(block, Paragraph)
            else [item.text for item in block.items]
            if isinstance(block, Bullets)
            else []
        )
        if isinstance(block, Paragraph) and unstored_text(names.plain(block.text), name):
            return True
        if any(unstored_line(text) for text in texts):
            return True
    return False


_OF_A_PART = regex(r"(?:its|their|the \w+(?: \w+)? (?:is|are)|this \w+ (?:field|value))\b", re.IGNORECASE)
_CLAUSE_END = regex(r"[,;(]\s*|\s+and\s+(?=not\b|never\b)")


def _ends_unstored(sentence: str) -> bool:
    """`Calculated from bookings, not stored`; but not `Its status is derived, not stored`, which speaks of a column."""
    if _OF_A_PART.match(sentence.strip()):
        return False
    pieces = [piece.strip(" .()") for piece in _CLAUSE_END.split(sentence)]
    return any(storage.UNSTORED_END.fullmatch(piece) for piece in pieces)


def unstored_item(text: str) -> bool:
    """`Purpose: for the screen only, not stored` in a list below the thing."""
    match = re.match(
        r"\**(?:purpose|notes?|storage|persistence|lifecycle|usage|description)\**\s*[:：]\**\s*(?P<rest>.+)",
        text,
        re.IGNORECASE | re.DOTALL,
    )
    return bool(match and _ends_unstored(names.plain(match["rest"])))


def unstored_line(text: str) -> bool:
    match = _STORAGE_LINE.match(names.plain(text).strip()) or _STORAGE_LINE.match(text.strip())
    if match is None:
        return False
    value = names.plain(match["value"]).strip()
    return bool(
        storage.UNSTORED_STORAGE.match(value) or re.search(r"\bnot (?:persisted|stored)\b", value[:160], re.IGNORECASE)
    )


_ARTICLE = regex(r"(?:the|a|an|this|these)\s+", re.IGNORECASE)
_NAME_END = regex(r"s?\b\s*", re.IGNORECASE)


def _without_name(sentence: str, name: str) -> str:
    """`sentence` without the name at its head; no pattern is made of the name, which is another each time."""
    article = _ARTICLE.match(sentence)
    for start in {0, article.end() if article else 0}:
        if sentence[start : start + len(name)].lower() == name.lower():
            behind = _NAME_END.match(sentence, start + len(name))
            return sentence[behind.end() :] if behind else sentence
    return sentence


# `Not stored: email, phone` speaks of columns.
_NOT_ITS_COLUMNS = regex(r"\W*not (?:stored|persisted)(?: here)?\s*[:：]", re.IGNORECASE)
_GOES_ON = regex(
    r"(?:it|this|they|not|never|no|computed|derived|ephemeral|transient|in-memory|calculated|generated|purely|exists|lives|held|"
    r"se|não|é|wird|werden|nicht|n'est|ne|non|viene|не|nie|jest)\b",
    re.IGNORECASE,
)


def unstored_text(text: str, name: str) -> bool:
    """Whether a sentence of `text` whose subject is the thing called `name` says that it is not stored."""
    for number, sentence in enumerate(_SENTENCE_END.split(text[:1200])):
        if _NOT_ITS_COLUMNS.match(sentence):
            continue
        bare = _without_name(sentence.strip(), name) if name else sentence
        about_it = number == 0 or bare != sentence.strip() or _GOES_ON.match(bare)
        if about_it and any(pattern.search(bare.strip()) for pattern in storage.UNSTORED_SENTENCE):
            return True
        if storage.INTERFACE.search(sentence) or _ends_unstored(sentence):
            return True
    return False
