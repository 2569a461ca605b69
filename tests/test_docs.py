"""The generated pages are those of the code, and every setting is explained."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest

from colonnade.config import CHOICES, Settings

DOCS = Path(__file__).parent.parent / "docs"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["rules.md", "laws.md", "checklists.md"])
def test_a_generated_page_is_up_to_date(name: str) -> None:
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == generator().pages()[name], "run `make docs`"


def test_what_a_checklist_names_is_there() -> None:
    import colonnade.writers
    from colonnade.findings import RULES
    from colonnade.lint.checklists import CHECKLISTS
    from colonnade.prove.laws import LAWS

    generator().load_everything()
    lines = (DOCS / "rules.md").read_text(encoding="utf-8").splitlines()
    titles = (re.sub(r"[()]", "", line.lstrip("# ")) for line in lines if line.startswith("###"))
    page = {"#" + title.replace(" ", "-").lower() for title in titles}
    for item in (one for items in CHECKLISTS.values() for one in items):
        assert item.rules or item.laws or item.files, item.asks
        assert set(item.rules) <= RULES.keys() and set(item.laws) <= LAWS.keys()
        assert set(item.files) <= set(colonnade.writers.names())
    links = re.findall(r"rules\.md(#[\w-]+)", (DOCS / "checklists.md").read_text(encoding="utf-8"))
    assert links and set(links) <= page


def test_every_setting_is_on_the_page_with_its_default_and_its_values() -> None:
    rows = {
        line.split("|")[1].strip(" `"): line
        for line in (DOCS / "configuration.md").read_text().splitlines()
        if "|" in line
    }
    for field in fields(Settings):
        if field.name == "disabled_rules":
            assert "rules.<name>" in rows
            continue
        cells = [cell.strip() for cell in rows[field.name].split("|")]
        default = {True: "true", False: "false", (): "[]"}.get(field.default, repr(field.default).replace("'", '"'))
        assert cells[2] == f"`{default}`"
        for choice in CHOICES.get(field.name, ()):
            shown = {True: "true", False: "false"}.get(choice, repr(choice).replace("'", '"'))
            assert f"`{shown}`" in cells[3]
        assert len(cells[4]) > 20
