"""Dataclasses as plain values and back, by their fields: keys, defaults and types are read off the class."""

from __future__ import annotations

import types as python_types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from operator import attrgetter
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin

from colonnade.config import suggestion
from colonnade.design import schema
from colonnade.design.yaml import Node
from colonnade.errors import Mistake, Place

# Keys that the document calls otherwise than the class does.
KEYS: dict[type, dict[str, str]] = {
    schema.Index: {"name": "index_name", "keys": "columns", "method": "index_type", "predicate": "condition"},
    schema.Column: {"type": "database_type"},
    schema.Table: {"name": "table_name"},
    schema.Exclusion: {"predicate": "condition"},
    schema.QueryPattern: {"table": "table_name"},
}


@dataclass(frozen=True, slots=True)
class Key:
    """One field of a class as a key of the document."""

    field: str
    key: str
    default: Any
    required: bool


@cache
def keys_of(cls: type) -> tuple[Key, ...]:
    renamed = KEYS.get(cls, {})
    return tuple(
        Key(
            one.name,
            renamed.get(one.name, one.name),
            None if one.default is MISSING else one.default,
            one.default is MISSING,
        )
        for one in fields(cls)
    )


@cache
def types_of(cls: type) -> dict[str, Any]:
    """The type of each field of `cls`; only a reader needs them, and to work them out takes long."""
    return typing.get_type_hints(cls)


_SCALARS = frozenset({str, int, bool, float, type(None)})


def encode(value: Any, skip: frozenset[str] = frozenset()) -> Any:
    """A dataclass as a dict without its defaults, a tuple as a list, anything else as it is."""
    kind = value.__class__
    if kind in _SCALARS:
        return value
    if isinstance(value, tuple):
        return [one if one.__class__ in _SCALARS else encode(one) for one in value]
    keys, fields_of = _written(kind, skip)
    return {
        key: one if one.__class__ in _SCALARS else encode(one)
        for (key, default), one in zip(keys, fields_of(value), strict=True)
        if one != default
    }


@cache
def _written(cls: type, skip: frozenset[str]) -> tuple[tuple[tuple[str, Any], ...], Callable[[Any], tuple[Any, ...]]]:
    """The keys of `cls` less those in `skip`, each with the value at which it is left out, and how all are read."""
    keys = [key for key in keys_of(cls) if key.field not in skip]
    # A value that none equals: what is required is always written.
    pairs = tuple((key.key, object() if key.required else key.default) for key in keys)
    if len(keys) == 1:
        return pairs, lambda value: (getattr(value, keys[0].field),)
    return pairs, attrgetter(*(key.field for key in keys))


Mistakes: TypeAlias = list[Mistake]
"""Every mistake of a document, collected on the way, so that it is judged as a whole."""


def wrong(mistakes: Mistakes, place: Place, message: str, fix: str = "") -> None:
    mistakes.append(Mistake(place, message, fix))


def mapping(mistakes: Mistakes, node: Node | None, what: str) -> Mapping[str, Node]:
    """The keys of `node`, or none, with a mistake where it is something else."""
    if node is None or node.value is None:
        return {}
    if not isinstance(node.value, dict):
        wrong(mistakes, node.place, f"{what} is a {kind(node)}, not a mapping", "write `key: value` lines")
        return {}
    return node.value


def items(mistakes: Mistakes, node: Node | None, what: str) -> list[Node]:
    """The items of `node`, or none, with a mistake where it is something else."""
    if node is None or node.value is None:
        return []
    if not isinstance(node.value, list):
        wrong(mistakes, node.place, f"{what} is a {kind(node)}, not a list", "write `- item` lines")
        return []
    return node.value


def kind(node: Node) -> str:
    names = {dict: "mapping", list: "list", str: "text", bool: "true or false", int: "number", float: "number"}
    return names.get(type(node.value), "empty value")


def known_keys(mistakes: Mistakes, node: Node, known: typing.Collection[str], what: str) -> None:
    """A mistake for each key of `node` that is none of `known`."""
    for name, place in node.keys:
        if name not in known:
            fix = suggestion(name, known) or f"one of {', '.join(sorted(known))}"
            wrong(mistakes, place, f"{what} has no key '{name}'", fix)


def decode(
    mistakes: Mistakes, cls: type, node: Node, skip: frozenset[str] = frozenset(), also: frozenset[str] = frozenset()
) -> Any:
    """`node` as a `cls`; keys in `also` are known and read elsewhere. None, with a mistake, where it cannot be."""
    what = cls.__name__
    if not isinstance(node.value, dict):
        wrong(mistakes, node.place, f"{what} is a {kind(node)}, not a mapping", "write `key: value` lines")
        return None
    wanted = [key for key in keys_of(cls) if key.field not in skip]
    known_keys(mistakes, node, {key.key for key in wanted} | also, what)
    values: dict[str, Any] = {}
    complete = True
    for key in wanted:
        inner = node.value.get(key.key)
        if inner is None:
            if key.required:
                wrong(mistakes, node.place, f"{what} lacks the key '{key.key}'", "add it")
                complete = False
        else:
            values[key.field] = value_of(mistakes, types_of(cls)[key.field], inner, f"{what}.{key.key}")
            complete = complete and (values[key.field] is not None or not key.required)
    return cls(**values) if complete else None


def value_of(mistakes: Mistakes, wanted: Any, node: Node, what: str) -> Any:
    """`node` as a value of the type `wanted`, or None with a mistake."""
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin in (Union, python_types.UnionType):
        rest = [one for one in arguments if one is not type(None)]
        return None if node.value is None else value_of(mistakes, rest[0], node, what) if len(rest) == 1 else None
    if origin is tuple:
        return _tuple(mistakes, arguments, node, what)
    if origin is Literal:
        return _choice(mistakes, arguments, node, what)
    if is_dataclass(wanted):
        return decode(mistakes, typing.cast(type, wanted), node)
    return _scalar(mistakes, wanted, node, what)


def _tuple(mistakes: Mistakes, arguments: tuple[Any, ...], node: Node, what: str) -> Any:
    if not isinstance(node.value, list):
        if node.value is not None:
            wrong(mistakes, node.place, f"{what} is a {kind(node)}, not a list", "write `[a, b]`")
        return ()
    if arguments[-1] is Ellipsis:
        made = [value_of(mistakes, arguments[0], one, what) for one in node.value]
        return tuple(one for one in made if one is not None)
    if len(arguments) != len(node.value):
        wrong(mistakes, node.place, f"{what} has {len(node.value)} items, not {len(arguments)}", "see the JSON Schema")
        return None
    return tuple(value_of(mistakes, one, item, what) for one, item in zip(arguments, node.value, strict=True))


def _choice(mistakes: Mistakes, choices: tuple[Any, ...], node: Node, what: str) -> Any:
    if node.value in choices:
        return node.value
    fix = suggestion(str(node.value), choices) or f"write one of {', '.join(map(str, choices))}"
    wrong(mistakes, node.place, f"{what} is '{node.text}'", fix)
    return choices[0]


def _scalar(mistakes: Mistakes, wanted: Any, node: Node, what: str) -> Any:
    if isinstance(node.value, dict | list):
        wrong(mistakes, node.place, f"{what} is a {kind(node)}, not a {_word(wanted)}")
        return None
    if wanted is str:
        # A plain 1 or true is the text `1` or `true` where a text is wanted.
        return None if node.value is None else node.text if not isinstance(node.value, str) else node.value
    if wanted is float and type(node.value) in (int, float):
        return float(node.value)
    if type(node.value) is not wanted:
        wrong(mistakes, node.place, f"{what} is '{node.text}', not a {_word(wanted)}")
        return None
    return node.value


def _word(wanted: Any) -> str:
    return {str: "text", bool: "true or false", int: "number", float: "number"}.get(wanted, "value")


def form_of(wanted: Any) -> dict[str, Any]:
    """The JSON Schema of a value of the type `wanted`; dataclasses are references to `$defs`."""
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin in (Union, python_types.UnionType):
        rest = [form_of(one) for one in arguments if one is not type(None)]
        return {"anyOf": [*rest, {"type": "null"}]}
    if origin is tuple and arguments[-1] is Ellipsis:
        return {"type": "array", "items": form_of(arguments[0])}
    if origin is tuple:
        return {"type": "array", "prefixItems": [form_of(one) for one in arguments], "minItems": len(arguments),
                "maxItems": len(arguments)}  # fmt: skip
    if origin is Literal:
        return {"enum": list(arguments)}
    if is_dataclass(wanted):
        return {"$ref": f"#/$defs/{typing.cast(type, wanted).__name__}"}
    if wanted is str:
        return {"type": ["string", "number", "boolean"]}
    return {"type": {bool: "boolean", int: "integer", float: "number"}[wanted]}


def object_of(cls: type, skip: frozenset[str] = frozenset(), also: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The JSON Schema of the mapping that stands for a `cls`, with the keys `also` beside its own."""
    wanted = [key for key in keys_of(cls) if key.field not in skip]
    return {
        "type": "object",
        "description": (cls.__doc__ or "").split("\n")[0],
        "properties": {**{key.key: form_of(types_of(cls)[key.field]) for key in wanted}, **(also or {})},
        "required": [key.key for key in wanted if key.required],
        "additionalProperties": False,
    }
