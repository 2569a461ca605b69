"""Where in SQL files each object is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from colonnade.elaborate.statements import Statement
from colonnade.errors import Place

ENDINGS = {"CONSTR_PRIMARY": "pkey", "CONSTR_UNIQUE": "key", "CONSTR_FOREIGN": "fkey", "CONSTR_CHECK": "check"}


def places(script: Sequence[Statement]) -> dict[str, Place]:
    """The place of each table, column, constraint, index, policy, trigger, view and function, by subject.

    Subjects are written as in a Reason: `tasks`, `tasks.user_id`, `tasks/tasks_user_id_fkey`. The first one counts.
    """
    found: dict[str, Place] = {}
    for statement in script:
        for subject, position in _made(_node(statement)):
            found.setdefault(subject, statement.place(max(position, 0)))
    return found


def _node(statement: Statement) -> Any:
    from pglast import parse_sql

    return parse_sql(statement.text)[0].stmt


def _made(node: Any) -> Iterator[tuple[str, int]]:
    """The subjects that a statement makes, each with its position in the statement."""
    reader = READERS.get(type(node).__name__)
    if reader is not None:
        yield from reader(node)


def _table(node: Any) -> Iterator[tuple[str, int]]:
    table = node.relation.relname
    yield table, 0
    for element in node.tableElts or ():
        yield from _element(table, element)


def _element(table: str, element: Any) -> Iterator[tuple[str, int]]:
    kind = type(element).__name__
    if kind == "ColumnDef":
        yield f"{table}.{element.colname}", element.location
        for constraint in element.constraints or ():
            yield from _constraint(table, constraint, (element.colname,))
    elif kind == "Constraint":
        yield from _constraint(table, element, ())


def _constraint(table: str, node: Any, column: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """A constraint by its name, or by the name that PostgreSQL chooses for it in most cases."""
    ending = ENDINGS.get(node.contype.name)
    if node.conname:
        yield f"{table}/{node.conname}", node.location
    elif ending is not None:
        columns = tuple(one.sval for one in node.fk_attrs or node.keys or ()) or column
        inner = () if ending == "pkey" else columns
        yield f"{table}/{'_'.join((table, *inner, ending))}", node.location


def _alteration(node: Any) -> Iterator[tuple[str, int]]:
    for command in node.cmds or ():
        if command.def_ is not None:
            yield from ((subject, 0) for subject, _ in _element(node.relation.relname, command.def_))


def _index(node: Any) -> Iterator[tuple[str, int]]:
    table = node.relation.relname
    keys = tuple(one.name or "expr" for one in node.indexParams or ())
    yield f"{table}/{node.idxname or '_'.join((table, *keys, 'idx'))}", 0


def _grant(node: Any) -> Iterator[tuple[str, int]]:
    for one in (node.objects or ()) if node.is_grant else ():
        if type(one).__name__ == "RangeVar":
            yield f"{one.relname}/privileges", 0


READERS: dict[str, Any] = {
    "CreateStmt": _table,
    "AlterTableStmt": _alteration,
    "IndexStmt": _index,
    "GrantStmt": _grant,
    "CreatePolicyStmt": lambda node: iter([(f"{node.table.relname}/{node.policy_name}", 0)]),
    "CreateTrigStmt": lambda node: iter([(f"{node.relation.relname}/{node.trigname}", 0)]),
    "ViewStmt": lambda node: iter([(node.view.relname, 0)]),
    "CreateTableAsStmt": lambda node: iter([(node.into.rel.relname, 0)]),
    "CreateFunctionStmt": lambda node: iter([(node.funcname[-1].sval, 0)]),
}
"""How to read what a statement makes, by its kind; `def` is a word of Python, so pglast writes def_."""
