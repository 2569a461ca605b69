"""What the forms in TypeScript share: a type expression taken apart, and the shapes and lists that a block declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from colonnade.design.draft import Fact
from colonnade.errors import Place
from colonnade.sources.markdown.forms.script_tokens import Token
from colonnade.values import replace

# TypeScript's words for types, where PostgreSQL's or plain English's word means another thing.
TYPES: Mapping[str, str] = {
    "Date": "timestamp",
    "any": "json",
    "unknown": "json",
    "object": "json",
    "Object": "json",
    "Record": "json",
    "Map": "json",
    "JSON": "json",
    "Json": "json",
    "JsonValue": "json",
    "ISODateString": "timestamp",
    "ISODate": "timestamp",
    "ISOString": "timestamp",
    "ISO8601": "timestamp",
    "DateString": "date",
    "Timestamp": "timestamp",
    "DateTime": "timestamp",
    "Buffer": "bytes",
    "Uint8Array": "bytes",
    "Blob": "bytes",
    "ObjectId": "ObjectId",
    "Types": "ObjectId",
    "Decimal": "decimal",
    "String": "string",
    "Number": "number",
    "Boolean": "boolean",
}
LONGEST_TYPE = 400
_NOTHING = frozenset({"null", "undefined", "void", "never"})
_WRAPPERS = frozenset({"Array", "ReadonlyArray", "Set", "Partial", "Readonly", "Required", "Promise", "Ref"})


@dataclass(frozen=True, slots=True)
class Shape:
    """A declared type: its name, the indexes of its body, and what it extends."""

    name: str
    place: Place
    start: int
    end: int
    bases: tuple[str, ...] = ()
    above: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """A member's type taken apart."""

    written: str = ""
    values: tuple[str, ...] = ()
    nullable: bool = False
    many: bool = False
    named: str = ""


def _string(token: Token) -> str:
    return token.text[1:-1]


def _arms(tokens: Sequence[Token]) -> list[list[Token]]:
    """The arms of a union at the top level."""
    arms: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        if token.kind in ("comment", "newline"):
            continue
        depth += (token.kind == "open" or token.text == "<") - (token.kind == "close" or token.text == ">")
        if token.text == "|" and depth == 0:
            arms.append([])
        else:
            arms[-1].append(token)
    return [arm for arm in arms if arm]


def typed(tokens: Sequence[Token]) -> Typed:
    """A type expression: `string | null`, `'a' | 'b'`, `Item[]`, `Array<Item>`, `{ … } | null`."""
    # Longer ones are nested objects; the bound also keeps nested generics off the stack.
    if len(tokens) > LONGEST_TYPE:
        return Typed("json")
    arms = _arms(tokens)
    kept = [arm for arm in arms if not (len(arm) == 1 and arm[0].text in _NOTHING)]
    nullable = len(kept) < len(arms)
    if kept and all(len(arm) == 1 and arm[0].kind == "string" for arm in kept):
        values = tuple(dict.fromkeys(_string(arm[0]) for arm in kept))
        return (
            Typed("enum", values if len(values) > 1 else (), nullable)
            if len(values) > 1
            else Typed("string", (), nullable)
        )
    if kept and all(len(arm) == 1 and arm[0].kind == "number" for arm in kept):
        return Typed("integer", (), nullable)
    if len(kept) != 1:
        return Typed(_common(kept), (), nullable)
    return replace(_single(kept[0]), nullable=nullable)


def _common(arms: Sequence[Sequence[Token]]) -> str:
    """The type of a union of several: a Date or its string is a Date; otherwise the first plain word."""
    words = [arm[0].text for arm in arms if len(arm) == 1]
    return TYPES["Date"] if "Date" in words else next((TYPES.get(word, word) for word in words), "json" if arms else "")


def _single(arm: Sequence[Token]) -> Typed:
    many = False
    while len(arm) > 2 and arm[-1].text == "]" and arm[-2].text == "[":
        arm, many = arm[:-2], True
    if arm[0].text == "(" and arm[-1].text == ")" and many:
        inner = typed(arm[1:-1])
        return replace(inner, written=inner.written + "[]", many=True)
    if arm[0].text in ("{", "["):
        return Typed("json[]" if many else "json", many=many)
    if any(token.kind == "arrow" for token in arm) or arm[0].text == "(":
        return Typed("function")
    head = arm[0].text
    if len(arm) > 3 and arm[1].text == "<" and head in _WRAPPERS:
        inner = typed(arm[2:-1])
        listed = head in ("Array", "ReadonlyArray", "Set") or many
        return replace(
            inner, written=inner.written + ("[]" if listed and not inner.many else ""), many=listed or inner.many
        )
    word = TYPES.get(head, head)
    if head == "Prisma" and len(arm) > 2:
        word = "decimal" if arm[2].text == "Decimal" else "json"
    dotted = arm[-1].text if len(arm) == 3 and arm[1].text == "." and head not in TYPES and head != "Prisma" else word
    return Typed(dotted + ("[]" if many else ""), many=many, named=dotted if dotted == head or len(arm) == 3 else "")


@dataclass(frozen=True, slots=True)
class Known:
    """The names that a block declares: shapes, and closed lists of values."""

    shapes: Mapping[str, Shape]
    enums: Mapping[str, Fact[tuple[str, ...]]]
    aliases: Mapping[str, Typed]
