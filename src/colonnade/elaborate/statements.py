"""The statements of SQL files with their places; what may not run is refused before anything does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from colonnade.errors import InputError, Mistake, Place

_META_COMMAND = re.compile(r"^[ \t]*(\\[A-Za-z!?]\S*)", re.MULTILINE)
# pg_dump puts these around its output; they mean nothing outside of psql.
_RESTRICT = re.compile(r"^\\(?:un)?restrict [A-Za-z0-9]+$", re.MULTILINE)

# What pg_dump and psql carry rows in; only the schema is read.
_ROWS = re.compile(r"^COPY [^;]*?FROM stdin[^;\n]*;\n(?:.*\n)*?\\\.$", re.MULTILINE | re.IGNORECASE)

# Kinds of statements that are many or large and cannot name a role; looking into each of their nodes takes long.
_WITHOUT_ROLES = frozenset(
    {"CreateStmt", "IndexStmt", "ViewStmt", "CreateFunctionStmt", "CreateTrigStmt", "CommentStmt", "SelectStmt"}
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of `file`; `offset` is where its text begins in the whole file.

    `extension` is the name of the extension that it creates or comments on, `roles` are the names of roles in it.
    One that is `about_roles` makes, alters or drops a role; one that is `privileged` only a superuser may run.
    """

    file: str
    text: str
    offset: int
    whole: str
    extension: str | None = None
    roles: frozenset[str] = frozenset()
    about_roles: bool = False
    privileged: bool = False

    def place(self, position: int = 0) -> Place:
        """The place of the character `position` of this statement."""
        return place(self.file, self.whole, self.offset + position)


def place(file: str, text: str, offset: int) -> Place:
    before = text[:offset]
    return Place(file, before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1)


def statements(text_by_file: Mapping[str, str]) -> tuple[Statement, ...]:
    """All statements in the order of the files. Raises InputError with what is wrong in any of them."""
    found: list[Statement] = []
    mistakes: list[Mistake] = []
    for file, raw in text_by_file.items():
        # Blanks of the same length keep every place what it was.
        text = _RESTRICT.sub(_blank, _ROWS.sub(_blank, raw))
        try:
            split = tuple(_split(file, text))
        except InputError as error:
            mistakes += error.mistakes
            continue
        mistakes += [mistake for one, node in split for mistake in _refusal(one, node)]
        found += [one for one, _ in split]
    if mistakes:
        raise InputError(tuple(mistakes))
    return tuple(found)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())


def _split(file: str, text: str) -> Iterator[tuple[Statement, Any]]:
    from pglast import parse_sql
    from pglast.parser import ParseError

    try:
        nodes = parse_sql(text)
    except ParseError as error:
        message = str(error.args[0])
        offset = len(text.rstrip()) if message.endswith("at end of input") else int(error.args[1] or 0)
        raise InputError((_mistake(file, text, message, offset),)) from error
    for node in nodes:
        start = node.stmt_location or 0
        end = start + node.stmt_len if node.stmt_len else len(text)
        offset = _first_word(text, start, end)
        yield (
            Statement(
                file,
                text[offset:end],
                offset,
                text,
                _extension_of(node.stmt),
                _roles_of(node.stmt),
                _is_about_roles(node.stmt),
                _is_privileged(node.stmt),
            ),
            node.stmt,
        )


def _extension_of(statement: Any) -> str | None:
    from pglast import ast, enums

    if isinstance(statement, ast.CreateExtensionStmt):
        return str(statement.extname)
    if isinstance(statement, ast.CommentStmt) and statement.objtype == enums.ObjectType.OBJECT_EXTENSION:
        name: Any = statement.object
        return str(name.sval)
    return None


def _is_about_roles(statement: Any) -> bool:
    return type(statement).__name__ in ("CreateRoleStmt", "AlterRoleStmt", "AlterRoleSetStmt", "DropRoleStmt")


def _is_privileged(statement: Any) -> bool:
    """Whether it concerns an event trigger, or a publication of all that a database or schema will hold.

    None of these runs anything that a file says, and in scratch databases no event trigger fires.
    """
    kind = type(statement).__name__
    if kind in ("CreateEventTrigStmt", "AlterEventTrigStmt"):
        return True
    if kind == "CreatePublicationStmt":
        schemas = any("SCHEMA" in one.pubobjtype.name for one in statement.pubobjects or ())
        return bool(statement.for_all_tables) or schemas
    aims = {"CommentStmt": "objtype", "DropStmt": "removeType"}
    return kind in aims and getattr(statement, aims[kind]).name == "OBJECT_EVENT_TRIGGER"


def _roles_of(statement: Any) -> frozenset[str]:
    return frozenset() if type(statement).__name__ in _WITHOUT_ROLES else frozenset(_roles(statement))


def _roles(node: Any) -> Iterator[str]:
    """The names of roles anywhere below `node`; those of GRANT role TO role stand in nodes of privileges."""
    from pglast import ast

    if isinstance(node, tuple):
        for one in node:
            yield from _roles(one)
    elif isinstance(node, ast.RoleSpec):
        yield from (node.rolename,) if node.rolename else ()
    elif isinstance(node, ast.GrantRoleStmt):
        yield from (granted.priv_name for granted in node.granted_roles or ())
        yield from _roles(node.grantee_roles)
    elif isinstance(node, ast.CreateRoleStmt):
        yield str(node.role)
    elif isinstance(node, ast.VariableSetStmt):
        values = (one.val for one in node.args or () if node.name == "role")
        yield from (str(value.sval) for value in values if isinstance(value, ast.String))
    elif isinstance(node, ast.Node):
        # Iterating over a node gives the names of its fields.
        for name in iter(node):
            yield from _roles(getattr(node, name))


def _mistake(file: str, text: str, message: str, offset: int) -> Mistake:
    command = next((one for one in _META_COMMAND.finditer(text) if one.end() >= offset), None)
    if command and "\\" in message:
        where = place(file, text, command.start(1))
        return Mistake(where, f"{command.group(1)} is a command of psql, not SQL", "remove it")
    return Mistake(place(file, text, offset), message)


def _first_word(text: str, start: int, end: int) -> int:
    """Where the statement's own text begins, after blanks and comments."""
    comment = re.compile(r"\s+|--[^\n]*|/\*.*?\*/", re.DOTALL)
    while start < end and (match := comment.match(text, start, end)):
        start = match.end()
    return start


def _refusal(statement: Statement, node: Any) -> Iterator[Mistake]:
    from pglast import ast

    if not isinstance(node, ast.CopyStmt):
        return
    if node.is_program or node.filename:
        means = "a program" if node.is_program else "a file of the server"
        yield Mistake(statement.place(), f"COPY with {means} never runs here", "remove it; only the schema is read")
    elif node.is_from:
        yield Mistake(statement.place(), "COPY FROM stdin carries rows", "dump with pg_dump --schema-only")
