"""TypeScript: interfaces, object types, enums and TypeORM classes; also the data classes of its relatives."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from colonnade.design.draft import DraftAttribute, DraftEntity, DraftRelationship, Fact, RelationKind
from colonnade.errors import Place
from colonnade.sources.markdown.forms import drizzle, typeorm
from colonnade.sources.markdown.forms.block import (
    PRECISION,
    Block,
    block,
    is_transfer,
    key,
    kind_of,
    owner_of,
    with_key_relations,
    without_repeats,
)
from colonnade.sources.markdown.forms.remarks import annotated, loosened
from colonnade.sources.markdown.forms.script_tokens import Member, Script, Token, members, plain, script
from colonnade.sources.markdown.forms.script_types import Known, Shape, Typed, typed
from colonnade.sources.reading import Reading
from colonnade.values import replace
from colonnade.vocabulary.regex import regex

_MODIFIERS = frozenset(
    ["readonly", "public", "private", "protected", "declare", "static", "override", "export", "abstract"]
)


def _member_name(member: Member) -> tuple[str, int, bool, Token] | None:
    """A member's name, the index after `:`, and whether it has `?`; None for a method or an index signature."""
    tokens = member.tokens
    index = 0
    while index < len(tokens) - 1 and tokens[index].text in _MODIFIERS and tokens[index + 1].kind in ("word", "string"):
        index += 1
    if index >= len(tokens) or tokens[index].kind not in ("word", "string"):
        return None
    name = tokens[index]
    index += 1
    optional = index < len(tokens) and tokens[index].text == "?"
    index += optional
    index += index < len(tokens) and tokens[index].text == "!"
    if index >= len(tokens) or tokens[index].text != ":":
        return None
    text = name.text[1:-1] if name.kind == "string" else name.text
    return text, index + 1, optional, name


def _attribute(member: Member, seen: Block, known: Known) -> DraftAttribute | DraftRelationship | None:
    """A member as an attribute, or as a relation where its type is another declared shape."""
    named = _member_name(member)
    if named is None:
        return None
    name, index, optional, token = named
    shape = typed(member.tokens[index:])
    shape = known.aliases.get(shape.written, shape) if not shape.many else shape
    place = seen.at(token.start)
    if shape.written == "function" or not shape.written:
        return None
    if shape.named in known.shapes:
        kind: RelationKind = "one-to-many" if shape.many else "many-to-one"
        target = Fact(shape.named, place)
        return DraftRelationship(
            Fact(kind, place), target, optional=Fact(optional or shape.nullable, place), description=name
        )
    facts: dict[str, Any] = {"type": Fact(shape.written, place), "nullable": Fact(optional or shape.nullable, place)}
    if shape.values:
        facts["enum_values"] = Fact(shape.values, place)
    elif shape.named in known.enums:
        facts["enum_values"] = known.enums[shape.named]
    if name in ("id", "_id"):
        facts["primary_key"] = Fact(True, place)
        facts["nullable"] = Fact(False, place)
    attribute = DraftAttribute(name=Fact(name, place), **facts)
    for comment in (member.beside, member.above):
        attribute = annotated(attribute, comment, place)
        attribute = loosened(attribute, comment, place) if comment == member.beside else attribute
    return attribute


def _columns(shape: Shape, source: Script, seen: Block, known: Known) -> tuple[DraftAttribute | DraftRelationship, ...]:
    found = (_attribute(member, seen, known) for member in members(source, shape.start, shape.end))
    return tuple(one for one in found if one is not None)


def _inherited(shape: Shape, source: Script, seen: Block, known: Known) -> list[DraftAttribute | DraftRelationship]:
    """The members of `shape` after those of its bases in the block; a ring of bases ends where it closes."""
    order: list[Shape] = []
    waiting = [shape]
    while waiting and len(order) < 20:
        one = waiting.pop()
        if one not in order:
            order.append(one)
            waiting += [known.shapes[base] for base in one.bases if base in known.shapes]
    return [fact for one in reversed(order) for fact in _columns(one, source, seen, known)]


def entity(shape: Shape, source: Script, seen: Block, known: Known) -> DraftEntity | None:
    """A shape as an entity, or None where it has no data of its own."""
    facts = _inherited(shape, source, seen, known)
    attributes = without_repeats(one for one in facts if isinstance(one, DraftAttribute))
    if not attributes:
        return None
    relations = [one for one in facts if isinstance(one, DraftRelationship)]
    keys = {key(owner_of(one.name.value) or ""): one for one in attributes if owner_of(one.name.value)}
    keyed = tuple(_keyed(one, keys) for one in relations)
    made = DraftEntity(Fact(shape.name, shape.place), Fact(kind_of(shape.name), shape.place), None, attributes, keyed)
    return replace(with_key_relations(made), description=shape.above if len(shape.above) <= 300 else "")


def _keyed(relation: DraftRelationship, keys: Mapping[str, DraftAttribute]) -> DraftRelationship:
    """`user: User` beside `userId`: the relation by that column."""
    column = keys.get(key(relation.description)) or keys.get(key(relation.target.value))
    if column is None or relation.kind.value != "many-to-one":
        return replace(relation, description="")
    return replace(relation, foreign_key=column.name, description="")


def _comment_above(source: Script, index: int) -> str:
    """The comment that ends on the line before the token at `index`."""
    found: list[str] = []
    at = index - 1
    breaks = 0
    while at >= 0 and source.tokens[at].kind in ("comment", "newline") and breaks < 2:
        breaks = breaks + 1 if source.tokens[at].kind == "newline" else 0
        if source.tokens[at].kind == "comment":
            found.insert(0, plain(source.tokens[at].text))
        at -= 1
    return " ".join(found)


def _bases(tokens: Sequence[Token]) -> tuple[str, ...]:
    return tuple(
        token.text
        for token in tokens
        if token.kind == "word" and token.text not in ("extends", "implements", "Omit", "Pick", "Partial")
    )


def declarations(source: Script, seen: Block) -> Known:
    """The interfaces, object types, classes, enums and aliases that stand at the top of a block."""
    shapes: dict[str, Shape] = {}
    enums: dict[str, Fact[tuple[str, ...]]] = {}
    aliases: dict[str, Typed] = {}
    tokens = source.tokens
    index = 0
    while index < len(tokens) - 1:
        token, following = tokens[index], tokens[index + 1]
        if token.kind == "open":
            index = source.close(index) + 1
            continue
        if token.kind != "word" or following.kind != "word" or token.text not in ("interface", "type", "enum", "class"):
            index += 1
            continue
        place = seen.at(following.start)
        brace = next(
            (
                at
                for at in range(index + 2, min(index + 200, len(tokens)))
                if tokens[at].text in ("{", ";") or (tokens[at].text == "=" and token.text == "type")
            ),
            len(tokens),
        )
        if token.text == "type" and brace < len(tokens) and tokens[brace].text == "=":
            index = _alias(source, brace, following, place, shapes, enums, aliases)
        elif brace < len(tokens) and tokens[brace].text == "{":
            end = source.close(brace)
            if token.text == "enum":
                enums[following.text] = Fact(_enum_values(source, brace, end), place)
            else:
                above = _comment_above(source, index - (index > 0 and tokens[index - 1].text == "export"))
                shapes[following.text] = Shape(
                    following.text, place, brace + 1, end, _bases(tokens[index + 2 : brace]), above
                )
            index = end + 1
        else:
            index += 2
    return Known(shapes, enums, aliases)


def _alias(
    source: Script,
    equals: int,
    name: Token,
    place: Place,
    shapes: dict[str, Shape],
    enums: dict[str, Fact[tuple[str, ...]]],
    aliases: dict[str, Typed],
) -> int:
    """`type X = { … }`, `type X = Base & { … }`, `type X = 'a' | 'b'`; the index after it."""
    found = members(source, equals + 1, _alias_end(source, equals))
    if not found:
        return equals + 1
    tokens = found[0].tokens
    end = found[0].start + len(tokens)
    brace = next((at for at, token in enumerate(tokens) if token.text == "{"), None)
    plain_shape = brace is not None and all(token.kind == "word" or token.text == "&" for token in tokens[:brace])
    if brace is not None and plain_shape:
        opening = found[0].start + brace
        bases = tuple(token.text for token in tokens[:brace] if token.kind == "word")
        shapes[name.text] = Shape(name.text, place, opening + 1, source.close(opening), bases)
        return source.close(opening) + 1
    shape = typed(tokens)
    if shape.values:
        enums[name.text] = Fact(shape.values, place)
    elif (shape.written and not shape.named and not shape.many) or shape.written in (
        "string",
        "number",
        "boolean",
        "timestamp",
        "uuid",
    ):
        aliases[name.text] = shape
    return max(end, equals + 1)


def _alias_end(source: Script, equals: int) -> int:
    """Where to look for the end of an alias: the next declaration at the top level."""
    index = equals + 1
    while index < len(source.tokens):
        token = source.tokens[index]
        if token.kind == "open":
            index = source.close(index) + 1
            continue
        if token.kind == "word" and token.text in ("interface", "type", "enum", "class", "export", "const", "function"):
            return index
        index += 1
    return len(source.tokens)


def _enum_values(source: Script, brace: int, end: int) -> tuple[str, ...]:
    """The values of an enum: the strings that it assigns, else its names."""
    found = []
    for member in members(source, brace + 1, end):
        strings = [token for token in member.tokens if token.kind == "string"]
        found.append(strings[-1].text[1:-1] if strings else member.tokens[0].text)
    return tuple(dict.fromkeys(found))


def _generated(source: Script, seen: Block, known: Known) -> list[DraftEntity]:
    """The tables of a generated `interface Database`: the `Row` of each name under `Tables`."""
    found = []
    tokens = source.tokens
    index = 1
    while (index := index + 1) < len(tokens) - 4:
        row = tokens[index].text == "Row" and tokens[index + 1].text == ":" and tokens[index + 2].text == "{"
        name = _key_before(tokens, index) if row else None
        if name is None:
            continue
        shape = Shape(name.text, seen.at(name.start), index + 3, source.close(index + 2))
        made = entity(shape, source, seen, known)
        found += [replace(made, table=made.name)] if made else []
        index = shape.end
    return found


def _key_before(tokens: Sequence[Token], index: int) -> Token | None:
    """The `name` of `name: { Row`."""
    at = index - 1
    while at >= 0 and tokens[at].kind in ("newline", "comment"):
        at -= 1
    found = at >= 2 and tokens[at].text == "{" and tokens[at - 1].text == ":" and tokens[at - 2].kind == "word"
    return tokens[at - 2] if found else None


_NOT_KEPT = regex(
    r"\b(?:not stored|in[- ]memory|computed|derived|runtime only|not persisted|never stored|DTO|view model|props)\b",
    re.IGNORECASE,
)


_ABSTRACT = regex(
    r"^(?:Base|Abstract)[A-Z]?|[a-z](?:Base|Timestamps|Auditable)$|^(?:Timestamps|Timestamped|Auditable)$"
)


def _stored(shape: Shape, source: Script, known: Known) -> bool:
    """Whether a shape is data that is kept: no transfer object, no base of others, nothing said to be in memory."""
    names = [named[0] for member in members(source, shape.start, shape.end) if (named := _member_name(member))]
    base = _ABSTRACT.search(shape.name) and any(shape.name in other.bases for other in known.shapes.values())
    return not base and not is_transfer(shape.name, names) and not _NOT_KEPT.search(shape.above)


def _is_service(shape: Shape, source: Script) -> bool:
    """Whether most members are methods: a service, not data."""
    found = members(source, shape.start, shape.end)
    methods = sum(1 for one in found if _member_name(one) is None or any(token.kind == "arrow" for token in one.tokens))
    return methods * 2 > len(found)


def read(text: str, place: Place) -> Reading | None:
    """The data shapes of a TypeScript fence, or None where it holds none."""
    drawn = drizzle.read(text, place) if drizzle.sniff(text) else None
    if drawn is not None:
        return drawn
    source, seen = script(text), block(text, place)
    known = declarations(source, seen)
    if typeorm.sniff(text):
        return typeorm.reading(source, seen, known)
    generated = _generated(source, seen, known)
    shapes = [
        shape for shape in known.shapes.values() if _stored(shape, source, known) and not _is_service(shape, source)
    ]
    made = [entity(shape, source, seen, known) for shape in shapes if not generated]
    entities = tuple(one for one in (*generated, *made) if one is not None)
    enums = tuple(known.enums.items())
    if not entities and not enums:
        return None
    return Reading("typescript", PRECISION["typescript"], entities, enums)


_SNIFF = regex(
    r"^[ \t]*(?:export\s+)?(?:declare\s+)?"
    r"(?:interface\s+\w+[^{\n;]*\{|type\s+\w+\s*=\s*[{'\"|]|enum\s+\w+\s*\{[^\n]*['\"]?)",
    re.MULTILINE,
)


def sniff(text: str) -> bool:
    """Whether an unlabelled fence is TypeScript: an interface, or an object type, with `name: type` members."""
    return bool(_SNIFF.search(text)) and bool(
        re.search(r"^[ \t]*\w+\??[ \t]*:[ \t]*\S", text, re.MULTILINE) or "enum" in text
    )
