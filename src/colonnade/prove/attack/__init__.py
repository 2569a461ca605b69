"""The attack suite: every known way for one user to reach another's rows, tried on PostgreSQL."""

from __future__ import annotations

from colonnade.prove.attack.registry import ATTACKS, Attack, Attempt, Result, Verdict
from colonnade.prove.attack.suite import Report, attacked, ordered

__all__ = ["ATTACKS", "Attack", "Attempt", "Report", "Result", "Verdict", "attacked", "ordered"]
