"""Target: an object as COMMENT, GRANT and ALTER … OWNER TO name it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from colonnade.design.schema import (
    CompositeType,
    Definition,
    Domain,
    EnumType,
    Extension,
    Function,
    SchemaNamespace,
    Sequence,
    Table,
    View,
)
from colonnade.ops.op import Key, Level
from colonnade.sql import ident, qualified


@dataclass(frozen=True, slots=True)
class Target:
    """`kind` is the word of COMMENT ON, `name` the name as SQL, `inside` the relation or domain of a part as SQL.

    `bare` is the name of a relation, without its schema and as it is. `key` is the object that must be there and with
    which a comment or a grant vanishes.
    """

    kind: str
    name: str
    key: Key
    level: Level
    section: str
    inside: str = ""
    bare: str = ""

    @property
    def sql(self) -> str:
        return f"{self.kind} {self.name}" + (f" ON {self.inside}" if self.inside else "")

    @property
    def subject(self) -> str:
        return f"{self.kind.lower()} {self.name}" + (f" of {self.inside}" if self.inside else "")

    @property
    def is_relation(self) -> bool:
        return self.kind in ("TABLE", "VIEW", "MATERIALIZED VIEW")


def part(of: Target, kind: str, name: str) -> Target:
    """A constraint, trigger or policy of `of`."""
    inside = f"DOMAIN {of.name}" if of.kind == "DOMAIN" else of.name
    return Target(kind, ident(name), part_key(of, kind, name), of.level, of.section, inside)


def part_key(of: Target, kind: str, name: str) -> Key:
    """The key of a constraint, trigger or policy of `of`."""
    return (kind.lower(), f"{of.name}.{ident(name)}")


def column(of: Target, name: str) -> Target:
    """A column of the table or view `of`."""
    return Target("COLUMN", f"{of.name}.{ident(name)}", of.key, of.level, of.section)


def index(of: Target, schema: str, name: str) -> Target:
    """An index of the relation `of`, which is in `schema`."""
    return Target("INDEX", qualified(schema, name), index_key(schema, name), of.level, of.section)


def index_key(schema: str, name: str) -> Key:
    """The key of an index of a relation in `schema`."""
    return ("index", qualified(schema, name))


def counter(of: Target, spelled: str) -> Target:
    """The sequence behind an identity column of the table `of`, with which it goes."""
    return Target("SEQUENCE", spelled, of.key, of.level, of.section)


def table(one: Table) -> Target:
    return relation(one.schema, one.name)


# Every operation on a table asks for it several times.
@lru_cache(maxsize=8192)
def relation(schema: str, name: str) -> Target:
    """The table `schema.name`."""
    spelled = qualified(schema, name)
    return Target("TABLE", spelled, ("relation", spelled), Level.TABLES, spelled, bare=name)


def view(one: View) -> Target:
    spelled = qualified(one.schema, one.name)
    kind = "MATERIALIZED VIEW" if one.materialized else "VIEW"
    return Target(kind, spelled, ("relation", spelled), Level.VIEWS, spelled, bare=one.name)


def type_(one: EnumType | CompositeType | Domain) -> Target:
    spelled = qualified(one.schema, one.name)
    kind = "DOMAIN" if isinstance(one, Domain) else "TYPE"
    return Target(kind, spelled, ("type", spelled), Level.TYPES, spelled)


def sequence(one: Sequence) -> Target:
    spelled = qualified(one.schema, one.name)
    return Target("SEQUENCE", spelled, ("sequence", spelled), Level.SEQUENCES, spelled)


def function(one: Function) -> Target:
    signature = f"{qualified(one.schema, one.name)}({one.identity_arguments})"
    return Target(one.kind.upper(), signature, ("function", signature), Level.FUNCTIONS, signature)


_DEFINITIONS = {
    "TYPE": Level.TYPES, "COLLATION": Level.TYPES, "TEXT SEARCH DICTIONARY": Level.TYPES,
    "TEXT SEARCH CONFIGURATION": Level.TYPES, "AGGREGATE": Level.FUNCTIONS, "OPERATOR": Level.FUNCTIONS,
    "CAST": Level.FUNCTIONS, "RULE": Level.VIEWS, "STATISTICS": Level.VIEWS, "PUBLICATION": Level.DEFAULTS,
    "EVENT TRIGGER": Level.DEFAULTS,
}  # fmt: skip


def definition(one: Definition) -> Target:
    return Target(one.kind, one.name, one.key, _DEFINITIONS.get(one.kind, Level.DEFAULTS), one.name)


def extension(one: Extension) -> Target:
    spelled = ident(one.name)
    return Target("EXTENSION", spelled, ("extension", spelled), Level.EXTENSIONS, spelled)


def namespace(one: SchemaNamespace) -> Target:
    spelled = ident(one.name)
    return Target("SCHEMA", spelled, ("namespace", spelled), Level.NAMESPACES, spelled)
