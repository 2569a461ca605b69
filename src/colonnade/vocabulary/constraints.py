"""Wordings that ask for a constraint: overlaps, spans, what frees a place, whose a unique value is."""

from __future__ import annotations

import re

# "no overlapping bookings", "must not overlap", "cannot be double-booked", "not booked twice at the same time".
OVERLAP: re.Pattern[str] = re.compile(
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
    (re.compile(rf"{_MUST}(?:{words})\s+(?:the\s+)?", re.IGNORECASE), operator)
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
