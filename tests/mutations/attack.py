"""Weakenings of a proven schema, by SQL; each must go red on the attacks that exploit it.

`python -m mutations.attack` prints the table and ends with `caught N/N`; exit 1 below.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from colonnade import elaborate
from colonnade.config import Settings
from colonnade.design.engine import design
from colonnade.design.schema import Database
from colonnade.prove.attack import ATTACKS, Attempt, Verdict
from colonnade.prove.attack.copy import Copy, copied
from colonnade.prove.attack.source import Person, Source, of_design
from colonnade.prove.attack.suite import attempts, ordered, staged
from colonnade.server import Server, connect, embedded, scratch_database
from colonnade.writers.sql import script
from support.proving import planner

FIXTURE = Path(__file__).parents[1] / "fixtures" / "isolated.sql"
ME = "nullif(current_setting('app.current_user_id', true), '')::uuid"
RAW = "current_setting('app.current_user_id', true)"
EVERYTHING = (
    "read-all", "read-by-key", "read-by-subselect", "read-by-join", "read-for-update", "read-unset-user",
    "read-empty-user", "read-leaky-function", "read-by-error", "read-copy", "insert-as-another", "insert-returning",
    "insert-unset-user", "insert-empty-user", "update-another", "update-returning", "update-blind", "update-take-over",
    "update-give-away", "update-give-away-blind", "update-unset-user", "update-empty-user", "delete-another",
    "delete-returning", "delete-blind", "delete-unset-user", "delete-empty-user", "upsert", "merge",
    "pooled-connection", "aborted-transaction", "savepoint", "set-twice", "reset-setting", "discard-all",
    "prepared-statement",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Weakening:
    """One fault: its name, the SQL that makes it, the table and the attacks that must see it.

    `undo` takes back what outlives the database; `verdict` is what the attacks must say.
    """

    name: str
    sql: str
    table: str
    attacks: tuple[str, ...]
    undo: str = "SELECT 1"
    verdict: Verdict = Verdict.LEAKED


@dataclass(frozen=True, slots=True)
class Seen:
    """What the attacks of a weakening said; `missed` are those that did not see it."""

    weakening: Weakening
    missed: tuple[str, ...]
    words: str


def policy(name: str, table: str, command: str, using: str | None, check: str | None = None) -> str:
    """ALTER POLICY of a designed table, such as tasks_select_own."""
    parts = [f"USING ({using})"] * (using is not None) + [f"WITH CHECK ({check})"] * (check is not None)
    return f"ALTER POLICY {name}_{command}_own ON {table} {' '.join(parts)}"


def everybody(table: str, condition: str) -> str:
    """Another policy for everything, beside the right ones."""
    return f"CREATE POLICY beside ON {table} TO app_user USING ({condition}) WITH CHECK ({condition})"


def searched(by: str, type_: str, condition: str, title: str = "") -> Weakening:
    """A search function like those that are designed, by default without its owner's condition."""
    name = f"search_wares({type_}, integer)"
    index = "CREATE INDEX by_pattern ON wares USING gin (name gin_trgm_ops); " if "ILIKE" in condition else ""
    return Weakening(
        title or f"search by {condition} without its owner's condition",
        f"{index}CREATE FUNCTION search_wares({by} {type_}, most integer DEFAULT 50) RETURNS SETOF wares LANGUAGE sql"
        " STABLE SECURITY DEFINER SET search_path TO pg_catalog, public, pg_temp AS $$ SELECT * FROM public.wares WHERE"
        f" {condition} LIMIT $2 $$; ALTER FUNCTION {name} OWNER TO app_searcher; REVOKE ALL ON FUNCTION {name} FROM"
        f" PUBLIC; GRANT EXECUTE ON FUNCTION {name} TO app_user",
        "wares",
        ("definer-function",),
    )


def definer(head: str, body: str) -> str:
    """A function with the rights of the migrator, whom no policy binds."""
    name = head.split(" RETURNS")[0]
    return (
        f"CREATE FUNCTION {head} LANGUAGE sql SECURITY DEFINER SET search_path TO 'public' AS $$ {body} $$;"
        f" ALTER FUNCTION {name} OWNER TO app_migrator; GRANT EXECUTE ON FUNCTION {name} TO app_user"
    )


SIMPLE_KEY = (
    "ALTER TABLE comments DROP CONSTRAINT comments_task_id_user_id_fkey,"
    " ADD CONSTRAINT simple FOREIGN KEY (task_id) REFERENCES tasks (id) ON DELETE CASCADE"
)
DEFAULT_USER = f"""
DO $$ BEGIN
  EXECUTE format('ALTER POLICY tasks_select_own ON tasks USING (user_id = coalesce({ME.replace("'", "''")}, %L::uuid))',
                 (SELECT user_id FROM tasks ORDER BY id LIMIT 1));
END $$
"""
REMEMBERING = f"""
CREATE FUNCTION remembered() RETURNS uuid LANGUAGE plpgsql AS $$
BEGIN
  IF nullif(current_setting('app.remembered', true), '') IS NULL THEN
    PERFORM set_config('app.remembered', {RAW}, false);
  END IF;
  RETURN nullif(current_setting('app.remembered', true), '')::uuid;
END $$;
ALTER POLICY tasks_select_own ON tasks USING (user_id = remembered())
"""
FROZEN = f"""
CREATE FUNCTION frozen() RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT {ME} $$;
ALTER POLICY tasks_select_own ON tasks USING (user_id = frozen())
"""
OWNERS_VIEW = "ALTER VIEW active_tasks OWNER TO app_migrator; ALTER VIEW active_tasks SET (security_invoker = false)"

TENANTS = {("public", "memberships"): "user_id", ("public", "boards"): "organization_id"}
MEMBERS = {("public", "boards"): (("public", "memberships"), "organization_id")}

WEAKENINGS: tuple[Weakening, ...] = (
    Weakening("policy for all beside the others", everybody("tasks", "true"), "tasks", EVERYTHING),
    Weakening(
        "row-level security disabled",
        "ALTER TABLE tasks DISABLE ROW LEVEL SECURITY",
        "tasks",
        ("read-all", "insert-copy", "read-statistics", "bypassing-role"),
    ),
    Weakening("FORCE off", "ALTER TABLE tasks NO FORCE ROW LEVEL SECURITY", "tasks", ("owner-role",)),
    Weakening("restrictive policy dropped", "DROP POLICY events_read ON events", "events", ("read-all",)),
    Weakening(
        "select policy dropped",
        "DROP POLICY tasks_select_own ON tasks",
        "tasks",
        ("read-all", "read-by-key", "pooled-connection"),
        verdict=Verdict.UNPROVEN,
    ),
    Weakening(
        "insert policy dropped",
        "DROP POLICY comments_insert_own ON comments",
        "comments",
        ("insert-as-another",),
        verdict=Verdict.UNPROVEN,
    ),
    Weakening("select policy USING (true)", policy("tasks", "tasks", "select", "true"), "tasks", ("read-by-key",)),
    Weakening(
        "insert policy WITH CHECK (true)",
        policy("tasks", "tasks", "insert", None, "true"),
        "tasks",
        ("insert-as-another", "insert-unset-user"),
    ),
    Weakening(
        "update policy WITH CHECK (true)",
        policy("tasks", "tasks", "update", None, "true"),
        "tasks",
        ("update-give-away-blind",),
    ),
    Weakening("update policy USING (true)", policy("tasks", "tasks", "update", "true"), "tasks", ("update-take-over",)),
    Weakening(
        "update policy true on both sides",
        policy("comments", "comments", "update", "true", "true"),
        "comments",
        ("update-blind", "update-unset-user"),
    ),
    Weakening("delete policy USING (true)", policy("tasks", "tasks", "delete", "true"), "tasks", ("delete-blind",)),
    Weakening(
        "OR the setting IS NULL",
        policy("tasks", "tasks", "select", f"user_id = {ME} OR {RAW} IS NULL"),
        "tasks",
        ("read-unset-user",),
    ),
    Weakening(
        "OR the setting is empty",
        policy("tasks", "tasks", "select", f"user_id = {ME} OR {RAW} = ''"),
        "tasks",
        ("read-empty-user", "pooled-connection", "aborted-transaction"),
    ),
    Weakening(
        "insert OR no user",
        policy("tasks", "tasks", "insert", None, f"user_id = {ME} OR {ME} IS NULL"),
        "tasks",
        ("insert-unset-user", "insert-empty-user"),
    ),
    Weakening(
        "update OR no user",
        policy("tasks", "tasks", "update", f"user_id = {ME} OR {ME} IS NULL", "true"),
        "tasks",
        ("update-empty-user", "update-unset-user"),
    ),
    Weakening(
        "delete OR no user",
        policy("comments", "comments", "delete", f"user_id = {ME} OR {ME} IS NULL"),
        "comments",
        ("delete-empty-user", "delete-unset-user"),
    ),
    Weakening(
        "rows without an owner allowed",
        "ALTER TABLE tasks ALTER user_id DROP NOT NULL; "
        + policy("tasks", "tasks", "insert", None, f"user_id = {ME} OR user_id IS NULL"),
        "tasks",
        ("insert-ownerless",),
    ),
    Weakening(
        "coalesce to a default user", DEFAULT_USER, "tasks", ("read-unset-user", "aborted-transaction", "discard-all")
    ),
    Weakening(
        "LIKE instead of =",
        policy("tasks", "tasks", "select", f"user_id::text LIKE {RAW}"),
        "tasks",
        ("read-malformed-user",),
    ),
    Weakening("user remembered in the session", REMEMBERING, "tasks", ("set-twice", "reset-setting")),
    Weakening("user from an immutable function", FROZEN, "tasks", ("prepared-statement",)),
    Weakening("view with its owner's rights", OWNERS_VIEW, "tasks", ("view-read", "view-leaky-function")),
    Weakening(
        "writable view with its owner's rights",
        f"{OWNERS_VIEW}; GRANT UPDATE, DELETE ON active_tasks TO app_user",
        "tasks",
        ("view-write",),
    ),
    Weakening(
        "view that filters without a security barrier",
        f"CREATE VIEW own_tasks AS SELECT * FROM tasks WHERE user_id = {ME};"
        " ALTER VIEW own_tasks OWNER TO app_migrator; GRANT SELECT ON own_tasks TO app_user",
        "tasks",
        ("view-leaky-function",),
    ),
    Weakening(
        "materialised view granted",
        "GRANT SELECT ON task_totals TO app_user",
        "tasks",
        ("materialised-view",),
    ),
    Weakening(
        "definer function returns all rows",
        definer("all_tasks() RETURNS SETOF tasks", "SELECT * FROM tasks"),
        "tasks",
        ("definer-function",),
    ),
    Weakening(
        "definer function finds any row by id",
        definer("task_title(wanted uuid) RETURNS text", "SELECT title FROM tasks WHERE id = wanted").replace(
            "task_title(wanted uuid) OWNER", "task_title(uuid) OWNER"
        ),
        "tasks",
        ("definer-function",),
    ),
    Weakening(
        "definer function removes any row",
        definer("purge(wanted uuid) RETURNS void", "DELETE FROM tasks WHERE id = wanted"),
        "tasks",
        ("definer-function",),
    ),
    Weakening("composite key made simple", SIMPLE_KEY, "comments", ("attach-to-another", "probe-foreign-key")),
    Weakening("simple key that cascades", SIMPLE_KEY, "tasks", ("cascade-across",)),
    Weakening(
        "everyone may join every organization",
        "GRANT INSERT ON memberships TO app_user",
        "boards",
        ("open-by-joining",),
    ),
    Weakening(
        "rows of every organization are added",
        "ALTER POLICY boards_members ON boards WITH CHECK (true)",
        "boards",
        ("insert-as-another", "insert-unset-user", "update-give-away-blind"),
    ),
    Weakening(
        "whoever is a member anywhere",
        f"ALTER POLICY boards_members ON boards USING (EXISTS (SELECT FROM memberships m WHERE m.user_id = {ME}))",
        "boards",
        ("read-all", "read-by-key", "update-another", "update-take-over", "delete-another"),
    ),
    Weakening("global unique", "CREATE UNIQUE INDEX one_title ON tasks (title)", "tasks", ("probe-unique-key",)),
    Weakening(
        "unique key by a reference without its owner",
        "CREATE UNIQUE INDEX one_body ON comments (task_id, body)",
        "comments",
        ("probe-unique-key",),
    ),
    Weakening(
        "search without its owner's condition",
        "CREATE OR REPLACE FUNCTION search_comments(words text, most integer DEFAULT 50) RETURNS SETOF comments"
        " LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'pg_catalog', 'public', 'pg_temp' AS $$ SELECT *"
        " FROM public.comments WHERE search_vector @@ websearch_to_tsquery('english', $1) LIMIT $2 $$",
        "comments",
        ("definer-function",),
    ),
    searched("name_like", "text", "name ILIKE $1"),
    searched("name_like", "text", f"user_id = (SELECT {ME}) AND name ILIKE $1", "search by a pattern that may fail"),
    searched("labels_all", "text[]", "labels @> $1"),
    searched("labels_any", "text[]", "labels && $1"),
    searched("details_with", "jsonb", "details @> $1"),
    searched("cost_is", "numeric", "cost = $1"),
    searched("planned_overlaps", "daterange", "planned && $1"),
    searched("planned_at", "date", "planned @> $1"),
    Weakening(
        "application a member of the searcher",
        "GRANT app_searcher TO app_user",
        "comments",
        ("read-all", "set-role", "read-by-join", "prepared-statement"),
        "REVOKE app_searcher FROM app_user",
    ),
    Weakening(
        "definer function with an open search_path",
        "ALTER FUNCTION my_boards() RESET search_path",
        "boards",
        ("definer-shadowed",),
    ),
    Weakening(
        "definer function whose search_path begins with temporary tables",
        "ALTER FUNCTION my_boards() SET search_path TO 'public'",
        "boards",
        ("definer-shadowed",),
    ),
    Weakening("grant TRUNCATE", "GRANT TRUNCATE ON comments TO app_user", "comments", ("truncate",)),
    Weakening("grant TRIGGER", "GRANT TRIGGER ON tasks TO app_user", "tasks", ("add-trigger",)),
    Weakening(
        "grant UPDATE on the owner column",
        "GRANT UPDATE (user_id) ON events TO app_user",
        "events",
        ("update-give-away-blind",),
    ),
    Weakening(
        "partition without policies",
        "ALTER TABLE events_2024 DISABLE ROW LEVEL SECURITY",
        "events",
        ("partition-direct",),
    ),
    Weakening(
        "reader with a policy for all",
        "CREATE POLICY reads_all ON tasks FOR SELECT TO app_reader USING (true)",
        "tasks",
        ("read-as-reader",),
    ),
    Weakening(
        "reader that may remove rows",
        "CREATE POLICY removes_all ON tasks FOR DELETE TO app_reader USING (true); GRANT DELETE ON tasks TO app_reader",
        "tasks",
        ("write-as-reader",),
    ),
    Weakening(
        "application made the owner",
        "ALTER TABLE tasks OWNER TO app_user",
        "tasks",
        ("add-policy", "disable-row-security", "drop-table"),
    ),
    Weakening(
        "application with BYPASSRLS",
        "ALTER ROLE app_user BYPASSRLS",
        "tasks",
        ("bypassing-role", "read-all", "read-unbounded", "insert-copy"),
        "ALTER ROLE app_user NOBYPASSRLS",
    ),
    Weakening(
        "application member of the owner",
        "GRANT app_owner TO app_user",
        "tasks",
        ("set-role", "disable-row-security", "truncate"),
        "REVOKE app_owner FROM app_user",
    ),
    Weakening(
        "application member of the migrator",
        "GRANT app_migrator TO app_user WITH INHERIT FALSE",
        "tasks",
        ("set-role",),
        "REVOKE app_migrator FROM app_user",
    ),
    Weakening(
        "application a superuser",
        "ALTER ROLE app_user SUPERUSER",
        "tasks",
        ("session-authorization", "read-all"),
        "ALTER ROLE app_user NOSUPERUSER",
    ),
)


def source(server: Server) -> Source:
    """The proven schema: a designed one, and beside it what a careful person adds by hand."""
    designed = of_design(design(planner(), Settings())[0])
    texts = {
        "users.sql": script(Database(tables=designed.external)),
        "schema.sql": script(designed.database),
        FIXTURE.name: FIXTURE.read_text(encoding="utf-8"),
    }
    people = (*designed.people, Person("app_reader"))
    database = elaborate.sql(server, texts, [one.name for one in people])
    by_hand = {("public", "events"): "user_id", ("public", "wares"): "user_id"}
    scoped = {**designed.scoped, **by_hand, **TENANTS}
    return Source(
        database, designed.setting, designed.application, scoped, people, stated=designed.stated, through=MEMBERS
    )


@contextmanager
def proven(server: Server) -> Iterator[Copy]:
    """A copy of the proven schema with rows, as a template for clones."""
    with copied(server, source(server)) as copy:
        yield copy


def control(server: Server, copy: Copy) -> list[Attempt]:
    """Every attack on every table of the proven schema: none may go through."""
    with scratch_database(server, copy.name) as clone, staged(server, copy, clone) as stage:
        return list(attempts(stage, ordered()))


def seen(server: Server, copy: Copy, weakening: Weakening) -> Seen:
    """What the attacks of `weakening` say of a clone that has been weakened."""
    chosen = [ATTACKS[name] for name in weakening.attacks]
    with scratch_database(server, copy.name) as clone, connect(server.dsn(clone)) as administrator:
        try:
            administrator.execute(weakening.sql.encode())
            with staged(server, copy, clone) as stage:
                made = [one for one in attempts(stage, chosen) if one.table == weakening.table]
        finally:
            administrator.execute(weakening.undo.encode())
    missed = tuple(
        f"{one.attack.name}: {one.result.verdict}, {one.result.evidence}"
        for one in made
        if one.result.verdict != weakening.verdict
    )
    return Seen(weakening, missed, made[0].result.evidence)


def bad(made: Sequence[Attempt]) -> list[str]:
    """The attempts that were not held, as texts."""
    return [
        f"{one.table}: {one.attack.name}: {one.result.verdict}, {one.result.evidence}"
        for one in made
        if one.result.verdict in (Verdict.LEAKED, Verdict.UNPROVEN)
    ]


def main() -> int:
    with embedded() as server, proven(server) as copy:
        noise = bad(control(server, copy))
        found = [seen(server, copy, one) for one in WEAKENINGS]
    lines = [_line(one) for one in found] + [f"the control is not green: {one}" for one in noise]
    caught = sum(not one.missed for one in found)
    sys.stdout.write("\n".join([*lines, f"caught {caught}/{len(found)}", ""]))
    return 0 if caught == len(found) and not noise else 1


def _line(one: Seen) -> str:
    names = ", ".join(one.weakening.attacks[:3]) + (" …" if len(one.weakening.attacks) > 3 else "")
    word = "caught" if not one.missed else "MISSED"
    return f"{word}  {one.weakening.name:45}  {names:55}  {'; '.join(one.missed) or one.words}"


if __name__ == "__main__":
    sys.exit(main())
