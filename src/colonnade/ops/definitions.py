"""Operations on objects that are told by the statements that make them."""

from __future__ import annotations

from dataclasses import dataclass

from colonnade.design.schema import Definition
from colonnade.ops import target
from colonnade.ops.namespaces import namespace_needs
from colonnade.ops.op import Irreversible, Key, Op, Plain, Position
from colonnade.ops.step import Step
from colonnade.sql import qualified


@dataclass(frozen=True, slots=True)
class OnDefinition(Plain):
    """What both operations answer alike."""

    definition: Definition

    @property
    def subject(self) -> str:
        return target.definition(self.definition).subject

    @property
    def position(self) -> Position:
        at = target.definition(self.definition)
        return Position(at.level, at.section, 0, "")

    @property
    def within(self) -> Key | None:
        return ("relation", qualified(*self.definition.on)) if self.definition.on else None

    @property
    def locks(self) -> tuple[tuple[str, str], ...]:
        one = self.definition
        if one.kind == "PUBLICATION":
            return tuple((name, "SHARE UPDATE EXCLUSIVE") for kind, name in one.uses if kind == "relation")
        level = "SHARE UPDATE EXCLUSIVE" if one.kind == "STATISTICS" else "ACCESS EXCLUSIVE"
        return ((qualified(*one.on), level),) if one.on else ()


def is_privileged(definition: Definition) -> bool:
    """Whether only a superuser may make or drop it."""
    wide = any(word in definition.sql[0] for word in ("FOR ALL TABLES", "TABLES IN SCHEMA"))
    return definition.kind == "EVENT TRIGGER" or (definition.kind == "PUBLICATION" and wide)


@dataclass(frozen=True, slots=True)
class CreateDefinition(OnDefinition):
    """The object is there."""

    @property
    def creates(self) -> tuple[Key, ...]:
        return (self.definition.key,)

    @property
    def needs(self) -> tuple[Key, ...]:
        return (*namespace_needs(self.definition.schema), *self.definition.uses)

    def steps(self) -> tuple[Step, ...]:
        return tuple(Step(text, self.locks) for text in self.definition.sql)

    def reverse(self) -> Op | Irreversible:
        return DropDefinition(self.definition)


@dataclass(frozen=True, slots=True)
class DropDefinition(OnDefinition):
    """The object is gone."""

    def steps(self) -> tuple[Step, ...]:
        locks = () if self.definition.kind == "PUBLICATION" else self.locks
        return (Step(f"DROP {self.definition.kind} {self.definition.name}", locks),)

    def reverse(self) -> Op | Irreversible:
        return CreateDefinition(self.definition)
