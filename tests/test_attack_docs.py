"""docs/isolation.md: its table is the registry's, its claims name attacks that are there, and none is left out."""

from __future__ import annotations

import re
from pathlib import Path

from colonnade.prove import LAWS
from colonnade.prove.attack import ATTACKS, report
from mutations.attack import WEAKENINGS

PAGE = (Path(__file__).parent.parent / "docs" / "isolation.md").read_text(encoding="utf-8")
CLAIMS, _, TABLE = PAGE.partition("## All attacks")


def test_the_table_is_the_registry() -> None:
    assert TABLE.strip() == report.page(), "write colonnade.prove.attack.report.page() to the end of the page"


def test_every_attack_stands_behind_a_claim_and_every_claim_behind_an_attack() -> None:
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+|truncate|merge|upsert|savepoint)`", CLAIMS))
    assert named - set(LAWS) == set(ATTACKS)


def test_the_page_says_how_many_weakenings_there_are() -> None:
    assert "more than fifty ways" in CLAIMS
    assert len(WEAKENINGS) > 50
