"""SQL as a Database: PostgreSQL itself elaborates it in a scratch database, and its catalog is read."""

from __future__ import annotations

from colonnade.elaborate.canonical import canonical, stand_ins
from colonnade.elaborate.script import Bench, bench, sql

__all__ = ["Bench", "bench", "canonical", "sql", "stand_ins"]
