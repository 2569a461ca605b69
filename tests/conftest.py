"""Fixtures that every test may use: one embedded server a session, a scratch database a test, Hypothesis profiles."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from colonnade.server import Server, connect, drop_roles, embedded, scratch_database

SLOW_BY_NATURE = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)

settings.register_profile(
    "quick", max_examples=30, deadline=None, derandomize=True, database=None, suppress_health_check=SLOW_BY_NATURE
)
settings.register_profile("deep", max_examples=1000, deadline=None, suppress_health_check=SLOW_BY_NATURE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write the expected files of the golden cases anew")


def pytest_configure() -> None:
    """A shell ignores SIGINT for what it starts in the background; the processes that tests interrupt must not."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


RUNNING = pytest.StashKey[Server]()


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """One embedded PostgreSQL for the whole session."""
    with embedded() as running:
        request.config.stash[RUNNING] = running
        yield running


@pytest.fixture(scope="module", autouse=True)
def no_role_outlives_its_module(request: pytest.FixtureRequest) -> Iterator[None]:
    """Roles belong to the whole server: what one module leaves must not be what the next one finds."""
    yield
    running = request.config.stash.get(RUNNING, None)
    if running is not None:
        drop_roles(running, _roles(running))
        assert _roles(running) == []


def _roles(server: Server) -> list[str]:
    with connect(server.dsn()) as connection:
        rows = connection.execute("SELECT rolname FROM pg_roles WHERE NOT rolsuper AND rolname !~ '^pg_'").fetchall()
    return [name for (name,) in rows]


@pytest.fixture
def scratch(server: Server) -> Iterator[str]:
    """The name of a fresh, empty database on `server`."""
    with scratch_database(server) as name:
        yield name
