"""Rules about functions."""

from __future__ import annotations

from collections.abc import Iterator

from colonnade.design.schema import Function
from colonnade.lint.world import Fault, World, check
from colonnade.sql import parse, qualified


def _signature(function: Function) -> str:
    return f"{qualified(function.schema, function.name)}({function.identity_arguments})"


@check("FN001", "error")
def definer_function_without_search_path(world: World) -> Iterator[Fault]:
    """A function runs with its owner's rights and with its caller's search_path.

    The caller puts a function or a table of his own in front, and the owner runs it.

    Bad:
        CREATE FUNCTION now_in_utc() RETURNS timestamptz LANGUAGE sql SECURITY DEFINER AS 'SELECT now()';
        REVOKE EXECUTE ON FUNCTION now_in_utc() FROM PUBLIC;

    Good:
        CREATE FUNCTION now_in_utc() RETURNS timestamptz LANGUAGE sql SECURITY DEFINER
            SET search_path = pg_catalog, pg_temp AS 'SELECT now()';
        REVOKE EXECUTE ON FUNCTION now_in_utc() FROM PUBLIC;
    """
    for function in world.database.functions:
        fixed = any(setting.startswith("search_path=") for setting in function.settings)
        if function.security_definer and not fixed:
            name = _signature(function)
            fix = f"ALTER {function.kind.upper()} {name} SET search_path = pg_catalog, pg_temp"
            message = f"{name} runs with its owner's rights and its caller's search_path"
            yield Fault(function.name, message, fix)


@check("FN002")
def definer_function_for_everyone(world: World) -> Iterator[Fault]:
    """Every role may call a function that runs with its owner's rights.

    PostgreSQL grants EXECUTE on a new function to PUBLIC; for this kind of function that hands out the owner's rights.

    Bad:
        CREATE FUNCTION now_in_utc() RETURNS timestamptz LANGUAGE sql SECURITY DEFINER
            SET search_path = pg_catalog, pg_temp AS 'SELECT now()';

    Good:
        CREATE FUNCTION now_in_utc() RETURNS timestamptz LANGUAGE sql SECURITY DEFINER
            SET search_path = pg_catalog, pg_temp AS 'SELECT now()';
        REVOKE EXECUTE ON FUNCTION now_in_utc() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION now_in_utc() TO application;
    """
    for function in world.database.functions:
        everyone = any(one.grantee == "PUBLIC" and "EXECUTE" in one.kinds for one in function.privileges)
        if function.security_definer and everyone and function.returns != "trigger":
            name = _signature(function)
            fix = f"REVOKE EXECUTE ON {function.kind.upper()} {name} FROM PUBLIC"
            yield Fault(function.name, f"every role may call {name} with its owner's rights", fix)


@check("FN003", "error")
def immutable_function_that_reads_tables(world: World) -> Iterator[Fault]:
    """A function in SQL is declared IMMUTABLE and reads a table.

    An index or a generated column over it keeps the old result when the table changes, and then finds wrong rows.

    Bad:
        CREATE TABLE rates (id uuid PRIMARY KEY, rate numeric NOT NULL);
        CREATE FUNCTION top_rate() RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT max(rate) FROM rates';

    Good:
        CREATE TABLE rates (id uuid PRIMARY KEY, rate numeric NOT NULL);
        CREATE FUNCTION top_rate() RETURNS numeric LANGUAGE sql STABLE AS 'SELECT max(rate) FROM rates';
    """
    names = {table.name for table in world.database.tables}
    for function in world.database.functions:
        if function.volatility == "IMMUTABLE" and function.language == "sql" and names & _relations(function):
            name = _signature(function)
            fix = f"ALTER FUNCTION {name} STABLE"
            yield Fault(function.name, f"{name} is IMMUTABLE and reads a table", fix)


def _relations(function: Function) -> set[str]:
    """The names of relations in the body of a function in SQL; none where its body is no plain SQL text."""
    from pglast import ast
    from pglast.parser import ParseError
    from pglast.visitors import Visitor

    found: set[str] = set()

    class Relations(Visitor):
        def visit_RangeVar(self, _: object, node: ast.RangeVar) -> None:  # noqa: N802
            found.add(str(node.relname))

    try:
        Relations()(parse(function.sql_body or function.body))
    except (ParseError, ValueError):
        return set()
    return found
