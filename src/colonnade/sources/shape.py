"""The declared form of a document: its keys and what each holds; checked here, published as JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from colonnade.config import suggestion
from colonnade.errors import Mistake
from colonnade.sources.tree import A_KIND, Node, shown


@dataclass(frozen=True, slots=True)
class Text:
    """A text; with `choices`, one of these, however its words are joined and cased.

    `advice` is what to do instead of a word that people expect and that is no choice.
    """

    description: str
    choices: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    advice: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Switch:
    """true or false."""

    description: str
    default: bool = False


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; `at_least` is the number of items that it must have."""

    description: str
    item: Shape
    at_least: int = 0


@dataclass(frozen=True, slots=True)
class MapOf:
    """An object whose keys are the author's own names; `example` is shown where something else stands."""

    description: str
    value: Text
    example: str


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a Form."""

    name: str
    shape: Shape
    required: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """An object with known keys; `noun` is what a message calls it."""

    description: str
    noun: str
    keys: tuple[Key, ...]


Shape = Text | Switch | ListOf | MapOf | Form


@lru_cache(maxsize=8192)
def fold(word: str) -> str:
    """`word` as choices are compared: `SET_NULL`, `set null` and `Set-Null` are one."""
    return re.sub(r"[\s_-]+", "-", word.strip().casefold())


def choice(text: str, choices: tuple[str, ...]) -> str | None:
    """The member of `choices` that `text` means, or None."""
    return next((one for one in choices if fold(one) == fold(text)), None)


def mistakes(node: Node, shape: Shape, label: str) -> Iterator[Mistake]:
    """Every place where `node` has not the form of `shape`; `label` is what messages call the node."""
    match shape:
        case Text():
            yield from _text_mistakes(node, shape, label)
        case Switch():
            if node.kind != "boolean":
                yield Mistake(node.place, f"{label} is {A_KIND[node.kind]}", "write true or false")
        case ListOf():
            yield from _list_mistakes(node, shape, label)
        case MapOf():
            yield from _map_mistakes(node, shape, label)
        case Form():
            yield from _form_mistakes(node, shape, label)


def _text_mistakes(node: Node, shape: Text, label: str) -> Iterator[Mistake]:
    if node.kind != "string":
        example = f"write a text such as {_quoted(shape.examples or shape.choices)}"
        yield Mistake(node.place, f"{label} is {A_KIND[node.kind]}", example)
    elif shape.choices and choice(node.text, shape.choices) is None:
        advice = {fold(word): text for word, text in shape.advice}.get(fold(node.text))
        near = advice or suggestion(fold(node.text), {fold(one): one for one in shape.choices})
        known = "write one of " + ", ".join(shape.choices)
        yield Mistake(node.place, f"{label} is {shown(node.text)}, which is not known", near or known)


def _list_mistakes(node: Node, shape: ListOf, label: str) -> Iterator[Mistake]:
    if node.kind != "list":
        yield Mistake(node.place, f"{label} is {A_KIND[node.kind]}", "write a list: [ ... ]")
        return
    if len(node.children) < shape.at_least:
        yield Mistake(node.place, f"{label} is an empty list", "write at least one item")
    for number, child in enumerate(node.children, 1):
        yield from mistakes(child, shape.item, f"item {number} of {label}")


def _map_mistakes(node: Node, shape: MapOf, label: str) -> Iterator[Mistake]:
    if node.kind != "object":
        yield Mistake(node.place, f"{label} is {A_KIND[node.kind]}", f"write an object: {shape.example}")
        return
    yield from _repeated(node)
    for key, value in node.members:
        if key.kind in ("object", "list"):
            yield Mistake(key.place, f"a name in {label} is {A_KIND[key.kind]}", "write a text")
        elif value.kind != "string":
            message = f"{shown(key.text)} in {label} is {A_KIND[value.kind]}"
            yield Mistake(value.place, message, f"write its type as a text: {shape.example}")


def _form_mistakes(node: Node, shape: Form, label: str) -> Iterator[Mistake]:
    if node.kind != "object":
        names = ", ".join(key.name for key in shape.keys if key.required) or ", ".join(key.name for key in shape.keys)
        yield Mistake(node.place, f"{label} is {A_KIND[node.kind]}", f"write an object with {names}")
        return
    yield from _repeated(node)
    known = {key.name: key.shape for key in shape.keys}
    for key, value in node.members:
        if key.text in known and key.kind not in ("object", "list"):
            # A list is told by its own key alone; an item by its number in it.
            yield from mistakes(value, known[key.text], key.text)
        else:
            near = suggestion(key.text, known) or "known are " + ", ".join(name for name in known if name != "$schema")
            yield Mistake(key.place, f"{shape.noun} has no key called {shown(key.text)}", near)
    present = {key.text for key, _ in node.members}
    for wanted in shape.keys:
        if wanted.required and wanted.name not in present:
            yield Mistake(node.place, f"{shape.noun} lacks the key '{wanted.name}'", wanted.shape.description)


def _repeated(node: Node) -> Iterator[Mistake]:
    first: dict[str, Node] = {}
    for key, _ in node.members:
        if key.text in first:
            yield Mistake(
                key.place, f"the key {shown(key.text)} stands twice", f"the first is at {first[key.text].place}"
            )
        first.setdefault(key.text, key)


def _quoted(texts: tuple[str, ...]) -> str:
    return " or ".join(f'"{text}"' for text in texts[:2]) or '"..."'


def json_schema(shape: Shape) -> dict[str, Any]:
    """`shape` in JSON Schema 2020-12."""
    match shape:
        case Text():
            choices: dict[str, Any] = {"enum": list(shape.choices)} if shape.choices else {}
            examples = {"examples": list(shape.examples)} if shape.examples else {}
            return {"type": "string", "description": shape.description, **choices, **examples}
        case Switch():
            return {"type": "boolean", "description": shape.description, "default": shape.default}
        case ListOf():
            least = {"minItems": shape.at_least} if shape.at_least else {}
            return {"type": "array", "description": shape.description, "items": json_schema(shape.item), **least}
        case MapOf():
            value = json_schema(shape.value)
            names = {"minLength": 1}
            return {
                "type": "object",
                "description": shape.description,
                "additionalProperties": value,
                "propertyNames": names,
            }
        case Form():
            return {
                "type": "object",
                "description": shape.description,
                "properties": {key.name: json_schema(key.shape) for key in shape.keys},
                "required": [key.name for key in shape.keys if key.required],
                "additionalProperties": False,
            }
