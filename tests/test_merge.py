"""A person's edits of design.yaml and what the documents changed meet three ways; comments and order stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from colonnade import api
from colonnade.config import Settings
from colonnade.design import document
from colonnade.errors import InputError

BEFORE = """# Shop
## Entities
### Book
| Field | Type | Notes |
|---|---|---|
| id | uuid | primary key |
| title | string(80) | required |
| pages | integer | |
| blurb | text | |
### Shelf
| Field | Type | Notes |
|---|---|---|
| id | uuid | primary key |
| label | string(20) | |
"""


def designed(folder: Path, text: str) -> api.Design:
    (folder / "spec.md").write_text(text, encoding="utf-8")
    return api.design([str(folder / "spec.md")], Settings())


def edit(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def merge(folder: Path, edited: str, after: str) -> api.Design:
    path = folder / "design.yaml"
    path.write_text(edited, encoding="utf-8")
    return api.merged(designed(folder, after), path)


def both(made: api.Design) -> list[str]:
    return [one.message for one in made.findings if one.rule == "changed-by-both"]


def test_what_each_side_changed_alone_is_taken_and_comments_stay(tmp_path: Path) -> None:
    edited = edit(
        designed(tmp_path, BEFORE).yaml(),
        ("        - name: pages\n", "        # Counted without the cover.\n        - name: pages\n"),
        ("          database_type: integer\n", "          database_type: bigint # long books\n"),
        ("        - name: blurb\n", "        - {name: note, database_type: text}\n        - name: blurb\n"),
    )
    after = edit(BEFORE, ("string(80)", "string(120)"), ("| blurb | text | |\n", "| isbn | string(13) | |\n"))
    made = merge(tmp_path, edited, after)
    assert not both(made)
    table = made.schema.database.table("books")
    assert table.column("pages").type == "bigint" and table.has("note")
    assert table.column("title").type == "character varying(120)"
    assert table.has("isbn") and not table.has("blurb")
    text = made.yaml()
    assert "# Counted without the cover.\n        - name: pages" in text and "bigint # long books" in text
    assert "- {name: note, database_type: text}" in text
    assert document.load(text, "design.yaml") == made.schema


def test_what_both_changed_is_reported_and_the_edit_kept(tmp_path: Path) -> None:
    edited = edit(designed(tmp_path, BEFORE).yaml(), ("character varying(80)", "text"), ("varying(20)", "varying(25)"))
    made = merge(tmp_path, edited, edit(BEFORE, ("string(80)", "string(120)"), (BEFORE[BEFORE.index("### Sh") :], "")))
    assert both(made) == [
        "books.title (columns) was changed by a person and changed by the documents; the person's version is kept",
        "shelves.label (columns) was changed by a person and removed by the documents; the person's version is kept",
    ]
    assert made.schema.database.table("books").column("title").type == "text"
    assert made.schema.database.table("shelves").column("label").type == "character varying(25)"


def test_nothing_changed_gives_the_very_text(tmp_path: Path) -> None:
    text = edit(designed(tmp_path, BEFORE).yaml(), ("  entities:\n", "  entities: # ours\n"))
    assert merge(tmp_path, text, BEFORE).yaml() == text


def test_a_table_that_goes_takes_its_parts_along(tmp_path: Path) -> None:
    made = merge(tmp_path, designed(tmp_path, BEFORE).yaml(), BEFORE[: BEFORE.index("### Sh")])
    assert [one.name for one in made.schema.database.tables] == ["books"] and not both(made)


def test_parts_that_no_longer_fit_are_mistakes(tmp_path: Path) -> None:
    added = "  indexes:\n    - {table_name: books, columns: [pages]}\n"
    edited = edit(designed(tmp_path, BEFORE).yaml(), ("  indexes: []\n", added))
    with pytest.raises(InputError, match="pages"):
        merge(tmp_path, edited, edit(BEFORE, ("| pages | integer | |\n", "")))
