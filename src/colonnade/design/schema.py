"""Schema: the complete design. `database` is all that a catalog can give back; `intent` is what it cannot.

Names are bare strings, never quoted. Types are written as PostgreSQL's format_type() prints them with
search_path = public, so an object of `public` is bare and any other is qualified. Expressions are SQL text: the
author's in a design, the server's in a Schema that came through a catalog (see `elaborate`), so two Schemas are
compared only when both have been there. Every tuple of named objects is sorted by name, but for columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

# --- database: what equality, diff and ops see ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class Privilege:
    """Privileges of one grantee on one object; `kinds` are sorted words such as `INSERT`, `grantee` may be PUBLIC."""

    grantee: str
    kinds: tuple[str, ...]
    grantable: bool = False


Privileges: TypeAlias = tuple[Privilege, ...]
"""All privileges but the owner's own full set. On a function, an absent PUBLIC means that EXECUTE was revoked."""


@dataclass(frozen=True, slots=True)
class Identity:
    """GENERATED ALWAYS (or BY DEFAULT) AS IDENTITY; `options` as in CREATE SEQUENCE, only those not the default.

    `privileges` and `comment` are those of the sequence that counts.
    """

    always: bool
    options: str = ""
    privileges: Privileges = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Generated:
    """GENERATED ALWAYS AS (expression), stored in the row or worked out when it is read."""

    expression: str
    stored: bool = True


@dataclass(frozen=True, slots=True)
class Column:
    """`not_null_name` is set only where the constraint's name is not the one PostgreSQL would choose (18 and later)."""

    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    identity: Identity | None = None
    generated: Generated | None = None
    collation: str | None = None
    storage: str | None = None
    compression: str | None = None
    statistics: int | None = None
    options: tuple[str, ...] = ()
    not_null_name: str | None = None
    privileges: Privileges = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class PrimaryKey:
    """PRIMARY KEY; `include` are columns that its index carries beside the key, `options` how that is stored."""

    name: str
    columns: tuple[str, ...]
    include: tuple[str, ...] = ()
    deferrable: bool = False
    deferred: bool = False
    without_overlaps: bool = False
    options: tuple[str, ...] = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Unique:
    """UNIQUE; `include` are columns that its index carries beside the key, `options` how that is stored."""

    name: str
    columns: tuple[str, ...]
    include: tuple[str, ...] = ()
    nulls_not_distinct: bool = False
    deferrable: bool = False
    deferred: bool = False
    without_overlaps: bool = False
    options: tuple[str, ...] = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """CHECK; `expression` is the condition without the brackets around it."""

    name: str
    expression: str
    validated: bool = True
    enforced: bool = True
    no_inherit: bool = False
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """`target` is a (schema, table) pair; `set_columns` are those of ON DELETE SET NULL (columns)."""

    name: str
    columns: tuple[str, ...]
    target: tuple[str, str]
    target_columns: tuple[str, ...]
    on_delete: str = "NO ACTION"
    on_update: str = "NO ACTION"
    set_columns: tuple[str, ...] = ()
    match_full: bool = False
    deferrable: bool = False
    deferred: bool = False
    validated: bool = True
    enforced: bool = True
    period: bool = False
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Exclusion:
    """`elements` are (key, operator) pairs; a key is an index key as SQL, such as `room_id` or `tstzrange(a, b)`."""

    name: str
    method: str
    elements: tuple[tuple[str, str], ...]
    predicate: str | None = None
    deferrable: bool = False
    deferred: bool = False
    include: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    comment: str | None = None


Constraint: TypeAlias = PrimaryKey | Unique | Check | ForeignKey | Exclusion


@dataclass(frozen=True, slots=True)
class IndexKey:
    """A column, or an expression where `expression` is set; operator class and collation only where not the default."""

    column: str | None = None
    expression: str | None = None
    operator_class: str | None = None
    collation: str | None = None
    descending: bool = False
    nulls_first: bool | None = None

    @property
    def plain(self) -> bool:
        """Whether it is a column of which nothing else is said."""
        beyond = (self.expression, self.operator_class, self.collation, self.nulls_first)
        return self.column is not None and not self.descending and beyond.count(None) == len(beyond)


@dataclass(frozen=True, slots=True)
class Index:
    """An index that no constraint owns; `nulls_first` of a key is None where it is the default of its direction."""

    name: str
    keys: tuple[IndexKey, ...]
    method: str = "btree"
    unique: bool = False
    include: tuple[str, ...] = ()
    predicate: str | None = None
    nulls_not_distinct: bool = False
    options: tuple[str, ...] = ()
    valid: bool = True
    comment: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its plain columns in order, up to the first expression."""
        names: list[str] = []
        for key in self.keys:
            if key.column is None:
                break
            names.append(key.column)
        return tuple(names)


@dataclass(frozen=True, slots=True)
class Attached:
    """The index `name` of a partition is its part of `whole`, which is an index or a key of the partitioned table.

    Told only where that is not plain: PostgreSQL would have chosen another name, or the whole is not valid yet.
    """

    name: str
    whole: str
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """`function` is a (schema, name) pair; `events` are words such as `UPDATE` or `UPDATE OF title`."""

    name: str
    timing: str
    events: tuple[str, ...]
    function: tuple[str, str]
    arguments: tuple[str, ...] = ()
    each_row: bool = True
    condition: str | None = None
    old_table: str | None = None
    new_table: str | None = None
    constraint: bool = False
    deferrable: bool = False
    deferred: bool = False
    enabled: str = "ORIGIN"
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """One row-level security policy; `command` is ALL, SELECT, INSERT, UPDATE or DELETE."""

    name: str
    command: str = "ALL"
    roles: tuple[str, ...] = ("PUBLIC",)
    using: str | None = None
    check: str | None = None
    permissive: bool = True
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """`owner` is None in a design without roles: whoever migrates owns it. `partition_of` is (parent, bound).

    `clustered_on` is the index in whose order CLUSTER puts the rows.
    """

    name: str
    schema: str = "public"
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    attached: tuple[Attached, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    policies: tuple[Policy, ...] = ()
    row_security: bool = False
    force_row_security: bool = False
    unlogged: bool = False
    replica_identity: str = "DEFAULT"
    clustered_on: str | None = None
    options: tuple[str, ...] = ()
    partition_by: str | None = None
    partition_of: tuple[tuple[str, str], str] | None = None
    inherits: tuple[tuple[str, str], ...] = ()
    access_method: str | None = None
    owner: str | None = None
    privileges: Privileges = ()
    comment: str | None = None

    def column(self, name: str) -> Column:
        """The column called `name`. Raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name}.{name}")

    def has(self, name: str) -> bool:
        return any(column.name == name for column in self.columns)

    @property
    def primary_key(self) -> PrimaryKey | None:
        for one in self.constraints:
            if isinstance(one, PrimaryKey):
                return one
        return None

    @property
    def foreign_keys(self) -> tuple[ForeignKey, ...]:
        return tuple([one for one in self.constraints if isinstance(one, ForeignKey)])


@dataclass(frozen=True, slots=True)
class EnumType:
    """CREATE TYPE … AS ENUM; the order of the values is the order in which they sort."""

    name: str
    values: tuple[str, ...]
    schema: str = "public"
    owner: str | None = None
    privileges: Privileges = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Domain:
    """CREATE DOMAIN: a type with checks of its own."""

    name: str
    type: str
    schema: str = "public"
    nullable: bool = True
    default: str | None = None
    collation: str | None = None
    checks: tuple[Check, ...] = ()
    owner: str | None = None
    privileges: Privileges = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class CompositeType:
    """`attributes` are (name, type, collation or None)."""

    name: str
    attributes: tuple[tuple[str, str, str | None], ...]
    schema: str = "public"
    owner: str | None = None
    privileges: Privileges = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence that no identity column owns; `owned_by` is (schema, table, column)."""

    name: str
    schema: str = "public"
    type: str = "bigint"
    start: int = 1
    increment: int = 1
    minimum: int = 1
    maximum: int = 2**63 - 1
    cache: int = 1
    cycle: bool = False
    unlogged: bool = False
    owned_by: tuple[str, str, str] | None = None
    owner: str | None = None
    privileges: Privileges = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """A function or procedure. `arguments` as pg_get_function_arguments prints them, `body` the text between quotes.

    `sql_body` is set instead of `body` for BEGIN ATOMIC; `settings` are `name=value` pairs as in proconfig.
    """

    name: str
    schema: str = "public"
    kind: Literal["function", "procedure"] = "function"
    arguments: str = ""
    identity_arguments: str = ""
    returns: str | None = "trigger"
    language: str = "plpgsql"
    body: str = ""
    sql_body: str | None = None
    volatility: str = "VOLATILE"
    parallel: str = "UNSAFE"
    strict: bool = False
    security_definer: bool = False
    leakproof: bool = False
    cost: float | None = None
    rows: float | None = None
    settings: tuple[str, ...] = ()
    owner: str | None = None
    privileges: Privileges = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A view, or a materialised view; `definition` is the SELECT without a closing semicolon.

    `column_comments` and `column_privileges` are (column, …) pairs.
    """

    name: str
    definition: str
    schema: str = "public"
    columns: tuple[str, ...] = ()
    materialized: bool = False
    populated: bool = True
    options: tuple[str, ...] = ()
    indexes: tuple[Index, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    depends_on: tuple[tuple[str, str], ...] = ()
    column_comments: tuple[tuple[str, str], ...] = ()
    column_privileges: tuple[tuple[str, Privileges], ...] = ()
    owner: str | None = None
    privileges: Privileges = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """`comment` is set only where it is not the one that the extension brings itself."""

    name: str
    schema: str = "public"
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class SchemaNamespace:
    """A PostgreSQL schema (`CREATE SCHEMA`); `public` is listed only where its owner or privileges were changed."""

    name: str
    owner: str | None = None
    privileges: Privileges = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class DefaultPrivilege:
    """ALTER DEFAULT PRIVILEGES FOR ROLE `role` [IN SCHEMA `schema`]; `objects` is TABLES, SEQUENCES, FUNCTIONS, …"""

    role: str
    objects: str
    privileges: Privileges
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """An object that is told by the statements that make it, such as a rule, an aggregate or a range type.

    `kind` is its word in DROP and COMMENT ON, `name` what follows it there: `total(integer)`, `keep ON tasks`.
    `on` is the (schema, table) with which it vanishes; `uses` are (kind, name as SQL) of what must be there first.
    """

    kind: str
    name: str
    sql: tuple[str, ...]
    schema: str = "public"
    on: tuple[str, str] | None = None
    uses: tuple[tuple[str, str], ...] = ()
    owner: str | None = None
    privileges: Privileges = ()
    comment: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What it is to others: an aggregate is called like a function."""
        return ("function" if self.kind == "AGGREGATE" else self.kind.lower(), self.name)


@dataclass(frozen=True, slots=True)
class Database:
    """All objects of one database. `unmodelled` names what was seen in a catalog and cannot be expressed here."""

    namespaces: tuple[SchemaNamespace, ...] = ()
    extensions: tuple[Extension, ...] = ()
    enums: tuple[EnumType, ...] = ()
    domains: tuple[Domain, ...] = ()
    composites: tuple[CompositeType, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    functions: tuple[Function, ...] = ()
    tables: tuple[Table, ...] = ()
    views: tuple[View, ...] = ()
    default_privileges: tuple[DefaultPrivilege, ...] = ()
    definitions: tuple[Definition, ...] = ()
    unmodelled: tuple[str, ...] = ()

    @property
    def whole_tables(self) -> tuple[Table, ...]:
        """The tables that are no partition of another."""
        return tuple(one for one in self.tables if one.partition_of is None)

    def table(self, name: str, schema: str = "public") -> Table:
        """The table called `name`. Raises KeyError."""
        for table in self.tables:
            if table.name == name and table.schema == schema:
                return table
        raise KeyError(name)


# --- intent: what only the design knows -------------------------------------------------------------------------


MigratorPasses = Literal["bypassrls", "policy"]


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles as which everything runs; `roles.sql` makes them, no migration does. There may be no `reader`.

    `searcher` owns the functions that search behind the policies, where there are any; nobody logs in as it. `auditor`
    reads audit trails and nothing else.
    `passes` says how the migrator passes row-level security: as a role with BYPASSRLS, or by a policy of each table.
    """

    owner: str = "app_owner"
    migrator: str = "app_migrator"
    application: str = "app_user"
    reader: str | None = "app_reader"
    searcher: str | None = None
    auditor: str | None = None
    passes: MigratorPasses = "bypassrls"

    @property
    def names(self) -> tuple[str, ...]:
        always = (self.owner, self.migrator, self.application)
        return (*always, *filter(None, (self.reader, self.searcher, self.auditor)))


RelationType: TypeAlias = Literal["one_to_one", "one_to_many", "many_to_one", "many_to_many"]
SoftDelete: TypeAlias = Literal["together", "refuse", "keep"]
"""What soft delete of a row does to those that point at it: marks them alike, is refused, or leaves them."""


@dataclass(frozen=True, slots=True)
class Relationship:
    """An ORM relationship, as an attribute of the model of `entity`.

    `columns` are the foreign key's local columns and stand on `entity` for many_to_one (and one_to_one where
    `owns_key`), else on the target; `foreign_column` is the one that names the relation, without the owner key.
    `cascade` is the ORM's; what the database does on delete stands on the foreign key itself.
    `on_soft_delete` stands on the parent's side, where the parent has soft delete.
    `join_columns` are pairs of columns of the join table: what points to `entity`, and what points to the target.
    """

    name: str
    kind: RelationType
    target: str
    columns: tuple[str, ...] = ()
    foreign_column: str = ""
    owns_key: bool = False
    back_populates: str | None = None
    cascade: str = ""
    passive_deletes: bool = False
    lazy: str = "select"
    mode: Literal["linked", "back_populated", "computed"] = "back_populated"
    join_table: str | None = None
    join_columns: tuple[tuple[str, str], ...] = ()
    on_soft_delete: SoftDelete | None = None


Audience: TypeAlias = Literal["owner", "everyone", "reference", "members", "tenant", "membership", "trail"]
"""Who reads a row: its owner, every user, the application which never writes it, or the members of its tenant.

A tenant is read by its members and a membership by its user; the application writes neither. A trail is read by those
who own the rows that it tells of, and written by triggers alone.
"""


@dataclass(frozen=True, slots=True)
class Entity:
    """What the design knows of one table beyond its catalog facts; `name` is in CamelCase and names its model.

    `owner_column` is the column whose value must be the current user's, or None where rows have no owner.
    `deleted_at` is the soft-delete column, `active_view` the view of rows not deleted. `version_column` is counted by
    the server for optimistic locking; `created_by` and `updated_by` name the users who wrote the row.
    `feature` is the one that introduced it, where several are designed together.
    """

    name: str
    table: str
    external: bool = False
    description: str = ""
    owner_column: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    deleted_at: str | None = None
    active_view: str | None = None
    relationships: tuple[Relationship, ...] = ()
    estimated_rows: int | None = None
    audience: Audience = "owner"
    tenant_column: str | None = None
    version_column: str | None = None
    created_by: str | None = None
    updated_by: str | None = None
    feature: str = ""


@dataclass(frozen=True, slots=True)
class QueryPattern:
    """A query that the application runs: parameters `$1` … of `parameter_types`; `index` names what serves it.

    `by_value` are the indexes that serve it behind the policies, one for each value of the enum that it asks for, in
    the order of the values. `function` is the one by which it searches past the policies.
    """

    title: str
    table: str
    sql: str
    parameter_types: tuple[str, ...] = ()
    index: str | None = None
    by_value: tuple[str, ...] = ()
    function: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why `subject` (`tasks`, `tasks.user_id`, `tasks/idx_tasks_user_id`) is there: `stated at spec.md:41`, …"""

    subject: str
    because: str


@dataclass(frozen=True, slots=True)
class Dependency:
    """In `table` the columns `determinant` decide `dependents`, though they are no key; `form` is what that breaks.

    `parent` is the table that holds the dependents already, or empty.
    """

    table: str
    determinant: tuple[str, ...]
    dependents: tuple[str, ...]
    form: str
    because: str
    parent: str = ""


HOUSE_RULES_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Intent:
    """Reasons, query patterns and facts for the ORMs. `revision_message` names the first migration.

    `notes` are advice on queries, `denormalizations` copies that would spare joins, `table_args` a person's own words,
    `facts` the digests of what was designed, by table.
    """

    feature: str
    title: str
    spec_file: str = ""
    revision_message: str = ""
    house_rules: str = HOUSE_RULES_VERSION
    target_version: int = 15
    roles: Roles | None = None
    setting: str = "app.current_user_id"
    entities: tuple[Entity, ...] = ()
    patterns: tuple[QueryPattern, ...] = ()
    reasons: tuple[Reason, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    notes: tuple[str, ...] = ()
    denormalizations: tuple[str, ...] = ()
    table_args: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()

    def entity(self, table: str) -> Entity:
        """The entity stored in `table`. Raises KeyError."""
        for entity in self.entities:
            if entity.table == table:
                return entity
        raise KeyError(table)


@dataclass(frozen=True, slots=True)
class Schema:
    """The complete design. `external` are tables that others own: never created, stood in for in proofs."""

    database: Database
    intent: Intent
    external: tuple[Table, ...] = ()
