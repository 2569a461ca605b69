"""Rules about names, timestamps and normal forms."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from colonnade.design.schema import Table
from colonnade.lint.world import Fault, World, check, column_of, each_table, keys_of, of, target_of, title
from colonnade.sql import ident
from colonnade.types import take_apart
from colonnade.vocabulary.dependencies import LISTS_OF_IDS, NUMBERED
from colonnade.vocabulary.naming import snake


def _named(world: World) -> Iterator[tuple[str, str]]:
    """The subject and the name of every table and column."""
    for table in world.tables:
        yield table.name, table.name
        yield from ((column_of(table, column.name), column.name) for column in table.columns)


@check("NM001")
def name_with_capitals_or_blanks(world: World) -> Iterator[Fault]:
    """A table or column has a name that must always be quoted.

    PostgreSQL folds an unquoted name to lower case: `SELECT Title` then asks for another column.

    Bad:
        CREATE TABLE books (id uuid PRIMARY KEY, "firstEdition" date);

    Good:
        CREATE TABLE books (id uuid PRIMARY KEY, first_edition date);
    """
    for subject, name in _named(world):
        if not re.fullmatch(r"[a-z_][a-z0-9_]*", name):
            yield Fault(subject, f"the name {ident(name)} must always be quoted", f"call it {snake(name)}")


@check("NM002")
def reserved_word_as_name(world: World) -> Iterator[Fault]:
    """A table or column is called by a word that SQL reserves.

    Unquoted it is a syntax error, or worse, means something else: `SELECT * FROM user` gives the name of the role.

    Bad:
        CREATE TABLE "order" (id uuid PRIMARY KEY);

    Good:
        CREATE TABLE orders (id uuid PRIMARY KEY);
    """
    from pglast import keywords

    reserved = keywords.RESERVED_KEYWORDS | keywords.TYPE_FUNC_NAME_KEYWORDS
    for subject, name in _named(world):
        if name in reserved:
            yield Fault(subject, f"the name {ident(name)} is a reserved word of SQL", "choose another word")


@check("TS001", "note")
def table_without_timestamps(world: World) -> Iterator[Fault]:
    """A table has no created_at, where most others of its database have one.

    When a row came is what every investigation asks first, and it cannot be found out later.

    Bad:
        CREATE TABLE authors (id uuid PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE books (id uuid PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE loans (id uuid PRIMARY KEY);

    Good:
        CREATE TABLE authors (id uuid PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE books (id uuid PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE loans (id uuid PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now());
    """
    plain = [table for table in world.tables if not _links(table)]
    without = [table for table in plain if not table.has("created_at")]
    if len(without) * 2 < len(plain):
        for table in without:
            fix = f"ALTER TABLE {title(table)} ADD COLUMN created_at timestamptz NOT NULL DEFAULT now()"
            yield Fault(table.name, f"table {title(table)} has no created_at, and most others have one", fix)


def _links(table: Table) -> bool:
    """Whether the table only joins others: its primary key is made of foreign keys."""
    keyed = {name for key in table.foreign_keys for name in key.columns}
    return table.primary_key is not None and set(table.primary_key.columns) <= keyed


@each_table("TS002")
def updated_at_without_trigger(table: Table, world: World) -> Iterator[Fault]:
    """A table has updated_at and no trigger that moves it.

    It then holds what the last careful writer gave; an UPDATE by hand or by another program leaves it as it was.

    Bad:
        CREATE TABLE books (id uuid PRIMARY KEY, updated_at timestamptz NOT NULL DEFAULT now());

    Good:
        CREATE TABLE books (id uuid PRIMARY KEY, updated_at timestamptz NOT NULL DEFAULT now());
        CREATE FUNCTION update_updated_at_column() RETURNS trigger LANGUAGE plpgsql AS
            $$BEGIN NEW.updated_at := now(); RETURN NEW; END$$;
        CREATE TRIGGER update_books_updated_at BEFORE UPDATE ON books
            FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();
    """
    moved = any(
        one.timing == "BEFORE" and one.each_row and any(event.startswith("UPDATE") for event in one.events)
        for one in table.triggers
    )
    if table.has("updated_at") and not moved:
        fix = "add a BEFORE UPDATE trigger that sets it"
        yield Fault(column_of(table, "updated_at"), f"nothing moves updated_at of {title(table)} on an update", fix)


@each_table("NF001")
def list_of_identifiers(table: Table, world: World) -> Iterator[Fault]:
    """A column holds a list of other rows' identifiers (first normal form).

    No foreign key can check its elements, deleting a row leaves its identifier behind, and the other direction
    cannot be joined.

    Bad:
        CREATE TABLE books (id uuid PRIMARY KEY, author_ids uuid[]);

    Good:
        CREATE TABLE authors (id uuid PRIMARY KEY);
        CREATE TABLE books (id uuid PRIMARY KEY);
        CREATE TABLE book_authors (
            book_id uuid NOT NULL REFERENCES books ON DELETE CASCADE,
            author_id uuid NOT NULL REFERENCES authors ON DELETE CASCADE,
            PRIMARY KEY (book_id, author_id)
        );
        CREATE INDEX idx_book_authors_author_id ON book_authors (author_id);
    """
    for column in table.columns:
        shape = take_apart(column.type)
        if LISTS_OF_IDS.search(column.name) and (shape.dimensions or shape.base in ("text", "jsonb")):
            other = LISTS_OF_IDS.sub("", column.name)
            fix = f"a table with a row for each pair, {table.name}_{other}"
            message = f"{title(table)}.{ident(column.name)} is a list of identifiers ({column.type})"
            yield Fault(column_of(table, column.name), message, fix)


@each_table("NF002")
def numbered_columns(table: Table, world: World) -> Iterator[Fault]:
    """A table repeats a column under numbers: phone1, phone2 (first normal form).

    A search must look into each, an index is needed for each, and the next one needs a migration.

    Bad:
        CREATE TABLE people (id uuid PRIMARY KEY, phone1 text, phone2 text);

    Good:
        CREATE TABLE people (id uuid PRIMARY KEY);
        CREATE TABLE phones (
            person_id uuid NOT NULL REFERENCES people ON DELETE CASCADE,
            number text NOT NULL,
            PRIMARY KEY (person_id, number)
        );
    """
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for column in table.columns:
        if match := NUMBERED.fullmatch(column.name):
            groups[match[1].rstrip("_"), column.type].append(column.name)
    for (stem, _), names in sorted(groups.items()):
        if len(names) > 1:
            message = f"{title(table)} repeats {ident(stem)}: {', '.join(map(ident, names))}"
            yield Fault(column_of(table, names[1]), message, f"a table with a row for each {stem}")


@each_table("NF003")
def copy_of_parent_column(table: Table, world: World) -> Iterator[Fault]:
    """A column repeats a column of the row that a foreign key points at (third normal form).

    `customer_name` beside `customer_id`, where the customer has a name: the two differ as soon as one is changed.
    Where the value of that moment is meant, as on an invoice, allow it and say so.

    Bad:
        CREATE TABLE customers (id uuid PRIMARY KEY, name text NOT NULL);
        CREATE TABLE orders (
            id uuid PRIMARY KEY,
            customer_id uuid NOT NULL REFERENCES customers ON DELETE RESTRICT,
            customer_name text NOT NULL
        );
        CREATE INDEX idx_orders_customer_id ON orders (customer_id);

    Good:
        CREATE TABLE customers (id uuid PRIMARY KEY, name text NOT NULL);
        CREATE TABLE orders (id uuid PRIMARY KEY, customer_id uuid NOT NULL REFERENCES customers ON DELETE RESTRICT);
        CREATE INDEX idx_orders_customer_id ON orders (customer_id);
    """
    keyed = {name for key in table.foreign_keys for name in key.columns}
    for key in table.foreign_keys:
        parent = target_of(key, world)
        stem = key.columns[-1].removesuffix("_id")
        if parent is None or stem == key.columns[-1]:
            continue
        for column in table.columns:
            own = column.name.removeprefix(f"{stem}_")
            if column.name not in keyed and own != column.name and parent.has(own):
                name = f"{title(table)}.{ident(column.name)}"
                message = f"{name} repeats {title(parent)}.{ident(own)}, which {ident(key.columns[-1])} gives"
                yield Fault(column_of(table, column.name), message, f"join {title(parent)} instead")


@each_table("NF004")
def reference_by_type_and_id(table: Table, world: World) -> Iterator[Fault]:
    """A reference is a pair of columns, the kind of its target and the target's key.

    No foreign key can check it. A column with a foreign key for each kind, and a CHECK that exactly one of them is
    set, can.

    Bad:
        CREATE TABLE comments (id uuid PRIMARY KEY, subject_type text NOT NULL, subject_id uuid NOT NULL);

    Good:
        CREATE TABLE posts (id uuid PRIMARY KEY);
        CREATE TABLE photos (id uuid PRIMARY KEY);
        CREATE TABLE comments (
            id uuid PRIMARY KEY,
            post_id uuid REFERENCES posts ON DELETE CASCADE,
            photo_id uuid REFERENCES photos ON DELETE CASCADE,
            CHECK (num_nonnulls(post_id, photo_id) = 1)
        );
        CREATE INDEX idx_comments_post_id ON comments (post_id);
        CREATE INDEX idx_comments_photo_id ON comments (photo_id);
    """
    keyed = {name for key in table.foreign_keys for name in key.columns}
    for column in table.columns:
        stem = column.name.removesuffix("_type")
        if stem != column.name and table.has(f"{stem}_id") and f"{stem}_id" not in keyed:
            pair = f"{ident(column.name)} and {ident(stem + '_id')}"
            fix = "a foreign key column for each kind, and CHECK (num_nonnulls(…) = 1)"
            yield Fault(column_of(table, f"{stem}_id"), f"{pair} of {title(table)} point where no key can check", fix)


@each_table("NF005", "note")
def surrogate_key_alone(table: Table, world: World) -> Iterator[Fault]:
    """A table that joins two others has a key of its own and lets the same pair in twice.

    Bad:
        CREATE TABLE books (id uuid PRIMARY KEY);
        CREATE TABLE tags (id uuid PRIMARY KEY);
        CREATE TABLE book_tags (
            id uuid PRIMARY KEY,
            book_id uuid NOT NULL REFERENCES books ON DELETE CASCADE,
            tag_id uuid NOT NULL REFERENCES tags ON DELETE CASCADE
        );
        CREATE INDEX idx_book_tags_book_id ON book_tags (book_id);
        CREATE INDEX idx_book_tags_tag_id ON book_tags (tag_id);

    Good:
        CREATE TABLE books (id uuid PRIMARY KEY);
        CREATE TABLE tags (id uuid PRIMARY KEY);
        CREATE TABLE book_tags (
            book_id uuid NOT NULL REFERENCES books ON DELETE CASCADE,
            tag_id uuid NOT NULL REFERENCES tags ON DELETE CASCADE,
            PRIMARY KEY (book_id, tag_id)
        );
        CREATE INDEX idx_book_tags_tag_id ON book_tags (tag_id);
    """
    columns = {column.name for column in table.columns} - {"id", "created_at", "updated_at"}
    pair = {name for key in table.foreign_keys for name in key.columns}
    required = not any(table.column(name).nullable for name in pair)
    if (
        len(table.foreign_keys) == 2
        and columns == pair
        and required
        and not any(set(key) <= pair for key in keys_of(table))
    ):
        names = ", ".join(map(ident, sorted(pair)))
        key = of(table, table.primary_key.name) if table.primary_key else table.name
        yield Fault(key, f"{title(table)} takes the same {names} twice", f"UNIQUE ({names})", table.name)
