"""Plurals that are no plain English ones, and back."""

from __future__ import annotations

import pytest

from colonnade.vocabulary.naming import plural, singular


@pytest.mark.parametrize(
    ("one", "many"),
    [("cafe", "cafes"), ("safe", "safes"), ("knife", "knives"), ("loaf", "loaves"), ("quota", "quotas"),
     ("browser_cookie", "browser_cookies"), ("user_selfie", "user_selfies"), ("bias", "biases"), ("iris", "irises"),
     ("foot", "feet"), ("cactus", "cacti"), ("german", "germans"), ("phenomenon", "phenomena"), ("apparatus",
     "apparatus"), ("oasis", "oases"), ("tie", "ties"), ("cookie", "cookies"), ("echo", "echoes")],
)  # fmt: skip
def test_a_noun_and_its_plural_lead_to_each_other(one: str, many: str) -> None:
    assert plural(one) == many == plural(many)
    assert singular(many) == one == singular(one)
