"""What the documents state of a table in words: `title NOT NULL`, `email UNIQUE`, `age > 0`, `UNIQUE (a, b)`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from colonnade import sql, types
from colonnade.config import suggestion
from colonnade.design import exclusion_text
from colonnade.design.draft import DraftAttribute, DraftIndex, Fact, OnDelete
from colonnade.design.work import (
    Blueprint,
    CompositeReference,
    Computed,
    Condition,
    StatedExclusion,
    UniqueSet,
    Work,
    each,
    found,
)
from colonnade.errors import Place
from colonnade.findings import declare
from colonnade.values import replace
from colonnade.vocabulary import constraints as words

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
    if words.OVERLAP.search(text):
        return blueprint  # an exclusion, made where it is known whose rows they are
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


def _computed(blueprint: Blueprint, match: re.Match[str], fact: Fact[str]) -> Blueprint:
    if blueprint.attribute(match["column"]) is None:
        return unknown_column(blueprint, match["column"], fact.place)
    told = Computed(match["column"].strip('"`'), match["text"], fact.place)
    return replace(blueprint, computed=(*blueprint.computed, told))


def _searched(blueprint: Blueprint, match: re.Match[str], fact: Fact[str]) -> Blueprint:
    """A tsvector that the server makes of texts of its row, with the index that a search needs."""
    name = blueprint.attribute(match["column"])
    columns = [blueprint.attribute(one) for one in re.split(r"\s*,\s*|\s+and\s+", match["columns"])]
    kind = blueprint.attributes[name].type if name else None
    if name is None or None in columns or kind is None or kind.value.lower() != "tsvector":
        return _unread(blueprint, fact)
    texts = " || ' ' || ".join(f"coalesce({sql.ident(one or '')}, '')" for one in columns)
    told = Computed(name, f"to_tsvector('english', {texts})", fact.place)
    index = DraftIndex(Fact((name,), fact.place), method="gin")
    entity = replace(blueprint.entity, indexes=(*blueprint.entity.indexes, index))
    return replace(blueprint, entity=entity, computed=(*blueprint.computed, told))


def _unique_words(blueprint: Blueprint, match: re.Match[str], fact: Fact[str]) -> Blueprint:
    columns = tuple(part.strip() for part in match["columns"].split(","))
    return replace(blueprint, uniques=(*blueprint.uniques, UniqueSet(columns, fact.place)))


def _unique_within(blueprint: Blueprint, match: re.Match[str], fact: Fact[str]) -> Blueprint:
    if blueprint.attribute(match["column"]) is None:
        return unknown_column(blueprint, match["column"], fact.place)
    stated = UniqueSet((match["column"].strip(),), fact.place, within=(match["within"].lower(),))
    return replace(blueprint, uniques=(*blueprint.uniques, stated))


def _only_with(blueprint: Blueprint, match: re.Match[str], fact: Fact[str]) -> Blueprint:
    return _when(blueprint, match, fact, "{column} IS NULL OR {condition}")


def _required_with(blueprint: Blueprint, match: re.Match[str], fact: Fact[str]) -> Blueprint:
    return _when(blueprint, match, fact, "{column} IS NOT NULL OR NOT ({condition})")


def _when(blueprint: Blueprint, match: re.Match[str], fact: Fact[str], form: str) -> Blueprint:
    """A condition that ties one column to the state of another: a flag, or a value of a closed list."""
    column = blueprint.attribute(match["a"])
    condition = _state_condition(blueprint, match)
    if column is None or condition is None:
        return _unread(blueprint, fact)
    text = form.format(column=sql.ident(column), condition=condition)
    return replace(blueprint, conditions=(*blueprint.conditions, Condition(text, fact.place)))


def _state_condition(blueprint: Blueprint, match: re.Match[str]) -> str | None:
    word, value = match["b"], match["value"]
    column = blueprint.attribute(word)
    if column and (value is None or value.lower() in ("true", "yes", "set")):
        return sql.ident(column) if _holds_a_flag(blueprint.attributes[column]) else f"{sql.ident(column)} IS NOT NULL"
    if column and value:
        listed = blueprint.attributes[column].enum_values
        known = next((one for one in listed.value if one.lower() == value.lower()), None) if listed else None
        return f"{sql.ident(column)} = {sql.literal(known).strip()}" if known else None
    for name, attribute in blueprint.attributes.items():
        for one in attribute.enum_values.value if attribute.enum_values else ():
            if one.lower() == word.lower():
                return f"{sql.ident(name)} = {sql.literal(one).strip()}"
    return None


def _holds_a_flag(attribute: DraftAttribute) -> bool:
    row = types.resolve(attribute.type.value) if attribute.type else None
    return row is not None and row.base == "boolean"


def _after(blueprint: Blueprint, match: re.Match[str], fact: Fact[str]) -> Blueprint:
    later, earlier = blueprint.attribute(match["a"]), blueprint.attribute(match["other"])
    if later is None or earlier is None:
        return _unread(blueprint, fact)
    condition = Condition(f"{sql.ident(later)} > {sql.ident(earlier)}", fact.place)
    return replace(blueprint, conditions=(*blueprint.conditions, condition))


def described_constraints(work: Work) -> Work:
    """What the description of an attribute says of it in one of the known forms is stated, too."""
    return each(work, _described)


def _described(blueprint: Blueprint) -> Blueprint:
    for name, attribute in blueprint.attributes.items():
        for sentence in re.split(r"[.;]\s+|[.;]$", attribute.description):
            text = sentence.strip()
            for form in FORMS:
                bare = form.pattern.fullmatch(f"{name} {text[:1].lower()}{text[1:]}") if text else None
                if bare and form.read in _DESCRIBED:
                    blueprint = form.read(blueprint, bare, Fact(text, attribute.name.place))
                    break
    return blueprint


_DESCRIBED = (_unique_within, _only_with, _required_with, _after, _computed, _searched)
_SCOPE = r"(?:per|within|in each|for each|in|inside|by)\s+(?:a |an |the |one |each |its )?(?P<within>\w+)"
_WORDINGS: tuple[tuple[str, Callable[[Blueprint, re.Match[str], Fact[str]], Blueprint]], ...] = (
    (_NAME + r"\s+(?:is\s+)?(?:not\s+null|required)", _not_null),
    (_NAME + r"\s+(?:(?:is|must be)\s+)?unique", _unique_column),
    (_NAME + r"\s+primary\s+key", _key_column),
    (_NAME + r"\s+generated\s+always\s+as\s*\((?P<text>.+)\)\s*(?:stored|virtual)?", _computed),
    (_NAME + r"\s+(?:tsvector\s+)?generated\s+from\s+(?P<columns>\w+(?:(?:\s*,\s*|\s+and\s+)\w+)*)", _searched),
    (_NAME + r"\s+default\s+(?P<value>.+)", _default),
    (r"unique\s*[:(]\s*(?P<columns>[\w\"`]+(?:\s*,\s*[\w\"`]+)*)\s*\)?", _unique_words),
    (_NAME + r"\s+(?:(?:is|must be)\s+)?unique\s+" + _SCOPE, _unique_within),
    *((pattern, _only_with) for pattern in words.ONLY_WITH),
    *((pattern, _required_with) for pattern in words.REQUIRED_WITH),
    (r"(?P<a>\w+)\s+(?:must be|is)\s+(?:after|later than|greater than)\s+(?P<other>\w+)", _after),
    (_NAME + r"\s+max(?:imum)?(?:\s+length)?\s*:?\s*(?P<number>\d{1,7})", _longest),
)
FORMS: tuple[Form, ...] = tuple(Form(re.compile(pattern, _FLAGS), read) for pattern, read in _WORDINGS)
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
    elements, method, predicate = exclusion_text.parts_of(node)
    told = StatedExclusion(elements, fact.place, method, node.conname or "", predicate)
    return replace(blueprint, exclusions=(*blueprint.exclusions, told))
