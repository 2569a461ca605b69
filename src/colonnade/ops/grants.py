"""Operations on owners, privileges and default privileges."""

from __future__ import annotations

from dataclasses import dataclass

from colonnade.design.schema import DefaultPrivilege, Privilege
from colonnade.ops.op import Irreversible, Key, Level, Op, Plain, Position
from colonnade.ops.step import Step
from colonnade.ops.target import Target
from colonnade.ops.text import role
from colonnade.sql import ident, idents

# What PostgreSQL grants to PUBLIC by itself on a new object.
GIVEN_TO_PUBLIC: dict[str, tuple[str, ...]] = {
    "FUNCTION": ("EXECUTE",),
    "PROCEDURE": ("EXECUTE",),
    "AGGREGATE": ("EXECUTE",),
    "TYPE": ("USAGE",),
    "DOMAIN": ("USAGE",),
}
DEFAULTS_GIVEN_TO_PUBLIC: dict[str, tuple[str, ...]] = {"FUNCTIONS": ("EXECUTE",), "TYPES": ("USAGE",)}
OWNER_RANK, REVOKE_RANK, GRANT_RANK = 1, 8, 9


def _object(target: Target) -> str:
    """The object as GRANT names it: relations without a word, all others with theirs."""
    kind = "FUNCTION" if target.kind == "AGGREGATE" else target.kind
    return target.name if target.is_relation else f"{kind} {target.name}"


def _kinds(privilege: Privilege, columns: tuple[str, ...]) -> str:
    if not columns:
        return f" {', '.join(privilege.kinds)} "
    return "\n    " + ",\n    ".join(f"{kind} ({idents(columns)})" for kind in privilege.kinds) + "\n    "


def _locks(target: Target) -> tuple[tuple[str, str], ...]:
    return ((target.name, "ACCESS SHARE"),) if target.is_relation or target.kind == "SEQUENCE" else ()


def grant_sql(target: Target, privilege: Privilege, columns: tuple[str, ...] = ()) -> str:
    option = " WITH GRANT OPTION" if privilege.grantable else ""
    return f"GRANT{_kinds(privilege, columns)}ON {_object(target)} TO {role(privilege.grantee)}{option}"


def revoke_sql(target: Target, privilege: Privilege, columns: tuple[str, ...] = ()) -> str:
    # What the grantee gave on goes as well.
    on = " CASCADE" if privilege.grantable else ""
    return f"REVOKE{_kinds(privilege, columns)}ON {_object(target)} FROM {role(privilege.grantee)}{on}"


def _position(rank: int, target: Target, privilege: Privilege, columns: tuple[str, ...]) -> Position:
    name = (
        f"{privilege.grantee} {bool(columns):d} {privilege.grantable:d} {' '.join(privilege.kinds)} {' '.join(columns)}"
    )
    return Position(target.level, target.section, rank, name)


@dataclass(frozen=True, slots=True)
class Grant(Plain):
    """The grantee may do it with the object, or with these columns of it."""

    target: Target
    privilege: Privilege
    columns: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return self.target.subject

    @property
    def position(self) -> Position:
        return _position(GRANT_RANK, self.target, self.privilege, self.columns)

    @property
    def needs(self) -> tuple[Key, ...]:
        return (self.target.key,)

    @property
    def within(self) -> Key | None:
        return self.target.key

    def steps(self) -> tuple[Step, ...]:
        return (Step(grant_sql(self.target, self.privilege, self.columns), _locks(self.target)),)

    def reverse(self) -> Op | Irreversible:
        return Revoke(self.target, self.privilege, self.columns)


@dataclass(frozen=True, slots=True)
class Revoke(Plain):
    """The grantee may no longer do it with the object, or with these columns of it."""

    target: Target
    privilege: Privilege
    columns: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return self.target.subject

    @property
    def position(self) -> Position:
        return _position(REVOKE_RANK, self.target, self.privilege, self.columns)

    @property
    def needs(self) -> tuple[Key, ...]:
        return (self.target.key,)

    @property
    def within(self) -> Key | None:
        return self.target.key

    def steps(self) -> tuple[Step, ...]:
        return (Step(revoke_sql(self.target, self.privilege, self.columns), _locks(self.target)),)

    def reverse(self) -> Op | Irreversible:
        return Grant(self.target, self.privilege, self.columns)


@dataclass(frozen=True, slots=True)
class SetOwner(Plain):
    """The object changes hands; None is whoever runs the plan."""

    target: Target
    old: str | None
    new: str | None

    @property
    def subject(self) -> str:
        return self.target.subject

    @property
    def position(self) -> Position:
        return Position(self.target.level, self.target.section, OWNER_RANK, "")

    @property
    def needs(self) -> tuple[Key, ...]:
        return (self.target.key,)

    @property
    def within(self) -> Key | None:
        return self.target.key

    def steps(self) -> tuple[Step, ...]:
        locked = self.target.is_relation or self.target.kind == "SEQUENCE"
        locks = ((self.target.name, "ACCESS EXCLUSIVE"),) if locked else ()
        return (Step(f"ALTER {self.target.sql} OWNER TO {ident(self.new) if self.new else 'CURRENT_USER'}", locks),)

    def reverse(self) -> Op | Irreversible:
        if self.old is None:
            return Irreversible(f"who owned {self.subject} before is not known")
        return SetOwner(self.target, self.new, self.old)


def _default_head(default: DefaultPrivilege) -> str:
    schema = f" IN SCHEMA {ident(default.schema)}" if default.schema else ""
    return f"ALTER DEFAULT PRIVILEGES FOR ROLE {role(default.role)}{schema}"


def _default_subject(default: DefaultPrivilege) -> str:
    schema = f" in schema {ident(default.schema)}" if default.schema else ""
    return f"default privileges on {default.objects} of {ident(default.role)}{schema}"


def _default_position(default: DefaultPrivilege, privilege: Privilege) -> Position:
    name = f"{default.role} {default.schema or ''} {default.objects} {privilege.grantee} {privilege.grantable:d}"
    return Position(Level.DEFAULTS, "", 0, name)


def _default_needs(default: DefaultPrivilege) -> tuple[Key, ...]:
    return (("namespace", ident(default.schema)),) if default.schema and default.schema != "public" else ()


@dataclass(frozen=True, slots=True)
class GrantByDefault(Plain):
    """Objects made from now on by the role are granted; `default.privileges` are not read, `privilege` is."""

    default: DefaultPrivilege
    privilege: Privilege

    @property
    def subject(self) -> str:
        return _default_subject(self.default)

    @property
    def position(self) -> Position:
        return _default_position(self.default, self.privilege)

    @property
    def needs(self) -> tuple[Key, ...]:
        return _default_needs(self.default)

    def steps(self) -> tuple[Step, ...]:
        option = " WITH GRANT OPTION" if self.privilege.grantable else ""
        what = f"GRANT {', '.join(self.privilege.kinds)} ON {self.default.objects} TO {role(self.privilege.grantee)}"
        return (Step(f"{_default_head(self.default)} {what}{option}"),)

    def reverse(self) -> Op | Irreversible:
        return RevokeByDefault(self.default, self.privilege)


@dataclass(frozen=True, slots=True)
class RevokeByDefault(Plain):
    """Objects made from now on by the role are no longer granted; `privilege` says what."""

    default: DefaultPrivilege
    privilege: Privilege

    @property
    def subject(self) -> str:
        return _default_subject(self.default)

    @property
    def position(self) -> Position:
        return _default_position(self.default, self.privilege)

    @property
    def needs(self) -> tuple[Key, ...]:
        return _default_needs(self.default)

    def steps(self) -> tuple[Step, ...]:
        what = f"REVOKE {', '.join(self.privilege.kinds)} ON {self.default.objects} FROM {role(self.privilege.grantee)}"
        return (Step(f"{_default_head(self.default)} {what}"),)

    def reverse(self) -> Op | Irreversible:
        return GrantByDefault(self.default, self.privilege)
