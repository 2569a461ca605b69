"""The findings of the reader, each a rule with its page."""

from __future__ import annotations

from colonnade.findings import declare

CONTRADICTION = declare(
    "documents-contradict",
    """Two places of the documents say different things of the same column.

    The more precise form wins (SQL over a table, a table over prose); the finding shows both places,
    because only the author knows which of them is out of date.
    """,
)
UNDEFINED_REFERENCE = declare(
    "reference-to-undefined-table",
    """A column points at a table that no document defines.

    The foreign key can only be made where that table exists already, such as `auth.users`.
    Define the table, or say who manages it.
    """,
)
AMBIGUOUS_RELATION = declare(
    "ambiguous-relation",
    """Two entities are said to be related, but not by which key, and more than one column could be it.

    The sentence then adds nothing to what the columns say. Name the column: `Order belongs to User via placed_by`.
    """,
)
UNKNOWN_TYPE = declare(
    "unknown-type",
    """A column has a type that no type table knows.

    The finding suggests the nearest known word. Without a known type the design falls back to text.
    """,
)
OPEN_CLARIFICATION = declare(
    "open-clarification",
    """A document holds an open question: `[NEEDS CLARIFICATION: ...]`.

    What depends on its answer is read as if the question were not there.
    """,
)
UNMAPPED_REQUIREMENT = declare(
    "requirement-maps-to-nothing",
    """A functional requirement on data names no entity that the documents define.

    Either an entity is missing, or the requirement is about something else than data.
    """,
)
READ_AS_CONCEPT = declare(
    "entity-read-as-concept",
    """Something listed among the entities is not stored: a derived value, a state of the interface, a message.

    It becomes no table. If it is to be stored, say so, or give it columns with types.
    """,
)
NOT_UNDERSTOOD = declare(
    "constraint-not-understood",
    """A rule for values stands beside a column or in a list of rules, and nothing in the schema keeps it.

    Either its wording is not known, or no constraint can say it, as where it limits how many rows there are.
    Write it as `CHECK (price > cost)`, as a limit such as `1-200 characters`, or as a regular expression
    (``matches `^[A-Z]{3}$` ``); what concerns other rows belongs into the application or a trigger.
    """,
)
SAMPLE_VIOLATES = declare(
    "sample-violates-table",
    """A sample value does not fit the type of its column, such as `'user-123'` for a UUID.

    Seeds and tests copied from the sample would fail.
    """,
)
GLOBAL_RULE = declare(
    "columns-of-every-table",
    """A document says that every table has certain columns; they are added to each entity as implied.

    A table that names such a column itself keeps its own wording.
    """,
)
KEY_BY_NAME = declare(
    "key-named-after-entity",
    """A column `<entity>_id` is read as a key of that entity, though no document says so in words.

    Write `FK` beside the column to state it, or give the column another name.
    """,
)
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
