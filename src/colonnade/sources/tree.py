"""JSON and YAML texts as one kind of tree, in which every node knows its line and column."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, Literal, NamedTuple, NoReturn

from colonnade.errors import InputError, Mistake, Place, wrong

Kind = Literal["object", "list", "string", "number", "boolean", "nothing"]
Event = tuple[str, str, int, int]
MAX_DEPTH = 64

A_KIND: dict[Kind, str] = {
    "object": "an object",
    "list": "a list",
    "string": "a text",
    "number": "a number",
    "boolean": "true or false",
    "nothing": "empty",
}


# A tuple, since a list of a thousand entities makes fifty thousand of them.
class Node(NamedTuple):
    """One value of a document. `text` is a scalar as written; an object's children are key, value, key, value."""

    kind: Kind
    place: Place
    text: str = ""
    children: tuple[Node, ...] = ()

    @property
    def members(self) -> Iterator[tuple[Node, Node]]:
        return zip(self.children[::2], self.children[1::2], strict=True)


def parse(text: str, file: str) -> Node:
    """The tree of `text`: YAML by the ending of `file`, JSON by its ending or an opening bracket. Raises InputError."""
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise wrong("is empty", place=Place(file), fix="write an entity list; see `colonnade schema entities`")
    suffix = PurePath(file).suffix.lower()
    as_json = suffix == ".json" or (suffix not in (".yaml", ".yml") and text.lstrip()[0] in "{[")
    node = _assemble(_json_events(text, file) if as_json else _yaml_events(text, file), file)
    # Only an escape makes a character that the text itself does not have.
    mistakes = tuple(_unstorable(node)) if "\\" in text or _UNSTORABLE.search(text) else ()
    if mistakes:
        raise InputError(mistakes)
    return node


def member(node: Node | None, key: str, kind: Kind | None = None) -> Node | None:
    """The value of `key` in the object `node`, or None where it is absent or not of `kind`."""
    if node is None or node.kind != "object":
        return None
    found = next((value for name, value in node.members if name.text == key), None)
    return found if found is None or kind in (None, found.kind) else None


def items(node: Node | None, key: str, kind: Kind) -> tuple[Node, ...]:
    """The items of `kind` in the list under `key`; those of another kind are left out."""
    found = member(node, key, "list")
    return tuple(item for item in found.children if item.kind == kind) if found else ()


def shown(text: str, limit: int = 60) -> str:
    """`text` between quotes, short and printable, for a message: a document cannot steer a terminal."""
    cut = text if len(text) <= limit else text[: limit - 3] + "..."
    return "'" + "".join(char if char.isprintable() else ascii(char)[1:-1] for char in cut) + "'"


# A string or a word ends before the next bracket, comma or colon; the text is known to be valid JSON by then.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]|[^\s{}\[\]:,"]+')
_OPENING = {
    "{": "object",
    "[": "list",
    "}": "end",
    "]": "end",
    "true": "boolean",
    "false": "boolean",
    "null": "nothing",
}


def _json_events(text: str, file: str) -> Iterator[Event]:
    _strict_json(text, file)
    line, line_start, line_end = 1, 0, text.find("\n")
    for match in _TOKEN.finditer(text):
        token, start = match[0], match.start()
        while -1 < line_end < start:
            line, line_start = line + 1, line_end + 1
            line_end = text.find("\n", line_start)
        kind = "string" if token[0] == '"' else _OPENING.get(token, "number")
        if kind == "string":
            token = json.loads(token) if "\\" in token else token[1:-1]
        yield kind, token, line, start - line_start + 1


def _strict_json(text: str, file: str) -> None:
    """Raises InputError where `text` is no JSON; `NaN` and `Infinity`, which Python would take, are none."""
    try:
        # Numbers stay texts: an integer of 5,000 digits is a number in the wrong place, not a failure of int().
        json.loads(text, parse_int=str, parse_float=str, parse_constant=_not_json)
    except json.JSONDecodeError as error:
        place = Place(file, error.lineno, error.colno)
        raise wrong(f"is not valid JSON: {error.msg}", place=place, fix=_json_fix(text, error.pos)) from None
    except _NotJsonError as error:
        raise wrong(f"is not valid JSON: {error}", place=Place(file), fix="write a number or a text") from None
    except RecursionError:
        _too_deep(Place(file))


class _NotJsonError(Exception):
    """A word that JSON does not have."""


def _not_json(word: str) -> NoReturn:
    raise _NotJsonError(f"{word} is no value")


def _json_fix(text: str, position: int) -> str:
    before, here = text[:position].rstrip(), text[position : position + 1]
    if here in ("]", "}") or before.endswith((",]", ",}")) or (before.endswith(",") and here in ("", "]", "}")):
        return "remove the comma before the closing bracket"
    if here in ("/", "#"):
        return "JSON has no comments; remove them, or write YAML"
    if here == "'":
        return "JSON texts stand between double quotes"
    return ""


def _yaml_events(text: str, file: str) -> Iterator[Event]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            found = _yaml_event(event, file)
            if found:
                yield (*found, event.start_mark.line + 1, event.start_mark.column + 1)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        raise wrong(
            f"is not valid YAML: {' '.join(str(error.problem or error.context).split())}", place=place
        ) from None
    except (YAMLError, ValueError, OverflowError, IndexError, AttributeError, AssertionError, TypeError) as error:
        # ruamel lets these escape for escapes beyond Unicode, broken directives and the like.
        message = " ".join(str(error).split()) or "the parser gives up"
        raise wrong(f"is not valid YAML: {shown(message, 200)}", place=Place(file)) from None


_YAML_START = {
    "MappingStartEvent": "object",
    "SequenceStartEvent": "list",
    "MappingEndEvent": "end",
    "SequenceEndEvent": "end",
}
_NUMBER = re.compile(r"[-+]?(?:\d+|0o[0-7]+|0x[0-9a-fA-F]+|(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|\.inf|\.nan)", re.I)


def _yaml_event(event: Any, file: str) -> tuple[str, str] | None:
    """The event's kind and text, None for those that only frame a document."""
    name = type(event).__name__
    place = Place(file, event.start_mark.line + 1, event.start_mark.column + 1)
    if name == "AliasEvent":
        raise wrong("YAML aliases (`*name`) are not read", place=place, fix="write the value out")
    if name in ("ScalarEvent", "MappingStartEvent", "SequenceStartEvent") and getattr(event, "tag", None):
        raise wrong(f"YAML tags such as {shown(str(event.tag))} are not read", place=place, fix="remove the tag")
    if name == "ScalarEvent":
        return _yaml_scalar(event.value, plain=event.style is None or event.style == ""), event.value
    return (_YAML_START[name], "") if name in _YAML_START else None


def _yaml_scalar(value: str, plain: bool) -> Kind:
    """What a YAML 1.2 scalar is; `no`, `on` and `y` are texts there."""
    if not plain:
        return "string"
    if value in ("", "~", "null", "Null", "NULL"):
        return "nothing"
    if value in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return "boolean"
    return "number" if _NUMBER.fullmatch(value) else "string"


def _assemble(events: Iterator[Event], file: str) -> Node:
    """One tree from `events`; stops at MAX_DEPTH, so that neither time nor memory grows with hostile nesting."""
    top: list[Node] = []
    stack: list[tuple[Kind, Place, list[Node]]] = []
    for kind, text, line, column in events:
        here = stack[-1][2] if stack else top
        if kind in ("object", "list"):
            place = Place(file, line, column)
            if len(stack) >= MAX_DEPTH:
                _too_deep(place)
            stack.append((kind, place, []))  # type: ignore[arg-type]
        elif kind == "end":
            closed, place, children = stack.pop()
            (stack[-1][2] if stack else top).append(Node(closed, place, "", tuple(children)))
        else:
            here.append(Node(kind, Place(file, line, column), text))  # type: ignore[arg-type]
    if len(top) > 1:
        raise wrong("a second YAML document begins here", place=top[1].place, fix="put one entity list into a file")
    return top[0] if top else Node("nothing", Place(file, 1, 1))


def _too_deep(place: Place) -> NoReturn:
    raise wrong(f"is nested more than {MAX_DEPTH} levels deep", place=place, fix="an entity list needs six") from None


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _unstorable(node: Node) -> Iterator[Mistake]:
    """A mistake for each text with a character that PostgreSQL cannot store."""
    if node.text and _UNSTORABLE.search(node.text):
        message = f"the text {shown(node.text)} holds a NUL or half of a surrogate pair"
        yield Mistake(node.place, message, "PostgreSQL stores neither; remove it")
    for child in node.children:
        yield from _unstorable(child)
