"""Drizzle: pgTable, mysqlTable and sqliteTable with their columns, pgEnum, and the indexes of the third argument."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from colonnade.design.draft import DraftAttribute, DraftEntity, DraftIndex, Fact, OnDelete
from colonnade.errors import Place
from colonnade.sources.markdown.forms.block import PRECISION, Block, block, with_key_relations, without_repeats
from colonnade.sources.markdown.forms.remarks import annotated
from colonnade.sources.markdown.forms.script_tokens import (
    Member,
    Script,
    Token,
    end_of,
    members,
    option,
    script,
    strings,
)
from colonnade.sources.reading import Reading
from colonnade.values import replace
from colonnade.vocabulary.regex import regex

_TYPES: Mapping[str, str] = {
    "doublePrecision": "double precision",
    "smallserial": "smallserial",
    "real": "real",
    "numeric": "numeric",
    "decimal": "decimal",
    "datetime": "timestamp",
    "blob": "bytea",
    "double": "double precision",
    "tinyint": "smallint",
    "mysqlEnum": "enum",
}
_ACTIONS: Mapping[str, OnDelete] = {
    "cascade": "CASCADE",
    "restrict": "RESTRICT",
    "set null": "SET NULL",
    "no action": "NO ACTION",
    "set default": "SET DEFAULT",
}
_TABLE = regex(r"\b(?:pg|mysql|sqlite)Table(?:Creator)?$|^(?:createTable|singlestoreTable)$")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a chain: `.default(false)` is default with the tokens between its brackets."""

    name: str
    arguments: tuple[Token, ...]


def calls(tokens: Sequence[Token], source: Script) -> list[Call]:
    """The chain of calls: `varchar('a', { length: 20 }).notNull()` as varchar and notNull."""
    found = []
    index = 0
    while index < len(tokens):
        token, following = tokens[index], tokens[index + 1] if index + 1 < len(tokens) else None
        if token.kind == "word" and following is not None and following.text == "(":
            end = end_of(tokens, index + 1)
            found.append(Call(token.text, tuple(tokens[index + 2 : end])))
            index = end
        elif token.kind == "word" and following is not None and following.text == "<":
            index += 1
            while index < len(tokens) and tokens[index].text != "(":
                index += 1
            end = end_of(tokens, index)
            found.append(Call(token.text, tuple(tokens[index + 1 : end])))
            index = end
        index += 1
    return found


def _written(call: Call) -> str:
    """The SQL type of a column function with its options."""
    word = _TYPES.get(call.name, call.name)
    length, precision, scale = (option(call.arguments, name) for name in ("length", "precision", "scale"))
    mode = option(call.arguments, "mode")
    if word == "integer" and mode is not None and mode.text[1:-1] in ("boolean", "timestamp", "timestamp_ms"):
        return "boolean" if mode.text[1:-1] == "boolean" else "timestamp"
    if word == "text" and mode is not None and mode.text[1:-1] == "json":
        return "jsonb"
    if (
        word in ("timestamp", "time")
        and (zone := option(call.arguments, "withTimezone")) is not None
        and zone.text == "true"
    ):
        return word + "tz"
    if length is not None and length.kind == "number":
        return f"{word}({length.text})"
    if precision is not None and precision.kind == "number":
        return f"{word}({precision.text},{scale.text if scale is not None else '0'})"
    return word


def _default(tokens: Sequence[Token], source: Script) -> str:
    """The default as SQL text: `sql\\`now()\\`` without its marks, a string quoted."""
    text = source.text[tokens[0].start : tokens[-1].end] if tokens else ""
    raw = re.match(r"^sql\s*(?:<[^>\n]*>)?\s*`([^`]*)`$", text)
    if raw:
        return raw[1].strip().removeprefix("(").removesuffix(")") if raw[1].startswith("(") else raw[1].strip()
    if len(tokens) == 1 and tokens[0].kind == "string":
        return "'" + tokens[0].text[1:-1].replace("'", "''") + "'"
    if text in ("[]", "{}"):
        return f"'{text}'"
    return " ".join(text.split())


def _facts(chain: Sequence[Call], source: Script, place: Place, tables: Mapping[str, str]) -> dict[str, Any]:
    """What the calls after the type say of a column."""
    facts: dict[str, Any] = {}
    for call in chain:
        if call.name == "notNull":
            facts["nullable"] = Fact(False, place)
        elif call.name == "primaryKey":
            facts |= {"primary_key": Fact(True, place), "nullable": Fact(False, place)}
        elif call.name == "unique":
            facts["unique"] = Fact(True, place)
        elif call.name == "defaultNow":
            facts["default"] = Fact("now()", place)
        elif call.name == "defaultRandom":
            facts["default"] = Fact("gen_random_uuid()", place)
        elif call.name == "default" and call.arguments:
            facts["default"] = Fact(_default(call.arguments, source), place)
        elif call.name == "references":
            facts |= _reference(call, place, tables)
    return facts


def _reference(call: Call, place: Place, tables: Mapping[str, str]) -> dict[str, Any]:
    """`() => users.id, { onDelete: 'cascade' }`."""
    tokens = call.arguments
    arrow = next((at for at, token in enumerate(tokens) if token.kind == "arrow"), None)
    if arrow is None:
        return {}
    words = [token for token in tokens[arrow + 1 : arrow + 6] if token.kind == "word"]
    if not words:
        return {}
    table = tables.get(words[0].text, words[0].text)
    facts: dict[str, Any] = {
        "references": Fact(
            f"{table}.{words[1].text}" if len(words) > 1 and words[1].start == words[0].end + 1 else table, place
        )
    }
    action = option(tokens, "onDelete")
    if action is not None and action.text[1:-1] in _ACTIONS:
        facts["on_delete"] = Fact(_ACTIONS[action.text[1:-1]], place)
    return facts


def _column(
    member: Member,
    source: Script,
    seen: Block,
    tables: Mapping[str, str],
    enums: Mapping[str, tuple[str, Fact[tuple[str, ...]]]],
) -> DraftAttribute | None:
    """One `name: type(…).…` of a table; its name is the string where one is given."""
    tokens = [token for token in member.tokens if token.kind not in ("comment", "newline")]
    if len(tokens) < 4 or tokens[0].kind not in ("word", "string") or tokens[1].text != ":":
        return None
    chain = calls(tokens[2:], source)
    if not chain:
        return None
    place = seen.at(tokens[0].start)
    head = chain[0]
    first = head.arguments[0] if head.arguments and head.arguments[0].kind == "string" else None
    key_name = tokens[0].text.strip("'\"")
    facts = {
        "type": Fact(_written(head), place),
        "nullable": Fact(False, place),
        **_facts(chain[1:], source, place, tables),
    }
    if not any(call.name in ("notNull", "primaryKey") for call in chain):
        facts["nullable"] = Fact(True, place)
    listed = _listed(head, enums, place)
    if listed is not None:
        facts["enum_values"] = listed[1]
        facts["type"] = Fact(listed[0], place) if listed[0] else facts["type"]
    if any(call.name == "array" for call in chain):
        facts["type"] = Fact(facts["type"].value + "[]", place)
    attribute = DraftAttribute(name=Fact(first.text[1:-1] if first is not None else key_name, place), **facts)
    return annotated(annotated(attribute, member.beside, place), member.above, place)


def _listed(
    call: Call, enums: Mapping[str, tuple[str, Fact[tuple[str, ...]]]], place: Place
) -> tuple[str, Fact[tuple[str, ...]]] | None:
    """The closed list of a column: a pgEnum by its variable, `{ enum: […] }`, or mysqlEnum's own."""
    if call.name in enums:
        return enums[call.name]
    start = next((at for at in range(len(call.arguments) - 1) if call.arguments[at].text == "enum"), None)
    if call.name == "mysqlEnum":
        start = 0
    if start is None:
        return None
    opening = next((at for at in range(start, len(call.arguments)) if call.arguments[at].text == "["), None)
    if opening is None:
        return None
    values = tuple(strings(call.arguments[opening : end_of(call.arguments, opening)]))
    return ("", Fact(values, place)) if values else None


def _assignments(source: Script) -> Iterator[tuple[Token, Token, int]]:
    """Each `const name = function(`: the name, the function and the index of its bracket."""
    tokens = source.tokens
    index = -1
    while (index := index + 1) < len(tokens) - 4:
        if tokens[index].text == "const" and tokens[index + 2].text == "=" and tokens[index + 1].kind == "word":
            at = index + 3
            # `schema.table(` and `pgTable(` alike.
            while at + 2 < len(tokens) and tokens[at + 1].text == ".":
                at += 2
            if at + 1 < len(tokens) and tokens[at].kind == "word" and tokens[at + 1].text == "(":
                yield tokens[index + 1], tokens[at], at + 1
                # A declaration inside the call is none of a table.
                index = source.close(at + 1)


def _arguments(source: Script, opening: int) -> list[tuple[int, int]]:
    """The ranges of a call's arguments."""
    end = source.close(opening)
    ranges, start, index = [], opening + 1, opening + 1
    while index < end:
        if source.tokens[index].kind == "open":
            index = source.close(index)
        elif source.tokens[index].text == ",":
            ranges.append((start, index))
            start = index + 1
        index += 1
    if start < end:
        ranges.append((start, min(end, len(source.tokens))))
    return ranges


def _extras(source: Script, start: int, end: int, columns: Mapping[str, str], seen: Block) -> dict[str, list[Any]]:
    """The indexes, uniques and keys of a table's third argument."""
    found: dict[str, list[Any]] = {"indexes": [], "uniques": [], "keys": []}
    index = start
    tokens = source.tokens
    while index < end - 1:
        token = tokens[index]
        if token.text not in ("index", "uniqueIndex", "unique", "primaryKey") or tokens[index + 1].text != "(":
            index += 1
            continue
        names = strings(tokens[index + 2 : source.close(index + 1)])[:1]
        stop = _statement_end(source, index, end)
        chain_columns = _columns_in(source, index, stop, columns)
        made = DraftIndex(
            Fact(tuple(chain_columns), seen.at(token.start)), names[0] if names else "", token.text.startswith("unique")
        )
        if chain_columns:
            found[
                "keys" if token.text == "primaryKey" else "uniques" if token.text.startswith("unique") else "indexes"
            ].append(made)
        index = max(stop, index + 1)
    return found


def _statement_end(source: Script, index: int, end: int) -> int:
    """The comma or line that ends one entry of the third argument."""
    while index < end:
        token = source.tokens[index]
        if token.kind == "open":
            index = source.close(index)
        elif token.text == "," or token.kind == "close":
            return index
        index += 1
    return end


def _columns_in(source: Script, start: int, stop: int, columns: Mapping[str, str]) -> list[str]:
    """The columns that an entry names as `table.column`, with `.desc()` as DESC."""
    tokens = source.tokens
    found = []
    for at in range(start, min(stop, len(tokens)) - 2):
        dotted = tokens[at].kind == "word" and tokens[at + 1].text == "." and tokens[at + 2].text in columns
        if dotted:
            descending = at + 4 < len(tokens) and tokens[at + 3].text == "." and tokens[at + 4].text == "desc"
            found.append(columns[tokens[at + 2].text] + (" DESC" if descending else ""))
    return found


def _table(
    name: Token,
    opening: int,
    source: Script,
    seen: Block,
    tables: Mapping[str, str],
    enums: Mapping[str, tuple[str, Fact[tuple[str, ...]]]],
) -> DraftEntity | None:
    arguments = _arguments(source, opening)
    if len(arguments) < 2:
        return None
    start = next((at for at in range(*arguments[1]) if source.tokens[at].text == "{"), None)
    if start is None:
        return None
    body = members(source, start + 1, source.close(start))
    pairs = [(member.tokens[0].text.strip("'\""), _column(member, source, seen, tables, enums)) for member in body]
    columns = {key: one.name.value for key, one in pairs if one is not None}
    extras = (
        _extras(source, *arguments[2], columns, seen)
        if len(arguments) > 2
        else {"indexes": [], "uniques": [], "keys": []}
    )
    place = seen.at(name.start)
    keys = {column for made in extras["keys"] for column in made.columns.value}
    lone = {made.columns.value[0] for made in extras["uniques"] if len(made.columns.value) == 1}
    attributes = tuple(_marked(one, keys, lone, place) for _, one in pairs if one is not None)
    table = tables.get(name.text, name.text)
    made = DraftEntity(
        Fact(table, place), Fact("table", place), Fact(table, place), without_repeats(attributes),
        indexes=tuple(extras["indexes"]), uniques=tuple(one for one in extras["uniques"] if len(one.columns.value) > 1),
    )  # fmt: skip
    return with_key_relations(made) if attributes else None


def _marked(attribute: DraftAttribute, keys: set[str], lone: set[str], place: Place) -> DraftAttribute:
    if attribute.name.value in keys:
        attribute = replace(attribute, primary_key=Fact(True, place), nullable=Fact(False, place))
    return replace(attribute, unique=Fact(True, place)) if attribute.name.value in lone else attribute


def read(text: str, place: Place) -> Reading | None:
    """The tables and enums of a Drizzle schema, or None where it has none."""
    source, seen = script(text), block(text, place)
    found = list(_assignments(source))
    tables: dict[str, str] = {}
    enums: dict[str, tuple[str, Fact[tuple[str, ...]]]] = {}
    for name, function, opening in found:
        words = strings(source.tokens[opening + 1 : source.close(opening)])
        if _is_table(function) and words and source.tokens[opening + 1].kind == "string":
            tables[name.text] = words[0]
        elif function.text in ("pgEnum", "enum") and len(words) > 1:
            enums[name.text] = (words[0], Fact(tuple(words[1:]), seen.at(name.start)))
    made = (
        _table(name, opening, source, seen, tables, enums) for name, function, opening in found if _is_table(function)
    )
    entities = tuple(one for one in made if one is not None)
    if not entities and not enums:
        return None
    return Reading("drizzle", PRECISION["drizzle"], entities, tuple(enums.values()))


def _is_table(function: Token) -> bool:
    return bool(_TABLE.search(function.text)) or function.text == "table"


def sniff(text: str) -> bool:
    return bool(re.search(r"\b(?:pgTable|mysqlTable|sqliteTable|pgEnum|pgSchema)\s*\(", text))
