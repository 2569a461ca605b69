"""Entity lists drawn at random are built whole, and every proof holds; the deep profile tries many more of them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from colonnade import api
from colonnade.config import Settings
from colonnade.server import Server
from support.proving import failed
from support.random_lists import entity_list

COUNT = 300 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 8


@pytest.mark.parametrize("seed", range(COUNT))
def test_every_proof_of_a_drawn_list_holds(tmp_path: Path, server: Server, seed: int) -> None:
    source = tmp_path / "entities.json"
    source.write_text(json.dumps(entity_list(seed)))
    designed = api.design([str(source)], Settings())
    assert [one for one in designed.findings if one.severity == "error"] == []
    assert failed(api.prove(designed, Settings(), server)) == ()
