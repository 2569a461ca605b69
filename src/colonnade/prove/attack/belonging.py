"""Whose rows are whose: by a column that names the user, or by one that leads to a table that does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from colonnade.design.schema import Database, ForeignKey, Function, Policy, Table
from colonnade.sql import expression, parse

Place: TypeAlias = tuple[str, str]
"""The schema and the name of a table."""

Lead: TypeAlias = tuple[Place, str]
"""A table and the column there that another table's owner column is looked up in."""

OWNER_COLUMNS = ("user_id", "owner_id", "tenant_id", "account_id", "organisation_id", "organization_id", "workspace_id",
                 "author_id", "created_by", "userId", "ownerId", "tenantId")  # fmt: skip
"""Columns that say whose a row is, where no policy does; the first that a table has counts."""

COMPARING = frozenset({"=", "~~", "~~*"})
"""Operators by which a policy may say whose a row is; LIKE is a fault that is found by attacking it."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """`scoped` are the owner columns; a table in `through` has one that holds no user, but leads to a row that does."""

    scoped: Mapping[Place, str] = field(default_factory=dict)
    through: Mapping[Place, Lead] = field(default_factory=dict)

    def root(self, place: Place) -> Place:
        """The table at the end of the way, whose owner column names users."""
        while place in self.through:
            place = self.through[place][0]
        return place


def recognised(database: Database) -> Belonging:
    """Whose rows are whose, as policies, references and names of columns tell.

    First come tables that say it themselves, then those whose policies look it up elsewhere, then the tables that the
    owner columns point at, and last what hangs on any of these by a reference.
    """
    tables = {(one.schema, one.name): one for one in database.tables if one.partition_of is None and not one.inherits}
    leads = {
        place: lead for place, one in tables.items() if (lead := _lead(one, tables, database.functions)) is not None
    }
    named = {place: column for place, one in tables.items() if (column := owner_column(one)) is not None}
    direct = {place: column for place, column in named.items() if place not in leads}
    found = _followed(Belonging(direct), leads)
    return _hanging(_pointed_at(found, tables), tables)


def owner_column(table: Table) -> str | None:
    """The column that the policies compare with something else, else one with a usual name; None where neither is."""
    compared = Counter(name for policy in table.policies for name in _compared(policy) if table.has(name))
    usual = next((name for name in OWNER_COLUMNS if table.has(name)), None)
    if usual is not None and (usual in compared or not compared):
        return usual
    return min(compared, key=lambda name: (-compared[name], name)) if compared else None


def asked(table: Table, database: Database) -> set[Place]:
    """The other tables that the policies of `table` ask, in functions that they call too."""
    text = " ".join(part for one in table.policies for part in (one.using, one.check) if part)
    called = (one for one in database.functions if re.search(rf"\b{re.escape(one.name)}\(", text))
    text = " ".join((text, *(one.body + (one.sql_body or "") for one in called)))
    others = ((one.schema, one.name) for one in database.tables if one.name != table.name)
    return {place for place in others if re.search(rf"(?<!\w){re.escape(place[1])}(?!\w)", text)}


def _followed(found: Belonging, leads: Mapping[Place, tuple[str, Lead]]) -> Belonging:
    """`found` with the tables of `leads` that come, step by step, to a table that is known."""
    waiting = dict(leads)
    while ready := sorted(place for place, (_, lead) in waiting.items() if lead[0] in found.scoped):
        for place in ready:
            column, lead = waiting.pop(place)
            found = _with(found, place, column, lead)
    return found


def _with(found: Belonging, place: Place, column: str, lead: Lead | None) -> Belonging:
    through = found.through if lead is None else {**found.through, place: lead}
    return replace(found, scoped={**found.scoped, place: column}, through=through)


def _pointed_at(found: Belonging, tables: Mapping[Place, Table]) -> Belonging:
    """`found` with the tables of users and of tenants, which belong to whom their key says."""
    for place, column in sorted(found.scoped.items()):
        for key in tables[place].foreign_keys:
            if key.columns == (column,) and key.target in tables and key.target not in found.scoped:
                lead = found.through.get(place)
                if lead is None or lead[0] != key.target:
                    found = _with(found, key.target, key.target_columns[0], lead)
    return found


def _hanging(found: Belonging, tables: Mapping[Place, Table]) -> Belonging:
    """`found` with tables without policies that are nothing without a row that belongs to somebody."""
    waiting = sorted(place for place in tables if place not in found.scoped)
    while True:
        held = {place: key for place in waiting if (key := _holding(tables[place], found)) is not None}
        for place, key in held.items():
            parent, target = key.target, key.target_columns[0]
            lead = None if found.scoped[parent] == target and parent not in found.through else (parent, target)
            found = _with(found, place, key.columns[0], lead)
        waiting = [place for place in waiting if place not in held]
        if not held:
            return found


def _holding(table: Table, found: Belonging) -> ForeignKey | None:
    """The reference without which a row of `table` would be nothing, to a table whose rows belong to somebody."""
    return next(
        (
            key
            for key in table.foreign_keys
            if len(key.columns) == 1 and key.target in found.scoped and key.target != (table.schema, table.name)
            if key.on_delete == "CASCADE" or not table.column(key.columns[0]).nullable
        ),
        None,
    )


# --- what policies say --------------------------------------------------------------------------------------------


def compares(table: Table, policy: Policy) -> bool:
    """Whether the policy compares a column of the table with what may be a user."""
    return any(table.has(name) for name in _compared(policy))


def _lead(table: Table, tables: Mapping[Place, Table], functions: Sequence[Function]) -> tuple[str, Lead] | None:
    """The owner column of `table` and where its policies look it up, unless they compare a column with the user."""
    texts = [text for one in table.policies for text in (one.using, one.check) if text]
    trees = [tree for tree in map(expression, texts) if tree is not None]
    if any(compares(table, policy) for policy in table.policies):
        return None
    for tree in trees:
        for select, tested in _selects(tree):
            lead = _looked_up(table, select, tested, tables)
            if lead is not None:
                return lead
    return _by_call(table, trees, tables, functions) or _by_membership(table, trees, tables)


def _by_call(
    table: Table, trees: list[Any], tables: Mapping[Place, Table], functions: Sequence[Function]
) -> tuple[str, Lead] | None:
    """The column that a policy hands to a function in SQL, and the one of a table that the function compares it with.

    Such as `is_participant(id)`, whose body looks for `room_id = $1` among participants.
    """
    from pglast import ast

    for call in (node for tree in trees for node in _nodes(tree) if isinstance(node, ast.FuncCall)):
        name = _last(call.funcname)
        function = next((one for one in functions if one.name == name), None)
        columns = [_column(one, table.name, table) for one in call.args or ()]
        for number, column in enumerate(columns, 1):
            lead = _compared_within(function, number, tables) if function and column else None
            if column is not None and lead is not None and lead[0] != (table.schema, table.name):
                return column, lead
    return None


def _compared_within(function: Function, number: int, tables: Mapping[Place, Table]) -> Lead | None:
    """The table that the body of `function` reads, and the column that it compares with the argument of that number."""
    from pglast import ast
    from pglast.parser import ParseError

    names = [one.split()[0].strip('"') for one in function.arguments.split(",") if one.strip()]
    argument = names[number - 1] if number <= len(names) else ""
    try:
        tree = parse(function.body or function.sql_body or "")
    except (ParseError, ValueError):
        return None
    for select in (node for node in _nodes(tree) if isinstance(node, ast.SelectStmt)):
        for source in (one for one in select.fromClause or () if isinstance(one, ast.RangeVar)):
            place = next((one for one in tables if one[1] == source.relname), None)
            alias = source.alias.aliasname if source.alias else source.relname
            pairs = [pair for both in _equations(select.whereClause) for pair in (both, both[::-1])] if place else []
            for one, other in pairs:
                column = _column(one, alias, tables[place]) if place else None
                if place and column and _is_argument(other, argument, number) and _qualifier(other) != alias:
                    return place, column
    return None


def _is_argument(node: Any, name: str, number: int) -> bool:
    """Whether `node` is the argument of a function, by its name or by its number."""
    from pglast import ast

    bare = _bare(node)
    if isinstance(bare, ast.ParamRef):
        return bare.number == number
    return isinstance(bare, ast.ColumnRef) and _name(bare) == name


def _looked_up(table: Table, select: Any, tested: Any, tables: Mapping[Place, Table]) -> tuple[str, Lead] | None:
    """The column of `table` that a sub-select compares with one of its first table."""
    from pglast import ast

    source = next((one for one in select.fromClause or () if isinstance(one, ast.RangeVar)), None)
    if source is None:
        return None
    place = (source.schemaname or "public", str(source.relname))
    if place not in tables or place == (table.schema, table.name):
        return None
    alias = source.alias.aliasname if source.alias else source.relname
    given = select.targetList[0].val if select.targetList else None
    pairs = [(tested, given), *_equations(select.whereClause)]
    for one, other in (pair for both in pairs for pair in (both, both[::-1])):
        mine, theirs = _column(one, table.name, table), _column(other, alias, tables[place])
        if mine is not None and theirs is not None and (one is tested or _qualifier(one) != alias):
            return mine, (place, theirs)
    return None


def _by_membership(table: Table, trees: list[Any], tables: Mapping[Place, Table]) -> tuple[str, Lead] | None:
    """A usual column that the policies hand to a function, and a table that has it beside a user."""
    from pglast import ast

    named = {one for tree in trees for node in _nodes(tree) if isinstance(node, ast.FuncCall)
             for part in _nodes(node.args) if (one := _column(part, table.name, table)) is not None}  # fmt: skip
    column = next((name for name in OWNER_COLUMNS if name in named), None)
    for place, other in tables.items():
        own = next((name for name in OWNER_COLUMNS if other.has(name)), None)
        if column and place != (table.schema, table.name) and other.has(column) and own not in (None, column):
            return column, (place, column)
    return None


def _selects(tree: Any) -> Iterator[tuple[Any, Any]]:
    """The sub-selects of an expression that read a table, each with what is looked for in it."""
    from pglast import ast

    for node in _nodes(tree):
        inner: tuple[Any, Any] | None = None
        if isinstance(node, ast.SubLink):
            inner = node.subselect, node.testexpr
        elif isinstance(node, ast.A_Expr):
            links = [one for one in _nodes(node.rexpr) if isinstance(one, ast.SubLink)]
            inner = (links[0].subselect, node.lexpr) if links else None
        if inner is not None and inner[0].fromClause:
            yield inner


def _equations(tree: Any) -> list[tuple[Any, Any]]:
    from pglast import ast

    return [
        (node.lexpr, node.rexpr)
        for node in _nodes(tree)
        if isinstance(node, ast.A_Expr) and [one.sval for one in node.name or ()] == ["="]
    ]


def _nodes(tree: Any) -> Iterator[Any]:
    """Every node of a syntax tree, the outer ones first."""
    from pglast import ast

    if isinstance(tree, (tuple, list)):
        for one in tree:
            yield from _nodes(one)
    elif isinstance(tree, ast.Node):
        yield tree
        for name in tree:
            yield from _nodes(getattr(tree, name))


def _column(node: Any, qualifier: str | None, table: Table) -> str | None:
    """The column of `table` that `node` is, bare, cast, or in a function of one argument."""
    from pglast import ast

    bare = _bare(node)
    if not isinstance(bare, ast.ColumnRef) or _qualifier(bare) not in (None, qualifier):
        return None
    name = _name(bare)
    return name if table.has(name) else None


def _name(column: Any) -> str:
    """The last part of a column's name, empty where it is a star."""
    return _last(column.fields)


def _last(parts: Any) -> str:
    named: Sequence[Any] = list(parts or ())
    return str(getattr(named[-1], "sval", "")) if named else ""


def _qualifier(node: Any) -> str | None:
    fields: Sequence[Any] = list(getattr(_bare(node), "fields", None) or ())
    return str(fields[-2].sval) if len(fields) > 1 else None


def _bare(node: Any) -> Any:
    from pglast import ast

    while isinstance(node, ast.TypeCast):
        node = node.arg
    arguments: Sequence[Any] = list(node.args or ()) if isinstance(node, ast.FuncCall) else []
    return _bare(arguments[0]) if len(arguments) == 1 else node


def _compared(policy: Policy) -> Iterator[str]:
    """The columns that a policy compares with the user: not with a plain value, a column, or what a table holds."""
    for text in filter(None, (policy.using, policy.check)):
        tree = expression(text)
        if tree is not None:
            yield from _equated(tree)


def _equated(node: Any) -> Iterator[str]:
    from pglast import ast

    if isinstance(node, ast.BoolExpr):
        for one in node.args or ():
            yield from _equated(one)
    elif isinstance(node, ast.A_Expr) and node.name and node.name[-1].sval in COMPARING:
        for side, other in ((node.lexpr, node.rexpr), (node.rexpr, node.lexpr)):
            bare, plain = _bare(side), _uncast(other)
            told = isinstance(plain, (ast.A_Const, ast.ColumnRef)) or any(True for _ in _selects(other))
            if isinstance(bare, ast.ColumnRef) and not told:
                yield _name(bare)


def _uncast(node: Any) -> Any:
    from pglast import ast

    return _uncast(node.arg) if isinstance(node, ast.TypeCast) else node
