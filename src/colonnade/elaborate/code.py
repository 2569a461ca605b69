"""Alembic folders and Python models: code that is run, in a process of its own and against a scratch database only."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from colonnade.elaborate.script import STATEMENT_SECONDS, Bench, Workshop, stand_in
from colonnade.elaborate.statements import statements
from colonnade.errors import InputError, Mistake, Place, wrong
from colonnade.sql import ident

MAKES = re.compile(
    r"(?:create_table\(\s*|CREATE\s+(?:OR\s+REPLACE\s+)?(?:UNLOGGED\s+)?(?:TABLE|FUNCTION)\s+(?:IF\s+NOT\s+EXISTS\s+)?)"
    r"""((?:["'][^"'\n]+["']|\w+)(?:\.(?:"[^"\n]+"|\w+))?)""",
    re.IGNORECASE,
)
Places = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Code:
    """What is run: an Alembic folder up to `targets` and then down to those of `back`, or a `module:Base`.

    `more` is a folder of revisions beside those that are there.
    """

    kind: Literal["alembic", "python"]
    argument: str
    targets: tuple[str, ...] = ("heads",)
    back: tuple[str, ...] = ()
    more: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A table or function that somebody else makes, and the SQL that stands in for it."""

    schema: str
    name: str
    sql: str


def run(shop: Workshop, bench: Bench, code: Code, database: str, offered: Mapping[str, Offer]) -> Places:
    """Runs `code` in a scratch database of the workshop; the answer is what is there and belongs to others.

    Roles that it names become stand-ins of the workshop, extensions that only an administrator may make are made, and
    of `offered`, by name as SQL, is made what the code relies on.
    Raises InputError with the place in the code.
    """
    offered = _not_made(code, offered)
    settings = _settings(Path(code.argument)) if code.kind == "alembic" else None
    folder = Path(code.argument).resolve() if code.kind == "alembic" else Path.cwd()
    task = {
        "kind": code.kind,
        "argument": code.argument,
        "targets": code.targets,
        "back": code.back,
        "more": code.more,
        "offered": sorted(offered),
        "folder": str(folder),
        "settings": str(settings) if settings else None,
        "url": _url(shop, database),
        "mark": shop.aliases.mark,
    }
    home = settings.parent if settings else Path.cwd()
    with _child(home, shop.dsn(database)) as (process, said):
        answer = _conversation(process, task, lambda message: _answer(message, shop, bench, offered))
        if answer is None:
            raise wrong(f"ended without a word: {_tail(said)}", place=Place(code.argument))
    if "error" in answer:
        where = Place(os.path.relpath(answer["file"]), answer["line"]) if answer["file"] else Place(code.argument)
        why = shop.aliases.said(answer["error"])
        raise InputError((Mistake(where, why, f"it was run as code against a scratch database ({home})"),))
    used = {(offered[name].schema, offered[name].name) for name in answer["used"]}
    return frozenset(used | {(schema, name) for schema, name in answer["external"]})


def _not_made(code: Code, offered: Mapping[str, Offer]) -> Mapping[str, Offer]:
    """What no revision makes, as far as their words tell: it is there before all of them, or it is not needed."""
    if code.kind != "alembic" or not offered:
        return offered
    files = [one for folder in filter(None, (code.argument, code.more)) for one in Path(folder).rglob("*.py")]
    texts = [one.read_text(encoding="utf-8", errors="replace") for one in files]
    made = {re.split(r"[.\"']+", name.strip("\"'"))[-1] for text in texts for name in MAKES.findall(text)}
    return {name: offer for name, offer in offered.items() if offer.name not in made}


def _url(shop: Workshop, database: str) -> str:
    """The scratch database as SQLAlchemy writes it."""
    dsn = shop.dsn(database).replace("postgresql://", "postgresql+psycopg://", 1)
    return f"{dsn}&options={quote(f'-c statement_timeout={STATEMENT_SECONDS}s')}"


def _settings(folder: Path) -> Path | None:
    """The nearest alembic.ini, or pyproject.toml that has a part for Alembic, from the folder upwards."""
    for place in (folder.resolve(), *folder.resolve().parents):
        if (place / "alembic.ini").is_file():
            return place / "alembic.ini"
        project = place / "pyproject.toml"
        if project.is_file() and "[tool.alembic]" in project.read_text(encoding="utf-8", errors="replace"):
            return project
    return None


@contextmanager
def _child(home: Path, dsn: str) -> Iterator[tuple[subprocess.Popen[str], Any]]:
    """The process that runs code, in `home`; it leaves no bytecode beside what it imports."""
    # What connects without SQLAlchemy finds the scratch database here, too.
    variables = {**os.environ, "DATABASE_URL": dsn, "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "colonnade.elaborate.child"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True, encoding="utf-8",
            cwd=home, env=variables,
        )  # fmt: skip
        try:
            yield process, said
        finally:
            process.kill()
            process.communicate()


def _conversation(
    process: subprocess.Popen[str], task: dict[str, Any], answer: Callable[[dict[str, Any]], str | None]
) -> dict[str, Any] | None:
    """The child's last line, after all that it asked for was answered; None where it died before."""
    assert process.stdin is not None and process.stdout is not None
    line = json.dumps(task)
    try:
        while True:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            asked = process.stdout.readline()
            message: dict[str, Any] | None = json.loads(asked) if asked else None
            if message is None or {"external", "error"} & message.keys():
                return message
            line = json.dumps({"refusal": answer(message)})
    except BrokenPipeError:
        return None


def _answer(message: dict[str, Any], shop: Workshop, bench: Bench, offered: Mapping[str, Offer]) -> str | None:
    """Makes what the child asks for; the answer is why it cannot be had, if so."""
    ((kind, name),) = message.items()
    if kind == "role":
        stand_in(shop, name)
        return None
    if kind == "extension":
        return _extension(bench, name)
    # Every stand-in is a member of the owner, so that whichever role the code takes may refer to it.
    bench.connection.execute(f"SET ROLE {ident(shop.owner)}")
    for statement in statements({name: offered[name].sql}):
        bench.run(statement)
    bench.connection.execute("RESET ROLE")
    return None


def _extension(bench: Bench, name: str) -> str | None:
    """Makes the extension where only an administrator may."""
    import psycopg

    if name not in bench.beyond:
        return None
    try:
        bench.administrator.execute(f"CREATE EXTENSION IF NOT EXISTS {ident(name)}")
    except psycopg.Error as error:
        return f"{error.diag.message_primary}; name a server that has it by --server"
    return None


def _tail(said: Any) -> str:
    said.seek(0)
    return " ".join(said.read().split()[-40:]) or "it printed nothing"
