"""Rules of the Markdown reader that have no function of their own; declared here and nowhere else."""

from __future__ import annotations

from colonnade.findings import declare

FOREIGN_DIALECT = declare(
    "foreign-dialect",
    """A code block is not PostgreSQL and was translated by best effort.

    MySQL, SQL Server, SQLite and bracket notes such as `tasks (id INT PK, title VARCHAR(200))` state columns, keys and
    types well enough to read them. What has no counterpart (storage engines, display widths, UNSIGNED) is left out.
    """,
)
SQL_NOT_CARRIED = declare(
    "sql-not-carried",
    """A policy or trigger in a document is understood, and the design makes its own instead.

    Isolation, updated_at and soft delete follow from the house rules, which are proven; a statement copied from a
    document is not.
    """,
)
