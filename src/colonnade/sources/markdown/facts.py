"""What a text beside a column says of it: the fields of a DraftAttribute, each with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from typing import Any, Literal

from colonnade import types
from colonnade.design.draft import DraftAttribute, Fact, Origin
from colonnade.design.meanings import IMPLIED_BY_MEANING
from colonnade.errors import Place
from colonnade.sources.markdown import limits, names, written
from colonnade.values import replace
from colonnade.vocabulary import formats, qualifiers, signs
from colonnade.vocabulary.regex import regex

# What a bracket behind a table may say instead of naming its column.
NO_COLUMN = frozenset(
    [
        "cascade",
        "restrict",
        "set",
        "nullable",
        "null",
        "required",
        "optional",
        "unique",
        "on",
        "not",
        "no",
        "default",
        "many",
        "one",
        "staff",
        "self",
    ]
)
# Schemas in front of a table's name, which `table.column` must not be confused with.
SCHEMAS = frozenset(
    [
        "auth",
        "public",
        "dbo",
        "core",
        "app",
        "storage",
        "extensions",
        "identity",
        "next_auth",
        "neon_auth",
        "better_auth",
    ]
)

Facts = dict[str, Fact[Any]]
# Where the text stands decides how much it is believed: a word in a remark is weaker than in a constraint.
Standing = Literal["type", "constraint", "remark"]

_CHOICE_NAME = regex(
    r"(?:status|state|type|kind|role|priority|level|category|mode|phase|stage|severity|frequency|method|gender|plan|tier|visibility|direction|recurrence|source|action|channel|format|unit|scope|currency|condition|reason|estado|tipo|rol|"
    r"prioridad|typ|rolle|statut|rôle|outcome|result|provider|platform|size|theme|language|difficulty|intent|transmission|fuel)s?$", re.IGNORECASE)  # fmt: skip  # noqa: E501
# No value is the word "or": were it one, a run of them could be read in exponentially many ways.
_BARE_CHOICES = regex(
    r"(?!or\b)(?:[a-z][a-z0-9_-]{0,30}|[A-Z][A-Z0-9_]{0,30}|[A-Z][a-z][A-Za-z0-9_-]{0,30}|[^\x00-\x7f\s、，；（）。][^\s,/|、，;；()（）。]{0,15})(?:(?:\s*,\s*|\s*/\s*|\s*\|\s*|、|\s+or\s+)(?:or\s+)?(?!or\b)(?:[a-z][a-z0-9_-]{0,30}|[A-Z][A-Z0-9_]{0,30}|[A-Z][a-z][A-Za-z0-9_-]{0,30}|[^\x00-\x7f\s、，；（）。][^\s,/|、，;；()（）。]{0,15}))+(?:\s*\(default\))?"
)
_FRAGMENTS = regex(r"\s{0,8}(?:[,;。，；、]|(?<=\s)[-–—](?=\s)|\.(?=\s|$))\s*(?![^()]{0,400}\))")
_DEFAULT_ALONE = regex(rf"{qualifiers.DEFAULT.pattern}[\s.]*", re.IGNORECASE)
_BRACKETED = regex(r"[(（]([^()（）]*)[)）]")
_FIELDS = tuple(field.name for field in fields(DraftAttribute) if field.name != "description")


# What is read of a text before it is known where it stands, so that the same words are read once.
NOWHERE = Place("")


def read(text: str, place: Place, standing: Standing, column: str = "") -> Facts:
    """The facts in `text`, which stands beside the column called `column`."""
    return at(place, said(text, standing, is_choice(column)))


def at(place: Place, facts: Facts) -> dict[str, Any]:
    """`facts`, read at `place`."""
    return {field: replace(fact, place=place) for field, fact in facts.items()}


def placed(place: Place, one: DraftAttribute) -> DraftAttribute:
    """`one` with all its facts, read at `place`."""
    told: dict[str, Any] = {field: fact for field in _FIELDS if (fact := getattr(one, field)) is not None}
    return replace(one, **at(place, told))


def said(text: str, standing: Standing, choice: bool = False) -> Facts:
    """The facts in `text` as `read` has them, at no place; `choice`: the column's name asks for one of a few values."""
    shown = text.strip()
    if not shown or shown.lower() in qualifiers.EMPTY:
        return {}
    return dict(_said(shown, standing, choice))


@lru_cache(maxsize=65536)
def is_choice(column: str) -> bool:
    """Whether the name of a column asks for one of a few values: `status`, `payment_method`."""
    return _CHOICE_NAME.search(column) is not None


@lru_cache(maxsize=65536)
def _said(shown: str, standing: Standing, choice: bool) -> tuple[tuple[str, Fact[Any]], ...]:
    """What a text says wherever it stands: the same few words come back on every page."""
    facts: Facts = {}
    meant = formats.of_remark(shown) if signs.REMARK.may(shown) else None
    if standing == "type":
        shown = _type(shown, NOWHERE, facts)
    if meant and "meaning" not in facts:
        facts["meaning"] = Fact(meant, NOWHERE)
    unmarked = names.plain(shown)
    if not (signs.lists(shown) or signs.ANY.may(unmarked) or signs.ANY.may(shown)):
        return tuple(facts.items())
    _flags(unmarked, NOWHERE, facts, standing)
    _target(unmarked, NOWHERE, facts, standing)
    _numbers(unmarked, NOWHERE, facts, standing)
    _limits(unmarked, facts)
    _default(shown, NOWHERE, facts, standing)
    _values(shown, NOWHERE, facts, standing, choice)
    if _is_unstored(unmarked):
        facts["stored"] = Fact(False, NOWHERE)
    return tuple(facts.items())


def _is_unstored(text: str) -> bool:
    told = signs.UNSTORED.may(text) and qualifiers.UNSTORED.search(text)
    return bool(told) and not re.search(r"\bpassword|plain ?text|hash", text, re.IGNORECASE)


def _type(text: str, place: Place, facts: Facts) -> str:
    """Fills in what the type at the start of `text` says; gives back the text behind it."""
    taken = written.take(text)
    if taken.type is None and taken.target is None and not taken.known:
        taken = _type_inside(text) or taken
    if taken.type is not None:
        facts["type"] = Fact(taken.type, place)
        _meaning(text[: len(text) - len(taken.rest)], text, place, facts)
    if taken.values:
        facts["enum_values"] = Fact(taken.values, place)
    if taken.nullable is not None:
        facts["nullable"] = Fact(taken.nullable, place)
    if taken.target is not None:
        facts["references"] = Fact(taken.target, place)
    if taken.default is not None:
        facts["default"] = Fact(taken.default, place)
    return taken.rest


def _meaning(word: str, text: str, place: Place, facts: Facts) -> None:
    """`email` and `url` as types are texts of a form; so is `string (email)`."""
    meant = formats.MEANING_OF.get(names.plain(word).strip(" ([{?").lower())
    if meant is not None:
        facts["meaning"] = Fact(meant, place)
        facts["type"] = Fact(facts["type"].value, place, Origin.IMPLIED, IMPLIED_BY_MEANING)
        return
    inside = (formats.MEANING_OF.get(names.plain(part).strip().lower()) for part in _BRACKETED.findall(text))
    told = next((one for one in inside if one is not None), None)
    if told is not None:
        facts["meaning"] = Fact(told, place)


def _type_inside(text: str) -> written.Written | None:
    """The type in a bracket, or behind a comma: `unique identifier (UUID)`, `PK, uuid`."""
    for part in (*_BRACKETED.findall(text), *re.split(r"[,;]\s*", text)[1:4]):
        taken = written.take(part.strip())
        if taken.type is not None and taken.known:
            return written.Written(taken.type, taken.values, taken.nullable, taken.target, taken.default, text, True)
    plain = names.plain(text)
    behind = re.match(
        r"(?:PK|FK|primary key|foreign key|unique|required|optional|nullable|auto-?generated|auto)[\s:—–-]+(?P<rest>.+)",  # noqa: E501
        plain,
        re.IGNORECASE,
    )
    if behind:
        taken = written.take(behind["rest"])
        if taken.known and taken.type:
            return written.Written(taken.type, taken.values, taken.nullable, taken.target, taken.default, plain, True)
    return None


# Which rows an index holds says nothing of the column: `partial index where not null`.
_SOME_ROWS = regex(
    r"(?<=\bwhere)\s[^,;()|]*|(?:(?<=\bwhen)|(?<=\bif))\s(?:[\s`]*\w{1,63}`?\s)?\s*(?:is\s+)?not[ _-]?null\b",
    re.IGNORECASE,
)


def _flags(text: str, place: Place, facts: Facts, standing: Standing) -> None:
    if not signs.FLAGS.may(text):
        return
    for field, value in _flagged(_SOME_ROWS.sub(" ", text), standing):
        if field not in facts:
            facts[field] = Fact(value, place)
    if facts.get("primary_key") and re.search(
        r"\b(?:composite|compound|part of)\b.{0,20}\b(?:pk|primary)|\b(?:pk|primary key)\b.{0,4}\b(?:composite|compound)|\bcomposite\b",  # noqa: E501
        text,
        re.IGNORECASE,
    ):
        facts.pop("unique", None)


@lru_cache(maxsize=65536)
def _flagged(text: str, standing: Standing) -> tuple[tuple[str, bool], ...]:
    """The flags that `text` sets, the first of each field."""
    found: dict[str, bool] = {}
    for field, value, pattern in qualifiers.FLAGS:
        if (
            field in found
            or not pattern.search(text)
            or (standing == "remark" and not _said_alone(pattern, text, field))
        ):
            continue
        if field != "unique" or not re.search(
            r"\bunique\s*[:=]?\s*(?:false|no)\b|\bnot unique\b|\bnon-unique\b", text, re.IGNORECASE
        ):
            found[field] = value
    return tuple(found.items())


def _said_alone(pattern: re.Pattern[str], text: str, field: str) -> bool:
    """In a remark a word counts only where it is a whole fragment, or in a bracket, not inside a sentence."""
    parts = [part.strip() for part in (*_FRAGMENTS.split(text), *_BRACKETED.findall(text))]
    longest = 4 if field != "unique" else 3
    return any(pattern.search(part) and len(part.split()) <= longest for part in parts if part)


def _target(text: str, place: Place, facts: Facts, standing: Standing) -> None:
    if "references" in facts:
        return
    found = target(text, weak=standing != "remark" or bool(qualifiers.FOREIGN_KEY.search(text)))
    if found:
        facts["references"] = Fact(found, place)
    for action, pattern in qualifiers.ON_DELETE if signs.ON_DELETE.may(text) else ():
        if pattern.search(text) and (found or "delete" in text.lower() or standing == "constraint"):
            facts["on_delete"] = Fact(action, place)
            return


@lru_cache(maxsize=65536)
def target(text: str, *, weak: bool = True) -> str | None:
    """What `text` says that the column points at: `users.id`, `Category`; a weak wording only where it is believed."""
    for number, pattern in enumerate(qualifiers.REFERENCES if signs.REFERENCE.may(text) else ()):
        if number == 3 and not weak:
            continue
        for match in pattern.finditer(text):
            table, column = match["table"], match["column"]
            # `users.id (CASCADE)`: the bracket behind a column is no column.
            column = (
                None
                if column
                and (column.lower() in NO_COLUMN or ("." in table and table.split(".")[0].lower() not in SCHEMAS))
                else column
            )
            plausible = not table.islower() or "." in table or "_" in table or column or number != 3
            if table.lower() in qualifiers.NO_TARGET or not plausible or len(table) < 2:
                continue
            if number == 2 and not (
                weak
                and (
                    qualifiers.FOREIGN_KEY.search(text)
                    or "." in table
                    or column
                    or table[0].isupper()
                    or len(text.split()) <= 4
                )
            ):
                continue
            if number == 1 and table.islower() and "." not in table and not column and "_" not in table and not weak:
                continue
            return f"{table}.{column}" if column else table
    return None


def _numbers(text: str, place: Place, facts: Facts, standing: Standing) -> None:
    for field, pattern in qualifiers.LENGTHS if signs.LENGTH.may(text) and _DIGIT.search(text) else ():
        match = pattern.search(text) if field not in facts else None
        if match is None or int(match[1]) == 0:
            continue
        counted = re.search(r"char|caract|zeichen|letter|字符|文字|символ|len", match[0], re.IGNORECASE)
        if counted or (standing != "remark" and _is_text(facts)):
            facts[field] = Fact(int(match[1]), place)


def _limits(text: str, facts: Facts) -> None:
    """What a number may be; where a length was read, the numbers were about letters."""
    if facts.keys() & {"min_length", "max_length", "references", "enum_values"}:
        return
    for field, limit in zip(("least", "most"), limits.read(text), strict=True):
        if limit is not None:
            facts[field] = Fact(limit, NOWHERE)


def _is_text(facts: Mapping[str, Fact[Any]]) -> bool:
    kind = facts.get("type")
    return kind is None or bool(re.match(r"(?:n?var)?char|str|text|citext", str(kind.value), re.IGNORECASE))


def _default(text: str, place: Place, facts: Facts, standing: Standing) -> None:
    if "default" in facts or not signs.DEFAULT.may(text):
        return
    match = qualifiers.DEFAULT.search(text)
    if match is None:
        after = qualifiers.DEFAULT_AFTER.search(text) if standing != "remark" else None
        match = after if after and not re.search(r"[.:]$", after["value"]) else None
    if match is None:
        return
    value = match["value"].strip()
    bare = value.strip("`").rstrip(".,;")
    if bare and bare.lower() not in qualifiers.NO_DEFAULT and bare.lower() != "null":
        facts["default"] = Fact(unquoted(bare), place)


def unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def _values(text: str, place: Place, facts: Facts, standing: Standing, choice: bool) -> None:
    if "enum_values" in facts or not _takes_values(facts):
        return
    found, default = values(text, choice, standing)
    if found and not any(qualifiers.CONSTRAINT_WORD.fullmatch(one) for one in found):
        facts["enum_values"] = Fact(found, place)
        if default and "default" not in facts:
            facts["default"] = Fact(default, place)


def listed(text: str, choice: bool) -> tuple[str, ...]:
    """The closed list of values that a constraint states: what `said` has of it."""
    shown = text.strip()
    found, _ = values(shown, choice, "constraint") if shown.lower() not in qualifiers.EMPTY else ((), None)
    return () if any(qualifiers.CONSTRAINT_WORD.fullmatch(one) for one in found) else found


def _takes_values(facts: Mapping[str, Fact[Any]]) -> bool:
    kind = facts.get("type")
    return kind is None or not re.match(
        r"bool|uuid|date|time|json|float|decimal|numeric|double|bytea|number\b|int|bigint|.*\[\]",
        str(kind.value),
        re.IGNORECASE,
    )


_DIGIT = regex(r"\d")
_COLON = regex(r"[:：]\s*")


def values(text: str, choice: bool, standing: Standing) -> tuple[tuple[str, ...], str | None]:
    """The closed list of values that `text` states for a column; `choice`: its name asks for one."""
    if not signs.lists(text) or qualifiers.OPEN_LIST.search(text):
        return (), None
    shown = text.replace("\\|", "|")
    for piece in (*_BRACKETED.findall(shown), shown):
        quoted = written._QUOTED_LIST.search(piece)
        lead = qualifiers.VALUES_LEAD.search(piece)
        if quoted and (lead or standing != "remark" or choice or quoted.end() - quoted.start() > 0.6 * len(piece)):
            found = written.closed(quoted[0])
            if found[0]:
                return found
        bare = _COLON.split(names.plain(piece))[-1].strip(" .。")
        if standing != "remark" or choice:
            led = bare[lead.end() :].strip() if lead and standing and bare.startswith(lead[0].strip()[:4]) else bare
            whole = _BARE_CHOICES.fullmatch(led.strip(" .:()"))
            if whole and _plausible(led, bool(lead) or "|" in led or "/" in led, choice):
                return written.closed(led.replace("/", "|") if "/" in led and "," not in led else led)
        listed = _led_list(names.plain(piece), lead)
        if listed:
            return written.closed(listed)
    return (), None


def _plausible(text: str, led: bool, choice: bool) -> bool:
    """A bare list of words is a list of values only if it is led in, or the column's name asks for one."""
    flags = any(
        pattern.fullmatch(part.strip()) for part in re.split(r"[,/|]", text) for _, _, pattern in qualifiers.FLAGS
    )
    types_only = all(written.resolve(part.strip()) for part in re.split(r"[,/|]", text) if part.strip())
    return not flags and not types_only and (led or choice)


_LIST_LEAD = regex(
    r"\b(?:one of|values?\s*[:：=]|allowed(?: values)?\s*[:：]|must be (?:one of|either)|options?\s*[:：]|choices?\s*[:：]|possible values\s*[:：]|valid values\s*[:：]|enum\s*[:：=(])\s*[:：]?\s*[(\[{]?(?P<list>[^.;()\[\]{}\n]{3,300})",  # noqa: E501
    re.IGNORECASE,
)
_LIST_SIGN = regex(r"[,/|、]|\bor\b")


def _led_list(text: str, lead: re.Match[str] | None) -> str:
    """The list behind "one of:" or "values:"."""
    match = _LIST_LEAD.search(text)
    return match["list"] if match and _LIST_SIGN.search(match["list"]) else ""


def joined(*parts: Facts) -> Facts:
    """All facts of `parts`; what an earlier one says stands."""
    result: Facts = {}
    for part in parts:
        for field, fact in part.items():
            result.setdefault(field, fact)
    return result


_NUMBERS = frozenset({"integer", "bigint", "decimal", "float"})


@lru_cache(maxsize=4096)
def _may_hold_a_number(kind: str) -> bool:
    resolved = types.resolve(kind)
    if resolved is None or resolved.row is None:
        return True
    return not resolved.dimensions and resolved.row.read_as in _NUMBERS


def attribute(name: str, place: Place, facts: Facts, description: str = "") -> DraftAttribute:
    """The attribute `name` with `facts`. A key is not null; a length in the type is one."""
    filled = dict(facts)
    if filled.get("primary_key") and filled["primary_key"].value:
        filled["nullable"] = Fact(False, filled["primary_key"].place)
    kind = filled.get("type")
    if kind is not None and not _may_hold_a_number(str(kind.value)):
        filled = {field: fact for field, fact in filled.items() if field not in ("least", "most")}
    if kind is not None and "max_length" not in filled:
        match = re.match(
            r"(?:n?var)?char(?:acter)?(?:2| varying)?\s*\(\s*(\d+)|(?:string|str|text)\s*\(\s*(\d+)",
            str(kind.value),
            re.IGNORECASE,
        )
        if match:
            filled["max_length"] = Fact(int(match[1] or match[2]), kind.place)
    return DraftAttribute(Fact(name, place), description=remark(description), **filled)


# What a fragment may hold beside the fact that it states.
_LONGEST_FACT = 6


@lru_cache(maxsize=65536)
def remark(text: str) -> str:
    """`text` without the fragments that only state facts: of `decimal(8,2), required, price per day` the last."""
    parts = [part.strip() for part in _FRAGMENTS.split(text.strip())]
    said = [_is_fact(part) for part in parts]
    if not any(said):
        return text
    return ", ".join(part for part, only_fact in zip(parts, said, strict=True) if part and not only_fact)


def _is_fact(fragment: str) -> bool:
    plain = names.plain(fragment).strip(" .:–—-()")
    if not plain:
        return True
    if len(plain.split()) > _LONGEST_FACT:
        return False
    taken = written.take(fragment)
    if taken.known and not taken.rest.strip(" .()"):
        return True
    whole = (*(pattern for _, _, pattern in qualifiers.FLAGS), *(pattern for _, pattern in qualifiers.LENGTHS))
    pointing = qualifiers.FOREIGN_KEY.search(plain) and target(plain)
    action = re.match(r"on[ _]delete\b", plain, re.IGNORECASE)
    alone = any(pattern.fullmatch(plain) for pattern in (*whole, _DEFAULT_ALONE))
    return bool(alone or pointing or action or any(limits.read(plain)))
