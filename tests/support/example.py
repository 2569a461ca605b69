"""The example of reference 1 under the default settings, as a Schema written by hand; with soft delete added."""

from __future__ import annotations

from colonnade.design.schema import (
    Check,
    Column,
    Database,
    Entity,
    EnumType,
    ForeignKey,
    Function,
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
    Table,
    Trigger,
    View,
)

MINE = "user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid)"
WRITABLE = ("id", "user_id", "title", "description", "status", "priority", "due_date", "deleted_at")
INSERT_UPDATE = (Privilege("app_user", ("INSERT", "UPDATE")),)


ANYONE_USES = (Privilege("PUBLIC", ("USAGE",)),)


def column(
    name: str, type_: str, nullable: bool = True, default: str | None = None, comment: str | None = None
) -> Column:
    privileges = INSERT_UPDATE if name in WRITABLE else ()
    return Column(name, type_, nullable, default, comment=comment, privileges=privileges)


def index(name: str, *columns: str) -> Index:
    return Index(name, tuple(IndexKey(one.removesuffix(" DESC"), descending=one.endswith(" DESC")) for one in columns))


TASKS = Table(
    "tasks",
    columns=(
        column("id", "uuid", False, "gen_random_uuid()"),
        column("user_id", "uuid", False, comment="Owner of the row"),
        column("title", "character varying(200)", False),
        column("description", "text"),
        column("status", "task_status", False, "'todo'", comment="Values: todo, in_progress, done"),
        column("priority", "task_priority", False, "'medium'", comment="Values: low, medium, high"),
        column("due_date", "date"),
        column("created_at", "timestamp with time zone", False, "CURRENT_TIMESTAMP"),
        column("updated_at", "timestamp with time zone", False, "CURRENT_TIMESTAMP"),
        column("deleted_at", "timestamp with time zone"),
    ),
    constraints=(
        ForeignKey("tasks_user_id_fkey", ("user_id",), ("public", "users"), ("id",), on_delete="CASCADE"),
        PrimaryKey("tasks_pkey", ("id",)),
        Check("title_not_empty", "length(trim(title)) > 0"),
    ),
    indexes=(
        index("idx_tasks_due_date", "due_date"),
        index("idx_tasks_status", "status"),
        index("idx_tasks_user_created_at", "user_id", "created_at DESC"),
        index("idx_tasks_user_due_date", "user_id", "due_date"),
        index("idx_tasks_user_id", "user_id"),
        index("idx_tasks_user_status", "user_id", "status"),
    ),
    triggers=(Trigger("update_tasks_updated_at", "BEFORE", ("UPDATE",), ("public", "update_updated_at_column")),),
    policies=(
        Policy("tasks_delete_own", "DELETE", ("app_user",), using=MINE),
        Policy("tasks_insert_own", "INSERT", ("app_user",), check=MINE),
        Policy("tasks_select_own", "SELECT", ("app_user",), using=MINE),
        Policy("tasks_update_own", "UPDATE", ("app_user",), using=MINE, check=MINE),
    ),
    row_security=True,
    force_row_security=True,
    owner="app_owner",
    privileges=(
        Privilege("app_migrator", ("DELETE", "INSERT", "SELECT", "UPDATE")),
        Privilege("app_user", ("DELETE", "SELECT")),
    ),
    comment="Task",
)

TOUCH = Function(
    "update_updated_at_column",
    body="\nBEGIN\n    NEW.updated_at = CURRENT_TIMESTAMP;\n    RETURN NEW;\nEND;\n",
    settings=("search_path=pg_catalog, pg_temp",),
    owner="app_owner",
    comment="Sets updated_at on every update; made by Colonnade",
)

ACTIVE = View(
    "active_tasks",
    "SELECT id, user_id, title, description, status, priority, due_date, created_at, updated_at, deleted_at\n"
    "FROM tasks\nWHERE deleted_at IS NULL",
    columns=tuple(one.name for one in TASKS.columns),
    options=("security_invoker=true",),
    depends_on=(("public", "tasks"),),
    owner="app_owner",
    privileges=(Privilege("app_migrator", ("SELECT",)), Privilege("app_user", ("SELECT",))),
    comment="Rows of tasks that are not deleted",
)

USERS = Table(
    "users",
    columns=(Column("id", "uuid", False, "gen_random_uuid()"),),
    constraints=(PrimaryKey("users_pkey", ("id",)),),
)


def task_management() -> Schema:
    """One user-scoped table `tasks` with enums, soft delete, policies, roles; `users` is external."""
    return Schema(
        Database(
            enums=(
                EnumType("task_priority", ("low", "medium", "high"), owner="app_owner", privileges=ANYONE_USES),
                EnumType("task_status", ("todo", "in_progress", "done"), owner="app_owner", privileges=ANYONE_USES),
            ),
            functions=(TOUCH,),
            tables=(TASKS,),
            views=(ACTIVE,),
        ),
        Intent(
            feature="001-task-management",
            title="Task Management",
            spec_file="specs/001-task-management/spec.md",
            revision_message="Create tasks table",
            roles=Roles(),
            entities=(
                Entity(
                    "Task",
                    "tasks",
                    description="",
                    owner_column="user_id",
                    created_at="created_at",
                    updated_at="updated_at",
                    deleted_at="deleted_at",
                    active_view="active_tasks",
                    relationships=(
                        Relationship("user", "many_to_one", "users", ("user_id",), "user_id", True, "tasks"),
                    ),
                ),
                Entity(
                    "User",
                    "users",
                    external=True,
                    relationships=(
                        Relationship(
                            "tasks",
                            "one_to_many",
                            "tasks",
                            ("user_id",),
                            "user_id",
                            False,
                            "user",
                            cascade="all, delete-orphan",
                            passive_deletes=True,
                        ),
                    ),
                ),
            ),
            patterns=(
                QueryPattern(
                    "List all tasks of a user",
                    "tasks",
                    "SELECT * FROM active_tasks WHERE user_id = $1 ORDER BY created_at DESC LIMIT 50",
                    ("uuid",),
                    "idx_tasks_user_created_at",
                ),
                QueryPattern(
                    "List tasks of a user by status",
                    "tasks",
                    "SELECT * FROM active_tasks WHERE user_id = $1 AND status = $2",
                    ("uuid", "task_status"),
                    "idx_tasks_user_status",
                ),
            ),
            reasons=(Reason("tasks.user_id", "stated at entities.json:9:9"),),
        ),
        external=(USERS,),
    )
