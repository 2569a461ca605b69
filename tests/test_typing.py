"""The public API: every exported name is there, with the types that a caller sees (mypy reads this file)."""

from __future__ import annotations

import importlib.resources
from pathlib import Path
from typing import assert_type

import colonnade


def callers_view(server: colonnade.Server) -> None:
    """Never called: mypy checks that these are the types."""
    settings = colonnade.settings()
    assert_type(settings, colonnade.Settings)
    assert_type(colonnade.read(["specs"]), colonnade.Draft)
    designed = colonnade.design(["specs"], settings)
    assert_type(designed, colonnade.Design)
    assert_type(designed.schema, colonnade.Schema)
    assert_type(designed.schema.database, colonnade.Database)
    assert_type(designed.findings, tuple[colonnade.Finding, ...])
    result = colonnade.build(designed, settings, Path("out"), server=colonnade.embedded)
    assert_type(result, colonnade.Build)
    assert_type(colonnade.prove(designed, settings, server), tuple[colonnade.Proof, ...])
    assert_type(colonnade.json_schema("entities"), dict[str, object])


def test_every_exported_name_is_there() -> None:
    assert all(getattr(colonnade, name) is not None for name in colonnade.__all__)


def test_the_package_says_that_it_is_typed() -> None:
    assert importlib.resources.files("colonnade").joinpath("py.typed").is_file()
