"""Where our revision goes in an Alembic history that is read and never run."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from colonnade import output, revisions
from colonnade.errors import InputError
from colonnade.writers.file import File


def put(
    out: Path, name: str, revision: str, follows: str, feature: str | None = None, folder: str = "backend/migrations"
) -> None:
    text = f"import os\nrevision: str = {revision!r}\ndown_revision = {follows}\nos.system('never')\n"
    path = out / folder / "versions" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(output.sealed(File(PurePosixPath(name), text), feature).text if feature else text)


def position(out: Path) -> revisions.Position:
    return revisions.position(out, "001-a", lambda: "0123456789abcdef")


def test_the_first_revision_is_001(tmp_path: Path) -> None:
    assert position(tmp_path) == revisions.Position("001", None, revisions.HOME.migrations)


def test_ours_alone_is_regenerated_in_place(tmp_path: Path) -> None:
    put(tmp_path, "001_x.py", "001", "None", "001-a")
    assert position(tmp_path) == revisions.Position("001", None, revisions.HOME.migrations)


def test_a_foreign_history_is_continued_from_its_head(tmp_path: Path) -> None:
    put(tmp_path, "a.py", "aaa", "None")
    put(tmp_path, "b.py", "bbb", "'aaa'")
    found = position(tmp_path)
    assert (found.id, found.follows, len(found.others)) == ("0123456789ab", "bbb", 2)


def test_ours_after_a_foreign_head_keeps_what_it_follows(tmp_path: Path) -> None:
    put(tmp_path, "a.py", "aaa", "None")
    put(tmp_path, "ours.py", "fedcba987654", "'aaa'", "001-a")
    found = position(tmp_path)
    assert (found.id, found.follows, found.followed_by) == ("0123456789ab", "aaa", ())


def test_a_revision_that_others_follow_keeps_its_id(tmp_path: Path) -> None:
    put(tmp_path, "001_x.py", "001", "None", "001-a")
    put(tmp_path, "b.py", "bbb", "'001'")
    put(tmp_path, "c.py", "ccc", "('bbb',)")
    found = position(tmp_path)
    assert (found.id, found.followed_by) == ("001", ("bbb", "ccc"))


def test_two_heads_are_refused_by_name(tmp_path: Path) -> None:
    put(tmp_path, "a.py", "aaa", "None")
    put(tmp_path, "b.py", "bbb", "None")
    with pytest.raises(InputError, match="2 heads: aaa, bbb"):
        position(tmp_path)


def test_a_file_that_is_no_python_is_named_with_its_line(tmp_path: Path) -> None:
    put(tmp_path, "a.py", "aaa", "None")
    (tmp_path / "backend/migrations/versions/broken.py").write_text("revision = 'x'\ndef (:\n")
    with pytest.raises(InputError, match=r"broken\.py:2: cannot be read as a revision"):
        position(tmp_path)


@pytest.mark.parametrize(
    ("ini", "folder"), [("alembic.ini", "db/history"), ("backend/alembic.ini", "backend/db/history")]
)
def test_the_folder_that_alembic_ini_names_is_found(tmp_path: Path, ini: str, folder: str) -> None:
    (tmp_path / ini).parent.mkdir(exist_ok=True)
    (tmp_path / ini).write_text("[alembic]\nscript_location = %(here)s/db/history\n")
    put(tmp_path, "a.py", "aaa", "None", folder=folder)
    found = position(tmp_path)
    assert (found.folder, found.follows) == (PurePosixPath(folder), "aaa")
