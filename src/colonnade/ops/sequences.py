"""Operations on sequences that no identity column owns."""

from __future__ import annotations

from dataclasses import dataclass

from colonnade.design.schema import Sequence
from colonnade.ops import target
from colonnade.ops.namespaces import namespace_needs
from colonnade.ops.op import Irreversible, Key, Level, Op, Plain, Position
from colonnade.ops.step import Step
from colonnade.sql import ident, literal, qualified


def _name(sequence: Sequence) -> str:
    return qualified(sequence.schema, sequence.name)


@dataclass(frozen=True, slots=True)
class CreateSequence(Plain):
    """The sequence is there."""

    sequence: Sequence

    @property
    def subject(self) -> str:
        return f"sequence {_name(self.sequence)}"

    @property
    def position(self) -> Position:
        return Position(Level.SEQUENCES, _name(self.sequence), 0, "")

    @property
    def creates(self) -> tuple[Key, ...]:
        return (target.sequence(self.sequence).key,)

    @property
    def needs(self) -> tuple[Key, ...]:
        return namespace_needs(self.sequence.schema)

    def steps(self) -> tuple[Step, ...]:
        one = self.sequence
        kind = "UNLOGGED SEQUENCE" if one.unlogged else "SEQUENCE"
        return (
            Step(
                f"CREATE {kind} {_name(one)} AS {one.type}\n"
                f"    START WITH {one.start} INCREMENT BY {one.increment}\n"
                f"    MINVALUE {one.minimum} MAXVALUE {one.maximum}\n"
                f"    CACHE {one.cache} {'CYCLE' if one.cycle else 'NO CYCLE'}"
            ),
        )

    def reverse(self) -> Op | Irreversible:
        return DropSequence(self.sequence)


@dataclass(frozen=True, slots=True)
class DropSequence(Plain):
    """The sequence is gone."""

    sequence: Sequence

    @property
    def subject(self) -> str:
        return f"sequence {_name(self.sequence)}"

    @property
    def position(self) -> Position:
        return Position(Level.SEQUENCES, _name(self.sequence), 0, "")

    def steps(self) -> tuple[Step, ...]:
        return (Step(f"DROP SEQUENCE {_name(self.sequence)}", ((_name(self.sequence), "ACCESS EXCLUSIVE"),)),)

    def reverse(self) -> Op | Irreversible:
        return Irreversible(f"the last value of sequence {_name(self.sequence)} is gone")


WIDTHS = ("smallint", "integer", "bigint")


def moved_inside(sequence: str, start: int, minimum: int, maximum: int) -> str:
    """The statement after which `sequence`, a regclass as SQL, goes on inside these bounds, or begins at `start`."""
    inside = f"coalesce(last BETWEEN {minimum} AND {maximum}, false)"
    return (
        f"SELECT setval({sequence}::regclass, CASE WHEN {inside} THEN last ELSE {start} END, {inside})\n"
        f"    FROM pg_sequence_last_value({sequence}::regclass) AS last"
    )


@dataclass(frozen=True, slots=True)
class AlterSequence(Plain):
    """The sequence counts as `new` says; its place in the count stays."""

    old: Sequence
    new: Sequence

    @property
    def subject(self) -> str:
        return f"sequence {_name(self.new)}"

    @property
    def position(self) -> Position:
        return Position(Level.SEQUENCES, _name(self.new), 0, "")

    def steps(self) -> tuple[Step, ...]:
        one, locks = self.new, ((_name(self.new), "SHARE ROW EXCLUSIVE"),)
        clauses = (
            (self.old.type != one.type, f"AS {one.type}"),
            (self.old.start != one.start, f"START WITH {one.start}"),
            (self.old.increment != one.increment, f"INCREMENT BY {one.increment}"),
            ((self.old.minimum, self.old.type) != (one.minimum, one.type), f"MINVALUE {one.minimum}"),
            ((self.old.maximum, self.old.type) != (one.maximum, one.type), f"MAXVALUE {one.maximum}"),
            (self.old.cache != one.cache, f"CACHE {one.cache}"),
            (self.old.cycle != one.cycle, "CYCLE" if one.cycle else "NO CYCLE"),
        )
        changed = " ".join(text for differs, text in clauses if differs)
        before = self._moved_inside(locks)
        steps = (*before, Step(f"ALTER SEQUENCE {_name(one)} {changed}", locks)) if changed else ()
        if self.old.unlogged == one.unlogged:
            return steps
        word = "UNLOGGED" if one.unlogged else "LOGGED"
        return (*steps, Step(f"ALTER SEQUENCE {_name(one)} SET {word}", ((_name(one), "ACCESS EXCLUSIVE"),)))

    def _moved_inside(self, locks: tuple[tuple[str, str], ...]) -> tuple[Step, ...]:
        """Where the count may stand outside of the new bounds it is brought inside, which takes both bounds at once."""
        old, new, name = self.old, self.new, _name(self.new)
        if old.minimum >= new.minimum and old.maximum <= new.maximum:
            return ()
        wide = f" AS {new.type}" if WIDTHS.index(new.type) > WIDTHS.index(old.type) else ""
        bounds = f"MINVALUE {min(old.minimum, new.minimum)} MAXVALUE {max(old.maximum, new.maximum)}"
        moved = moved_inside(literal(name).strip(), new.start, new.minimum, new.maximum)
        return (Step(f"ALTER SEQUENCE {name}{wide} {bounds}", locks), Step(moved))

    def reverse(self) -> Op | Irreversible:
        return AlterSequence(self.new, self.old)


@dataclass(frozen=True, slots=True)
class SetSequenceOwner(Plain):
    """The sequence goes with the column that `new` names, as (schema, table, column); None: with none."""

    sequence: tuple[str, str]
    old: tuple[str, str, str] | None
    new: tuple[str, str, str] | None

    @property
    def subject(self) -> str:
        return f"sequence {qualified(*self.sequence)}"

    @property
    def position(self) -> Position:
        return Position(Level.LATE_CONSTRAINTS, "", 0, qualified(*self.sequence))

    @property
    def needs(self) -> tuple[Key, ...]:
        if self.new is None:
            return (("sequence", qualified(*self.sequence)),)
        table = qualified(*self.new[:2])
        return (
            ("sequence", qualified(*self.sequence)),
            ("relation", table),
            ("column", f"{table}.{ident(self.new[2])}"),
        )

    def steps(self) -> tuple[Step, ...]:
        column = f"{qualified(*self.new[:2])}.{ident(self.new[2])}" if self.new else "NONE"
        locks = ((qualified(*self.sequence), "SHARE ROW EXCLUSIVE"),)
        table = ((qualified(*self.new[:2]), "ACCESS SHARE"),) if self.new else ()
        return (Step(f"ALTER SEQUENCE {qualified(*self.sequence)} OWNED BY {column}", (*locks, *table)),)

    def reverse(self) -> Op | Irreversible:
        return SetSequenceOwner(self.sequence, self.new, self.old)
