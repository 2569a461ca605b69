"""Wordings that ask for a constraint: overlaps, spans, what frees a place, whose a unique value is."""

from __future__ import annotations

import re

# "no overlapping bookings", "must not overlap", "cannot be double-booked".
OVERLAP: re.Pattern[str] = re.compile(
    r"\b(no|not|never|cannot|can't|without|prevent\w*|must not|may not)\b[^.;]{0,60}"
    r"\b(overlap\w*|double[- ]book\w*|conflicting (bookings|reservations|appointments))",
    re.IGNORECASE,
)

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
