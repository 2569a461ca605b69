"""Expressions as PostgreSQL prints them, so that it reads them back as the same expression."""

from __future__ import annotations

import re

_VALUE = r"(?:NULL|'(?:[^']|'')*')::character varying(?:\(\d+\))?"
# What `IN` makes of a varchar column. Read again, the cast would go to each element instead of the whole array.
_ARRAY = re.compile(rf"\((ARRAY\[{_VALUE}(?:, {_VALUE})*\])\)::text\[\]")


def stable(text: str) -> str:
    """`text` in a form that comes back as it is."""
    return _ARRAY.sub(r"((\1)::character varying[])::text[]", text) if ")::text[]" in text else text


def maybe(text: str | None) -> str | None:
    """As `stable`, for what need not be there."""
    return None if text is None else stable(text)
