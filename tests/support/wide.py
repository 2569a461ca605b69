"""A Schema that is wide: every type, hostile names and texts, and every shape of key and relation.

`projects`, `todos`, `tags` and `todo_tags` are user-scoped, with composite owner keys, a self reference and a junction
table; `everything` has one column a row of the type table, `lists` an array a row; `departments` and `employees` point
at each other; `class` has names that Python, SQLAlchemy, SQLModel and pydantic keep for themselves.
"""

from __future__ import annotations

import re

from colonnade.design.schema import (
    Check,
    Column,
    Constraint,
    Database,
    Domain,
    Entity,
    EnumType,
    Exclusion,
    Extension,
    ForeignKey,
    Function,
    Generated,
    Identity,
    Index,
    IndexKey,
    Intent,
    Policy,
    PrimaryKey,
    Privilege,
    QueryPattern,
    Reason,
    Relationship,
    Roles,
    Schema,
    Sequence,
    Table,
    Trigger,
    Unique,
    View,
)
from colonnade.types import TYPES, TypeRow

HOSTILE_TEXTS = (
    "O'Brien",
    'double " quote',
    "back\\slash",
    "naïve",
    "日本語",
    "line\nbreak",
    "'); DROP TABLE x; --",
    '"""',
    "'''",
    "{{ }}",
    "{braces} {0}",
    "%s %(name)s %",
    ":name ::text",
    "$$ $body$",
    "| pipe ` tick <b>&amp;</b>",
    "a\ttab \\ and 'quotes'",
)
"""Texts that break whatever is pasted together without quoting; each fits an enum value (63 bytes)."""

HOSTILE_VALUES = (
    *HOSTILE_TEXTS,
    "todo",
    "class",
    "None",
    "mro",
    "name",
    "value",
    "_sunder_",
    "__dunder__",
    "1st",
    "a-b",
    "a_b",
    "A b",
)
"""Values of an enum whose member names would clash with Python, with the enum module, or with each other."""

HOSTILE_COLUMNS = (
    "from",
    "import",
    "None",
    "metadata",
    "registry",
    "model_config",
    "model_fields",
    "copy",
    "json",
    "dict",
    "schema",
    "validate",
    "construct",
    "query",
    "self",
    "cls",
    "str",
    "uuid",
    "datetime",
    "by_user",
    "Column",
    "_hidden",
    "__tablename__",
    "__private",
    "1st",
    "Order",
    "user",
    'na"me',
    "naïve",
    "日本",
    "a b",
    "a_b",
    "a\nb",
    "O'Brien",
    "%s",
    ":name",
    "back\\slash",
    '"""',
    "{{ }}",
    "with.dot",
    "x" * 63,
)

OWNER = "app_owner"
TABLE_PRIVILEGES = (
    Privilege("app_migrator", ("DELETE", "INSERT", "SELECT", "UPDATE")),
    Privilege("app_user", ("DELETE", "SELECT")),
)
TYPE_PRIVILEGES = (Privilege("PUBLIC", ("USAGE",)),)
WRITABLE = (Privilege("app_user", ("INSERT", "UPDATE")),)
KEPT = ("created_at", "updated_at")
MINE = "user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid)"


def column(name: str, type_: str, nullable: bool = True, default: str | None = None, **more: object) -> Column:
    """A column that the application may set, but for timestamps, generated and identity-always columns."""
    identity, generated = more.get("identity"), more.get("generated")
    kept = name in KEPT or generated is not None or (isinstance(identity, Identity) and identity.always)
    return Column(name, type_, nullable, default, privileges=() if kept else WRITABLE, **more)  # type: ignore[arg-type]


def key() -> Column:
    return column("id", "uuid", False, "gen_random_uuid()")


def owner() -> Column:
    return column("user_id", "uuid", False, comment="Owner of the row")


def stamps() -> tuple[Column, ...]:
    return tuple(column(name, "timestamp with time zone", False, "CURRENT_TIMESTAMP") for name in KEPT)


def index(name: str, *columns: str, **more: object) -> Index:
    keys = tuple(IndexKey(one.removesuffix(" DESC"), descending=one.endswith(" DESC")) for one in columns)
    return Index(name, keys, **more)  # type: ignore[arg-type]


def policies(table: str) -> tuple[Policy, ...]:
    return (
        Policy(f"{table}_delete_own", "DELETE", ("app_user",), using=MINE),
        Policy(f"{table}_insert_own", "INSERT", ("app_user",), check=MINE),
        Policy(f"{table}_select_own", "SELECT", ("app_user",), using=MINE),
        Policy(f"{table}_update_own", "UPDATE", ("app_user",), using=MINE, check=MINE),
    )


def touch(table: str) -> Trigger:
    return Trigger(f"update_{table}_updated_at", "BEFORE", ("UPDATE",), ("public", "update_updated_at_column"))


def table(name: str, columns: tuple[Column, ...], constraints: tuple[Constraint, ...], **more: object) -> Table:
    ordered = tuple(sorted(constraints, key=lambda one: one.name))
    return Table(name, columns=columns, constraints=ordered, owner=OWNER, privileges=TABLE_PRIVILEGES, **more)  # type: ignore[arg-type]


def owned(name: str, columns: tuple[Column, ...], constraints: tuple[Constraint, ...], **more: object) -> Table:
    """A user-scoped table with policies, timestamps and their trigger."""
    return table(
        name,
        (key(), owner(), *columns, *stamps()),
        (
            PrimaryKey(f"{name}_pkey", ("id",)),
            ForeignKey(f"{name}_user_id_fkey", ("user_id",), ("public", "users"), ("id",), on_delete="CASCADE"),
            *constraints,
        ),
        triggers=(touch(name),),
        policies=policies(name),
        row_security=True,
        force_row_security=True,
        **more,
    )


# --- every type ---------------------------------------------------------------------------------------------------

ARGUMENTS = {
    "character varying": "(40)",
    "character": "(3)",
    "numeric": "(10,2)",
    "bit": "(4)",
    "bit varying": "(8)",
    "vector": "(3)",
}


def _word(row: TypeRow) -> str:
    return "a_" + re.sub(r"\W+", "_", row.name)


EVERYTHING = table(
    "everything",
    (
        key(),
        *(column(_word(row), row.name + ARGUMENTS.get(row.name, "")) for row in TYPES),
        column("a_timestamp_3", "timestamp(3) with time zone"),
        column("a_numeric_whole", "numeric(6,0)"),
        column("a_char", '"char"'),
        column("a_mood", "mood"),
        column("a_email", "email_address"),
    ),
    (PrimaryKey("everything_pkey", ("id",)),),
)

LISTS = table(
    "lists",
    (
        key(),
        *(column(_word(row), row.name + ARGUMENTS.get(row.name, "") + "[]") for row in TYPES if row.name != "xml"),
        column("a_mood", "mood[]", False, "'{}'"),
        column("a_email", "email_address[]"),
    ),
    (PrimaryKey("lists_pkey", ("id",)),),
    indexes=(Index("idx_lists_a_text", (IndexKey("a_text"),), "gin"),),
)

# --- user-scoped tables: composite keys, self reference, many-to-many ---------------------------------------------

PROJECTS = owned(
    "projects",
    (column("name", "character varying(80)", False), column("budget", "numeric(10,2)", False, "0")),
    (
        Unique("projects_id_user_id_key", ("id", "user_id")),
        Unique("projects_user_id_name_key", ("user_id", "name")),
        Check("name_not_empty", "length(trim(name)) > 0"),
        Check("projects_budget_check", "budget BETWEEN 0 AND 1000000"),
    ),
    indexes=(index("idx_projects_user_created_at", "user_id", "created_at DESC"),),
)

TODOS = owned(
    "todos",
    (
        column("title", "character varying(200)", False),
        column("mood", "mood", False, "'todo'"),
        column("project_id", "uuid"),
        column("parent_id", "uuid"),
        column("reviewer_id", "uuid"),
        column("starts_on", "date"),
        column("ends_on", "date"),
        column("deleted_at", "timestamp with time zone"),
    ),
    (
        Unique("todos_id_user_id_key", ("id", "user_id")),
        ForeignKey(
            "todos_project_id_fkey",
            ("project_id", "user_id"),
            ("public", "projects"),
            ("id", "user_id"),
            on_delete="SET NULL",
            set_columns=("project_id",),
        ),
        ForeignKey(
            "todos_parent_id_fkey",
            ("parent_id", "user_id"),
            ("public", "todos"),
            ("id", "user_id"),
            on_delete="SET NULL",
            set_columns=("parent_id",),
        ),
        ForeignKey("todos_reviewer_id_fkey", ("reviewer_id",), ("public", "users"), ("id",), on_delete="SET NULL"),
        Check("title_not_empty", "length(trim(title)) > 0"),
        Check("todos_ends_on_check", "ends_on > starts_on"),
    ),
    indexes=(
        index("idx_todos_parent_id", "parent_id", "user_id"),
        index("idx_todos_project_id", "project_id", "user_id"),
        index("idx_todos_reviewer_id", "reviewer_id"),
        index("idx_todos_user_created_at", "user_id", "created_at DESC", predicate="deleted_at IS NULL"),
        index("idx_todos_user_id", "user_id", include=("title",)),
    ),
    comment="To-dos: " + " ".join(HOSTILE_TEXTS),
)

TAGS = owned(
    "tags",
    (column("label", "text", False),),
    (
        Unique("tags_id_user_id_key", ("id", "user_id")),
        Unique("tags_user_id_label_key", ("user_id", "label")),
        Check("label_not_empty", "length(trim(label)) > 0"),
        Check("tags_label_check", "label ~ '^[a-z0-9]+(-[a-z0-9]+)*$'"),
    ),
)

TODO_TAGS = table(
    "todo_tags",
    (column("todo_id", "uuid", False), column("tag_id", "uuid", False), owner()),
    (
        PrimaryKey("todo_tags_pkey", ("todo_id", "tag_id")),
        ForeignKey("todo_tags_user_id_fkey", ("user_id",), ("public", "users"), ("id",), on_delete="CASCADE"),
        ForeignKey(
            "todo_tags_todo_id_fkey",
            ("todo_id", "user_id"),
            ("public", "todos"),
            ("id", "user_id"),
            on_delete="CASCADE",
        ),
        ForeignKey(
            "todo_tags_tag_id_fkey", ("tag_id", "user_id"), ("public", "tags"), ("id", "user_id"), on_delete="CASCADE"
        ),
    ),
    indexes=(index("idx_todo_tags_tag_id", "tag_id", "user_id"), index("idx_todo_tags_user_id", "user_id")),
    policies=policies("todo_tags"),
    row_security=True,
    force_row_security=True,
)

# --- a ring of foreign keys ---------------------------------------------------------------------------------------

DEPARTMENTS = table(
    "departments",
    (
        column("id", "bigint", False, identity=Identity(True)),
        column("code", "character(3)", False),
        column("head_id", "bigint"),
    ),
    (
        PrimaryKey("departments_pkey", ("id",)),
        Unique("departments_code_key", ("code",)),
        ForeignKey(
            "departments_head_id_fkey",
            ("head_id",),
            ("public", "employees"),
            ("id",),
            on_delete="SET NULL",
            deferrable=True,
            deferred=True,
        ),
    ),
    indexes=(index("idx_departments_head_id", "head_id"),),
)

EMPLOYEES = table(
    "employees",
    (
        column("id", "bigint", False, identity=Identity(False, "START WITH 100 INCREMENT BY 10")),
        column("number", "integer", False, "nextval('employee_numbers')"),
        column("department_id", "bigint", False),
        column("first_name", "text", False),
        column("last_name", "text", False),
        column("full_name", "text", generated=Generated("first_name || ' ' || last_name")),
        column("email", "email_address"),
        column("phone", "text"),
        column("website", "text"),
        column("grade", "smallint", False, "1"),
        column("room", "integer"),
        column("busy", "tstzrange"),
        column("settings", "jsonb", False, "'{}'::jsonb"),
        column("password_hash", "text"),
        column("motto", "text", default="E'back\\\\slash \\n ''quoted'' :name %s {{ }} \"\"\"'"),
        column("sorted", "text", collation="C"),
    ),
    (
        PrimaryKey("employees_pkey", ("id",)),
        Unique("employees_email_key", ("email",), nulls_not_distinct=True),
        Unique("employees_number_key", ("number",), include=("last_name",), deferrable=True),
        ForeignKey(
            "employees_department_id_fkey", ("department_id",), ("public", "departments"), ("id",), on_delete="RESTRICT"
        ),
        Check("employees_grade_check", "grade IN (1, 2, 3)"),
        Check("employees_motto_check", "motto <> '%s :name \"\"\" {{ }}' AND motto <> E'a\\\\b'"),
        Check("employees_phone_check", "phone ~ '^\\+[1-9][0-9]{6,14}$'"),
        Check("employees_website_check", "website ~* '^https?://'"),
        Exclusion("employees_room_busy_excl", "gist", (("room", "="), ("busy", "&&")), "room IS NOT NULL"),
    ),
    indexes=(
        index("idx_employees_department_id", "department_id"),
        Index("idx_employees_last_name", (IndexKey(expression="lower(last_name)"), IndexKey("id"))),
        Index(
            "idx_employees_sorted",
            (IndexKey("sorted", operator_class="text_pattern_ops", descending=True, nulls_first=False),),
        ),
        Index("idx_employees_settings", (IndexKey("settings", operator_class="jsonb_path_ops"),), "gin"),
        Index(
            "employees_grade_room_key",
            (IndexKey("grade"), IndexKey("room")),
            unique=True,
            nulls_not_distinct=True,
            predicate="room > 0",
            options=("fillfactor=70",),
        ),
    ),
    comment="Employees",
)

# --- names that someone else keeps --------------------------------------------------------------------------------

CLASS = table(
    "class",
    (key(), *(column(name, "text", comment=f"The column {name}") for name in HOSTILE_COLUMNS)),
    (
        PrimaryKey("class_pkey", ("id",)),
        Check("na\"me's check", '"na""me" <> \'%\' AND "a\nb" <> \':name\' AND "%s" <> \'x\''),
        Unique("class_Order_user_key", ("Order", "user")),
        Unique("class_with.dot_key", ("with.dot",)),
    ),
    indexes=(index('idx "%s" :name', "%s", 'na"me DESC'),),
    comment="\n".join(HOSTILE_TEXTS),
)

ORDER = table(
    "Order",
    (key(), column("class", "uuid"), column("dotted", "text"), column("total", "numeric(12,2)", False, "0")),
    (
        PrimaryKey("Order_pkey", ("id",)),
        ForeignKey("Order_class_fkey", ("class",), ("public", "class"), ("id",), on_delete="SET NULL"),
        ForeignKey("Order_dotted_fkey", ("dotted",), ("public", "class"), ("with.dot",), on_delete="SET NULL"),
        Check("Order_total_check", "total >= 0"),
    ),
    indexes=(index("idx_Order_class", "class"),),
)

TOUCH = Function(
    "update_updated_at_column",
    body="\nBEGIN\n    NEW.updated_at = CURRENT_TIMESTAMP;\n    RETURN NEW;\nEND;\n",
    settings=("search_path=pg_catalog, pg_temp",),
    owner=OWNER,
    comment="Sets updated_at on every update; made by Colonnade",
)

ACTIVE = View(
    "active_todos",
    "SELECT " + ", ".join(one.name for one in TODOS.columns) + "\nFROM todos\nWHERE deleted_at IS NULL",
    columns=tuple(one.name for one in TODOS.columns),
    options=("security_invoker=true",),
    depends_on=(("public", "todos"),),
    owner=OWNER,
    privileges=(Privilege("app_migrator", ("SELECT",)), Privilege("app_user", ("SELECT",))),
    comment="Rows of todos that are not deleted",
)

USERS = Table(
    "users",
    columns=(Column("id", "uuid", False, "gen_random_uuid()"),),
    constraints=(PrimaryKey("users_pkey", ("id",)),),
)


def one(name: str, target: str, column_name: str, back: str, *more: str) -> Relationship:
    return Relationship(name, "many_to_one", target, (column_name, *more), column_name, True, back)


def many(name: str, target: str, column_name: str, back: str, *more: str, cascade: str = "") -> Relationship:
    return Relationship(
        name,
        "one_to_many",
        target,
        (column_name, *more),
        column_name,
        False,
        back,
        cascade=cascade,
        passive_deletes=True,
    )


OWN = "all, delete-orphan"

ENTITIES = (
    Entity("Class", "class", relationships=(many("orders", "Order", "class", "class"),)),
    Entity(
        "Department",
        "departments",
        relationships=(
            many("employees", "employees", "department_id", "department"),
            one("head", "employees", "head_id", "departments"),
        ),
    ),
    Entity(
        "Employee",
        "employees",
        relationships=(
            one("department", "departments", "department_id", "employees"),
            many("departments", "departments", "head_id", "head"),
        ),
    ),
    Entity("Everything", "everything"),
    Entity("List", "lists"),
    Entity("Order", "Order", relationships=(one("class", "class", "class", "orders"),)),
    Entity(
        "Project",
        "projects",
        owner_column="user_id",
        created_at="created_at",
        updated_at="updated_at",
        relationships=(
            many("todos", "todos", "project_id", "project", "user_id"),
            one("user", "users", "user_id", "projects"),
        ),
    ),
    Entity(
        "Tag",
        "tags",
        owner_column="user_id",
        created_at="created_at",
        updated_at="updated_at",
        relationships=(
            Relationship(
                "todos",
                "many_to_many",
                "todos",
                back_populates="tags",
                join_table="todo_tags",
                join_columns=(("tag_id", "todo_id"),),
            ),
            one("user", "users", "user_id", "tags"),
        ),
    ),
    Entity(
        "TodoTag",
        "todo_tags",
        owner_column="user_id",
        relationships=(
            Relationship("tag", "many_to_one", "tags", ("tag_id", "user_id"), "tag_id", True, None, mode="linked"),
            Relationship("todo", "many_to_one", "todos", ("todo_id", "user_id"), "todo_id", True, None, mode="linked"),
            one("user", "users", "user_id", "todo_tags"),
        ),
    ),
    Entity(
        "Todo",
        "todos",
        description='A thing to do """ \\ {x} %s',
        owner_column="user_id",
        created_at="created_at",
        updated_at="updated_at",
        deleted_at="deleted_at",
        active_view="active_todos",
        relationships=(
            many("children", "todos", "parent_id", "parent", "user_id"),
            one("parent", "todos", "parent_id", "children", "user_id"),
            one("project", "projects", "project_id", "todos", "user_id"),
            one("reviewer", "users", "reviewer_id", "reviewed_todos"),
            Relationship(
                "tags",
                "many_to_many",
                "tags",
                back_populates="todos",
                join_table="todo_tags",
                join_columns=(("todo_id", "tag_id"),),
            ),
            one("user", "users", "user_id", "todos"),
        ),
    ),
    Entity(
        "User",
        "users",
        external=True,
        relationships=(
            many("projects", "projects", "user_id", "user", cascade=OWN),
            many("reviewed_todos", "todos", "reviewer_id", "reviewer"),
            many("tags", "tags", "user_id", "user", cascade=OWN),
            many("todo_tags", "todo_tags", "user_id", "user", cascade=OWN),
            many("todos", "todos", "user_id", "user", cascade=OWN),
        ),
    ),
)

PATTERNS = (
    QueryPattern(
        "List to-dos | of `a` user",
        "todos",
        "SELECT * FROM active_todos WHERE user_id = $1 ORDER BY created_at DESC LIMIT 50",
        ("uuid",),
        "idx_todos_user_created_at",
    ),
)


def wide() -> Schema:
    """Ten tables and an external one; every Family, arrays, a domain, rings, composite keys and hostile names."""
    return Schema(
        Database(
            extensions=tuple(Extension(name) for name in ("btree_gist", "citext", "hstore", "ltree", "vector")),
            enums=(
                EnumType(
                    "mood", HOSTILE_VALUES, owner=OWNER, privileges=TYPE_PRIVILEGES, comment='Moods: it\'s \\ "fine"'
                ),
            ),
            domains=(
                Domain(
                    "email_address",
                    "text",
                    checks=(Check("email_address_check", "VALUE ~ '^[^@[:space:]]+@[^@[:space:]]+$'"),),
                    owner=OWNER,
                    privileges=TYPE_PRIVILEGES,
                ),
            ),
            sequences=(
                Sequence(
                    "employee_numbers",
                    start=1000,
                    owner=OWNER,
                    privileges=(
                        Privilege("app_migrator", ("USAGE",)),
                        Privilege("app_user", ("USAGE",)),
                    ),
                ),
            ),
            functions=(TOUCH,),
            tables=tuple(
                sorted(
                    (CLASS, DEPARTMENTS, EMPLOYEES, EVERYTHING, LISTS, ORDER, PROJECTS, TAGS, TODO_TAGS, TODOS),
                    key=lambda each: each.name,
                )
            ),
            views=(ACTIVE,),
        ),
        Intent(
            feature="002-wide",
            title="Wide | `schema`",
            spec_file="specs/002-wide/spec.md",
            revision_message="Create wide tables",
            roles=Roles(),
            entities=ENTITIES,
            patterns=PATTERNS,
            reasons=(Reason("todos.user_id", "rule user-ownership | <b>stated</b>"),),
        ),
        external=(USERS,),
    )
