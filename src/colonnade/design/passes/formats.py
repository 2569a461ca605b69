"""Formats of values: what a type such as `slug` or `percentage` means beyond its storage."""

from __future__ import annotations

import re
from collections.abc import Iterator

from colonnade import sql, types
from colonnade.config import Settings
from colonnade.design.meanings import held
from colonnade.design.passes.checks import is_text, with_checks
from colonnade.design.passes.indexes import add
from colonnade.design.schema import Check, Column, Generated, Index, IndexKey, Reason, Unique
from colonnade.design.work import Blueprint, Work, each, house, stated
from colonnade.errors import Place
from colonnade.findings import rule
from colonnade.types import Family
from colonnade.values import replace
from colonnade.vocabulary import naming
from colonnade.vocabulary.formats import EMAIL, FORMAT_OF

_NUMBERS = {Family.DECIMAL, Family.FLOAT, Family.SMALLINT, Family.INTEGER, Family.BIGINT}


@rule("value-formats")
def value_formats(work: Work) -> Work:
    """A column whose type, remark or name tells a format holds only values of it.

    A slug, a currency or country code, a URL, a phone number and a percentage are texts and numbers with a form; the
    check is loose enough for real values and catches the value of another column.
    """
    references = {(link.child, column) for link in work.links for column in link.columns}
    return each(work, lambda one: _formats(one, references, work.settings))


def _formats(blueprint: Blueprint, references: set[tuple[str, str]], settings: Settings) -> Blueprint:
    checks: list[Check] = []
    for name, attribute in blueprint.attributes.items():
        column = blueprint.columns.get(name)
        told = held(attribute, column.type, settings) if column else None
        row = FORMAT_OF.get(told.value) if told else None
        if (blueprint.name, name) in references:
            continue
        if row is None or column is None or not (is_text(column.type) or _is_number(column.type)):
            continue
        check = Check(sql.shorten(f"{blueprint.name}_{name}_{row.suffix}"), row.check.format(sql.ident(name)))
        if is_text(column.type) == (row.suffix == "format"):
            checks.append(check)
    return with_checks(blueprint, tuple(checks), house("value-formats"))


def _is_number(type_: str) -> bool:
    taken = types.take_apart(type_)
    return taken.row is not None and taken.row.family in _NUMBERS and not taken.dimensions


@rule("email-case")
def email_case(work: Work) -> Work:
    """A unique address is unique whatever its case.

    `Ann@example.com` and `ann@example.com` reach one person. The stated constraint stays beside the index on lower();
    a citext column needs none.
    """
    return each(work, lambda one: _any_case(one, work.settings))


def _any_case(blueprint: Blueprint, settings: Settings) -> Blueprint:
    for one in blueprint.constraints:
        if not isinstance(one, Unique):
            continue
        name = one.columns[-1]
        attribute = blueprint.attributes.get(name)
        told = held(attribute, blueprint.columns[name].type, settings) if attribute else None
        if told is None or told.value != EMAIL or not is_text(blueprint.columns[name].type):
            continue
        if blueprint.columns[name].type == "citext":
            continue
        keys = (*map(IndexKey, one.columns[:-1]), IndexKey(None, f"lower({sql.ident(name)})"))
        live = f"{sql.ident(blueprint.deleted_at)} IS NULL" if blueprint.deleted_at else None
        index = Index(sql.shorten(f"{one.name.removesuffix('_key')}_lower_key"), keys, unique=True, predicate=live)
        blueprint = add(blueprint, index, house("email-case"))
    return blueprint


_SEARCH = re.compile(
    r"\bfull[- ]?text[- ]?search\w*|\bsearch\w* (?:by|over|across|in) (?:the )?(?:full )?text", re.IGNORECASE
)
_SEARCHED = re.compile(r"\b(?:on|over|across|by|of|in)\b(?P<columns>[^.;()]*)", re.IGNORECASE)


@rule("full-text-search")
def full_text_search(work: Work) -> Work:
    """Where a document asks for full-text search, a generated tsvector of the named texts has a GIN index.

    The server keeps it with every write, so it cannot fall behind. Without named columns, the texts are the title or
    name, and the description or body.
    """
    tables = dict(work.tables)
    for name, one in work.tables.items():
        for text, place in _asked(work, one, _SEARCH):
            if not one.external and "search_vector" not in tables[name].columns:
                tables[name] = _searchable(tables[name], text, place)
    return replace(work, tables=tables)


_PARTIAL = re.compile(
    r"\b(?:partial|substring|fuzzy|typo[- ]tolerant|infix)[- ](?:text )?(?:match|search)\w*"
    r"|\bmatch\w* (?:any )?parts? of|\bILIKE\b|\btrigrams?\b",
    re.IGNORECASE,
)


@rule("partial-match-search")
def partial_match_search(work: Work) -> Work:
    """Where a document asks for partial matches, each of the named texts has a trigram index.

    A B-tree finds what a text begins with; a GIN index of its trigrams finds what stands anywhere in it, in any case.
    It costs more with every write than a B-tree does, so only texts that the sentence names have one.
    """
    tables = dict(work.tables)
    for name, one in work.tables.items():
        for text, place in () if one.external else _asked(work, one, _PARTIAL):
            for column in _named_texts(one, text):
                keys = (IndexKey(column, operator_class="gin_trgm_ops"),)
                index = Index(sql.shorten(f"idx_{name}_{column}_partial"), keys, "gin")
                if one.columns[column].type != "citext":
                    tables[name] = add(tables[name], index, stated(place))
    return replace(work, tables=tables)


def _asked(work: Work, blueprint: Blueprint, pattern: re.Pattern[str]) -> Iterator[tuple[str, Place]]:
    own = [(fact.value, fact.place) for fact in blueprint.entity.constraints]
    own += [(blueprint.entity.description, blueprint.place)]
    yield from ((text, place) for text, place in own if pattern.search(text))
    general = [fact for fact in (*work.draft.global_rules, *work.draft.requirements) if pattern.search(fact.value)]
    if not general:
        return
    words = "|".join(re.escape(word.replace("_", " ")) for word in (blueprint.name, naming.singular(blueprint.name)))
    named = re.compile(rf"\b({words})\b", re.IGNORECASE)
    yield from ((fact.value, fact.place) for fact in general if named.search(fact.value))


def _searchable(blueprint: Blueprint, text: str, place: Place) -> Blueprint:
    names = _named_texts(blueprint, text) or [
        name for name in ("title", "name", "subject", "summary", "description", "body", "content")
        if name in blueprint.columns and is_text(blueprint.columns[name].type)
    ]  # fmt: skip
    if not names:
        return blueprint
    weights = "ABCD"
    parts = [
        f"setweight(to_tsvector('english', coalesce({sql.ident(name)}, '')), '{weights[min(at, 3)]}')"
        for at, name in enumerate(names)
    ]
    column = Column("search_vector", "tsvector", True, generated=Generated(" || ".join(parts)))
    reason = Reason(f"{blueprint.name}.search_vector", stated(place))
    blueprint = replace(
        blueprint, columns={**blueprint.columns, "search_vector": column}, reasons=(*blueprint.reasons, reason)
    )
    index = Index(sql.shorten(f"idx_{blueprint.name}_search_vector"), (IndexKey("search_vector"),), "gin")
    return add(blueprint, index, stated(place))


def _named_texts(blueprint: Blueprint, text: str) -> list[str]:
    """The text columns that the sentence names behind `on`, `over` or `of`, in its order."""
    named = {
        name: re.compile(rf"\b{re.escape(name).replace('_', '[ _]')}\b", re.IGNORECASE)
        for name, one in blueprint.columns.items()
        if is_text(one.type)
    }
    behind = _SEARCHED.search(text)
    places = ((pattern.search(text, behind.start()), name) for name, pattern in named.items()) if behind else ()
    return [name for _, name in sorted((found.start(), name) for found, name in places if found)]
