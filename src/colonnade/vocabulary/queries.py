"""Words of queries in prose: what asks for rows, what says in which order, what says of whom."""

from __future__ import annotations

import re

from colonnade.vocabulary.regex import regex

_I = re.IGNORECASE

# What a query in words begins with, its number and marks aside.
VERB: re.Pattern[str] = regex(
    r"(?:list|get|find|fetch|retrieve|show|load|look up|lookup|query|select|search|view|browse|display|return|read|all|"
    r"filter|the (?:latest|newest|most recent)|recent|latest|count)\b",
    _I,
)
SEARCH: re.Pattern[str] = regex(r"(?:full[- ]?text )?search\b", _I)
COUNT: re.Pattern[str] = regex(r"\b(?:count|number of|how many)\b", _I)

# Between these the columns of an order stand.
ORDER: re.Pattern[str] = regex(
    r"\b(?:sort(?:ed)?|order(?:ed)?)(?: by| on)\s+(?P<columns>[^,.;()]+(?:,\s*(?:then )?[^,.;()]+)*)", _I
)
DESCENDING: re.Pattern[str] = regex(
    r"\b(?:desc|descending|highest first|largest first|newest first|latest first|most recent first|high to low)\b", _I
)
ASCENDING: re.Pattern[str] = regex(r"\b(?:asc|ascending|lowest first|smallest first|low to high)\b", _I)
NEWEST: re.Pattern[str] = regex(r"\b(?:newest|most recent|recent|latest|last)\b(?! (?:login|seen|name))", _I)
OLDEST: re.Pattern[str] = regex(r"\b(?:oldest|earliest|first created)\b", _I)

# What leads to the columns or the parents by which rows are chosen.
CHOICE: re.Pattern[str] = regex(
    r"\b(?:by|for|of|from|with|within|in|belonging to|assigned to|owned by|per|where|filtered by|filter by|matching)\s+"
    r"(?:an?|the|one|each|their|its|given|specific|particular|certain)?\s*(?:given |specific |particular |certain )?"
    r"(?P<words>[\w' -]+?(?:(?:,\s*|\s+and\s+|,\s*and\s+)[\w' -]+?)*)(?=\s*(?:$|[.;():=]|\b(?:by|for|of|from|with|within|in|belonging|assigned|owned|per|where|"
    r"filtered|sorted|ordered|newest|oldest|latest|is|between)\b))",
    _I,
)
