"""Queries that a document states: read as one SELECT over known tables, they become query patterns with an index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from colonnade import sql, types
from colonnade.design.draft import DraftQuery
from colonnade.design.passes import worded_queries
from colonnade.design.passes.externals import known_table
from colonnade.design.passes.indexes import add, in_order, index_name
from colonnade.design.passes.patterns import by_value, serving
from colonnade.design.schema import Index, IndexKey, QueryPattern
from colonnade.design.work import Blueprint, Work, found, stated
from colonnade.findings import Finding, declare, rule
from colonnade.types import Family
from colonnade.values import replace
from colonnade.vocabulary import habits

UNREAD = declare(
    "unread-query",
    """A stated query is not one SELECT over tables and columns of this design.

    It is left out of the query patterns, so no index is made for it and nothing proves that it runs.
    """,
)
AGGREGATES = frozenset({
    "array_agg", "avg", "bool_and", "bool_or", "count", "json_agg", "jsonb_agg", "max", "min", "plainto_tsquery",
    "rank",
    "row_number", "string_agg", "sum", "to_tsquery", "ts_rank", "websearch_to_tsquery",
})  # fmt: skip
_ZERO_OR_ONE = re.compile(r"^([<>=!]+ ?)([01])")
_BOOLEANS = {"0": "false", "1": "true"}
COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
NUMBERS = frozenset({Family.SMALLINT, Family.INTEGER, Family.BIGINT, Family.DECIMAL, Family.FLOAT})
_PARAMETER = re.compile(r"(?<![:\w$])(?:[:@](?P<name>[A-Za-z_]\w*)|%\((?P<python>\w+)\)s|%s|\?|\{(?P<brace>\w+)\})")
_LITERAL = re.compile(r"('(?:[^']|'')*')")


@dataclass(frozen=True, slots=True)
class Asked:
    """A stated query, understood. `equal` are the columns compared with parameters, `sort` the keys of its order."""

    text: str
    table: str
    types: tuple[str, ...]
    equal: tuple[str, ...] = ()
    sort: tuple[tuple[str, bool], ...] = ()
    single: bool = False


@rule("query-indexes")
def query_indexes(work: Work) -> Work:
    """A stated query of one table has an index: the columns that it compares first, then those that it sorts by.

    The owner's key leads where rows belong to users, since the policy compares it too. Switched by `pattern_indexes`.
    """
    tables = dict(work.tables)
    for query in work.draft.queries if work.settings.pattern_indexes else ():
        asked = read(work, query)
        if isinstance(asked, Asked) and asked.single and (asked.equal or asked.sort):
            tables[asked.table] = _indexed(tables[asked.table], asked, query)
    return replace(work, tables=tables)


def _indexed(blueprint: Blueprint, asked: Asked, query: DraftQuery) -> Blueprint:
    owner = (blueprint.owner,) if blueprint.owner and blueprint.key != (blueprint.owner,) else ()
    equal = tuple(dict.fromkeys((*owner, *asked.equal)))
    sort = tuple((name, down) for name, down in asked.sort if name not in equal)
    if any(in_order(one, equal, sort) for one in blueprint.indexes) or equal == blueprint.key:
        return blueprint
    keys = [*(IndexKey(name) for name in equal), *(IndexKey(name, descending=down) for name, down in sort)]
    index = Index(index_name(blueprint, (key.column or "" for key in keys)), tuple(keys))
    return add(blueprint, index, stated(query.title.place))


def stated_patterns(work: Work) -> Work:
    """Every stated query that is one SELECT over known tables is a query pattern; the others are findings."""
    patterns = list(work.patterns)
    findings: list[Finding] = []
    texts = {one.sql for one in patterns}
    for number, query in enumerate(work.draft.queries, 1):
        asked = read(work, query)
        if isinstance(asked, str):
            findings += found(UNREAD, f"the stated query is left out: {asked}", query.title.place,
                              "write one SELECT over the tables of this design", "note")  # fmt: skip
        elif asked.text not in texts:
            texts.add(asked.text)
            patterns.append(_pattern(work, asked, query, number))
    return replace(work, patterns=tuple(patterns), findings=work.findings + tuple(findings))


def _pattern(work: Work, asked: Asked, query: DraftQuery, number: int) -> QueryPattern:
    blueprint = work.tables[asked.table]
    title = " ".join(query.title.value.split()) or f"Stated query {number}"
    owner = (blueprint.owner,) if blueprint.owner else ()
    sort = asked.sort[0][0] if asked.sort else None
    led = asked.single and (asked.equal or (owner and sort))
    index = serving(blueprint, (*owner, *asked.equal), sort) if led else None
    split = by_value(blueprint, (*owner, *asked.equal), work.enums, sort) if led else ()
    return QueryPattern(title, asked.table, asked.text, asked.types, index, split)


def read(work: Work, query: DraftQuery) -> Asked | str:
    """The stated query with numbered parameters, or why it is none."""
    written = query.sql.strip() or worded_queries.select(work, query.title.value)
    if not written:
        return "its words settle no table, condition or order"
    text, tree = _select(written)
    if tree is None:
        return "it is not one SELECT"
    nodes = tuple(_walk(tree))
    names: dict[str, str] = {}
    for node in nodes:
        if _kind(node) == "RangeVar":
            table = known_table(work.known, node.relname)
            views = {one.active_view: one.name for one in work.tables.values() if one.active_view}
            table = table if table == node.relname else views.get(node.relname)
            if table is None or node.schemaname not in (None, "public"):
                return f"no table of this design is called {node.relname!r}"
            names[node.alias.aliasname if node.alias else node.relname] = table
    if not names:
        return "it reads no table"
    fault = next(_faults(work, nodes, names), None)
    if fault:
        return fault
    types_of = _parameter_types(work, nodes, names)
    count = max((node.number for node in nodes if _kind(node) == "ParamRef"), default=0)
    if set(types_of) != set(range(1, count + 1)):
        return "what a parameter is compared with does not tell its type"
    single = len(names) == 1 and not any(_kind(node) == "SubLink" for node in nodes)
    table = next(iter(names.values()))
    equal, sort = _conditions(work.tables[table], tree) if single else ((), ())
    text = _with_booleans(work, text, nodes, names)
    return Asked(text, table, tuple(types_of[at] for at in range(1, count + 1)), equal, sort, single)


@lru_cache(maxsize=1024)
def _select(written: str) -> tuple[str, Any]:
    """The query on one line with its parameters numbered, and its tree, None where it is not one plain SELECT."""
    from pglast.parser import ParseError

    numbers: dict[str, int] = {}

    def numbered(match: re.Match[str]) -> str:
        name = match["name"] or match["python"] or match["brace"] or f"?{len(numbers)}"
        return f"${numbers.setdefault(name, len(numbers) + 1)}"

    pieces = _LITERAL.split(written.strip().rstrip(";"))
    text = "".join(one if one.startswith("'") else _PARAMETER.sub(numbered, one) for one in pieces)
    commented, text = "--" in text, " ".join(text.split())
    try:
        statements = sql.parse(text)
    except (ParseError, UnicodeError, ValueError):
        return text, None
    plain = len(statements) == 1 and _kind(statements[0].stmt) == "SelectStmt" and not commented
    select: Any = statements[0].stmt if plain else None
    if select is None or select.intoClause or select.lockingClause or select.withClause or select.valuesLists:
        return text, None
    return text, select


def _faults(work: Work, nodes: tuple[Any, ...], names: dict[str, str]) -> Iterator[str]:
    """What the design does not know or a pattern may not do, in order."""
    aliases = {node.name for node in nodes if _kind(node) == "ResTarget" and node.name}
    tables = [work.tables[name] for name in names.values()]
    for node in nodes:
        if _kind(node) == "ColumnRef" and _kind(node.fields[-1]) == "String":
            parts = [part.sval for part in node.fields]
            known = [work.tables[names[parts[0]]]] if len(parts) == 2 and parts[0] in names else tables
            if len(parts) > 2 or (len(parts) == 2 and parts[0] not in names):
                yield f"{'.'.join(parts)!r} is no column of its tables"
            elif not any(parts[-1] in one.columns for one in known) and parts[-1] not in aliases:
                yield f"no table of it has a column {parts[-1]!r}"
        elif _kind(node) == "FuncCall" and node.funcname[-1].sval not in habits.SAFE_FUNCTIONS | AGGREGATES:
            yield f"it calls {node.funcname[-1].sval}(), which is not known to be harmless"
        elif _kind(node) in ("RangeFunction", "RangeTableSample"):
            yield "it reads more than tables"
        elif _kind(node) == "A_Expr":
            yield from _wrong_constant(work, node, names)


def _wrong_constant(work: Work, node: Any, names: dict[str, str]) -> Iterator[str]:
    """A constant that its column does not take: a sample value, or a state that is not listed."""
    type_ = _type_of(work, node.lexpr, names)
    listed = isinstance(node.rexpr, tuple)
    numbers = [_number(one) for one in (node.rexpr if listed else (node.rexpr,))]
    for number in numbers if type_ and node.name[-1].sval in COMPARISONS else ():
        if number is not None and ((listed and type_ == "boolean") or not _takes_number(work, type_ or "", number)):
            yield f"{number} is no {type_}"
    if type_ is None or _kind(node.rexpr) != "A_Const" or _kind(node.rexpr.val) != "String":
        return
    text, values = node.rexpr.val.sval, work.enums[type_].values if type_ in work.enums else None
    if values is not None and text not in values:
        yield f"{text!r} is none of {', '.join(values)}"
    elif values is None and not type_.startswith(("character", "text", "citext", "date", "time", "interval")):
        yield f"{text!r} is no {type_}"


def _with_booleans(work: Work, text: str, nodes: tuple[Any, ...], names: dict[str, str]) -> str:
    """`text` with true and false where other databases compare a boolean column with 1 and 0."""
    operators = [
        node.location
        for node in nodes
        if _kind(node) == "A_Expr" and _type_of(work, node.lexpr, names) == "boolean" and _number(node.rexpr) in (0, 1)
    ]
    for place in sorted(operators, reverse=True):
        rest = _ZERO_OR_ONE.sub(lambda found: found[1] + _BOOLEANS[found[2]], text[place:], count=1)
        text = text[:place] + rest
    return text


def _takes_number(work: Work, type_: str, number: int) -> bool:
    """Whether a column of the type can be compared with `number`; a boolean with 0 and 1 as other databases do."""
    if type_ == "boolean":
        return number in (0, 1)
    taken = types.take_apart(type_)
    return type_ not in work.enums and (taken.row is None or taken.row.family in NUMBERS) and not taken.dimensions


def _number(node: Any) -> int | None:
    """The whole number that `node` is, or None."""
    found = _kind(node) == "A_Const" and _kind(node.val) == "Integer"
    return int(node.val.ival) if found else None


def _type_of(work: Work, node: Any, names: dict[str, str]) -> str | None:
    """The type of the column that `node` is, or None."""
    if _kind(node) != "ColumnRef" or _kind(node.fields[-1]) != "String":
        return None
    parts = [part.sval for part in node.fields]
    chosen = [names[parts[0]]] if len(parts) == 2 and parts[0] in names else list(names.values())
    return next(
        (work.tables[one].columns[parts[-1]].type for one in chosen if parts[-1] in work.tables[one].columns), None
    )


def _parameter_types(work: Work, nodes: tuple[Any, ...], names: dict[str, str]) -> dict[int, str]:
    types_of: dict[int, str] = {}
    for node in nodes:
        if _kind(node) == "A_Expr":
            several = node.rexpr if isinstance(node.rexpr, tuple) else (node.rexpr,)
            listed = "[]" if node.kind.name == "AEXPR_OP_ANY" else ""
            for one, other in ((node.lexpr, several), *((one, (node.lexpr,)) for one in several)):
                type_ = _type_of(work, other[0], names) if other else None
                if _kind(one) == "ParamRef" and type_:
                    types_of.setdefault(one.number, type_ + listed)
        elif _kind(node) == "SelectStmt":
            for limit in (node.limitCount, node.limitOffset):
                if _kind(limit) == "ParamRef":
                    types_of.setdefault(limit.number, "bigint")
        elif _kind(node) == "TypeCast" and _kind(node.arg) == "ParamRef":
            types_of.setdefault(node.arg.number, node.typeName.names[-1].sval)
    return types_of


def _conditions(blueprint: Blueprint, tree: Any) -> tuple[tuple[str, ...], tuple[tuple[str, bool], ...]]:
    """The columns that the query compares for equality, joined by AND, and the plain columns that it sorts by."""
    parts = [tree.whereClause]
    equal: list[str] = []
    while parts:
        node = parts.pop(0)
        if _kind(node) == "BoolExpr" and node.boolop.name == "AND_EXPR":
            parts = [*node.args, *parts]
        elif _kind(node) == "A_Expr" and node.kind.name == "AEXPR_OP" and node.name[-1].sval == "=":
            sides = (node.lexpr, node.rexpr)
            equal += [
                one.fields[-1].sval for one, other in (sides, sides[::-1])
                if _kind(one) == "ColumnRef" and _kind(other) == "ParamRef"
            ]  # fmt: skip
    sort: list[tuple[str, bool]] = []
    for one in tree.sortClause or ():
        column = one.node.fields[-1].sval if _kind(one.node) == "ColumnRef" else None
        if column is None or column not in blueprint.columns or tree.groupClause:
            break
        sort.append((column, one.sortby_dir.name == "SORTBY_DESC"))
    return tuple(dict.fromkeys(name for name in equal if name in blueprint.columns)), tuple(sort)


def _kind(node: Any) -> str:
    return type(node).__name__


def _walk(node: Any) -> Iterator[Any]:
    if isinstance(node, tuple | list):
        for one in node:
            yield from _walk(one)
    elif type(node).__module__ == "pglast.ast":
        yield node
        for name in node:
            yield from _walk(getattr(node, name))
