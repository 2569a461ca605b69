"""Words by which documents say how a large table is divided."""

from __future__ import annotations

import re

from colonnade.vocabulary.regex import regex

# By step: the words, the interval, and how a partition's name tells when it starts.
STEPS: tuple[tuple[str, re.Pattern[str], str, str], ...] = (
    ("day", regex(r"\b(?:day|days|daily)\b", re.IGNORECASE), "1 day", "YYYY_MM_DD"),
    ("week", regex(r"\b(?:week|weeks|weekly)\b", re.IGNORECASE), "1 week", "YYYY_MM_DD"),
    ("month", regex(r"\b(?:month|months|monthly)\b", re.IGNORECASE), "1 month", "YYYY_MM"),
    ("quarter", regex(r"\b(?:quarter|quarters|quarterly)\b", re.IGNORECASE), "3 months", "YYYY_MM"),
    ("year", regex(r"\b(?:year|years|yearly|annual\w*)\b", re.IGNORECASE), "1 year", "YYYY"),
)

HASH = regex(r"\bhash\w*\b|\bby (?:the )?(?:user|owner|tenant|customer|organi[sz]ation|workspace)\b", re.IGNORECASE)
COUNT = regex(r"\b(?:in ?to|over|across|with)\s+(\d{1,4})\b|\b(\d{1,4})\s+(?:hash )?partitions\b", re.IGNORECASE)
PARTS = 8

# Columns by whose time rows are divided, best first; created_at where there is none of them.
MOMENTS: tuple[str, ...] = (
    "occurred_at", "recorded_at", "measured_at", "happened_at", "logged_at", "received_at", "sent_at", "observed_at",
    "scanned_at", "event_time", "timestamp", "time", "ts", "created_at",
)  # fmt: skip
