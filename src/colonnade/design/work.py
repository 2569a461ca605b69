"""Work: the value that flows through the passes, one blueprint a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from colonnade.config import Settings
from colonnade.design.draft import Draft, DraftAttribute, DraftEntity, Fact, Origin
from colonnade.design.schema import (
    Audience,
    Column,
    Constraint,
    DefaultPrivilege,
    Dependency,
    Entity,
    EnumType,
    Function,
    Index,
    Policy,
    Privileges,
    QueryPattern,
    Reason,
    Relationship,
    Roles,
    SoftDelete,
    Trigger,
    View,
)
from colonnade.errors import Place
from colonnade.findings import Finding, Severity
from colonnade.values import replace


@dataclass(frozen=True, slots=True)
class Condition:
    """A stated CHECK: its text as written, and its name where one is stated."""

    text: str
    place: Place
    name: str = ""


@dataclass(frozen=True, slots=True)
class UniqueSet:
    """Stated columns, as written, that no two rows share; with a predicate only rows that satisfy it.

    `within` are words for whose rows are meant, as in "unique per user".
    """

    columns: tuple[str, ...]
    place: Place
    name: str = ""
    predicate: str = ""
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CompositeReference:
    """A stated foreign key of several columns; `target_columns` is empty where the key of the target is meant."""

    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    place: Place
    on_delete: str | None = None


@dataclass(frozen=True, slots=True)
class StatedExclusion:
    """A stated EXCLUDE: pairs of a column or an expression, as written, and the operator."""

    elements: tuple[tuple[str, str], ...]
    place: Place
    method: str = "gist"
    name: str = ""
    predicate: str = ""


@dataclass(frozen=True, slots=True)
class Arc:
    """A reference to one of several tables: `columns` are pairs of the document's word for a table and its key here.

    Exactly one is there, or where it is `optional` none.
    """

    stem: str
    columns: tuple[tuple[str, str], ...]
    place: Place
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Computed:
    """A column, as written, and the stated expression that the server works it out by."""

    column: str
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Blueprint:
    """One table in the making: what the documents state of it, and what has been designed so far.

    `attributes` are the stated ones by column name; `spelled` leads from every way to write a column to its name.
    `owner` is the column that names the user whose row it is, or, in a table of tenants, the tenant; `tenant` is the
    column that names the tenant wherever there is one. `trail_of` is the table whose changes this one holds,
    `partitions` are pairs of a name and its bound.
    """

    name: str
    model: str
    entity: DraftEntity
    schema: str = "public"
    external: bool = False
    junction: bool = False
    attributes: Mapping[str, DraftAttribute] = field(default_factory=dict)
    spelled: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Column] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    uniques: tuple[UniqueSet, ...] = ()
    conditions: tuple[Condition, ...] = ()
    references: tuple[CompositeReference, ...] = ()
    exclusions: tuple[StatedExclusion, ...] = ()
    arcs: tuple[Arc, ...] = ()
    computed: tuple[Computed, ...] = ()
    owner: str | None = None
    partition_by: str | None = None
    partitions: tuple[tuple[str, str], ...] = ()
    audience: Audience = "owner"
    tenant: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    deleted_at: str | None = None
    active_view: str | None = None
    version: str | None = None
    created_by: str | None = None
    updated_by: str | None = None
    trail_of: str | None = None
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    policies: tuple[Policy, ...] = ()
    privileges: Privileges = ()
    comment: str | None = None
    relationships: tuple[Relationship, ...] = ()
    reasons: tuple[Reason, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def place(self) -> Place:
        return self.entity.name.place

    def wish(self, name: str) -> Fact[str] | None:
        """The words in which the documents ask for `name`, one of `vocabulary.wishes`, or None."""
        told = (one for one in self.entity.wishes if one.value[0] == name)
        return next((Fact(one.value[1], one.place, one.origin, one.rule) for one in told), None)

    def place_of(self, column: str) -> Place:
        """Where the document states `column`, else where it states the table."""
        attribute = self.attributes.get(column)
        return attribute.name.place if attribute else self.place

    def column(self, written: str) -> str | None:
        """The name of the column that a document writes as `written`, or None."""
        bare = written.strip().strip('"`')
        if bare in self.columns:
            return bare
        return self.spelled.get(bare) or self.spelled.get(bare.lower())

    def attribute(self, written: str) -> str | None:
        """The name of the stated attribute that a document writes as `written`, or None."""
        bare = written.strip().strip('"`')
        return bare if bare in self.attributes else self.spelled.get(bare) or self.spelled.get(bare.lower())


@dataclass(frozen=True, slots=True)
class Link:
    """A reference from `child` to `parent`, both tables, in the making of a foreign key.

    `on_delete` is None until it is decided; `assumed` where no document states it and a name suggests it.
    `on_soft_delete` is what soft delete of the parent does to the child, None where the parent has none.
    """

    child: str
    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]
    place: Place
    because: str
    required: bool = False
    on_delete: str | None = None
    unique: bool = False
    assumed: bool = False
    carried: str | None = None
    deferrable: bool = False
    on_soft_delete: SoftDelete | None = None
    because_soft: str = ""


@dataclass(frozen=True, slots=True)
class Junction:
    """A many-to-many relation that a table of its own keeps."""

    table: str
    left: str
    right: str
    left_columns: tuple[str, ...]
    right_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Membership:
    """The table that says which users belong to which tenants, and its columns for both."""

    table: str
    user: str
    tenant: str


@dataclass(frozen=True, slots=True)
class Work:
    """The design so far. `known` leads from every way to write an entity to its table.

    `setting` holds the current user; `current_user` is a function of the host that gives its uuid, where there is one.
    """

    draft: Draft
    settings: Settings
    tables: Mapping[str, Blueprint] = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)
    users: str | None = None
    membership: Membership | None = None
    enums: Mapping[str, EnumType] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    junctions: tuple[Junction, ...] = ()
    functions: tuple[Function, ...] = ()
    views: tuple[View, ...] = ()
    roles: Roles | None = None
    setting: str = "app.current_user_id"
    current_user: str | None = None
    default_privileges: tuple[DefaultPrivilege, ...] = ()
    patterns: tuple[QueryPattern, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    notes: tuple[str, ...] = ()
    denormalizations: tuple[str, ...] = ()
    entities: tuple[Entity, ...] = ()
    findings: tuple[Finding, ...] = ()


Pass = Callable[[Work], Work]


def each(work: Work, change: Callable[[Blueprint], Blueprint]) -> Work:
    """`work` with every table that this schema owns changed."""
    tables = {name: one if one.external else change(one) for name, one in work.tables.items()}
    return replace(work, tables=tables)


def stated(fact_place: Place) -> str:
    """The reason of what a document says."""
    return f"stated at {fact_place}"


def house(rule: str) -> str:
    """The reason of what a house rule adds."""
    return f"house rule {rule}"


def assumed(why: str) -> str:
    """The reason of what no document says and a name or a habit suggests."""
    return f"assumed: {why}"


def why(fact: Fact[object]) -> str:
    """The reason that a fact carries."""
    if fact.origin is Origin.STATED:
        return stated(fact.place)
    words = {Origin.IMPLIED: "implied", Origin.ASSUMED: "assumed"}[fact.origin]
    return f"{words}: {fact.rule or 'by the document'} at {fact.place}"


def found(
    rule: str, message: str, place: Place | None, fix: str = "", severity: Severity = "warning"
) -> tuple[Finding, ...]:
    """One finding as a tuple, ready to be added to a blueprint's."""
    return (Finding(rule, message, place, fix, severity),)
