"""A plan as a file: what runs, on which database, and what is there afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from colonnade.errors import Place, wrong
from colonnade.evolve.pairs import Addressed
from colonnade.sql import fingerprint

KIND = "colonnade plan 1"


@dataclass(frozen=True, slots=True)
class Part:
    """Statements that become true together, or one that stands alone; a `patient` one waits for its locks."""

    transactional: bool
    patient: bool
    statements: tuple[str, ...]
    relations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanFile:
    """`before` and `after` are fingerprints of the database, which leave out what is `apart` and `ignored`."""

    title: str
    before: str
    after: str
    apart: tuple[tuple[str, str], ...]
    ignored: tuple[str, ...]
    parts: tuple[Part, ...]
    lost: tuple[str, ...]

    @property
    def id(self) -> str:
        """Twelve hex digits that stand for all of it."""
        return fingerprint(dump(self))[:12]


def planfile(found: Addressed, title: str) -> PlanFile:
    """The plan with all that it takes to run it."""
    parts = tuple(
        Part(
            batch.transactional,
            batch.patient,
            tuple(move.step.sql for move in batch.moves),
            tuple(sorted({name for move in batch.moves for name, _ in move.step.locks})),
        )
        for batch in found.plan.batches
    )
    lost = tuple(f"{one.object}: {one.why}" for one in found.plan.losses)
    return PlanFile(title, found.before, found.after, found.apart, found.ignored, parts, lost)


def dump(plan: PlanFile) -> str:
    return json.dumps({"kind": KIND, **asdict(plan)}, indent=2, ensure_ascii=False) + "\n"


def load(path: Path) -> PlanFile:
    """The plan of a file. Raises InputError where it is none."""
    place = Place(str(path))
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise wrong(f"cannot be read: {error.strerror}", place=place) from None
    except ValueError as error:
        raise wrong(f"is no JSON: {error}", place=place) from None
    if not isinstance(value, dict) or value.get("kind") != KIND:
        raise wrong("is no plan", place=place, fix="write one with 'colonnade diff OLD NEW --plan FILE'")
    try:
        return PlanFile(**dict(_members(value)))
    except (KeyError, TypeError) as error:
        raise wrong(f"is a broken plan: {error}", place=place, fix="write it anew") from None


def _members(value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for each in fields(PlanFile):
        found = value[each.name]
        if each.name == "parts":
            yield each.name, tuple(Part(**{name: _tuple(one) for name, one in part.items()}) for part in found)
        else:
            yield each.name, _tuple(found)


def _tuple(value: Any) -> Any:
    return tuple(map(_tuple, value)) if isinstance(value, list) else value
