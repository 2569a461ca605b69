"""What a lint rule sees, what it says, and how it is registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from colonnade.design.schema import Database, ForeignKey, Table, Unique
from colonnade.findings import Severity, rule
from colonnade.sql import ident, qualified

OWNER_COLUMNS = ("user_id", "owner_id", "tenant_id", "organization_id", "organisation_id", "workspace_id")
"""Columns that tie a row to its user, where no design says which one does."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule says of one object.

    `subject` is written as in a Reason: `tasks`, `tasks.user_id`, `tasks/idx_tasks_user_id`. `near` is a subject whose
    place serves where the object itself has none, as a constraint that PostgreSQL named.
    """

    subject: str
    message: str
    fix: str = ""
    near: str = ""


@dataclass(frozen=True)
class World:
    """A database with what surrounds it.

    `external` are tables that others own. `owners` are (table, column) pairs of a design. `leakproof` are the types
    whose comparisons may be an index condition behind a policy, as the server says.
    """

    database: Database
    external: tuple[Table, ...] = ()
    owners: tuple[tuple[str, str], ...] | None = None
    leakproof: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """All tables but partitions, which take after their parent."""
        return tuple(table for table in self.database.tables if table.partition_of is None)

    @cached_property
    def by_name(self) -> dict[tuple[str, str], Table]:
        return {(table.schema, table.name): table for table in (*self.external, *self.database.tables)}

    @cached_property
    def _owner_by_table(self) -> dict[str, str]:
        return dict(self.owners or ())

    def owner(self, table: Table) -> str | None:
        """The column that says whose a row is; by its name where no design says it."""
        if self.owners is not None:
            return self._owner_by_table.get(table.name)
        return next((name for name in OWNER_COLUMNS if table.has(name)), None)


Check: TypeAlias = Callable[[World], Iterator[Fault]]
TableCheck: TypeAlias = Callable[[Table, World], Iterator[Fault]]

CHECKS: dict[str, Check] = {}
"""The rules that look at a database, by name."""


def check(id: str, severity: Severity = "warning") -> Callable[[Check], Check]:  # noqa: A002
    """Registers a function as the lint rule of its own name, `foreign_key_without_index` for an example."""

    def register(function: Check) -> Check:
        name = function.__name__.replace("_", "-")
        CHECKS[name] = rule(name, id=id, severity=severity)(function)
        return function

    return register


def each_table(id: str, severity: Severity = "warning") -> Callable[[TableCheck], TableCheck]:  # noqa: A002
    """Like `check`, for a rule that looks at one table after the other; partitions are left out."""

    def register(function: TableCheck) -> TableCheck:
        def every(world: World) -> Iterator[Fault]:
            for table in world.tables:
                yield from function(table, world)

        every.__name__, every.__doc__ = function.__name__, function.__doc__
        check(id, severity)(every)
        return function

    return register


def title(table: Table) -> str:
    """The table's name as it is said in a message."""
    return qualified(table.schema, table.name)


def of(table: Table, name: str) -> str:
    """The subject of a constraint, index, policy or trigger of `table`."""
    return f"{table.name}/{name}"


def column_of(table: Table, name: str) -> str:
    return f"{table.name}.{name}"


def listed(names: tuple[str, ...]) -> str:
    return ", ".join(map(ident, names))


def keys_of(table: Table) -> tuple[tuple[str, ...], ...]:
    """The columns of the primary key and of each unique constraint and whole unique index."""
    keys = [(table.primary_key.columns)] if table.primary_key else []
    keys += [one.columns for one in table.constraints if isinstance(one, Unique)]
    keys += [
        one.columns
        for one in table.indexes
        if one.unique and one.predicate is None and len(one.columns) == len(one.keys)
    ]
    return tuple(keys)


def target_of(key: ForeignKey, world: World) -> Table | None:
    return world.by_name.get(key.target)
