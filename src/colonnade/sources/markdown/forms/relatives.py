"""Data classes of Kotlin, Swift, Java, C#, Go and Rust, by a best-effort grammar of their members."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from colonnade.design.draft import DraftAttribute, DraftEntity, DraftRelationship, Fact
from colonnade.errors import Place
from colonnade.sources.markdown.forms.block import (
    PRECISION,
    Block,
    block,
    is_transfer,
    kind_of,
    snake,
    with_key_relations,
    without_repeats,
)
from colonnade.sources.markdown.forms.remarks import annotated
from colonnade.sources.markdown.forms.script_tokens import Member, Script, Token, end_of, members, script
from colonnade.sources.reading import Reading
from colonnade.vocabulary.regex import regex

# The words of these languages whose meaning the type table does not know, or knows otherwise; in lower case.
TYPES: Mapping[str, str] = {
    "date": "timestamp",
    "time": "timestamp",
    "any": "json",
    "map": "json",
    "dictionary": "json",
    "hashmap": "json",
    "jsonnode": "json",
    "value": "json",
    "i16": "smallint",
    "i32": "integer",
    "u32": "integer",
    "i64": "bigint",
    "u64": "bigint",
    "f32": "real",
    "f64": "double precision",
    "naivedate": "date",
    "naivedatetime": "timestamp",
    "url": "string",
    "data": "bytes",
    "objectid": "ObjectId",
}
_MODIFIERS = frozenset(
    "val var let private public protected internal final const static readonly pub required override lateinit open "
    "mutable abstract virtual new volatile transient field get set param weak lazy".split()
)
_HEAD = regex(r"^(?:class|record|struct)$")
# Annotations by which these languages keep a member out of the store.
_UNSTORED = frozenset({"Transient", "Ignore", "NotMapped", "Ignored", "ignore", "BsonIgnore"})
_OPTIONAL = frozenset({"Option", "Optional", "Nullable"})
_LISTS = frozenset({"List", "Array", "Set", "Vec", "MutableList", "Collection", "ICollection", "IEnumerable", "IList"})


class Body(NamedTuple):
    """A data class: its name, the range of its members, and whether a member's name or its type is written first."""

    name: Token
    start: int
    end: int
    name_first: bool
    type_first: bool


def _bodies(source: Script) -> Iterator[Body]:
    """The data classes of the text."""
    tokens = source.tokens
    index = 0
    while index < len(tokens) - 2:
        go = tokens[index].text == "type" and tokens[index + 2].text == "struct"
        if not (go or _HEAD.match(tokens[index].text)) or tokens[index + 1].kind != "word":
            index += 1
            continue
        stop = min(index + 60, len(tokens))
        opening = next((at for at in range(index + 2, stop) if tokens[at].text in ("{", "(")), None)
        if opening is None:
            index += 2
            continue
        end = source.close(opening)
        yield Body(tokens[index + 1], opening + 1, end, go, tokens[index].text in ("class", "record"))
        index = end + 1


def _stripped(tokens: Sequence[Token]) -> list[Token]:
    """A member without annotations, attributes and modifiers."""
    index = 0
    while index < len(tokens):
        if tokens[index].text == "@" or tokens[index].text == "#":
            index += 2 if tokens[index].text == "@" else 1
            if index < len(tokens) and tokens[index].text in ("(", "["):
                index = end_of(tokens, index) + 1
        elif tokens[index].text == "[":
            index = end_of(tokens, index) + 1
        elif tokens[index].text in _MODIFIERS or tokens[index].kind in ("newline", "comment"):
            index += 1
        else:
            break
    stop = next((at for at in range(index, len(tokens)) if tokens[at].text in ("=", "{", "=>")), len(tokens))
    return [token for token in tokens[index:stop] if token.kind not in ("newline", "comment", "string")]


def _is_computed(tokens: Sequence[Token]) -> bool:
    """Whether a member is worked out when it is read: `var age: Int { … }`, `public string Full => …`, `@Transient`."""
    words = [token.text for token in tokens if token.kind not in ("newline", "comment")]
    marked = any(left in ("@", "[") and right in _UNSTORED for left, right in pairwise(words))
    stop = next((at for at, word in enumerate(words) if word in ("=", "{", "=>")), len(words))
    if marked or stop == len(words):
        return marked
    accessors = set(words[stop + 1 : stop + 3]) & {"get", "init", "set", "private", "protected", "internal"}
    observed = set(words[stop + 1 : stop + 2]) & {"didSet", "willSet"}
    body = words[stop] == "{" and not observed and (":" in words[:stop] or not accessors)
    return words[stop] == "=>" or body


def _split(tokens: Sequence[Token], body: Body) -> tuple[Token, Sequence[Token], bool] | None:
    """Name, type and whether the language writes null: `name: Type`, `Type name`, Go's `Name Type`."""
    if len(tokens) < 2 or tokens[0].kind != "word" or any(token.text == "(" for token in tokens):
        return None
    if tokens[1].text == ":":
        return tokens[0], tokens[2:], True
    if tokens[-1].kind == "word" and (body.type_first or (not body.name_first and _is_type_first(tokens))):
        return tokens[-1], tokens[:-1], any(token.text == "?" for token in tokens)
    return tokens[0], tokens[1:], any(token.text in ("*", "?") for token in tokens)


def _is_type_first(tokens: Sequence[Token]) -> bool:
    """`String name` and `decimal Price`, against Go's `Name string`."""
    from colonnade import types

    known = [types.resolve(token.text) is not None or token.text.lower() in TYPES for token in (tokens[0], tokens[-1])]
    if known[0] != known[1]:
        return known[0]
    return tokens[1].text in ("<", "?", "[") or tokens[-1].text[0].islower()


def _typed(tokens: Sequence[Token]) -> tuple[str, bool, bool]:
    """A type's word, whether it may be null, and whether it is a list."""
    words = [token.text for token in tokens if token.kind == "word" and token.text not in _MODIFIERS]
    nullable = any(token.text in ("?", "*") for token in tokens) or bool(set(words) & _OPTIONAL)
    many = bool(set(words) & _LISTS) or any(token.text == "[" for token in tokens)
    kept = [word for word in words if word not in _OPTIONAL and word not in _LISTS]
    if [token.text for token in tokens if token.kind != "newline"][:3] in (
        ["byte", "[", "]"],
        ["Byte", "[", "]"],
        ["u8", "[", "]"],
    ):
        return "bytes", nullable, False
    if kept and kept[0].lower() in ("map", "dictionary", "hashmap", "mutablemap"):
        return "json", nullable, False
    # `uuid.UUID` and `time.Time` are named by their last word.
    last = next((word for at, word in enumerate(kept) if at + 1 == len(kept) or "." not in _between(tokens, word)), "")
    return TYPES.get(last.lower(), last), nullable, many


def _is_class(word: str) -> bool:
    """Whether a word is no type of these languages: the elements of a list of it are rows of another table."""
    from colonnade import types

    return word[:1].isupper() and word.lower() not in TYPES and types.resolve(word) is None


def _between(tokens: Sequence[Token], word: str) -> str:
    at = next(index for index, token in enumerate(tokens) if token.text == word)
    return tokens[at + 1].text if at + 1 < len(tokens) else ""


def _member(
    member: Member, body: Body, seen: Block, known: frozenset[str]
) -> DraftAttribute | DraftRelationship | None:
    # A member with more is code.
    if len(member.tokens) > 120 or _is_computed(member.tokens):
        return None
    parts = _split(_stripped(member.tokens), body)
    if parts is None or not parts[1]:
        return None
    name, kind, says_null = parts
    written, nullable, many = _typed(kind)
    place = seen.at(name.start)
    if not written:
        return None
    if written in known or (many and _is_class(written)):
        return DraftRelationship(Fact("one-to-many" if many else "many-to-one", place), Fact(written, place))
    facts: dict[str, Any] = {"type": Fact(written + ("[]" if many else ""), place)}
    if says_null or nullable:
        facts["nullable"] = Fact(nullable, place)
    if snake(name.text) == "id":
        facts |= {"primary_key": Fact(True, place), "nullable": Fact(False, place)}
    return annotated(DraftAttribute(name=Fact(name.text, place), **facts), member.beside, place)


def read(text: str, place: Place) -> Reading | None:
    """The data classes of the fence, or None where it has none with at least two plain members."""
    source, seen = script(text), block(text, place)
    bodies = list(_bodies(source))
    known = frozenset(body.name.text for body in bodies)
    made = []
    sent = sum(is_transfer(body.name.text, ()) for body in bodies)
    for body in bodies:
        name = body.name
        facts = [_member(member, body, seen, known) for member in members(source, body.start, body.end)]
        attributes = without_repeats(one for one in facts if isinstance(one, DraftAttribute))
        if len(attributes) < 2 or is_transfer(name.text, [one.name.value for one in attributes]):
            continue
        if sent > 1 and not any(snake(one.name.value) in ("id", snake(name.text) + "_id") for one in attributes):
            # A part of what is sent, beside what is sent.
            continue
        at = seen.at(name.start)
        relations = tuple(one for one in facts if isinstance(one, DraftRelationship))
        entity = DraftEntity(Fact(name.text, at), Fact(kind_of(name.text), at), None, attributes, relations)
        made.append(with_key_relations(entity))
    return Reading("data-class", PRECISION["typescript"], tuple(made)) if made else None


def sniff(text: str) -> bool:
    """Whether an unlabelled fence is a data class of one of these languages."""
    return bool(
        re.search(
            r"^[ \t]*(?:data class|(?:pub )?struct|type \w+ struct|public (?:class|record))\b", text, re.MULTILINE
        )
    )
