"""How people write that one value decides another, and names that say it."""

from __future__ import annotations

import re

from colonnade.vocabulary.regex import regex

_NAME = r"[`\"*]*[A-Za-z][\w.]*[`\"*]*"
_NAMES = rf"{_NAME}(?:\s*(?:,\s*(?:and\s+)?|\s+and\s+){_NAME})*"

# Groups: what decides, and what is decided.
STATED: tuple[re.Pattern[str], ...] = tuple(
    regex(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?P<decides>{_NAMES})\s*(?:→|⟶|-{{1,2}}>|=>)\s*(?P<decided>{_NAMES})",
        rf"(?P<decides>{_NAMES})\s+(?:always\s+|uniquely\s+|functionally\s+)?(?:determines?|decides?|implies)\s+(?:the\s+)?(?P<decided>{_NAMES})",
        rf"(?P<decided>{_NAMES})\s+(?:is|are)\s+(?:always\s+|uniquely\s+|functionally\s+)?(?:determined|decided|given|implied)\s+by\s+(?:the\s+)?(?P<decides>{_NAMES})",
        rf"(?P<decided>{_NAMES})\s+(?:always\s+|only\s+|functionally\s+)?(?:depends?|follows?)\s+(?:only\s+)?(?:on|from)\s+(?:the\s+)?(?P<decides>{_NAMES})",
    )
)
NAME = regex(r"[A-Za-z][\w.]*")

# A column of the first kind decides those of the second in the same table.
IMPLIED: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (regex(r"(?:.*_)?(?:zip|zip_code|zipcode|postal_code|postcode|plz)"), regex(r"(?:.*_)?(?:city|town|state|province|region)")),
    (regex(r"country_code|country_iso\w*"), regex(r"country|country_name")),
    (regex(r"currency_code"), regex(r"currency_name|currency_symbol")),
    (regex(r"isbn"), regex(r"book_title|publisher|publisher_name")),
)  # fmt: skip

LISTS_OF_IDS = regex(r"_(ids|uuids)$")
NUMBERED = regex(r"(.*?[^\W\d])_?([1-9])")
LIST_IN_TEXT = regex(
    r"\b(?:comma|semicolon|pipe|space|newline)[- ](?:separated|delimited)|\bcsv\b|\blist of\b|\bseparated by (?:commas?|semicolons?)",
    re.IGNORECASE,
)
# What a row of a parent is called or shown by: its copy is named after the reference.
COPIED = frozenset({
    "name", "title", "email", "phone", "address", "first_name", "last_name", "full_name", "display_name", "username",
    "description", "price", "sku", "slug", "code",
})  # fmt: skip
