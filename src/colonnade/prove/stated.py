"""What the Draft states, paired with the tables of the design, so that the design can be judged by it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from colonnade import sql
from colonnade.design.draft import Draft, DraftAttribute, DraftEntity
from colonnade.design.schema import Column, Entity, Schema, Table
from colonnade.errors import Place
from colonnade.vocabulary import constraints as words
from colonnade.vocabulary.naming import snake

Kind = Literal["required", "unique", "primary key", "default", "reference", "expression", "unknown"]


@dataclass(frozen=True, slots=True)
class Pair:
    """An entity of the Draft and the table that the design made of it."""

    entity: DraftEntity
    table: Table
    facts: Entity

    def column(self, written: str) -> Column | None:
        """The column that the document means by `written`, or None."""
        return column_of(self.table, written)


@dataclass(frozen=True, slots=True)
class Statement:
    """A stated constraint, understood: its kind, the columns as written, and its text."""

    kind: Kind
    columns: tuple[str, ...]
    text: str
    place: Place


@lru_cache(maxsize=65536)
def key(name: str) -> str:
    """What two spellings of one name share: `dueDate`, `due_date` and `Due Date` are one."""
    return "".join(character for character in name.casefold() if character.isalnum())


def spellings(written: str) -> tuple[str, str]:
    """A name as it is written, and in the letters that a table's name has."""
    return written, snake(written, "entity")


def pairs(draft: Draft, schema: Schema) -> tuple[Pair, ...]:
    """Each stored entity with its table, in the Draft's order; `missing` names the others."""
    known = _known(schema)
    found = ((entity, _facts(entity, known)) for entity in stored(draft))
    return tuple(
        Pair(entity, schema.database.table(facts.table), facts)
        for entity, facts in found
        if facts is not None and not facts.external
    )


def missing(draft: Draft, schema: Schema) -> tuple[DraftEntity, ...]:
    """The entities that the Draft says are stored and the design has no table for."""
    known = _known(schema)
    return tuple(entity for entity in stored(draft) if _facts(entity, known) is None)


def stored(draft: Draft) -> tuple[DraftEntity, ...]:
    return tuple(entity for entity in draft.entities if entity.kind.value == "table")


def _known(schema: Schema) -> dict[str, tuple[int, Entity]]:
    """By key: the first entity of the design that is called so, or whose table is, and its place."""
    tables = {table.name for table in (*schema.database.tables, *schema.external)}
    found: dict[str, tuple[int, Entity]] = {}
    for place, facts in enumerate(schema.intent.entities):
        if facts.table in tables:
            for name in (facts.name, facts.table):
                found.setdefault(key(name), (place, facts))
    return found


def _facts(entity: DraftEntity, known: Mapping[str, tuple[int, Entity]]) -> Entity | None:
    stated = {key(one) for written in filter(None, (entity.name, entity.table)) for one in spellings(written.value)}
    meant = [known[one] for one in stated if one in known]
    return min(meant, key=lambda one: one[0])[1] if meant else None


def column_of(table: Table, written: str) -> Column | None:
    """The column of `table` that a document means by `written`: its name, its snake_case, or the same letters."""
    named = {column.name: column for column in table.columns}
    for name in (written, sql.shorten(written), sql.shorten(snake(written))):
        if name in named:
            return named[name]
    wanted = key(written)
    return next((column for column in table.columns if wanted and key(column.name) == wanted), None)


def stored_attributes(entity: DraftEntity) -> Iterator[DraftAttribute]:
    """The attributes that are kept in a column as far as the document says."""
    for attribute in entity.attributes:
        if attribute.stored is None or attribute.stored.value:
            yield attribute


_WORD = r'(?P<column>"[^"]+"|`[^`]+`|[\w ]+?)'
_LIST = r"\(\s*(?P<columns>[^()]+)\)"
_PATTERNS: tuple[tuple[Kind, str], ...] = (
    ("required", rf"{_WORD}\s+(?:is\s+)?not\s+null"),
    ("required", rf"{_WORD}\s+required"),
    ("unique", rf"{_WORD}\s+(?:is\s+)?unique"),
    ("unique", rf"unique\s*(?:constraint\s*)?(?:on\s*)?{_LIST}"),
    ("primary key", rf"{_WORD}\s+primary\s+key"),
    ("primary key", rf"primary\s+key\s*{_LIST}"),
    ("default", rf"{_WORD}\s+default\s+(?P<value>.+)"),
    ("reference", rf"foreign\s+key\s*{_LIST}\s*references\s+.+"),
    ("reference", rf"{_WORD}\s+references\s+.+"),
)
_FORMS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS)
_NAMED = re.compile(r"(?:constraint\s+\S+\s+)?check\s*(?P<body>\(.+\))", re.IGNORECASE | re.DOTALL)


_STATES = tuple(
    (re.compile(pattern, re.IGNORECASE), form)
    for patterns, form in (
        (words.ONLY_WITH, "{about} IS NULL OR {state}"),
        (words.REQUIRED_WITH, "{about} IS NOT NULL OR NOT ({state})"),
    )
    for pattern in patterns
)


def in_a_state(pair: Pair, text: str) -> tuple[tuple[str, ...], str] | None:
    """The columns and the condition of `paid_at only when status is paid`, where `text` says such a thing."""
    for pattern, form in _STATES:
        match = pattern.fullmatch(text.strip())
        about, other = (pair.column(match["a"]), pair.column(match["b"])) if match else (None, None)
        value = match["value"] if match else None
        if about is None or other is None or (value is None) != (other.type == "boolean"):
            continue
        listed = {one.casefold(): one for one in _values_of(pair, other)}
        if value is not None and value.casefold() not in listed:
            continue
        state = (
            sql.ident(other.name)
            if value is None
            else f"{sql.ident(other.name)} = {sql.literal(listed[value.casefold()])}"
        )
        return (about.name, other.name), form.format(about=sql.ident(about.name), state=state)
    return None


def _values_of(pair: Pair, column: Column) -> tuple[str, ...]:
    found = (one for one in stored_attributes(pair.entity) if pair.column(one.name.value) == column)
    return next((one.enum_values.value for one in found if one.enum_values), ())


def statements(entity: DraftEntity) -> Iterator[Statement]:
    """The constraints that are stated as texts, each understood by this reader, which is not the design's."""
    for fact in entity.constraints:
        yield understood(fact.value, fact.place)


def understood(text: str, place: Place) -> Statement:
    """One stated constraint: `title NOT NULL`, `email UNIQUE`, `age > 0`; unknown where it is none of these."""
    bare = text.strip().rstrip(";")
    for kind, form in _FORMS:
        match = form.fullmatch(bare)
        if match:
            groups = match.groupdict()
            written = groups.get("columns") or groups.get("column") or ""
            names = tuple(part.strip().strip('"`') for part in written.split(","))
            return Statement(kind, names, groups.get("value") or bare, place)
    check = _NAMED.fullmatch(bare)
    body = check["body"] if check else bare
    tree = sql.expression(body)
    names = columns_in(body) if tree is not None else ()
    return Statement("expression" if names else "unknown", names, body, place)


@lru_cache(maxsize=8192)
def columns_in(expression: str) -> tuple[str, ...]:
    """The columns that an expression reads, sorted, as SQL folds their names."""
    tree = sql.expression(expression)
    names = {node.fields[-1].sval for node in nodes(tree) if _is_column(node) and node.fields}
    return tuple(sorted(names))


@lru_cache(maxsize=8192)
def constants_in(expression: str) -> tuple[str, ...]:
    """The constants of an expression as texts, numbers with their sign, sorted."""
    from pglast import ast

    found: set[str] = set()
    for node in nodes(sql.expression(expression)):
        if isinstance(node, ast.A_Const) and node.val is not None:
            found.add(str(getattr(node.val, "sval", None) or _number(node.val)))
        if isinstance(node, ast.A_Expr) and node.lexpr is None and isinstance(node.rexpr, ast.A_Const):
            found.add("-" + _number(node.rexpr.val))
    return tuple(sorted(found - {"", "None"}))


def nodes(tree: Any) -> Iterator[Any]:
    """Every node of a parse tree."""
    from pglast import ast

    if isinstance(tree, ast.Node):
        yield tree
        for name in tree:
            yield from nodes(getattr(tree, name))
    elif isinstance(tree, (tuple, list)):
        for one in tree:
            yield from nodes(one)


def _is_column(node: Any) -> bool:
    from pglast import ast

    return isinstance(node, ast.ColumnRef) and isinstance((node.fields or (None,))[-1], ast.String)


def _number(value: Any) -> str:
    return str(getattr(value, "ival", None) if hasattr(value, "ival") else getattr(value, "fval", ""))
