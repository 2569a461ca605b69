"""Operations that give an object another name; nothing else of it changes, and no row is touched."""

from __future__ import annotations

from dataclasses import dataclass

from colonnade.ops.op import Irreversible, Level, Op, Plain, Position
from colonnade.ops.step import Step
from colonnade.sql import ident, literal, qualified

# The statement, by the kind of object: {of} is what it stands in, {old} and {new} are its names.
_STATEMENTS = {
    "table": "ALTER TABLE {whole} RENAME TO {new}",
    "view": "ALTER VIEW {whole} RENAME TO {new}",
    "materialized view": "ALTER MATERIALIZED VIEW {whole} RENAME TO {new}",
    "index": "ALTER INDEX {whole} RENAME TO {new}",
    "sequence": "ALTER SEQUENCE {whole} RENAME TO {new}",
    "type": "ALTER TYPE {whole} RENAME TO {new}",
    "domain": "ALTER DOMAIN {whole} RENAME TO {new}",
    "schema": "ALTER SCHEMA {old} RENAME TO {new}",
    "column": "ALTER TABLE {of} RENAME COLUMN {old} TO {new}",
    "constraint": "ALTER TABLE {of} RENAME CONSTRAINT {old} TO {new}",
    "trigger": "ALTER TRIGGER {old} ON {of} RENAME TO {new}",
    "policy": "ALTER POLICY {old} ON {of} RENAME TO {new}",
    "attribute": "ALTER TYPE {of} RENAME ATTRIBUTE {old} TO {new}",
    "value": "ALTER TYPE {of} RENAME VALUE {old} TO {new}",
    "domain constraint": "ALTER DOMAIN {of} RENAME CONSTRAINT {old} TO {new}",
}
_ON_RELATION = ("column", "constraint", "trigger", "policy")


@dataclass(frozen=True, slots=True)
class Rename(Plain):
    """`old` is called `new`. `of` is the (schema, name) of what a part stands in, or (schema, "") of a whole."""

    kind: str
    of: tuple[str, str]
    old: str
    new: str

    @property
    def subject(self) -> str:
        if self.kind == "value":
            return f"value {literal(self.old).strip()} of type {qualified(*self.of)}"
        return f"{self.kind} {self.spelled}"

    @property
    def spelled(self) -> str:
        """The old name with all that it stands in, as SQL."""
        if self.of[1]:
            return f"{qualified(*self.of)}.{ident(self.old)}"
        return ident(self.old) if self.kind == "schema" else qualified(self.of[0], self.old)

    @property
    def position(self) -> Position:
        return Position(Level.NAMESPACES, "", 0, self.subject)

    def steps(self) -> tuple[Step, ...]:
        quote = (lambda name: literal(name).strip()) if self.kind == "value" else ident
        text = _STATEMENTS[self.kind].format(
            whole=qualified(self.of[0], self.old), of=qualified(*self.of), old=quote(self.old), new=quote(self.new)
        )
        relation = qualified(*self.of) if self.kind in _ON_RELATION else qualified(self.of[0], self.old)
        locked = self.kind in (*_ON_RELATION, "table", "view", "materialized view", "index", "sequence")
        return (Step(text, ((relation, "ACCESS EXCLUSIVE"),) if locked else ()),)

    def reverse(self) -> Op | Irreversible:
        return Rename(self.kind, self.of, self.new, self.old)
