"""What differs between two Databases, by the name of the object and of the fact."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from colonnade.design.schema import (
    Database,
    DefaultPrivilege,
    Definition,
    Function,
    PrimaryKey,
    Privilege,
    SchemaNamespace,
)

# What an object is told apart by, where that is more than its name.
KEYS: Mapping[type, Callable[[Any], tuple[str, ...]]] = {
    Privilege: lambda one: (one.grantee, "with grant option" if one.grantable else ""),
    DefaultPrivilege: lambda one: (one.role, one.objects, one.schema or ""),
    Definition: lambda one: ("", f"{one.kind.lower()} {one.name}"),
    Function: lambda one: (one.schema, f"{one.name}({one.identity_arguments})"),
}
WORDS: Mapping[type, str] = {SchemaNamespace: "schema", PrimaryKey: "primary key"}


def differences(left: Database, right: Database) -> tuple[str, ...]:
    """Each fact in which the two differ, as `table tasks: column title: type text != character varying(200)`; sorted.

    Objects are matched by name, so the order of columns does not count.
    """
    return tuple(sorted(_facts("", left, right)))


def _facts(where: str, left: Any, right: Any) -> Iterator[str]:
    """The differing facts of two values of one dataclass."""
    if left == right:
        return
    for field in fields(left):
        one, other = getattr(left, field.name), getattr(right, field.name)
        if one != other:
            yield from _values(where, field.name.replace("_", " "), one, other)


def _values(where: str, fact: str, left: Any, right: Any) -> Iterator[str]:
    if _named(left) or _named(right):
        yield from _collections(where, left, right)
    elif fact == "unmodelled":
        yield from (f"{one}: only on the left" for one in sorted(set(left) - set(right)))
        yield from (f"{one}: only on the right" for one in sorted(set(right) - set(left)))
    else:
        yield f"{where}{fact} {_text(left)} != {_text(right)}"


def _collections(where: str, left: tuple[Any, ...], right: tuple[Any, ...]) -> Iterator[str]:
    """The differences of two tuples of named objects."""
    ours, theirs = ({_key(one): one for one in side} for side in (left, right))
    for key in sorted(ours.keys() | theirs.keys()):
        one, other = ours.get(key), theirs.get(key)
        present = one if one is not None else other
        label = f"{where}{_label(present)}"
        if one is None or other is None:
            yield f"{label}: only on the {'right' if one is None else 'left'}"
        elif type(one) is not type(other):
            yield f"{label}: {_word(type(one))} != {_word(type(other))}"
        else:
            yield from _facts(f"{label}: ", one, other)


def _named(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and is_dataclass(value[0]) and _has_name(value[0])


def _has_name(value: Any) -> bool:
    return type(value) in KEYS or hasattr(value, "name")


def _key(value: Any) -> tuple[str, ...]:
    special = KEYS.get(type(value))
    return special(value) if special else (getattr(value, "schema", ""), value.name)


def _label(value: Any) -> str:
    """The kind and name of an object; `public` is not said, as in the SQL that we write."""
    names = [part for part in _key(value) if part]
    if hasattr(value, "schema") and type(value) is not DefaultPrivilege and names[0] == "public":
        names = names[1:]
    joint = " " if type(value) in (Privilege, DefaultPrivilege) else "."
    return f"{_word(type(value))} {joint.join(names)}"


def _word(kind: type) -> str:
    return WORDS.get(kind) or re.sub(r"(?<!^)(?=[A-Z])", " ", kind.__name__).lower()


def _text(value: Any) -> str:
    """A value on one line: `none` for what is not there, a nested object by its fields."""
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))
    if is_dataclass(value):
        shown = ((field.name, getattr(value, field.name)) for field in fields(value))
        return " ".join(f"{name}={_text(one)}" for name, one in shown if one not in (None, False, ()))
    return str(value).lower() if isinstance(value, bool) else " ".join(str(value).split()) or "''"
