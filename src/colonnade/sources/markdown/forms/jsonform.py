"""JSON: JSON Schema and OpenAPI schemas as entities, and JSON examples as attributes of whatever stands around them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from colonnade.design.draft import DraftAttribute, DraftEntity, DraftRelationship, Fact, Origin
from colonnade.errors import Place
from colonnade.sources.markdown import written
from colonnade.sources.markdown.forms.block import PRECISION, Block, block, is_transfer, kind_of, with_key_relations
from colonnade.sources.markdown.forms.remarks import annotated
from colonnade.sources.reading import Reading
from colonnade.values import replace
from colonnade.vocabulary.formats import MEANING_OF
from colonnade.vocabulary.regex import regex

_TYPES: Mapping[str, str] = {
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "object": "json",
    "array": "json[]",
}
_FORMATS: Mapping[str, str] = {
    "uuid": "uuid",
    "date-time": "timestamptz",
    "datetime": "timestamptz",
    "date": "date",
    "time": "time",
    "duration": "interval",
    "int32": "integer",
    "int64": "bigint",
    "float": "float",
    "double": "double precision",
    "decimal": "decimal",
    "binary": "bytea",
    "byte": "bytea",
}
_DEEPEST = 100
_STRING_OR_COMMENT = regex(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*(?:.*?\*/|.*)|,(?=\s*[}\]])|\.\.\.', re.DOTALL)


def _plain(text: str) -> str:
    """JSON without comments, trailing commas and `...`, each replaced by as much space, so that positions stay."""

    def blank(match: re.Match[str]) -> str:
        return match[0] if match[0][0] == '"' else re.sub(r"[^\n]", " ", match[0])

    return _STRING_OR_COMMENT.sub(blank, text)


def _loaded(text: str) -> Any:
    """The value of a JSON text, or None where it is none or nested beyond reason."""
    depth = deepest = 0
    for match in re.finditer(r"[\[{]|[\]}]", text):
        depth += 1 if match[0] in "[{" else -1
        deepest = max(deepest, depth)
    if deepest > _DEEPEST:
        return None
    plain = _plain(text)
    for candidate in (plain, re.sub(r",(?=\s*[}\]])", " ", plain)):
        try:
            return json.loads(candidate)
        except (ValueError, RecursionError):
            continue
    return None


_SCRIPT = regex(
    r"""//[^\n]*|/\*.*?\*/|'(?P<single>(?:[^'\\\n]|\\.)*)'|"(?:[^"\\\n]|\\.)*\"|`[^`]*`"""
    r"""|(?P<word>[A-Za-z_$][\w$.]*(?:<\w+>|\([^()]*\)|\[\])?\??)(?P<key>\s*:)?""",
    re.DOTALL,
)
# What stands before a type that a key of an object has instead of a value.
_TYPED = "="


def _of_script(text: str) -> Any:
    """The value of an object as scripts write it, `{ title: 'Alps', days: 3, startsAt: Timestamp }`, or None."""
    if text.lstrip()[:1] not in ("{", "[") or len(text) > 20_000 or "=>" in text:
        return None
    plain = re.sub(r":(?=\s*[,}\n])", ": null", _SCRIPT.sub(_as_json, text))
    return _loaded(re.sub(r"(?<=[\w\"\]}])[ \t]*(?=\n\s*\")", ",", plain))


def _as_json(match: re.Match[str]) -> str:
    if match["single"] is not None:
        return json.dumps(match["single"])
    word = match["word"]
    if word is None:
        return match[0] if match[0][0] == '"' else json.dumps(match[0][1:-1]) if match[0][0] == "`" else " "
    if match["key"]:
        return json.dumps(word.rstrip("?")) + ":"
    return word if word in ("true", "false", "null") else json.dumps(_TYPED + word)


def _places(seen: Block) -> Mapping[str, Sequence[int]]:
    """Where each key of the text stands, in order."""
    found: dict[str, list[int]] = {}
    for match in re.finditer(r'"((?:[^"\\\n]|\\.)*)"(?=\s*:)|^[ \t]*(?:- )?([\w$-]+)(?=:)', seen.text, re.MULTILINE):
        found.setdefault(match[1] or match[2] or "", []).append(match.start())
    return found


def _at(name: str, seen: Block, places: Mapping[str, Sequence[int]]) -> Place:
    return seen.at(places[name][0]) if places.get(name) else seen.place


def _schemas(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each object schema with its name: the root by title, `$defs`, `definitions`, `components.schemas`."""
    if not isinstance(value, dict):
        return
    if isinstance(value.get("properties"), dict):
        yield str(value.get("title") or ""), value
    components = value.get("components")
    groups = [
        value.get("$defs"),
        value.get("definitions"),
        components.get("schemas") if isinstance(components, dict) else None,
    ]
    for group in groups:
        for name, schema in (group if isinstance(group, dict) else {}).items():
            if isinstance(schema, dict) and isinstance(schema.get("properties"), dict):
                yield str(name), schema


def _enums(value: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The named closed lists among the definitions."""
    if not isinstance(value, dict):
        return
    for group in (value.get("$defs"), value.get("definitions")):
        for name, schema in (group if isinstance(group, dict) else {}).items():
            if isinstance(schema, dict) and isinstance(schema.get("enum"), list):
                yield str(name), tuple(map(str, schema["enum"]))


def _type_of(schema: Mapping[str, Any]) -> tuple[str | None, bool]:
    """The type that a property states and whether null is one of its types."""
    stated = schema.get("type")
    words = [word for word in (stated if isinstance(stated, list) else [stated]) if isinstance(word, str)]
    nullable = "null" in words or schema.get("nullable") is True
    kept = [word for word in words if word != "null"]
    for union in ("anyOf", "oneOf"):
        arms = (
            [arm for arm in schema.get(union) or () if isinstance(arm, dict)]
            if isinstance(schema.get(union), list)
            else []
        )
        nullable = nullable or any(arm.get("type") == "null" for arm in arms)
        rest = [arm for arm in arms if arm.get("type") != "null"]
        if not kept and len(rest) == 1:
            return _type_of(rest[0])[0], nullable
    if not kept:
        return None, nullable
    form = schema.get("format")
    if kept[0] == "array":
        items = schema.get("items")
        inner = _type_of(items)[0] if isinstance(items, dict) and items is not schema else None
        return f"{inner or 'json'}[]".replace("[][]", "[]"), nullable
    return _FORMATS.get(form if isinstance(form, str) else "", _TYPES.get(kept[0], kept[0])), nullable


def _reference(schema: Mapping[str, Any]) -> str | None:
    target = schema.get("$ref")
    return target.rsplit("/", 1)[-1] if isinstance(target, str) else None


def _property(
    name: str, schema: Mapping[str, Any], required: bool, place: Place, enums: Mapping[str, tuple[str, ...]]
) -> DraftAttribute | DraftRelationship | None:
    target = _reference(schema)
    items = schema.get("items")
    many = _reference(items) if isinstance(items, dict) else None
    if target is not None and target not in enums:
        return DraftRelationship(Fact("many-to-one", place), Fact(target, place), optional=Fact(not required, place))
    if many is not None and many not in enums:
        return DraftRelationship(Fact("one-to-many", place), Fact(many, place))
    written, nullable = _type_of(schema)
    facts: dict[str, Any] = {"type": Fact(written, place)} if written else {}
    facts["nullable"] = Fact(nullable or not required, place)
    meant = MEANING_OF.get(str(schema.get("format")))
    if meant is not None:
        facts["meaning"] = Fact(meant, place)
    values = (
        enums.get(target or "") or tuple(str(one) for one in schema.get("enum") or () if one is not None)
        if isinstance(schema.get("enum", []), list)
        else ()
    )
    if len(values) > 1:
        facts["enum_values"] = Fact(values, place)
        facts.setdefault("type", Fact(target or "enum", place))
    for word, field in (("maxLength", "max_length"), ("minLength", "min_length")):
        if isinstance(schema.get(word), int) and not isinstance(schema.get(word), bool):
            facts[field] = Fact(schema[word], place)
    default = _default(schema.get("default"))
    if default is not None:
        facts["default"] = Fact(default, place)
    attribute = DraftAttribute(name=Fact(name, place), **facts)
    words = schema.get("description")
    return annotated(attribute, words, place) if isinstance(words, str) else attribute


def _default(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value) if isinstance(value, int | float) else None


def _entity(
    name: str,
    schema: Mapping[str, Any],
    seen: Block,
    places: Mapping[str, Sequence[int]],
    enums: Mapping[str, tuple[str, ...]],
) -> DraftEntity | None:
    stated = schema.get("required")
    required = {one for one in stated if isinstance(one, str)} if isinstance(stated, list) else set()
    facts = [
        _property(word, inner, word in required, _at(word, seen, places), enums)
        for word, inner in schema["properties"].items() if isinstance(inner, dict)
    ]  # fmt: skip
    attributes = tuple(one for one in facts if isinstance(one, DraftAttribute))
    if not attributes:
        return None
    place = _at(name, seen, places) if name in places else seen.place
    made = DraftEntity(
        Fact(name, place), Fact(kind_of(name), place), None, attributes,
        tuple(one for one in facts if isinstance(one, DraftRelationship)),
        description=schema["description"] if isinstance(schema.get("description"), str) else "",
    )  # fmt: skip
    return with_key_relations(made)


def _example(value: Any, seen: Block, places: Mapping[str, Sequence[int]]) -> Reading | None:
    """An example object: names only, types assumed from the values, for the entity that the text around it names."""
    rows = value if isinstance(value, list) else [value]
    first = rows[0] if rows and isinstance(rows[0], dict) else None
    if not first or len(first) < 2:
        return None
    attributes = tuple(_guessed(str(name), one, _at(str(name), seen, places)) for name, one in first.items())
    samples = tuple(Fact(pairs, seen.place) for row in rows if isinstance(row, dict) and (pairs := _row(row)))
    nameless = DraftEntity(Fact("", seen.place), Fact("concept", seen.place), attributes=attributes, samples=samples)
    return Reading("json-example", PRECISION["json-example"], (nameless,))


def _row(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The plain values of an example as a sample row."""
    return tuple((str(name), _text(value)) for name, value in row.items() if not isinstance(value, dict | list))


def _text(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(value).lower() if isinstance(value, bool) else str(value)


_GUESSES = (
    (regex(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"), "uuid"),
    (regex(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*"), "timestamptz"),
    (regex(r"\d{4}-\d\d-\d\d"), "date"),
)


def _guessed(name: str, value: Any, place: Place) -> DraftAttribute:
    """An attribute whose type is assumed from one value; null says nothing."""
    if isinstance(value, bool):
        word: str | None = "boolean"
    elif isinstance(value, int):
        word = "integer"
    elif isinstance(value, float):
        word = "decimal"
    elif isinstance(value, str) and value.startswith(_TYPED):
        kind = written.take(value.removeprefix(_TYPED)).type
        return replace(DraftAttribute(name=Fact(name, place)), type=Fact(kind, place) if kind else None)
    elif isinstance(value, str):
        word = next((guess for pattern, guess in _GUESSES if pattern.fullmatch(value)), "string")
    elif isinstance(value, dict | list):
        word = "json"
    else:
        word = None
    attribute = DraftAttribute(name=Fact(name, place))
    return replace(attribute, type=Fact(word, place, Origin.ASSUMED, "json-example")) if word else attribute


def read(text: str, place: Place) -> Reading | None:
    """The object schemas of a JSON text; of an example its attributes under an entity without a name; else None."""
    value = _loaded(text)
    value = _of_script(text) if value is None else value
    if value is None:
        return None
    seen = block(text, place)
    places = _places(seen)
    schemas = [
        (name, schema) for name, schema in _schemas(value) if name and not is_transfer(name, schema["properties"])
    ]
    enums = dict(_enums(value))
    made = tuple(
        entity for name, schema in schemas if (entity := _entity(name, schema, seen, places, enums)) is not None
    )
    if made:
        listed = tuple((name, Fact(values, _at(name, seen, places))) for name, values in enums.items())
        return Reading("json-schema", PRECISION["json-schema"], made, listed)
    if isinstance(value, dict) and isinstance(value.get("properties"), dict):
        nameless = _entity("", value, seen, places, enums)
        return Reading("json-schema", PRECISION["json-schema"], (nameless,)) if nameless else None
    return _example(value, seen, places)


def sniff(text: str) -> bool:
    """Whether an unlabelled fence is an object or a list of objects, in JSON or as scripts write them."""
    return text.lstrip()[:1] in ("{", "[") and isinstance(_loaded(text) or _of_script(text), dict | list)
