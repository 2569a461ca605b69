"""SQL laid out by clause, without reading more of it than its quotes and brackets."""

from __future__ import annotations

import re

# Quoted text of every kind stays whole; a word that opens a clause starts a line when no bracket is open.
_TOKEN = re.compile(
    r"""(?P<text>[eE]?'(?:[^'\\]|''|\\.)*'|"(?:[^"]|"")*"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)"""
    r"|(?P<comment>--[^\n]*|/\*.*?\*/)"
    r"|(?P<open>\()|(?P<close>\))|(?P<space>\s+)|(?P<word>\w+)|(?P<other>.)",
    re.DOTALL,
)
_CLAUSES = frozenset({"FROM", "WHERE", "GROUP", "HAVING", "WINDOW", "ORDER", "LIMIT", "OFFSET", "FETCH", "FOR",
                      "VALUES", "SET", "RETURNING", "UNION", "INTERSECT", "EXCEPT", "ON"})  # fmt: skip
_JOINS = frozenset({"JOIN", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "NATURAL"})
_INNER = frozenset({"AND", "OR"})
_OPENING = _CLAUSES | _JOINS | _INNER


def laid_out(sql: str) -> str:
    """`sql` with each clause on a line of its own; a text that has lines of its own stays as it is."""
    if "\n" in sql.strip():
        return sql.strip()
    pieces: list[str] = []
    depth, between = 0, False
    for match in _TOKEN.finditer(sql.strip()):
        kind, text = match.lastgroup or "", match[0]
        upper = text.upper() if kind == "word" else ""
        depth += (kind == "open") - (kind == "close")
        indent = _indent(upper, between, pieces) if upper in _OPENING and not depth else None
        between = (between or upper == "BETWEEN") and upper != "AND"
        if indent is None:
            pieces.append(" " if kind == "space" else text)
        else:
            pieces = [*_without_space(pieces), "\n" + indent, text]
    return "".join(pieces).strip()


def _indent(word: str, between: bool, before: list[str]) -> str | None:
    """What stands before `word`, which may open a line, on a new one, or None where it stays where it is."""
    last = next((piece.upper() for piece in reversed(before) if piece.strip()), "")
    if not last or (word == "AND" and between) or (word in _JOINS and last in _JOINS):
        return None
    if word in _INNER:
        return "  "
    stays = (word == "ON" and last != "CONFLICT") or (word == "FROM" and last in ("DELETE", "DISTINCT"))
    return None if stays else ""


def _without_space(pieces: list[str]) -> list[str]:
    return pieces[:-1] if pieces and pieces[-1] == " " else pieces
