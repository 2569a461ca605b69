"""Wordings that ask for a constraint: overlaps, spans, what frees a place, whose a unique value is."""

from __future__ import annotations

import re

from colonnade.vocabulary.regex import regex

# "no overlapping bookings", "must not overlap", "cannot be double-booked", "not booked twice at the same time".
OVERLAP: re.Pattern[str] = regex(
    r"\b(no|not|never|cannot|can't|without|prevent\w*|must not|may not)\b[^.;]{0,60}"
    r"\b(overlap\w*|double[- ]?book\w*|conflicting (bookings|reservations|appointments)"
    r"|(?:booked|reserved|rented|scheduled|assigned) (?:twice|more than once)|twice at the same time)",
    re.IGNORECASE,
)

# The column that a sentence is about, and a state of another one: a flag, or a value of a closed list.
_ABOUT = r"(?P<a>\w+)\s+"
_STATE = r"(?:the\s+)?(?P<b>\w+)(?:\s+(?:is|=|equals|becomes)\s+['\"`]?(?P<value>\w+)['\"`]?)?"
_SET = r"(?:set|present|filled|given)"
_BE = r"(?:is|may be|can be|must be|should be)"
# What has a value only in that state.
ONLY_WITH: tuple[str, ...] = (
    _ABOUT + r"(?:must be|is|should be|stays)\s+(?:null|empty|unset)\s+(?:unless|until)\s+" + _STATE,
    _ABOUT + rf"{_BE}\s+{_SET}\s+only\s+(?:when|if|for|with)\s+" + _STATE,
    _ABOUT + rf"{_BE}\s+only\s+{_SET}\s+(?:when|if|for|with)\s+" + _STATE,
    _ABOUT + r"only\s+(?:when|if|with)\s+" + _STATE,
)
# What must have a value in that state.
REQUIRED_WITH: tuple[str, ...] = (_ABOUT + rf"(?:is|must be)\s+(?:required|{_SET})\s+(?:when|if|once)\s+" + _STATE,)

# How two values are ordered, by the words between them; longer wordings first.
_MUST = r"(?:(?:must|should|shall|has to|needs to|is|may)\s+)?(?:(?:be|come|lie|occur)\s+)?(?:strictly\s+)?"
ORDERS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (regex(rf"{_MUST}(?:{words})\s+(?:the\s+)?", re.IGNORECASE), operator)
    for words, operator in (
        (r"different from|different than|not equal(?: to)?|not be equal to|differ from|not be the same as|<>|!=", "<>"),
        (r"on or after|at or after|after or (?:on|equal to)|equal to or (?:after|later than)|no earlier than|not (?:be )?before"
         r"|cannot be before|greater than or equal to|at least|>=|≥", ">="),
        (r"on or before|at or before|before or (?:on|equal to)|no later than|not (?:be )?after|cannot be after"
         r"|less than or equal to|at most|cannot exceed|must not exceed|not exceed|<=|≤", "<="),
        (r"after|later than|greater than|more than|larger than|above|>", ">"),
        (r"before|earlier than|less than|smaller than|below|<", "<"),
    )
)  # fmt: skip

# What compares two columns, or a column with values, in SQL.
COMPARING: re.Pattern[str] = regex(r"[<>=]|\bIN\s*\(")

# A number that may be on either side of zero.
NONZERO: re.Pattern[str] = regex(
    r"\s*\b(?:(?:must|should|may|can)(?:not| not)? be )?(?:non-?zero|(?<=not be )(?:zero|0)|other than (?:zero|0)|(?:<>|!=|≠) ?0)\b",
    re.IGNORECASE,
)

# How many of several columns have a value: "exactly one of post_id and photo_id is set".
_COLUMNS = r"(?P<columns>\w+(?:(?:\s*,\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+)\w+){1,12})"
_BEING_SET = rf"(?:(?:is|are|must be|has to be|should be)\s+)?(?:{_SET}|not null|non-null)"
COUNTED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (regex(pattern, re.IGNORECASE), operator)
    for pattern, operator in (
        (rf"(?:exactly|only)\s+one\s+of\s+{_COLUMNS}\s+{_BEING_SET}", "="),
        (rf"either\s+{_COLUMNS}\s+{_BEING_SET},?\s+(?:but\s+)?(?:not|never)\s+both", "="),
        (rf"at\s+least\s+one\s+of\s+{_COLUMNS}\s+{_BEING_SET}", ">="),
        (rf"at\s+most\s+one\s+of\s+{_COLUMNS}\s+{_BEING_SET}", "<="),
    )
)  # fmt: skip

# Pairs of columns from when to when a row lasts.
SPANS: tuple[tuple[str, str], ...] = (
    ("starts_at", "ends_at"), ("start_at", "end_at"), ("start_time", "end_time"), ("starts_on", "ends_on"),
    ("start_date", "end_date"), ("start", "end"), ("check_in", "check_out"), ("check_in_date", "check_out_date"),
    ("valid_from", "valid_until"), ("valid_from", "valid_to"), ("from_date", "to_date"), ("begins_at", "ends_at"),
    ("period_start", "period_end"), ("scheduled_start", "scheduled_end"), ("pickup_date", "return_date"),
)  # fmt: skip

# The range of two values of a type.
RANGE_OF: dict[str, str] = {
    "timestamp with time zone": "tstzrange", "timestamp without time zone": "tsrange", "date": "daterange",
    "integer": "int4range", "bigint": "int8range", "numeric": "numrange",
}  # fmt: skip

# Values of a status with which a booking takes no room any more.
FREEING: frozenset[str] = frozenset({
    "cancelled", "canceled", "rejected", "declined", "expired", "no_show", "no-show", "withdrawn", "void", "voided",
})  # fmt: skip

# What leads a regular expression in, and the signs by which one is known.
PATTERN_LEAD: re.Pattern[str] = regex(
    r"(?:\b(?:match(?:es|ing)?|conforms? to|pattern|reg(?:ular )?ex(?:p|pression)?|format|formato|patrón|padrão|muster|motif|"
    r"expresión regular|expressão regular|regulärer ausdruck)|正则(?:表达式)?|格式|正規表現|формат)"
    r"[\s:：=(*]*(?:(?:the|an?|el|o) )?(?:reg(?:ular )?ex(?:p|pression)?|pattern|format)?[\s:：=(*]*(?=[`/^\[\\])",
    re.IGNORECASE,
)
PATTERN_SIGN: re.Pattern[str] = regex(r"^\^|\$$|\\[dws]|\[[^\]]+\](?:[+*?{]|$)")
# One that needs no word before it: between back-ticks, slashes or blanks, and from ^ to $.
PATTERN_ALONE: re.Pattern[str] = regex(
    r"(?<![^\s(,;:：`/])/?\^[^`\s]*\$(?=/[gimsu]*|[`\s),;.]|$)|(?<=`)/?\^[^`]*\$(?=/?[gimsu]*`)"
)

# What makes a sentence beside a column a rule for its values, wherever it stands.
RULE: re.Pattern[str] = regex(
    r"\b(?:must|shall|cannot|can't|can not|may not|mustn't|not allowed|forbidden|prohibited|disallowed|never (?:be|change|exceed)\w*"
    r"|at most|at least|no (?:more|fewer|less) than|(?:not|cannot) exceed|exactly (?:\d+|one|two)|multiples? of"
    r"|limited to \d+|max(?:imum)?\.?:? \d+|min(?:imum)?\.?:? \d+|reg(?:ular )?ex(?:p|pression)?|immutable|non-?zero|match(?:es)? (?:the )?(?:pattern|[`/^])"
    r"|debe|no puede|deve|não pode|muss|darf nicht|doit|ne peut|deve essere|non può)\b|必须|不能|不得|必ず|してはならない|должен|не может",
    re.IGNORECASE,
)
# How many rows there may be is no condition on one row.
COUNTED_ROWS: re.Pattern[str] = regex(
    r"\b(?:at most|no more than|max(?:imum)?(?: of)?|up to|limit(?:ed)?(?: of| to)?|exactly|only|at least|minimum(?: of)?)[\s:]+"
    r"(?:\d[\d,]*|one|two|three|five|ten|a single)\s+(?:\w+\s+){1,3}?(?:per|for each|for every|in (?:an?|each)|by|allowed|at (?:a|any) time)\b"
    r"|\b(?:can|may) (?:only )?have (?:at most|only|no more than|up to|a maximum of|exactly)\s+(?:\d[\d,]*|one|two|three|five|ten|a single)\b",
    re.IGNORECASE,
)
# What is said beside a column in a list of constraints and limits no value beyond its type, key and references.
NO_RULE: re.Pattern[str] = regex(
    r"\W*(?:自增|外键|主键|索引|自動採番|外部キー|主キー|.*\(self\)|null\b.*|auto\w*(?:[ -]?\w+){0,4}|(?:is |are )?(?:index(?:ed)?|generated|calculated|computed|derived|encrypted|hashed)\b.*|(?:b-?tree|gin|partial|composite)? ?index\b.*"
    r"|(?:foreign key|fk|references?|primary key|pk|composite pk|self[- ]ref\w*)\b.*|on (?:delete|update|create|insert)\b.*|(?:set|updated|populated|managed|provided|assigned|filled) (?:by|on|from|when|at|to|automatically)\b.*"
    r"|(?:un)?signed|utc|iso[ -]?\d*\w*(?: \w+)?|identity|serial|n/?a|none|see\b.*|e\.?g\b.*|i\.e\b.*|default\b.*|with time ?zone|timestamp\w*|case[ -]insensitive|nullable\b.*|optional\b.*|required\b.*|cascade\b.*"
    r"|(?:jsonb?|json array|array|object|string|text|free[ -]?text|html|markdown)(?: \w+)?"
    r"|(?:must be )?(?:an? )?(?:valid )?(?:uuid|guid|date|time|timestamp|datetime|integer|number|decimal|boolean|bool|string|json|enum|enum value|reference|id)(?: ?v\d)?(?: (?:format|string|value|type))?"
    r"|(?:max |up to |with )?\d (?:decimals?|decimal places|fraction\w* digits)|[\"“'].*[\"”']"
    r"|.*\b(?:belongs? to|must (?:exist|reference|refer)|(?:valid|existing) (?:foreign|reference)|references an?|refer\w* to)\b.*)\W*",
    re.IGNORECASE,
)
# What is allowed is no rule: `Duplicate names allowed`.
PERMITTED: re.Pattern[str] = regex(
    r"^(?!.*\b(?:not?|only|most|never|cannot|than)\b).*\b(?:(?:are|is) (?:allowed|permitted|optional)|names? allowed|may or may not|(?:can|may) (?:be|have|contain|include))\b",
    re.IGNORECASE,
)
