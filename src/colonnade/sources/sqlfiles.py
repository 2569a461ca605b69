"""Folders of SQL files: which of them lead forward, in which order, and which part of each does."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from colonnade.sources.recognise import SKIPPED_FOLDERS
from colonnade.sources.text import read_text

WAY_BACK = re.compile(r"[._]down\.sql$|^U\d|(^|[._])(rollback|undo|revert)[._]", re.IGNORECASE)
DOWN_PART = re.compile(r"^--[ \t]*(migrate:down|\+goose Down|\+migrate Down|@DOWN|//@UNDO).*", re.MULTILINE)


def sql_texts(paths: Iterable[str]) -> dict[str, str]:
    """The SQL of files, and of those below folders that lead forward and are not empty. Raises InputError."""
    found: dict[str, str] = {}
    for path in map(Path, paths):
        if path.is_dir():
            found |= {str(one): forward(read_text(one)) for one in sql_files(path) if one.stat().st_size}
        else:
            found[str(path)] = read_text(path)
    return found


def sql_files(folder: Path) -> tuple[Path, ...]:
    """The SQL files below `folder` that lead forward, numbers in their names in the order of numbers."""
    found = [
        Path(base) / name
        for base, folders, names in os.walk(folder)
        for name in names
        if not SKIPPED_FOLDERS & set(Path(base).relative_to(folder).parts)
        and name.lower().endswith(".sql")
        and not WAY_BACK.search(name)
    ]
    return tuple(sorted(found, key=lambda path: _natural(path.relative_to(folder).as_posix())))


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    parts = re.findall(r"\d+|\D+", name)
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)


def forward(text: str) -> str:
    """`text` without the part that leads back, where a migration tool's mark says that there is one."""
    down = DOWN_PART.search(text)
    return text[: down.start()] if down else text
