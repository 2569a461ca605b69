"""Safe Markdown and Mermaid: texts of documents as text, whatever marks they hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>|~#$"} | {"&": "&amp;"})
_RUN = re.compile(r"`+")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_\-\[\]()]+")
# Words of Mermaid's own grammar that cannot stand as the name of an entity.
_MERMAID_WORDS = frozenset({
    "class", "classdef", "click", "default", "direction", "end", "erdiagram", "style", "title", "to", "only", "one",
    "many", "zero", "optionally", "o", "u", "acctitle", "accdescr",
})  # fmt: skip

# The marks of keys, which the grammar reads before names.
_MERMAID_MARKS = frozenset({"PK", "FK", "UK"})


def prose(text: str) -> str:
    """`text` as one line of Markdown that shows exactly it."""
    return " ".join(text.split()).translate(_MARKS)


def code(text: str) -> str:
    """`text` as a code span; its fence is longer than any run of backticks in it."""
    line = " ".join(text.split())
    if not line or "`" not in line:
        return f"`{line}`" if line else ""
    fence = "`" * (max(map(len, _RUN.findall(line))) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def cell_code(text: str) -> str:
    """A code span in a table, where a bare bar would end the cell even inside it."""
    return code(text).replace("|", "\\|")


def block(text: str, language: str) -> str:
    """`text` as a fenced block that nothing in it can end."""
    longest = max((len(run) for run in _RUN.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def mermaid_text(text: str) -> str:
    """`text` between double quotes in a diagram; quotes, angle brackets and entity marks in it become codes."""
    codes = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", ";": "#59;", "\\": "#92;", "%": "#37;", "`": "#96;",
             "&": "#amp;"}  # fmt: skip
    return '"' + "".join(codes.get(mark, mark) for mark in " ".join(text.split())) + '"'


def mermaid_word(text: str) -> str:
    """`text` as the type or the name of an attribute: letters, digits and few marks, and a letter first."""
    word = _NOT_IN_NAMES.sub("_", text).strip("_") or "unnamed"
    word = word if word[0].isalpha() else f"n{word}"
    return f"{word}_" if word in _MERMAID_MARKS else word


def mermaid_entities(names: Sequence[str]) -> dict[str, str]:
    """By name: how a diagram calls the entity, the bare name where it can, else a made-up one."""
    return {name: name if is_bare(name) else f"table_{number}" for number, name in enumerate(names, 1)}


def is_bare(name: str) -> bool:
    """True where a diagram takes the name as it is."""
    return bool(_PLAIN_NAME.fullmatch(name)) and name.lower() not in _MERMAID_WORDS
