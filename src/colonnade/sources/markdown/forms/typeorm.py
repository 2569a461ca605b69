"""TypeORM: classes with @Entity, @Column and relation decorators."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from colonnade.design.draft import (
    DraftAttribute,
    DraftEntity,
    DraftIndex,
    DraftRelationship,
    Fact,
    OnDelete,
    RelationKind,
)
from colonnade.sources.markdown.forms.block import PRECISION, Block, key, snake, without_repeats
from colonnade.sources.markdown.forms.remarks import annotated
from colonnade.sources.markdown.forms.script_tokens import Member, Script, Token, end_of, members, option, strings
from colonnade.sources.markdown.forms.script_types import Known, Shape, typed
from colonnade.sources.reading import Reading
from colonnade.values import replace

_COLUMNS = frozenset(
    [
        "Column",
        "PrimaryColumn",
        "PrimaryGeneratedColumn",
        "CreateDateColumn",
        "UpdateDateColumn",
        "DeleteDateColumn",
        "VersionColumn",
        "Property",
        "PrimaryKey",
        "Enum",
        "Prop",
    ]
)
_RELATIONS: Mapping[str, RelationKind] = {
    "ManyToOne": "many-to-one",
    "OneToOne": "one-to-one",
    "OneToMany": "one-to-many",
    "ManyToMany": "many-to-many",
}
_DATES = frozenset({"CreateDateColumn", "UpdateDateColumn", "DeleteDateColumn"})


@dataclass(frozen=True, slots=True)
class Decorated:
    """A member with its decorators: name → the tokens between their brackets."""

    name: Token
    decorators: Mapping[str, tuple[Token, ...]]
    type: tuple[Token, ...]
    optional: bool
    beside: str


def decorated(member: Member) -> Decorated | None:
    """A member taken apart, or None for a method."""
    tokens = [token for token in member.tokens if token.kind not in ("newline", "comment")]
    found: dict[str, tuple[Token, ...]] = {}
    index = 0
    while index + 1 < len(tokens) and tokens[index].text == "@":
        name = tokens[index + 1].text
        index += 2
        arguments: tuple[Token, ...] = ()
        if index < len(tokens) and tokens[index].text == "(":
            end = end_of(tokens, index)
            arguments, index = tuple(tokens[index + 1 : end]), end + 1
        found[name] = arguments
    while index < len(tokens) and tokens[index].text in ("public", "private", "protected", "readonly", "declare"):
        index += 1
    if index >= len(tokens) or tokens[index].kind != "word":
        return None
    name_token = tokens[index]
    index += 1
    optional = index < len(tokens) and tokens[index].text == "?"
    while index < len(tokens) and tokens[index].text in ("?", "!"):
        index += 1
    if index < len(tokens) and tokens[index].text == "(":
        return None
    kind = tuple(tokens[index + 1 :]) if index < len(tokens) and tokens[index].text == ":" else ()
    equals = next((at for at, token in enumerate(kind) if token.text == "="), len(kind))
    return Decorated(name_token, found, kind[:equals], optional, member.beside)


def joined_members(found: Sequence[Member]) -> list[Member]:
    """Members with the decorators that stand on the lines above them."""
    made: list[Member] = []
    pending: list[Token] = []
    for member in found:
        tokens = (*pending, *member.tokens)
        bare = [token for token in tokens if token.kind not in ("newline", "comment")]
        if bare and bare[0].text == "@" and _only_decorators(bare):
            pending = list(tokens)
            continue
        made.append(member._replace(tokens=tokens))
        pending = []
    return made


def _only_decorators(tokens: Sequence[Token]) -> bool:
    index = 0
    while index + 1 < len(tokens) and tokens[index].text == "@":
        index += 2
        if index < len(tokens) and tokens[index].text == "(":
            index = end_of(tokens, index) + 1
    return index >= len(tokens)


def _written(one: Decorated, arguments: Sequence[Token], decorator: str) -> str:
    """The type of a column: what the decorator says, else the member's own."""
    stated = option(arguments, "type")
    first = arguments[0] if arguments and arguments[0].kind == "string" else None
    word = (
        stated.text[1:-1]
        if stated is not None and stated.kind == "string"
        else first.text[1:-1]
        if first is not None
        else ""
    )
    if decorator == "PrimaryGeneratedColumn":
        return word if word in ("uuid", "bigint") else "integer"
    if decorator in _DATES and not word:
        return "timestamp"
    if word == "simple-array":
        return "text[]"
    if word in ("simple-json",):
        return "jsonb"
    if word == "simple-enum":
        return "enum"
    shape = typed(one.type)
    base = word or ("integer" if shape.written == "number" else shape.written)
    length, precision, scale = (option(arguments, name) for name in ("length", "precision", "scale"))
    if length is not None and "(" not in base:
        return f"{base if word else 'varchar'}({length.text.strip(chr(39) + chr(34))})"
    if precision is not None and precision.kind == "number" and base in ("decimal", "numeric"):
        return f"{base}({precision.text},{scale.text if scale is not None else '0'})"
    return base


def _default(token: Token | None, arguments: Sequence[Token]) -> str | None:
    if token is None:
        return None
    if token.kind == "string":
        return "'" + token.text[1:-1].replace("'", "''") + "'"
    if token.kind == "number" or token.text in ("true", "false"):
        return token.text
    index = arguments.index(token)
    chain = [one.text for one in arguments[index : index + 3]]
    if token.text == "(":
        return next((one.text[1:-1] for one in arguments[index:] if one.kind == "string"), None)
    return f"'{chain[2].lower()}'" if len(chain) == 3 and chain[1] == "." else None


def _column(one: Decorated, seen: Block, known: Known) -> DraftAttribute | None:
    decorator = next((name for name in one.decorators if name in _COLUMNS), None)
    if decorator is None:
        return None
    arguments = one.decorators[decorator]
    place = seen.at(one.name.start)
    nullable = option(arguments, "nullable")
    shape = typed(one.type)
    facts: dict[str, Any] = {"type": Fact(_written(one, arguments, decorator), place)}
    stated = nullable.text == "true" if nullable is not None else decorator == "DeleteDateColumn"
    facts["nullable"] = Fact(stated, place)
    if decorator in ("PrimaryColumn", "PrimaryGeneratedColumn", "PrimaryKey"):
        facts |= {"primary_key": Fact(True, place), "nullable": Fact(False, place)}
    unique = option(arguments, "unique")
    if unique is not None and unique.text == "true":
        facts["unique"] = Fact(True, place)
    default = _default(option(arguments, "default"), arguments)
    if default:
        facts["default"] = Fact(default, place)
    values = _values(arguments, shape.values, shape.named, known)
    if values is not None:
        facts["enum_values"] = Fact(values, place)
    renamed = option(arguments, "name")
    name = renamed.text[1:-1] if renamed is not None and renamed.kind == "string" else one.name.text
    if any(token.text == "array" for token in arguments) and not facts["type"].value.endswith("[]"):
        facts["type"] = Fact(facts["type"].value + "[]", place)
    return annotated(DraftAttribute(name=Fact(name, place), **facts), one.beside, place)


def _values(arguments: Sequence[Token], listed: tuple[str, ...], named: str, known: Known) -> tuple[str, ...] | None:
    stated = option(arguments, "enum")
    if stated is not None and stated.text == "[":
        return tuple(strings(arguments[arguments.index(stated) : end_of(arguments, arguments.index(stated))])) or None
    name = stated.text if stated is not None else named
    return known.enums[name].value if name in known.enums else listed or None


def _relation(one: Decorated, seen: Block, columns: Sequence[DraftAttribute]) -> DraftRelationship | None:
    decorator = next((name for name in one.decorators if name in _RELATIONS), None)
    if decorator is None:
        return None
    place = seen.at(one.name.start)
    arguments = one.decorators[decorator]
    arrow = next((at for at, token in enumerate(arguments) if token.kind == "arrow"), None)
    target = arguments[arrow + 1].text if arrow is not None and arrow + 1 < len(arguments) else typed(one.type).named
    if not target:
        return None
    kind = _RELATIONS[decorator]
    join = one.decorators.get("JoinColumn")
    stated = option(join, "name") if join else None
    column = stated.text[1:-1] if stated is not None else None
    if column is None and kind in ("many-to-one", "one-to-one"):
        column = next((c.name.value for c in columns if key(c.name.value) in (snake(one.name.text) + "_id",)), None)
    action = option(arguments, "onDelete")
    on_delete: OnDelete | None = action.text[1:-1].upper() if action is not None and action.kind == "string" else None  # type: ignore[assignment]
    nullable = option(arguments, "nullable")
    return DraftRelationship(
        Fact(kind, place),
        Fact(target, place),
        Fact(column, place) if column else None,
        Fact(on_delete, place) if on_delete else None,
        Fact(nullable.text == "true", place) if nullable is not None else None,
    )


def _entity(shape: Shape, source: Script, seen: Block, known: Known) -> DraftEntity | None:
    parts = [
        one for member in joined_members(_all_members(shape, source, known)) if (one := decorated(member)) is not None
    ]
    columns = [made for one in parts if (made := _column(one, seen, known)) is not None]
    relations = [told for one in parts if (told := _relation(one, seen, columns)) is not None]
    if not columns:
        return None
    back = [one for one in relations if not (one.kind.value == "one-to-many" and one.target.value in known.shapes)]
    table, extras = _class_decorators(shape, source, seen)
    lone = {part.name.text for part in parts if "Index" in part.decorators}
    indexes = tuple(DraftIndex(Fact((one.name.value,), one.name.place)) for one in columns if one.name.value in lone)
    return DraftEntity(
        Fact(shape.name, shape.place), Fact("table", shape.place), table, without_repeats(columns), tuple(back),
        indexes + tuple(one for one in extras if not one.unique), tuple(one for one in extras if one.unique),
    )  # fmt: skip


def _all_members(shape: Shape, source: Script, known: Known) -> list[Member]:
    """The members of a class after those of the classes that it extends."""
    found = members(source, shape.start, shape.end)
    for base in shape.bases[:1]:
        if base in known.shapes and known.shapes[base] is not shape:
            found = members(source, known.shapes[base].start, known.shapes[base].end) + found
    return found


def _class_decorators(shape: Shape, source: Script, seen: Block) -> tuple[Fact[str] | None, list[DraftIndex]]:
    """The table name and indexes that stand above a class."""
    text = source.text
    end = next((token.start for token in reversed(source.tokens[: shape.start]) if token.text == "class"), 0)
    start = max(text.rfind("\n}", 0, end), text.rfind("\n\n", 0, end), 0)
    head = text[start:end]
    entity = re.search(r"@Entity\(\s*(?:\{[^}\n]*name\s*:\s*)?['\"]([^'\"\n]+)['\"]", head)
    found = []
    for match in re.finditer(r"@(Index|Unique)\(\s*(?:['\"]([^'\"\n]*)['\"]\s*,\s*)?\[([^\]\n]*)\]([^)\n]*)\)", head):
        columns = tuple(re.findall(r"['\"]([^'\"\n]+)['\"]", match[3]))
        unique = match[1] == "Unique" or "unique: true" in match[4]
        found.append(DraftIndex(Fact(columns, seen.at(start + match.start())), match[2] or "", unique))
    return (Fact(entity[1], seen.at(start + entity.start())) if entity else None), [
        one for one in found if one.columns.value
    ]


def reading(source: Script, seen: Block, known: Known) -> Reading | None:
    """The entities of a fence with TypeORM classes."""
    made = [
        replace(one, description=shape.above)
        for shape in known.shapes.values()
        if (one := _entity(shape, source, seen, known)) is not None
    ]
    if not made and not known.enums:
        return None
    return Reading("typeorm", PRECISION["typeorm"], tuple(made), tuple(known.enums.items()))


def sniff(text: str) -> bool:
    return bool(re.search(r"^[ \t]*@(?:Entity|Schema|Table)\b", text, re.MULTILINE)) and bool(
        re.search(r"@(?:\w*Column|Prop|Property)\b", text)
    )
