"""Links from one Markdown document to others: which files they lead to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

from colonnade.errors import InputError, Place
from colonnade.findings import Finding, declare
from colonnade.sources.recognise import MARKDOWN, generated
from colonnade.sources.text import read_text

LINKED = declare(
    "linked-document",
    """A document links to another Markdown file, or names it (`see data-model.md`), and it is read with it.

    Links are followed within the folder `specs` or the repository that the document lies in, else within its own
    folder. What the linked document states counts as if it had been given.
    """,
)
_LINK = re.compile(
    r"\[[^\[\]\n]*\]\(\s*<?(?P<inline>[^()\s<>]+)>?[^()\n]*\)|^ {0,3}\[[^\]\n]+\]:\s*<?(?P<apart>[^\s<>]+)"
    r"|(?<![^\s`'\"*(])(?<!\]\()(?P<plain>[\w./-]{1,200}\.(?:md|markdown)\b)",
    re.MULTILINE,
)
_FENCE = re.compile(r"^ {0,3}(?P<mark>`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}(?P=mark)|\Z)", re.MULTILINE | re.DOTALL)


def followed(given: Sequence[str]) -> tuple[tuple[str, Finding], ...]:
    """The files that the documents `given` lead to, whichever way, sorted, each with a finding on its first link."""
    known = {Path(name).resolve() for name in given}
    waiting, found = sorted(given), {}
    while waiting:
        name = waiting.pop(0)
        for linked, place in _targets(name):
            if linked.resolve() not in known:
                known.add(linked.resolve())
                waiting.append(str(linked))
                found[str(linked)] = Finding(LINKED, f"{linked} is read too", place, "", "note")
    return tuple(sorted(found.items()))


def _targets(name: str) -> Iterator[tuple[Path, Place]]:
    """The Markdown files within reach that the document at `name` links to, with the place of each link."""
    path, text = Path(name), _text(name)
    if not any(ending in text for ending in MARKDOWN):
        return
    within = _reach(path)
    bare = _FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    for match in _LINK.finditer(bare):
        target = unquote((match["inline"] or match["apart"] or match["plain"]).partition("#")[0])
        if Path(target).suffix.lower() not in MARKDOWN or ":" in target or "\0" in target:
            continue
        linked = Path(os.path.normpath(path.parent / target))
        if linked.is_file() and linked.resolve().is_relative_to(within) and not generated(linked):
            before = bare[: match.start()]
            yield linked, Place(name, before.count("\n") + 1, match.start() - before.rfind("\n"))


def _text(name: str) -> str:
    try:
        return read_text(Path(name))
    except InputError:
        # Whoever reads the document says why it cannot be read.
        return ""


def _reach(path: Path) -> Path:
    """The folder within which links of the document at `path` are followed."""
    own = path.resolve().parent
    folders = (own, *own.parents)
    specs = next((one for one in folders if one.name == "specs"), None)
    return next((one for one in folders if (one / ".git").exists()), specs or own)
