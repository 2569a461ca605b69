"""The generated files of a design: every writer's, sorted by path, Python formatted by one ruff process."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from colonnade import scratch
from colonnade.errors import Mistake, OutputError, wrong
from colonnade.values import replace
from colonnade.writers.beside import beside, possible
from colonnade.writers.file import WRITERS, File, Request

_FORMAT = ("format", "--quiet", "--isolated", "--no-cache", "--line-length", "100", "--target-version", "py311")
# Ruff formats what these write while the others write.
OF_PYTHON = frozenset({"alembic", "session", "sqlalchemy", "sqlmodel"})
# Alembic and sql share their operations, and are with docs about half of the work; from so many tables on a copy pays.
APART = frozenset({"alembic", "docs", "sql"})
MANY_TABLES = 100


def write(request: Request, only: frozenset[str] | None = None) -> tuple[File, ...]:
    """The files of all writers, or of those that `only` names, sorted by path.

    Raises InputError for a writer that is not there, OutputError for a path that is not inside the output folder or
    that two writers claim.
    """
    names = _chosen(only)
    if len(request.schema.database.tables) >= MANY_TABLES and possible():
        with beside(partial(_written, request, [name for name in names if name in APART])) as apart:
            files = (*_written(request, [name for name in names if name not in APART]), *apart())
    else:
        files = _written(request, names)
    _refuse_bad_paths(files)
    return tuple(sorted(files, key=lambda file: file.path))


def _written(request: Request, names: Sequence[str]) -> tuple[File, ...]:
    with _formatting(_made(request, [name for name in names if name in OF_PYTHON])) as finished:
        others = _made(request, [name for name in names if name not in OF_PYTHON])
        return (*finished(), *formatted(others))


def _made(request: Request, names: Sequence[str]) -> tuple[File, ...]:
    return tuple(replace(file, writer=name) for name in names for file in WRITERS[name](request))


def names() -> tuple[str, ...]:
    """The names of all writers, sorted."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return tuple(sorted(WRITERS))


def _chosen(only: frozenset[str] | None) -> tuple[str, ...]:
    known = names()
    unknown = sorted((only or frozenset()) - set(known))
    if unknown:
        raise wrong(f"no writer is called '{unknown[0]}'", fix=f"write one of {', '.join(known)}")
    return known if only is None else tuple(name for name in known if name in only)


def _refuse_bad_paths(files: Sequence[File]) -> None:
    outside = [file for file in files if file.path.is_absolute() or ".." in file.path.parts or not file.path.parts]
    twice = [path for path, count in sorted(Counter(file.path for file in files).items()) if count > 1]
    mistakes = [
        Mistake(None, f"writer {one.writer} would write outside the output folder: {one.path}") for one in outside
    ]
    mistakes += [Mistake(None, f"two writers would write {path}") for path in twice]
    if mistakes:
        raise OutputError(tuple(mistakes))


def formatted(files: Sequence[File]) -> tuple[File, ...]:
    """`files` with all Python texts formatted, the same whatever configuration is around."""
    with _formatting(files) as finished:
        return finished()


@contextmanager
def _formatting(files: Sequence[File]) -> Iterator[Callable[[], tuple[File, ...]]]:
    """Ruff at work on the Python texts of `files` in a process of its own; to call what is given waits for it."""
    python = [file for file in files if file.path.suffix == ".py"]
    if not python:
        yield lambda: tuple(files)
        return
    with tempfile.TemporaryDirectory(prefix="colonnade-", dir=scratch.in_memory()) as folder:
        paths = [Path(folder, f"file_{number:06}.py") for number in range(len(python))]
        for path, file in zip(paths, python, strict=True):
            path.write_bytes(file.text.encode())
        with subprocess.Popen([_ruff(), *_FORMAT, folder], stderr=subprocess.PIPE, text=True) as ruff:
            yield partial(_finished, ruff, files, paths)


def _finished(ruff: subprocess.Popen[str], files: Sequence[File], paths: Sequence[Path]) -> tuple[File, ...]:
    complaint = ruff.communicate()[1]
    if ruff.returncode:
        raise RuntimeError(f"a generated Python file is not valid: {complaint.strip()}")
    texts = (path.read_bytes().decode() for path in paths)
    return tuple(replace(file, text=next(texts)) if file.path.suffix == ".py" else file for file in files)


def _ruff() -> str:
    beside = Path(sys.executable).with_name("ruff")
    if beside.is_file():
        return str(beside)
    from ruff import find_ruff_bin

    return str(find_ruff_bin())


__all__ = ["File", "Request", "formatted", "names", "write"]
