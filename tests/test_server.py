"""Servers start, are private, and leave nothing behind; a user's server is checked before it is used."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from colonnade.errors import ServerError
from colonnade.server import Server, at, connect, drop_roles, embedded, scratch_database, scratch_roles
from colonnade.server import cluster as module
from colonnade.sql import ident

SOURCE = Path(module.__file__).parents[2]


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short temporary folder of its own, where leftovers are seen."""
    with tempfile.TemporaryDirectory(prefix="c", dir="/tmp") as name:
        Path(name).chmod(0o755)
        monkeypatch.setenv("TMPDIR", name)
        monkeypatch.setattr(tempfile, "tempdir", name)
        yield Path(name)


def script(body: str) -> list[str]:
    return [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(SOURCE)!r})\n" + textwrap.dedent(body)]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_the_server_answers_and_is_ours(server: Server) -> None:
    with connect(server.dsn()) as connection:
        version, lower = connection.execute("SELECT current_setting('server_version_num'), lower('ÑÉ')").fetchone()
    assert server.version == int(version) // 10000 == 18
    assert lower == "ñé"
    assert server.owned
    assert server.bin is not None and (server.bin / "pg_dump").exists()


def test_nothing_is_left_after_a_normal_end(temporary: Path) -> None:
    with embedded() as running, connect(running.dsn()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert list(temporary.iterdir())
    assert list(temporary.iterdir()) == []


def test_the_server_dies_with_its_process_and_the_next_one_sweeps(temporary: Path) -> None:
    process = subprocess.Popen(
        script("""
            import time
            from colonnade.server import embedded
            with embedded() as server:
                print(server.parameters[0][1], flush=True)
                time.sleep(60)
            """),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    folder = Path(process.stdout.readline().strip())
    postmaster = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    process.kill()
    process.wait()
    deadline = time.monotonic() + 10
    while alive(postmaster) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(postmaster)
    assert folder.exists()
    with embedded():
        assert not folder.exists()


def test_an_interrupt_leaves_nothing(temporary: Path) -> None:
    process = subprocess.Popen(
        script("""
            import time
            from colonnade.server import embedded
            with embedded() as server:
                print("up", flush=True)
                time.sleep(60)
            """),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGINT)
    process.wait(timeout=20)
    assert list(temporary.iterdir()) == []


def test_a_running_server_is_not_swept(server: Server) -> None:
    with embedded():
        pass
    with connect(server.dsn()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_the_cache_is_made_used_and_repaired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with embedded():
        pass
    (template,) = (tmp_path / "colonnade").iterdir()
    (template / "global" / "pg_control").write_bytes(b"damaged")
    with embedded() as running, connect(running.dsn()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert len((template / "global" / "pg_control").read_bytes()) > 7
    monkeypatch.setattr(module, "_initialise", lambda *_: pytest.fail("the template was not used"))
    with embedded():
        pass


def test_an_unusable_cache_costs_only_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with embedded() as running, connect(running.dsn()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_an_installation_that_the_server_user_cannot_reach_is_copied(temporary: Path) -> None:
    import shutil

    original = module.installed_binaries()
    assert original is not None
    closed = temporary / "closed"
    shutil.copytree(original.parent, closed / "pginstall", ignore=shutil.ignore_patterns("include"))
    closed.chmod(0o700)
    copied = module._runnable(closed / "pginstall" / "bin", module._account())
    assert copied.is_relative_to(temporary) and not copied.is_relative_to(closed)
    assert (copied / "postgres").exists()
    assert module._runnable(closed / "pginstall" / "bin", module._account()) == copied
    assert closed.stat().st_mode & 0o777 == 0o700


def test_a_scratch_database_is_dropped_even_while_in_use(server: Server) -> None:
    with pytest.raises(RuntimeError), scratch_database(server) as name:
        left_open = connect(server.dsn(name))
        raise RuntimeError
    with connect(server.dsn()) as connection:
        assert connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None
    with pytest.raises(psycopg.OperationalError):
        left_open.execute("SELECT 1")


def test_a_scratch_database_is_a_clone_of_its_template(server: Server, scratch: str) -> None:
    with connect(server.dsn(scratch)) as connection:
        connection.execute("CREATE TABLE t (a int)")
    with scratch_database(server, scratch) as clone, connect(server.dsn(clone)) as connection:
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)


NASTY = (
    "Order",
    "user",
    'na"me',
    "naïve",
    "O'Brien",
    "n" * 63,
    "line\nbreak",
    "'); DROP TABLE x; --",
    "%s",
    "a b:c@d/e?f&g\\h",
)


def test_roles_of_any_name_come_and_go(server: Server, scratch: str) -> None:
    with scratch_roles(server, NASTY, "LOGIN") as names:
        assert names == tuple(sorted(NASTY))
        for name in NASTY:
            with connect(server.dsn(scratch, name)) as connection:
                assert connection.execute("SELECT current_user").fetchone() == (name,)
        with connect(server.dsn(scratch)) as connection:
            connection.execute(f"CREATE TABLE t (a int); ALTER TABLE t OWNER TO {ident(NASTY[2])}")
            connection.execute(f"ALTER DEFAULT PRIVILEGES FOR ROLE {ident(NASTY[3])} GRANT SELECT ON TABLES TO PUBLIC")
    with connect(server.dsn()) as connection:
        assert connection.execute("SELECT 1 FROM pg_roles WHERE rolname = ANY(%s)", [list(NASTY)]).fetchone() is None


@pytest.mark.parametrize("name", ["colonnade", "pg_monitor", "pg_mine", "public", "none", ""])
def test_existing_and_reserved_roles_are_refused(server: Server, name: str) -> None:
    with pytest.raises(ServerError), scratch_roles(server, ["fresh_one", name]):
        pass
    with connect(server.dsn()) as connection:
        assert connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'fresh_one'").fetchone() is None


def test_at_describes_a_users_server(server: Server) -> None:
    with at(server.dsn()) as other:
        assert (other.version, other.owned) == (server.version, False)
        with scratch_database(other) as name, connect(other.dsn(name)) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == (name,)
        with pytest.raises(ServerError, match="embedded"), scratch_roles(other, ["someone"]):
            pass


def test_a_role_without_createdb_is_told_what_to_do(server: Server) -> None:
    roles = scratch_roles(server, ["plain"], "LOGIN")
    with roles, pytest.raises(ServerError, match="ALTER ROLE plain CREATEDB"), at(server.dsn("postgres", "plain")):
        pass


@pytest.mark.parametrize(
    "dsn",
    ["postgresql://nobody@127.0.0.1:1/x", "postgresql://user@/x?host=/nonexistent", "not a dsn", "postgresql://[", ""],
)
def test_an_unreachable_server_is_an_error_with_a_fix(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "/nonexistent")
    with pytest.raises(ServerError) as caught, at(dsn):
        pass
    assert caught.value.mistakes[0].fix


def test_a_password_goes_only_with_its_user() -> None:
    server = Server(16, None, False, "me", (("host", "db.example"), ("port", "6432")), "p@ss/w:rd")
    assert server.dsn("a b") == "postgresql://me:p%40ss%2Fw%3Ard@/a%20b?host=db.example&port=6432"
    assert "p%40ss" not in server.dsn("x", "other")


def test_drop_roles_takes_only_what_exists(server: Server) -> None:
    drop_roles(server, ["nobody_by_this_name"])


def test_a_role_is_dropped_with_its_rights_on_what_belongs_to_no_database(server: Server) -> None:
    with scratch_roles(server, ["setter"]), connect(server.dsn()) as connection:
        connection.execute("GRANT SET ON PARAMETER session_replication_role TO setter")
    with connect(server.dsn()) as connection:
        assert connection.execute("SELECT FROM pg_roles WHERE rolname = 'setter'").fetchall() == []
