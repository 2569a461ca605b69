"""Faults in the design itself, so that every output carries them alike; laws derived from the Draft must see them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from colonnade.config import Settings
from colonnade.design.engine import design
from colonnade.design.schema import (
    Column,
    EnumType,
    ForeignKey,
    Function,
    Policy,
    Privilege,
    Schema,
    Table,
    Unique,
    View,
)
from colonnade.findings import Proof
from colonnade.prove import LAWS
from colonnade.server import Server
from support.proving import planner, proven

WRITERS = frozenset({"roles", "sql"})
ROW_LAWS = frozenset(name for name, law in LAWS.items() if law.lane == "rows" and name != "pattern-runs")
"""Proofs 5 to 7: constraints, time stamps and soft delete, isolation."""

CHECKS = {"constraint-on-delete": "delete-actions"}
"""By law, the check that yields its proofs, where it is not `constraints` or the law's own."""


@dataclass(frozen=True, slots=True)
class SchemaMutation:
    """One fault: its name, the change, the law that must see it, and a word that its proof must say."""

    name: str
    change: Callable[[Schema], Schema]
    law: str
    names: str


@dataclass(frozen=True, slots=True)
class SchemaOutcome:
    """What the prover said of one mutation; `caught` if the expected law failed and named the object."""

    mutation: str
    caught: bool
    words: str


def with_table(schema: Schema, name: str, change: Callable[[Table], Table]) -> Schema:
    """`schema` with one table changed."""
    tables = tuple(change(one) if one.name == name else one for one in schema.database.tables)
    return replace(schema, database=replace(schema.database, tables=tables))


def with_column(table: str, name: str, change: Callable[[Column], Column]) -> Callable[[Schema], Schema]:
    return lambda schema: with_table(
        schema, table, lambda one: replace(one, columns=tuple(change(c) if c.name == name else c for c in one.columns))
    )


def with_check(table: str, name: str, expression: str | None) -> Callable[[Schema], Schema]:
    """Another expression for a check, or none: the check is gone."""

    def change(one: Table) -> Table:
        kept = (
            replace(constraint, expression=expression or "") if constraint.name == name else constraint  # type: ignore[call-arg]
            for constraint in one.constraints
            if expression is not None or constraint.name != name
        )
        return replace(one, constraints=tuple(kept))

    return lambda schema: with_table(schema, table, change)


def with_policy(table: str, name: str, change: Callable[[Policy], Policy | None]) -> Callable[[Schema], Schema]:
    def changed(one: Table) -> Table:
        policies = [change(policy) if policy.name == name else policy for policy in one.policies]
        return replace(one, policies=tuple(policy for policy in policies if policy is not None))

    return lambda schema: with_table(schema, table, changed)


def with_key(table: str, name: str, change: Callable[[ForeignKey], ForeignKey | None]) -> Callable[[Schema], Schema]:
    def changed(one: Table) -> Table:
        found = [change(key) if isinstance(key, ForeignKey) and key.name == name else key for key in one.constraints]
        return replace(one, constraints=tuple(key for key in found if key is not None))

    return lambda schema: with_table(schema, table, changed)


def with_enum(name: str, values: tuple[str, ...]) -> Callable[[Schema], Schema]:
    def change(schema: Schema) -> Schema:
        enums: tuple[EnumType, ...] = tuple(
            replace(one, values=values) if one.name == name else one for one in schema.database.enums
        )
        return replace(schema, database=replace(schema.database, enums=enums))

    return change


def with_view(name: str, change: Callable[[View], View]) -> Callable[[Schema], Schema]:
    def changed(schema: Schema) -> Schema:
        views = tuple(change(one) if one.name == name else one for one in schema.database.views)
        return replace(schema, database=replace(schema.database, views=views))

    return changed


def with_function(name: str, change: Callable[[Function], Function]) -> Callable[[Schema], Schema]:
    def changed(schema: Schema) -> Schema:
        functions = tuple(change(one) if one.name == name else one for one in schema.database.functions)
        return replace(schema, database=replace(schema.database, functions=functions))

    return changed


def with_body(name: str, change: Callable[[str], str]) -> Callable[[Schema], Schema]:
    return with_function(name, lambda one: replace(one, body=change(one.body)))


def without_trigger(schema: Schema, table: str, name: str) -> Schema:
    return with_table(
        schema, table, lambda one: replace(one, triggers=tuple(each for each in one.triggers if each.name != name))
    )


def with_predicate(table: str, name: str, predicate: str) -> Callable[[Schema], Schema]:
    def changed(one: Table) -> Table:
        indexes = (replace(each, predicate=predicate) if each.name == name else each for each in one.indexes)
        return replace(one, indexes=tuple(indexes))

    return lambda schema: with_table(schema, table, changed)


def without_index(table: str, name: str) -> Callable[[Schema], Schema]:
    return lambda schema: with_table(
        schema, table, lambda one: replace(one, indexes=tuple(index for index in one.indexes if index.name != name))
    )


def granted(table: str, *kinds: str) -> Callable[[Schema], Schema]:
    """`kinds` on the whole table granted to the application as well."""

    def change(one: Table) -> Table:
        more = tuple(
            replace(privilege, kinds=tuple(sorted({*privilege.kinds, *kinds})))
            if privilege.grantee == "app_user"
            else privilege
            for privilege in one.privileges
        )
        return replace(one, privileges=more)

    return lambda schema: with_table(schema, table, change)


def simple_key(schema: Schema) -> Schema:
    """The key from tasks to projects without the owner."""
    cut = with_key(
        "tasks",
        "tasks_project_id_user_id_fkey",
        lambda key: replace(key, columns=("project_id",), target_columns=("id",)),
    )
    return cut(schema)


def everybodys_policy(schema: Schema) -> Schema:
    """A second, permissive policy beside the right ones."""
    beside = Policy("tasks_for_all", "SELECT", ("app_user",), using="true")
    return with_table(schema, "tasks", lambda one: replace(one, policies=(*one.policies, beside)))


def without_row_security(schema: Schema) -> Schema:
    return with_table(schema, "comments", lambda one: replace(one, row_security=False, force_row_security=False))


def forgotten_owner(schema: Schema) -> Schema:
    """projects as a table that all share: no policies, and no owner in what the design knows of it."""
    entities = tuple(
        replace(one, owner_column=None) if one.table == "projects" else one for one in schema.intent.entities
    )
    shared = with_table(
        schema, "projects", lambda one: replace(one, policies=(), row_security=False, force_row_security=False)
    )
    return replace(shared, intent=replace(shared.intent, entities=entities))


def another_unique(schema: Schema) -> Schema:
    """The unique index on tasks.reference, wide enough never to refuse anything."""

    def change(one: Table) -> Table:
        kept = tuple(index for index in one.indexes if index.name != "tasks_reference_key")
        return replace(
            one, indexes=kept, constraints=(*one.constraints, Unique("tasks_reference_key", ("id", "reference")))
        )

    return with_table(schema, "tasks", change)


MUTATIONS: tuple[SchemaMutation, ...] = (
    SchemaMutation(
        "policy using true",
        with_policy("tasks", "tasks_select_own", lambda p: replace(p, using="true")),
        "isolation",
        "tasks",
    ),
    SchemaMutation("permissive policy beside", everybodys_policy, "isolation", "tasks"),
    SchemaMutation(
        "policy missing", with_policy("projects", "projects_insert_own", lambda p: None), "owned-by-user", "INSERT"
    ),
    SchemaMutation(
        "update check always true",
        with_policy("tasks", "tasks_update_own", lambda p: replace(p, check="true")),
        "isolation",
        "gives no rows away at once",
    ),
    SchemaMutation(
        "insert check always true",
        with_policy("comments", "comments_insert_own", lambda p: replace(p, check="true")),
        "isolation",
        "adds no row for another",
    ),
    SchemaMutation(
        "visible without a user",
        with_policy(
            "tasks",
            "tasks_select_own",
            lambda p: replace(
                p, using=f"{p.using} OR nullif(current_setting('app.current_user_id', true), '') IS NULL"
            ),
        ),
        "isolation",
        "nobody sees nothing",
    ),
    SchemaMutation(
        "update policy true",
        with_policy("comments", "comments_update_own", lambda p: replace(p, using="true")),
        "isolation",
        "takes no row over",
    ),
    SchemaMutation(
        "delete policy true",
        with_policy("projects", "projects_delete_own", lambda p: replace(p, using="true")),
        "isolation",
        "removes only its own rows",
    ),
    SchemaMutation("row-level security off", without_row_security, "isolation", "comments"),
    SchemaMutation(
        "row-level security not forced",
        lambda s: with_table(s, "tasks", lambda one: replace(one, force_row_security=False)),
        "owner-role-bound",
        "tasks",
    ),
    SchemaMutation("owner forgotten", forgotten_owner, "owned-by-user", "projects"),
    SchemaMutation(
        "foreign key without user_id", simple_key, "foreign-key-carries-owner", "tasks_project_id_user_id_fkey"
    ),
    SchemaMutation(
        "limit always true",
        with_check("projects", "projects_budget_check", "true OR budget > 0"),
        "constraint-range",
        "budget",
    ),
    SchemaMutation(
        "wrong ON DELETE",
        with_key("tasks", "tasks_project_id_user_id_fkey", lambda key: replace(key, on_delete="CASCADE")),
        "constraint-on-delete",
        "tasks_project_id_user_id_fkey",
    ),
    SchemaMutation(
        "foreign key missing",
        with_key("projects", "projects_user_id_fkey", lambda key: None),
        "constraint-foreign-key",
        "projects.user_id",
    ),
    SchemaMutation(
        "check always true",
        with_check("projects", "projects_budget_check", "budget >= 0 OR true"),
        "constraint-check",
        "budget",
    ),
    SchemaMutation(
        "check off by one",
        with_check("tasks", "tasks_estimate_check", "estimate BETWEEN 1 AND 101"),
        "constraint-check",
        "estimate",
    ),
    SchemaMutation(
        "check too strict",
        with_check("tasks", "tasks_estimate_check", "estimate BETWEEN 2 AND 100"),
        "constraint-check",
        "estimate",
    ),
    SchemaMutation("check dropped", with_check("projects", "projects_check", None), "constraint-check", "ends_on"),
    SchemaMutation(
        "not-empty check dropped", with_check("tasks", "title_not_empty", None), "constraint-not-empty", "tasks.title"
    ),
    SchemaMutation("unique missing", without_index("tasks", "tasks_reference_key"), "constraint-unique", "reference"),
    SchemaMutation("unique too wide", another_unique, "constraint-unique", "reference"),
    SchemaMutation(
        "NOT NULL dropped",
        with_column("projects", "name", lambda c: replace(c, nullable=True)),
        "constraint-not-null",
        "projects.name",
    ),
    SchemaMutation(
        "enum value missing", with_enum("task_priority", ("low", "medium")), "constraint-closed-list", "high"
    ),
    SchemaMutation(
        "enum value too many",
        with_enum("task_priority", ("low", "medium", "high", "none")),
        "constraint-closed-list",
        "tasks.priority",
    ),
    SchemaMutation(
        "length 201",
        with_column("tasks", "title", lambda c: replace(c, type="character varying(201)")),
        "constraint-length",
        "tasks.title",
    ),
    SchemaMutation(
        "precision 11",
        with_column("projects", "budget", lambda c: replace(c, type="numeric(11,2)")),
        "constraint-precision",
        "projects.budget",
    ),
    SchemaMutation(
        "default changed",
        with_column("tasks", "priority", lambda c: replace(c, default="'low'")),
        "constraint-default",
        "tasks.priority",
    ),
    SchemaMutation(
        "updated_at trigger missing",
        lambda s: with_table(s, "projects", lambda one: replace(one, triggers=())),
        "updated-at-moves",
        "projects",
    ),
    SchemaMutation(
        "created_at granted",
        with_column(
            "tasks", "created_at", lambda c: replace(c, privileges=(Privilege("app_user", ("INSERT", "UPDATE")),))
        ),
        "created-at-fixed",
        "tasks.created_at",
    ),
    SchemaMutation(
        "children forgotten by soft delete",
        lambda s: without_trigger(s, "tasks", "delete_tasks_children"),
        "soft-delete-children",
        "comments.task_id",
    ),
    SchemaMutation(
        "undelete of every child",
        with_body(
            "delete_tasks_children", lambda body: body.split(" AND deleted_at IS NOT")[0] + ";\nRETURN NULL; END;"
        ),
        "soft-delete-children",
        "comments.task_id",
    ),
    SchemaMutation(
        "version counted by nobody",
        lambda s: without_trigger(s, "tasks", "count_tasks_version"),
        "optimistic-locking",
        "tasks.version",
    ),
    SchemaMutation(
        "version granted",
        with_column("tasks", "version", lambda c: replace(c, privileges=(Privilege("app_user", ("UPDATE",)),))),
        "optimistic-locking",
        "tasks.version",
    ),
    SchemaMutation(
        "last author kept by nobody",
        lambda s: without_trigger(s, "projects", "update_projects_updated_by"),
        "audit-columns",
        "projects.updated_by",
    ),
    SchemaMutation(
        "author without a default",
        with_column("projects", "created_by", lambda c: replace(c, default=None)),
        "audit-columns",
        "projects.updated_by",
    ),
    SchemaMutation(
        "active view without its predicate",
        with_view("active_tasks", lambda v: replace(v, definition=v.definition.split("\nWHERE")[0])),
        "soft-delete-hides",
        "active_tasks",
    ),
    SchemaMutation(
        "view with its owner's rights",
        with_view("active_tasks", lambda v: replace(v, options=())),
        "isolation",
        "active_tasks",
    ),
    SchemaMutation(
        "index of another value",
        with_predicate("tasks", "idx_tasks_user_status_todo", "status = 'done'"),
        "value-behind-policy",
        "idx_tasks_user_status_todo",
    ),
    SchemaMutation(
        "search of everybody's rows",
        with_body("search_comments", lambda body: body.replace("WHERE user_id", "WHERE true OR user_id")),
        "search-behind-policy",
        "of others",
    ),
    SchemaMutation(
        "search by the tables' owner",
        with_function("search_comments", lambda f: replace(f, owner="app_owner")),
        "search-behind-policy",
        "owns the tables",
    ),
    SchemaMutation(
        "search with its caller's search_path",
        with_function("search_comments", lambda f: replace(f, settings=())),
        "search-behind-policy",
        "open search_path",
    ),
    SchemaMutation(
        "search by the reader",
        with_function(
            "search_comments", lambda f: replace(f, privileges=(*f.privileges, Privilege("app_reader", ("EXECUTE",))))
        ),
        "search-behind-policy",
        "called by app_reader",
    ),
    SchemaMutation("TRUNCATE granted", granted("comments", "TRUNCATE"), "isolation", "cannot truncate"),
)


def run(server: Server, mutations: Sequence[SchemaMutation] = MUTATIONS) -> list[SchemaOutcome]:
    """What the prover says of the unmutated design, first, and of each mutation by the law that must see it."""
    settings, draft = Settings(), planner()
    original, _ = design(draft, settings)
    control = proven(server, draft, settings, original, ROW_LAWS, WRITERS)
    faults = [str(proof) for proof in control if not proof.passed]
    found = [SchemaOutcome("control", not faults, "; ".join(faults) or f"{len(control)} proofs hold")]
    for mutation in mutations:
        mutant = mutation.change(original)
        assert mutant != original, f"{mutation.name} changes nothing"
        laws = frozenset({check_of(mutation.law)})
        found.append(_judged(mutation, proven(server, draft, settings, mutant, laws, WRITERS)))
    return found


def check_of(law: str) -> str:
    """The check that yields the proofs of `law`."""
    return law if LAWS[law].check else CHECKS.get(law, "constraints")


def _judged(mutation: SchemaMutation, proofs: Sequence[Proof]) -> SchemaOutcome:
    failed = [proof for proof in proofs if not proof.passed]
    right = [one for one in failed if one.law == mutation.law and mutation.names in f"{one.subject} {one.evidence}"]
    words = right[0] if right else next(iter(failed), None)
    return SchemaOutcome(mutation.name, bool(right), str(words or "no proof failed"))
