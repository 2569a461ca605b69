"""Exclusion constraints: stated ones, and those that wordings such as "no overlapping bookings" ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from colonnade import sql
from colonnade.design import conditions
from colonnade.design.draft import Fact
from colonnade.design.passes.statements import UNREAD, unknown_column
from colonnade.design.schema import Check, Exclusion, Reason
from colonnade.design.work import Blueprint, StatedExclusion, Work, each, found, stated
from colonnade.errors import Place
from colonnade.findings import declare, rule
from colonnade.values import replace
from colonnade.vocabulary import constraints as words
from colonnade.vocabulary import naming

NO_SPAN = declare(
    "overlap-without-span",
    """A document says that rows must not overlap, and the table has no start and end to compare.

    Nothing can be excluded then. State the two columns, or one range.
    """,
)
_OPERATORS = frozenset({"=", "&&", "<>", "-|-", "@>", "<@", "<<", ">>", "&<", "&>", "~=", "|>>", "<<|"})


def stated_exclusions(work: Work) -> Work:
    """Every stated EXCLUDE is an exclusion constraint on the columns as they are called."""
    return each(work, lambda one: _all(work, one))


def _all(work: Work, blueprint: Blueprint) -> Blueprint:
    for told in blueprint.exclusions:
        blueprint = _excluded(work, blueprint, told)
    return blueprint


def _excluded(work: Work, blueprint: Blueprint, told: StatedExclusion) -> Blueprint:
    elements: list[tuple[str, str]] = []
    for written, operator in told.elements:
        key = _key(blueprint, written)
        if key is None:
            return unknown_column(blueprint, written, told.place)
        elements.append((key, operator))
    predicate = _on_columns(blueprint, told.predicate) if told.predicate else None
    if (told.predicate and predicate is None) or not {one for _, one in elements} <= _OPERATORS:
        message = f"the EXCLUDE of {blueprint.name} uses what an index cannot search; it is left out"
        return replace(blueprint, findings=blueprint.findings + found(UNREAD, message, told.place, "write it simpler"))
    among = _among_own(work, blueprint, elements)
    return add(blueprint, Exclusion(told.name, told.method, (*among, *elements), predicate), stated(told.place))


def _among_own(work: Work, blueprint: Blueprint, elements: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The owner's key where what is compared is the owner's own: else a refusal tells of another user's rows."""
    keys = {key for key, operator in elements if operator == "="}
    own = any(link.carried and link.child == blueprint.name and keys & set(link.columns) for link in work.links)
    needed = own and blueprint.owner is not None and sql.ident(blueprint.owner) not in keys
    return ((sql.ident(blueprint.owner or ""), "="),) if needed else ()


def add(blueprint: Blueprint, exclusion: Exclusion, because: str) -> Blueprint:
    """`blueprint` with the exclusion, named as PostgreSQL would, unless one with the same elements is there."""
    there = [one for one in blueprint.constraints if isinstance(one, Exclusion)]
    if any(one.elements == exclusion.elements for one in there):
        return blueprint
    parts = [sql_name for key, _ in exclusion.elements for sql_name in conditions.names(key)]
    name = exclusion.name or "_".join((blueprint.name, *dict.fromkeys(parts), "excl"))
    made = replace(exclusion, name=sql.shorten(name))
    reason = Reason(f"{blueprint.name}/{made.name}", because)
    return replace(blueprint, constraints=(*blueprint.constraints, made), reasons=(*blueprint.reasons, reason))


def _key(blueprint: Blueprint, written: str) -> str | None:
    column = blueprint.column(written)
    return sql.ident(column) if column else _on_columns(blueprint, written)


def _on_columns(blueprint: Blueprint, text: str) -> str | None:
    expression = conditions.safe(text)
    named = conditions.names(expression) if expression else ()
    if expression is None or not named or any(blueprint.column(name) is None for name in named):
        return None
    return conditions.renamed(expression, blueprint.column)


@rule("no-overlap")
def no_overlap(work: Work) -> Work:
    """Where a document says that rows must not overlap, an exclusion constraint keeps them apart.

    Two requests that both look first and then insert would both find the time free; only a constraint sees them both.
    The span is half open, so that one booking may start when another ends.
    """
    tables = dict(work.tables)
    general = [one for one in (*work.draft.global_rules, *work.draft.requirements) if words.OVERLAP.search(one.value)]
    for name, one in work.tables.items():
        if not one.external:
            for text, place in (*_told(one), *_told_elsewhere(one, general)):
                tables[name] = _apart(work, tables[name], text, place)
    return replace(work, tables=tables)


def _told(blueprint: Blueprint) -> Iterator[tuple[str, Place]]:
    """What the documents say of overlaps where they describe this table, and where."""
    statements = [(one.value, one.place) for one in blueprint.entity.constraints]
    statements += [(blueprint.entity.description, blueprint.place)] if blueprint.entity.description else []
    for text, place in statements:
        if words.OVERLAP.search(text) and sql.expression(text) is None:
            yield text, place


def _told_elsewhere(blueprint: Blueprint, general: Sequence[Fact[str]]) -> Iterator[tuple[str, Place]]:
    """Those of the `general` statements that name this table, and where."""
    if not general:
        return
    word = re.compile(rf"\b({re.escape(naming.singular(blueprint.name))}|{re.escape(blueprint.name)})\b", re.IGNORECASE)
    for fact in general:
        if word.search(fact.value.replace(" ", "_")) or word.search(fact.value):
            yield fact.value, fact.place


def _apart(work: Work, blueprint: Blueprint, text: str, place: Place) -> Blueprint:
    span = span_of(blueprint)
    if span is None:
        message = f"rows of {blueprint.name} must not overlap, and no two columns say from when to when they last"
        return replace(
            blueprint, findings=blueprint.findings + found(NO_SPAN, message, place, "state a start and an end")
        )
    links = [one for one in work.links if one.child == blueprint.name and len(one.columns) == 1]
    named = [one.columns[0] for one in links if _mentions(text, one.columns[0], one.parent)]
    things = named or [one.columns[0] for one in links if one.required and one.columns[0] != blueprint.owner][:1]
    elements = (*((sql.ident(name), "=") for name in things), (span, "&&"))
    elements = (*_among_own(work, blueprint, elements), *elements)
    final = _inactive(work, blueprint)
    return add(blueprint, Exclusion("", "gist", elements, final), stated(place))


def _mentions(text: str, column: str, parent: str) -> bool:
    said = text.lower()
    stem = column.removesuffix("_id").replace("_", " ")
    return stem in said or naming.singular(parent).replace("_", " ") in said


def span_of(blueprint: Blueprint) -> str | None:
    """The range that a row lasts, as SQL: a range column, or one made of a start and an end; None where it has none."""
    for name, column in blueprint.columns.items():
        if column.type.endswith("range") and "multi" not in column.type:
            return sql.ident(name)
    for start, end in words.SPANS:
        kinds = {blueprint.columns[name].type for name in (start, end) if name in blueprint.columns}
        if start in blueprint.columns and end in blueprint.columns and len(kinds) == 1:
            maker = words.RANGE_OF.get(next(iter(kinds)))
            if maker:
                return f"{maker}({sql.ident(start)}, {sql.ident(end)})"
    return None


def _inactive(work: Work, blueprint: Blueprint) -> str | None:
    """The rows that take no room any more, as a condition on those that do: cancelled ones, and deleted ones."""
    parts: list[str] = []
    for name in ("status", "state"):
        column = blueprint.columns.get(name)
        enum = work.enums.get(column.type) if column else None
        gone = [value for value in enum.values if value.lower() in words.FREEING] if enum else []
        if gone:
            parts.append(f"{sql.ident(name)} NOT IN ({', '.join(sql.literal(one).strip() for one in gone)})")
    if blueprint.deleted_at:
        parts.append(f"{sql.ident(blueprint.deleted_at)} IS NULL")
    return " AND ".join(parts) or None


@rule("start-before-end")
def start_before_end(work: Work) -> Work:
    """What starts and ends does not end before it starts.

    Only where both columns say so by their names, have one type, and no stated condition speaks of both.
    """
    return each(work, lambda one: _ordered(one))


def _ordered(blueprint: Blueprint) -> Blueprint:
    for start, end in words.SPANS:
        if not (start in blueprint.columns and end in blueprint.columns):
            continue
        kinds = {blueprint.columns[name].type for name in (start, end)}
        told = any({start, end} <= set(conditions.names(one.expression))
                   for one in blueprint.constraints if isinstance(one, Check))  # fmt: skip
        if told or len(kinds) > 1 or next(iter(kinds)) not in words.RANGE_OF:
            continue
        check = Check(sql.shorten(f"{blueprint.name}_{start}_{end}_check"), f"{sql.ident(end)} >= {sql.ident(start)}")
        reason = Reason(f"{blueprint.name}/{check.name}", "house rule start-before-end")
        blueprint = replace(
            blueprint, constraints=(*blueprint.constraints, check), reasons=(*blueprint.reasons, reason)
        )
    return blueprint
