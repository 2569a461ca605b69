"""Fixtures that every test may use: one embedded server a session, a scratch database a test, Hypothesis profiles."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from colonnade.server import Server, embedded, scratch_database

SLOW_BY_NATURE = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)

settings.register_profile(
    "quick", max_examples=30, deadline=None, derandomize=True, database=None, suppress_health_check=SLOW_BY_NATURE
)
settings.register_profile("deep", max_examples=1000, deadline=None, suppress_health_check=SLOW_BY_NATURE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write the expected files of the golden cases anew")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One embedded PostgreSQL for the whole session."""
    with embedded() as running:
        yield running


@pytest.fixture
def scratch(server: Server) -> Iterator[str]:
    """The name of a fresh, empty database on `server`."""
    with scratch_database(server) as name:
        yield name
