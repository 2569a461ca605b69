"""The output folder changes as a whole or not at all, and nothing that a person wrote is lost."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from colonnade import output
from colonnade.errors import OutputError
from colonnade.writers.file import File


def file(path: str, text: str, feature: str = "001-a", once: bool = False) -> File:
    return output.sealed(File(PurePosixPath(path), text, "test", once), feature)


def plan(out: Path, *files: File, force: bool = False) -> dict[str, str]:
    return {str(one.path): one.status for one in output.changes(files, out, force=force, complete=True)}


def put(out: Path, *files: File) -> None:
    output.move(output.changes(files, out, force=False, complete=True), out)


def test_what_was_written_is_unchanged_and_a_new_text_updates_it(tmp_path: Path) -> None:
    first = file("backend/a.py", "x = 1\n")
    assert plan(tmp_path, first) == {"backend/a.py": "created"}
    put(tmp_path, first)
    assert plan(tmp_path, first) == {"backend/a.py": "unchanged"}
    assert plan(tmp_path, file("backend/a.py", "x = 2\n")) == {"backend/a.py": "updated"}


@pytest.mark.parametrize("path", ["specs/f/a.md", "specs/f/a.sql", "backend/a.py", "specs/f/a.yaml", "backend/a.mako"])
def test_an_edited_file_is_kept_unless_forced(tmp_path: Path, path: str) -> None:
    put(tmp_path, file(path, "one\n"))
    target = tmp_path / path
    target.write_text(target.read_text() + "mine\n")
    changed = file(path, "two\n")
    assert plan(tmp_path, changed) == {path: "edited"}
    put(tmp_path, changed)
    assert target.read_text().endswith("one\nmine\n")
    assert plan(tmp_path, changed, force=True) == {path: "updated"}


def test_a_file_that_is_not_ours_is_kept(tmp_path: Path) -> None:
    (tmp_path / "backend").mkdir()
    (tmp_path / "backend/a.py").write_text("somebody's\n")
    assert plan(tmp_path, file("backend/a.py", "ours\n")) == {"backend/a.py": "edited"}
    assert plan(tmp_path, file("backend/a.py", "ours\n", once=True)) == {"backend/a.py": "unchanged"}


def test_line_endings_of_a_checkout_are_no_edit(tmp_path: Path) -> None:
    one = file("backend/a.py", "x = 1\n")
    put(tmp_path, one)
    (tmp_path / "backend/a.py").write_bytes(one.text.replace("\n", "\r\n").encode())
    assert plan(tmp_path, one) == {"backend/a.py": "unchanged"}


def test_what_is_left_over_goes_but_not_when_edited_or_of_another_feature(tmp_path: Path) -> None:
    old, edited = file("backend/old.py", "1\n"), file("backend/edited.py", "1\n")
    put(tmp_path, old, edited)
    other = file("backend/other.py", "1\n", feature="002-b")
    (tmp_path / "backend/other.py").write_text(other.text)
    (tmp_path / "backend/edited.py").write_text(edited.text + "mine\n")
    assert plan(tmp_path, file("backend/new.py", "2\n")) == {"backend/new.py": "created", "backend/old.py": "removed"}
    put(tmp_path, file("backend/new.py", "2\n"))
    assert sorted(one.name for one in (tmp_path / "backend").iterdir()) == ["edited.py", "new.py", "other.py"]


def test_a_failing_move_leaves_the_old_tree(tmp_path: Path) -> None:
    put(tmp_path, file("backend/a.py", "old\n"))
    (tmp_path / "backend/b.py").mkdir()
    before = (tmp_path / "backend/a.py").read_text()
    changes = (
        output.Change(PurePosixPath("backend/a.py"), "test", "updated", "new\n"),
        output.Change(PurePosixPath("backend/b.py"), "test", "updated", "new\n"),
    )
    with pytest.raises(OutputError):
        output.move(changes, tmp_path)
    assert (tmp_path / "backend/a.py").read_text() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["backend"]


def test_a_symbolic_link_does_not_lead_out(tmp_path: Path) -> None:
    outside, out = tmp_path / "outside", tmp_path / "out"
    outside.mkdir()
    out.mkdir()
    (out / "backend").symlink_to(outside)
    with pytest.raises(OutputError, match="outside the output folder"):
        put(out, file("backend/a.py", "x\n"))
    assert list(outside.iterdir()) == []


def test_a_hostile_feature_name_stays_in_its_comment() -> None:
    text = file("specs/a.md", "body\n", feature="x --> <script>\n").text
    assert text.count("\n") == 2
    assert text.split("\n")[0].count("-->") == 1
    assert output.maker(text) == ("x-script-", True)
