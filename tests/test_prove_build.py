"""Whole builds under proof: what holds, what is said of it, and that nothing is left behind."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from colonnade import report
from colonnade.api import fitted
from colonnade.config import Settings
from colonnade.design.engine import design
from colonnade.design.schema import Schema
from colonnade.findings import Finding, Proof
from colonnade.prove import LAWS, prove_build
from colonnade.server import Server, connect
from support.drafts import attribute, draft, entity, relation
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
    page = report.markdown(
        (*proofs, bad), (Finding("guessed-type", "x | y"),), {law.name: law.title for law in LAWS.values()}
    )
    assert "1 failed" in page
    assert "<script>" not in page.replace("\\<script", "")
    assert "\n# not a heading" not in page
    assert all(f"## {one.law}" in page for one in proofs)
    assert page.count(report._text(LAWS["ddl-loads"].title)) == 1
    values = report.as_json((*proofs, bad), ())
    assert values["failed"] == 1
    assert json.loads(json.dumps(values))["passed"] == len(proofs)


def test_a_server_of_somebody_else_is_proven_on_by_becoming_roles(server: Server, schema: Schema) -> None:
    private = fitted(schema, server)
    laws = frozenset({"ddl-loads", "migrations", "constraints", "isolation", "sqlalchemy-round-trips"})
    assert failed(proven(replace(server, owned=False), planner(), Settings(), private, laws)) == ()


def test_names_and_values_of_documents_are_data(server: Server) -> None:
    names = ("Order", "user", 'na"me', "naïve", "O'Brien", "x" * 63, "数据", "a\nb", "'); DROP TABLE x; --", '"""',
             "{{ }}", "%s", ":name", "c\\d", "50%")  # fmt: skip
    hostile = draft(
        entity(
            "O'Brien; --",
            *[attribute(name, "string(20)", nullable=False) for name in names],
            attribute("user_id", "text"),
            attribute("state", None, enum_values=("o'k", "50%", "{{x}}", "a\\b", ":p", 'q"q')),
        )
    )
    made, _ = design(hostile, Settings())
    proofs = proven(server, hostile, Settings(), made)
    assert failed(proofs) == ()
    assert sum(one.law == "constraint-length" for one in proofs) == len(names)


def test_references_without_a_parent_and_rows_that_point_at_themselves_are_tried(server: Server) -> None:
    tree_of_folders = draft(
        entity(
            "Folder",
            attribute("user_id", "uuid", nullable=False),
            attribute("name", "string(40)", nullable=False),
            attribute("parent_id", "uuid", references="Folder"),
            relations=(relation("many-to-one", "User", foreign_key="user_id", on_delete="RESTRICT"),),
        )
    )
    made, _ = design(tree_of_folders, Settings())
    laws = frozenset({"constraints", "delete-actions", "foreign-key-carries-owner", "isolation"})
    assert failed(proven(server, tree_of_folders, Settings(), made, laws, frozenset({"roles", "sql"}))) == ()
