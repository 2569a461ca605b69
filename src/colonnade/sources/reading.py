"""Reading: what one recogniser found in one block of a document, before the merge."""

from __future__ import annotations

from dataclasses import dataclass

from colonnade.design.draft import DraftEntity, DraftQuery, Fact
from colonnade.findings import Finding


@dataclass(frozen=True, slots=True)
class Reading:
    """Facts of one block. `precision` orders forms where they disagree: a higher one wins in the merge.

    `enums` are named closed lists (CREATE TYPE, a Python or TypeScript enum) that attributes refer to by name.
    `stated_apart` are facts about entities that this block does not define (an index list, a relationship section).
    """

    form: str
    precision: int
    entities: tuple[DraftEntity, ...] = ()
    enums: tuple[tuple[str, Fact[tuple[str, ...]]], ...] = ()
    stated_apart: tuple[DraftEntity, ...] = ()
    queries: tuple[DraftQuery, ...] = ()
    findings: tuple[Finding, ...] = ()
