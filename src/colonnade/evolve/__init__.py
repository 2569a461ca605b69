"""Two schemas from any source: compared, planned, tried in scratch databases."""

from __future__ import annotations

from colonnade.evolve.origin import source
from colonnade.evolve.pairs import (
    Leg,
    Source,
    Wish,
    addressed,
    compare,
    differing,
    read,
    refuse_uncovered,
    there_and_back,
)
from colonnade.evolve.series import legs, legs_back

__all__ = [
    "Leg",
    "Source",
    "Wish",
    "addressed",
    "compare",
    "differing",
    "legs",
    "legs_back",
    "read",
    "refuse_uncovered",
    "source",
    "there_and_back",
]
