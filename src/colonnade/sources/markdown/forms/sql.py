"""SQL: tables, types, indexes, keys, comments, sample rows and queries; PostgreSQL, other dialects, and pseudo-DDL."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from colonnade.design.draft import DraftAttribute, DraftEntity, DraftIndex, DraftQuery, Fact
from colonnade.errors import Place
from colonnade.findings import Finding
from colonnade.sources.markdown.forms.block import PRECISION, Block, block, with_key_relations
from colonnade.sources.markdown.forms.remarks import annotated
from colonnade.sources.markdown.forms.sql_columns import (
    Items,
    column,
    index_columns,
    joined,
    table_constraint,
    unquoted,
)
from colonnade.sources.markdown.forms.sql_tokens import (
    Statement,
    Token,
    closing,
    listed_index,
    name_of,
    qualified_name,
    split_at_commas,
    statements,
    tokenise,
)
from colonnade.sources.markdown.rules import FOREIGN_DIALECT, SQL_NOT_CARRIED
from colonnade.sources.reading import Reading
from colonnade.values import replace
from colonnade.vocabulary.regex import regex


@dataclass(frozen=True, slots=True)
class Part:
    """What one statement says. `defines` is the table that it creates; others add to a table."""

    entity: DraftEntity | None = None
    defines: bool = False
    enum: tuple[str, Fact[tuple[str, ...]]] | None = None
    query: DraftQuery | None = None
    findings: tuple[Finding, ...] = ()
    form: str = "sql"


def _entity(name: str, place: Place, **facts: object) -> DraftEntity:
    made = DraftEntity(name=Fact(name, place), kind=Fact("table", place), table=Fact(name, place))
    return replace(made, **facts)  # type: ignore[arg-type]


_NOISE = frozenset(
    [
        "OR",
        "REPLACE",
        "GLOBAL",
        "LOCAL",
        "TEMP",
        "TEMPORARY",
        "UNLOGGED",
        "UNIQUE",
        "CONCURRENTLY",
        "MATERIALIZED",
        "CLUSTERED",
        "NONCLUSTERED",
        "FULLTEXT",
    ]
)


def _subject(tokens: Sequence[Token]) -> tuple[str, int]:
    """What a CREATE makes (`TABLE`) and the index after that word and IF NOT EXISTS."""
    index = 1
    while index < len(tokens) and tokens[index].upper in _NOISE:
        index += 1
    word = tokens[index].upper if index < len(tokens) else ""
    index += 1
    while index < len(tokens) and tokens[index].upper in ("IF", "NOT", "EXISTS", "CONCURRENTLY"):
        index += 1
    return word, index


def _is_postgres(statement: Statement, text: str) -> bool:
    """Whether PostgreSQL's own parser takes the statement."""
    from pglast.parser import ParseError, parse_sql_protobuf

    source = text[statement.start : statement.end]
    try:
        parse_sql_protobuf(source)
    except (ParseError, UnicodeError, ValueError):
        return False
    return True


# A `-- note` at the end of a column's line, and the column whose line it ends.
def _remarks(items: Sequence[Sequence[Token]], comments: Sequence[Token], text: str) -> dict[int, list[Token]]:
    """Comments by the index of the item on whose line they stand; a comment on a line of its own heads a group."""
    starts = [item[0].start for item in items]
    found: dict[int, list[Token]] = {}
    at = -1
    for comment in comments:
        while at + 1 < len(starts) and starts[at + 1] < comment.start:
            at += 1
        line = text[text.rfind("\n", 0, comment.start) + 1 : comment.start]
        if at >= 0 and line.strip():
            found.setdefault(at, []).append(comment)
    return found


def _body(statement: Statement, opening: int, read: Block, silence: bool | None) -> Items:
    """The items between the brackets of a table."""
    inside = statement.tokens[opening + 1 : closing(statement.tokens, opening)]
    items = [part for item in split_at_commas(inside) for part in _lines(item, read.text)]
    remarks = _remarks(items, statement.comments, read.text)
    parts = []
    for index, item in enumerate(items):
        part = table_constraint(item, read)
        if part is None and item[0].kind in ("word", "quoted"):
            part = column(item, read, silence)
        if part is None:
            continue
        for comment in remarks.get(index, ()):
            place = read.at(comment.start)
            told = tuple(annotated(one, comment.text.strip("-/*# \t\n"), place) for one in part.attributes)
            part = replace(part, attributes=told)
        parts.append(part)
    return joined(parts)


_GOES_ON = frozenset(
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
        "COLLATE",
        "ON",
        "AND",
        "OR",
        "FOREIGN",
        "KEY",
        "FK",
        "PK",
        "COMMENT",
    ]
)


def _lines(item: Sequence[Token], text: str) -> list[Sequence[Token]]:
    """An item cut at line ends where the comma was forgotten: the next line starts with a name and a type."""
    from colonnade import types

    cuts = [0]
    depth = 0
    for index in range(1, len(item)):
        depth += (item[index - 1].kind == "open") - (item[index - 1].kind == "close")
        token, following = item[index], item[index + 1] if index + 1 < len(item) else None
        if depth or token.kind not in ("word", "quoted") or token.upper in _GOES_ON or following is None:
            continue
        if (
            "\n" in text[item[index - 1].end : token.start]
            and following.kind == "word"
            and (types.resolve(following.text) or following.upper == "ENUM")
        ):
            cuts.append(index)
    return [item[start:end] for start, end in zip(cuts, [*cuts[1:], len(item)], strict=True)]


def _table(statement: Statement, index: int, read: Block) -> Part:
    """CREATE TABLE; a partition, a temporary table and CREATE TABLE AS are no tables of the design."""
    tokens = statement.tokens
    name, after = qualified_name(tokens, index)
    words = {token.upper for token in tokens[1 : after + 2]}
    if not name or after >= len(tokens) or tokens[after].kind != "open" or words & {"TEMP", "TEMPORARY"}:
        return Part()
    postgres = _is_postgres(statement, read.text)
    items = _body(statement, after, read, silence=True)
    part = _defined(name, items, statement, read, "sql" if postgres else "sql-foreign")
    if postgres and not items.foreign:
        return part
    return replace(part, findings=_dialect(name, items, postgres, read.at(statement.start)))


def _defined(name: str, items: Items, statement: Statement, read: Block, form: str) -> Part:
    place = read.at(statement.tokens[0].start)
    entity = _entity(
        name,
        place,
        attributes=items.attributes,
        relationships=items.relationships,
        indexes=items.indexes,
        uniques=items.uniques,
        constraints=items.constraints,
        description=_heading(statement.title),
    )
    return Part(entity=entity, defines=True, form=form)


def _heading(title: str) -> str:
    return title if len(title) <= 200 else ""


def _dialect(name: str, items: Items, postgres: bool, place: Place) -> tuple[Finding, ...]:
    words = sorted({word.upper() for word in items.foreign})
    what = f"{', '.join(words)} of another dialect" if words else "what PostgreSQL's parser does not take"
    if postgres:
        message = f"table {name} uses {what}; each is read as the PostgreSQL type that holds the same values"
    else:
        message = f"table {name} is not PostgreSQL: {what} is read by best effort"
    return (Finding(FOREIGN_DIALECT, message, place, "check the columns of this table in the design", "note"),)


def _type(statement: Statement, index: int, read: Block) -> Part:
    name, after = qualified_name(statement.tokens, index)
    tokens = statement.tokens
    words = [token.upper for token in tokens[after : after + 2]]
    if words != ["AS", "ENUM"]:
        return Part()
    values = tuple(unquoted(token.text) for token in tokens[after + 2 :] if token.kind == "string")
    return Part(enum=(name, Fact(values, read.at(statement.start)))) if values else Part()


def _index(statement: Statement, index: int, read: Block) -> Part:
    """CREATE INDEX, and `INDEX ON t (a)` as people note it."""
    tokens = statement.tokens
    on = next((at for at in range(index, len(tokens)) if tokens[at].upper == "ON"), None)
    if on is None:
        return Part()
    name = name_of(tokens[on - 1]) if on > index else ""
    start = on + 1 + (on + 1 < len(tokens) and tokens[on + 1].upper == "ONLY")
    table, at = qualified_name(tokens, start)
    method = ""
    if at + 1 < len(tokens) and tokens[at].upper == "USING":
        method, at = tokens[at + 1].text.lower(), at + 2
    if not table or at >= len(tokens) or tokens[at].kind != "open":
        return Part()
    end = closing(tokens, at)
    where = next((one for one in range(end, len(tokens)) if tokens[one].upper == "WHERE"), None)
    predicate = read.text[tokens[where].end : tokens[-1].end].strip() if where is not None else ""
    unique = any(token.upper == "UNIQUE" for token in tokens[:on])
    made = DraftIndex(
        Fact(index_columns(tokens[at + 1 : end]), read.at(statement.start)),
        name,
        unique,
        method,
        " ".join(predicate.split()),
        _carried(tokens[end + 1 :]),
    )
    if not made.columns.value:
        return Part()
    bare = all(re.fullmatch(r"\w+", one) for one in made.columns.value)
    plain = unique and bare and not (predicate or made.include)
    return Part(entity=_indexed(table, made, plain))


def _carried(tokens: Sequence[Token]) -> tuple[str, ...]:
    """The columns behind INCLUDE."""
    opened = len(tokens) > 1 and tokens[0].upper == "INCLUDE" and tokens[1].kind == "open"
    return index_columns(tokens[2 : closing(tokens, 1)]) if opened else ()


def _indexed(table: str, made: DraftIndex, plain: bool) -> DraftEntity:
    """A unique index over plain columns is a unique constraint in all but name; over one column, of that column."""
    place = made.columns.place
    if plain and len(made.columns.value) == 1:
        unique = DraftAttribute(name=Fact(made.columns.value[0], place), unique=Fact(True, place))
        return _entity(table, place, attributes=(unique,))
    return _entity(table, place, uniques=(made,)) if plain else _entity(table, place, indexes=(made,))


def _alter(statement: Statement, index: int, read: Block) -> Part:
    """ALTER TABLE ADD of columns and constraints, and ALTER COLUMN of type, default and NOT NULL."""
    tokens = statement.tokens
    while index < len(tokens) and tokens[index].upper in ("IF", "EXISTS", "ONLY"):
        index += 1
    table, at = qualified_name(tokens, index)
    parts = [part for action in split_at_commas(tokens[at:]) if (part := _action(action, statement, read)) is not None]
    if not table or not parts:
        return Part()
    items = joined(parts)
    place = read.at(statement.start)
    apart = tuple(DraftAttribute(name=Fact(name, place), **dict[str, Any](facts)) for name, facts in items.checked
                  if not any(one.name.value.lower() == name.lower() for one in items.attributes))  # fmt: skip
    entity = _entity(
        table, place, attributes=items.attributes + apart, indexes=items.indexes, uniques=items.uniques,
        constraints=items.constraints,
    )  # fmt: skip
    return Part(entity=entity)


def _action(tokens: Sequence[Token], statement: Statement, read: Block) -> Items | None:
    if not tokens or tokens[0].upper not in ("ADD", "ALTER"):
        return None
    index = 1
    while index < len(tokens) and tokens[index].upper in ("COLUMN", "IF", "NOT", "EXISTS"):
        index += 1
    rest = tokens[index:]
    if not rest:
        return None
    if tokens[0].upper == "ALTER":
        return _altered(rest, read)
    constraint = table_constraint(rest, read)
    if constraint is not None:
        return constraint
    part = column(rest, read, silence=True) if rest[0].kind in ("word", "quoted") else None
    remarks = [one for one in statement.comments if part and one.start > tokens[-1].start]
    if part and remarks:
        told = tuple(
            annotated(one, remarks[0].text.strip("-/*# \t\n"), read.at(remarks[0].start)) for one in part.attributes
        )
        part = replace(part, attributes=told)
    return part


def _altered(tokens: Sequence[Token], read: Block) -> Items | None:
    """`x SET NOT NULL`, `x DROP NOT NULL`, `x SET DEFAULT …`, `x TYPE …`."""
    words = [token.upper for token in tokens[1:4]]
    name, place = Fact(name_of(tokens[0]), read.at(tokens[0].start)), read.at(tokens[0].start)
    if words in (["SET", "NOT", "NULL"], ["DROP", "NOT", "NULL"]):
        return Items(attributes=(DraftAttribute(name=name, nullable=Fact(words[0] == "DROP", place)),))
    if words[:2] == ["SET", "DEFAULT"] and len(tokens) > 3:
        text = read.text[tokens[3].start : tokens[-1].end]
        return Items(attributes=(DraftAttribute(name=name, default=Fact(text, place)),))
    start = 2 if words[:1] == ["TYPE"] else 4 if words == ["SET", "DATA", "TYPE"] else 0
    end = next((at for at, token in enumerate(tokens) if token.upper in ("USING", "COLLATE")), len(tokens))
    if start and end > start:
        written = " ".join(read.text[tokens[start].start : tokens[end - 1].end].split())
        return Items(attributes=(DraftAttribute(name=name, type=Fact(written, place)),))
    return None


def _comment_on(statement: Statement, index: int, read: Block) -> Part:
    tokens = statement.tokens
    if len(tokens) < 5 or tokens[-1].kind != "string" or tokens[2].upper not in ("TABLE", "COLUMN"):
        return Part()
    text, place = unquoted(tokens[-1].text), read.at(statement.start)
    name, _ = qualified_name(tokens, 3)
    if tokens[2].upper == "TABLE":
        return Part(entity=_entity(name, place, description=text))
    table, _, column_name = name.rpartition(".")
    if not table:
        return Part()
    told = annotated(DraftAttribute(name=Fact(column_name, place)), text, place)
    return Part(entity=_entity(table, place, attributes=(told,)))


def _insert(statement: Statement, index: int, read: Block) -> Part:
    """INSERT … VALUES of literals as sample rows; a row with an expression is left out."""
    tokens = statement.tokens
    table, at = qualified_name(tokens, index)
    if not table or at >= len(tokens):
        return Part()
    columns: tuple[str, ...] = ()
    if tokens[at].kind == "open":
        end = closing(tokens, at)
        columns = index_columns(tokens[at + 1 : end])
        at = end + 1
    if not columns or at >= len(tokens) or tokens[at].upper != "VALUES":
        return Part()
    rows = []
    for row in split_at_commas(tokens[at + 1 :]):
        values = [_literal(part) for part in split_at_commas(row[1:-1])] if row[0].kind == "open" else []
        if len(values) == len(columns) and None not in values:
            pairs = tuple((name, value) for name, value in zip(columns, values, strict=True) if value is not None)
            rows.append(Fact(pairs, read.at(row[0].start)))
    return Part(entity=_entity(table, read.at(statement.start), samples=tuple(rows))) if rows else Part()


def _literal(tokens: Sequence[Token]) -> str | None:
    """The value of a literal, or None for an expression."""
    if len(tokens) == 1 and tokens[0].kind == "string":
        return unquoted(tokens[0].text)
    if len(tokens) == 1 and (tokens[0].kind == "number" or tokens[0].upper in ("TRUE", "FALSE", "NULL")):
        return tokens[0].text
    if len(tokens) == 2 and tokens[0].text == "-" and tokens[1].kind == "number":
        return "-" + tokens[1].text
    cast = len(tokens) > 2 and tokens[0].kind == "string" and tokens[1].text == ":" == tokens[2].text
    return unquoted(tokens[0].text) if cast else None


def _query(statement: Statement, index: int, read: Block) -> Part:
    source = read.text[statement.start : statement.end].strip()
    return Part(query=DraftQuery(Fact(statement.title, read.at(statement.start)), source))


def _noted(what: str) -> Callable[[Statement, int, Block], Part]:
    """A statement that is understood and not carried into the design: house rules make these themselves."""

    def note(statement: Statement, index: int, read: Block) -> Part:
        name = name_of(statement.tokens[index]) if index < len(statement.tokens) else ""
        message = f"{what} {name[:80]} is read and not carried over: the design makes its own"
        return Part(findings=(Finding(SQL_NOT_CARRIED, message, read.at(statement.start), "", "note"),))

    return note


_CREATIONS: Mapping[str, Callable[[Statement, int, Block], Part]] = {
    "TABLE": _table,
    "TYPE": _type,
    "INDEX": _index,
    "POLICY": _noted("policy"),
    "TRIGGER": _noted("trigger"),
}


def _part(statement: Statement, read: Block) -> Part:
    tokens = statement.tokens
    head = tokens[0].upper
    following = tokens[1].upper if len(tokens) > 1 else ""
    if head == "CREATE":
        word, index = _subject(tokens)
        handler = _CREATIONS.get(word)
        return handler(statement, index, read) if handler else Part()
    if head == "ALTER" and following == "TABLE":
        return _alter(statement, 2, read)
    if head == "COMMENT" and following == "ON":
        return _comment_on(statement, 2, read)
    if head == "INSERT" and following == "INTO":
        return _insert(statement, 2, read)
    if head in ("INDEX", "UNIQUE") and (head == "INDEX" or following == "INDEX"):
        return _index(statement, 1 + (head == "UNIQUE"), read)
    if head in ("SELECT", "WITH") and len(tokens) > 2:
        return _query(statement, 0, read)
    if listed_index(tokens, 0, read.text):
        return _index(statement, 0, read)
    return _pseudo(statement, read)


def _pseudo(statement: Statement, read: Block) -> Part:
    """`tasks (id INT PK, title VARCHAR(200))` and `TABLE tasks (…)`: a name, and brackets with typed columns."""
    tokens = statement.tokens
    start = 1 if tokens[0].upper in ("TABLE", "ENTITY") and len(tokens) > 1 else 0
    name, after = qualified_name(tokens, start)
    if not name or after >= len(tokens) or tokens[after].kind != "open" or closing(tokens, after) < after + 3:
        return Part()
    stated = any(left.upper == "NOT" and right.upper == "NULL" for left, right in pairwise(tokens))
    items = _body(statement, after, read, silence=True if stated else None)
    known = sum(_looks_typed(one) for one in items.attributes)
    if known * 2 < len(items.attributes) or not known:
        return Part()
    part = _defined(name, items, statement, read, "sql-pseudo")
    message = f"table {name} is pseudo-DDL, read by best effort"
    note = Finding(
        FOREIGN_DIALECT, message, read.at(statement.start), "check the columns of this table in the design", "note"
    )
    return replace(part, findings=(note,))


def _looks_typed(attribute: DraftAttribute) -> bool:
    from colonnade import types

    marked = attribute.primary_key is not None or attribute.references is not None
    return marked or (attribute.type is not None and types.resolve(attribute.type.value) is not None)


def _overlaid(parts: Sequence[DraftEntity]) -> DraftEntity:
    """What several statements say of one table as one entity; a later fact about a column replaces an earlier one."""
    first = parts[0]
    attributes: dict[str, DraftAttribute] = {}
    for part in parts:
        for one in part.attributes:
            known = attributes.get(one.name.value.lower())
            attributes[one.name.value.lower()] = one if known is None else _over(known, one)
    return replace(
        first,
        attributes=tuple(attributes.values()),
        indexes=tuple(one for part in parts for one in part.indexes),
        uniques=tuple(one for part in parts for one in part.uniques),
        constraints=tuple(one for part in parts for one in part.constraints),
        samples=tuple(one for part in parts for one in part.samples),
        description=next((part.description for part in reversed(parts) if part.description), ""),
    )


_FACTS = (
    "type",
    "nullable",
    "unique",
    "primary_key",
    "default",
    "enum_values",
    "min_length",
    "max_length",
    "references",
    "on_delete",
    "description",
)


def _over(known: DraftAttribute, later: DraftAttribute) -> DraftAttribute:
    told = {name: value for name in _FACTS if (value := getattr(later, name))}
    return replace(known, **told)


def _grouped(parts: Sequence[Part]) -> tuple[tuple[DraftEntity, ...], tuple[DraftEntity, ...]]:
    """The tables that the block defines, with all that it adds to them, and what it says of other tables."""
    groups: dict[str, list[Part]] = {}
    for part in parts:
        if part.entity is not None:
            groups.setdefault(part.entity.name.value.lower(), []).append(part)
    defined: list[DraftEntity] = []
    apart: list[DraftEntity] = []
    for group in groups.values():
        ordered = sorted(group, key=lambda part: not part.defines)
        entity = with_key_relations(_overlaid([part.entity for part in ordered if part.entity is not None]))
        (defined if ordered[0].defines else apart).append(entity)
    return tuple(defined), tuple(apart)


def _with_enums(entity: DraftEntity, enums: Mapping[str, Fact[tuple[str, ...]]]) -> DraftEntity:
    """`entity` with the values of the enum types that its columns name."""
    attributes = tuple(
        replace(one, enum_values=enums[one.type.value.lower()])
        if one.type and one.enum_values is None and one.type.value.lower() in enums else one
        for one in entity.attributes
    )  # fmt: skip
    return replace(entity, attributes=attributes)


def read(text: str, place: Place) -> Reading | None:
    """The schema in the SQL of one fence, or None where it holds none."""
    seen = block(text, place)
    parts = [_part(statement, seen) for statement in statements(text)]
    entities, apart = _grouped(parts)
    enums = tuple(part.enum for part in parts if part.enum)
    queries = tuple(part.query for part in parts if part.query)
    findings = tuple(finding for part in parts for finding in part.findings)
    if not (entities or apart or enums or queries or findings):
        return None
    named = {name.lower(): fact for name, fact in enums}
    form = min((part.form for part in parts if part.defines), key=PRECISION.__getitem__, default="sql")
    return Reading(
        form,
        PRECISION[form],
        tuple(_with_enums(entity, named) for entity in entities),
        enums,
        tuple(_with_enums(entity, named) for entity in apart),
        queries,
        findings,
    )


_SNIFF = regex(
    r"^[ \t]*(?:CREATE\s+(?:OR\s+REPLACE\s+)?(?:UNIQUE\s+)?(?:TABLE|TYPE|INDEX|POLICY|TRIGGER)\b|ALTER\s+TABLE\s+\w|"
    r"INSERT\s+INTO\s+\w|COMMENT\s+ON\s+(?:TABLE|COLUMN)\b)",
    re.IGNORECASE | re.MULTILINE,
)


def sniff(text: str) -> bool:
    """Whether an unlabelled fence is SQL: it has a statement, or is nothing but pseudo-DDL with typed columns."""
    if _SNIFF.search(text):
        return True
    head = tokenise(text[:2000])
    code = [token for token in head if token.kind != "comment"]
    if not code or code[0].kind not in ("word", "quoted"):
        return False
    found = read(text, Place("")) if len(code) > 4 and any(token.kind == "open" for token in code[1:5]) else None
    return found is not None and bool(found.entities)
