"""The only place that knows SQL quoting; parsing by PostgreSQL's own parser (pglast)."""

from __future__ import annotations

import hashlib
import re
from functools import cache, lru_cache
from typing import Any

NAME_BYTES = 63
_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")


@cache
def _keywords() -> frozenset[str]:
    from pglast import keywords

    # quote_ident() leaves only unreserved keywords bare.
    return frozenset(keywords.COL_NAME_KEYWORDS | keywords.RESERVED_KEYWORDS | keywords.TYPE_FUNC_NAME_KEYWORDS)


@lru_cache(maxsize=65536)
def ident(name: str) -> str:
    """`name` as an SQL identifier, quoted exactly where PostgreSQL's quote_ident() would."""
    if _PLAIN.fullmatch(name) and name not in _keywords():
        return name
    return '"' + name.replace('"', '""') + '"'


def qualified(schema: str, name: str) -> str:
    """`schema.name`; objects of `public` are written bare, since all our SQL runs with search_path = public."""
    return ident(name) if schema == "public" else f"{ident(schema)}.{ident(name)}"


def fully_qualified(schema: str, name: str) -> str:
    """`schema.name`, also of objects of `public`: for sessions in which only PostgreSQL's own names are seen."""
    return f"{ident(schema)}.{ident(name)}"


def idents(names: tuple[str, ...]) -> str:
    return ", ".join(map(ident, names))


def literal(text: str) -> str:
    """`text` as an SQL string literal that means the same whatever standard_conforming_strings says."""
    quoted = "'" + text.replace("'", "''") + "'"
    return " E" + quoted.replace("\\", "\\\\") if "\\" in text else quoted


_TEXT = re.compile(r"""\b[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$.*?\$\1\$|\t""", re.DOTALL)


def without_tabs(sql: str) -> str:
    """`sql` with no tab in it, for tools that make blanks of them; its texts and names mean the same."""
    return _TEXT.sub(_without_tabs, sql) if "\t" in sql else sql


def _without_tabs(match: re.Match[str]) -> str:
    text = match.group()
    if "\t" not in text:
        return text
    if text[0] == '"':
        return "U&" + text.replace("\\", "\\\\").replace("\t", "\\0009")
    if text[0] in "eE":
        return text.replace("\t", "\\t")
    if text[0] == "'":
        return "E" + text.replace("\\", "\\\\").replace("\t", "\\t")
    if text[0] == "$":
        body = text.removeprefix(f"${match[1]}$").removesuffix(f"${match[1]}$")
        return "E'" + body.replace("\\", "\\\\").replace("'", "''").replace("\t", "\\t") + "'"
    return " "


def dollar(body: str) -> str:
    """`body` between dollar quotes whose tag does not occur in it."""
    tag = ""
    while f"${tag}$" in body:
        tag = f"body{tag.removeprefix('body') + 'x'}"
    return f"${tag}${body}${tag}$"


def shorten(name: str) -> str:
    """`name` itself, or cut and ended by a hash of the whole where it is over PostgreSQL's 63 bytes."""
    raw = name.encode()
    if len(raw) <= NAME_BYTES:
        return name
    digest = hashlib.sha256(raw).hexdigest()[:8]
    return raw[: NAME_BYTES - 9].decode(errors="ignore") + "_" + digest


def chosen_name(first: str, second: str, label: str) -> str:
    """The name that PostgreSQL itself would choose: `first_second_label`, the longer part cut until it fits."""
    one, two = first.encode(), second.encode()
    room = NAME_BYTES - len(label.encode()) - 1 - (1 if second else 0)
    first_length, second_length = len(one), len(two)
    while first_length + second_length > room:
        if first_length > second_length:
            first_length -= 1
        else:
            second_length -= 1
    parts = (one[:first_length], two[:second_length]) if second else (one[:first_length],)
    return "_".join([*(part.decode(errors="ignore") for part in parts), label])


def comment_line(text: str) -> str:
    """`text` as one `--` comment: a line break in it cannot start a statement."""
    return "-- " + " ".join(text.split())


def parse(sql: str) -> tuple[Any, ...]:
    """The statements of `sql` as pglast nodes. Raises pglast.parser.ParseError."""
    from pglast import parse_sql

    return tuple(parse_sql(sql))


@lru_cache(maxsize=8192)
def expression(text: str) -> Any | None:
    """The parse tree of `text` if it is exactly one scalar expression and nothing else, or None.

    An expression from a document is data: `1) ; DROP TABLE x; --` parses as two statements and is no expression.
    """
    from pglast import ast
    from pglast.parser import ParseError

    try:
        # The line break ends a trailing comment, which would otherwise swallow the bracket.
        statements = parse(f"SELECT ({text}\n)")
    except (ParseError, UnicodeError, ValueError):
        return None
    if len(statements) != 1:
        return None
    select = statements[0].stmt
    bare = isinstance(select, ast.SelectStmt) and select.targetList and len(select.targetList) == 1
    clauses = (
        "fromClause",
        "whereClause",
        "groupClause",
        "havingClause",
        "windowClause",
        "valuesLists",
        "sortClause",
        "limitCount",
        "limitOffset",
        "lockingClause",
        "withClause",
        "intoClause",
        "distinctClause",
        "larg",
    )
    if not bare or any(getattr(select, clause, None) for clause in clauses):
        return None
    if ")" in text and not _stays_inside(text):
        return None
    target = select.targetList[0]
    plain = target.name is None and not target.indirection and not isinstance(target.val, ast.RowExpr)
    return target.val if plain else None


def _stays_inside(text: str) -> bool:
    """Whether the brackets of `text` close only what it opens: `a) OR (b` is two halves, yet parses in brackets."""
    from pglast import ast
    from pglast.parser import ParseError

    try:
        select: Any = parse(f"SELECT probe({text}\n)")[0].stmt
    except (ParseError, UnicodeError, ValueError):
        return False
    call = select.targetList[0].val
    more = ("agg_order", "agg_filter", "over", "agg_within_group", "agg_distinct", "agg_star", "func_variadic")
    if not isinstance(call, ast.FuncCall) or [part.sval for part in call.funcname or ()] != ["probe"]:
        return False
    return len(call.args or ()) == 1 and not any(getattr(call, clause) for clause in more)


def fingerprint(*parts: str | bytes) -> str:
    """64 hex digits that stand for `parts` in this order."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part if isinstance(part, bytes) else part.encode()
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()
