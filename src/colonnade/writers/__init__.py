"""The generated files of a design: every writer's, sorted by path, Python formatted by one ruff process."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from colonnade.errors import Mistake, OutputError, wrong
from colonnade.writers.file import WRITERS, File, Request

_FORMAT = ("format", "--quiet", "--isolated", "--no-cache", "--line-length", "100", "--target-version", "py311")


def write(request: Request, only: frozenset[str] | None = None) -> tuple[File, ...]:
    """The files of all writers, or of those that `only` names, sorted by path.

    Raises InputError for a writer that is not there, OutputError for a path that is not inside the output folder or
    that two writers claim.
    """
    names = _chosen(only)
    files = tuple(replace(file, writer=name) for name in names for file in WRITERS[name](request))
    _refuse_bad_paths(files)
    return tuple(sorted(formatted(files), key=lambda file: file.path))


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
    python = [number for number, file in enumerate(files) if file.path.suffix == ".py"]
    texts = dict(zip(python, _formatted([files[number].text for number in python]), strict=True))
    return tuple(replace(file, text=texts.get(number, file.text)) for number, file in enumerate(files))


def _formatted(texts: Sequence[str]) -> list[str]:
    if not texts:
        return []
    with tempfile.TemporaryDirectory(prefix="colonnade-") as folder:
        paths = [Path(folder, f"file_{number:06}.py") for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, encoding="utf-8", newline="")
        done = subprocess.run([_ruff(), *_FORMAT, folder], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"a generated Python file is not valid: {done.stderr.strip()}")
        return [path.read_text(encoding="utf-8") for path in paths]


def _ruff() -> str:
    beside = Path(sys.executable).with_name("ruff")
    if beside.is_file():
        return str(beside)
    from ruff import find_ruff_bin

    return str(find_ruff_bin())


__all__ = ["File", "Request", "formatted", "names", "write"]
