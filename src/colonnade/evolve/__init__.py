"""Two schemas from any source: compared, planned, tried in scratch databases."""

from __future__ import annotations

from colonnade.evolve.origin import source
from colonnade.evolve.pairs import Source, Wish, compare, read, there_and_back

__all__ = ["Source", "Wish", "compare", "read", "source", "there_and_back"]
