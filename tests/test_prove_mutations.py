"""Faults in the design itself: each is seen by the law that is there for it, and without a fault all is green."""

from __future__ import annotations

import pytest

from colonnade.server import Server
from mutations import schema


@pytest.fixture(scope="module")
def outcomes(server: Server) -> list[schema.SchemaOutcome]:
    return schema.run(server)


def test_the_control_is_green(outcomes: list[schema.SchemaOutcome]) -> None:
    assert outcomes[0].caught, outcomes[0].words


def test_every_fault_is_seen_by_its_law_and_named(outcomes: list[schema.SchemaOutcome]) -> None:
    missed = [f"{one.mutation}: {one.words}" for one in outcomes if not one.caught]
    assert not missed
    assert len(outcomes) > 25


def test_names_of_mutations_are_distinct_and_their_laws_exist() -> None:
    names = [one.name for one in schema.MUTATIONS]
    assert len(names) == len(set(names))
    assert {one.law for one in schema.MUTATIONS} <= set(schema.LAWS)
