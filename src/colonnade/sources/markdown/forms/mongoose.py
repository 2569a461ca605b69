"""Mongoose: `const taskSchema = new Schema({ title: { type: String, required: true } })`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from colonnade.design.draft import DraftAttribute, DraftEntity, Fact
from colonnade.errors import Place
from colonnade.sources.markdown import facts
from colonnade.sources.markdown.forms.block import PRECISION, Block, block, without_repeats
from colonnade.sources.markdown.forms.remarks import annotated
from colonnade.sources.markdown.forms.script_tokens import (
    Member,
    Script,
    Token,
    end_of,
    members,
    option,
    script,
    strings,
)
from colonnade.sources.reading import Reading
from colonnade.vocabulary.regex import regex

TYPES: Mapping[str, str] = {
    "String": "string",
    "Number": "number",
    "Boolean": "boolean",
    "Date": "timestamp",
    "Buffer": "bytea",
    "ObjectId": "ObjectId",
    "Mixed": "json",
    "Map": "json",
    "Object": "json",
    "Decimal128": "decimal",
    "BigInt": "bigint",
    "UUID": "uuid",
    "Int32": "integer",
    "Double": "double precision",
}
_FLAGS: Mapping[str, tuple[str, Any]] = {"required": ("nullable", False), "unique": ("unique", True)}
_SCHEMA = regex(r"\bnew\s+(?:mongoose\s*\.\s*)?Schema\b")
_MODEL = regex(r"\bmodel\s*(?:<[^>\n]*>)?\s*\(\s*['\"](?P<name>\w+)['\"]\s*,\s*(?P<schema>\w+)")


def sniff(text: str) -> bool:
    """Whether a block of JavaScript makes Mongoose schemas."""
    return bool(_SCHEMA.search(text))


def read(text: str, place: Place) -> Reading | None:
    """The schemas of the text; a schema that only another one embeds is none of its own."""
    source, seen = script(text), block(text, place)
    models = {match["schema"]: match["name"] for match in _MODEL.finditer(text)}
    made = tuple(_entities(source, seen, models))
    return Reading("mongoose", PRECISION["typeorm"], made) if made else None


def _entities(source: Script, seen: Block, models: Mapping[str, str]) -> Iterator[DraftEntity]:
    tokens = source.tokens
    for index, token in enumerate(tokens):
        opening = index + 1
        if token.text != "Schema" or index == 0 or not {"new", "."} & {tokens[index - 1].text}:
            continue
        if opening < len(tokens) and tokens[opening].text == "<":
            opening = next((at for at in range(opening, min(opening + 12, len(tokens))) if tokens[at].text == "("), 0)
        if not opening or opening + 1 >= len(tokens) or [tokens[opening].text, tokens[opening + 1].text] != ["(", "{"]:
            continue
        attributes = without_repeats(_columns(source, seen, opening + 2, source.close(opening + 1)))
        attributes += _timestamps(tokens[opening : source.close(opening)], seen.at(token.start), attributes)
        variable = _variable(tokens, index)
        name = models.get(variable, re.sub(r"_?[Ss]chema$", "", variable))
        if len(attributes) > 1 and name:
            place = seen.at(token.start)
            name = name[:1].upper() + name[1:]
            yield DraftEntity(Fact(name, place), Fact("table", place), None, attributes)


def _variable(tokens: Sequence[Token], index: int) -> str:
    """The name before `= new mongoose.Schema`."""
    back = next((at for at in range(index, max(index - 16, -1), -1) if tokens[at].text == "="), 0)
    words = [token.text for token in tokens[max(back - 8, 0) : back] if token.kind == "word"]
    start = next((at for at, word in enumerate(words) if word in ("const", "let", "var")), -1)
    return words[start + 1] if start + 1 < len(words) else ""


def _columns(source: Script, seen: Block, start: int, end: int) -> Iterator[DraftAttribute]:
    for member in members(source, start, end):
        words = [token for token in member.tokens if token.kind not in ("newline", "comment")]
        if len(words) > 2 and words[1].text == ":" and words[0].kind in ("word", "string"):
            yield _column(member, words, seen)


def _column(member: Member, words: Sequence[Token], seen: Block) -> DraftAttribute:
    name, value = words[0].text.strip("'\""), list(words[2:])
    place = seen.at(member.start)
    told: dict[str, Any] = {"nullable": Fact(True, place)}
    many = value[0].text == "["
    inner = value[1 : end_of(value, 0)] if many else value
    if inner and inner[0].text == "{":
        told |= _options(inner[1 : end_of(inner, 0)], place)
        kind = _kind(inner, "type") if option(inner, "type") else "json"
    else:
        kind = next((TYPES[token.text] for token in reversed(inner) if token.text in TYPES), "json")
    told["type"] = Fact(kind + ("[]" if many else ""), place)
    return annotated(facts.attribute(name, place, told), member.beside, place)


def _kind(tokens: Sequence[Token], name: str) -> str:
    """The type behind `type:`, whose last word counts: `Schema.Types.ObjectId`."""
    at = next(at for at in range(len(tokens)) if tokens[at].text == name and tokens[at + 1].text == ":")
    stop = next((end for end in range(at, len(tokens)) if tokens[end].text in (",", "}")), len(tokens))
    known = [TYPES[token.text] for token in tokens[at:stop] if token.text in TYPES]
    return (known[-1] if known else "json") + ("[]" if any(token.text == "[" for token in tokens[at:stop]) else "")


def _options(tokens: Sequence[Token], place: Place) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, (field, value) in _FLAGS.items():
        given = option(tokens, name)
        if given is not None and given.text != "false":
            told[field] = Fact(value, place)
    pointed, longest, default = option(tokens, "ref"), option(tokens, "maxlength"), option(tokens, "default")
    if pointed is not None and pointed.kind == "string":
        told["references"] = Fact(pointed.text[1:-1], place)
    if longest is not None and longest.text.isdigit() and 0 < int(longest.text) < 10**7:
        told["max_length"] = Fact(int(longest.text), place)
    if default is not None and (default.kind in ("string", "number") or default.text in ("true", "false")):
        told["default"] = Fact(facts.unquoted(default.text), place)
    at = next((at for at in range(len(tokens) - 2) if tokens[at].text == "enum" and tokens[at + 1].text == ":"), None)
    values = strings(tokens[at + 2 : end_of(tokens, at + 2)]) if at is not None and tokens[at + 2].text == "[" else []
    if len(values) > 1:
        told["enum_values"] = Fact(tuple(dict.fromkeys(values)), place)
    return told


def _timestamps(tokens: Sequence[Token], place: Place, there: Sequence[DraftAttribute]) -> tuple[DraftAttribute, ...]:
    """`timestamps: true` adds two columns."""
    given = option(tokens, "timestamps")
    names = {one.name.value for one in there}
    if given is None or given.text != "true":
        return ()
    told = {"type": Fact("timestamp", place), "nullable": Fact(False, place)}
    return tuple(facts.attribute(name, place, told) for name in ("createdAt", "updatedAt") if name not in names)
