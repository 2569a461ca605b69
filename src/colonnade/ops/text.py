"""Pieces of SQL text that several operations write."""

from __future__ import annotations

import re

from colonnade.sql import ident, literal

_NAME = r"[A-Za-z_][\w.]*"
_STRING = r"'[^']*'(?:::[\w .]+)?"
# What DEFAULT and an index key take without brackets and without a second reading.
_SIMPLE = re.compile(rf"{_NAME}(?:\((?:{_NAME}|{_STRING}|, |\d+)*\))?|{_STRING}|-?\d+(?:\.\d+)?")
_CALL = re.compile(rf"{_NAME}\((?:{_NAME}|, )*\)")
_OPTION_VALUE = re.compile(r"\d+(?:\.\d+)?|[a-z_]+")
# SET takes these as lists of names, stored with each name quoted by itself.
_LIST_SETTINGS = frozenset(
    {
        "local_preload_libraries",
        "search_path",
        "session_preload_libraries",
        "shared_preload_libraries",
        "temp_tablespaces",
        "unix_socket_directories",
    }
)
_LIST_ITEM = re.compile(r'\s*("(?:[^"]|"")*"|[^,]*?)\s*(?:,|$)')


def bracket(expression: str) -> str:
    """`(expression)`; a line break ends a trailing comment, which would otherwise swallow the bracket."""
    return f"({expression}\n)" if "--" in expression else f"({expression})"


def default(expression: str) -> str:
    """`expression` as DEFAULT takes it: in brackets unless it is one literal, name or call."""
    return expression if _SIMPLE.fullmatch(expression) else bracket(expression)


def index_expression(expression: str) -> str:
    """`expression` as an index key: in brackets unless it is one function call."""
    return expression if _CALL.fullmatch(expression) else bracket(expression)


def options(pairs: tuple[str, ...]) -> str:
    """` WITH (fillfactor=70)` from `name=value` pairs, or nothing."""
    return f" WITH ({', '.join(map(_option, pairs))})" if pairs else ""


def option_clauses(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    """The RESET and SET clauses that lead from the options `old` to `new`."""
    names = {pair.partition("=")[0] for pair in new}
    gone = [name for pair in old if (name := pair.partition("=")[0]) not in names]
    more = tuple(pair for pair in new if pair not in old)
    reset = (f"RESET ({', '.join('.'.join(map(ident, name.split('.'))) for name in gone)})",) if gone else ()
    return (*reset, f"SET{options(more).removeprefix(' WITH')}") if more else reset


def _option(pair: str) -> str:
    name, _, value = pair.partition("=")
    spelled = ".".join(map(ident, name.split(".")))
    return f"{spelled}={value if _OPTION_VALUE.fullmatch(value) else literal(value).strip()}"


def setting(pair: str) -> str:
    """A `name=value` pair of proconfig as the SET clause of CREATE FUNCTION."""
    name, _, value = pair.partition("=")
    values = _items(value) if name.lower() in _LIST_SETTINGS else (value,)
    spelled = ".".join(map(ident, name.split(".")))
    return f"SET {spelled} TO {', '.join(literal(one).strip() for one in values)}"


def _items(value: str) -> tuple[str, ...]:
    found = (match[1] for match in _LIST_ITEM.finditer(value) if match[1])
    names = (item[1:-1].replace('""', '"') if item.startswith('"') else item for item in found)
    return tuple(names) or ("",)


def role(name: str) -> str:
    """A grantee or a policy's role: PUBLIC and CURRENT_USER are words, everything else a name."""
    return name if name in ("PUBLIC", "CURRENT_USER") else ident(name)
