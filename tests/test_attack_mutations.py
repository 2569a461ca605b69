"""The attack suite is tried itself: every weakening of a proven schema is seen by the attacks that exploit it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from colonnade.prove.attack import ATTACKS, Verdict
from colonnade.prove.attack.copy import Copy
from colonnade.server import Server
from mutations import attack as suite

ACCEPTED_THEME = "channels"


@pytest.fixture(scope="module")
def copy(server: Server) -> Iterator[Copy]:
    with suite.proven(server) as made:
        yield made


def test_the_proven_schema_holds_against_every_attack(server: Server, copy: Copy) -> None:
    made = suite.control(server, copy)
    assert not suite.bad(made)
    assert {one.table for one in made} == {"boards", "comments", "events", "memberships", "projects", "tasks", "wares"}
    tried = {one.attack.name for one in made if one.result.verdict != Verdict.NOT_APPLICABLE}
    # Nothing is counted here, no second setting asked, no role let see all rows: tried on the careless schemas.
    assert tried == set(ATTACKS) - {"channel-sequence-values", "channel-other-settings", "channel-overseer"}


@pytest.mark.parametrize("weakening", suite.WEAKENINGS, ids=lambda one: one.name)
def test_a_weakening_is_seen(server: Server, copy: Copy, weakening: suite.Weakening) -> None:
    assert not suite.seen(server, copy, weakening).missed


def test_there_are_many_weakenings_and_each_attack_is_exploited_by_one() -> None:
    assert len(suite.WEAKENINGS) >= 20
    assert len({one.name for one in suite.WEAKENINGS}) == len(suite.WEAKENINGS)
    exploited = {name for one in suite.WEAKENINGS if one.verdict == Verdict.LEAKED for name in one.attacks}
    assert {one.name for one in ATTACKS.values() if one.theme != ACCEPTED_THEME} == exploited
