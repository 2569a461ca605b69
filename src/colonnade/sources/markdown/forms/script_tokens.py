"""TypeScript-like text (TypeScript, Drizzle, Kotlin, Java, C#) as tokens, with the bracket that closes each one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from colonnade.vocabulary.regex import regex

_SCAN = regex(
    r"""
      (?P<comment>//[^\n]*|/\*(?:.*?\*/|.*))
    | (?P<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`[^`]*`)
    | (?P<word>[^\W\d][\w$]*|\$[\w$]+)
    | (?P<number>\d[\w.]*)
    | (?P<arrow>=>)
    | (?P<open>[({\[]) | (?P<close>[)}\]])
    | (?P<newline>\n)
    | (?P<space>[^\S\n]+)
    | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_PAIRS = {"(": ")", "{": "}", "[": "]"}


class Token(NamedTuple):
    """One token of source text."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Script:
    """Tokens without space, and for the index of each opening bracket that of the one that closes it."""

    text: str
    tokens: tuple[Token, ...]
    closing: dict[int, int]

    def close(self, index: int) -> int:
        """The index of the bracket that closes the one at `index`; the end where the text breaks off."""
        return self.closing.get(index, len(self.tokens))


def script(text: str) -> Script:
    tokens = tuple(
        Token(match.lastgroup or "mark", match[0], match.start())
        for match in _SCAN.finditer(text)
        if match.lastgroup != "space"
    )
    closing: dict[int, int] = {}
    stack: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind == "open":
            stack.append(index)
        elif token.kind == "close":
            # A bracket of another kind that was left open ends here, too.
            while stack and _PAIRS[tokens[stack[-1]].text] != token.text and _has(stack, tokens, token.text):
                closing[stack.pop()] = index
            if stack and _PAIRS[tokens[stack[-1]].text] == token.text:
                closing[stack.pop()] = index
    return Script(text, tokens, closing)


def _has(stack: Sequence[int], tokens: Sequence[Token], bracket: str) -> bool:
    """Whether one of the innermost open brackets is closed by `bracket`."""
    return any(_PAIRS[tokens[at].text] == bracket for at in stack[-8:])


class Member(NamedTuple):
    """One member of a body: its tokens, the comments above it and the comment at the end of its line."""

    tokens: tuple[Token, ...]
    above: str
    beside: str
    start: int


def plain(comment: str) -> str:
    """The words of a comment without its marks."""
    lines = (line.strip().strip("*/").strip() for line in comment.strip().removeprefix("//").splitlines())
    return " ".join(line for line in lines if line)


_GOES_ON = frozenset({"|", "&", ":", "=", "=>", ".", "<"})


def members(source: Script, start: int, end: int) -> list[Member]:
    """The members between two indexes: ended by `;`, by `,`, or by a line end where nothing goes on."""
    found: list[Member] = []
    current: list[Token] = []
    first = start
    above: list[str] = []
    beside = ""
    angle = 0
    index = start

    def close(behind: int) -> None:
        nonlocal current, above, beside, angle
        if current:
            found.append(Member(tuple(current), " ".join(above), beside, first))
            above = []
        current, beside, angle = [], "", 0

    while index < end:
        token = source.tokens[index]
        if token.kind == "comment":
            on_line = bool(current) or _same_line(source, found, token)
            if current:
                beside = f"{beside} {plain(token.text)}".strip()
            elif on_line:
                found[-1] = found[-1]._replace(beside=f"{found[-1].beside} {plain(token.text)}".strip())
            else:
                above.append(plain(token.text))
        elif token.kind == "newline":
            if current and angle <= 0 and current[-1].text not in _GOES_ON and not _continues(source, index, end):
                close(index)
        elif token.text == ";" or (token.text == "," and angle <= 0):
            close(index)
        else:
            if not current:
                first = index
            current.append(token)
            angle += (token.text == "<") - (token.text == ">")
            if token.kind == "open":
                stop = min(source.close(index), end)
                current += source.tokens[index + 1 : stop + 1] if stop < end else source.tokens[index + 1 : end]
                index = stop
        index += 1
    close(end)
    return found


def _same_line(source: Script, found: Sequence[Member], comment: Token) -> bool:
    """Whether a comment stands on the line on which the last member ended."""
    if not found:
        return False
    return "\n" not in source.text[found[-1].tokens[-1].end : comment.start]


def _continues(source: Script, index: int, end: int) -> bool:
    """Whether the next line goes on with a union, a chain or a body."""
    for at in range(index + 1, min(index + 12, end)):
        token = source.tokens[at]
        if token.kind not in ("newline", "comment"):
            return token.text in ("|", "&", ".", "=", "=>", "?")
    return False


def end_of(tokens: Sequence[Token], opening: int) -> int:
    """The index of the bracket that closes the one at `opening`, or the number of tokens where none does."""
    depth = 0
    for index in range(opening, len(tokens)):
        depth += (tokens[index].kind == "open") - (tokens[index].kind == "close")
        if depth == 0:
            return index
    return len(tokens)


def strings(tokens: Sequence[Token]) -> list[str]:
    """The values of the string literals among `tokens`."""
    return [token.text[1:-1] for token in tokens if token.kind == "string"]


def option(tokens: Sequence[Token], name: str) -> Token | None:
    """The token after `name:` among the options of a call."""
    return next(
        (tokens[at + 2] for at in range(len(tokens) - 2) if tokens[at].text == name and tokens[at + 1].text == ":"),
        None,
    )
