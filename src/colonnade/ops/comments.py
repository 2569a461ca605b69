"""Operations on comments."""

from __future__ import annotations

from dataclasses import dataclass

from colonnade.ops.op import Irreversible, Key, Op, Plain, Position
from colonnade.ops.step import Step
from colonnade.ops.target import Target
from colonnade.sql import literal

_RANK = {"TABLE": 0, "VIEW": 0, "MATERIALIZED VIEW": 0, "COLUMN": 1}
# What COMMENT locks while it runs, by the kind of object; the relation of a part is only read.
_OWN_LOCK = {
    "TABLE": "SHARE UPDATE EXCLUSIVE",
    "VIEW": "SHARE UPDATE EXCLUSIVE",
    "MATERIALIZED VIEW": "SHARE UPDATE EXCLUSIVE",
    "INDEX": "SHARE UPDATE EXCLUSIVE",
    "SEQUENCE": "SHARE UPDATE EXCLUSIVE",
}


@dataclass(frozen=True, slots=True)
class SetComment(Plain):
    """The comment of the object is `new`; None takes it away."""

    target: Target
    old: str | None
    new: str | None

    @property
    def subject(self) -> str:
        return self.target.subject

    @property
    def position(self) -> Position:
        rank = 10 + _RANK.get(self.target.kind, 2)
        return Position(self.target.level, self.target.section, rank, f"{self.target.kind} {self.target.name}")

    @property
    def needs(self) -> tuple[Key, ...]:
        return (self.target.key,)

    @property
    def within(self) -> Key | None:
        return self.target.key

    def steps(self) -> tuple[Step, ...]:
        text = "NULL" if self.new is None else literal(self.new).strip()
        return (Step(f"COMMENT ON {self.target.sql} IS {text}", self._locks()),)

    def _locks(self) -> tuple[tuple[str, str], ...]:
        if self.target.kind == "COLUMN":
            return ((self.target.key[1], "SHARE UPDATE EXCLUSIVE"),)
        if self.target.kind in _OWN_LOCK:
            return ((self.target.name, _OWN_LOCK[self.target.kind]),)
        relation = self.target.inside if not self.target.inside.startswith("DOMAIN ") else ""
        return ((relation, "ACCESS SHARE"),) if relation else ()

    def reverse(self) -> Op | Irreversible:
        return SetComment(self.target, self.new, self.old)
