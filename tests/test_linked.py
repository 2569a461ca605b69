"""Links between documents: what is followed, what is not, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from colonnade.sources.linked import LINKED
from colonnade.sources.read import draft

MODEL = "### Boat\n\n- id: uuid, PK\n- name: string\n"


def written(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "link",
    [
        "[model](data-model.md)",
        "[model](<./data-model.md#boat> 'title')",
        "[model][m]\n\n[m]: data-model.md",
        "[m](plan.md)",
        "data-model.md",
        "`./data-model.md`.",
        "the model (data-model.md)",
    ],
)
def test_a_link_is_followed_however_it_is_written_and_through_others(tmp_path: Path, link: str) -> None:
    plan = "# Plan\n\n[back](spec.md) and [model](data-model.md)\n"
    written(tmp_path, {"spec.md": f"# Spec\n\nSee {link}\n", "data-model.md": MODEL, "plan.md": plan})
    found = draft([str(tmp_path / "spec.md")])
    assert [one.name.value for one in found.entities] == ["Boat"]
    assert str(tmp_path / "data-model.md") in dict(found.sources)
    assert {one.place.line for one in found.findings if one.rule == LINKED and one.place} <= {3, 5}


@pytest.mark.parametrize(
    "link",
    ["[m](../outside.md)", "[m](https://a.example/data-model.md)", "[m](missing.md)", "[m](model.txt)",
     "`[m](data-model.md`",
     "\n```\n[m](data-model.md)\n```\n", "[m](specs)", "[m](link.md)", "https://a.example/data-model.md",
     "`../outside.md`", "old-data-model.md", "data-model.mdx"],
)  # fmt: skip
def test_no_link_leads_out_of_the_folder_or_to_what_is_no_document(tmp_path: Path, link: str) -> None:
    written(
        tmp_path,
        {"outside.md": MODEL, "specs/spec.md": f"{MODEL}\n{link}\n", "specs/data-model.md": "### Oar\n\n- id: uuid\n"},
    )
    (tmp_path / "specs" / "link.md").symlink_to(tmp_path / "outside.md")
    found = draft([str(tmp_path / "specs" / "spec.md")])
    assert [name for name, _ in found.sources] == [str(tmp_path / "specs" / "spec.md")]


def test_links_lead_to_other_folders_of_the_specs(tmp_path: Path) -> None:
    written(
        tmp_path,
        {
            "specs/1/spec.md": "### Oar\n\n- id: uuid\n- boat_id: uuid\n\nSee [boats](../db/schema.md).\n",
            "specs/db/schema.md": MODEL,
        },
    )
    found = draft([str(tmp_path / "specs" / "1" / "spec.md")])
    oar = next(one for one in found.entities if one.name.value == "Oar")
    assert [one.target.value for one in oar.relationships] == ["Boat"]
    assert found.feature == "1"
