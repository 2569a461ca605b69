"""What is passed over for want of a sign would have said nothing: each pattern finds only texts with its sign."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colonnade.vocabulary import constraints as words
from colonnade.vocabulary import formats, limits, qualifiers, signs

GUARDED = {
    "flags": (signs.FLAGS, [pattern for _, _, pattern in qualifiers.FLAGS]),
    "actions": (signs.ON_DELETE, [pattern for _, pattern in qualifiers.ON_DELETE]),
    "defaults": (signs.DEFAULT, [qualifiers.DEFAULT, qualifiers.DEFAULT_AFTER]),
    "storage": (signs.UNSTORED, [qualifiers.UNSTORED]),
    "meanings": (signs.REMARK, [pattern for _, pattern in formats.REMARKS]),
    "references": (signs.REFERENCE, [*qualifiers.REFERENCES]),
    "limits": (signs.LIMIT, [*limits.RANGES, *(pattern for _, _, pattern in limits.LIMITS)]),
    "conditions": (
        signs.CONDITION,
        [
            words.OVERLAP, words.NONZERO, *(pattern for pattern, _ in (*words.ORDERS, *words.COUNTED)),
            *(re.compile(one, re.IGNORECASE) for one in (*words.ONLY_WITH, *words.REQUIRED_WITH)),
        ],
    ),
    "rules": (signs.RULE, [words.RULE, words.COUNTED_ROWS]),
}  # fmt: skip


@pytest.mark.parametrize("guarded", GUARDED)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.data())
def test_what_a_pattern_finds_bears_its_sign(guarded: str, data: st.DataObject) -> None:
    sign, patterns = GUARDED[guarded]
    pattern = data.draw(st.sampled_from(patterns))
    text = data.draw(st.from_regex(re.compile(pattern.pattern, pattern.flags)))
    found = pattern.search(text)
    assert found is None or signs.may(sign, found[0])
