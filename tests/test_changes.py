"""The migration plan of a design that follows another: what is new, what breaks, in which order, and the way back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from colonnade import api
from colonnade.changes import migration_plan
from colonnade.design import document

Entities = list[dict[str, Any]]


def listed() -> Entities:
    author = {"name": "string(80)", "age": "integer", "kind": "enum(guest,staff)", "born": "date"}
    owned = [{"type": "many-to-one", "target_entity": "Author", "foreign_key": "author_id"}]
    return [
        {"name": "Author", "attributes": author, "constraints": ["name NOT NULL"]},
        {"name": "Draft", "attributes": {"author_id": "uuid", "text": "text"}, "relationships": owned},
    ]


def designed(folder: Path, entities: Entities) -> api.Design:
    source = folder / "entities.json"
    source.write_text(json.dumps({"spec_file": "specs/001-press/spec.md", "entities": entities}))
    return api.design([str(source)], api.settings(start=folder))


def plan(folder: Path, new: Entities) -> dict[str, Any]:
    old = designed(folder, listed()).schema.database
    return migration_plan(old, designed(folder, new).schema.database)


def test_nothing_changed(tmp_path: Path) -> None:
    found = plan(tmp_path, listed())
    assert found["rollback_plan"] == {"reversible": True, "rollback_steps": []}
    assert not any(
        found[key] for key in found if key.endswith(("entities", "changes", "schema")) or key == "dependencies"
    )


def test_what_is_new_comes_in_order_and_goes_back(tmp_path: Path) -> None:
    new = listed()
    key = {"type": "many-to-one", "target_entity": "Author", "foreign_key": "author_id"}
    new.append({"name": "Book", "attributes": {"author_id": "uuid", "title": "text"}, "relationships": [key]})
    new[0]["attributes"]["motto"] = "text"
    found = plan(tmp_path, new)
    assert (found["new_entities"], found["modified_entities"], found["breaking_changes"]) == (
        ["books"],
        ["authors"],
        [],
    )
    steps = found["dependencies"]
    assert steps.index("create table books") < steps.index("add constraint books_author_id_fkey of books")
    back = found["rollback_plan"]
    assert back["reversible"] and back["rollback_steps"].index("drop table books") >= 1
    assert "drop column authors.motto" in back["rollback_steps"]


BREAKING = (
    ("column_drop", "authors", ["age"], lambda new: new[0]["attributes"].pop("age")),
    ("table_drop", "drafts", ["id", "author_id", "text", "created_at", "updated_at"], lambda new: new.pop()),
    ("constraint_change", "authors", ["name"], lambda new: new[0]["constraints"].append("name UNIQUE")),
    ("constraint_change", "authors", ["age"], lambda new: new[0]["attributes"].update(age="smallint")),
    ("constraint_change", "authors", ["born"], lambda new: new[0]["constraints"].append("born NOT NULL")),
    ("constraint_change", None, [], lambda new: new[0]["attributes"].update(kind="enum(guest)")),
)


@pytest.mark.parametrize(("kind", "table", "columns", "change"), BREAKING)
def test_what_breaks_is_told(tmp_path: Path, kind: str, table: str | None, columns: list[str], change: Any) -> None:
    new = listed()
    change(new)
    found = plan(tmp_path, new)
    told = [(one["change_type"], one["table"], one["affected_columns"]) for one in found["breaking_changes"]]
    assert (kind, table, columns) in told
    assert all(one["data_migration_required"] for one in found["breaking_changes"])
    lost = kind in ("column_drop", "table_drop")
    assert found["rollback_plan"]["reversible"] is not lost


def test_a_likely_rename_is_asked_about(tmp_path: Path) -> None:
    new = listed()
    new[0]["attributes"]["birthday"] = new[0]["attributes"].pop("born")
    change = plan(tmp_path, new)["breaking_changes"][0]
    assert (change["change_type"], change["affected_columns"]) == ("column_rename", ["born", "birthday"])
    assert "--renamed authors.born=birthday" in change["note"]


def test_a_document_with_a_plan_reads_back_as_the_same_design(tmp_path: Path) -> None:
    before = tmp_path / "before.yaml"
    before.write_text(designed(tmp_path, listed()).yaml(), encoding="utf-8")
    new = listed()
    new[0]["attributes"]["motto"] = "text"
    made = api.succeeding(designed(tmp_path, new), str(before), api.settings(start=tmp_path))
    assert "is_new_schema: false" in made.yaml()
    assert document.load(made.yaml(), "design.yaml") == document.load(document.dump(made.schema), "design.yaml")
