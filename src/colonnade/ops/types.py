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
    """The enum type is there."""

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
    """The enum type is gone."""

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
    """The domain is there."""

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
    """The domain is gone."""

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
    """The composite type is there."""

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
    """The composite type is gone."""

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


@dataclass(frozen=True, slots=True)
class AddEnumValue(Plain):
    """The type has one more value, next to `neighbour`; it can be used only after the transaction that adds it."""

    enum: EnumType
    value: str
    place: str
    neighbour: str

    @property
    def subject(self) -> str:
        return f"value {literal(self.value).strip()} of type {qualified(self.enum.schema, self.enum.name)}"

    @property
    def position(self) -> Position:
        return _position(self.enum)

    def steps(self) -> tuple[Step, ...]:
        where = f" {self.place} {literal(self.neighbour).strip()}" if self.neighbour else ""
        name = qualified(self.enum.schema, self.enum.name)
        return (Step(f"ALTER TYPE {name} ADD VALUE {literal(self.value).strip()}{where}"),)

    def reverse(self) -> Op | Irreversible:
        return Irreversible(f"{self.subject} can be removed only by making the type anew")


def added_values(old: EnumType, new: EnumType) -> tuple[AddEnumValue, ...] | None:
    """What adds the values that `old` lacks, or None where values go or change places."""
    if [value for value in new.values if value in old.values] != list(old.values):
        return None
    there = list(old.values)
    ops = []
    for number, value in enumerate(new.values):
        if value in old.values:
            continue
        before = next((one for one in new.values[number:] if one in old.values), None)
        place, neighbour = ("BEFORE", before) if before is not None else ("AFTER", there[-1] if there else "")
        if before is None:
            there.append(value)
        ops.append(AddEnumValue(new, value, place, neighbour))
    return tuple(ops)


@dataclass(frozen=True, slots=True)
class AlterDomain(Plain):
    """Default, nullability and checks of a domain whose base type stays."""

    old: Domain
    new: Domain

    @property
    def subject(self) -> str:
        return f"domain {qualified(self.new.schema, self.new.name)}"

    @property
    def position(self) -> Position:
        return _position(self.new)

    @property
    def mentions(self) -> frozenset[str]:
        return CreateDomain(self.new).mentions

    def steps(self) -> tuple[Step, ...]:
        head = f"ALTER DOMAIN {qualified(self.new.schema, self.new.name)}"
        before = {check.name: check for check in self.old.checks}
        after = {check.name: check for check in self.new.checks}
        gone = [name for name, check in before.items() if not _kept(check, after.get(name))]
        more = [check for name, check in after.items() if name in gone or name not in before]
        validated = [
            name
            for name, check in after.items()
            if name in before and name not in gone and check.validated and not before[name].validated
        ]
        clauses = [f"DROP CONSTRAINT {ident(name)}" for name in gone]
        if self.old.default != self.new.default:
            clauses.append("DROP DEFAULT" if self.new.default is None else f"SET DEFAULT {default(self.new.default)}")
        if self.old.nullable != self.new.nullable:
            clauses.append("DROP NOT NULL" if self.new.nullable else "SET NOT NULL")
        clauses += [f"ADD {_domain_check(check)}" + ("" if check.validated else " NOT VALID") for check in more]
        clauses += [f"VALIDATE CONSTRAINT {ident(name)}" for name in validated]
        return tuple(Step(f"{head} {clause}") for clause in clauses)

    def reverse(self) -> Op | Irreversible:
        return AlterDomain(self.new, self.old)


def _kept(old: Check, new: Check | None) -> bool:
    """Whether the check stays as it is, but for being validated."""
    return new is not None and old.expression == new.expression and (new.validated or not old.validated)


@dataclass(frozen=True, slots=True)
class AlterComposite(Plain):
    """Attributes are dropped, added at the end, and take other types; the others keep their places."""

    old: CompositeType
    new: CompositeType

    @property
    def subject(self) -> str:
        return f"type {qualified(self.new.schema, self.new.name)}"

    @property
    def position(self) -> Position:
        return _position(self.new)

    @property
    def needs(self) -> tuple[Key, ...]:
        return CreateComposite(self.new).needs

    def steps(self) -> tuple[Step, ...]:
        before = {name: (type_name, collation) for name, type_name, collation in self.old.attributes}
        after = {name: (type_name, collation) for name, type_name, collation in self.new.attributes}
        clauses = [f"DROP ATTRIBUTE {ident(name)}" for name in before if name not in after]
        for name, (type_name, collation) in after.items():
            if name not in before:
                clauses.append(f"ADD ATTRIBUTE {ident(name)} {type_name}{collate(collation)}")
            elif before[name] != (type_name, collation):
                clauses.append(f"ALTER ATTRIBUTE {ident(name)} SET DATA TYPE {type_name}{collate(collation)}")
        name = qualified(self.new.schema, self.new.name)
        return (Step(f"ALTER TYPE {name} {', '.join(clauses)}"),)

    def reverse(self) -> Op | Irreversible:
        return AlterComposite(self.new, self.old)


def attributes_stay(old: CompositeType, new: CompositeType) -> bool:
    """Whether ALTER TYPE leads from one to the other: what stays keeps its order, what is new stands at the end."""
    names = [name for name, _, _ in new.attributes]
    staying = [name for name, _, _ in old.attributes if name in names]
    return names[: len(staying)] == staying
