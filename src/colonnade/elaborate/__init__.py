"""SQL as a Database: PostgreSQL itself elaborates it in a scratch database, and its catalog is read."""

from __future__ import annotations

from colonnade.elaborate.canonical import canonical, stand_ins
from colonnade.elaborate.code import Code
from colonnade.elaborate.script import Bench, Workshop, bench, emptied, opened, sql, workshop

__all__ = ["Bench", "Code", "Workshop", "bench", "canonical", "emptied", "opened", "sql", "stand_ins", "workshop"]
