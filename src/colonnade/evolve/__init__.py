"""Two schemas from any source: compared, planned, tried in scratch databases."""

from __future__ import annotations

from colonnade.evolve.compare import Source, Wish, compare, read
from colonnade.evolve.origin import source

__all__ = ["Source", "Wish", "compare", "read", "source"]
