"""Search behind a policy: functions that reach an index which the policies would keep a query from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from colonnade import sql
from colonnade.design.schema import Function, Policy, Privilege, QueryPattern, Reason, Roles
from colonnade.design.work import Blueprint, Work, found, house
from colonnade.findings import Finding, rule
from colonnade.values import replace

SEARCHER = "app_searcher"
PATH = "search_path=pg_catalog, public, pg_temp"
"""Nobody but the owner and the searcher makes anything in public, and what pg_catalog has is found first."""
VECTOR = "search_vector"
MOST = 50


@dataclass(frozen=True, slots=True)
class Search:
    """A search of one table: its title, the condition on `$1` …, the order, and the index that serves it."""

    table: str
    name: str
    title: str
    arguments: tuple[tuple[str, str], ...]
    condition: str
    order: str
    index: str


@rule("search-functions")
def search_functions(work: Work) -> Work:
    """A full-text search of users' rows is a function, which reaches the index that the policies would close.

    Before the policy has let a row through, PostgreSQL asks no operator that is not leakproof, such as `@@`, and reads
    all rows of the user instead of the index. The function runs with the rights of a role of its own, which nobody logs
    in as, which may only read, and which a policy lets see every row; the owner's condition is inside of it. Its
    search_path is fixed, and only the application may call it. Without roles there is none, and on Supabase, where the
    role could not ask who the user is.
    """
    searches = tuple(_searches(work))
    if not searches or work.roles is None:
        return work
    if work.current_user is not None:
        return replace(work, findings=work.findings + tuple(_refused(work, searches)))
    roles = replace(work.roles, searcher=SEARCHER)
    tables = {name: _shown(one, searches, roles, work) for name, one in work.tables.items()}
    functions = tuple(_function(work, one, roles) for one in searches)
    patterns = tuple(map(_pattern, searches))
    return replace(
        work, roles=roles, tables=tables, functions=(*work.functions, *functions), patterns=(*work.patterns, *patterns)
    )


def _searches(work: Work) -> Iterator[Search]:
    for name, one in sorted(work.tables.items()):
        indexes = (index.name for index in one.indexes if index.columns == (VECTOR,) and index.method == "gin")
        index = next(indexes, None)
        if index and one.owner and one.policies and not one.external:
            words = "websearch_to_tsquery('english', $1)"
            live = f"{sql.ident(one.deleted_at)} IS NULL AND " if one.deleted_at else ""
            yield Search(
                name, sql.shorten(f"search_{name}"), f"Search {name.replace('_', ' ')} for words",
                (("words", "text"), ("most", f"integer DEFAULT {MOST}")),
                f"{live}{VECTOR} @@ {words}", f"ts_rank({VECTOR}, {words}) DESC LIMIT $2", index,
            )  # fmt: skip


def _refused(work: Work, searches: tuple[Search, ...]) -> Iterator[Finding]:
    for one in searches:
        message = f"{one.table}: behind the policies {one.index} is not searched, and here no function can do it"
        yield from found("search-functions", message, work.tables[one.table].place,
                         "search the rows of the user, or filter them in the application", "note")  # fmt: skip


def _shown(blueprint: Blueprint, searches: tuple[Search, ...], roles: Roles, work: Work) -> Blueprint:
    """The table as the searcher reads it: every row of what it searches, and the memberships of the current user."""
    searcher = roles.searcher or ""
    looked_up = work.membership is not None and work.membership.table == blueprint.name
    if any(one.table == blueprint.name for one in searches):
        policies = (*blueprint.policies, passing(blueprint.name, searcher))
    elif looked_up and any(work.tables[one.table].tenant for one in searches):
        policies = tuple(
            replace(one, roles=tuple(sorted((*one.roles, searcher)))) if one.command == "SELECT" else one
            for one in blueprint.policies
        )
    else:
        return blueprint
    privileges = tuple(sorted((*blueprint.privileges, Privilege(searcher, ("SELECT",)))))
    reason = Reason(f"{blueprint.name}/{policies[-1].name}", house("search-functions"))
    return replace(blueprint, policies=policies, privileges=privileges, reasons=(*blueprint.reasons, reason))


def passing(table: str, searcher: str) -> Policy:
    """The policy by which the functions of the searcher read every row of `table`."""
    return Policy(sql.shorten(f"{table}_select_search"), "SELECT", (searcher,), "true")


def _function(work: Work, one: Search, roles: Roles) -> Function:
    blueprint = work.tables[one.table]
    mine = next(policy.using for policy in blueprint.policies if policy.command == "SELECT")
    name = sql.ident(one.table)
    body = (
        f"\n    SELECT {name}.* FROM public.{name}\n    WHERE {mine}\n      AND {one.condition}\n"
        f"    ORDER BY {one.order}\n"
    )
    arguments = ", ".join(f"{argument} {type_}" for argument, type_ in one.arguments)
    identity = ", ".join(f"{argument} {type_.partition(' DEFAULT')[0]}" for argument, type_ in one.arguments)
    return Function(
        one.name, arguments=arguments, identity_arguments=identity, returns=f"SETOF {name}", language="sql", body=body,
        volatility="STABLE", security_definer=True, settings=(PATH,), owner=roles.searcher,
        privileges=(Privilege(roles.application, ("EXECUTE",)),),
        comment=f"Searches {one.table} of the current user by {one.index}; made by Colonnade",
    )  # fmt: skip


def _pattern(one: Search) -> QueryPattern:
    return QueryPattern(
        one.title, one.table, f"SELECT * FROM {sql.ident(one.name)}($1)", ("text",), one.index, function=one.name
    )
