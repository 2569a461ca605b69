"""Golden cases: a folder in cases/ with an input, and the files beside it decide what is checked.

`entities.*` or `*.md`: the input, built with `colonnade.toml` if there is one; every proof must hold.
`design.yaml`, `findings.txt`: what must come out. `catalog.sql`: statements that must give the catalog of schema.sql.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from colonnade import api, catalog
from colonnade.design import document
from colonnade.elaborate import canonical
from colonnade.server import Server, connect

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if (path / "design.yaml").exists())
EXPECTED = {"design.yaml", "findings.txt", "catalog.sql", "colonnade.toml"}


def sources(case: Path) -> list[str]:
    return [path.name for path in sorted(case.iterdir()) if path.name not in EXPECTED]


def designed(case: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[api.Design, api.Settings]:
    monkeypatch.chdir(case)
    chosen = api.settings(start=case)
    return api.design(sources(case), chosen), chosen


def expect(path: Path, text: str, update: bool) -> None:
    if update:
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_case_gives_its_design_and_every_proof_holds(
    case: Path, server: Server, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    made, chosen = designed(case, monkeypatch)
    failed = [proof for proof in api.prove(made, chosen, server) if not proof.passed]
    assert not failed, "\n".join(map(str, failed))
    update = request.config.getoption("--update")
    expect(case / "design.yaml", document.dump(made.schema), update)
    expect(case / "findings.txt", "".join(f"{finding}\n" for finding in made.findings), update)


@pytest.mark.parametrize("case", [one for one in CASES if (one / "catalog.sql").exists()], ids=lambda path: path.name)
def test_the_catalog_equals_that_of_the_statements(
    case: Path, server: Server, scratch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = designed(case, monkeypatch)
    ours = canonical(server, made.schema)
    with connect(server.dsn(scratch)) as connection:
        connection.execute((case / "catalog.sql").read_bytes())
        theirs = catalog.read(connection)
    stubs = {table.name for table in made.schema.external}
    left, right = (
        plain(replace(one, tables=tuple(t for t in one.tables if t.name not in stubs))) for one in (ours, theirs)
    )
    assert catalog.differences(left, right) == ()


def plain(value: Any) -> Any:
    """`value` without comments and owners: their wording and names are not the case's."""
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if not is_dataclass(value) or isinstance(value, type):
        return value
    dropped = {"comment", "owner"}
    return replace(
        value, **{one.name: None if one.name in dropped else plain(getattr(value, one.name)) for one in fields(value)}
    )
