"""What is passed over for want of a sign would have said nothing: each pattern finds only texts with its sign."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colonnade.vocabulary import signs
from colonnade.vocabulary.regex import Either

GUARDED = {name: one for name, one in vars(signs).items() if isinstance(one, Either)}


def often(guard: Either) -> Either:
    """A guard of the same patterns that was asked so often that it tells texts apart."""
    for _ in range(1000):
        guard.may("zzz")
    return guard


@pytest.mark.parametrize("guarded", GUARDED)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.data())
def test_what_a_pattern_finds_bears_its_sign(guarded: str, data: st.DataObject) -> None:
    guard = often(GUARDED[guarded])
    pattern = data.draw(st.sampled_from(guard.patterns))
    text = data.draw(st.from_regex(re.compile(pattern.pattern, pattern.flags)))
    assert pattern.search(text) is None or guard.may(text)


@pytest.mark.parametrize("guarded", GUARDED)
def test_a_text_without_any_sign_is_passed_over(guarded: str) -> None:
    assert not often(GUARDED[guarded]).may("the bow of a boat, blue")
    assert Either(*GUARDED[guarded].patterns).may("the bow of a boat, blue")  # where nothing is known yet
