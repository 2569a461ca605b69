"""SQL text as tokens with positions and as statements, in one linear scan that no broken quote can derail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from colonnade.vocabulary.regex import regex

# Every alternative consumes what it has looked at, so that no text is scanned twice.
_SCAN = regex(
    r"""
      (?P<comment>--[^\n]*|//(?=[ \t])[^\n]*|/\*(?:.*?\*/|.*)|\#(?=[ \t])[^\n]*)
    | (?P<string>[eEnN]?'(?:[^'\n]|'')*'|[eEnN]?'[^';]*')
    | (?P<quoted>"[^"\n]*"|`[^`\n]*`|\[[A-Za-z_][\w ]*\])
    | (?P<dollar>\$(?P<tag>(?:[A-Za-z_]\w*)?)\$(?:.*?\$(?P=tag)\$|.*))
    | (?P<open>\() | (?P<close>\)) | (?P<semicolon>;) | (?P<comma>,)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<number>\d[\w.]*)
    | (?P<arrow>->>?|=>|→|➜|⇒)
    | (?P<space>\s+)
    | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """One token; `upper` is its text in capitals where it is a word, else empty."""

    kind: str
    text: str
    start: int
    upper: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its tokens without space and comments, its comments, and the comment right before it."""

    tokens: tuple[Token, ...]
    comments: tuple[Token, ...]
    title: str

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[-1].end


def tokenise(text: str) -> list[Token]:
    """The tokens of `text`, comments included, space left out."""
    tokens = []
    for match in _SCAN.finditer(text):
        kind = match.lastgroup or "mark"
        # The tag of a dollar quote is a group inside a group; lastgroup names the outer one.
        if kind != "space":
            word = match[0]
            tokens.append(Token(kind, word, match.start(), word.upper() if kind == "word" else ""))
    return tokens


_STARTS = {
    "CREATE": None,
    "ALTER": frozenset({"TABLE", "TYPE", "SEQUENCE"}),
    "INSERT": frozenset({"INTO"}),
    "COMMENT": frozenset({"ON"}),
    "DROP": frozenset({"TABLE", "INDEX", "TYPE", "POLICY", "TRIGGER"}),
    "UNIQUE": frozenset({"INDEX"}),
    "INDEX": None,
    "GO": None,
    "DELIMITER": None,
}


def _begins(tokens: Sequence[Token], index: int, depth: int, text: str) -> bool:
    """Whether the token starts a statement although no semicolon ended the one before."""
    token = tokens[index]
    if token.upper not in _STARTS or not _first_on_line(text, token.start):
        return False
    follower = tokens[index + 1] if index + 1 < len(tokens) else None
    if token.upper == "INDEX":
        return depth == 0 and follower is not None and follower.kind == "word"
    wanted = _STARTS[token.upper]
    if wanted is None:
        return depth == 0 or (follower is not None and follower.upper in ("TABLE", "TYPE", "INDEX", "UNIQUE"))
    return follower is not None and follower.upper in wanted and (depth == 0 or token.upper in ("ALTER", "COMMENT"))


def _next_note(code: Sequence[Token], tokens: Sequence[Token], index: int, text: str) -> bool:
    """Whether, after a note `routes ( … )`, another one starts on a line of its own."""
    noted = len(code) > 2 and code[0].kind in ("word", "quoted") and code[1].kind == "open" and code[-1].kind == "close"
    return (
        noted
        and tokens[index].kind in ("word", "quoted")
        and tokens[index + 1 : index + 2] != []
        and tokens[index + 1].kind == "open"
        and _first_on_line(text, tokens[index].start)
    )


def _first_on_line(text: str, position: int) -> bool:
    """Whether only blanks stand before `position` on its line; the line may be very long."""
    while position > 0 and text[position - 1] in " \t\r":
        position -= 1
    return position == 0 or text[position - 1] == "\n"


def listed_index(tokens: Sequence[Token], index: int, text: str) -> bool:
    """Whether `ix_tasks_due ON tasks (due)`, an index without its CREATE, stands here on a line of its own."""
    name, word, table, opening = (*tokens[index : index + 4], *(None,) * 4)[:4]
    if name is None or word is None or table is None or opening is None or name.kind not in ("word", "quoted"):
        return False
    bare = name.upper not in ("INDEX", "COMMENT", "TRIGGER", "POLICY", "GRANT", "REVOKE", "CREATE")
    shaped = word.upper == "ON" and table.kind in ("word", "quoted") and opening.kind == "open"
    return bare and shaped and _first_on_line(text, name.start)


def _title(comments: Sequence[Token]) -> str:
    lines = [line.strip(" \t-*/#=") for token in comments for line in token.text.splitlines()]
    return " ".join(line for line in lines if line)


def statements(text: str) -> list[Statement]:
    """The statements of `text`, split at semicolons and, where one is missing, at a line that starts another."""
    found: list[Statement] = []
    code: list[Token] = []
    inside: list[Token] = []
    before: list[Token] = []
    depth = 0

    def close() -> None:
        nonlocal code, inside, before
        if code:
            found.append(Statement(tuple(code), tuple(inside), _title(before)))
        code, inside, before = [], [], []

    tokens = tokenise(text)
    for index, token in enumerate(tokens):
        if token.kind == "comment":
            # A comment at the end of the line of the last statement is about that one.
            (inside if code else before).append(token)
            continue
        noted = depth == 0 and (_next_note(code, tokens, index, text) or listed_index(tokens, index, text))
        if code and (noted or _begins(tokens, index, depth, text)):
            trailing = _own_lines_after(inside, code[-1].end, text)
            inside = inside[: len(inside) - len(trailing)]
            close()
            before, depth = trailing, 0
        if token.kind == "semicolon" and depth <= 0:
            close()
            depth = 0
            continue
        depth += (token.kind == "open") - (token.kind == "close")
        code.append(token)
    close()
    return found


def _own_lines_after(comments: list[Token], end: int, text: str) -> list[Token]:
    """The comments behind `end`, which belong to the next statement."""
    return [token for token in comments if token.start > end and "\n" in text[end : token.start]]


def closing(tokens: Sequence[Token], opening: int) -> int:
    """The index of the bracket that closes the one at `opening`, or the number of tokens where none does."""
    depth = 0
    for index in range(opening, len(tokens)):
        depth += (tokens[index].kind == "open") - (tokens[index].kind == "close")
        if depth == 0:
            return index
    return len(tokens)


def split_at_commas(tokens: Sequence[Token]) -> list[list[Token]]:
    """`tokens` cut at the commas that stand in no bracket; empty parts are left out."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.kind == "open") - (token.kind == "close")
        if token.kind == "comma" and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def name_of(token: Token) -> str:
    """An identifier without its quotes; case is kept, since documents in camelCase mean it."""
    return token.text[1:-1].replace('""', '"') if token.kind == "quoted" else token.text


def qualified_name(tokens: Sequence[Token], index: int) -> tuple[str, int]:
    """The dotted name at `index` and the index after it; `public.` and `dbo.` are dropped."""
    parts: list[str] = []
    while index < len(tokens) and tokens[index].kind in ("word", "quoted"):
        parts.append(name_of(tokens[index]))
        index += 1
        if index + 1 < len(tokens) and tokens[index].text == "." and tokens[index + 1].kind in ("word", "quoted"):
            index += 1
            continue
        break
    if len(parts) > 1 and parts[0].lower() in ("public", "dbo"):
        parts = parts[1:]
    return ".".join(parts), index
