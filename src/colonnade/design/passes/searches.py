"""Search behind a policy: functions that reach an index which the policies would keep a query from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from colonnade import sql, types
from colonnade.design.passes.access import own_rows
from colonnade.design.passes.advice import LEAKPROOF
from colonnade.design.passes.per_value import split_columns
from colonnade.design.provided import SUPABASE_CLAIM
from colonnade.design.schema import (
    Function,
    IndexKey,
    Policy,
    Privilege,
    QueryPattern,
    Reason,
    Roles,
    Unique,
)
from colonnade.design.work import Blueprint, Work, house
from colonnade.findings import rule
from colonnade.values import replace

SEARCHER = "app_searcher"
PATH = "search_path=pg_catalog, public, pg_temp"
"""Nobody but the owner and the searcher makes anything in public, and what pg_catalog has is found first."""
MOST = 50
VECTOR = "search_vector"
PLANNING = "plan_cache_mode=force_custom_plan"
"""What is asked for often decides whether its index or the user's finds fewer rows; only PL/pgSQL plans by it."""


@dataclass(frozen=True, slots=True)
class Form:
    """A way to search a column: its words in a title, what its argument is called, its type, and the condition."""

    words: str
    suffix: str
    type: str
    condition: str


# {} is the name of the column, in a type that of the column.
WORDS = Form("for words", "words", "text", "{} @@ websearch_to_tsquery('english', $1)")
# A pattern that ends with a backslash fails at the first row that it comes to its end with, be it another user's: the
# error would tell of that row. So the last backslash, unless another one keeps it, is taken off.
WHOLE = r"regexp_replace($1, '^((?:[^\\]|\\.)*)\\$', '\1')"
LIKE = Form("by a pattern of {}", "like", "text", f"{{}} ILIKE {WHOLE}")
IS = Form("by {}", "is", "{}", "{} = $1")
WITH = Form("by what is in {}", "with", "{}", "{} @> $1")
ALL = Form("by {} that are all there", "all", "{}", "{} @> $1")
ANY = Form("by {} of which any is there", "any", "{}", "{} && $1")
OVERLAPS = Form("by what overlaps {}", "overlaps", "{}", "{} && $1")


@dataclass(frozen=True, slots=True)
class Search:
    """A search of one column of a table by a form, and the index that serves it."""

    table: str
    column: str
    form: Form
    type: str
    index: str

    @property
    def whole(self) -> bool:
        """Whether it searches all texts of a row."""
        return self.column == VECTOR

    @property
    def name(self) -> str:
        return sql.shorten(f"search_{self.table}{'' if self.whole else f'_{self.column}_{self.form.suffix}'}")

    @property
    def argument(self) -> str:
        return self.form.suffix if self.whole else sql.shorten(f"{self.column}_{self.form.suffix}")

    @property
    def title(self) -> str:
        words = self.form.words.format(self.column.replace("_", " "))
        return f"Search {self.table.replace('_', ' ')} {words}"

    @property
    def condition(self) -> str:
        return self.form.condition.format(sql.ident(self.column))


@rule("search-functions")
def search_functions(work: Work) -> Work:
    """A search that is not leakproof is a function, which reaches the index that the policies would close.

    Before the policy has let a row through, PostgreSQL asks no operator that is not leakproof, such as `@@`, ILIKE,
    `@>`, `&&`, or `=` of numeric and citext, and reads all rows of the user instead of the index. Where users' rows
    have an index for such a search there is a function for it. It runs with the rights of a role of its own, which
    nobody logs in as, which may only read, and which a policy lets see every row; the owner's condition is inside of
    it. Its search_path is fixed, and only the application may call it. Without roles there is none.
    """
    searches = tuple(_searches(work))
    if not searches or work.roles is None:
        return work
    roles = replace(work.roles, searcher=SEARCHER)
    tables = {name: _shown(one, searches, roles, work) for name, one in work.tables.items()}
    functions = tuple(_function(work, one, roles) for one in searches)
    patterns = tuple(map(_pattern, searches))
    return replace(
        work, roles=roles, tables=tables, functions=(*work.functions, *functions), patterns=(*work.patterns, *patterns)
    )


def _searches(work: Work) -> Iterator[Search]:
    for _, one in sorted(work.tables.items()):
        if one.owner and one.policies and not one.external and not one.trail_of:
            found: dict[tuple[str, str], Search] = {}
            for search in _of_table(work, one):
                found.setdefault((search.column, search.form.suffix), search)
            yield from found.values()


def _of_table(work: Work, blueprint: Blueprint) -> Iterator[Search]:
    """Every search of the table that an index of all its rows, or of those not deleted, serves; the shortest first."""
    live = f"{sql.ident(blueprint.deleted_at)} IS NULL" if blueprint.deleted_at else None
    keys = [(one.keys, one.method, one.name) for one in blueprint.indexes if one.predicate in (None, live)]
    keys += [
        (tuple(map(IndexKey, one.columns)), "btree", one.name)
        for one in blueprint.constraints
        if isinstance(one, Unique)
    ]
    split = split_columns(blueprint, work.enums)
    for columns, method, name in sorted(keys, key=lambda one: (len(one[0]), one[2])):
        at = 1 if method == "btree" and columns[0].column == blueprint.owner else 0
        key = columns[at] if at < len(columns) else IndexKey()
        if key.column and key.column not in split:
            type_ = blueprint.columns[key.column].type
            forms = _forms(type_, method, key.operator_class or "", bool(at))
            yield from (Search(blueprint.name, key.column, form, _given(form, type_, work), name) for form in forms)


def _forms(type_: str, method: str, opclass: str, led: bool) -> tuple[Form, ...]:
    """How an index of the method searches the type and policies keep a query from it; `led` by the owner's key."""
    taken = types.take_apart(type_)
    if "trgm" in opclass:
        return (LIKE,)
    if method == "gin" and taken.dimensions:
        return ALL, ANY
    if method == "gin":
        return {"tsvector": (WORDS,), "jsonb": (WITH,), "hstore": (WITH,)}.get(taken.base, ())
    if method == "gist" and taken.base in types.ELEMENTS and not taken.dimensions:
        return OVERLAPS, Form("by what is within {}", "at", types.ELEMENTS[taken.base], WITH.condition)
    plain = taken.base in LEAKPROOF and not taken.dimensions
    return (IS,) if led and not plain else ()


def _given(form: Form, type_: str, work: Work) -> str:
    """The type of the argument, without a length, by which a value would be cut."""
    enum = sql.ident(type_) if type_ in work.enums else None
    return form.type.format(enum or replace(types.take_apart(type_), arguments=()))


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
    name, argument = sql.ident(one.table), sql.ident(one.argument)
    live = f"{sql.ident(blueprint.deleted_at)} IS NULL AND " if blueprint.deleted_at else ""
    body = (
        f"\n#variable_conflict use_column\nBEGIN\n    RETURN QUERY SELECT {name}.* FROM public.{name}\n"
        f"    WHERE {_mine(work, blueprint)}\n      AND {live}{one.condition}\n"
        f"    ORDER BY {_order(blueprint, one)} LIMIT $2;\nEND\n"
    )
    return Function(
        one.name, arguments=f"{argument} {one.type}, most integer DEFAULT {MOST}",
        identity_arguments=f"{argument} {one.type}, most integer", returns=f"SETOF {name}",
        language="plpgsql", body=body, volatility="STABLE", security_definer=True, settings=(PLANNING, PATH),
        owner=roles.searcher, privileges=(Privilege(roles.application, ("EXECUTE",)),),
        comment=f"Searches {one.table} of the current user by {one.index}; made by Colonnade",
    )  # fmt: skip


def _mine(work: Work, blueprint: Blueprint) -> str:
    """The condition of the policy, which on Supabase asks the setting: the searcher may not look into `auth`."""
    return own_rows(replace(work, current_user=work.current_user and SUPABASE_CLAIM), blueprint)


def _order(blueprint: Blueprint, one: Search) -> str:
    """The best rows first, or else the newest, and always in the same order."""
    if one.form is WORDS:
        return f"ts_rank({sql.ident(one.column)}, websearch_to_tsquery('english', $1)) DESC"
    newest = [f"{sql.ident(blueprint.created_at)} DESC"] if blueprint.created_at else []
    return ", ".join((*newest, *map(sql.ident, blueprint.key)))


def _pattern(one: Search) -> QueryPattern:
    return QueryPattern(
        one.title, one.table, f"SELECT * FROM {sql.ident(one.name)}($1)", (one.type,), one.index, function=one.name
    )
