"""Findings that somebody allowed, in a comment of the SQL or in the configuration; and permissions without use."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from colonnade.config import Settings
from colonnade.elaborate.statements import Statement, place
from colonnade.errors import Place
from colonnade.findings import RULES, Finding
from colonnade.lint.rules import USELESS, by_word

_COMMENT = re.compile(r"(?:--|#)[ \t]*colonnade:[ \t]*allow[ \t]+([^\n]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Permission:
    """One word of a comment: the rule (None: there is none of that name), where, and the lines that it holds for."""

    word: str
    rule: str | None
    place: Place
    first: int
    last: int

    def covers(self, finding: Finding) -> bool:
        where = finding.place
        inside = where is not None and where.file == self.place.file and self.first <= where.line <= self.last
        return inside and finding.rule == self.rule


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding with the subject that it is about."""

    subject: str
    finding: Finding


def permissions(script: Sequence[Statement]) -> tuple[Permission, ...]:
    """The permissions in the comments of these files."""
    wholes = {statement.file: statement.whole for statement in script}
    return tuple(
        permission
        for file, text in wholes.items()
        if "colonnade:" in text.lower()
        for permission in _of_file(file, text, [one for one in script if one.file == file])
    )


def _of_file(file: str, text: str, script: Sequence[Statement]) -> Iterator[Permission]:
    for start, comment in COMMENTS.get(PurePath(file).suffix, _sql_comments)(text):
        match = _COMMENT.match(comment)
        if match is None:
            continue
        where = place(file, text, start)
        first, last = _lines(where.line, start, script)
        for word in re.split(r"\s+because\s+", match[1], maxsplit=1)[0].split(","):
            rule = by_word(word.strip())
            yield Permission(word.strip(), rule.name if rule else None, where, first, last)


def _sql_comments(text: str) -> Iterator[tuple[int, str]]:
    """The comments of SQL with where they begin; what stands in a string or a function's body is none."""
    from pglast.parser import scan

    for token in scan(text):
        if token.name == "SQL_COMMENT":
            yield token.start, text[token.start : token.end + 1]


def _python_comments(text: str) -> Iterator[tuple[int, str]]:
    """The comments of Python with where they begin."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            line, column = token.start
            yield starts[line - 1] + column, token.string


COMMENTS: dict[str, Callable[[str], Iterator[tuple[int, str]]]] = {".py": _python_comments}
"""How comments are found, by the ending of the file; any other is SQL."""


def _lines(line: int, start: int, script: Sequence[Statement]) -> tuple[int, int]:
    """The lines of the statement that a comment stands in, behind on its last line, or above."""
    for statement in script:
        first = statement.place().line
        last = statement.place(len(statement.text)).line
        if line <= last or start <= statement.offset:
            return min(first, line), last
    return line, line


def apply(judged: Sequence[Judged], allowed: Sequence[Permission], chosen: Settings) -> tuple[Finding, ...]:
    """What is left of `judged`, and a finding for each permission that nothing needed."""
    entries = tuple(chosen.allow)
    left: list[Finding] = []
    used: set[Permission] = set()
    used_entries: set[str] = set()
    for one in judged:
        by_comment = [permission for permission in allowed if permission.covers(one.finding)]
        by_entry = [entry for entry in entries if _allows(entry, one)]
        used.update(by_comment)
        used_entries.update(by_entry)
        if not by_comment and not by_entry:
            left.append(one.finding)
    if chosen.enabled(USELESS):
        left += [_useless(one.word, one.rule, one.place) for one in allowed if one not in used]
        left += [_useless(one, None, None) for one in entries if one not in used_entries]
    return tuple(left)


def _allows(entry: str, judged: Judged) -> bool:
    """Whether `rule:object` means this finding; the object of a column or constraint may also be its table's name."""
    word, _, wanted = entry.partition(":")
    rule = by_word(word)
    table = re.split(r"[./]", judged.subject, maxsplit=1)[0]
    return rule is not None and rule.name == judged.finding.rule and wanted in (judged.subject, table)


def _useless(word: str, rule: str | None, where: Place | None) -> Finding:
    message = f"'{word}' is allowed and no finding needs it"
    if rule is None and by_word(word.partition(":")[0]) is None:
        message = f"'{word}' is allowed, and no rule is called that"
    return Finding(USELESS, message, where, "remove it", RULES[USELESS].severity)


def by_place(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings in the order of a reader: by file and line, then rule and message."""
    return tuple(sorted(findings, key=_order))


def _order(finding: Finding) -> tuple[Place, str, str]:
    return finding.place or Place(""), finding.rule, finding.message
