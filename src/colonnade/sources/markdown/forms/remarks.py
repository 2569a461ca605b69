"""Facts in a comment beside a column or member: `FK to users`, `max 200 chars`, `low | medium | high`, `UUID v4`."""

from __future__ import annotations

import re
from typing import Any

from colonnade.design.draft import DraftAttribute, Fact
from colonnade.errors import Place
from colonnade.sources.markdown.forms.block import filled
from colonnade.values import replace
from colonnade.vocabulary.formats import of_remark
from colonnade.vocabulary.regex import regex

# A comment longer than this is prose about the domain, and its lists are examples.
LONGEST = 400

_OPEN_LIST = regex(r"\b(?:e\.?g\b|etc\b|such as|for example|i\.e|z\.\s?B|future|like)|\.\.\.|…", re.IGNORECASE)
_VALUE = r"""(?:'[^'\n]{1,40}'|"[^"\n]{1,40}"|`[^`\n]{1,40}`|[^\W\d][\w-]{0,39})"""
_QUOTED = r"""(?:'[^'\n]{1,40}'|"[^"\n]{1,40}"|`[^`\n]{1,40}`)"""
_PIPED = regex(rf"{_VALUE}(?:\s*(?:\(default\)\s*)?\\?\|\s*{_VALUE})+")
_QUOTED_LIST = regex(rf"{_QUOTED}(?:\s*(?:,|/|\bor\b|,\s*or\b)\s*{_QUOTED})+")
_BARE_LIST = regex(
    r"(?:[a-z][a-z0-9_-]{0,30}|[A-Z][A-Z0-9_]{0,30})(?:\s*(?:,\s*|\s/\s|/)(?:[a-z][a-z0-9_-]{0,30}|[A-Z][A-Z0-9_]{0,30}))+"
)
_CHOICE_NAME = regex(
    r"(?:status|state|type|kind|role|priority|level|category|mode|phase|stage|severity|frequency|method|gender|plan|tier)$",
    re.IGNORECASE,
)
_ONE_VALUE = regex(_VALUE)
_LIST_LEAD = regex(
    r"^\s*(?:enum|one of|values?|allowed|options?|possible values|valid)\b[^:]{0,20}:?\s*", re.IGNORECASE
)

_REFERENCE = regex(
    r"(?:\bFK\b|\bforeign[ _]key\b)\s*(?:constraint\s*)?(?:to|references|on|->|=>|→|–>|—|:|-)?\s*"
    r"\(?[`'\"]?(?P<table>[^\W\d][\w.]*)[`'\"]?(?:\((?P<column>\w+)\))?",
    re.IGNORECASE,
)
_ARROW = regex(r"(?:^|\s)(?:->|→|=>)\s*[`'\"]?(?P<table>[^\W\d]\w*\.\w+|[A-Z]\w+)(?:\((?P<column>\w+)\))?")
_REFERS = regex(
    r"\b[Rr](?:eferences|EFERENCES|efers to|ef:)\s*[`'\"]?"
    r"(?P<table>[A-Z]\w*(?:\.\w+)?|[a-z]\w*\.\w+)(?:\((?P<column>\w+)\))?"
    r"|\bREFERENCES\s+(?P<table2>\w+)(?:\((?P<column2>\w+)\))?"
)
# `Person.id` and nothing else.
_KEY_ALONE = regex(r"\W*(?P<table>[A-Z]\w*)\.(?P<column>_?id|uuid)\W*")
_NO_TABLE = frozenset(
    [
        "the",
        "a",
        "an",
        "to",
        "of",
        "in",
        "on",
        "if",
        "for",
        "and",
        "or",
        "external",
        "other",
        "parent",
        "this",
        "that",
        "is",
        "null",
        "constraint",
    ]
)

_MOST = (
    regex(
        r"\bmax(?:imum)?\.?\s*(?:len(?:gth)?)?\s*(?:of|:|=)?\s*(\d{1,7})\s*(?:chars?\b|characters?\b|letters?\b)",
        re.IGNORECASE,
    ),
    regex(r"\bmax[ _-]?len(?:gth)?\s*[:=]?\s*(\d{1,7})\b", re.IGNORECASE),
    regex(r"(?:\bup to|≤|<=)\s*(\d{1,7})\s*(?:chars?\b|characters?\b)", re.IGNORECASE),
    regex(r"\b\d{1,7}\s*(?:-|–|to|\.\.)\s*(\d{1,7})\s*(?:chars?\b|characters?\b)", re.IGNORECASE),
    regex(r"\bn?varchar2?\s*\(?\s*(\d{1,7})\b", re.IGNORECASE),
)
_LEAST = (
    regex(
        r"\bmin(?:imum)?\.?\s*(?:len(?:gth)?)?\s*(?:of|:|=)?\s*(\d{1,7})\s*(?:chars?\b|characters?\b|letters?\b)",
        re.IGNORECASE,
    ),
    regex(r"\b(\d{1,7})\s*(?:-|–|to|\.\.)\s*\d{1,7}\s*(?:chars?\b|characters?\b)", re.IGNORECASE),
)
_ALONE = {
    "unique": regex(r"(?:must be |is )?(?:globally )?unique(?: constraint| index)?", re.IGNORECASE),
    "optional": regex(r"optional\b.*|nullable\b.*|(?:can|may) be null\b.*", re.IGNORECASE | re.DOTALL),
    "required": regex(r"required|not null|mandatory", re.IGNORECASE),
    "key": regex(r"pk|primary key", re.IGNORECASE),
}
_PARTS = regex(r"[,;.()]|\s[-–—]\s")
_DEFAULT = regex(r"\bdefaults?\s*(?:to\s+|[:=]\s*)(['\"`]?)([\w.+-]{1,60}(?:\(\))?)\1", re.IGNORECASE)
_NOT_STORED = regex(
    r"\b(?:not|never)\s+(?:stored|persisted|saved)\b|\bcomputed (?:at|on) (?:runtime|read|query)\b", re.IGNORECASE
)

_TYPE_WORDS = (
    (regex(r"^(?:\W*\b(?:PK|primary key)\b[\s,;:-]*)?\(?\bUUID(?:\s?v\d)?\b", re.IGNORECASE), "uuid"),
    (
        regex(
            r"\bISO(?:[ -]?8601)?\s+(?:\w+\s+)?date(?:\s+string)?(?![ -]?time|\w)|^\W*YYYY-MM-DD\W*$", re.IGNORECASE
        ),
        "date",
    ),
    (regex(r"\bISO(?:[ -]?8601)?\s+time\b(?![ -]?stamp)|^\W*HH:MM\b", re.IGNORECASE), "time"),
    (
        regex(
            r"\bISO(?:[ -]?8601)?\b.{0,12}\b(?:timestamp|datetime|date-time|date time)|"
            r"\bISO[ -]?8601\b|^ISO (?:string|format)",
            re.IGNORECASE,
        ),
        "timestamp",
    ),
)  # fmt: skip
_WHOLE = regex(r"\binteger\b", re.IGNORECASE)


def values(comment: str, name: str = "") -> tuple[str, ...] | None:
    """The closed list of values that a comment states for the column `name`, or None; "e.g." lists are open."""
    text = comment.strip()[:LONGEST]
    if not text or _OPEN_LIST.search(text):
        return None
    found = _PIPED.search(text) or _QUOTED_LIST.search(text)
    if found is None and _CHOICE_NAME.search(name):
        bare = _LIST_LEAD.sub("", text.rsplit(":", 1)[-1]).strip(" .()")
        found = _BARE_LIST.fullmatch(bare)
    if found is None:
        return None
    listed = found[0].replace("\\", "")
    parts = re.split(r"\s*(?:\||,|/|\bor\b)\s*", listed) if found.re != _PIPED else listed.split("|")
    words = tuple(dict.fromkeys(match[0].strip("'\"`") for part in parts if (match := _ONE_VALUE.search(part.strip()))))
    return words if len(words) > 1 and not {"null", "undefined", "None"} & set(words) else None


def _reference(text: str) -> str | None:
    alone = _KEY_ALONE.fullmatch(text)
    if alone:
        return f"{alone['table']}.{alone['column']}"
    for pattern in (_REFERENCE, _REFERS, _ARROW):
        match = pattern.search(text)
        if match is None:
            continue
        groups = match.groupdict()
        table, column = groups["table"] or groups.get("table2"), groups["column"] or groups.get("column2")
        if table and table.lower() not in _NO_TABLE:
            return f"{table}.{column}" if column else table.rstrip(".")
    return None


def _first_number(patterns: tuple[re.Pattern[str], ...], text: str) -> int | None:
    return next((int(match[1]) for pattern in patterns if (match := pattern.search(text))), None)


def mine(comment: str, place: Place, name: str = "") -> dict[str, Fact[Any]]:
    """What a comment says of the column `name`, by field of DraftAttribute; only what is said in so many words."""
    text = comment.strip()[:LONGEST]
    parts = [part.strip() for part in _PARTS.split(text)]
    told = {word for word, pattern in _ALONE.items() if any(pattern.fullmatch(part) for part in parts)}
    default = _DEFAULT.search(text)
    found: dict[str, Any] = {
        "enum_values": values(text, name),
        "references": _reference(text),
        "max_length": _first_number(_MOST, text),
        "min_length": _first_number(_LEAST, text),
        "unique": True if "unique" in told else None,
        "primary_key": True if "key" in told else None,
        "nullable": True if "optional" in told else False if "required" in told else None,
        "default": default[2] if default and default[2].lower() not in ("to", "value", "the") else None,
        "stored": False if _NOT_STORED.search(text) else None,
        "meaning": of_remark(text),
    }
    return {field: Fact(value, place) for field, value in found.items() if value is not None}


def type_in(comment: str, written: str) -> str | None:
    """The more precise type that a comment names for a plain string or number, or None."""
    text = comment.strip()[:LONGEST]
    if written == "number":
        return "integer" if _WHOLE.search(text) else None
    if written != "string":
        return None
    return next((word for pattern, word in _TYPE_WORDS if pattern.search(text)), None)


def annotated(attribute: DraftAttribute, comment: str, place: Place) -> DraftAttribute:
    """`attribute` with what the comment beside it adds; what the code itself states stays."""
    if not comment.strip():
        return attribute
    better = type_in(comment, attribute.type.value if attribute.type else "")
    result = filled(attribute, mine(comment, place, attribute.name.value))
    if better and not result.enum_values:
        result = replace(result, type=Fact(better, place))
    return replace(result, description=attribute.description or " ".join(comment.split()))


def loosened(attribute: DraftAttribute, comment: str, place: Place) -> DraftAttribute:
    """`attribute` made nullable where the comment says optional.

    In a programming language the missing `?` is often an oversight; a comment that says optional is said of the data.
    """
    told = mine(comment, place, attribute.name.value).get("nullable")
    return replace(attribute, nullable=told) if told is not None and told.value else attribute
