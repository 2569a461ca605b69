"""Operations on triggers."""

from __future__ import annotations

from dataclasses import dataclass

from colonnade.design.schema import Trigger
from colonnade.ops.op import Irreversible, Key, Op, Plain, Position, mentioned
from colonnade.ops.step import Step
from colonnade.ops.target import Target
from colonnade.ops.text import bracket
from colonnade.sql import ident, literal, qualified

TRIGGER_RANK = 5
_ENABLE = {"DISABLED": "DISABLE TRIGGER", "REPLICA": "ENABLE REPLICA TRIGGER", "ALWAYS": "ENABLE ALWAYS TRIGGER"}


def _position(relation: Target, trigger: Trigger) -> Position:
    return Position(relation.level, relation.section, TRIGGER_RANK, ident(trigger.name))


def _subject(relation: Target, trigger: Trigger) -> str:
    return f"trigger {ident(trigger.name)} of {relation.name}"


def create_sql(relation: Target, trigger: Trigger) -> str:
    """The CREATE TRIGGER statement."""
    word = "CONSTRAINT TRIGGER" if trigger.constraint else "TRIGGER"
    lines = [f"CREATE {word} {ident(trigger.name)}"]
    lines.append(f"{trigger.timing} {' OR '.join(trigger.events)} ON {relation.name}")
    lines += [_deferral(trigger)] if trigger.deferrable else []
    lines += [_tables(trigger)] if trigger.old_table or trigger.new_table else []
    lines.append("FOR EACH ROW" if trigger.each_row else "FOR EACH STATEMENT")
    lines += [f"WHEN {bracket(trigger.condition)}"] if trigger.condition else []
    arguments = ", ".join(literal(argument).strip() for argument in trigger.arguments)
    lines.append(f"EXECUTE FUNCTION {qualified(*trigger.function)}({arguments})")
    return "\n    ".join(lines)


def _deferral(trigger: Trigger) -> str:
    return "DEFERRABLE INITIALLY DEFERRED" if trigger.deferred else "DEFERRABLE"


def _tables(trigger: Trigger) -> str:
    old = f" OLD TABLE AS {ident(trigger.old_table)}" if trigger.old_table else ""
    new = f" NEW TABLE AS {ident(trigger.new_table)}" if trigger.new_table else ""
    return f"REFERENCING{old}{new}"


@dataclass(frozen=True, slots=True)
class CreateTrigger(Plain):
    """The trigger is on the table or view `relation`."""

    relation: Target
    trigger: Trigger

    @property
    def subject(self) -> str:
        return _subject(self.relation, self.trigger)

    @property
    def position(self) -> Position:
        return _position(self.relation, self.trigger)

    @property
    def creates(self) -> tuple[Key, ...]:
        return (("trigger", f"{self.relation.name}.{ident(self.trigger.name)}"),)

    @property
    def needs(self) -> tuple[Key, ...]:
        return (self.relation.key, ("function", qualified(*self.trigger.function)))

    @property
    def mentions(self) -> frozenset[str]:
        return mentioned(self.trigger.condition)

    @property
    def within(self) -> Key | None:
        return self.relation.key

    def steps(self) -> tuple[Step, ...]:
        locks = ((self.relation.name, "SHARE ROW EXCLUSIVE"),)
        created = Step(create_sql(self.relation, self.trigger), locks)
        if self.trigger.enabled not in _ENABLE:
            return (created,)
        switch = f"{_ENABLE[self.trigger.enabled]} {ident(self.trigger.name)}"
        return (created, Step(f"ALTER TABLE {self.relation.name} {switch}", locks))

    def reverse(self) -> Op | Irreversible:
        return DropTrigger(self.relation, self.trigger)


@dataclass(frozen=True, slots=True)
class DropTrigger(Plain):
    """The trigger is on `relation` no longer."""

    relation: Target
    trigger: Trigger

    @property
    def subject(self) -> str:
        return _subject(self.relation, self.trigger)

    @property
    def position(self) -> Position:
        return _position(self.relation, self.trigger)

    @property
    def within(self) -> Key | None:
        return self.relation.key

    def steps(self) -> tuple[Step, ...]:
        text = f"DROP TRIGGER {ident(self.trigger.name)} ON {self.relation.name}"
        return (Step(text, ((self.relation.name, "ACCESS EXCLUSIVE"),)),)

    def reverse(self) -> Op | Irreversible:
        return CreateTrigger(self.relation, self.trigger)


@dataclass(frozen=True, slots=True)
class SwitchTrigger(Plain):
    """When the trigger fires: `old` and `new` are ORIGIN, DISABLED, REPLICA or ALWAYS."""

    relation: Target
    trigger: Trigger
    old: str
    new: str

    @property
    def subject(self) -> str:
        return _subject(self.relation, self.trigger)

    @property
    def position(self) -> Position:
        return _position(self.relation, self.trigger)

    @property
    def within(self) -> Key | None:
        return self.relation.key

    def steps(self) -> tuple[Step, ...]:
        switch = _ENABLE.get(self.new, "ENABLE TRIGGER")
        locks = ((self.relation.name, "SHARE ROW EXCLUSIVE"),)
        return (Step(f"ALTER TABLE {self.relation.name} {switch} {ident(self.trigger.name)}", locks),)

    def reverse(self) -> Op | Irreversible:
        return SwitchTrigger(self.relation, self.trigger, self.new, self.old)
