"""Prisma: models, enums, relations, and @db types."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from colonnade.design.draft import DraftAttribute, DraftEntity, DraftIndex, DraftRelationship, Fact, OnDelete
from colonnade.errors import Place
from colonnade.sources.markdown.forms.block import PRECISION, Block, block, without_repeats
from colonnade.sources.markdown.forms.remarks import annotated
from colonnade.sources.reading import Reading
from colonnade.values import replace
from colonnade.vocabulary.regex import regex

_TYPES: Mapping[str, str] = {
    "String": "string",
    "Int": "integer",
    "BigInt": "bigint",
    "Float": "double precision",
    "Decimal": "decimal",
    "Boolean": "boolean",
    "DateTime": "timestamp",
    "Json": "jsonb",
    "Bytes": "bytea",
}
_NATIVE: Mapping[str, str] = {
    "Text": "text",
    "VarChar": "varchar",
    "Char": "char",
    "Uuid": "uuid",
    "Date": "date",
    "Time": "time",
    "Timetz": "timetz",
    "Timestamp": "timestamp",
    "Timestamptz": "timestamptz",
    "DateTime": "timestamp",
    "Decimal": "decimal",
    "Money": "money",
    "SmallInt": "smallint",
    "Integer": "integer",
    "Int": "integer",
    "TinyInt": "smallint",
    "BigInt": "bigint",
    "Real": "real",
    "DoublePrecision": "double precision",
    "Double": "double precision",
    "Json": "json",
    "JsonB": "jsonb",
    "Inet": "inet",
    "Citext": "citext",
    "Bit": "bit",
    "Xml": "xml",
    "ByteA": "bytea",
    "LongText": "text",
    "MediumText": "text",
    "ObjectId": "ObjectId",
}
_DEFAULTS: Mapping[str, str] = {
    "now()": "now()",
    "uuid()": "gen_random_uuid()",
    "uuid(4)": "gen_random_uuid()",
    "uuid(7)": "uuidv7()",
}
_ON_DELETE: Mapping[str, OnDelete] = {
    "Cascade": "CASCADE",
    "Restrict": "RESTRICT",
    "SetNull": "SET NULL",
    "NoAction": "NO ACTION",
    "SetDefault": "SET DEFAULT",
}
_OPEN = regex(r"^\s*(model|enum|type|view|datasource|generator)\s+(\w+)\s*\{(.*)$")
_FIELD = regex(
    r"^\s*(?P<name>[^\W\d]\w*)\s+(?P<type>[^\W\d]\w*(?:\(\"[^\"\n]*\"\))?)(?P<list>\[\])?(?P<optional>\?)?(?P<rest>.*)$"
)
_STRINGS_OR_COMMENT = regex(r'"(?:[^"\\]|\\.)*"|//')


@dataclass(frozen=True, slots=True)
class _Body:
    """One block of the schema: its word, its name, its lines with their numbers, and the comment above it."""

    word: str
    name: str
    line: int
    lines: tuple[tuple[int, str], ...]
    above: str


def _bodies(text: str) -> Iterator[_Body]:
    current: tuple[str, str, int, str] | None = None
    lines: list[tuple[int, str]] = []
    above: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        code, comment = _split_comment(line)
        opening = _OPEN.match(code)
        if opening:
            if current is not None:
                yield _Body(current[0], current[1], current[2], tuple(lines), current[3])
            current, lines = (opening[1], opening[2], number, " ".join(above)), []
            above = []
            inside = opening[3].split("}")[0].strip()
            if inside:
                lines.append((number, inside))
            if "}" not in opening[3]:
                continue
        elif current is not None and not code.strip().startswith("}"):
            lines.append((number, line))
            continue
        elif current is None:
            above = [*above, comment.lstrip("/ ")] if comment.startswith("///") else []
            continue
        if current is not None:
            yield _Body(current[0], current[1], current[2], tuple(lines), current[3])
        current, lines = None, []
    if current is not None:
        yield _Body(current[0], current[1], current[2], tuple(lines), current[3])


def _split_comment(line: str) -> tuple[str, str]:
    """A line's code and its comment; `//` inside a string is no comment."""
    for match in _STRINGS_OR_COMMENT.finditer(line):
        if match[0] == "//":
            return line[: match.start()], line[match.start() :]
    return line, ""


def _bracket(text: str, opening: int) -> str:
    """What stands between the bracket at `opening` and the one that closes it."""
    depth = 0
    for index in range(opening, len(text)):
        depth += (text[index] in "([{") - (text[index] in ")]}")
        if depth == 0:
            return text[opening + 1 : index]
    return text[opening + 1 :]


def _argument(rest: str, word: str) -> str | None:
    """The text in the brackets of `@word(…)`, empty where there are none, None where the word is not there."""
    match = re.search(rf"(?<!@)@{re.escape(word)}(?![\w.])\s*(\(?)", rest)
    if match is None:
        return None
    return _bracket(rest, match.end() - 1) if match[1] else ""


def _names(text: str) -> tuple[str, ...]:
    """`[a, b(sort: Desc)]` as ("a", "b DESC")."""
    inside = _bracket(text, text.index("[")) if "[" in text else text
    found = re.findall(r"([^\W\d]\w*)\s*(\([^)]*\))?", inside)
    return tuple(name + (" DESC" if "Desc" in detail else "") for name, detail in found)


def _default(text: str, enum: bool) -> str:
    text = text.strip()
    if text in _DEFAULTS or not text:
        return _DEFAULTS.get(text, text)
    generated = re.match(r'^dbgenerated\(\s*"((?:[^"\\]|\\.)*)"\s*\)$', text)
    if generated:
        return generated[1].replace('\\"', '"')
    if text[0] == '"' and text[-1] == '"':
        return "'" + text[1:-1].replace("'", "''") + "'"
    if text == "[]":
        return "'{}'"
    return f"'{text}'" if enum and text.isidentifier() else text


def _written(match: re.Match[str]) -> str:
    """The type of a field: the native one where it is stated."""
    native = re.search(r"@\w+\.(\w+)(\([^)\n]*\))?", match["rest"])
    word = _TYPES.get(match["type"], match["type"])
    if native and native[1] in _NATIVE:
        word = _NATIVE[native[1]] + (native[2] or "")
    return word + (match["list"] or "")


def _attribute(match: re.Match[str], place: Place, enums: Mapping[str, Fact[tuple[str, ...]]]) -> DraftAttribute:
    rest, kind = match["rest"], match["type"]
    facts: dict[str, Any] = {
        "type": Fact(_written(match), place),
        "nullable": Fact(bool(match["optional"]), place),
    }
    if kind in enums:
        facts["enum_values"] = enums[kind]
    if _argument(rest, "id") is not None:
        facts["primary_key"] = Fact(True, place)
    if _argument(rest, "unique") is not None:
        facts["unique"] = Fact(True, place)
    default = _argument(rest, "default")
    if default and default not in ("autoincrement()", "auto()", "cuid()", "cuid(2)", "nanoid()", "ulid()"):
        facts["default"] = Fact(_default(default, kind in enums), place)
    mapped = _argument(rest, "map")
    name = mapped.strip().strip('"') if mapped and '"' in mapped else match["name"]
    return DraftAttribute(name=Fact(name, place), **facts)


@dataclass(frozen=True, slots=True)
class _Link:
    """A relation field: the model it stands in, its target, and what @relation says."""

    target: str
    many: bool
    optional: bool
    fields: tuple[str, ...]
    on_delete: OnDelete | None
    label: str
    place: Place
    targets: tuple[str, ...]


# The relation fields by the model that they stand in, the model that they point at, and their label.
_Ends = Mapping[tuple[str, str, str], Sequence[_Link]]


def _link(match: re.Match[str], place: Place) -> _Link:
    detail = _argument(match["rest"], "relation") or ""
    fields = re.search(r"fields\s*:\s*(\[[^\]]*\])", detail)
    references = re.search(r"references\s*:\s*(\[[^\]]*\])", detail)
    action = re.search(r"onDelete\s*:\s*(\w+)", detail)
    label = re.search(r'"([^"]*)"', detail)
    return _Link(
        match["type"], bool(match["list"]), bool(match["optional"]), _names(fields[1]) if fields else (),
        _ON_DELETE.get(action[1]) if action else None, label[1] if label else "", place,
        _names(references[1]) if references else (),
    )  # fmt: skip


def _fields(
    body: _Body, seen: Block, models: frozenset[str], enums: Mapping[str, Fact[tuple[str, ...]]]
) -> tuple[list[DraftAttribute], list[_Link], dict[str, str]]:
    """The columns and relation fields of a model, and the column names that @map gives to fields."""
    attributes: list[DraftAttribute] = []
    links: list[_Link] = []
    renamed: dict[str, str] = {}
    remarks = _remarks(body)
    for number, line in body.lines:
        match = _FIELD.match(_split_comment(line)[0])
        if match is None:
            continue
        place = seen.line_at(number, match.start("name"))
        if match["type"] in models:
            links.append(_link(match, place))
            continue
        attribute = _attribute(match, place, enums)
        renamed[match["name"]] = attribute.name.value
        attributes.append(annotated(attribute, remarks.get(number, ""), place))
    return attributes, links, renamed


def _told(lines: Sequence[str]) -> str:
    """Several lines as one comment; a list of values that wraps goes on."""
    if all("|" in line for line in lines):
        return " | ".join(line.strip("| ") for line in lines)
    return " ".join(lines)


def _remarks(body: _Body) -> dict[int, str]:
    """The comment of each field by its line: that at its end and those on the lines right below it."""
    found: dict[int, list[str]] = {}
    field: int | None = None
    for number, line in body.lines:
        code, comment = _split_comment(line)
        words = comment.lstrip("/ ").strip()
        if code.strip():
            field = number if _FIELD.match(code) else None
        elif not words:
            field = None
        if field is not None and words:
            found.setdefault(field, []).append(words)
    return {number: _told(lines) for number, lines in found.items()}


def _relations(
    name: str,
    links: Sequence[_Link],
    ends: _Ends,
    unique: frozenset[str],
    renamed: Mapping[str, str],
) -> Iterator[DraftRelationship]:
    """The relations that a model carries: by its key columns, and many-to-many where both sides are lists."""
    for link in links:
        if link.fields:
            column = renamed.get(link.fields[-1], link.fields[-1])
            single = len(link.fields) == 1 and column in unique
            yield DraftRelationship(
                Fact("one-to-one" if single else "many-to-one", link.place),
                Fact(link.target, link.place),
                Fact(column, link.place),
                Fact(link.on_delete, link.place) if link.on_delete else None,
                Fact(link.optional, link.place),
            )
            continue
        back = [one for one in ends.get((link.target, name, link.label), ()) if one is not link]
        if link.many and back and all(one.many for one in back) and (name, link.place) < (link.target, back[0].place):
            yield DraftRelationship(Fact("many-to-many", link.place), Fact(link.target, link.place))
        elif not back:
            yield DraftRelationship(
                Fact("one-to-many" if link.many else "one-to-one", link.place), Fact(link.target, link.place)
            )


def _referenced(
    attributes: Sequence[DraftAttribute], links: Sequence[_Link], renamed: Mapping[str, str]
) -> list[DraftAttribute]:
    """The columns, those of a relation with what they reference."""
    told: dict[str, dict[str, Any]] = {}
    for link in links:
        for index, field in enumerate(link.fields[-1:]):
            target = link.targets[len(link.fields) - 1 + index] if len(link.targets) == len(link.fields) else ""
            facts: dict[str, Any] = {
                "references": Fact(f"{link.target}.{target}" if target else link.target, link.place)
            }
            if link.on_delete:
                facts["on_delete"] = Fact(link.on_delete, link.place)
            told[renamed.get(field, field)] = facts
    return [replace(one, **told.get(one.name.value, {})) for one in attributes]


def _blocks(body: _Body, seen: Block, renamed: Mapping[str, str]) -> dict[str, Any]:
    """What the @@ lines of a model say: keys, uniques, indexes and the table's name."""
    found: dict[str, Any] = {"id": (), "uniques": [], "indexes": [], "table": None}
    for number, line in body.lines:
        code = _split_comment(line)[0].strip()
        match = re.match(r"^@@(\w+)\s*\((.*)$", code)
        if match is None:
            continue
        place = seen.line_at(number)
        inside = _bracket(code, code.index("("))
        if match[1] == "map":
            found["table"] = Fact(inside.strip().strip('"'), place)
            continue
        columns = tuple(renamed.get(one, one) if " " not in one else one for one in _names(inside))
        name = re.search(r'(?:map|name)\s*:\s*"([^"]*)"', inside)
        method = re.search(r"type\s*:\s*(\w+)", inside)
        made = DraftIndex(
            Fact(columns, place), name[1] if name else "", match[1] == "unique", method[1].lower() if method else ""
        )
        if match[1] == "id":
            found["id"] = columns
        elif match[1] in ("unique", "index") and columns:
            found["uniques" if match[1] == "unique" else "indexes"].append(made)
    return found


def _model(
    body: _Body,
    seen: Block,
    parts: tuple[list[DraftAttribute], list[_Link], dict[str, str]],
    ends: _Ends,
) -> DraftEntity:
    attributes, links, renamed = parts
    blocks = _blocks(body, seen, renamed)
    place = seen.line_at(body.line)
    columns = _referenced(attributes, links, renamed)
    keyed = tuple(
        replace(one, primary_key=Fact(True, place), nullable=Fact(False, place))
        if one.name.value in blocks["id"]
        else one
        for one in columns
    )
    lone = {one.columns.value[0] for one in blocks["uniques"] if len(one.columns.value) == 1}
    single = tuple(replace(one, unique=Fact(True, place)) if one.name.value in lone else one for one in keyed)
    unique = frozenset(one.name.value for one in single if one.unique or (one.primary_key and not blocks["id"]))
    return DraftEntity(
        name=Fact(body.name, place),
        kind=Fact("table", place),
        table=blocks["table"],
        attributes=without_repeats(single),
        relationships=tuple(_relations(body.name, links, ends, unique, renamed)),
        indexes=tuple(blocks["indexes"]),
        uniques=tuple(one for one in blocks["uniques"] if len(one.columns.value) > 1),
        description=body.above,
    )


def _values(body: _Body) -> tuple[str, ...]:
    words = (
        re.match(r"^\s*([^\W\d]\w*)(?:\s+@map\(\"([^\"\n]*)\"\))?", _split_comment(line)[0]) for _, line in body.lines
    )
    return tuple(match[2] or match[1] for match in words if match)


def read(text: str, place: Place) -> Reading | None:
    """The models and enums of a Prisma schema, or None where it has none."""
    seen = block(text, place)
    bodies = list(_bodies(text))
    enums = {body.name: Fact(_values(body), seen.line_at(body.line)) for body in bodies if body.word == "enum"}
    models = [body for body in bodies if body.word == "model"]
    names = frozenset(body.name for body in models)
    parts = {body.name: _fields(body, seen, names, enums) for body in models}
    ends: dict[tuple[str, str, str], list[_Link]] = {}
    for name, (_, links, _) in parts.items():
        for link in links:
            known = ends.setdefault((name, link.target, link.label), [])
            # Two tell whether another field stands at this end; more of the same name add nothing.
            if len(known) < 2:
                known.append(link)
    entities = tuple(_model(body, seen, parts[body.name], ends) for body in models)
    if not entities and not enums:
        return None
    return Reading("prisma", PRECISION["prisma"], entities, tuple(enums.items()))


def sniff(text: str) -> bool:
    """Whether an unlabelled fence is Prisma: a model whose fields have Prisma's types or attributes."""
    return bool(re.search(r"^[ \t]*model[ \t]+\w+[ \t]*\{", text, re.MULTILINE)) and bool(
        re.search(
            r"@(?:id|default|relation|unique)\b|^[ \t]+\w+[ \t]+(?:String|Int|DateTime|Boolean)\b", text, re.MULTILINE
        )
    )
