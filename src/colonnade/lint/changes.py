"""Migrations of others as changes: SQL files in the order of their names, or Alembic revisions rendered as SQL."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from colonnade.elaborate.statements import Statement, statements
from colonnade.errors import InputError, Mistake, Place, wrong
from colonnade.sources.sqlfiles import forward, sql_files
from colonnade.sources.text import read_text

RENDER_SECONDS = 60
FOLDERS = frozenset({"migrations", "migration", "migrate", "versions"})
NUMBERED = re.compile(r"[VvRr]?\d+\D")


@dataclass(frozen=True, slots=True)
class Change:
    """The statements that go live together; with `transactional` one transaction holds them all."""

    name: str
    statements: tuple[Statement, ...]
    transactional: bool = False


@dataclass(frozen=True, slots=True)
class Rendered(Statement):
    """A statement that a line of Python wrote: all of it stands on that line."""

    def place(self, position: int = 0) -> Place:
        return Statement.place(self, 0)


def is_migrations(path: Path) -> bool:
    """Whether `path` holds changes in an order rather than one schema: by its name, or the names of its files."""
    if versions_folder(path) is not None:
        return True
    folder = path if path.is_dir() else path.parent
    files = sql_files(folder)
    numbered = all(NUMBERED.match(one.name) or NUMBERED.match(one.parent.name) for one in files)
    return folder.name in FOLDERS or (path.is_dir() and len(files) > 1 and numbered)


def versions_folder(path: Path) -> Path | None:
    """The folder of Alembic revisions that `path` is, holds or lies in, or None."""
    folder = path.parent if path.suffix == ".py" else path
    for candidate in (folder / "versions", folder):
        if candidate.is_dir() and any(map(_is_revision, sorted(candidate.glob("*.py")))):
            return candidate
    return None


def _is_revision(path: Path) -> bool:
    return bool(re.search(r"^(down_)?revision\b.*=", path.read_text(encoding="utf-8", errors="replace"), re.MULTILINE))


def changes(path: Path) -> tuple[Change, ...]:
    """The changes at `path`, oldest first; of a single file those before it too. Raises InputError."""
    versions = versions_folder(path)
    if versions is not None:
        return _until(_revisions(versions), path)
    if path.is_file() and path.parent.name not in FOLDERS:
        return (_sql_change(path),)
    return _until([_sql_change(one) for one in sql_files(path if path.is_dir() else path.parent)], path)


def _until(found: Sequence[Change], path: Path) -> tuple[Change, ...]:
    names = [change.name for change in found]
    end = names.index(str(path)) + 1 if str(path) in names else len(names)
    return tuple(found[:end])


def _sql_change(path: Path) -> Change:
    return Change(str(path), statements({str(path): forward(read_text(path))}))


def _revisions(versions: Path) -> list[Change]:
    return [
        Change(item["path"], tuple(_statements(item["path"], item["statements"])), transactional=True)
        for item in _rendered(versions)
    ]


def _statements(path: str, rendered: list[tuple[int, str]]) -> Iterator[Statement]:
    source = Path(path).read_text(encoding="utf-8")
    starts = [0, *(match.end() for match in re.finditer("\n", source))]
    for line, text in rendered:
        for one in _split(path, line, text):
            yield Rendered(path, one.text, starts[line - 1], source, one.extension, one.roles)


def _split(path: str, line: int, text: str) -> tuple[Statement, ...]:
    """The statements of one piece of SQL that a revision wrote. Raises InputError with the place in the revision."""
    try:
        return statements({path: text})
    except InputError as error:
        where = Place(path, line)
        raise InputError(tuple(Mistake(where, one.message, one.fix) for one in error.mistakes)) from error


class _Revision(TypedDict):
    path: str
    statements: list[tuple[int, str]]


def _rendered(versions: Path) -> list[_Revision]:
    """The output of `offline` on `versions`, in a process of its own with a time limit: revisions are code."""
    root = next((one for one in versions.resolve().parents if (one / "alembic.ini").is_file()), versions.parent)
    search = os.pathsep.join([str(Path(__file__).parents[2]), str(root), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "colonnade.lint.offline", str(versions)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=RENDER_SECONDS,
            check=False,
            env={**os.environ, "PYTHONPATH": search},
        )
    except subprocess.TimeoutExpired as error:
        message = f"the revisions took over {RENDER_SECONDS} s to write their SQL"
        raise wrong(message, place=Place(str(versions))) from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise wrong(f"the revisions cannot be rendered as SQL: {last}", place=Place(str(versions)))
    answer = json.loads(done.stdout)
    mistakes = tuple(Mistake(Place(*one["place"]), one["message"], one["fix"]) for one in answer["mistakes"])
    if mistakes:
        raise InputError(mistakes)
    return list(answer["revisions"])
