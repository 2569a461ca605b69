"""Rules about indexes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from colonnade.design.schema import Index, IndexKey, PrimaryKey, Table, Unique
from colonnade.lint.world import Fault, World, check, each_table, listed, of, title
from colonnade.sql import ident, qualified
from colonnade.types import take_apart


def _drop(table: Table, index: Index) -> str:
    return f"DROP INDEX {qualified(table.schema, index.name)}"


def _constraint_indexes(table: Table) -> Iterator[Index]:
    """The indexes that PostgreSQL keeps for the table's keys."""
    for one in table.constraints:
        if isinstance(one, PrimaryKey | Unique) and not one.without_overlaps:
            distinct = isinstance(one, Unique) and one.nulls_not_distinct
            keys = tuple(IndexKey(name) for name in one.columns)
            yield Index(one.name, keys, unique=True, include=one.include, nulls_not_distinct=distinct)


def _covers(wide: Index, narrow: Index) -> bool:
    """Whether `wide` starts with all keys of `narrow`, with the same operators, over the same rows."""
    same_rows = (wide.method, wide.predicate, wide.valid) == (narrow.method, narrow.predicate, True)
    at_hand = {*wide.include, *wide.columns}
    return same_rows and wide.keys[: len(narrow.keys)] == narrow.keys and set(narrow.include) <= at_hand


@each_table("IX001")
def duplicate_index(table: Table, world: World) -> Iterator[Fault]:
    """Two indexes are the same in all but their names.

    Each costs a write for every row and serves nothing that the other does not.

    Bad:
        CREATE TABLE books (id uuid PRIMARY KEY, title text);
        CREATE INDEX idx_books_title ON books (title);
        CREATE INDEX idx_books_title_again ON books (title);

    Good:
        CREATE TABLE books (id uuid PRIMARY KEY, title text);
        CREATE INDEX idx_books_title ON books (title);
        CREATE INDEX idx_books_title_pattern ON books (title text_pattern_ops);
    """
    seen: dict[Index, Index] = {}
    for index in table.indexes:
        shape = replace(index, name="", comment=None, options=())
        first = seen.setdefault(shape, index)
        if first is not index:
            message = f"index {ident(index.name)} of {title(table)} is the same as {ident(first.name)}"
            yield Fault(of(table, index.name), message, _drop(table, index))


@each_table("IX002")
def overlapping_index(table: Table, world: World) -> Iterator[Fault]:
    """An index is the beginning of another one.

    The longer index serves every query that the shorter does: same method, operator classes, directions and
    predicate. A unique index is never redundant, since it also keeps a promise.

    Bad:
        CREATE TABLE books (id uuid PRIMARY KEY, title text, printed date);
        CREATE INDEX idx_books_title ON books (title);
        CREATE INDEX idx_books_title_printed ON books (title, printed);

    Good:
        CREATE TABLE books (id uuid PRIMARY KEY, title text, printed date, sold boolean NOT NULL);
        CREATE INDEX idx_books_title ON books (title) WHERE sold;
        CREATE INDEX idx_books_title_printed ON books (title, printed);
        CREATE UNIQUE INDEX idx_books_printed ON books (printed);
        CREATE INDEX idx_books_printed_title ON books (printed DESC, title);
    """
    wider = (*table.indexes, *_constraint_indexes(table))
    for index in table.indexes:
        if index.unique or index.method != "btree":
            continue
        other = next((one for one in wider if len(one.keys) > len(index.keys) and _covers(one, index)), None)
        if other is not None:
            message = f"index {ident(index.name)} of {title(table)} is the beginning of {ident(other.name)}"
            yield Fault(of(table, index.name), message, _drop(table, index))


@each_table("IX003")
def index_duplicating_constraint(table: Table, world: World) -> Iterator[Fault]:
    """An index has the very columns of a primary key or unique constraint.

    PostgreSQL keeps an index for each of those already.

    Bad:
        CREATE TABLE books (id uuid PRIMARY KEY, isbn text NOT NULL UNIQUE);
        CREATE UNIQUE INDEX idx_books_isbn ON books (isbn);

    Good:
        CREATE TABLE books (id uuid PRIMARY KEY, isbn text NOT NULL UNIQUE);
    """
    for index in table.indexes:
        same = (one for one in _constraint_indexes(table) if one.keys == index.keys and _covers(one, index))
        own = next(same, None)
        if own is not None:
            message = f"index {ident(index.name)} of {title(table)} repeats that of the constraint {ident(own.name)}"
            yield Fault(of(table, index.name), message, _drop(table, index))


@each_table("IX004", "error")
def invalid_index(table: Table, world: World) -> Iterator[Fault]:
    """An index is invalid: it costs writes and serves no query.

    CREATE INDEX CONCURRENTLY leaves one behind when it fails, and an index made ON ONLY a partitioned table stays
    invalid until every partition's index is attached.

    Bad:
        CREATE TABLE logs (id bigint, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
        CREATE TABLE logs_2030 PARTITION OF logs FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');
        CREATE INDEX idx_logs_day ON ONLY logs (day);

    Good:
        CREATE TABLE logs (id bigint, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
        CREATE TABLE logs_2030 PARTITION OF logs FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');
        CREATE INDEX idx_logs_day ON logs (day);
    """
    for index in table.indexes:
        if not index.valid:
            fix = f"REINDEX INDEX CONCURRENTLY {qualified(table.schema, index.name)}"
            if table.partition_by:
                fix = "attach an index of each partition with ALTER INDEX … ATTACH PARTITION"
            yield Fault(of(table, index.name), f"index {ident(index.name)} of {title(table)} is invalid", fix)


@each_table("IX005")
def index_on_boolean(table: Table, world: World) -> Iterator[Fault]:
    """An index has a boolean as its only key.

    Half of the table, or nearly none of it, has either value: a partial index on what the query sorts or joins by,
    `WHERE NOT done`, is smaller and serves it.

    Bad:
        CREATE TABLE jobs (id uuid PRIMARY KEY, done boolean NOT NULL, due date);
        CREATE INDEX idx_jobs_done ON jobs (done);

    Good:
        CREATE TABLE jobs (id uuid PRIMARY KEY, done boolean NOT NULL, due date);
        CREATE INDEX idx_jobs_due_open ON jobs (due) WHERE NOT done;
    """
    for index in table.indexes:
        alone = len(index.keys) == 1 and index.columns and index.predicate is None
        if alone and table.column(index.columns[0]).type == "boolean":
            name = ident(index.columns[0])
            message = f"index {ident(index.name)} of {title(table)} has only the boolean {name}"
            yield Fault(of(table, index.name), message, f"use a partial index WHERE {name} or WHERE NOT {name}")


@each_table("IX006")
def index_unusable_behind_policy(table: Table, world: World) -> Iterator[Fault]:
    """A column of an index cannot be searched by once row-level security is on.

    Behind a policy only leakproof operators may be index conditions, lest an error message tells of a hidden row.
    Those of enums, numeric, citext, arrays, ranges, jsonb and of any expression are not: for the role that the
    policy binds, the index is read by the columns before and every row of them is looked at.

    Bad:
        CREATE TYPE task_status AS ENUM ('todo', 'done');
        CREATE TABLE tasks (id uuid PRIMARY KEY, user_id uuid NOT NULL, status task_status NOT NULL);
        CREATE INDEX idx_tasks_user_status ON tasks (user_id, status);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        ALTER TABLE tasks FORCE ROW LEVEL SECURITY;
        CREATE POLICY tasks_own ON tasks
            USING (user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid));

    Good:
        CREATE TABLE tasks (
            id uuid PRIMARY KEY,
            user_id uuid NOT NULL,
            status varchar(20) NOT NULL CHECK (status IN ('todo', 'done'))
        );
        CREATE INDEX idx_tasks_user_status ON tasks (user_id, status);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        ALTER TABLE tasks FORCE ROW LEVEL SECURITY;
        CREATE POLICY tasks_own ON tasks
            USING (user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid));
    """
    if not table.row_security or not world.leakproof:
        return
    for index in table.indexes:
        if index.unique or index.method != "btree":
            continue
        leaky = next((key for key in index.keys if not _leakproof(table, key, world)), None)
        if leaky is not None:
            name = ident(leaky.column) if leaky.column else leaky.expression
            type_ = f" ({table.column(leaky.column).type})" if leaky.column else ""
            message = (
                f"the policies of {title(table)} keep index {ident(index.name)} from being searched by {name}{type_}"
            )
            fix = "make it varchar with a CHECK" if leaky.column else "store it in a generated column"
            yield Fault(of(table, index.name), message, f"{fix}, or use partial indexes: WHERE {name} = …")


def _leakproof(table: Table, key: IndexKey, world: World) -> bool:
    if key.column is None:
        return False
    shape = take_apart(table.column(key.column).type)
    return not shape.dimensions and shape.base in world.leakproof


@each_table("IX007")
def btree_index_on_document(table: Table, world: World) -> Iterator[Fault]:
    """A B-tree has a jsonb or an array as its key.

    It finds only whole values that are equal, and refuses rows over 2,704 bytes; what queries ask, `@>`, `?` and
    `ANY`, needs GIN.

    Bad:
        CREATE TABLE books (id uuid PRIMARY KEY, details jsonb);
        CREATE INDEX idx_books_details ON books (details);

    Good:
        CREATE TABLE books (id uuid PRIMARY KEY, details jsonb);
        CREATE INDEX idx_books_details ON books USING gin (details);
    """
    for index in table.indexes:
        for name in index.columns if index.method == "btree" else ():
            shape = take_apart(table.column(name).type)
            if shape.base == "jsonb" or shape.dimensions:
                message = f"index {ident(index.name)} of {title(table)} is a B-tree over {ident(name)}"
                yield Fault(of(table, index.name), message, "use an index USING gin")


@each_table("IX008")
def unique_with_empty_column(table: Table, world: World) -> Iterator[Fault]:
    """A unique constraint over several columns lets rows through in which one of them is NULL.

    NULLs count as different, so any number of rows may agree in all the other columns.

    Bad:
        CREATE TABLE shelves (id uuid PRIMARY KEY, room text NOT NULL, number integer, UNIQUE (room, number));

    Good:
        CREATE TABLE shelves (
            id uuid PRIMARY KEY,
            room text NOT NULL,
            number integer,
            UNIQUE NULLS NOT DISTINCT (room, number)
        );
    """
    for one in table.constraints:
        if not isinstance(one, Unique) or len(one.columns) < 2 or one.nulls_not_distinct:
            continue
        empty = tuple(name for name in one.columns if table.column(name).nullable)
        # A unique that holds the primary key is there for foreign keys to point at; no two rows agree in it anyway.
        if empty and not (table.primary_key and set(table.primary_key.columns) <= set(one.columns)):
            which = f"one of {listed(empty)}" if len(empty) > 1 else listed(empty)
            message = f"unique {ident(one.name)} of {title(table)} does not bind rows where {which} is NULL"
            fix = "say NULLS NOT DISTINCT, or make the column NOT NULL"
            yield Fault(of(table, one.name), message, fix, f"{table.name}.{empty[0]}")


@check("IX009")
def materialized_view_without_unique_index(world: World) -> Iterator[Fault]:
    """A materialised view has no unique index.

    REFRESH MATERIALIZED VIEW CONCURRENTLY needs one; without it every refresh blocks all readers until it is done.

    Bad:
        CREATE TABLE books (id uuid PRIMARY KEY, author text);
        CREATE MATERIALIZED VIEW authors AS SELECT author, count(*) FROM books GROUP BY author;
        CREATE INDEX idx_authors_author ON authors (author);

    Good:
        CREATE TABLE books (id uuid PRIMARY KEY, author text);
        CREATE MATERIALIZED VIEW authors AS SELECT author, count(*) FROM books GROUP BY author;
        CREATE UNIQUE INDEX idx_authors_author ON authors (author);
    """
    for view in world.database.views:
        whole = any(one.unique and one.predicate is None and one.columns for one in view.indexes)
        if view.materialized and not whole:
            name = qualified(view.schema, view.name)
            message = f"materialised view {name} cannot be refreshed without blocking its readers"
            yield Fault(view.name, message, f"CREATE UNIQUE INDEX ON {name} (…)")
