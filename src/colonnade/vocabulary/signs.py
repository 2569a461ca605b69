"""What a text must hold to say something of a column: quick to look for, so that most texts are passed over."""

from __future__ import annotations

import re

from colonnade.vocabulary import constraints, formats, limits, qualifiers
from colonnade.vocabulary.regex import Either, regex

_FLAGS = [pattern for _, _, pattern in qualifiers.FLAGS]
_ON_DELETE = [pattern for _, pattern in qualifiers.ON_DELETE]
_DEFAULT = [qualifiers.DEFAULT, qualifiers.DEFAULT_AFTER]
_REMARKS = [pattern for _, pattern in formats.REMARKS]
_LENGTHS = [pattern for _, pattern in qualifiers.LENGTHS]
_LIMITS = [*limits.RANGES, *(pattern for _, _, pattern in limits.LIMITS)]

FLAGS = Either(*_FLAGS)
ON_DELETE = Either(*_ON_DELETE)
DEFAULT = Either(*_DEFAULT)
UNSTORED = Either(qualifiers.UNSTORED)
REMARK = Either(*_REMARKS)
REFERENCE = Either(*qualifiers.REFERENCES)
LENGTH = Either(*_LENGTHS)
LIMIT = Either(*_LIMITS)
# All that is said of a column but its type and a list of values.
ANY = Either(
    *(*_FLAGS, *_ON_DELETE, *_DEFAULT, qualifiers.UNSTORED, *_REMARKS, *qualifiers.REFERENCES, *_LENGTHS, *_LIMITS)
)
RULE = Either(constraints.RULE, constraints.COUNTED_ROWS)
CONDITION = Either(
    constraints.OVERLAP,
    constraints.NONZERO,
    constraints.COMPARING,
    *(pattern for pattern, _ in (*constraints.ORDERS, *constraints.COUNTED)),
    *(regex(one, re.IGNORECASE) for one in (*constraints.ONLY_WITH, *constraints.REQUIRED_WITH)),
)
_LIST = re.compile(r"[,/|'\"`]|or")


def lists(text: str) -> bool:
    """Whether `text` may hold a list of values."""
    return not text.isascii() or _LIST.search(text.lower()) is not None
