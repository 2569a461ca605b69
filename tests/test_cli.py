"""The command line as a user meets it: whole processes, exit codes, one JSON object, nothing lost."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from colonnade import api, cli

EXAMPLE = Path(__file__).parent.parent / "examples" / "task-management"
TASK: dict[str, Any] = json.loads((EXAMPLE / "entities.json").read_text())


def run(*arguments: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "colonnade", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def entity_list(folder: Path, **changes: Any) -> Path:
    """The example's list with its one entity changed, as a file in `folder`."""
    entity = {**TASK["entities"][0], **changes}
    path = folder / "entities.json"
    path.write_text(json.dumps({**TASK, "entities": [entity]}, indent=2))
    return path


def tree(folder: Path) -> Mapping[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}


def test_a_build_is_proven_repeatable_and_checks_itself(tmp_path: Path) -> None:
    first = run("build", EXAMPLE, "--out", "out", "--json", cwd=tmp_path)
    assert first.returncode == 0, first.stdout + first.stderr
    report = json.loads(first.stdout)
    assert report["ok"] and report["proven"] and report["out"] == "out"
    assert {one["status"] for one in report["files"]} == {"created"}
    assert all((tmp_path / "out" / one["path"]).is_file() for one in report["files"])
    assert all(one["passed"] and one["evidence"] for one in report["proofs"])
    before = tree(tmp_path / "out")
    again = json.loads(run("build", EXAMPLE, "--out", "out", "--json", cwd=tmp_path).stdout)
    assert {one["status"] for one in again["files"]} == {"unchanged"}
    after = tree(tmp_path / "out")
    assert {name for name in before if before[name] != after[name]} <= {
        ".colonnade/report.json",
        ".colonnade/report.md",
    }
    assert run("build", EXAMPLE, "--out", "out", "--check", cwd=tmp_path).returncode == 0


def test_an_edited_file_is_kept_and_named(tmp_path: Path) -> None:
    build = ("build", EXAMPLE, "--out", "out", "--no-prove")
    assert run(*build, cwd=tmp_path).returncode == 0
    edited = tmp_path / "out/backend/src/db/models/task.py"
    edited.write_text(edited.read_text() + "# mine\n")
    gone = tmp_path / "out/specs/001-task-management/schema.sql"
    gone.unlink()
    check = run("build", EXAMPLE, "--out", "out", "--check", "--json", cwd=tmp_path)
    assert check.returncode == 1
    statuses = {one["path"]: one["status"] for one in json.loads(check.stdout)["files"]}
    assert statuses["backend/src/db/models/task.py"] == "edited"
    assert statuses["specs/001-task-management/schema.sql"] == "missing"
    assert not gone.exists()
    kept = run(*build, cwd=tmp_path)
    assert kept.returncode == 1
    assert "task.py" in kept.stderr and "--force" in kept.stderr
    assert edited.read_text().endswith("# mine\n") and gone.exists()
    assert run(*build, "--force", cwd=tmp_path).returncode == 0
    assert "# mine" not in edited.read_text()


def test_a_removed_entity_takes_its_files_along(tmp_path: Path) -> None:
    path = entity_list(tmp_path)
    assert run("build", path, "--out", "out", "--no-prove", cwd=tmp_path).returncode == 0
    entity_list(tmp_path, name="Chore")
    assert run("build", path, "--out", "out", "--no-prove", cwd=tmp_path).returncode == 0
    names = {one.name for one in (tmp_path / "out/backend/src/db/models").iterdir()}
    assert "chore.py" in names and "task.py" not in names
    assert len(list((tmp_path / "out/backend/migrations/versions").glob("*.py"))) == 1


def test_all_mistakes_at_once_with_place_and_suggestion_and_no_traceback(tmp_path: Path) -> None:
    attributes = {"id": "uuid", "title": "strng(200)", "age": "integr"}
    path = entity_list(tmp_path, attributes=attributes, indexes=["titel"], constraints=["1) ; DROP TABLE x; --"])
    result = run("build", path, "--out", "out", cwd=tmp_path)
    assert result.returncode == 2 and result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) >= 4 and all(line.startswith(f"{path}:") for line in lines)
    assert "did you mean 'string'?" in result.stderr and "Traceback" not in result.stderr
    assert not (tmp_path / "out").exists()
    report = json.loads(run("build", path, "--json", cwd=tmp_path).stdout)
    assert report["ok"] is False and {"place", "message", "fix"} == set(report["errors"][0])


@pytest.mark.parametrize("spec_file", ["/etc/spec.md", "../../spec.md", "specs/../../../x/spec.md"])
def test_no_input_leads_out_of_the_output_folder(tmp_path: Path, spec_file: str) -> None:
    path = tmp_path / "entities.json"
    path.write_text(json.dumps({**TASK, "spec_file": spec_file}))
    result = run("build", path, "--out", "out", "--no-prove", cwd=tmp_path)
    assert result.returncode == 2 and "spec_file" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_failing_proof_changes_nothing(tmp_path: Path) -> None:
    attributes = {**TASK["entities"][0]["attributes"], "age": "integer"}
    path = entity_list(tmp_path, attributes=attributes, constraints=["age NOT NULL", "age > 10", "age < 5"])
    result = run("build", path, "--out", "out", "--json", cwd=tmp_path)
    assert result.returncode == 1, result.stderr
    report = json.loads(result.stdout)
    assert not report["ok"] and not report["proven"] and report["files"] == []
    assert any(not one["passed"] and "age" in one["subject"] + one["evidence"] for one in report["proofs"])
    assert not (tmp_path / "out").exists()


def test_usage_errors_are_json_too(tmp_path: Path) -> None:
    for arguments in (
        ["build", "--json"],
        ["build", str(EXAMPLE), "--only", "sqll", "--json"],
        ["nonsense", "--json"],
        ["build", "missing.md", "--json"],
        ["schema", "x", "--json"],
    ):
        result = run(*arguments, cwd=tmp_path)
        assert result.returncode == 2, arguments
        assert json.loads(result.stdout)["ok"] is False


@pytest.mark.parametrize("command", ["build", "read", "design", "prove", "schema"])
def test_help_shows_examples(tmp_path: Path, command: str) -> None:
    result = run(command, "--help", cwd=tmp_path)
    assert result.returncode == 0 and "Examples:" in result.stdout and f"colonnade {command}" in result.stdout


def test_a_document_without_data_says_so(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# Notes\n\nNothing is stored here.\n")
    result = run("read", "notes.md", "--json", cwd=tmp_path)
    assert result.returncode == 2
    assert json.loads(result.stdout)["entities"] == []
    assert len([line for line in result.stderr.splitlines() if "No stored data" in line]) == 1


@pytest.mark.parametrize("command", ["build", "design", "prove", "introspect"])
def test_no_design_is_made_of_a_document_without_data(tmp_path: Path, command: str) -> None:
    (tmp_path / "notes.md").write_text("# Notes\n\nNothing is stored here.\n")
    result = run(command, "notes.md", "--json", cwd=tmp_path)
    assert result.returncode == 2
    assert "No stored data" in json.loads(result.stdout)["errors"][0]["message"]
    assert list(tree(tmp_path)) == ["notes.md"]


def test_the_reader_is_silent_where_a_rule_is_switched_off(tmp_path: Path) -> None:
    (tmp_path / "model.md").write_text("# Task\n\n| Field | Type |\n|---|---|\n| title | strng |\n")
    assert "[unknown-type]" in run("read", "model.md", cwd=tmp_path).stderr
    (tmp_path / "off.toml").write_text("rules.unknown-type = false\n")
    done = run("read", "model.md", "--config", "off.toml", "--json", cwd=tmp_path)
    assert (done.returncode, done.stderr, json.loads(done.stdout)["findings"]) == (0, "", [])


def test_design_prints_the_document_and_it_builds(tmp_path: Path) -> None:
    text = run("design", EXAMPLE, cwd=tmp_path).stdout
    assert text.startswith("database_schema:")
    (tmp_path / "design.yaml").write_text(text)
    result = run("build", "design.yaml", "--out", "out", "--no-prove", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    value = json.loads(run("design", EXAMPLE, "--json", cwd=tmp_path).stdout)
    assert value["document"]["database_schema"]["entities"][0]["table_name"] == "tasks"


@pytest.mark.parametrize("name", ["entities", "design"])
def test_the_json_schemas_are_published(tmp_path: Path, name: str) -> None:
    value = json.loads(run("schema", name, cwd=tmp_path).stdout)
    assert value["$schema"].startswith("https://json-schema.org/")


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "colonnade", "build", str(EXAMPLE), "--out", "out", "--json"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert "ddl-loads" in process.stderr.readline()
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 130, stderr
    assert json.loads(stdout)["ok"] is False and "Traceback" not in stderr
    assert not (tmp_path / "out").exists()


def test_the_compile_path_imports_no_database_library(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom colonnade.cli import app\n"
        f"try: app(['build', {str(EXAMPLE)!r}, '--out', 'out', '--no-prove'], standalone_mode=False)\n"
        "except SystemExit: pass\n"
        "heavy = {'sqlalchemy', 'sqlmodel', 'alembic', 'psycopg', 'markdown_it'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "out").is_dir()


def test_configuration_mistakes_have_a_line(tmp_path: Path) -> None:
    (tmp_path / "colonnade.toml").write_text('timestamps = "timestampz"\nrow_level_securty = true\n')
    result = run("design", EXAMPLE, cwd=tmp_path)
    assert result.returncode == 2
    assert "colonnade.toml:1:1" in result.stderr and "did you mean 'row_level_security'?" in result.stderr


def test_every_rule_of_the_page_can_be_switched_off_and_nothing_else(tmp_path: Path) -> None:
    page = (EXAMPLE.parents[1] / "docs" / "rules.md").read_text()
    names = re.findall(r"^### (?:[A-Z]+\d+ )?(\S+)", page, re.MULTILINE)
    (tmp_path / "pyproject.toml").write_text(
        "\n".join(["[tool.colonnade.rules]", *(f"{name} = false" for name in names)])
    )
    result = run("design", EXAMPLE, "--json", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout)["findings"] == []
    (tmp_path / "pyproject.toml").write_text("[tool.colonnade]\nrules = false\n")
    assert "rules is False; write rules.<name> = false" in run("design", EXAMPLE, cwd=tmp_path).stderr


def test_an_interrupted_apply_is_one_json_object_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(api, "apply", stopped)
    monkeypatch.setattr(sys, "argv", ["colonnade", "apply", "plan.json", "--database", "postgresql://x", "--json"])
    with pytest.raises(SystemExit, match="130"):
        cli.main()
    printed = capsys.readouterr()
    assert "what was done stands" in json.loads(printed.out)["errors"][0]["message"]
    assert "what was done stands" in printed.err


def test_the_folder_that_sources_are_read_from_leaves_no_trace(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    assert run("build", EXAMPLE, "--out", tmp_path / "one", "--no-prove", cwd=tmp_path).returncode == 0
    near = os.path.relpath(EXAMPLE / "entities.json", tmp_path / "here")
    assert run("build", near, "--out", "../two", "--no-prove", cwd=tmp_path / "here").returncode == 0
    one, two = tree(tmp_path / "one"), tree(tmp_path / "two")
    reports = {".colonnade/report.json", ".colonnade/report.md"}
    assert {name: text for name, text in one.items() if name not in reports} == {
        name: text for name, text in two.items() if name not in reports
    }
