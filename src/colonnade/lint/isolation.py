"""Rules about who may see and change which rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from colonnade.design.schema import Policy, Table, Unique
from colonnade.lint.world import Fault, World, check, column_of, each_table, listed, of, target_of, title
from colonnade.sql import ident, qualified

SETTING = re.compile(r"current_setting\(('(?:[^']|'')*')(?:::text)?(, true)?\)")
RANDOM = re.compile(r"(gen_random_uuid|uuidv7|uuidv4|uuid_generate_v\d\w*)\(")


def _enabling(table: Table) -> str:
    return f"ALTER TABLE {title(table)} ENABLE ROW LEVEL SECURITY"


@each_table("RLS001")
def user_scoped_table_without_row_level_security(table: Table, world: World) -> Iterator[Fault]:
    """A table says whose each row is, and nothing keeps users apart but the application.

    One forgotten WHERE shows everybody's rows. With row-level security PostgreSQL adds the condition itself.

    Bad:
        CREATE TABLE notes (id uuid PRIMARY KEY, user_id uuid NOT NULL);

    Good:
        CREATE TABLE notes (id uuid PRIMARY KEY, user_id uuid NOT NULL);
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY notes_own ON notes
            USING (user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid));
    """
    owner = world.owner(table)
    if owner is not None and not table.row_security and not table.policies:
        message = f"rows of {title(table)} belong to {ident(owner)}, and no row-level security keeps them apart"
        yield Fault(table.name, message, f"{_enabling(table)}, FORCE it, and add a policy on {ident(owner)}")


@each_table("RLS002")
def row_level_security_not_forced(table: Table, world: World) -> Iterator[Fault]:
    """Row-level security does not bind the table's owner.

    An application that connects as the role that made the tables, as most do, sees every row.

    Bad:
        CREATE TABLE notes (id uuid PRIMARY KEY, author text NOT NULL);
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        CREATE POLICY notes_own ON notes USING (author = current_user);

    Good:
        CREATE TABLE notes (id uuid PRIMARY KEY, author text NOT NULL);
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY notes_own ON notes USING (author = current_user);
    """
    if table.row_security and not table.force_row_security:
        fix = f"ALTER TABLE {title(table)} FORCE ROW LEVEL SECURITY"
        yield Fault(table.name, f"row-level security of {title(table)} does not bind its owner", fix)


@each_table("RLS003", "error")
def policies_without_row_level_security(table: Table, world: World) -> Iterator[Fault]:
    """A table has policies, and row-level security is off: they do nothing.

    Bad:
        CREATE TABLE notes (id uuid PRIMARY KEY, author text NOT NULL);
        CREATE POLICY notes_own ON notes USING (author = current_user);

    Good:
        CREATE TABLE notes (id uuid PRIMARY KEY, author text NOT NULL);
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY notes_own ON notes USING (author = current_user);
    """
    if table.policies and not table.row_security:
        near = of(table, table.policies[0].name)
        message = f"the policies of {title(table)} do nothing: row-level security is off"
        yield Fault(table.name, message, _enabling(table), near)


@each_table("RLS004")
def row_level_security_without_policy(table: Table, world: World) -> Iterator[Fault]:
    """Row-level security is on and there is no policy: every row is hidden from everybody, and none can be added.

    Bad:
        CREATE TABLE notes (id uuid PRIMARY KEY, author text NOT NULL);
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;

    Good:
        CREATE TABLE notes (id uuid PRIMARY KEY, author text NOT NULL);
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY notes_own ON notes USING (author = current_user);
    """
    if table.row_security and not any(policy.permissive for policy in table.policies):
        message = f"row-level security of {title(table)} is on without a permissive policy: no row is visible"
        yield Fault(table.name, message, f"CREATE POLICY … ON {title(table)} USING (…)")


def _expressions(policy: Policy) -> str:
    return f"{policy.using or ''} {policy.check or ''}"


@each_table("RLS005")
def setting_that_may_be_missing(table: Table, world: World) -> Iterator[Fault]:
    """A policy reads a setting without saying that it may be missing.

    Where nobody has set it, every query on the table is an error instead of finding no rows. After a transaction
    that set it, it is '' rather than NULL, so a cast needs nullif too.

    Bad:
        CREATE TABLE notes (id uuid PRIMARY KEY, author text NOT NULL);
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY notes_own ON notes USING (author = (SELECT current_setting('app.author')));

    Good:
        CREATE TABLE notes (id uuid PRIMARY KEY, author text NOT NULL);
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY notes_own ON notes USING (author = (SELECT current_setting('app.author', true)));
    """
    for policy in table.policies:
        strict = next((one for one in SETTING.finditer(_expressions(policy)) if not one[2]), None)
        if strict is not None:
            message = f"policy {ident(policy.name)} of {title(table)} fails where {strict[1]} is not set"
            yield Fault(of(table, policy.name), message, f"current_setting({strict[1]}, true)")


@each_table("RLS006")
def setting_read_for_each_row(table: Table, world: World) -> Iterator[Fault]:
    """A policy reads a setting outside of a sub-select.

    It is then read and cast again for each row that is scanned, eight times slower without an index; in a sub-select
    it is read once for the query.

    Bad:
        CREATE TABLE notes (id uuid PRIMARY KEY, author text NOT NULL);
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY notes_own ON notes USING (author = current_setting('app.author', true));

    Good:
        CREATE TABLE notes (id uuid PRIMARY KEY, author text NOT NULL);
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY notes_own ON notes USING (author = (SELECT current_setting('app.author', true)));
    """
    for policy in table.policies:
        bare = next((one for one in (policy.using, policy.check) if one and _setting_outside_select(one)), None)
        if bare is not None:
            message = f"policy {ident(policy.name)} of {title(table)} reads its setting for each row"
            yield Fault(of(table, policy.name), message, "write (SELECT current_setting(…, true))")


def _setting_outside_select(expression: str) -> bool:
    """Whether current_setting() stands at a depth of brackets that no SELECT opened."""
    depth = 0
    inside: list[int] = []
    for word in re.finditer(r"'(?:[^']|'')*'|\(|\)|\bSELECT\b|\bcurrent_setting\b", expression):
        if word[0] == "(":
            depth += 1
        elif word[0] == ")":
            depth -= 1
            inside = [one for one in inside if one <= depth]
        elif word[0] == "SELECT":
            inside.append(depth)
        elif word[0] == "current_setting" and not inside:
            return True
    return False


@each_table("RLS007", "error")
def policy_that_lets_all_pass(table: Table, world: World) -> Iterator[Fault]:
    """A permissive policy is USING (true) beside one that is not, for the same roles.

    Permissive policies are joined by OR: the one that lets all pass makes the other one void.

    Bad:
        CREATE TABLE notes (id uuid PRIMARY KEY, author text NOT NULL);
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY notes_own ON notes USING (author = current_user);
        CREATE POLICY notes_read ON notes FOR SELECT USING (true);

    Good:
        CREATE TABLE notes (id uuid PRIMARY KEY, author text NOT NULL);
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY notes_own ON notes USING (author = current_user);
        CREATE POLICY notes_read ON notes FOR SELECT TO reporting USING (true);
    """
    for policy in table.policies:
        if not policy.permissive or policy.using != "true":
            continue
        other = next((one for one in table.policies if one.using not in (None, "true") and _meet(policy, one)), None)
        if other is not None:
            message = f"policy {ident(policy.name)} of {title(table)} makes {ident(other.name)} void"
            yield Fault(of(table, policy.name), message, "drop one of them, or bind it to a role by TO")


def _meet(left: Policy, right: Policy) -> bool:
    """Whether both are permissive and the first binds, for a command of the second, every role that the second does."""
    commands = left.command == right.command or "ALL" in (left.command, right.command)
    roles = "PUBLIC" in left.roles or set(left.roles) >= set(right.roles)
    return left.permissive and right.permissive and commands and roles


@each_table("RLS008")
def insert_policy_that_checks_nothing(table: Table, world: World) -> Iterator[Fault]:
    """A policy lets a role add or change rows to any value, where another says whose rows it may see.

    A user can then write rows in another user's name.

    Bad:
        CREATE TABLE notes (id uuid PRIMARY KEY, author text NOT NULL);
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY notes_read ON notes FOR SELECT USING (author = current_user);
        CREATE POLICY notes_add ON notes FOR INSERT WITH CHECK (true);

    Good:
        CREATE TABLE notes (id uuid PRIMARY KEY, author text NOT NULL);
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY notes_read ON notes FOR SELECT USING (author = current_user);
        CREATE POLICY notes_add ON notes FOR INSERT WITH CHECK (author = current_user);
    """
    bound = [one for one in table.policies if one.using not in (None, "true")]
    for policy in table.policies:
        lax = policy.permissive and policy.check == "true"
        if lax and any("PUBLIC" in policy.roles or set(policy.roles) & set(one.roles) for one in bound):
            message = f"policy {ident(policy.name)} of {title(table)} lets rows of any owner in"
            yield Fault(of(table, policy.name), message, "WITH CHECK the same condition as USING")


@check("RLS009", "error")
def view_without_security_invoker(world: World) -> Iterator[Fault]:
    """A view shows a table with row-level security with the rights of the view's owner.

    The owner's policies apply instead of the reader's; where the owner passes them, everybody sees every row.

    Bad:
        CREATE TABLE notes (id uuid PRIMARY KEY, author text NOT NULL);
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY notes_own ON notes USING (author = current_user);
        CREATE VIEW all_notes AS SELECT id, author FROM notes;

    Good:
        CREATE TABLE notes (id uuid PRIMARY KEY, author text NOT NULL);
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY notes_own ON notes USING (author = current_user);
        CREATE VIEW all_notes WITH (security_invoker = true) AS SELECT id, author FROM notes;
    """
    for view in world.database.views:
        invoker = any(re.fullmatch(r"security_invoker=(true|on|1|yes)", option) for option in view.options)
        table = _protected(view.depends_on, world)
        if table is not None and not view.materialized and not invoker:
            name = qualified(view.schema, view.name)
            message = f"view {name} reads {title(table)} past its policies"
            yield Fault(view.name, message, f"ALTER VIEW {name} SET (security_invoker = true)")


@check("RLS010")
def materialized_view_of_protected_rows(world: World) -> Iterator[Fault]:
    """A materialised view holds rows of a table with row-level security.

    It has no policies: whoever may read it sees everybody's rows, or, where its owner is bound, it stays empty.

    Bad:
        CREATE TABLE notes (id uuid PRIMARY KEY, author text NOT NULL);
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY notes_own ON notes USING (author = current_user);
        CREATE MATERIALIZED VIEW note_list AS SELECT id, author FROM notes;
        CREATE UNIQUE INDEX idx_note_list_id ON note_list (id);

    Good:
        CREATE TABLE notes (id uuid PRIMARY KEY, author text NOT NULL);
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY notes_own ON notes USING (author = current_user);
        CREATE VIEW note_list WITH (security_invoker = true) AS SELECT id, author FROM notes;
    """
    for view in world.database.views:
        table = _protected(view.depends_on, world)
        if view.materialized and table is not None:
            name = qualified(view.schema, view.name)
            message = f"materialised view {name} holds rows of {title(table)} without its policies"
            yield Fault(view.name, message, "make it a view with security_invoker, or revoke it from the application")


def _protected(relations: tuple[tuple[str, str], ...], world: World) -> Table | None:
    tables = (world.by_name.get(relation) for relation in relations)
    return next((table for table in tables if table is not None and table.row_security), None)


@check("RLS011")
def partition_without_row_level_security(world: World) -> Iterator[Fault]:
    """A partition of a table with row-level security has none itself.

    The parent's policies hold only for queries that name the parent; the partition by its own name shows every row.

    Bad:
        CREATE TABLE logs (id uuid, day date, author text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
        ALTER TABLE logs ENABLE ROW LEVEL SECURITY;
        ALTER TABLE logs FORCE ROW LEVEL SECURITY;
        CREATE POLICY logs_own ON logs USING (author = current_user);
        CREATE TABLE logs_2030 PARTITION OF logs FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');

    Good:
        CREATE TABLE logs (id uuid, day date, author text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
        ALTER TABLE logs ENABLE ROW LEVEL SECURITY;
        ALTER TABLE logs FORCE ROW LEVEL SECURITY;
        CREATE POLICY logs_own ON logs USING (author = current_user);
        CREATE TABLE logs_2030 PARTITION OF logs FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');
        ALTER TABLE logs_2030 ENABLE ROW LEVEL SECURITY;
        ALTER TABLE logs_2030 FORCE ROW LEVEL SECURITY;
    """
    for table in world.database.tables:
        parent = _protected((table.partition_of[0],), world) if table.partition_of else None
        if parent is not None and not table.row_security:
            message = f"partition {title(table)} shows what the policies of {title(parent)} hide"
            yield Fault(table.name, message, f"{_enabling(table)}, and FORCE it")


@each_table("RLS012")
def unique_across_users(table: Table, world: World) -> Iterator[Fault]:
    """A unique constraint of a user-scoped table does not lead with the owner.

    Two users cannot have the same value, and the error tells one what the other has. Where the value must be unique
    for all, as the slug of a public page, allow it and say so.

    Bad:
        CREATE TABLE notes (id uuid PRIMARY KEY, user_id uuid NOT NULL, title text NOT NULL UNIQUE);
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY notes_own ON notes
            USING (user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid));

    Good:
        CREATE TABLE notes (id uuid PRIMARY KEY, user_id uuid NOT NULL, title text NOT NULL, UNIQUE (user_id, title));
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY notes_own ON notes
            USING (user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid));
    """
    owner = world.owner(table)
    key = table.primary_key
    # In the table of the users themselves each row is another user's, and what is unique there is meant for all.
    if owner is None or (key is not None and key.columns == (owner,)):
        return
    found = [(one.name, one.columns) for one in table.constraints if isinstance(one, Unique)]
    found += [(one.name, one.columns) for one in table.indexes if one.unique and len(one.columns) == len(one.keys)]
    for name, columns in found:
        random = any(RANDOM.match(table.column(column).default or "") for column in columns)
        if owner not in columns and not random and not (key and set(key.columns) <= set(columns)):
            message = f"{ident(name)} of {title(table)} is unique for all users together"
            fix = f"UNIQUE ({listed((owner, *columns))})"
            yield Fault(of(table, name), message, fix, column_of(table, columns[0]))


@each_table("RLS013")
def foreign_key_without_owner(table: Table, world: World) -> Iterator[Fault]:
    """A foreign key between two user-scoped tables does not carry the owner.

    Foreign keys are checked past all policies: a row can point at another user's row, and a delete of that one
    reaches into this user's data.

    Bad:
        CREATE TABLE lists (id uuid PRIMARY KEY, user_id uuid NOT NULL);
        ALTER TABLE lists ENABLE ROW LEVEL SECURITY;
        ALTER TABLE lists FORCE ROW LEVEL SECURITY;
        CREATE POLICY lists_own ON lists
            USING (user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid));
        CREATE TABLE items (
            id uuid PRIMARY KEY,
            user_id uuid NOT NULL,
            list_id uuid NOT NULL REFERENCES lists ON DELETE CASCADE
        );
        CREATE INDEX idx_items_list_id ON items (list_id);
        ALTER TABLE items ENABLE ROW LEVEL SECURITY;
        ALTER TABLE items FORCE ROW LEVEL SECURITY;
        CREATE POLICY items_own ON items
            USING (user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid));

    Good:
        CREATE TABLE lists (id uuid PRIMARY KEY, user_id uuid NOT NULL, UNIQUE (user_id, id));
        ALTER TABLE lists ENABLE ROW LEVEL SECURITY;
        ALTER TABLE lists FORCE ROW LEVEL SECURITY;
        CREATE POLICY lists_own ON lists
            USING (user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid));
        CREATE TABLE items (
            id uuid PRIMARY KEY,
            user_id uuid NOT NULL,
            list_id uuid NOT NULL,
            FOREIGN KEY (user_id, list_id) REFERENCES lists (user_id, id) ON DELETE CASCADE
        );
        CREATE INDEX idx_items_user_list ON items (user_id, list_id);
        ALTER TABLE items ENABLE ROW LEVEL SECURITY;
        ALTER TABLE items FORCE ROW LEVEL SECURITY;
        CREATE POLICY items_own ON items
            USING (user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid));
    """
    owner = world.owner(table)
    for key in table.foreign_keys if owner else ():
        parent = target_of(key, world)
        other = world.owner(parent) if parent is not None else None
        carried = dict(zip(key.columns, key.target_columns, strict=True)).get(owner or "") == other
        if parent is not None and owner and other and owner not in key.columns and not carried:
            message = (
                f"foreign key {ident(key.name)} of {title(table)} may point at another user's row of {title(parent)}"
            )
            fix = f"FOREIGN KEY ({listed((owner, *key.columns))}) REFERENCES {title(parent)}"
            yield Fault(of(table, key.name), message, fix, column_of(table, key.columns[0]))


@each_table("GR001")
def truncate_granted(table: Table, world: World) -> Iterator[Fault]:
    """A role may TRUNCATE a table.

    TRUNCATE asks no policy, fires no row trigger, and empties everybody's rows at once; it is not for an application.

    Bad:
        CREATE TABLE notes (id uuid PRIMARY KEY);
        GRANT SELECT, TRUNCATE ON notes TO application;

    Good:
        CREATE TABLE notes (id uuid PRIMARY KEY);
        GRANT SELECT, DELETE ON notes TO application;
    """
    for privilege in table.privileges:
        if "TRUNCATE" in privilege.kinds and privilege.grantee != table.owner:
            role = _role(privilege.grantee)
            fix = f"REVOKE TRUNCATE ON {title(table)} FROM {role}"
            yield Fault(of(table, "privileges"), f"{role} may TRUNCATE {title(table)}", fix)


@each_table("GR002")
def table_granted_to_public(table: Table, world: World) -> Iterator[Fault]:
    """A table is granted to PUBLIC, which is every role of the server, also those that come later.

    Bad:
        CREATE TABLE notes (id uuid PRIMARY KEY);
        GRANT SELECT ON notes TO PUBLIC;

    Good:
        CREATE TABLE notes (id uuid PRIMARY KEY);
        GRANT SELECT ON notes TO application;
    """
    for privilege in table.privileges:
        if privilege.grantee == "PUBLIC":
            kinds = ", ".join(privilege.kinds)
            fix = f"REVOKE {kinds} ON {title(table)} FROM PUBLIC, and grant it to a role"
            yield Fault(of(table, "privileges"), f"every role has {kinds} on {title(table)}", fix)


def _role(name: str) -> str:
    return name if name == "PUBLIC" else ident(name)
