"""Operations on views and materialised views."""

from __future__ import annotations

from dataclasses import dataclass

from colonnade.design.schema import View
from colonnade.ops import target
from colonnade.ops.namespaces import namespace_needs
from colonnade.ops.op import Irreversible, Key, Op, Plain, Position, mentioned
from colonnade.ops.step import Step
from colonnade.ops.text import options
from colonnade.sql import qualified


def _position(view: View) -> Position:
    at = target.view(view)
    return Position(at.level, at.section, 0, "")


@dataclass(frozen=True, slots=True)
class CreateView(Plain):
    """The view is there."""

    view: View

    @property
    def subject(self) -> str:
        return target.view(self.view).subject

    @property
    def position(self) -> Position:
        return _position(self.view)

    @property
    def creates(self) -> tuple[Key, ...]:
        name = qualified(self.view.schema, self.view.name)
        return (("relation", name), ("type", name))

    @property
    def needs(self) -> tuple[Key, ...]:
        read: tuple[Key, ...] = tuple(("relation", qualified(*one)) for one in self.view.depends_on)
        return (*namespace_needs(self.view.schema), *read)

    @property
    def mentions(self) -> frozenset[str]:
        return mentioned(self.view.definition) - {qualified(self.view.schema, self.view.name)}

    def steps(self) -> tuple[Step, ...]:
        at = target.view(self.view)
        unpopulated = self.view.materialized and not self.view.populated
        text = f"CREATE {at.sql}{options(self.view.options)} AS\n{self.view.definition}"
        # A definition that ends in a comment must not swallow what follows it.
        closing = "\nWITH NO DATA" if unpopulated else ("\n" if "--" in self.view.definition else "")
        read = tuple((qualified(*one), "ACCESS SHARE") for one in sorted(self.view.depends_on))
        return (Step(text + closing, read),)

    def reverse(self) -> Op | Irreversible:
        return DropView(self.view)


@dataclass(frozen=True, slots=True)
class DropView(Plain):
    """The view is gone."""

    view: View

    @property
    def subject(self) -> str:
        return target.view(self.view).subject

    @property
    def position(self) -> Position:
        return _position(self.view)

    def steps(self) -> tuple[Step, ...]:
        at = target.view(self.view)
        return (Step(f"DROP {at.sql}", ((at.name, "ACCESS EXCLUSIVE"),)),)

    def reverse(self) -> Op | Irreversible:
        return CreateView(self.view)


@dataclass(frozen=True, slots=True)
class ReplaceView(Plain):
    """The view reads what `new` says; its first columns keep their names and types."""

    old: View
    new: View

    @property
    def subject(self) -> str:
        return target.view(self.new).subject

    @property
    def position(self) -> Position:
        return _position(self.new)

    @property
    def needs(self) -> tuple[Key, ...]:
        return CreateView(self.new).needs

    @property
    def mentions(self) -> frozenset[str]:
        return CreateView(self.new).mentions

    def steps(self) -> tuple[Step, ...]:
        (step,) = CreateView(self.new).steps()
        text = step.sql.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1)
        return (Step(text, ((target.view(self.new).name, "ACCESS EXCLUSIVE"), *step.locks)),)

    def reverse(self) -> Op | Irreversible:
        return ReplaceView(self.new, self.old)


def replaceable(old: View, new: View) -> bool:
    """Whether CREATE OR REPLACE leads from one to the other, as far as the names of columns tell."""
    return not (old.materialized or new.materialized) and new.columns[: len(old.columns)] == old.columns


@dataclass(frozen=True, slots=True)
class Populate(Plain):
    """The materialised view holds rows, or none, as `new` says."""

    old: View
    new: View

    @property
    def subject(self) -> str:
        return target.view(self.new).subject

    @property
    def position(self) -> Position:
        return _position(self.new)

    def steps(self) -> tuple[Step, ...]:
        at = target.view(self.new)
        text = f"REFRESH {at.sql}" + ("" if self.new.populated else " WITH NO DATA")
        return (Step(text, ((at.name, "ACCESS EXCLUSIVE"),)),)

    def reverse(self) -> Op | Irreversible:
        return Populate(self.new, self.old)
