"""YAML of the fixed form: a fast writer of plain values, and a reader that keeps the place of every value."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from colonnade.errors import InputError, Mistake, Place

_BLOCK_PLAIN = re.compile(r"[A-Za-z_](?:[A-Za-z0-9_ .,()=>*+/-]*[A-Za-z0-9_)])?")
_FLOW_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
LONGEST_FLOW = 160
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def write(value: dict[str, Any]) -> str:
    """`value`, made of dicts, lists and scalars, as YAML 1.2; the same value gives the same text."""
    lines: list[str] = []
    _mapping(value, "", "", lines.append)
    return "".join(lines)


Line: TypeAlias = Callable[[str], None]


def _mapping(value: dict[str, Any], first: str, indent: str, line: Line) -> None:
    """Gives each line of `value` to `line`; the first one begins with `first`, as after the dash of a list."""
    for key, one in value.items():
        kind = one.__class__
        name = _scalar(key, True)
        if kind is dict and one:
            line(f"{first}{name}:\n")
            _mapping(one, indent + "  ", indent + "  ", line)
        elif kind is list and one:
            _sequence(f"{first}{name}:", one, indent + "  ", line)
        else:
            line(f"{first}{name}: {_value(one, indent)}\n")
        first = indent


def _sequence(head: str, items: list[Any], indent: str, line: Line) -> None:
    if not any(one.__class__ is dict or one.__class__ is list for one in items):
        flow = f"{head} {_flow(items)}\n"
        if len(flow) <= LONGEST_FLOW:
            line(flow)
            return
    line(f"{head}\n")
    for one in items:
        if one.__class__ is dict and one:
            _mapping(one, f"{indent}- ", f"{indent}  ", line)
        else:
            line(f"{indent}- {_flow(one)}\n")


def _flow(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key, True)}: {_flow(one)}" for key, one in value.items()) + "}"
    return _scalar(value, True) if isinstance(value, str) else _other(value)


def _value(value: Any, indent: str) -> str:
    if value.__class__ is str:
        return _literal(value, indent + "  ") if "\n" in value and _fits_literal(value) else _scalar(value, False)
    return _flow(value)


def _other(value: Any) -> str:
    return (
        {None: "null", True: "true", False: "false"}[value] if value is None or isinstance(value, bool) else repr(value)
    )


def _fits_literal(text: str) -> bool:
    return all(line.isprintable() for line in text.split("\n"))


def _literal(text: str, indent: str) -> str:
    """A literal block; its indentation is stated, since the first line may be empty or begin with a blank."""
    keep = "+" if text.endswith("\n") else "-"
    lines = text.split("\n")[:-1] if keep == "+" else text.split("\n")
    return f"|2{keep}\n" + "\n".join(f"{indent}{line}" if line else "" for line in lines)


@lru_cache(maxsize=65536)
def _scalar(text: str, flow: bool) -> str:
    """`text` plain where YAML reads it back as the same string, else between double quotes."""
    plain = (_FLOW_PLAIN if flow else _BLOCK_PLAIN).fullmatch(text)
    if plain and text.lower() not in _WORDS:
        return text
    if text.isprintable():
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if letter.isprintable():
        return letter
    code = ord(letter)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a document and its place: a dict of nodes, a list of nodes, or a scalar with its text as written."""

    value: Any
    place: Place
    text: str = ""
    keys: tuple[tuple[str, Place], ...] = ()


def read(text: str, file: str) -> Node:
    """`text` as a tree of nodes. Raises InputError where it is not YAML 1.2, with every key that stands twice."""
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        root = _composed(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        raise InputError((Mistake(place, f"is not valid YAML: {error.problem}"),)) from None
    except YAMLError as error:
        raise InputError((Mistake(Place(file), f"is not valid YAML: {' '.join(str(error).split())}"),)) from None
    if root is None:
        raise InputError((Mistake(Place(file), "is empty", "see `colonnade schema design` for its form"),))
    mistakes: list[Mistake] = []
    node = _node(root, file, mistakes, frozenset())
    if mistakes:
        raise InputError(tuple(mistakes))
    return node


def _composed(text: str) -> Any:
    """The tree of `text`, by libyaml in a quarter of the time; what that refuses, the parser of YAML 1.2 judges."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe").compose(text)
    except (YAMLError, UnicodeError):
        return YAML(typ="safe", pure=True).compose(text)


def _node(node: Any, file: str, mistakes: list[Mistake], above: frozenset[int]) -> Node:
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    place = Place(file, node.start_mark.line + 1, node.start_mark.column + 1)
    if id(node) in above:
        mistakes.append(Mistake(place, "a value contains itself", "leave the alias out"))
        return Node(None, place)
    inside = above | {id(node)} if not isinstance(node.value, str) else above
    if isinstance(node, SequenceNode):
        return Node([_node(one, file, mistakes, inside) for one in node.value], place)
    if isinstance(node, MappingNode):
        return _map(node, place, mistakes, inside)
    return Node(_plain(node), place, node.value)


def _map(node: Any, place: Place, mistakes: list[Mistake], inside: frozenset[int]) -> Node:
    values: dict[str, Node] = {}
    keys: list[tuple[str, Place]] = []
    for key, value in node.value:
        at = Place(place.file, key.start_mark.line + 1, key.start_mark.column + 1)
        name = key.value if isinstance(key.value, str) else ""
        if name in values:
            mistakes.append(Mistake(at, f"the key '{name}' stands twice", "keep one of the two"))
        keys.append((name, at))
        values[name] = _node(value, place.file, mistakes, inside)
    return Node(values, place, keys=tuple(keys))


def _plain(node: Any) -> Any:
    kind = node.tag.rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool":
        return node.value.lower() == "true"
    try:
        return int(node.value, 0) if kind == "int" else float(node.value) if kind == "float" else node.value
    except ValueError:
        return node.value
