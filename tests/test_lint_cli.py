"""`lint` and `explain` as a user meets them: sources, forms of report, exit codes, what is not found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from colonnade.server import Server, connect

EXAMPLE = Path(__file__).parent.parent / "examples" / "task-management"
FLOAT = "CREATE TABLE orders (id uuid PRIMARY KEY, price float);\n"
INITIAL = '''"""Create tasks."""
from alembic import op
import sqlalchemy as sa

revision = "001"
down_revision = None


def upgrade():
    print("noise of a revision")
    op.create_table("tasks", sa.Column("id", sa.Uuid(), primary_key=True), sa.Column("title", sa.Text()))
    op.create_index("idx_tasks_title", "tasks", ["title"])


def downgrade():
    op.drop_table("tasks")
'''
SECOND = '''"""Grow tasks."""
from alembic import op
import sqlalchemy as sa

revision = "002"
down_revision = "001"


def upgrade():
    op.execute("SET lock_timeout = '100ms'")
    op.add_column("tasks", sa.Column("done", sa.Boolean()))
    # colonnade: allow read under exclusive lock, MG001 because the table is small
    op.create_index("idx_tasks_done_title", "tasks", ["id", "title"])
    op.create_index(
        "idx_tasks_title_done", "tasks", ["title", "id"], unique=True
    )
    with op.get_context().autocommit_block():
        op.create_index("idx_tasks_alone", "tasks", ["done"], postgresql_concurrently=True)


def downgrade():
    op.drop_column("tasks", "done")
'''


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "colonnade", *map(str, arguments)]
    source = str(Path(__file__).parent.parent / "src")
    environment = {**os.environ, "PYTHONPATH": source}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False)


def alembic(folder: Path) -> Path:
    versions = folder / "alembic" / "versions"
    versions.mkdir(parents=True)
    (versions / "001_initial.py").write_text(INITIAL)
    (versions / "002_grow.py").write_text(SECOND)
    (versions.parent / "env.py").write_text("raise RuntimeError('env.py needs a database')\n")
    return versions


def test_an_error_is_exit_1_and_has_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("-- orders\n" + FLOAT)
    done = run("lint", "a.sql", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("a.sql:2:43: error: orders.price is double precision [float-for-money]; ALTER TABLE")
    assert done.stdout.endswith("1 error.\n")
    clean = tmp_path / "clean.sql"
    clean.write_text("CREATE TABLE orders (id uuid PRIMARY KEY);")
    assert run("lint", clean, cwd=tmp_path).returncode == 0


def test_strict_makes_a_warning_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("CREATE TABLE a (id uuid PRIMARY KEY, at timestamp);")
    assert run("lint", "a.sql", cwd=tmp_path).returncode == 0
    assert run("lint", "a.sql", "--strict", cwd=tmp_path).returncode == 1


def test_json_sarif_and_github_tell_the_same(tmp_path: Path) -> None:
    (tmp_path / "a b.sql").write_text(FLOAT + 'CREATE TABLE "x%,:\n::error::" (id uuid PRIMARY KEY);\n')
    findings = json.loads(run("lint", "a b.sql", "--json", cwd=tmp_path).stdout)
    assert findings["ok"] is False
    sarif = json.loads(run("lint", "a b.sql", "--format", "sarif", cwd=tmp_path).stdout)
    assert sarif["version"] == "2.1.0"
    results, rules = sarif["runs"][0]["results"], sarif["runs"][0]["tool"]["driver"]["rules"]
    assert [one["ruleId"] for one in results] == [one["rule"] for one in findings["findings"]]
    for one in results:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"] and rules[one["ruleIndex"]]["help"]["markdown"]
        where = one["locations"][0]["physicalLocation"]
        assert where["artifactLocation"]["uri"] == "a%20b.sql" and where["region"]["startLine"] >= 1
    lines = run("lint", "a b.sql", "--format", "github", cwd=tmp_path).stdout.splitlines()
    assert len(lines) == len(results)
    assert lines[0].startswith("::error file=a b.sql,line=1,col=43,title=float-for-money::orders.price is double")
    assert "x%25,:%0A::error::" in lines[1]


@pytest.mark.parametrize("words", [("lint",), ("explain", "tasks")])
def test_another_server_is_asked_where_one_is_named(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "a.sql").write_text("CREATE TABLE tasks (id uuid PRIMARY KEY);")
    done = run(*words, "a.sql", "--server", "postgresql://localhost:1/none", cwd=tmp_path)
    assert done.returncode == 2 and "no connection to the server" in done.stderr


def test_a_design_is_linted_and_configured(tmp_path: Path) -> None:
    (tmp_path / "colonnade.toml").write_text('allow = ["IX006:tasks"]\n[rules]\noverlapping-index = false\n')
    done = run("lint", EXAMPLE, "--json", cwd=tmp_path)
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"ok": True, "findings": []}


def test_a_finding_about_a_document_names_the_file_as_it_was_called(tmp_path: Path) -> None:
    found = json.loads(run("lint", EXAMPLE, "--json", cwd=tmp_path).stdout)["findings"]
    assert {one["place"]["file"] for one in found} == {str(EXAMPLE / "entities.json")}


def test_alembic_revisions_are_run_one_by_one(tmp_path: Path) -> None:
    versions = alembic(tmp_path)
    done = run("lint", versions, "--json", cwd=tmp_path)
    findings = json.loads(done.stdout)["findings"]
    found = {(one["rule"], Path(one["place"]["file"]).name, one["place"]["line"]) for one in findings}
    assert found == {
        ("read-under-exclusive-lock", "002_grow.py", 14),
        ("useless-suppression", "002_grow.py", 12),
        ("index-on-boolean", "002_grow.py", 18),
        ("overlapping-index", "001_initial.py", 12),
    }
    assert done.returncode == 1


def test_a_folder_of_migrations_is_read_in_the_order_of_numbers(tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "2_tasks.sql").write_text(
        "CREATE TABLE tasks (id uuid PRIMARY KEY, title text);\n-- migrate:down\nDROP x;"
    )
    (folder / "10_index.sql").write_text("CREATE INDEX ON tasks (title);\n")
    (folder / "10_index.down.sql").write_text("DROP INDEX tasks_title_idx;\n")
    done = run("lint", folder, cwd=tmp_path)
    assert done.returncode == 1
    assert "10_index.sql:1:1: error: blocks writes of tasks while it builds the index [read-under-write-lock]" in (
        done.stdout
    )
    (tmp_path / "colonnade.toml").write_text(f'allow = ["MG003:{folder / "10_index.sql"}"]\n')
    assert run("lint", folder, cwd=tmp_path).stdout == "No findings.\n"
    (tmp_path / "colonnade.toml").unlink()
    alone = run("lint", folder / "2_tasks.sql", cwd=tmp_path)
    assert alone.returncode == 0, alone.stdout


@pytest.mark.parametrize("base", ["base.sql", str(EXAMPLE)])
def test_a_change_starts_from_the_base(tmp_path: Path, base: str) -> None:
    (tmp_path / "base.sql").write_text("CREATE TABLE tasks (id uuid PRIMARY KEY, title text);")
    (tmp_path / "change.sql").write_text("SET lock_timeout = '1s';\nALTER TABLE tasks ALTER title TYPE varchar(9);\n")
    done = run("lint", "change.sql", "--base", base, cwd=tmp_path)
    assert done.returncode == 1
    assert "change.sql:2:1: error: blocks reads and writes of tasks while it rewrites the table" in done.stdout


def test_what_cannot_be_read_is_exit_2(tmp_path: Path) -> None:
    (tmp_path / "bad.sql").write_text("CREATE TABLE (;\n")
    for arguments in (["bad.sql"], ["nothing.sql"], ["bad.sql", "--format", "xml"]):
        done = run("lint", *arguments, cwd=tmp_path)
        assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("tasks.user_id", "policy tasks_select_own"),
        ("tasks.user_id", "owner: house rule user-ownership"),
        ("idx_tasks_user_status", "query pattern “List tasks of a user by status”"),
        (
            "tasks/tasks_user_id_fkey",
            "constraint-on-delete: When a parent goes, its children do what ON DELETE states.",
        ),
        ("tasks", "stated at entities.json:5:15"),
        ("FK001", "A foreign key has no index that starts with its columns."),
        ("foreign key without index", "Bad:"),
        ("isolation", "The application role of one user"),
    ],
)
def test_explain_tells_where_it_comes_from_and_what_proves_it(tmp_path: Path, name: str, sentence: str) -> None:
    done = run("explain", name, EXAMPLE, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert sentence in done.stdout


def test_explain_answers_with_one_json_object(tmp_path: Path) -> None:
    value = json.loads(run("explain", "tasks.user_id", EXAMPLE, "--json", cwd=tmp_path).stdout)
    assert value["kind"] == "column" and value["definition"] == "user_id uuid NOT NULL"
    assert {"isolation", "owned-by-user"} <= {law["name"] for law in value["laws"]}


def test_explain_of_an_unknown_name_suggests(tmp_path: Path) -> None:
    done = run("explain", "tasks.usr_id", EXAMPLE, cwd=tmp_path)
    assert done.returncode == 2
    assert "did you mean 'tasks.user_id'" in done.stderr


def test_explain_of_sql_says_where_an_object_is_made(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text(FLOAT + "CREATE INDEX ON orders (price);\n")
    done = run("explain", "orders_price_idx", "a.sql", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "made at a.sql:2:1" in done.stdout and "Proven by" not in done.stdout


def test_a_live_database_is_only_read(server: Server, scratch: str, tmp_path: Path) -> None:
    with connect(server.dsn(scratch)) as connection:
        connection.execute(FLOAT.encode())
    done = run("lint", server.dsn(scratch), "--json", cwd=tmp_path)
    assert [one["rule"] for one in json.loads(done.stdout)["findings"]] == ["float-for-money"]
    story = run("explain", "orders.price", server.dsn(scratch), cwd=tmp_path)
    assert "price double precision" in story.stdout
    missing = run("lint", server.dsn("no_such_database"), cwd=tmp_path)
    assert missing.returncode == 2 and "no_such_database" in missing.stderr


def test_a_revision_that_asks_the_database_is_named(tmp_path: Path) -> None:
    versions = alembic(tmp_path)
    asking = SECOND.replace(
        "    op.add_column", "    op.get_bind().execute(sa.text('SELECT 1')).scalar()\n    op.add_column"
    )
    (versions / "002_grow.py").write_text(asking)
    done = run("lint", versions, cwd=tmp_path)
    assert done.returncode == 2
    assert "002_grow.py:11: cannot be rendered without a database" in done.stderr


def test_code_that_does_not_load_is_no_traceback(tmp_path: Path) -> None:
    versions = alembic(tmp_path)
    (versions / "002_grow.py").write_text("revision = '002'\ndown_revision = '001'\ndef upgrade(:\n")
    done = run("lint", versions, cwd=tmp_path)
    assert done.returncode == 2
    assert "SyntaxError" in done.stderr and "Traceback" not in done.stderr
