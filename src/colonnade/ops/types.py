"""Operations on enums, domains and composite types."""

from __future__ import annotations

from dataclasses import dataclass

from colonnade.design.schema import Check, CompositeType, Domain, EnumType
from colonnade.ops import target
from colonnade.ops.namespaces import namespace_needs
from colonnade.ops.op import Irreversible, Key, Op, Plain, Position, mentioned
from colonnade.ops.step import Step
from colonnade.ops.text import bracket, default
from colonnade.sql import ident, literal, qualified


def type_need(type_name: str) -> Key:
    """The key of a type as format_type() prints it; that of a built-in type is made by nobody and does no harm."""
    bare = type_name
    while bare.endswith("[]"):
        bare = bare.removesuffix("[]")
    return ("type", bare)


def collate(collation: str | None) -> str:
    """` COLLATE "C"`, or nothing."""
    return f" COLLATE {ident(collation)}" if collation else ""


def _position(one: EnumType | CompositeType | Domain) -> Position:
    at = target.type_(one)
    return Position(at.level, at.section, 0, "")


@dataclass(frozen=True, slots=True)
class CreateEnum(Plain):
    enum: EnumType

    @property
    def subject(self) -> str:
        return f"type {qualified(self.enum.schema, self.enum.name)}"

    @property
    def position(self) -> Position:
        return _position(self.enum)

    @property
    def creates(self) -> tuple[Key, ...]:
        return (target.type_(self.enum).key,)

    @property
    def needs(self) -> tuple[Key, ...]:
        return namespace_needs(self.enum.schema)

    def steps(self) -> tuple[Step, ...]:
        values = ", ".join(literal(value).strip() for value in self.enum.values)
        return (Step(f"CREATE TYPE {qualified(self.enum.schema, self.enum.name)} AS ENUM ({values})"),)

    def reverse(self) -> Op | Irreversible:
        return DropEnum(self.enum)


@dataclass(frozen=True, slots=True)
class DropEnum(Plain):
    enum: EnumType

    @property
    def subject(self) -> str:
        return f"type {qualified(self.enum.schema, self.enum.name)}"

    @property
    def position(self) -> Position:
        return _position(self.enum)

    def steps(self) -> tuple[Step, ...]:
        return (Step(f"DROP TYPE {qualified(self.enum.schema, self.enum.name)}"),)

    def reverse(self) -> Op | Irreversible:
        return CreateEnum(self.enum)


def _domain_check(check: Check) -> str:
    return f"CONSTRAINT {ident(check.name)} CHECK {bracket(check.expression)}"


@dataclass(frozen=True, slots=True)
class CreateDomain(Plain):
    domain: Domain

    @property
    def subject(self) -> str:
        return f"domain {qualified(self.domain.schema, self.domain.name)}"

    @property
    def position(self) -> Position:
        return _position(self.domain)

    @property
    def creates(self) -> tuple[Key, ...]:
        return (target.type_(self.domain).key,)

    @property
    def needs(self) -> tuple[Key, ...]:
        return (*namespace_needs(self.domain.schema), type_need(self.domain.type))

    @property
    def mentions(self) -> frozenset[str]:
        return mentioned(self.domain.default, *(check.expression for check in self.domain.checks))

    def steps(self) -> tuple[Step, ...]:
        domain, name = self.domain, qualified(self.domain.schema, self.domain.name)
        clauses = [f"CREATE DOMAIN {name} AS {domain.type}{collate(domain.collation)}"]
        clauses += [f"DEFAULT {default(domain.default)}"] if domain.default is not None else []
        clauses += ["NOT NULL"] * (not domain.nullable)
        clauses += [_domain_check(check) for check in domain.checks if check.validated]
        # CREATE DOMAIN has no NOT VALID.
        late = (check for check in domain.checks if not check.validated)
        return (
            Step("\n    ".join(clauses)),
            *(Step(f"ALTER DOMAIN {name} ADD {_domain_check(check)} NOT VALID") for check in late),
        )

    def reverse(self) -> Op | Irreversible:
        return DropDomain(self.domain)


@dataclass(frozen=True, slots=True)
class DropDomain(Plain):
    domain: Domain

    @property
    def subject(self) -> str:
        return f"domain {qualified(self.domain.schema, self.domain.name)}"

    @property
    def position(self) -> Position:
        return _position(self.domain)

    def steps(self) -> tuple[Step, ...]:
        return (Step(f"DROP DOMAIN {qualified(self.domain.schema, self.domain.name)}"),)

    def reverse(self) -> Op | Irreversible:
        return CreateDomain(self.domain)


@dataclass(frozen=True, slots=True)
class CreateComposite(Plain):
    composite: CompositeType

    @property
    def subject(self) -> str:
        return f"type {qualified(self.composite.schema, self.composite.name)}"

    @property
    def position(self) -> Position:
        return _position(self.composite)

    @property
    def creates(self) -> tuple[Key, ...]:
        return (target.type_(self.composite).key,)

    @property
    def needs(self) -> tuple[Key, ...]:
        types = tuple(type_need(type_name) for _, type_name, _ in self.composite.attributes)
        return (*namespace_needs(self.composite.schema), *types)

    def steps(self) -> tuple[Step, ...]:
        rows = ",\n    ".join(
            f"{ident(name)} {type_name}{collate(collation)}" for name, type_name, collation in self.composite.attributes
        )
        body = f"(\n    {rows}\n)" if rows else "()"
        return (Step(f"CREATE TYPE {qualified(self.composite.schema, self.composite.name)} AS {body}"),)

    def reverse(self) -> Op | Irreversible:
        return DropComposite(self.composite)


@dataclass(frozen=True, slots=True)
class DropComposite(Plain):
    composite: CompositeType

    @property
    def subject(self) -> str:
        return f"type {qualified(self.composite.schema, self.composite.name)}"

    @property
    def position(self) -> Position:
        return _position(self.composite)

    def steps(self) -> tuple[Step, ...]:
        return (Step(f"DROP TYPE {qualified(self.composite.schema, self.composite.name)}"),)

    def reverse(self) -> Op | Irreversible:
        return CreateComposite(self.composite)
