"""Rules about the types of columns and about constraints."""

from __future__ import annotations

import re
from collections.abc import Iterator

from colonnade.design.schema import Check, Column, ForeignKey, Table
from colonnade.lint.world import Fault, World, column_of, each_table, of, title
from colonnade.sql import ident
from colonnade.types import take_apart

MONEY_WORDS = frozenset(
    "amount balance charge cost credit debit deposit discount fee payment payout price refund salary subtotal "
    "total_amount wage".split()
)
TEXTS = frozenset({"text", "character varying", "character"})
CLOSED_LISTS = frozenset({"status", "state", "priority", "severity"})


def _of_type(table: Table, *bases: str) -> Iterator[Column]:
    return (column for column in table.columns if take_apart(column.type).base in bases)


def _retype(table: Table, column: Column, type_: str) -> str:
    return f"ALTER TABLE {title(table)} ALTER COLUMN {ident(column.name)} TYPE {type_}"


def _is(table: Table, column: Column) -> str:
    return f"{title(table)}.{ident(column.name)} is {column.type}"


@each_table("TY001")
def timestamp_without_time_zone(table: Table, world: World) -> Iterator[Fault]:
    """A moment is stored without its time zone.

    What it means depends on the setting of the session that reads it, and two hours a year are ambiguous.

    Bad:
        CREATE TABLE visits (id uuid PRIMARY KEY, seen_at timestamp NOT NULL);

    Good:
        CREATE TABLE visits (id uuid PRIMARY KEY, seen_at timestamptz NOT NULL);
    """
    for column in _of_type(table, "timestamp without time zone"):
        fix = f"{_retype(table, column, 'timestamptz')} USING {ident(column.name)} AT TIME ZONE 'UTC'"
        yield Fault(column_of(table, column.name), _is(table, column), fix)


@each_table("TY002")
def time_with_time_zone(table: Table, world: World) -> Iterator[Fault]:
    """A time of day is stored with an offset but without a date.

    The offset of a place changes with the season, so without the date it says nothing; PostgreSQL's manual advises
    against the type.

    Bad:
        CREATE TABLE shops (id uuid PRIMARY KEY, opens timetz);

    Good:
        CREATE TABLE shops (id uuid PRIMARY KEY, opens time, zone text);
    """
    for column in _of_type(table, "time with time zone"):
        yield Fault(column_of(table, column.name), _is(table, column), _retype(table, column, "time"))


@each_table("TY003")
def padded_text(table: Table, world: World) -> Iterator[Fault]:
    """A text is of type char(n).

    It is filled up with blanks, which are stored, and which come and go when it is compared or cast; it is neither
    faster nor smaller than varchar.

    Bad:
        CREATE TABLE countries (id uuid PRIMARY KEY, code char(2) NOT NULL);

    Good:
        CREATE TABLE countries (id uuid PRIMARY KEY, code varchar(2) NOT NULL CHECK (length(code) = 2));
    """
    for column in _of_type(table, "character"):
        type_ = column.type.replace("character", "varchar", 1)
        yield Fault(column_of(table, column.name), _is(table, column), _retype(table, column, type_))


@each_table("TY004")
def money_type(table: Table, world: World) -> Iterator[Fault]:
    """A column is of type money.

    Its currency and its decimals are those of the server's locale, so a dump restored elsewhere shows other sums.

    Bad:
        CREATE TABLE orders (id uuid PRIMARY KEY, total money);

    Good:
        CREATE TABLE orders (id uuid PRIMARY KEY, total numeric(12, 2));
    """
    for column in _of_type(table, "money"):
        fix = _retype(table, column, "numeric(12, 2)")
        yield Fault(column_of(table, column.name), _is(table, column), fix)


@each_table("TY005", "error")
def float_for_money(table: Table, world: World) -> Iterator[Fault]:
    """An amount of money is a floating-point number.

    0.1 has no exact value in binary: sums drift, and equal amounts are not equal.

    Bad:
        CREATE TABLE orders (id uuid PRIMARY KEY, price double precision);

    Good:
        CREATE TABLE orders (id uuid PRIMARY KEY, price numeric(12, 2), weight double precision);
    """
    for column in _of_type(table, "double precision", "real"):
        words = {column.name, column.name.rpartition("_")[2]}
        if words & MONEY_WORDS:
            fix = _retype(table, column, "numeric(12, 2)")
            yield Fault(column_of(table, column.name), _is(table, column), fix)


@each_table("TY006")
def json_column(table: Table, world: World) -> Iterator[Fault]:
    """A document is of type json instead of jsonb.

    json is the text as it came: no equality (DISTINCT and GROUP BY fail), no GIN index, and it is parsed again at
    each use.

    Bad:
        CREATE TABLE books (id uuid PRIMARY KEY, details json);

    Good:
        CREATE TABLE books (id uuid PRIMARY KEY, details jsonb);
    """
    for column in _of_type(table, "json"):
        yield Fault(column_of(table, column.name), _is(table, column), _retype(table, column, "jsonb"))


@each_table("TY007")
def uuid_as_text(table: Table, world: World) -> Iterator[Fault]:
    """An identifier of 36 characters is a text.

    As uuid it takes 16 bytes instead of 37, in each index too, and what is no UUID is refused.

    Bad:
        CREATE TABLE books (id varchar(36) PRIMARY KEY);

    Good:
        CREATE TABLE books (id uuid PRIMARY KEY);
    """
    for column in table.columns:
        if column.type == "character varying(36)" and re.search(r"(^|_)(id|uuid|guid)$", column.name):
            fix = f"{_retype(table, column, 'uuid')} USING {ident(column.name)}::uuid"
            yield Fault(column_of(table, column.name), _is(table, column), fix)


@each_table("TY008")
def moment_as_text(table: Table, world: World) -> Iterator[Fault]:
    """A date or a moment is a text.

    It sorts by its spelling, takes the 31st of February, and no arithmetic works on it.

    Bad:
        CREATE TABLE visits (id uuid PRIMARY KEY, seen_at text);

    Good:
        CREATE TABLE visits (id uuid PRIMARY KEY, seen_at timestamptz);
    """
    for column in _of_type(table, *TEXTS):
        ending = re.search(r"_(at|date|timestamp)$", column.name)
        if ending or column.name == "date":
            type_ = "date" if column.name.endswith("date") else "timestamptz"
            fix = f"{_retype(table, column, type_)} USING {ident(column.name)}::{type_}"
            yield Fault(column_of(table, column.name), _is(table, column), fix)


@each_table("TY009")
def boolean_as_text(table: Table, world: World) -> Iterator[Fault]:
    """A yes or no is a text or a number.

    A column called is_… or has_… that takes any value will hold 'Y', 'yes', 'true' and ''.

    Bad:
        CREATE TABLE books (id uuid PRIMARY KEY, is_sold varchar(3));

    Good:
        CREATE TABLE books (id uuid PRIMARY KEY, is_sold boolean NOT NULL DEFAULT false);
    """
    for column in _of_type(table, *TEXTS, "smallint", "integer"):
        if column.name.startswith(("is_", "has_")):
            yield Fault(column_of(table, column.name), _is(table, column), _retype(table, column, "boolean"))


@each_table("CK001")
def constraint_not_validated(table: Table, world: World) -> Iterator[Fault]:
    """A constraint was added NOT VALID and never validated.

    Rows from before may break it; the planner does not use it, and a dump of such rows cannot be restored.

    Bad:
        CREATE TABLE books (id uuid PRIMARY KEY, pages integer);
        ALTER TABLE books ADD CONSTRAINT books_pages_check CHECK (pages > 0) NOT VALID;

    Good:
        CREATE TABLE books (id uuid PRIMARY KEY, pages integer);
        ALTER TABLE books ADD CONSTRAINT books_pages_check CHECK (pages > 0) NOT VALID;
        ALTER TABLE books VALIDATE CONSTRAINT books_pages_check;
    """
    for one in table.constraints:
        if isinstance(one, Check | ForeignKey) and one.enforced and not one.validated:
            fix = f"ALTER TABLE {title(table)} VALIDATE CONSTRAINT {ident(one.name)}"
            yield Fault(of(table, one.name), f"constraint {ident(one.name)} of {title(table)} is not validated", fix)


@each_table("CK002")
def unenforced_constraint(table: Table, world: World) -> Iterator[Fault]:
    """A constraint is NOT ENFORCED: it says something of the rows that nothing checks.

    Bad:
        CREATE TABLE books (id uuid PRIMARY KEY, pages integer CHECK (pages > 0) NOT ENFORCED);

    Good:
        CREATE TABLE books (id uuid PRIMARY KEY, pages integer CHECK (pages > 0));
    """
    for one in table.constraints:
        if isinstance(one, Check | ForeignKey) and not one.enforced:
            fix = f"ALTER TABLE {title(table)} ALTER CONSTRAINT {ident(one.name)} ENFORCED"
            if isinstance(one, Check):
                fix = "drop it and add it without NOT ENFORCED"
            yield Fault(of(table, one.name), f"constraint {ident(one.name)} of {title(table)} is not enforced", fix)


@each_table("CK003", "error")
def comparison_with_null(table: Table, world: World) -> Iterator[Fault]:
    """A CHECK compares with NULL by = or <>.

    The comparison is NULL for every row, and a CHECK refuses only what is false: it refuses nothing.

    Bad:
        CREATE TABLE books (id uuid PRIMARY KEY, title text, CONSTRAINT books_title_check CHECK (title <> NULL));

    Good:
        CREATE TABLE books (id uuid PRIMARY KEY, title text, CONSTRAINT books_title_check CHECK (title IS NOT NULL));
    """
    for one in table.constraints:
        if isinstance(one, Check) and re.search(r"(<>|=|<|>) \(?NULL(?:::|\)|\s|$)", one.expression):
            message = f"check {ident(one.name)} of {title(table)} compares with NULL and so refuses nothing"
            yield Fault(of(table, one.name), message, "write IS NULL or IS NOT NULL")


@each_table("CK004", "note")
def status_without_values(table: Table, world: World) -> Iterator[Fault]:
    """A column whose name promises a closed list takes any text.

    A misspelt status is stored, and the row is then in no list that the application shows.

    Bad:
        CREATE TABLE jobs (id uuid PRIMARY KEY, status text NOT NULL);

    Good:
        CREATE TABLE jobs (id uuid PRIMARY KEY, status text NOT NULL CHECK (status IN ('open', 'done')));
    """
    checked = " ".join(one.expression for one in table.constraints if isinstance(one, Check))
    keyed = {name for key in table.foreign_keys for name in key.columns}
    for column in _of_type(table, *TEXTS):
        free = column.name not in keyed and not re.search(rf"\b{re.escape(column.name)}\b", checked)
        if column.name in CLOSED_LISTS and free:
            name = ident(column.name)
            message = f"{title(table)}.{name} takes any text"
            yield Fault(column_of(table, column.name), message, f"CHECK ({name} IN (…)), or an enum type")


@each_table("CK005", "note")
def boolean_that_may_be_empty(table: Table, world: World) -> Iterator[Fault]:
    """A yes or no has a default and may be empty all the same.

    Empty is then a third answer: `WHERE NOT is_sold` and `WHERE is_sold` both leave such rows out.

    Bad:
        CREATE TABLE books (id uuid PRIMARY KEY, is_sold boolean DEFAULT false);

    Good:
        CREATE TABLE books (id uuid PRIMARY KEY, is_sold boolean NOT NULL DEFAULT false);
    """
    for column in _of_type(table, "boolean"):
        if column.nullable and column.default is not None:
            name = ident(column.name)
            message = f"{title(table)}.{name} is a yes or no with a default, and may be empty"
            yield Fault(column_of(table, column.name), message, f"ALTER COLUMN {name} SET NOT NULL")
