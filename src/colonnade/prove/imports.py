"""Importing generated Python without leaving a trace of it in this process."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

PACKAGE = "src"


@contextmanager
def importable(folder: Path) -> Iterator[None]:
    """For the time of the block, `folder` is first on the path and its package `src` is the only one of that name."""
    path, bytecode = list(sys.path), sys.dont_write_bytecode
    others = _taken()
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    importlib.invalidate_caches()
    try:
        yield
    finally:
        _taken()
        sys.modules.update(others)
        sys.path[:] = path
        sys.dont_write_bytecode = bytecode


@contextmanager
def imported(folder: Path, name: str) -> Iterator[ModuleType]:
    """The module `name` of `folder`, importable for the time of the block."""
    with importable(folder):
        yield importlib.import_module(name)


@contextmanager
def environment(name: str, value: str) -> Iterator[None]:
    """The environment variable `name`, set for the time of the block."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _taken() -> dict[str, ModuleType]:
    """Removes and returns the modules of the package `src`."""
    names = [name for name in sys.modules if name == PACKAGE or name.startswith(f"{PACKAGE}.")]
    return {name: sys.modules.pop(name) for name in names}
