"""Checks: required texts, stated conditions, lengths, formats."""

from __future__ import annotations

from colonnade import sql, types
from colonnade.config import Settings
from colonnade.design import conditions
from colonnade.design.meanings import held
from colonnade.design.passes.statements import UNREAD
from colonnade.design.schema import Check, Reason
from colonnade.design.work import Blueprint, Condition, Work, each, found, house, stated
from colonnade.findings import Finding, rule
from colonnade.types import Family
from colonnade.values import replace
from colonnade.vocabulary import formats

_TEXTS = {Family.STRING, Family.TEXT, Family.CITEXT}
_NUMBERS = {Family.SMALLINT, Family.INTEGER, Family.BIGINT, Family.DECIMAL, Family.FLOAT}
EMAIL = "'^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:]]+$'"


@rule("text-not-empty")
def text_not_empty(work: Work) -> Work:
    """A required text is not empty.

    NOT NULL alone takes an empty string, and blanks. References and closed lists need no such check.
    """
    references = {(link.child, column) for link in work.links for column in link.columns}
    return each(work, lambda one: _not_empty(one, references))


def _not_empty(blueprint: Blueprint, references: set[tuple[str, str]]) -> Blueprint:
    added = tuple(
        Check(sql.shorten(f"{name}_not_empty"), f"length(trim({sql.ident(name)})) > 0")
        for name, column in blueprint.columns.items()
        if not column.nullable and is_text(column.type) and (blueprint.name, name) not in references
        and column.default != "''" and name != blueprint.owner and not _closed(blueprint, name)
    )  # fmt: skip
    return with_checks(blueprint, added, house("text-not-empty"))


def is_text(type_: str) -> bool:
    taken = types.take_apart(type_)
    return taken.row is not None and taken.row.family in _TEXTS and not taken.dimensions


def _closed(blueprint: Blueprint, column: str) -> bool:
    attribute = blueprint.attributes.get(column)
    return bool(attribute and attribute.enum_values)


def with_checks(blueprint: Blueprint, checks: tuple[Check, ...], because: str) -> Blueprint:
    reasons = tuple(Reason(f"{blueprint.name}/{check.name}", because) for check in checks)
    return replace(blueprint, constraints=blueprint.constraints + checks, reasons=blueprint.reasons + reasons)


@rule("length-checks")
def length_checks(work: Work) -> Work:
    """A stated length that the type does not keep is a check.

    varchar(n) keeps a maximum by itself; a minimum, and a maximum of a text, need one.
    """
    return each(work, _lengths)


def _lengths(blueprint: Blueprint) -> Blueprint:
    for name, attribute in blueprint.attributes.items():
        column = blueprint.columns.get(name)
        if column is None or not is_text(column.type):
            continue
        length = f"char_length({sql.ident(name)})"
        least, most = attribute.min_length, attribute.max_length
        kept = types.take_apart(column.type).length
        if most and (kept is None or kept > most.value):
            check = Check(sql.shorten(f"{blueprint.name}_{name}_max_length_check"), f"{length} <= {most.value}")
            blueprint = with_checks(blueprint, (check,), stated(most.place))
        if least and least.value > 0 and not (least.value == 1 and not column.nullable):
            check = Check(sql.shorten(f"{blueprint.name}_{name}_min_length_check"), f"{length} >= {least.value}")
            blueprint = with_checks(blueprint, (check,), stated(least.place))
    return blueprint


def value_limits(work: Work) -> Work:
    """A stated limit of a number is a check, unless a stated condition already says it."""
    return each(work, _limits)


def _limits(blueprint: Blueprint) -> Blueprint:
    for name, attribute in blueprint.attributes.items():
        column = blueprint.columns.get(name)
        if column is None or not _is_number(column.type):
            continue
        said = "".join(one.expression for one in blueprint.constraints if isinstance(one, Check)).replace(" ", "")
        ends = [(">", attribute.least), ("<", attribute.most)]
        told = [(f"{sql.ident(name)} {fact.value.compared(sign)}", fact.place) for sign, fact in ends if fact]
        new = [(text, place) for text, place in told if text.replace(" ", "") not in said]
        if new:
            wanted = _free_name(_check_name(blueprint, (name,)), {one.name for one in blueprint.constraints})
            check = Check(wanted, " AND ".join(text for text, _ in new))
            blueprint = with_checks(blueprint, (check,), stated(new[0][1]))
    return blueprint


def _is_number(type_: str) -> bool:
    taken = types.take_apart(type_)
    return taken.row is not None and taken.row.family in _NUMBERS and not taken.dimensions


@rule("email-format")
def email_format(work: Work) -> Work:
    """A column for e-mail addresses holds what looks like one.

    One `@`, a dot after it and no blank: enough to catch a slip, and no more than a database should judge.
    """
    return each(work, lambda one: _emails(one, work.settings))


def _emails(blueprint: Blueprint, settings: Settings) -> Blueprint:
    added = tuple(
        Check(sql.shorten(f"{name}_format"), f"{sql.ident(name)} ~* {EMAIL}")
        for name, attribute in blueprint.attributes.items()
        if name in blueprint.columns and is_text(blueprint.columns[name].type)
        and (told := held(attribute, blueprint.columns[name].type, settings)) and told.value == formats.EMAIL
    )  # fmt: skip
    return with_checks(blueprint, added, house("email-format"))


def stated_checks(work: Work) -> Work:
    """Every stated condition is a check in the author's words, on the columns as they are called now."""
    return each(work, lambda one: _stated(work, one))


def _stated(work: Work, blueprint: Blueprint) -> Blueprint:
    for condition in blueprint.conditions:
        text = conditions.safe(condition.text)
        if text is None:
            blueprint = _refused(blueprint, condition, "calls what a check must not, or is no condition")
            continue
        missing = [name for name in conditions.names(text) if blueprint.column(name) is None]
        if missing or not conditions.names(text):
            blueprint = _refused(
                blueprint, condition, f"names no column {missing[0]!r}" if missing else "names no column"
            )
            continue
        expression = conditions.renamed(text, blueprint.column)
        there = {one.name for one in blueprint.constraints}
        if any(isinstance(one, Check) and one.expression == expression for one in blueprint.constraints):
            continue
        names = tuple(blueprint.column(name) or "" for name in conditions.names(text))
        check = Check(_free_name(condition.name or _check_name(blueprint, names), there), expression)
        blueprint = with_checks(blueprint, (check,), stated(condition.place))
    return blueprint


def _check_name(blueprint: Blueprint, columns: tuple[str, ...]) -> str:
    return f"{blueprint.name}_{columns[0]}_check" if len(columns) == 1 else f"{blueprint.name}_check"


def _free_name(wanted: str, taken: set[str]) -> str:
    name, number = sql.shorten(wanted), 1
    while name in taken:
        name, number = sql.shorten(f"{wanted}{number}"), number + 1
    return name


def _refused(blueprint: Blueprint, condition: Condition, fault: str) -> Blueprint:
    shown = " ".join(condition.text.split())[:80]
    message = f"the constraint {shown!r} of {blueprint.name} {fault}; it is left out"
    finding: tuple[Finding, ...] = found(UNREAD, message, condition.place, "write it as one condition on its columns")
    return replace(blueprint, findings=blueprint.findings + finding)
