"""Pairs of schemas as text: `pairs/*.pairs`, where a line that begins with `-` is old, with `+` new, else both.

A line `! words` says that the way there is refused in these words, `< words` that the way back is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "pairs"


class Pair(NamedTuple):
    """Two schemas as SQL, and in which words a plan between them is refused; empty where it is not."""

    old: str
    new: str
    refused: str = ""
    no_way_back: str = ""


def pairs() -> dict[str, Pair]:
    """Each pair by `subject: name`."""
    return {name: pair for path in sorted(FOLDER.glob("*.pairs")) for name, pair in _pairs(path)}


def _pairs(path: Path) -> Iterator[tuple[str, Pair]]:
    for block in path.read_text().removeprefix("# ").split("\n# "):
        name, _, body = block.partition("\n")
        lines = body.splitlines()
        old, new = ("\n".join(one[2:] for one in lines if one[:1] in (mark, " ")) for mark in "-+")
        said = (" ".join(one[2:] for one in lines if one[:1] == mark) for mark in "!<")
        yield f"{path.stem}: {name}", Pair(old, new, *said)
