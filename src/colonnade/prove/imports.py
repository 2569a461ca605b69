"""Importing generated Python without leaving a trace of it in this process."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType


@contextmanager
def importable(folder: Path, tops: frozenset[str]) -> Iterator[None]:
    """For the time of the block, `folder` is first on the path, and its modules `tops` the only ones of their names."""
    path, bytecode = list(sys.path), sys.dont_write_bytecode
    others = _taken(tops)
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    importlib.invalidate_caches()
    try:
        yield
    finally:
        _taken(tops)
        sys.modules.update(others)
        sys.path[:] = path
        sys.dont_write_bytecode = bytecode


@contextmanager
def imported(folder: Path, name: str) -> Iterator[ModuleType]:
    """The module `name` of `folder`, importable for the time of the block."""
    with importable(folder, frozenset({name.partition(".")[0]})):
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


def _taken(tops: frozenset[str]) -> dict[str, ModuleType]:
    """Removes and returns the modules called `tops`, and all within them."""
    names = [name for name in sys.modules if name.partition(".")[0] in tops]
    return {name: sys.modules.pop(name) for name in names}
