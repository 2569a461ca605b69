"""Wordings that limit a number: "positive", ">= 0", "at least 1", "between 1 and 5", "0-100 %"."""

from __future__ import annotations

import re

from colonnade.vocabulary.regex import regex

_I = re.IGNORECASE
_SIGN = r"[-−]?"
_NUMBER = rf"[$€£]?\s?(?P<number>{_SIGN}\d{{1,12}}(?:[,_]\d{{3}}){{0,4}}(?:\.\d{{1,9}})?)(?![\w.]*\d)"
_LOW = rf"[$€£]?\s?(?P<low>{_SIGN}\d{{1,12}}(?:\.\d{{1,9}})?)"
_HIGH = rf"[$€£]?\s?(?P<high>{_SIGN}\d{{1,12}}(?:[,_]\d{{3}}){{0,4}}(?:\.\d{{1,9}})?)(?![\w.]*\d)"
# What is counted is not the number itself: its letters, its digits, how often it may come.
_COUNTED = (
    r"(?!\s*[-]?\s*(?:chars?\b|char\w|letters?\b|words?\b|digits?\b|decimal|places?\b|bytes?\b|bits?\b|[kmg]b\b|items?\b|"
    r"entr\w+|elements?\b|rows?\b|records?\b|results?\b|files?\b|times?\b|lines?\b|tags?\b|per\b|/|zeichen|caract\w+|"
    r"字符|文字|символ\w*|:|-\d))"
)
_ZERO = r"(?:zero|0)"

# (which end, whether the number itself is taken, pattern); a pattern without a number speaks of zero.
LIMITS: tuple[tuple[str, bool, re.Pattern[str]], ...] = (
    ("least", True, regex(
        rf"\bnon-?\s?negative\b|\b(?:cannot|can't|can not|must not|never|may not|not|no) (?:be )?negative\b|"
        rf"\b{_ZERO} or (?:more|greater|above|higher|positive)\b|\bpositive or {_ZERO}\b|"
        rf"\bno negativ[oa]s?\b|\bnicht negativ\b|\bnon négati\w+|非负|0\s?以上", _I)),
    ("least", False, regex(
        r"\b(?:must be|is|be|always|strictly|only) (?:a |an )?positive\b|\bpositive (?:integer|number|value|amount|decimal|int)s?\b|"
        r"^\W*positive\W*$|(?<=[,;(] )positive(?=\W*(?:$|[,;.)]))|正数|positiv[oa]s?(?=\W*(?:$|[,;.)]))", _I)),
    ("least", True, regex(
        rf"(?:>=|≥|=>|\bat least\b|\bmin(?:imum)?(?: value)?\b\.?\s*(?:of|is|:|=|\()?|\b(?:no|not) (?:less|lower|smaller|fewer) than\b|"
        rf"\b(?:greater|more|larger|higher) than or equal(?: to)?\b|\bmindestens\b|\bmínimo\b\s*:?|\bau moins\b|\bminimo\b\s*:?)\s*{_NUMBER}{_COUNTED}",
        _I)),
    ("least", True, regex(rf"(?<![\d.-]){_NUMBER} or (?:more|greater|higher|above)\b", _I)),
    ("least", False, regex(
        rf"(?:(?<![-=<])>(?!=)|(?<!no )(?<!not )\b(?:greater|more|larger|higher|bigger) than\b|\babove\b|\bmust exceed\b|\bmayor (?:que|a)\b|"
        rf"\bmaior que\b|\bgrößer als\b)\s*{_NUMBER}{_COUNTED}", _I)),
    ("most", True, regex(
        rf"(?:<=|≤|\bat most\b|\bmax(?:imum)?(?: value)?\b\.?\s*(?:of|is|:|=|\()?|\b(?:no|not) (?:more|greater|larger|higher) than\b|"
        rf"\b(?:less|lower|smaller) than or equal(?: to)?\b|\b(?:cannot|must not|may not|not|never) exceed\b|\bup to\b|\bhöchstens\b|"
        rf"\bmáximo\b\s*:?|\bau plus\b|\bmassimo\b\s*:?)\s*{_NUMBER}{_COUNTED}", _I)),
    ("most", True, regex(rf"(?<![\d.-]){_NUMBER} or (?:less|fewer|lower|below)\b", _I)),
    ("most", False, regex(
        rf"(?:(?<!-)<(?![=>])|(?<!no )(?<!not )\b(?:less|lower|smaller|fewer) than\b|\bbelow\b|\bmenor (?:que|a)\b|\bkleiner als\b)\s*{_NUMBER}{_COUNTED}",
        _I)),
)  # fmt: skip

_TO = r"\s?(?:-|–|—|\bto\b|\.\.\.?|~|〜|\bund\b|\band\b|\bbis\b|\by\b|\be\b|\ba\b|\bà\b|\bet\b)\s?"
# Both ends at once: led in, or alone between commas.
RANGES: tuple[re.Pattern[str], ...] = (
    regex(rf"\b(?:between|zwischen|entre|tra|from)\s+{_LOW}%?{_TO}{_HIGH}{_COUNTED}", _I),
    regex(rf"\b(?:range|scale|rang|rango|escala|skala|values?|rating|rated|score|must be|within|in)\b[^\d,;.<>]{{0,14}}{_LOW}%?\s?(?:-|–|—|\bto\b|\.\.\.?|~)\s?{_HIGH}{_COUNTED}", _I),
    regex(rf"(?:^\W{{0,3}}|[,;(]\s*|\bCHECK\s*\(?){_LOW}%?\s?(?:-|–|—|\bto\b|\.\.\.?|~|〜)\s?{_HIGH}\s*%?(?:\s*(?:stars?|points?|percent|scale|range|inclusive))?(?=\s*(?:$|[,;.)]|\((?!\d)))", _I),
)  # fmt: skip

# A sentence that says when something happens limits nothing.
CONDITIONAL = regex(
    r"\b(?:if|when|whenever|where|while|unless|gives?|earns?|triggers?|alert\w*|warn\w*|e\.\s?g|example|such as|"
    r"wenn|cuando|si|quando|about|approx\w*|typically|usually|expected|estimated)\b|~\s?\d",
    _I,
)
