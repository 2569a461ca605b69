"""Whole builds under proof: what holds, what is said of it, and that nothing is left behind."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from colonnade.config import Settings
from colonnade.design.engine import design
from colonnade.design.schema import Schema
from colonnade.findings import Finding, Proof
from colonnade.prove import LAWS, prove_build, report
from colonnade.server import Server, connect
from support.proving import built, failed, planner, proven


@pytest.fixture(scope="module")
def schema() -> Schema:
    return design(planner(), Settings())[0]


@pytest.fixture(scope="module")
def tree(schema: Schema) -> Iterator[Path]:
    with built(schema, Settings()) as folder:
        yield folder


@pytest.fixture(scope="module")
def proofs(server: Server, schema: Schema, tree: Path) -> tuple[Proof, ...]:
    return prove_build(tree, schema, planner(), Settings(), server, lambda proof: None)


def test_every_law_holds_and_gives_evidence(proofs: tuple[Proof, ...]) -> None:
    assert failed(proofs) == ()
    assert {one.law for one in proofs} >= {
        "ddl-loads", "design-document-loads", "seeds-load", "migration-equals-ddl", "downgrade-restores",
        "sqlalchemy-equals-ddl", "sqlmodel-equals-ddl", "sqlalchemy-round-trips", "sqlmodel-round-trips",
        "constraint-not-null", "constraint-closed-list", "constraint-length", "constraint-not-empty",
        "constraint-check", "constraint-unique", "constraint-foreign-key", "constraint-on-delete",
        "constraint-primary-key", "constraint-default", "updated-at-moves", "created-at-fixed", "soft-delete-hides",
        "owned-by-user", "isolation", "foreign-key-carries-owner", "owner-role-bound", "pattern-runs",
    }  # fmt: skip
    assert all(len(one.evidence) > 8 and one.milliseconds > 0 for one in proofs)


def test_evidence_is_the_same_on_every_run(
    server: Server, schema: Schema, tree: Path, proofs: tuple[Proof, ...]
) -> None:
    told: list[Proof] = []
    again = prove_build(tree, schema, planner(), Settings(), server, told.append)
    timeless = [[replace(one, milliseconds=0) for one in some] for some in (proofs, again, told)]
    assert timeless[0] == timeless[1] == timeless[2]


def test_evidence_names_no_path_and_no_scratch_database(tree: Path, proofs: tuple[Proof, ...]) -> None:
    text = "\n".join(map(str, proofs))
    assert str(tree) not in text
    assert "colonnade_" not in text


def test_nothing_is_left_behind(server: Server, tree: Path, proofs: tuple[Proof, ...]) -> None:
    assert proofs
    with connect(server.dsn()) as connection:
        roles = connection.execute("SELECT rolname FROM pg_roles WHERE rolname ~ '^(app_|colonnade_)'").fetchall()
    assert roles == []
    assert not [name for name in sys.modules if name.split(".")[0] == "src"]
    assert not [path for path in sys.path if str(tree) in path]
    assert not list(tree.rglob("__pycache__"))


@pytest.mark.parametrize(
    "settings",
    [
        Settings(roles=False),
        Settings(row_level_security=False),
        Settings(
            roles=False, row_level_security=False, timestamps="timestamp", enums="check", function_search_path=False
        ),
    ],
    ids=["no-roles", "no-policies", "plain"],
)
def test_every_law_holds_under_other_settings(server: Server, settings: Settings) -> None:
    made, _ = design(planner(), settings)
    assert failed(proven(server, planner(), settings, made)) == ()


def test_without_a_draft_claims_come_from_the_design(server: Server, schema: Schema) -> None:
    made = proven(server, None, Settings(), schema, frozenset({"constraints", "delete-actions"}))
    assert failed(made) == ()
    assert any("from the design document" in one.evidence for one in made)


def test_a_schema_that_does_not_load_fails_every_law(server: Server, schema: Schema) -> None:
    with built(schema, Settings(), frozenset({"roles", "sql"})) as folder:
        script = folder / "specs" / schema.intent.feature / "schema.sql"
        script.write_text(script.read_text().replace("CREATE TABLE tasks", "CREATE TABLE tasks_of_nobody"))
        made = prove_build(folder, schema, planner(), Settings(), server, lambda proof: None)
    assert not any(one.passed for one in made)
    assert made[0].law == "ddl-loads"
    assert "does not exist" in made[0].evidence


def test_a_law_that_cannot_run_has_failed(server: Server, schema: Schema) -> None:
    with built(schema, Settings(), frozenset({"roles", "sql"})) as folder:
        made = prove_build(
            folder, schema, planner(), Settings(), server, lambda proof: None, frozenset({"design-document-loads"})
        )
    assert [one.passed for one in made] == [False]
    assert "could not run" in made[0].evidence
    assert str(folder) not in made[0].evidence


def test_every_law_has_a_page() -> None:
    assert all(law.title.endswith(".") for law in LAWS.values()), [one.name for one in LAWS.values()]


def test_the_report_tells_everything_and_takes_nothing_for_markup(proofs: tuple[Proof, ...]) -> None:
    bad = Proof("isolation", "a|b <script>", False, "x\n# not a heading `", 1.0)
    page = report.markdown((*proofs, bad), (Finding("guessed-type", "x | y"),))
    assert "1 failed" in page
    assert "<script>" not in page.replace("\\<script", "")
    assert "\n# not a heading" not in page
    assert all(f"## {one.law}" in page for one in proofs)
    values = report.as_json((*proofs, bad), ())
    assert values["failed"] == 1
    assert json.loads(json.dumps(values))["passed"] == len(proofs)
