"""Enums, domains and sequences as source."""

from __future__ import annotations

from colonnade.design.schema import (
    Domain,
    Sequence,
)
from colonnade.ops.text import default as default_text
from colonnade.writers.naming import TableKey
from colonnade.writers.plan import Plan
from colonnade.writers.python import call, docstring
from colonnade.writers.spelling import spell
from colonnade.writers.tables import bare_text, sql_text, text_or_none, yes


def enum_class(known: Plan, name: str) -> str:
    """An enum type as a class whose members are strings, each with the stored value."""
    members = known.names.members[name]
    lines = [f"    {member} = {value!r}" for value, member in members.items()] or ["    pass"]
    head = f"class {known.names.enums[name]}(str, enum.Enum):\n    {docstring(f'Values of the type {name}.')}\n"
    return head + "\n" + "\n".join(lines) + "\n"


def enums_at(known: Plan, home: TableKey | None) -> list[str]:
    """The names of the enum types whose classes stand in the module of `home`, or in `base.py` for None."""
    return known.homed.get(home, [])


def sequence_source(one: Sequence) -> str:
    """A sequence that the metadata creates before the tables."""
    number = {"smallint": "sa.SmallInteger()", "integer": "sa.Integer()"}.get(one.type, "sa.BigInteger()")
    usual = Sequence(one.name)
    stated = {
        word: str(value)
        for word, value, default in (
            ("start", one.start, usual.start),
            ("increment", one.increment, usual.increment),
            ("minvalue", one.minimum, usual.minimum),
            ("maxvalue", one.maximum, usual.maximum),
            ("cache", one.cache, usual.cache),
        )
        if value != default
    }
    return call(
        "sa.Sequence",
        repr(one.name),
        **stated,
        cycle=yes(one.cycle),
        data_type=number,
        schema=None if one.schema == "public" else repr(one.schema),
        metadata="Base.metadata",
    )


def domain_sources(known: Plan) -> list[str]:
    """Each domain as a constant that the metadata creates before the tables."""
    return [f"{known.domains[one.name]} = {_domain(one, known)}" for one in known.schema.database.domains]


def _domain(one: Domain, known: Plan) -> str:
    check = one.checks[0] if one.checks else None
    return call(
        "postgresql.DOMAIN",
        repr(one.name),
        spell(one.type, known.types).expression,
        collation=text_or_none(one.collation),
        default=None if one.default is None else sql_text(default_text(one.default)),
        not_null=yes(not one.nullable),
        constraint_name=repr(check.name) if check else None,
        check=bare_text(check.expression) if check else None,
        schema=None if one.schema == "public" else repr(one.schema),
        metadata="Base.metadata",
    )


def needs_server_types(known: Plan) -> bool:
    """True where a column has a type that SQLAlchemy has no class for."""
    domains = (spell(one.type, known.types) for one in known.schema.database.domains)
    return any(one.expression.startswith("Server") for one in (*known.spellings.values(), *domains))
