"""Roles that SQL names, by other names: on a server of somebody else each is stood in for by a role that is ours."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from itertools import takewhile
from typing import Any

from colonnade.sql import ident
from colonnade.values import replace

_DIGITS = 12
# Settings that hold a role.
_HELD = ("role", "session_authorization")
# What a catalog gives in the order of roles.
_ORDERED: dict[str, Any] = {
    "roles": str,
    "privileges": lambda one: one,
    "default_privileges": lambda one: (one.role, one.schema or "", one.objects),
}
_WORD = re.compile(r'"(?:[^"]|"")+"|[^\W\d]\w*')


@dataclass(frozen=True, slots=True)
class Aliases:
    """What each of `roles` is called there: a name under `mark`, which is ours alone; without a mark by its own name.

    `roles` grows while code that is run names more of them.
    """

    mark: str
    roles: set[str]

    def alias(self, role: str) -> str:
        """The name of the stand-in of `role`; the server's own roles and ours have none."""
        if role.startswith(("pg_", self.mark)):
            return role
        return f"{self.mark}_{hashlib.sha256(role.encode()).hexdigest()[:_DIGITS]}"

    def sql(self, text: str) -> str:
        """`text` with each role called by its alias."""
        if not self.mark:
            return text
        for start, stop, role in sorted(_places(text, self.roles), reverse=True):
            text = f"{text[:start]}{ident(self.alias(role))}{text[stop:]}"
        return text

    def original(self, text: str, position: int) -> int:
        """Where the character at `position` of `sql(text)` stands in `text`."""
        if not self.mark:
            return position
        moved = 0
        for start, stop, role in sorted(_places(text, self.roles)):
            if start + moved >= position:
                break
            moved += len(ident(self.alias(role))) - (stop - start)
        return position - moved

    def said(self, message: str) -> str:
        """A message of the server in the words of who wrote the SQL."""
        if not self.mark or self.mark not in message:
            return message
        for role in sorted(self.roles):
            message = message.replace(self.alias(role), role)
        return message

    def back(self, value: Any) -> Any:
        """What a catalog gave, with each role called by its own name and in the order that these give."""
        if isinstance(value, str):
            return self.said(value)
        if isinstance(value, tuple):
            return tuple(map(self.back, value))
        if not self.mark or not is_dataclass(value) or isinstance(value, type):
            return value
        return replace(value, **{one.name: self._back(one.name, getattr(value, one.name)) for one in fields(value)})

    def _back(self, name: str, value: Any) -> Any:
        found = self.back(value)
        return found if found == value or name not in _ORDERED else tuple(sorted(found, key=_ORDERED[name]))


def _places(text: str, roles: set[str]) -> Iterator[tuple[int, int, str]]:
    """Where roles are named, from and to, in SQL and in blocks of DO; nowhere in what is no SQL."""
    from pglast import parse_sql
    from pglast.parser import ParseError

    try:
        nodes = parse_sql(text)
    except ParseError:
        return
    for node in nodes:
        start = node.stmt_location or 0
        stop = start + node.stmt_len if node.stmt_len else len(text)
        statement: Any = node.stmt
        kind = type(statement).__name__
        if kind == "DoStmt":
            yield from _in_block(text, start, stop, roles)
        elif kind == "GrantRoleStmt" or (kind == "VariableSetStmt" and statement.name in _HELD):
            # Their roles have no place in the parse tree, and no other word of them can be the name of one.
            yield from _alone(text, start, stop, roles)
        else:
            yield from ((at, at + _length(text, at), role) for at, role in _specified(statement))


def _specified(node: Any) -> Iterator[tuple[int, str]]:
    from pglast import ast

    if isinstance(node, tuple):
        for one in node:
            yield from _specified(one)
    elif isinstance(node, ast.RoleSpec):
        if node.rolename:
            yield int(node.location or 0), node.rolename
    elif isinstance(node, ast.Node):
        for name in iter(node):
            yield from _specified(getattr(node, name))


def _length(text: str, start: int) -> int:
    found = _WORD.match(text, start)
    assert found is not None
    return found.end() - start


def _alone(text: str, start: int, stop: int, roles: set[str]) -> Iterator[tuple[int, int, str]]:
    """The words of a statement, up to its options, that are roles."""
    from pglast.parser import scan

    tokens = takewhile(lambda token: token.name != "WITH", scan(text[start:stop]))
    for first, last in ((start + token.start, start + token.end + 1) for token in tokens):
        if (name := _name(text[first:last])) in roles:
            yield first, last, name


def _in_block(text: str, start: int, stop: int, roles: set[str]) -> Iterator[tuple[int, int, str]]:
    """The words of a block that are called as a role is; also in strings, where blocks ask whether it is there."""
    for word in _WORD.finditer(text, start, stop):
        for name in {word[0], _name(word[0])} & roles:
            yield word.start(), word.end(), name


def _name(word: str) -> str:
    """What an identifier names."""
    return word[1:-1].replace('""', '"') if word.startswith('"') else word.lower()
