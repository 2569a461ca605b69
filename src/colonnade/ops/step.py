"""Step: one SQL statement of a plan, with what it locks, scans and rewrites as declared values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One SQL statement without its semicolon.

    `locks` are (relation, level) pairs such as (`tasks`, `SHARE ROW EXCLUSIVE`); `role` is the role that it runs as,
    None the one that runs the plan; `transactional` is False where PostgreSQL forbids a transaction block.
    """

    sql: str
    locks: tuple[tuple[str, str], ...] = ()
    scans: tuple[str, ...] = ()
    rewrites: tuple[str, ...] = ()
    role: str | None = None
    transactional: bool = True
    note: str = ""
