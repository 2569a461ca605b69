"""Operations on row-level security: the two switches of a table, and policies."""

from __future__ import annotations

from dataclasses import dataclass

from colonnade.design.schema import Policy
from colonnade.ops import target
from colonnade.ops.op import Irreversible, Key, Level, Op, Plain, Position, mentioned
from colonnade.ops.step import Step
from colonnade.ops.text import bracket, role
from colonnade.sql import ident, qualified

SECURITY_RANK, POLICY_RANK = 6, 7
TableName = tuple[str, str]


def _table_locks(table: TableName) -> tuple[tuple[str, str], ...]:
    return ((qualified(*table), "ACCESS EXCLUSIVE"),)


@dataclass(frozen=True, slots=True)
class SetRowSecurity(Plain):
    """Row-level security of a table as (enabled, forced) pairs: before and after."""

    table: TableName
    old: tuple[bool, bool]
    new: tuple[bool, bool]

    @property
    def subject(self) -> str:
        return f"table {qualified(*self.table)}"

    @property
    def position(self) -> Position:
        return Position(Level.TABLES, qualified(*self.table), SECURITY_RANK, "")

    @property
    def needs(self) -> tuple[Key, ...]:
        # The check of a new foreign key reads both tables as their owner, from whom forced security hides the rows.
        return (("relation", qualified(*self.table)), ("foreign keys", qualified(*self.table)))

    @property
    def within(self) -> Key | None:
        return ("relation", qualified(*self.table))

    def steps(self) -> tuple[Step, ...]:
        words = (("ENABLE", "DISABLE"), ("FORCE", "NO FORCE"))
        changed = (pair[not new] for pair, old, new in zip(words, self.old, self.new, strict=True) if old != new)
        name = qualified(*self.table)
        return tuple(
            Step(f"ALTER TABLE {name} {word} ROW LEVEL SECURITY", _table_locks(self.table)) for word in changed
        )

    def reverse(self) -> Op | Irreversible:
        return SetRowSecurity(self.table, self.new, self.old)


def create_sql(table: TableName, policy: Policy) -> str:
    """The CREATE POLICY statement."""
    lines = [f"CREATE POLICY {ident(policy.name)} ON {qualified(*table)}"]
    lines += [] if policy.permissive else ["AS RESTRICTIVE"]
    lines.append(f"FOR {policy.command} TO {', '.join(map(role, policy.roles))}")
    lines += [f"USING {bracket(policy.using)}"] if policy.using is not None else []
    lines += [f"WITH CHECK {bracket(policy.check)}"] if policy.check is not None else []
    return "\n    ".join(lines)


def _position(table: TableName, policy: Policy) -> Position:
    return Position(Level.TABLES, qualified(*table), POLICY_RANK, ident(policy.name))


@dataclass(frozen=True, slots=True)
class CreatePolicy(Plain):
    """The policy binds the table."""

    table: TableName
    policy: Policy

    @property
    def subject(self) -> str:
        return f"policy {ident(self.policy.name)} of {qualified(*self.table)}"

    @property
    def position(self) -> Position:
        return _position(self.table, self.policy)

    @property
    def creates(self) -> tuple[Key, ...]:
        return (target.part_key(target.relation(*self.table), "POLICY", self.policy.name),)

    @property
    def needs(self) -> tuple[Key, ...]:
        return (("relation", qualified(*self.table)),)

    @property
    def mentions(self) -> frozenset[str]:
        return mentioned(self.policy.using, self.policy.check)

    @property
    def within(self) -> Key | None:
        return ("relation", qualified(*self.table))

    def steps(self) -> tuple[Step, ...]:
        return (Step(create_sql(self.table, self.policy), _table_locks(self.table)),)

    def reverse(self) -> Op | Irreversible:
        return DropPolicy(self.table, self.policy)


@dataclass(frozen=True, slots=True)
class DropPolicy(Plain):
    """The policy binds the table no longer."""

    table: TableName
    policy: Policy

    @property
    def subject(self) -> str:
        return f"policy {ident(self.policy.name)} of {qualified(*self.table)}"

    @property
    def position(self) -> Position:
        return _position(self.table, self.policy)

    @property
    def within(self) -> Key | None:
        return ("relation", qualified(*self.table))

    def steps(self) -> tuple[Step, ...]:
        text = f"DROP POLICY {ident(self.policy.name)} ON {qualified(*self.table)}"
        return (Step(text, _table_locks(self.table)),)

    def reverse(self) -> Op | Irreversible:
        return CreatePolicy(self.table, self.policy)


@dataclass(frozen=True, slots=True)
class AlterPolicy(Plain):
    """Roles and conditions of a policy, where neither its command nor its kind changes and no condition goes."""

    table: TableName
    old: Policy
    new: Policy

    @property
    def subject(self) -> str:
        return f"policy {ident(self.new.name)} of {qualified(*self.table)}"

    @property
    def position(self) -> Position:
        return _position(self.table, self.new)

    @property
    def mentions(self) -> frozenset[str]:
        return mentioned(self.new.using, self.new.check)

    @property
    def within(self) -> Key | None:
        return ("relation", qualified(*self.table))

    def steps(self) -> tuple[Step, ...]:
        lines = [f"ALTER POLICY {ident(self.new.name)} ON {qualified(*self.table)}"]
        lines += [f"TO {', '.join(map(role, self.new.roles))}"] if self.new.roles != self.old.roles else []
        lines += [f"USING {bracket(self.new.using)}"] if self.new.using not in (None, self.old.using) else []
        lines += [f"WITH CHECK {bracket(self.new.check)}"] if self.new.check not in (None, self.old.check) else []
        return (Step("\n    ".join(lines), _table_locks(self.table)),)

    def reverse(self) -> Op | Irreversible:
        return AlterPolicy(self.table, self.new, self.old)


def alterable(old: Policy, new: Policy) -> bool:
    """Whether ALTER POLICY leads from one to the other."""
    kept = (old.using is None) == (new.using is None) and (old.check is None) == (new.check is None)
    return kept and old.command == new.command and old.permissive == new.permissive
