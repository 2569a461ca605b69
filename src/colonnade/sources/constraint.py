"""A constraint as an entity list writes it: `title NOT NULL`, `UNIQUE (a, b)`, `age > 0`, `CHECK (...)`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from colonnade.design.draft import OnDelete
from colonnade.sources.index_text import IndexText, read_index
from colonnade.sources.tree import shown
from colonnade.sources.typeword import Problem
from colonnade.sql import expression, ident, parse

MAX_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Clauses:
    """What follows one column's name: `price NOT NULL DEFAULT 0`."""

    column: str
    not_null: bool = False
    null: bool = False
    unique: bool = False
    primary_key: bool = False
    default: str | None = None
    references: str | None = None
    on_delete: OnDelete | None = None


@dataclass(frozen=True, slots=True)
class Unique:
    """`UNIQUE (a, b)`."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """`PRIMARY KEY (a, b)`."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that every row must meet; `columns` are the names that it refers to, as the parser folds them."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UniqueIndex:
    """`UNIQUE (lower(email))`, or `UNIQUE (a, b) WHERE c`: what only an index can say; `columns` as of a condition."""

    index: IndexText

    @property
    def columns(self) -> tuple[str, ...]:
        return self.index.names


Constraint = Clauses | Unique | Key | Condition | UniqueIndex

_NAME = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_NAMED = re.compile(rf"CONSTRAINT\s+{_NAME}\s+", re.IGNORECASE)
_LISTED = re.compile(r"(?P<word>UNIQUE|PRIMARY\s+KEY)\s*\((?P<columns>[^()]*)\)", re.IGNORECASE)
_CHECK = re.compile(r"CHECK\s*\((?P<condition>.*)\)", re.IGNORECASE | re.DOTALL)
_ACTION = r"(?:\s+ON\s+DELETE\s+(?P<action>CASCADE|RESTRICT|SET\s+NULL|NO\s+ACTION|SET\s+DEFAULT))?"
_TARGET = rf"REFERENCES\s+(?P<target>{_NAME})\s*(?:\(\s*(?P<key>{_NAME})\s*\))?{_ACTION}"
_FOREIGN = re.compile(rf"FOREIGN\s+KEY\s*\(\s*(?P<column>{_NAME})\s*\)\s*{_TARGET}", re.IGNORECASE)
_FLAG = r"(?:NOT\s+NULL|NULL|UNIQUE|PRIMARY\s+KEY)"
_CLAUSES = re.compile(
    rf"(?P<column>{_NAME}(?: \w+){{0,6}}?)(?P<before>(?:\s{{1,20}}{_FLAG}){{0,8}})"
    rf"(?:\s{{1,20}}DEFAULT\s{{1,20}}(?P<default>\S.*?))?(?:\s{{1,20}}{_TARGET})?(?P<after>(?:\s{{1,20}}{_FLAG}){{0,8}})",
    re.IGNORECASE | re.DOTALL,
)
FORMS = (
    'write "title NOT NULL", "email UNIQUE", "UNIQUE (a, b)", "UNIQUE (lower(email))", "price DEFAULT 0", '
    'or a condition such as "age > 0"'
)


@lru_cache(maxsize=8192)
def read_constraint(text: str) -> Constraint | Problem:
    """`text` as a constraint, or why it is none. Names are as written; whether they are known is not looked at."""
    bare = _NAMED.sub("", text.strip().rstrip(";").strip(), count=1)
    if not bare:
        return Problem("the constraint is empty", FORMS)
    if len(bare) > MAX_CHARACTERS:
        return Problem(f"the constraint {shown(bare)} is over {MAX_CHARACTERS} characters long", "split it")
    for pattern, read in _READERS:
        match = pattern.fullmatch(bare)
        found = read(match) if match else None
        if found is not None:
            return found
    generated = _GENERATED.fullmatch(bare)
    if generated:
        return _generated(generated)
    written = _as_in_a_table(bare) or _unique_index(bare)
    if written is not None:
        return written
    checked = _CHECK.fullmatch(bare)
    return _condition(checked["condition"] if checked else bare, bare)


# Words of conditions themselves, which stay what they are even where a column is called so.
_OPERATORS = frozenset("and or not in is null like ilike similar between case when then else any all some".split())
_WORDS = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|(?P<word>[^\W\d][\w$]*)(?!\s*\()""")


def quoting_columns(text: str, columns: Iterable[str]) -> str:
    """`text` with quotes around those of `columns` that are keywords of SQL, such as `order`, where it means them."""
    meant = {name.lower(): ident(name.lower()) for name in columns if name.lower() not in _OPERATORS}
    keywords = {name: quoted for name, quoted in meant.items() if quoted != name and name.isidentifier()}
    if not keywords or not isinstance(read_constraint(text), Condition | UniqueIndex | Problem):
        return text
    written = _WORDS.sub(lambda match: keywords.get((match["word"] or "").lower(), match[0]), text)
    return written if isinstance(read_constraint(written), Condition | UniqueIndex) else text


_GENERATED = re.compile(
    rf"(?P<column>{_NAME})\s+GENERATED\s+ALWAYS\s+AS\s*\((?P<text>.+)\)\s{{0,20}}(?:STORED|VIRTUAL)?",
    re.IGNORECASE | re.DOTALL,
)
_PARTLY = re.compile(
    rf"(?:UNIQUE\s*(?P<keys>\(.+)|(?P<column>{_NAME})\s+UNIQUE\s+(?P<where>WHERE\s.+))", re.IGNORECASE | re.DOTALL
)


def _unique_index(text: str) -> UniqueIndex | None:
    """A unique set with an expression or a condition, which CREATE TABLE has no form for."""
    match = _PARTLY.fullmatch(text)
    if match is None:
        return None
    index = read_index("UNIQUE " + (match["keys"] or f"({match['column']}) {match['where']}"))
    return UniqueIndex(index) if index else None


_TABLE_WORDS = re.compile(r"(EXCLUDE|FOREIGN\s+KEY)\b", re.IGNORECASE)


def _as_in_a_table(text: str) -> Condition | None:
    """EXCLUDE, or a FOREIGN KEY of several columns, as CREATE TABLE writes it, with the columns that it is on."""
    from pglast import ast
    from pglast.parser import ParseError

    if not _TABLE_WORDS.match(text):
        return None
    try:
        statements = parse(f"CREATE TABLE t ({text}\n)")
    except (ParseError, UnicodeError, ValueError):
        return None
    elements: tuple[Any, ...] = getattr(statements[0].stmt, "tableElts", None) or () if len(statements) == 1 else ()
    if len(elements) != 1 or not isinstance(elements[0], ast.Constraint):
        return None
    node: Any = elements[0]
    keys = [one.sval for one in node.fk_attrs or ()] + [one.name for one, _ in node.exclusions or () if one.name]
    inside = [_column(one) for one in walk(node.exclusions or ()) if isinstance(one, ast.ColumnRef)]
    return Condition(tuple(dict.fromkeys((*keys, *inside))))


def _generated(match: re.Match[str]) -> Condition | Problem:
    """A generated column, with the columns that its expression reads."""
    if expression(match["text"]) is None:
        return Problem(f"{shown(match['text'])} is not one expression in SQL", "write it as in a SELECT: reps * weight")
    return Condition((unquoted(match["column"]), *dict.fromkeys(names_in(match["text"]))))


def _listed(match: re.Match[str]) -> Constraint | None:
    columns = tuple(unquoted(part) for part in match["columns"].split(","))
    if not all(columns):
        return None
    return Unique(columns) if match["word"].upper() == "UNIQUE" else Key(columns)


def _foreign(match: re.Match[str]) -> Constraint | None:
    return Clauses(unquoted(match["column"]), references=_target(match), on_delete=_action(match))


def _clauses(match: re.Match[str]) -> Constraint | Problem | None:
    flags = " ".join(f"{match['before']} {match['after']}".upper().split())
    # `title IS NOT NULL` is a condition, not a column called "title IS".
    if match["column"].upper().endswith(" IS") or not (flags or match["default"] or match["target"]):
        return None
    default = match["default"]
    tree = expression(default) if default is not None else None
    if default is not None and tree is None:
        return Problem(
            f"the default {shown(default)} is not one expression in SQL",
            "write it as after DEFAULT in SQL: 0, 'todo', now()",
        )
    if "NOT NULL" in flags and "NULL" in flags.replace("NOT NULL", ""):
        return Problem("the constraint says both NULL and NOT NULL", "remove one")
    return Clauses(
        unquoted(match["column"]),
        not_null="NOT NULL" in flags,
        null="NULL" in flags.replace("NOT NULL", ""),
        unique="UNIQUE" in flags,
        primary_key="PRIMARY KEY" in flags,
        default=default,
        references=_target(match) if match["target"] else None,
        on_delete=_action(match),
    )


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Constraint | Problem | None]], ...] = (
    (_LISTED, _listed),
    (_FOREIGN, _foreign),
    (_CLAUSES, _clauses),
)


def _target(match: re.Match[str]) -> str:
    table = unquoted(match["target"])
    return f"{table}.{unquoted(match['key'])}" if match["key"] else table


def _action(match: re.Match[str]) -> OnDelete | None:
    # The pattern admits only the five actions, so the words are one of them.
    return " ".join(match["action"].upper().split()) if match["action"] else None  # type: ignore[return-value]


def unquoted(name: str) -> str:
    """A column's name without the quotes of SQL."""
    bare = name.strip()
    quoted = len(bare) > 1 and bare[0] == bare[-1] == '"'
    return bare[1:-1].replace('""', '"') if quoted else bare


# An arithmetic result or a bare constant is no condition; PostgreSQL would say so only when the table is made.
_ARITHMETIC = frozenset("+-*/%^|&#") | {"||", "<<", ">>", "->", "->>", "#>", "#>>"}


def _condition(text: str, whole: str) -> Constraint | Problem:
    tree = expression(text)
    if tree is None:
        return Problem(f"the constraint {shown(whole)} is not understood", FORMS)
    nodes = tuple(walk(tree))
    kinds = {type(node).__name__ for node in nodes}
    if kinds & {"SubLink", "ParamRef", "SetToDefault", "A_Star", "GroupingFunc"}:
        return Problem(
            f"the constraint {shown(whole)} looks beyond its own row", "a CHECK may use the row's columns only"
        )
    names = tuple(dict.fromkeys(_column(node) for node in nodes if type(node).__name__ == "ColumnRef"))
    operator = tree.name[-1].sval if type(tree).__name__ == "A_Expr" else ""
    if type(tree).__name__ == "A_Const" or operator in _ARITHMETIC or not names:
        return Problem(f"the constraint {shown(whole)} is no condition on a column", FORMS)
    return Condition(names)


def names_in(text: str) -> tuple[str, ...]:
    """The column names that the expression `text` refers to."""
    tree = expression(text)
    return tuple(_column(node) for node in walk(tree) if type(node).__name__ == "ColumnRef") if tree is not None else ()


def _column(node: Any) -> str:
    return ".".join(getattr(field, "sval", "*") for field in node.fields)


def walk(tree: Any) -> Iterator[Any]:
    """Every pglast node of `tree`, itself first."""
    from pglast.ast import Node

    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, tuple | list):
            pending.extend(reversed(node))
        elif isinstance(node, Node):
            yield node
            pending.extend(getattr(node, slot) for slot in node)
