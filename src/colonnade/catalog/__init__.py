"""PostgreSQL's catalogs as a Database, and what differs between two of them."""

from __future__ import annotations

from colonnade.catalog.compare import differences
from colonnade.catalog.reader import read

__all__ = ["differences", "read"]
