"""What keeps a build fast, without a clock: what it imports, and that its work grows with the list and no faster."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from colonnade import api
from colonnade.config import Settings
from colonnade.design.schema import Column
from colonnade.values import replace

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "task-management"
# Libraries and rooms that a build without proofs has no use for.
HEAVY = (
    "sqlalchemy", "sqlmodel", "alembic", "psycopg", "markdown_it", "ruamel", "jinja2", "pydantic", "rich",
    "colonnade.apply", "colonnade.catalog", "colonnade.design.document_load", "colonnade.diff.change",
    "colonnade.elaborate", "colonnade.evolve", "colonnade.lint", "colonnade.observe", "colonnade.prove",
    "colonnade.server",
)  # fmt: skip
BY_API = f"""
from pathlib import Path
from colonnade import api
chosen = api.settings()
api.build(api.design([{str(EXAMPLE)!r}], chosen), chosen, Path('out'))
"""
BY_COMMAND = f"""
from colonnade.cli import app
try: app(['build', {str(EXAMPLE)!r}, '--out', 'out', '--no-prove'], standalone_mode=False)
except SystemExit: pass
"""


@pytest.mark.parametrize("code", [BY_COMMAND, BY_API], ids=["command", "api"])
def test_a_build_without_proofs_imports_nothing_heavy(tmp_path: Path, code: str) -> None:
    asked = f"import json, sys\n{code}\nsys.stderr.write(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", asked], cwd=tmp_path, capture_output=True, text=True, check=True)
    loaded = json.loads(done.stderr.splitlines()[-1])
    assert [name for name in loaded if any(name == one or name.startswith(f"{one}.") for one in HEAVY)] == []
    assert (tmp_path / "out" / "backend").is_dir()


def listed(count: int, letter: str) -> str:
    """An entity list whose entities point at `User`, each third one at the one before, too, and one enum is shared."""
    return json.dumps({"spec_file": "spec.md", "entities": [_entity(number, letter) for number in range(count)]})


def _entity(number: int, letter: str) -> dict[str, Any]:
    name = f"Thing{letter}{number}"
    before = f"thing_{letter}_before_id"
    owner = {"type": "many-to-one", "target_entity": "User", "foreign_key": "user_id", "cascade": "CASCADE"}
    parent = {"type": "many-to-one", "target_entity": f"Thing{letter}{number - 1}", "foreign_key": before}
    pointing = number % 3 == 2
    return {
        "name": name,
        "attributes": {
            "user_id": "uuid",
            f"title_{letter}": "string(200)",
            f"state_{letter}{number}": "enum(todo,in_progress,done)",
            "rank": "enum(low,high)",
            "amount": "decimal(10,2)",
            **({before: "uuid"} if pointing else {}),
        },
        "indexes": [f"title_{letter}"],
        "constraints": [f"title_{letter} NOT NULL", "amount >= 0"],
        "relationships": [owner, parent] if pointing else [owner],
        "soft_delete": number % 2 == 0,
    }


def lines_run(count: int, letter: str, folder: Path) -> Counter[CodeType]:
    """How many lines each of our functions runs while it builds a list of `count` entities; loops count each turn."""
    home = str(ROOT / "src")
    found: Counter[CodeType] = Counter()

    def line(frame: FrameType, event: str, _: object) -> Any:
        found[frame.f_code] += 1
        return line

    def call(frame: FrameType, event: str, _: object) -> Any:
        return line if frame.f_code.co_filename.startswith(home) else None

    folder.mkdir()
    source = folder / f"{letter}.json"
    source.write_text(listed(count, letter))
    before = sys.gettrace()
    sys.settrace(call)
    try:
        api.build(api.design([str(source)], Settings()), Settings(), folder / "out")
    finally:
        sys.settrace(before)
    return found


def test_no_function_works_more_than_the_list_grows(tmp_path: Path) -> None:
    # Other letters give other names, so that no cache of an earlier size helps a later one.
    lines_run(3, "w", tmp_path / "warm")
    small, middle, large = (
        lines_run(count, letter, tmp_path / letter) for count, letter in ((12, "x"), (24, "y"), (48, "z"))
    )
    steep = {
        f"{Path(code.co_filename).name}:{code.co_firstlineno} {code.co_qualname}": (small[code], middle[code], lines)
        for code, lines in large.items()
        if lines - middle[code] > 2.15 * (middle[code] - small[code]) + 60
    }
    assert steep == {}


def test_a_value_is_changed_as_dataclasses_does_it() -> None:
    column = Column("id", "uuid", False, comment="The key")
    assert replace(column, name="key", comment=None) == dataclasses.replace(column, name="key", comment=None)
    assert column == Column("id", "uuid", False, comment="The key")
    changed = replace(column, nullable=True)
    with pytest.raises(dataclasses.FrozenInstanceError):
        changed.name = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        replace(column, missing=1)  # type: ignore[call-arg]
