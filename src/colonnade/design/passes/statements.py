"""What the documents state of a table in words: `title NOT NULL`, `email UNIQUE`, `age > 0`, `UNIQUE (a, b)`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from colonnade import sql
from colonnade.config import suggestion
from colonnade.design.draft import DraftAttribute, Fact, OnDelete
from colonnade.design.work import (
    Blueprint,
    CompositeReference,
    Condition,
    StatedExclusion,
    UniqueSet,
    Work,
    each,
    found,
)
from colonnade.errors import Place
from colonnade.findings import declare

UNREAD = declare(
    "unread-constraint",
    """A stated constraint is neither SQL nor a form that is known.

    It is kept out of the database, so nothing enforces it. Write it as one SQL condition, such as `age > 0`.
    """,
)
UNKNOWN_COLUMN = declare(
    "unknown-column",
    """A statement names a column that its table does not have.

    What it says cannot be done and is left out.
    """,
)

_NAME = r'(?P<column>"[^"]+"|`[^`]+`|[\w ]+?)'
_FLAGS = re.IGNORECASE | re.DOTALL
_ACTIONS: dict[str, OnDelete] = {
    "c": "CASCADE", "r": "RESTRICT", "n": "SET NULL", "a": "NO ACTION", "d": "SET DEFAULT",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Form:
    """A way to state a constraint in words: its pattern, and what it makes of the table."""

    pattern: re.Pattern[str]
    read: Callable[[Blueprint, re.Match[str], Fact[str]], Blueprint]


def stated_constraints(work: Work) -> Work:
    """Each stated constraint is a fact of its column, a unique set, a reference or a check, or it is a finding."""
    return each(work, _read_all)


def _read_all(blueprint: Blueprint) -> Blueprint:
    for unique in blueprint.entity.uniques:
        stated = UniqueSet(unique.columns.value, unique.columns.place, unique.name, unique.predicate)
        blueprint = replace(blueprint, uniques=(*blueprint.uniques, stated))
    for fact in blueprint.entity.constraints:
        blueprint = _read(blueprint, fact)
    return blueprint


def _read(blueprint: Blueprint, fact: Fact[str]) -> Blueprint:
    text = fact.value.strip().rstrip(";").strip()
    for form in FORMS:
        match = form.pattern.fullmatch(text)
        if match:
            return form.read(blueprint, match, fact)
    if _TABLE_CONSTRAINT.match(text):
        return _table_constraint(blueprint, text, fact)
    if sql.expression(text) is not None:
        return replace(blueprint, conditions=(*blueprint.conditions, Condition(text, fact.place)))
    return _unread(blueprint, fact)


def _unread(blueprint: Blueprint, fact: Fact[str]) -> Blueprint:
    shown = " ".join(fact.value.split())[:80]
    message = f"the constraint {shown!r} of {blueprint.entity.name.value} is no condition that PostgreSQL can check"
    return _with(blueprint, found(UNREAD, message, fact.place, "write it as one SQL condition, such as age > 0"))


def _with(blueprint: Blueprint, findings: tuple[Any, ...]) -> Blueprint:
    return replace(blueprint, findings=blueprint.findings + findings)


def _attribute(
    blueprint: Blueprint, written: str, fact: Fact[Any], change: Callable[[DraftAttribute], DraftAttribute]
) -> Blueprint:
    """`blueprint` with the attribute that is written `written` changed; a finding where there is none."""
    name = blueprint.attribute(written)
    if name is None:
        return unknown_column(blueprint, written, fact.place)
    attribute = change(blueprint.attributes[name])
    return replace(blueprint, attributes={**blueprint.attributes, name: attribute})


def unknown_column(blueprint: Blueprint, written: str, place: Place) -> Blueprint:
    """`blueprint` with the finding that it has no column `written`."""
    near = suggestion(written, sorted({*blueprint.attributes, *blueprint.columns}))
    message = f"{blueprint.entity.name.value} has no column {written!r}"
    return _with(blueprint, found(UNKNOWN_COLUMN, message, place, near or "name one of its columns"))


def _not_null(blueprint: Blueprint, match: re.Match[str], fact: Fact[str]) -> Blueprint:
    nullable = Fact(False, fact.place, fact.origin, fact.rule)
    return _attribute(blueprint, match["column"], fact, lambda one: replace(one, nullable=nullable))


def _unique_column(blueprint: Blueprint, match: re.Match[str], fact: Fact[str]) -> Blueprint:
    unique = Fact(True, fact.place, fact.origin, fact.rule)
    return _attribute(blueprint, match["column"], fact, lambda one: replace(one, unique=unique))


def _key_column(blueprint: Blueprint, match: re.Match[str], fact: Fact[str]) -> Blueprint:
    key = Fact(True, fact.place, fact.origin, fact.rule)
    return _attribute(blueprint, match["column"], fact, lambda one: replace(one, primary_key=key))


def _default(blueprint: Blueprint, match: re.Match[str], fact: Fact[str]) -> Blueprint:
    default = replace(fact, value=match["value"])
    return _attribute(blueprint, match["column"], fact, lambda one: replace(one, default=one.default or default))


def _longest(blueprint: Blueprint, match: re.Match[str], fact: Fact[str]) -> Blueprint:
    length = Fact(int(match["number"]), fact.place, fact.origin, fact.rule)
    return _attribute(blueprint, match["column"], fact, lambda one: replace(one, max_length=one.max_length or length))


def _unique_words(blueprint: Blueprint, match: re.Match[str], fact: Fact[str]) -> Blueprint:
    columns = tuple(part.strip() for part in match["columns"].split(","))
    return replace(blueprint, uniques=(*blueprint.uniques, UniqueSet(columns, fact.place)))


FORMS: tuple[Form, ...] = (
    Form(re.compile(_NAME + r"\s+(?:is\s+)?(?:not\s+null|required)", _FLAGS), _not_null),
    Form(re.compile(_NAME + r"\s+(?:(?:is|must be)\s+)?unique", _FLAGS), _unique_column),
    Form(re.compile(_NAME + r"\s+primary\s+key", _FLAGS), _key_column),
    Form(re.compile(_NAME + r"\s+default\s+(?P<value>.+)", _FLAGS), _default),
    Form(re.compile(r"unique\s*[:(]\s*(?P<columns>[\w\"`]+(?:\s*,\s*[\w\"`]+)*)\s*\)?", _FLAGS), _unique_words),
    Form(re.compile(_NAME + r"\s+max(?:imum)?(?:\s+length)?\s*:?\s*(?P<number>\d{1,7})", _FLAGS), _longest),
)
_TABLE_CONSTRAINT = re.compile(r"(constraint\s+\S+\s+)?(check|unique|primary\s+key|foreign\s+key|exclude)\b", _FLAGS)


def _table_constraint(blueprint: Blueprint, text: str, fact: Fact[str]) -> Blueprint:
    """A constraint written as SQL writes it in CREATE TABLE; exactly one, else it is no constraint but data."""
    from pglast import ast
    from pglast.enums import ConstrType
    from pglast.parser import ParseError

    try:
        statements = sql.parse(f"CREATE TABLE t ({text}\n)")
    except (ParseError, UnicodeError, ValueError):
        return _unread(blueprint, fact)
    elements: tuple[Any, ...] = (statements[0].stmt.tableElts or ()) if len(statements) == 1 else ()
    if len(elements) != 1 or not isinstance(elements[0], ast.Constraint):
        return _unread(blueprint, fact)
    node = elements[0]
    names = tuple(key.sval for key in node.keys or ())
    if node.contype == ConstrType.CONSTR_UNIQUE:
        stated = UniqueSet(names, fact.place, node.conname or "")
        return replace(blueprint, uniques=(*blueprint.uniques, stated))
    if node.contype == ConstrType.CONSTR_PRIMARY:
        key = Fact(True, fact.place, fact.origin, fact.rule)
        for name in names:
            blueprint = _attribute(blueprint, name, fact, lambda one: replace(one, primary_key=key))
        return blueprint
    if node.contype == ConstrType.CONSTR_FOREIGN:
        return _foreign_key(blueprint, node, fact)
    if node.contype == ConstrType.CONSTR_CHECK:
        return _check(blueprint, text, node.conname or "", fact)
    if node.contype == ConstrType.CONSTR_EXCLUSION:
        return _exclusion(blueprint, node, fact)
    return _unread(blueprint, fact)


def _check(blueprint: Blueprint, text: str, name: str, fact: Fact[str]) -> Blueprint:
    inner = text[text.index("(") + 1 : text.rindex(")")].strip()
    if sql.expression(inner) is None:
        return _unread(blueprint, fact)
    return replace(blueprint, conditions=(*blueprint.conditions, Condition(inner, fact.place, name)))


def _foreign_key(blueprint: Blueprint, node: Any, fact: Fact[str]) -> Blueprint:
    action = _ACTIONS[node.fk_del_action or "a"]
    target = ".".join(part for part in (node.pktable.schemaname, node.pktable.relname) if part and part != "public")
    if len(node.fk_attrs) != 1:
        return _composite(blueprint, node, target, action if "delete" in fact.value.lower() else None, fact)
    target += f"({node.pk_attrs[0].sval})" if node.pk_attrs else ""
    references = replace(fact, value=target)
    on_delete = Fact(action, fact.place) if "delete" in fact.value.lower() else None

    def change(one: DraftAttribute) -> DraftAttribute:
        return replace(one, references=references, on_delete=one.on_delete or on_delete)

    return _attribute(blueprint, node.fk_attrs[0].sval, fact, change)


def _composite(blueprint: Blueprint, node: Any, target: str, action: str | None, fact: Fact[str]) -> Blueprint:
    """A foreign key of several columns; each has to be an attribute of the table."""
    written = tuple(one.sval for one in node.fk_attrs)
    for one in written:
        if blueprint.attribute(one) is None:
            return unknown_column(blueprint, one, fact.place)
    columns = tuple(blueprint.attribute(one) or one for one in written)
    told = CompositeReference(columns, target, tuple(one.sval for one in node.pk_attrs or ()), fact.place, action)
    return replace(blueprint, references=(*blueprint.references, told))


def _exclusion(blueprint: Blueprint, node: Any, fact: Fact[str]) -> Blueprint:
    """EXCLUDE as it is written, its expressions as PostgreSQL's parser gives them back."""
    from pglast.stream import RawStream

    elements = tuple(
        (RawStream()(element.expr) if element.expr else element.name, "".join(part.sval for part in operator))
        for element, operator in node.exclusions
    )
    predicate = RawStream()(node.where_clause) if node.where_clause else ""
    told = StatedExclusion(elements, fact.place, node.access_method or "gist", node.conname or "", predicate)
    return replace(blueprint, exclusions=(*blueprint.exclusions, told))
