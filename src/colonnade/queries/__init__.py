"""Query patterns for people: laid out by clause, with their parameters and what serves them."""

from __future__ import annotations

from colonnade.queries.layout import laid_out
from colonnade.queries.pattern import Rendered, rendered, serving_keys

__all__ = ["Rendered", "laid_out", "rendered", "serving_keys"]
