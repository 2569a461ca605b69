"""data-dictionary.md, plan.md and tasks.md: they name all that the schema has, and nothing breaks their tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

from colonnade import api, output
from colonnade.config import Settings
from colonnade.design.engine import design
from colonnade.design.schema import Schema
from colonnade.writers.dictionary import dictionary
from colonnade.writers.file import Request
from colonnade.writers.tasks import tasks
from support.drafts import task_management


def made() -> Schema:
    return design(task_management(), Settings())[0]


def page(schema: Schema) -> str:
    (file,) = dictionary(Request(schema, Settings()))
    return file.text


def test_the_dictionary_names_every_field_constraint_and_query() -> None:
    schema = made()
    text = page(schema)
    for one in schema.database.tables:
        assert all(f"| `{column.name}` | `{column.type}` |" in text for column in one.columns)
        assert all(f"`{constraint.name}`" in text for constraint in one.constraints)
    assert all(one.title in text for one in schema.intent.patterns)
    assert "belongs to exactly one User, which has any number of them; deleting the User deletes it" in text


def test_a_bar_in_a_check_ends_no_cell() -> None:
    schema = made()
    (table,) = schema.database.tables
    checks = tuple(
        replace(one, expression="title || 'x' <> '|'") if type(one).__name__ == "Check" else one
        for one in table.constraints
    )
    changed = replace(schema, database=replace(schema.database, tables=(replace(table, constraints=checks),)))
    rows = [line for line in page(changed).splitlines() if "23514" in line]
    assert rows and all(line.replace("\\|", "").count("|") == 5 for line in rows)


def test_plan_and_tasks_are_made_once_and_a_persons_are_left_alone(tmp_path: Path) -> None:
    schema = made()
    files = [output.sealed(one, schema.intent.feature) for one in tasks(Request(schema, Settings()))]
    assert [one.path.name for one in files] == ["plan.md", "tasks.md"]
    plan = tmp_path / files[0].path
    plan.parent.mkdir(parents=True)
    plan.write_text("# Our plan\n", encoding="utf-8")
    output.move(output.changes(files, tmp_path, force=True, complete=True), tmp_path)
    assert plan.read_text(encoding="utf-8") == "# Our plan\n"
    assert "T001 Run `specs/" in (tmp_path / files[1].path).read_text(encoding="utf-8")


def test_in_every_layout_the_pages_name_its_paths() -> None:
    schema = made()
    texts = [one.text for one in tasks(Request(schema, replace(Settings(), layout="reference-4")))]
    assert str(PurePosixPath("app/database.py")) in texts[1] and "migrations/versions" in texts[0]
    assert api.settings().layout == "reference-1"
