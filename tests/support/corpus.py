"""The corpus of specifications: folders `cases/read-*` with documents and, in `gold.json`, what they state."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colonnade.errors import InputError
from colonnade.sources.form import as_json
from colonnade.sources.read import draft
from colonnade.sql import fingerprint
from support.reading_scores import WEIGHTS, Score, Sheet, Tally, mark

CASES = Path(__file__).parent.parent / "cases"
FIRST_TRY = CASES / "first-try.json"


@dataclass(frozen=True)
class Case:
    """Documents that are read together, and what they state."""

    name: str
    folder: Path
    gold: Mapping[str, Any]

    @property
    def form(self) -> str:
        return str(self.gold["form"])

    @property
    def documents(self) -> tuple[Path, ...]:
        return tuple(sorted(self.folder.glob("*.md")))

    @property
    def fingerprint(self) -> str:
        """Stands for the bytes of the documents; a changed document is a new one."""
        return fingerprint(*(part for path in self.documents for part in (path.name, path.read_bytes())))[:16]


def cases() -> tuple[Case, ...]:
    """Every case of the corpus, by name."""
    return tuple(
        Case(path.parent.name.removeprefix("read-"), path.parent, json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(CASES.glob("read-*/gold.json"))
    )


def reading(case: Case) -> Mapping[str, Any]:
    """What the reader makes of the documents; nothing where it says that they hold no data."""
    try:
        return as_json(draft([str(path) for path in case.documents]))
    except InputError:
        return {"entities": []}


def judged(case: Case) -> Sheet:
    """The reading of `case`, marked."""
    return mark(case.gold, reading(case))


def first_tries() -> dict[str, Score]:
    """The score of each document, by fingerprint, before the reader was changed for it."""
    kept = json.loads(FIRST_TRY.read_text(encoding="utf-8")) if FIRST_TRY.exists() else {}
    return {key: {part: Tally(*one[part]) for part in WEIGHTS} for key, one in kept.items()}


def record_first_tries(scores: Sequence[tuple[Case, Score]]) -> int:
    """Keeps the scores of documents that have none yet; says how many."""
    kept = json.loads(FIRST_TRY.read_text(encoding="utf-8")) if FIRST_TRY.exists() else {}
    known = len(kept)
    for case, score in scores:
        tallies = {part: [tally.found, tally.invented, tally.missed] for part, tally in score.items()}
        kept.setdefault(case.fingerprint, {"case": case.name, **tallies})
    lines = [
        f"{json.dumps(key)}: {json.dumps(value)}" for key, value in sorted(kept.items(), key=lambda i: i[1]["case"])
    ]
    FIRST_TRY.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return len(kept) - known
