"""Words for how many rows there are and how many come: scales, periods, and what a count may be told with."""

from __future__ import annotations

import re

from colonnade.vocabulary.regex import regex

# How many the word behind a number stands for.
SCALES: dict[str, int] = {
    **dict.fromkeys(("k", "thousand", "tsd", "mil", "mille", "tys", "тыс"), 1_000),
    **dict.fromkeys(("万", "萬", "만"), 10_000),
    **dict.fromkeys(("m", "mm", "mn", "mio", "million", "millions", "millionen", "millones", "milhões", "milioni", "mln", "млн"),
                    1_000_000),
    **dict.fromkeys(("億", "亿", "억"), 100_000_000),
    **dict.fromkeys(("b", "bn", "billion", "billions"), 1_000_000_000),
}  # fmt: skip

# Periods, as months: what comes in one, divided by this, comes in a month.
PERIODS: dict[str, float] = {
    **dict.fromkeys(("hour", "hr"), 1 / 720),
    **dict.fromkeys(("day", "daily", "tag", "día", "dia", "jour", "giorno", "день", "日", "天"), 1 / 30),
    **dict.fromkeys(("week", "weekly", "wk", "woche", "semana", "semaine", "settimana", "неделю", "週", "周"), 7 / 30),
    **dict.fromkeys(("month", "monthly", "mo", "monat", "mes", "mês", "mois", "mese", "месяц", "月"), 1.0),
    **dict.fromkeys(("quarter", "quarterly"), 3.0),
    **dict.fromkeys(("year", "yearly", "annually", "annum", "yr", "jahr", "año", "ano", "an", "anno", "год", "年"), 12.0),
}  # fmt: skip

# Behind a label like these stands the number of rows of what a section is about.
LABEL = regex(
    r"\W*(?:(?:expected|estimated|approximate|initial|typical|projected|anticipated)\s+)?(?:data\s+)?"
    r"(?:rows?(?: count)?|row estimate|volumes?(?: estimate)?|records?(?: count)?|cardinality|scale|growth(?: rate)?|"
    r"volumen|volumetria|datenmenge|zeilen|filas|linhas|数据量|行数|件数)\W*[:：]\W*"
    r"(?:(?:about|approximately|approx|around|up to|circa|ca|roughly|over|more than|etwa|unos|environ|约|約)\b\W*)?",
    re.IGNORECASE,
)
ROWS = regex(
    r"\s*\+?\s*(?:rows|records|entries|documents|filas|registros|linhas|zeilen|datensätze|lignes|行|件|条)",
    re.IGNORECASE,
)

# Titles of columns that hold such numbers.
COUNTED = regex(
    r"\b(?:rows?|records?|volumes?|count|cardinality|filas|registros|zeilen)\b|行数|件数|数据量", re.IGNORECASE
)
GROWING = regex(r"\b(?:growth|per|daily|weekly|monthly|yearly|new)\b|/\s*(?:day|week|month|year|mo)\b", re.IGNORECASE)

# Before the counted thing these words make the number something else than rows.
NOT_ROWS = regex(
    r"\b(?:concurrent|simultaneous|parallel|active sessions?|seconds?|minutes?|hours?|days?|weeks?|months?|years?|ms|requests?|"
    r"characters?|chars?|bytes?|of|for|in|to|per|with|and|or|by|from|first|last|page|limit|maximum|max)\b",
    re.IGNORECASE,
)
