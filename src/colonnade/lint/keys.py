"""Rules about primary and foreign keys."""

from __future__ import annotations

from collections.abc import Iterator

from colonnade.design.schema import Exclusion, PrimaryKey, Table, Unique
from colonnade.lint.world import Fault, World, column_of, each_table, listed, of, target_of, title
from colonnade.sql import ident, shorten
from colonnade.vocabulary.naming import plural

SMALL_INTEGERS = {"integer": "2.1 billion", "smallint": "32,767"}


@each_table("KEY001", "error")
def table_without_primary_key(table: Table, world: World) -> Iterator[Fault]:
    """A table has no primary key.

    Nothing then stops the same row from being stored twice, no foreign key can point at it, an ORM cannot map it,
    and logical replication refuses its updates and deletes.

    Bad:
        CREATE TABLE notes (title text);

    Good:
        CREATE TABLE notes (id uuid PRIMARY KEY, title text);
    """
    if table.primary_key is None and not table.inherits:
        fix = f"ALTER TABLE {title(table)} ADD PRIMARY KEY (…)"
        yield Fault(table.name, f"table {title(table)} has no primary key", fix)


@each_table("KEY002")
def integer_primary_key(table: Table, world: World) -> Iterator[Fault]:
    """A generated key is an integer that can run out.

    An integer key ends at 2.1 billion, counting rows that were rolled back or deleted too, and the change to bigint
    rewrites the table and every table that points at it.

    Bad:
        CREATE TABLE events (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY);

    Good:
        CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
    """
    key = table.primary_key
    if key is None or len(key.columns) != 1:
        return
    column = table.column(key.columns[0])
    end = SMALL_INTEGERS.get(column.type)
    generated = column.identity is not None or (column.default or "").startswith("nextval(")
    if end is not None and generated:
        message = f"the key {ident(column.name)} of {title(table)} is {column.type} and ends at {end}"
        yield Fault(column_of(table, column.name), message, "make it bigint or uuid")


@each_table("KEY003")
def serial_column(table: Table, world: World) -> Iterator[Fault]:
    """A column takes its numbers from a sequence by default instead of by identity.

    The sequence has an owner and grants of its own, which are forgotten, and any INSERT may give another number that
    the sequence will give again later. An identity column is one object, and GENERATED ALWAYS refuses such an INSERT.

    Bad:
        CREATE TABLE events (id bigserial PRIMARY KEY);

    Good:
        CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
    """
    for column in table.columns:
        if (column.default or "").startswith("nextval("):
            name = ident(column.name)
            steps = f"ALTER COLUMN {name} DROP DEFAULT, ALTER COLUMN {name} ADD GENERATED ALWAYS AS IDENTITY"
            message = f"column {name} of {title(table)} is a serial"
            yield Fault(column_of(table, column.name), message, f"ALTER TABLE {title(table)} {steps}")


@each_table("FK001")
def foreign_key_without_index(table: Table, world: World) -> Iterator[Fault]:
    """A foreign key has no index that starts with its columns.

    Deleting or re-keying a parent row then scans the whole child table, and so does every join from the parent.

    Bad:
        CREATE TABLE authors (id uuid PRIMARY KEY);
        CREATE TABLE books (
            id uuid PRIMARY KEY,
            author_id uuid NOT NULL REFERENCES authors ON DELETE CASCADE
        );

    Good:
        CREATE TABLE authors (id uuid PRIMARY KEY);
        CREATE TABLE books (
            id uuid PRIMARY KEY,
            author_id uuid NOT NULL REFERENCES authors ON DELETE CASCADE
        );
        CREATE INDEX idx_books_author_id ON books (author_id);
    """
    indexed = _leading_columns(table)
    for key in table.foreign_keys:
        wanted = set(key.columns)
        if not any(wanted == set(columns[: len(wanted)]) for columns in indexed):
            name = ident(shorten("_".join(("idx", table.name, *key.columns))))
            fix = f"CREATE INDEX {name} ON {title(table)} ({listed(key.columns)})"
            message = f"no index of {title(table)} starts with {listed(key.columns)}, the foreign key {ident(key.name)}"
            yield Fault(of(table, key.name), message, fix, column_of(table, key.columns[0]))


def _leading_columns(table: Table) -> list[tuple[str, ...]]:
    """The columns of each index that can find the rows of a parent: B-trees over all rows, in their order."""
    found = [
        one.columns
        for one in table.indexes
        if one.method == "btree" and one.valid and (one.predicate is None or _only_nulls_missing(one.predicate))
    ]
    found += [one.columns for one in table.constraints if isinstance(one, PrimaryKey | Unique)]
    found += [
        tuple(key for key, operator in one.elements if operator == "=")
        for one in table.constraints
        if isinstance(one, Exclusion) and one.predicate is None
    ]
    return found


def _only_nulls_missing(predicate: str) -> bool:
    """Whether an index of that predicate holds every row that can point at a parent."""
    bare = predicate.strip("()")
    return bare.endswith(" IS NOT NULL") and " AND " not in bare


@each_table("FK002")
def foreign_key_without_on_delete(table: Table, world: World) -> Iterator[Fault]:
    """A foreign key leaves open what happens when the parent goes.

    NO ACTION, the default, refuses the delete at the end of the statement, most often by accident: nobody decided
    whether the children go with their parent, stay without one, or hold it. Written out, it is a decision.

    Bad:
        CREATE TABLE authors (id uuid PRIMARY KEY);
        CREATE TABLE books (id uuid PRIMARY KEY, author_id uuid REFERENCES authors);
        CREATE INDEX idx_books_author_id ON books (author_id);

    Good:
        CREATE TABLE authors (id uuid PRIMARY KEY);
        CREATE TABLE books (id uuid PRIMARY KEY, author_id uuid REFERENCES authors ON DELETE SET NULL);
        CREATE INDEX idx_books_author_id ON books (author_id);
    """
    for key in table.foreign_keys:
        if key.on_delete == "NO ACTION" and not key.period:
            message = f"foreign key {ident(key.name)} of {title(table)} does not say what ON DELETE does"
            fix = "write ON DELETE CASCADE, SET NULL or RESTRICT"
            yield Fault(of(table, key.name), message, fix, column_of(table, key.columns[0]))


@each_table("FK003")
def foreign_key_of_another_type(table: Table, world: World) -> Iterator[Fault]:
    """A foreign key's column has another type than the key that it points at.

    PostgreSQL takes it where the types can be compared; the smaller of the two then overflows first, and each check
    of the key converts.

    Bad:
        CREATE TABLE authors (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
        CREATE TABLE books (id uuid PRIMARY KEY, author_id integer REFERENCES authors ON DELETE CASCADE);
        CREATE INDEX idx_books_author_id ON books (author_id);

    Good:
        CREATE TABLE authors (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
        CREATE TABLE books (id uuid PRIMARY KEY, author_id bigint REFERENCES authors ON DELETE CASCADE);
        CREATE INDEX idx_books_author_id ON books (author_id);
    """
    for key in table.foreign_keys:
        parent = target_of(key, world)
        if parent is None:
            continue
        for name, target in zip(key.columns, key.target_columns, strict=True):
            own, other = table.column(name).type, parent.column(target).type
            if own != other:
                message = (
                    f"{title(table)}.{ident(name)} is {own} and points at {title(parent)}.{ident(target)}, {other}"
                )
                fix = f"ALTER TABLE {title(table)} ALTER COLUMN {ident(name)} TYPE {other}"
                yield Fault(column_of(table, name), message, fix)


@each_table("FK004", "error")
def impossible_set_null(table: Table, world: World) -> Iterator[Fault]:
    """ON DELETE SET NULL empties a column that must not be empty.

    Every delete of a parent that has children then fails. With several columns name the one that is to be emptied.

    Bad:
        CREATE TABLE authors (id uuid PRIMARY KEY);
        CREATE TABLE books (id uuid PRIMARY KEY, author_id uuid NOT NULL REFERENCES authors ON DELETE SET NULL);
        CREATE INDEX idx_books_author_id ON books (author_id);

    Good:
        CREATE TABLE authors (id uuid PRIMARY KEY);
        CREATE TABLE books (id uuid PRIMARY KEY, author_id uuid REFERENCES authors ON DELETE SET NULL);
        CREATE INDEX idx_books_author_id ON books (author_id);
    """
    for key in table.foreign_keys:
        emptied = (key.set_columns or key.columns) if key.on_delete == "SET NULL" else ()
        required = tuple(name for name in emptied if not table.column(name).nullable)
        if required:
            message = f"foreign key {ident(key.name)} of {title(table)} sets {listed(required)} null, which is NOT NULL"
            optional = tuple(name for name in key.columns if name not in required)
            fix = f"ON DELETE SET NULL ({listed(optional)})" if optional else "use CASCADE or RESTRICT"
            yield Fault(of(table, key.name), message, fix, column_of(table, key.columns[0]))


@each_table("FK005")
def reference_without_foreign_key(table: Table, world: World) -> Iterator[Fault]:
    """A column is named after a table and has its key's type, but no foreign key.

    Nothing then keeps it from pointing at a row that is not there, or no longer there.

    Bad:
        CREATE TABLE authors (id uuid PRIMARY KEY);
        CREATE TABLE books (id uuid PRIMARY KEY, author_id uuid);

    Good:
        CREATE TABLE authors (id uuid PRIMARY KEY);
        CREATE TABLE books (id uuid PRIMARY KEY, author_id uuid REFERENCES authors ON DELETE SET NULL);
        CREATE INDEX idx_books_author_id ON books (author_id);
    """
    keyed = {name for key in table.foreign_keys for name in key.columns}
    for column in table.columns:
        noun = column.name.removesuffix("_id")
        if column.name in keyed or noun == column.name:
            continue
        parents = (world.by_name.get((table.schema, name)) for name in (plural(noun), noun))
        parent = next((one for one in parents if one is not None and one is not table), None)
        key = parent.primary_key if parent else None
        if parent and key and len(key.columns) == 1 and parent.column(key.columns[0]).type == column.type:
            name = f"{ident(column.name)} of {title(table)}"
            fix = f"ALTER TABLE {title(table)} ADD FOREIGN KEY ({ident(column.name)}) REFERENCES {title(parent)}"
            yield Fault(column_of(table, column.name), f"{name} points at {title(parent)} by its name only", fix)
