"""File: one generated file as a value, and the registry of writers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from colonnade.config import Settings
from colonnade.design.schema import Schema
from colonnade.layout import Layout


@dataclass(frozen=True, slots=True)
class File:
    """A generated file: its path relative to the output folder, its text, and the writer that made it.

    `once` marks a file that is made only where there is none (`alembic.ini`, `env.py`).
    """

    path: PurePosixPath
    text: str
    writer: str = ""
    once: bool = False


# Compared by identity: to hash a request would be to walk the whole design.
@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """What every writer reads.

    `down_revision` is the head of an existing Alembic folder (None: ours is the first), `revision` the id of ours.
    """

    schema: Schema
    settings: Settings
    revision: str = "001"
    down_revision: str | None = None

    @property
    def layout(self) -> Layout:
        return self.settings.tree

    @property
    def feature_folder(self) -> PurePosixPath:
        return PurePosixPath("specs") / self.schema.intent.feature


Writer = Callable[[Request], Iterator[File]]
WRITERS: dict[str, Writer] = {}


def writer(name: str) -> Callable[[Writer], Writer]:
    """Registers a function as the writer `name` (the NAME of `--only`)."""

    def register(function: Writer) -> Writer:
        if name in WRITERS:
            raise ValueError(f"two writers are called {name}")
        WRITERS[name] = function
        return function

    return register
