"""Rules about migrations, judged by what their statements were seen to lock, rewrite and read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from colonnade.findings import Severity, rule
from colonnade.lint.watch import BLOCKS_ALL, BLOCKS_WRITES, Observation
from colonnade.sql import ident, qualified

Told: TypeAlias = Iterator[tuple[str, str]]
"""Messages, each with its fix."""
SafetyCheck: TypeAlias = Callable[[Observation, Sequence[Observation]], Told]

SAFETY_CHECKS: dict[str, SafetyCheck] = {}
"""The rules that look at one statement of a change and at those before it, by name."""

IN_BATCHES = "add a new column, fill it in batches, and switch the application over"
NOT_VALID = "add it NOT VALID, and VALIDATE CONSTRAINT in a later transaction"
USING_INDEX = "CREATE UNIQUE INDEX CONCURRENTLY first, then ADD CONSTRAINT … USING INDEX"
SAFE_FORMS = {
    "IndexStmt": "CREATE INDEX CONCURRENTLY, outside of a transaction",
    "RefreshMatViewStmt": "REFRESH MATERIALIZED VIEW CONCURRENTLY, outside of a transaction",
    "UpdateStmt": "update in batches, in transactions of their own, before anything is locked",
    "DeleteStmt": "delete in batches, in transactions of their own, before anything is locked",
    "AT_AddColumn": "add the column without a default, fill it in batches, then set the default",
    "AT_AlterColumnType": IN_BATCHES,
    "AT_SetNotNull": "add CHECK (… IS NOT NULL) NOT VALID, VALIDATE it in a later transaction, then SET NOT NULL",
    "AT_AttachPartition": "add a CHECK of the partition's bound NOT VALID, VALIDATE it, then attach",
    "AT_ValidateConstraint": "validate in a transaction of its own",
    "CONSTR_FOREIGN": NOT_VALID,
    "CONSTR_CHECK": NOT_VALID,
    "CONSTR_NOTNULL": NOT_VALID,
    "CONSTR_UNIQUE": USING_INDEX,
    "CONSTR_PRIMARY": USING_INDEX,
}


def safety(id: str, severity: Severity = "warning") -> Callable[[SafetyCheck], SafetyCheck]:  # noqa: A002
    """Registers a function as the rule of its own name."""

    def register(function: SafetyCheck) -> SafetyCheck:
        name = function.__name__.replace("_", "-")
        SAFETY_CHECKS[name] = rule(name, id=id, severity=severity)(function)
        return function

    return register


def _kind(node: Any) -> str:
    return type(node).__name__


def _commands(node: Any) -> tuple[Any, ...]:
    return tuple(node.cmds or ()) if _kind(node) == "AlterTableStmt" else ()


def _relation(node: Any) -> str:
    return qualified(node.schemaname or "public", node.relname)


def _safe_form(node: Any) -> str:
    """What to write instead; the forms of all parts of an ALTER TABLE."""
    words = [_kind(node)]
    for command in _commands(node):
        words.append(command.subtype.name)
        if command.subtype.name == "AT_AddConstraint":
            words.append(command.def_.contype.name)
    forms = dict.fromkeys(SAFE_FORMS[word] for word in words if word in SAFE_FORMS)
    return "; ".join(forms)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(names)


@safety("MG001", "error")
def table_rewrite(seen: Observation, earlier: Sequence[Observation]) -> Told:
    """A statement writes a whole table anew, and nobody can read or write it meanwhile.

    Given:
        CREATE TABLE tasks (id uuid PRIMARY KEY, title text NOT NULL);

    Bad:
        SET lock_timeout = '100ms';
        ALTER TABLE tasks ADD COLUMN token uuid DEFAULT gen_random_uuid();

    Good:
        SET lock_timeout = '100ms';
        ALTER TABLE tasks ADD COLUMN token uuid;
        ALTER TABLE tasks ALTER COLUMN token SET DEFAULT gen_random_uuid();
    """
    if seen.rewritten and _kind(seen.node) != "TruncateStmt":
        names = _listed(seen.rewritten)
        yield f"blocks reads and writes of {names} while it rewrites the table", _safe_form(seen.node)


@safety("MG002", "error")
def read_under_exclusive_lock(seen: Observation, earlier: Sequence[Observation]) -> Told:
    """A table is read from end to end under a lock that keeps everybody out.

    The lock may be that of an earlier statement of the same transaction: it is held until COMMIT.

    Given:
        CREATE TABLE tasks (id uuid PRIMARY KEY, title text);

    Bad:
        SET lock_timeout = '100ms';
        ALTER TABLE tasks ALTER COLUMN title SET NOT NULL;

    Good:
        SET lock_timeout = '100ms';
        ALTER TABLE tasks ADD CONSTRAINT title_set CHECK (title IS NOT NULL) NOT VALID;
        ALTER TABLE tasks VALIDATE CONSTRAINT title_set;
        ALTER TABLE tasks ALTER COLUMN title SET NOT NULL;
        ALTER TABLE tasks DROP CONSTRAINT title_set;
    """
    held = dict(seen.held)
    names = [name for name in seen.read if held.get(name) == BLOCKS_ALL and name not in seen.rewritten]
    # A column that no row has a value for is looked for in the rows too, and that it fails there is said already.
    if names and not any(required_column_without_default(seen, earlier)):
        yield f"blocks reads and writes of {_listed(names)} while it reads {_all(names)}", _safe_form(seen.node)


@safety("MG003", "error")
def read_under_write_lock(seen: Observation, earlier: Sequence[Observation]) -> Told:
    """A table is read from end to end under a lock that lets nobody write.

    CREATE INDEX and a new foreign key do so, the latter to both of its tables.

    Given:
        CREATE TABLE tasks (id uuid PRIMARY KEY, title text NOT NULL);

    Bad:
        CREATE INDEX idx_tasks_title ON tasks (title);

    Good:
        CREATE INDEX CONCURRENTLY idx_tasks_title ON tasks (title);
    """
    held = dict(seen.held)
    if not any(held.get(name) in BLOCKS_WRITES for name in seen.read):
        return
    names = [name for name, level in seen.taken if level in BLOCKS_WRITES] or list(seen.read)
    work = "builds the index" if _kind(seen.node) == "IndexStmt" else f"reads {_all(seen.read)}"
    yield f"blocks writes of {_listed(names)} while it {work}", _safe_form(seen.node)


def _all(names: Sequence[str]) -> str:
    return "the whole table" if len(names) == 1 else "the whole tables"


@safety("MG004")
def lock_without_timeout(seen: Observation, earlier: Sequence[Observation]) -> Told:
    """A statement waits without limit for a lock that keeps everybody out.

    While it waits behind one long query, every other query on the table waits behind it. With lock_timeout it gives
    up soon and can be tried again.

    Given:
        CREATE TABLE tasks (id uuid PRIMARY KEY, title text NOT NULL);

    Bad:
        ALTER TABLE tasks ADD COLUMN note text;

    Good:
        SET lock_timeout = '100ms';
        ALTER TABLE tasks ADD COLUMN note text;
    """
    if _unlimited(seen) and not any(map(_unlimited, earlier)):
        names = _listed([name for name, level in seen.taken if level == BLOCKS_ALL])
        yield f"waits for {names} without lock_timeout, and all other queries behind it", "SET lock_timeout = '100ms'"


def _unlimited(seen: Observation) -> bool:
    return not seen.lock_timeout and any(level == BLOCKS_ALL for _, level in seen.taken)


@safety("MG005", "note")
def locks_of_several_tables(seen: Observation, earlier: Sequence[Observation]) -> Told:
    """One transaction keeps everybody out of several tables.

    Each stays locked until the last is done, and a query that uses two of them in another order is a deadlock.

    Given:
        CREATE TABLE lists (id uuid PRIMARY KEY);
        CREATE TABLE tasks (id uuid PRIMARY KEY);

    Bad:
        SET lock_timeout = '100ms';
        BEGIN;
        ALTER TABLE lists ADD COLUMN note text;
        ALTER TABLE tasks ADD COLUMN note text;
        COMMIT;

    Good:
        SET lock_timeout = '100ms';
        ALTER TABLE lists ADD COLUMN note text;
        ALTER TABLE tasks ADD COLUMN note text;
    """
    held = [name for name, level in seen.held if level == BLOCKS_ALL]
    new = [name for name, level in seen.taken if level == BLOCKS_ALL]
    before = [name for name in held if name not in new]
    if new and before and not seen.alone:
        yield f"locks {_listed(new)} while {_listed(before)} is locked", "a transaction for each table"


@safety("MG006")
def dropped_rows(seen: Observation, earlier: Sequence[Observation]) -> Told:
    """A statement throws away what is stored.

    The way back cannot restore it, and the running application fails as soon as it asks for it.

    Given:
        CREATE TABLE tasks (id uuid PRIMARY KEY, note text);

    Bad:
        SET lock_timeout = '100ms';
        ALTER TABLE tasks DROP COLUMN note;

    Good:
        SET lock_timeout = '100ms';
        ALTER TABLE tasks RENAME CONSTRAINT tasks_pkey TO tasks_key;
    """
    fix = "drop it in a later release than the last use, with a backup"
    for name in _dropped_tables(seen.node):
        if name in seen.tables:
            yield f"the rows of {name} are lost", fix
    for command in _commands(seen.node):
        table = _relation(seen.node.relation)
        if command.subtype.name == "AT_DropColumn" and table in seen.tables:
            yield f"the values of {table}.{ident(command.name)} are lost", fix


def _dropped_tables(node: Any) -> Iterator[str]:
    if _kind(node) == "TruncateStmt":
        yield from map(_relation, node.relations)
    elif _kind(node) == "DropStmt" and node.removeType.name == "OBJECT_TABLE":
        for parts in node.objects:
            names = [part.sval for part in parts]
            yield qualified(names[-2] if len(names) > 1 else "public", names[-1])


@safety("MG007")
def rename_in_use(seen: Observation, earlier: Sequence[Observation]) -> Told:
    """A table or a column that the running application uses gets another name.

    Every query of the release that still runs fails from that moment on.

    Given:
        CREATE TABLE tasks (id uuid PRIMARY KEY, note text);

    Bad:
        SET lock_timeout = '100ms';
        ALTER TABLE tasks RENAME COLUMN note TO remark;

    Good:
        SET lock_timeout = '100ms';
        ALTER TABLE tasks ADD COLUMN remark text;
    """
    node = seen.node
    if _kind(node) != "RenameStmt" or node.renameType.name not in ("OBJECT_TABLE", "OBJECT_COLUMN"):
        return
    table = _relation(node.relation)
    if table in seen.tables:
        name = f"{table}.{ident(node.subname)}" if node.renameType.name == "OBJECT_COLUMN" else table
        fix = "add the new one, write to both, move the application, drop the old one"
        yield f"the running application does not find {name} any more", fix


@safety("MG008", "error")
def required_column_without_default(seen: Observation, earlier: Sequence[Observation]) -> Told:
    """A column that must have a value is added without one.

    On an empty table it works; as soon as there is a row, PostgreSQL refuses it.

    Given:
        CREATE TABLE tasks (id uuid PRIMARY KEY);

    Bad:
        SET lock_timeout = '100ms';
        ALTER TABLE tasks ADD COLUMN title text NOT NULL;

    Good:
        SET lock_timeout = '100ms';
        ALTER TABLE tasks ADD COLUMN title text NOT NULL DEFAULT '';
    """
    for command in _commands(seen.node):
        table = _relation(seen.node.relation)
        if command.subtype.name != "AT_AddColumn" or table not in seen.tables:
            continue
        kinds = {one.contype.name for one in command.def_.constraints or ()}
        if kinds & {"CONSTR_NOTNULL", "CONSTR_PRIMARY"} and not kinds & GIVEN and not _serial(command.def_):
            fix = "add it with a DEFAULT, or nullable, and SET NOT NULL when it is filled"
            yield f"{table}.{ident(command.def_.colname)} has no value for the rows that are there", fix


GIVEN = {"CONSTR_DEFAULT", "CONSTR_IDENTITY", "CONSTR_GENERATED"}


def _serial(column: Any) -> bool:
    return bool(column.typeName.names[-1].sval.endswith("serial"))


@safety("MG009")
def change_of_all_rows(seen: Observation, earlier: Sequence[Observation]) -> Told:
    """One statement changes every row of a table.

    Each row stays locked until the end, every row is stored twice, and replicas fall behind.

    Given:
        CREATE TABLE tasks (id uuid PRIMARY KEY, done boolean);

    Bad:
        UPDATE tasks SET done = false;

    Good:
        UPDATE tasks SET done = false WHERE id IN (SELECT id FROM tasks WHERE done IS NULL LIMIT 5000);
    """
    changing = _kind(seen.node) in ("UpdateStmt", "DeleteStmt") and seen.node.whereClause is None
    if changing and _relation(seen.node.relation) in seen.tables:
        yield f"changes every row of {_relation(seen.node.relation)} at once", "change them in batches"


@safety("MG010", "note")
def type_change_in_use(seen: Observation, earlier: Sequence[Observation]) -> Told:
    """A column that the running application selects gets another type.

    Even without a rewrite, statements that drivers have prepared fail afterwards with "cached plan must not change
    result type", on each connection until it is closed.

    Given:
        CREATE TABLE tasks (id uuid PRIMARY KEY, title varchar(50));

    Bad:
        SET lock_timeout = '100ms';
        ALTER TABLE tasks ALTER COLUMN title TYPE text;

    Good:
        SET lock_timeout = '100ms';
        ALTER TABLE tasks ADD COLUMN long_title text;
    """
    for command in _commands(seen.node):
        table = _relation(seen.node.relation)
        if command.subtype.name == "AT_AlterColumnType" and table in seen.tables:
            name = f"{table}.{ident(command.name)}"
            yield f"prepared statements that select {name} fail afterwards", "recycle the connections after it"


@safety("MG011", "error")
def statement_that_fails(seen: Observation, earlier: Sequence[Observation]) -> Told:
    """PostgreSQL refuses a statement of a migration, run after all that comes before it.

    Given:
        CREATE TABLE tasks (id uuid PRIMARY KEY);

    Bad:
        CREATE INDEX idx_tasks_title ON tasks (title);

    Good:
        CREATE INDEX CONCURRENTLY idx_tasks_id ON tasks USING hash (id);
    """
    if seen.failure:
        yield seen.failure, next((fix for words, fix in REMEDIES.items() if words in seen.failure), "")


REMEDIES = {
    "transaction block": "run it outside of a transaction (autocommit_block in Alembic)",
    "does not exist": "give the schema that it starts from by --base",
}
"""What to do about a refusal, by words of PostgreSQL's message."""
