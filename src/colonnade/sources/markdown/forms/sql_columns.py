"""The items of a CREATE TABLE or ADD COLUMN as facts, by one grammar for every dialect and for pseudo-DDL.

PostgreSQL's own parser judges whether a statement is PostgreSQL; it stops at the first word of another dialect, keeps
no comments and no author's text. This grammar reads the tokens that the author wrote, in any of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from colonnade.design.draft import DraftAttribute, DraftIndex, DraftRelationship, Fact, OnDelete
from colonnade.sources.markdown.forms.block import Block, key, owner_of
from colonnade.sources.markdown.forms.sql_checks import meaning
from colonnade.sources.markdown.forms.sql_tokens import Token, closing, name_of, qualified_name, split_at_commas
from colonnade.values import replace
from colonnade.vocabulary.regex import regex


@dataclass(frozen=True, slots=True)
class Items:
    """What the brackets of one table hold. `checked` are facts for columns by name, from checks and keys."""

    attributes: tuple[DraftAttribute, ...] = ()
    relationships: tuple[DraftRelationship, ...] = ()
    indexes: tuple[DraftIndex, ...] = ()
    uniques: tuple[DraftIndex, ...] = ()
    constraints: tuple[Fact[str], ...] = ()
    checked: tuple[tuple[str, Mapping[str, Fact[Any]]], ...] = ()
    foreign: tuple[str, ...] = ()


@dataclass(slots=True)
class _Column:
    """A column while its words are read."""

    name: Fact[str]
    facts: dict[str, Fact[Any]] = field(default_factory=dict)
    constraints: list[Fact[str]] = field(default_factory=list)
    checked: list[tuple[str, Mapping[str, Fact[Any]]]] = field(default_factory=list)
    indexed: bool = False
    foreign: list[str] = field(default_factory=list)
    description: str = ""


# What ends a type or a default: the words that start the next property of a column.
_STOP = frozenset(
    [
        "NOT",
        "NULL",
        "DEFAULT",
        "PRIMARY",
        "UNIQUE",
        "CHECK",
        "REFERENCES",
        "CONSTRAINT",
        "GENERATED",
        "AUTO_INCREMENT",
        "AUTOINCREMENT",
        "IDENTITY",
        "COLLATE",
        "COMMENT",
        "ON",
        "DEFERRABLE",
        "INITIALLY",
        "ENFORCED",
        "PK",
        "FK",
        "UK",
        "NN",
        "FOREIGN",
        "INDEX",
        "KEY",
        "REQUIRED",
        "OPTIONAL",
        "NULLABLE",
        "ENCODE",
        "STORED",
        "VIRTUAL",
        "AS",
        "INVISIBLE",
        "STORAGE",
        "COMPRESSION",
        "CHARACTER_SET",
        "AFTER",
        "FIRST",
        "ROWGUIDCOL",
        "SPARSE",
    ]
)
_ACTIONS: Mapping[str, OnDelete] = {
    "CASCADE": "CASCADE",
    "RESTRICT": "RESTRICT",
    "PROTECT": "RESTRICT",
    "SETNULL": "SET NULL",
    "SET NULL": "SET NULL",
    "SET DEFAULT": "SET DEFAULT",
    "NO ACTION": "NO ACTION",
}
_FOREIGN_TYPES = frozenset(
    [
        "datetime",
        "datetime2",
        "smalldatetime",
        "datetimeoffset",
        "tinyint",
        "mediumint",
        "nvarchar",
        "nchar",
        "ntext",
        "varchar2",
        "nvarchar2",
        "number",
        "clob",
        "blob",
        "longtext",
        "mediumtext",
        "tinytext",
        "longblob",
        "mediumblob",
        "uniqueidentifier",
        "double",
        "year",
        "string",
        "bool_t",
        "varbinary",
        "binary",
        "image",
        "long",
        "set",
        "autonumber",
        "guid",
        "int32",
        "int64",
        "float64",
    ]
)
_UNSIGNED = regex(r"\s+(?:unsigned|signed|zerofill)\b", re.IGNORECASE)


def _text(tokens: Sequence[Token], block: Block) -> str:
    """The author's own text from the first to the last of `tokens`, on one line."""
    return " ".join(block.text[tokens[0].start : tokens[-1].end].split()) if tokens else ""


def _until_stop(tokens: Sequence[Token], index: int, least: int = 0) -> int:
    """The index of the first word from _STOP at the same depth, at least `least` tokens on."""
    depth, start = 0, index
    while index < len(tokens):
        token = tokens[index]
        depth += (token.kind == "open") - (token.kind == "close")
        stops = token.upper in _STOP or token.kind == "arrow"
        if depth == 0 and index - start >= least and stops:
            break
        index += 1
    return index


def _strings(tokens: Sequence[Token]) -> tuple[str, ...]:
    """The values of the string literals among `tokens`; bare words where there is none: `enum(a, b)`."""
    quoted = [token for token in tokens if token.kind == "string" or (token.kind == "quoted" and token.text[0] == '"')]
    if quoted:
        return tuple(unquoted(token.text) for token in quoted)
    return tuple(token.text for token in tokens if token.kind == "word")


def unquoted(text: str) -> str:
    """The value of a string literal."""
    body = text[text.index("'") :] if "'" in text else text
    return body[1:-1].replace("''", "'")


def _typed(column: _Column, tokens: Sequence[Token], block: Block) -> None:
    if not tokens:
        return
    place = block.at(tokens[0].start)
    head = name_of(tokens[0]).lower()
    if head in ("enum", "set") and len(tokens) > 1:
        column.facts["enum_values"] = Fact(_strings(tokens[1:]), place)
        column.facts["type"] = Fact("enum" if head == "enum" else "text[]", place)
        column.foreign.append(head)
        return
    text = _text(tokens, block)
    written = _UNSIGNED.sub("", text)
    written = "boolean" if re.fullmatch(r"(?i)tinyint\s*\(\s*1\s*\)|bit", written) else written
    if len(tokens) == 1 and tokens[0].kind == "quoted":
        written = head
    if re.fullmatch(r"(?i)n?var(?:char|binary)\s*\(\s*max\s*\)", written):
        written = "text" if "char" in head else "bytea"
    column.facts["type"] = Fact(written, place)
    if head in _FOREIGN_TYPES or written != text:
        column.foreign.append(head)


def _not(column: _Column, tokens: Sequence[Token], index: int, block: Block) -> int:
    if index + 1 < len(tokens) and tokens[index + 1].upper == "NULL":
        column.facts["nullable"] = Fact(False, block.at(tokens[index].start))
    return index + 2


def _flag(name: str, value: bool) -> Callable[[_Column, Sequence[Token], int, Block], int]:
    def note(column: _Column, tokens: Sequence[Token], index: int, block: Block) -> int:
        column.facts.setdefault(name, Fact(value, block.at(tokens[index].start)))
        following = tokens[index + 1].upper if index + 1 < len(tokens) else ""
        return index + 1 + (following in ("KEY", "INDEX"))

    return note


def _default(column: _Column, tokens: Sequence[Token], index: int, block: Block) -> int:
    end = _until_stop(tokens, index + 1, least=1)
    value = _text(tokens[index + 1 : end], block).lstrip("=: ")
    if value and value.upper() != "NULL":
        column.facts["default"] = Fact(value, block.at(tokens[index + 1].start))
    return end


def _check(column: _Column, tokens: Sequence[Token], index: int, block: Block) -> int:
    opening = index + 1
    if opening >= len(tokens) or tokens[opening].kind != "open":
        return index + 1
    end = closing(tokens, opening)
    expression = _text(tokens[opening + 1 : end], block)
    place = block.at(tokens[index].start)
    told = meaning(expression)
    if told is None:
        column.constraints.append(Fact(expression, place))
    else:
        column.checked.append((told[0], {name: Fact(value, place) for name, value in told[1].items()}))
    return end + 1


def reference(tokens: Sequence[Token], index: int) -> tuple[str, tuple[str, ...], OnDelete | None, int]:
    """The table, columns and ON DELETE of what follows REFERENCES or an arrow, and the index after them."""
    table, index = qualified_name(tokens, index)
    columns: tuple[str, ...] = ()
    if index < len(tokens) and tokens[index].kind == "open":
        end = closing(tokens, index)
        columns = tuple(name_of(token) for token in tokens[index + 1 : end] if token.kind in ("word", "quoted"))
        index = end + 1
    action, index = actions(tokens, index)
    return table, columns, action, index


def actions(tokens: Sequence[Token], index: int) -> tuple[OnDelete | None, int]:
    """The ON DELETE among ON DELETE, ON UPDATE and MATCH at `index`, and the index after them."""
    found: OnDelete | None = None
    while index < len(tokens) and tokens[index].upper in (
        "ON",
        "MATCH",
        "DEFERRABLE",
        "INITIALLY",
        "DEFERRED",
        "IMMEDIATE",
    ):
        if tokens[index].upper != "ON" or index + 2 >= len(tokens):
            index += 1
            continue
        subject, words = tokens[index + 1].upper, [token.upper for token in tokens[index + 2 : index + 4]]
        action = _ACTIONS.get(" ".join(words)) or _ACTIONS.get(words[0])
        if action is None:
            return found, index + 1
        if subject == "DELETE":
            found = action
        index += 3 + (" " in action and words[0] not in _ACTIONS)
    return found, index


def _references(column: _Column, tokens: Sequence[Token], index: int, block: Block) -> int:
    place = block.at(tokens[index].start)
    start = index + 1
    while start < len(tokens) and (
        tokens[start].kind in ("arrow", "mark") or tokens[start].upper in ("KEY", "TO", "REFERENCES")
    ):
        start += 1
    bracket = start < len(tokens) and tokens[start].kind == "open"
    table, columns, action, end = reference(tokens, start + bracket)
    if "." in table and columns and columns[0].upper() in ("ON", "CASCADE", "SET", "RESTRICT", "NULL"):
        # `members.id (ON DELETE CASCADE)`: the bracket names no column.
        at = next(at for at in range(start, len(tokens)) if tokens[at].kind == "open")
        action, columns, end = actions(tokens, at + 1)[0], (), closing(tokens, at) + 1
    if bracket:
        action, end = actions(tokens, closing(tokens, start) + 1)
    if not table:
        return index + 1
    column.facts["references"] = Fact(f"{table}.{columns[0]}" if columns else table, place)
    if action:
        column.facts["on_delete"] = Fact(action, place)
    return max(end, index + 1)


def _on(column: _Column, tokens: Sequence[Token], index: int, block: Block) -> int:
    """`ON DELETE` behind a reference, or MySQL's `ON UPDATE CURRENT_TIMESTAMP`."""
    action, end = actions(tokens, index)
    if action:
        column.facts["on_delete"] = Fact(action, block.at(tokens[index].start))
    if index + 2 < len(tokens) and tokens[index + 2].upper in ("CURRENT_TIMESTAMP", "NOW"):
        column.foreign.append("on update")
        end = _until_stop(tokens, index + 3)
    return max(end, index + 1)


def _generated(column: _Column, tokens: Sequence[Token], index: int, block: Block) -> int:
    """An identity column, or a generated one, whose expression is kept as a constraint text."""
    opening = next((at for at in range(index, min(index + 5, len(tokens))) if tokens[at].kind == "open"), None)
    if opening is None or any(token.upper == "IDENTITY" for token in tokens[index:opening]):
        words = [token.upper for token in tokens[index : index + 6]]
        end = index + (words.index("IDENTITY") + 1 if "IDENTITY" in words else 1)
        return closing(tokens, end) + 1 if end < len(tokens) and tokens[end].kind == "open" else end
    end = closing(tokens, opening)
    text = f"{column.name.value} GENERATED ALWAYS AS ({_text(tokens[opening + 1 : end], block)}) STORED"
    column.constraints.append(Fact(text, block.at(tokens[index].start)))
    return end + 1


def _automatic(column: _Column, tokens: Sequence[Token], index: int, block: Block) -> int:
    column.foreign.append(tokens[index].text)
    following = index + 1
    if following < len(tokens) and tokens[following].kind == "open":
        following = closing(tokens, following) + 1
    return following


def _comment(column: _Column, tokens: Sequence[Token], index: int, block: Block) -> int:
    if index + 1 < len(tokens) and tokens[index + 1].kind == "string":
        column.description = unquoted(tokens[index + 1].text)
        column.foreign.append("comment")
        return index + 2
    return index + 1


def _named(column: _Column, tokens: Sequence[Token], index: int, block: Block) -> int:
    return index + 2


def _index(column: _Column, tokens: Sequence[Token], index: int, block: Block) -> int:
    column.indexed = True
    return index + 1


_PROPERTIES: Mapping[str, Callable[[_Column, Sequence[Token], int, Block], int]] = {
    "NOT": _not,
    "NN": _flag("nullable", False),
    "REQUIRED": _flag("nullable", False),
    "NULL": _flag("nullable", True),
    "OPTIONAL": _flag("nullable", True),
    "NULLABLE": _flag("nullable", True),
    "PRIMARY": _flag("primary_key", True),
    "PK": _flag("primary_key", True),
    "UNIQUE": _flag("unique", True),
    "UK": _flag("unique", True),
    "DEFAULT": _default,
    "CHECK": _check,
    "REFERENCES": _references,
    "FK": _references,
    "FOREIGN": _references,
    "ON": _on,
    "GENERATED": _generated,
    "AS": _generated,
    "AUTO_INCREMENT": _automatic,
    "AUTOINCREMENT": _automatic,
    "IDENTITY": _automatic,
    "COMMENT": _comment,
    "CONSTRAINT": _named,
    "COLLATE": _named,
    "INDEX": _index,
    "KEY": _index,
}


def column(tokens: Sequence[Token], block: Block, silence: bool | None) -> Items:
    """One column definition. `silence` is what a missing NOT NULL says of nullability."""
    state = _Column(Fact(name_of(tokens[0]), block.at(tokens[0].start)))
    start = 1 + (len(tokens) > 1 and tokens[1].text == ":")
    index = _until_stop(tokens, start)
    _typed(state, tokens[start:index], block)
    while index < len(tokens):
        token = tokens[index]
        handler = _references if token.kind == "arrow" else _PROPERTIES.get(token.upper)
        index = handler(state, tokens, index, block) if handler else index + 1
    return _finished(state, silence)


def _finished(state: _Column, silence: bool | None) -> Items:
    facts = state.facts
    place = state.name.place
    if "primary_key" in facts:
        facts["nullable"] = Fact(False, facts["primary_key"].place)
    elif silence is not None:
        facts.setdefault("nullable", Fact(silence, place))
    own = [told for name, told in state.checked if name.lower() == state.name.value.lower()]
    for told in own:
        facts.update(told)
    attribute = DraftAttribute(name=state.name, description=state.description, **facts)
    return Items(
        attributes=(attribute,),
        indexes=(DraftIndex(Fact((state.name.value,), place)),) if state.indexed else (),
        constraints=tuple(state.constraints),
        checked=tuple(one for one in state.checked if one[0].lower() != state.name.value.lower()),
        foreign=tuple(state.foreign),
    )


def _names(tokens: Sequence[Token]) -> tuple[str, ...]:
    """The columns in brackets, each as written: `lower(email)`, `created_at DESC`."""
    return tuple(" ".join(_joined(part).split()) for part in split_at_commas(tokens))


def _joined(tokens: Sequence[Token]) -> str:
    """Tokens as text, spaced as in the source up to one space."""
    if len(tokens) == 1:
        return name_of(tokens[0])
    words = [tokens[0].text if tokens[0].kind != "quoted" else name_of(tokens[0])]
    for left, right in pairwise(tokens):
        words.append((" " if right.start > left.end else "") + right.text)
    return "".join(words)


def index_columns(tokens: Sequence[Token]) -> tuple[str, ...]:
    return _names(tokens)


def table_constraint(tokens: Sequence[Token], block: Block) -> Items | None:
    """A table constraint or an inline index, or None where `tokens` are a column."""
    index, name = 0, ""
    if tokens[0].upper == "CONSTRAINT":
        name, index = qualified_name(tokens, 1)
        if index >= len(tokens):
            return Items()
    head = tokens[index].upper
    opening = next((at for at in range(index, min(index + 6, len(tokens))) if tokens[at].kind == "open"), None)
    handler = _TABLE_CONSTRAINTS.get(head)
    if handler is None or opening is None or not _is_constraint(tokens, index, opening):
        return Items() if index else None
    inside = tokens[opening + 1 : closing(tokens, opening)]
    return handler(tokens[index:], inside, name, block)


def _is_constraint(tokens: Sequence[Token], index: int, opening: int) -> bool:
    """`KEY idx (a)` against a column called key: `key VARCHAR(20)`."""
    from colonnade import types

    between = [
        token
        for token in tokens[index + 1 : opening]
        if token.upper not in ("KEY", "INDEX", "NONCLUSTERED", "CLUSTERED")
    ]
    return not between or not (between[0].kind == "word" and types.resolve(between[0].text))


def _primary(tokens: Sequence[Token], inside: Sequence[Token], name: str, block: Block) -> Items:
    place = block.at(tokens[0].start)
    facts = {"primary_key": Fact(True, place), "nullable": Fact(False, place)}
    return Items(checked=tuple((column_name.split()[0], facts) for column_name in _names(inside)))


def _unique(tokens: Sequence[Token], inside: Sequence[Token], name: str, block: Block) -> Items:
    place = block.at(tokens[0].start)
    columns = _names(inside)
    if len(columns) == 1 and re.fullmatch(r"\w+", columns[0]):
        return Items(checked=((columns[0], {"unique": Fact(True, place)}),))
    return Items(uniques=(DraftIndex(Fact(columns, place), name=name, unique=True),)) if columns else Items()


def _foreign(tokens: Sequence[Token], inside: Sequence[Token], name: str, block: Block) -> Items:
    columns = _names(inside)
    at = next((at for at, token in enumerate(tokens) if token.upper == "REFERENCES" or token.kind == "arrow"), None)
    if at is None or not columns:
        return Items()
    table, targets, action, _ = reference(tokens, at + 1)
    if not table:
        return Items()
    place = block.at(tokens[0].start)
    chosen = _speaking(columns, table)
    facts: dict[str, Fact[Any]] = {}
    partner = targets[columns.index(chosen)] if len(targets) == len(columns) else ""
    facts["references"] = Fact(f"{table}.{partner}" if partner else table, place)
    if action:
        facts["on_delete"] = Fact(action, place)
    whole = (Fact(_text(tokens, block), place),) if len(columns) > 1 else ()
    return Items(checked=((chosen, facts),), constraints=whole)


def _speaking(columns: tuple[str, ...], table: str) -> str:
    """Of a composite key the column that names the table: `project_id` of (tenant_id, project_id) for `projects`."""
    return next((one for one in columns if key(owner_of(one) or "") == key(table)), columns[-1])


def _checked(tokens: Sequence[Token], inside: Sequence[Token], name: str, block: Block) -> Items:
    place = block.at(tokens[0].start)
    expression = _text(inside, block)
    told = meaning(expression)
    if told is None:
        return Items(constraints=(Fact(expression, place),)) if expression else Items()
    return Items(checked=((told[0], {field_name: Fact(value, place) for field_name, value in told[1].items()}),))


def _inline_index(tokens: Sequence[Token], inside: Sequence[Token], name: str, block: Block) -> Items:
    place = block.at(tokens[0].start)
    known = name or next(
        (name_of(one) for one in tokens[1:3] if one.kind in ("word", "quoted") and one.upper not in ("KEY", "INDEX")),
        "",
    )
    columns = _names(inside)
    return Items(indexes=(DraftIndex(Fact(columns, place), name=known),), foreign=("index",)) if columns else Items()


def _excluded(tokens: Sequence[Token], inside: Sequence[Token], name: str, block: Block) -> Items:
    return Items(constraints=(Fact(_text(tokens, block), block.at(tokens[0].start)),))


_TABLE_CONSTRAINTS: Mapping[str, Callable[[Sequence[Token], Sequence[Token], str, Block], Items]] = {
    "PRIMARY": _primary,
    "PK": _primary,
    "UNIQUE": _unique,
    "FOREIGN": _foreign,
    "FK": _foreign,
    "CHECK": _checked,
    "KEY": _inline_index,
    "INDEX": _inline_index,
    "FULLTEXT": _inline_index,
    "SPATIAL": _inline_index,
    "EXCLUDE": _excluded,
}


def joined(parts: Sequence[Items]) -> Items:
    """All parts as one, with the facts of checks and keys set on their columns."""
    whole = Items(*(tuple(one for part in parts for one in getattr(part, name)) for name in Items.__dataclass_fields__))
    told: dict[str, dict[str, Any]] = {}
    for name, facts in whole.checked:
        told.setdefault(name.lower().strip('"'), {}).update(facts)
    attributes = tuple(
        replace(one, **told[one.name.value.lower()]) if one.name.value.lower() in told else one
        for one in whole.attributes
    )
    return replace(whole, attributes=attributes)
