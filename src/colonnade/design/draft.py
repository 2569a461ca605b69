"""Draft: what the documents state and nothing else; each fact keeps its place and how it is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Literal, TypeVar

from colonnade.errors import Place
from colonnade.findings import Finding

T_co = TypeVar("T_co", covariant=True)


class Origin(StrEnum):
    """How a fact is known."""

    STATED = "stated"
    IMPLIED = "implied"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Fact(Generic[T_co]):
    """A value, where it was read, and how it is known; `rule` names what implied or assumed it."""

    value: T_co
    place: Place
    origin: Origin = Origin.STATED
    rule: str = ""


RelationKind = Literal["one-to-one", "many-to-one", "one-to-many", "many-to-many"]
EntityKind = Literal["table", "external", "concept"]
OnDelete = Literal["CASCADE", "RESTRICT", "SET NULL", "NO ACTION", "SET DEFAULT"]


@dataclass(frozen=True, slots=True)
class Limit:
    """An end of the range of a number, as a decimal; the number itself is allowed where it is `inclusive`."""

    number: str
    inclusive: bool = True

    def compared(self, sign: str) -> str:
        """The comparison that a value keeps: `>= 0` of the least value 0, with the sign `>`."""
        return f"{sign}{'=' if self.inclusive else ''} {self.number}"


@dataclass(frozen=True, slots=True)
class DraftAttribute:
    """One attribute of an entity as written; None: the documents do not say.

    `type` is the type as written, without the closed list of values, which stands in `enum_values`.
    `references` is `Entity` or `table.column` where the attribute itself is said to point there.
    `meaning` is what the values are beyond their type, such as `email` or `slug`, in the words of `vocabulary.formats`;
    a type that only such a word implies carries the rule `meaning`.
    """

    name: Fact[str]
    type: Fact[str] | None = None
    nullable: Fact[bool] | None = None
    unique: Fact[bool] | None = None
    primary_key: Fact[bool] | None = None
    default: Fact[str] | None = None
    enum_values: Fact[tuple[str, ...]] | None = None
    min_length: Fact[int] | None = None
    max_length: Fact[int] | None = None
    least: Fact[Limit] | None = None
    most: Fact[Limit] | None = None
    references: Fact[str] | None = None
    on_delete: Fact[OnDelete] | None = None
    stored: Fact[bool] | None = None
    meaning: Fact[str] | None = None
    description: str = ""

    @property
    def limits(self) -> tuple[str, ...]:
        """The numbers between which the value lies, as far as they are stated."""
        return tuple(fact.value.number for fact in (self.least, self.most) if fact)


@dataclass(frozen=True, slots=True)
class DraftRelationship:
    """A relation as told from the entity that it stands under; `target` is an entity's name as written."""

    kind: Fact[RelationKind]
    target: Fact[str]
    foreign_key: Fact[str] | None = None
    on_delete: Fact[OnDelete] | None = None
    optional: Fact[bool] | None = None
    through: Fact[str] | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class DraftIndex:
    """Columns to index, as written (`due_date`, `created_at DESC`, `tags jsonb_path_ops`); `predicate` is SQL.

    `name` may be empty. `include` are the columns that the index carries and does not search.
    """

    columns: Fact[tuple[str, ...]]
    name: str = ""
    unique: bool = False
    method: str = ""
    predicate: str = ""
    include: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftEntity:
    """One entity as the documents describe it.

    `constraints` are the texts as written: `title NOT NULL`, `age > 0`, `email UNIQUE`, `end_date > start_date`.
    `rows` are the rows to expect, `growth` how many come each month. `table` is a stated table name. A concept is read
    but not stored. `wishes` are what is asked of the whole table: pairs of a name in `vocabulary.wishes` and the words
    that ask for it.
    """

    name: Fact[str]
    kind: Fact[EntityKind]
    table: Fact[str] | None = None
    attributes: tuple[DraftAttribute, ...] = ()
    relationships: tuple[DraftRelationship, ...] = ()
    indexes: tuple[DraftIndex, ...] = ()
    uniques: tuple[DraftIndex, ...] = ()
    constraints: tuple[Fact[str], ...] = ()
    soft_delete: Fact[bool] | None = None
    managed_by: Fact[str] | None = None
    transitions: tuple[Fact[tuple[str, str, str]], ...] = ()
    samples: tuple[Fact[tuple[tuple[str, str], ...]], ...] = ()
    rows: Fact[int] | None = None
    wishes: tuple[Fact[tuple[str, str]], ...] = ()
    growth: Fact[int] | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class DraftQuery:
    """A query pattern that a document states: its title, and its SQL where it gives any."""

    title: Fact[str]
    sql: str = ""


@dataclass(frozen=True, slots=True)
class IndexingStrategy:
    """`indexing_strategy` of the entity list; absent means the defaults here."""

    user_scoped_tables: bool = True
    timestamp_columns: bool = False
    enum_columns: bool = False
    composite_indexes: tuple[Fact[tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a set of documents states about the data.

    `feature` is a folder name such as `001-task-management`; `sources` are (file, fingerprint) in sorted order.
    """

    entities: tuple[DraftEntity, ...]
    feature: str
    spec_file: str = ""
    title: str = ""
    database_provider: str = "neon-postgresql"
    migration_tool: str = "alembic"
    indexing_strategy: IndexingStrategy = IndexingStrategy()
    queries: tuple[DraftQuery, ...] = ()
    requirements: tuple[Fact[str], ...] = ()
    clarifications: tuple[Fact[str], ...] = ()
    global_rules: tuple[Fact[str], ...] = ()
    findings: tuple[Finding, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
