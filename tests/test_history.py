"""A build into a project that has an Alembic history: continued from its head, proven after it, never rewritten."""

from __future__ import annotations

from pathlib import Path

from colonnade import api
from colonnade.evolve import Wish
from colonnade.server import Server

EXAMPLE = str(Path(__file__).parent.parent / "examples" / "task-management")
FOREIGN = '''"""users"""
from alembic import op
import sqlalchemy as sa

revision = "ae1"
down_revision = None


def upgrade():
    op.create_table("users", sa.Column("id", sa.Uuid(), primary_key=True), sa.Column("email", sa.Text()))


def downgrade():
    op.drop_table("users")
'''

NOTHING = '''"""nothing"""
revision = "ae1"
down_revision = "001"


def upgrade():
    pass


def downgrade():
    pass
'''


def build(out: Path, server: Server, changes: dict[str, str] | None = None) -> api.Build:
    from contextlib import nullcontext

    settings = api.Settings(**(changes or {}))  # type: ignore[arg-type]
    return api.build(api.design([EXAMPLE], settings), settings, out, server=lambda: nullcontext(server))


def versions(out: Path) -> Path:
    folder = out / "backend/migrations/versions"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_a_foreign_history_is_continued_and_proven_after_it(tmp_path: Path, server: Server) -> None:
    (versions(tmp_path) / "ae1_users.py").write_text(FOREIGN)
    result = build(tmp_path, server)
    assert result.ok, "\n".join(str(proof) for proof in result.proofs if not proof.passed)
    subjects = [proof.subject for proof in result.proofs if proof.law == "downgrade-restores"]
    assert subjects == ["after revision ae1: before and after", "after revision ae1: upgrade again"]
    (ours,) = (path for path in versions(tmp_path).glob("*.py") if "ae1" not in path.name)
    assert 'down_revision = "ae1"' in ours.read_text()
    again = build(tmp_path, server)
    assert {change.status for change in again.files} == {"unchanged"}


def test_a_changed_design_replaces_our_only_revision(tmp_path: Path, server: Server) -> None:
    (versions(tmp_path) / "ae1_users.py").write_text(FOREIGN)
    assert build(tmp_path, server).ok
    before = {path.name for path in versions(tmp_path).glob("*.py")}
    assert build(tmp_path, server, {"timestamps": "timestamp"}).ok
    after = {path.name for path in versions(tmp_path).glob("*.py")}
    assert len(before) == len(after) == 2 and before & after == {"ae1_users.py"}


def test_history_that_goes_on_is_left_alone(tmp_path: Path, server: Server) -> None:
    assert build(tmp_path, server).ok
    later = FOREIGN.replace("down_revision = None", 'down_revision = "001"').replace('"users"', '"later"')
    (versions(tmp_path) / "ae1_later.py").write_text(later)
    assert build(tmp_path, server).ok
    before = {path.name: path.read_text() for path in versions(tmp_path).glob("*.py")}
    changed = build(tmp_path, server, {"timestamps": "timestamp"})
    assert not changed.ok
    assert [one.rule for one in changed.findings if one.severity == "error"] == ["history-goes-on"]
    assert "colonnade migrate" in changed.findings[-1].fix
    assert {path.name: path.read_text() for path in versions(tmp_path).glob("*.py")} == before


def test_after_the_next_revision_is_written_a_build_is_done_again(tmp_path: Path, server: Server) -> None:
    assert build(tmp_path, server).ok
    for changes in ({"timestamps": "timestamp"}, {"timestamps": "timestamp", "enums": "check"}):
        settings = api.Settings(**changes)  # type: ignore[arg-type]
        (versions(tmp_path) / "ae1_nothing.py").write_text(NOTHING)
        assert not build(tmp_path, server, changes).ok
        api.migrate("next", [], settings, tmp_path, server, Wish("plain", allow_data_loss=True))
        before = {path.name: path.read_text() for path in versions(tmp_path).glob("*.py")}
        done = build(tmp_path, server, changes)
        assert done.ok, done.findings
        assert {path.name: path.read_text() for path in versions(tmp_path).glob("*.py")} == before
        assert not api.build(api.design([EXAMPLE], settings), settings, tmp_path).ok, "nobody has looked"
