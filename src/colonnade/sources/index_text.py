"""An index as an entity list writes it in SQL: `lower(email)`, `(a, b) INCLUDE (c)`, `UNIQUE (handle) WHERE active`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from colonnade.design.conditions import walk
from colonnade.sql import ident, parse

MAX_CHARACTERS = 2000
_WORDS = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|(?P<word>[^\W\d][\w$]*)(?!\s*\()""")
_WHERE = re.compile(r"\s+WHERE\s+(?P<condition>.+)", re.IGNORECASE | re.DOTALL)
_INCLUDE = re.compile(r"\s*\bINCLUDE\s*\((?P<columns>[^()]*)\)\s*\Z", re.IGNORECASE)
_USING = re.compile(r"(?:^|\s+)USING\s+(?P<method>\w+)(?=\s|\(|\Z)", re.IGNORECASE)
_UNIQUE = re.compile(r"UNIQUE\b\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class IndexText:
    """An index, understood: its keys as SQL, and `names`, the columns that it refers to as the parser folds them."""

    keys: tuple[str, ...]
    names: tuple[str, ...]
    unique: bool = False
    method: str = ""
    predicate: str = ""
    include: tuple[str, ...] = ()


def read_index(text: str, quoted: Mapping[str, str] | None = None) -> IndexText | None:
    """`text`, the part of CREATE INDEX behind the table's name, or None where PostgreSQL's parser does not take it.

    The word UNIQUE may stand first. `quoted` leads from names that are keywords of SQL to how SQL must write them.
    """
    if len(text) > MAX_CHARACTERS:
        return None
    written = _WORDS.sub(lambda match: (quoted or {}).get((match["word"] or "").lower(), match[0]), text.strip())
    unique = _UNIQUE.match(written)
    rest = written[unique.end() if unique else 0 :].rstrip("; ")
    where = _WHERE.search(rest)
    rest, condition = (rest[: where.start()], where[0]) if where else (rest, "")
    include = _INCLUDE.search(rest)
    rest, carried = (rest[: include.start()], include[0]) if include else (rest, "")
    using = _USING.search(rest)
    keys = (rest[: using.start()] + rest[using.end() :] if using else rest).strip()
    head = f"CREATE {'UNIQUE ' if unique else ''}INDEX ON t {using[0] if using else ''}"
    # Brackets around all keys may be left out, and so may those that SQL wants around an expression.
    for form in (keys, f"({keys})", f"(({keys}))"):
        node = _statement(f"{head} {form} {carried} {condition}") if keys else None
        if node is not None:
            return _understood(node)
    return None


def quoting(columns: Iterator[str]) -> dict[str, str]:
    """Those of `columns` that are keywords of SQL, such as `order`, each with its quotes."""
    meant = ((name.lower(), ident(name.lower())) for name in columns)
    return {name: quoted for name, quoted in meant if quoted != name and name.isidentifier()}


def _statement(text: str) -> Any:
    """The one CREATE INDEX that `text` is, or None."""
    from pglast import ast
    from pglast.parser import ParseError

    try:
        statements = parse(text)
    except (ParseError, UnicodeError, ValueError):
        return None
    node = statements[0].stmt if len(statements) == 1 else None
    return node if isinstance(node, ast.IndexStmt) and not node.nulls_not_distinct and not node.options else None


def _understood(node: Any) -> IndexText:
    from pglast.stream import RawStream

    include = tuple(one.name for one in node.indexIncludingParams or ())
    names = [one.name for one in node.indexParams if one.name] + list(include)
    for tree in (*(one.expr for one in node.indexParams if one.expr is not None), node.whereClause):
        names += _columns(tree) if tree is not None else ()
    return IndexText(
        tuple(map(_key, node.indexParams)),
        tuple(dict.fromkeys(names)),
        bool(node.unique),
        "" if node.accessMethod == "btree" else node.accessMethod,
        RawStream()(node.whereClause) if node.whereClause is not None else "",
        include,
    )


def _key(element: Any) -> str:
    """A key as a draft holds it: a column or an expression, its operator class, and its order."""
    from pglast.enums import SortByDir, SortByNulls
    from pglast.stream import RawStream

    order = {SortByDir.SORTBY_ASC: "ASC", SortByDir.SORTBY_DESC: "DESC"}.get(element.ordering, "")
    nulls = {SortByNulls.SORTBY_NULLS_FIRST: "NULLS FIRST", SortByNulls.SORTBY_NULLS_LAST: "NULLS LAST"}
    operators = ".".join(one.sval for one in element.opclass or ())
    written = element.name or RawStream()(element.expr)
    return " ".join(filter(None, (written, operators, order, nulls.get(element.nulls_ordering, ""))))


def _columns(tree: Any) -> Iterator[str]:
    from pglast.ast import ColumnRef

    return (
        ".".join(getattr(field, "sval", "*") for field in node.fields or ())
        for node in walk(tree)
        if isinstance(node, ColumnRef)
    )
