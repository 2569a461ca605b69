"""Work on the second core: a copy of this process does a part, and hands back what it made."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import BinaryIO, NoReturn, TypeVar

Result = TypeVar("Result")


def possible() -> bool:
    """Whether this process may be copied: on Linux, while no other thread holds a lock that the copy would wait for."""
    return sys.platform == "linux" and threading.active_count() == 1


@contextmanager
def beside(work: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """`work`, a function without effects, at work in a copy of this process; to call what is given waits for it."""
    reading, writing = os.pipe()
    copy = os.fork()
    if copy == 0:
        os.close(reading)
        _hand_over(work, writing)
    os.close(writing)
    try:
        with open(reading, "rb") as stream:  # noqa: PTH123  (a pipe has no path)
            yield partial(_taken, stream, work)
    finally:
        os.waitpid(copy, 0)


def _hand_over(work: Callable[[], object], writing: int) -> NoReturn:
    import pickle  # small designs are not worth a copy

    try:
        made = pickle.dumps(work(), pickle.HIGHEST_PROTOCOL)
        with open(writing, "wb") as stream:
            stream.write(made)
    finally:
        # Not even an error leaves the copy: it must not run what the rest of the program would do with it.
        os._exit(0)


def _taken(stream: BinaryIO, work: Callable[[], Result]) -> Result:
    import pickle

    try:
        made: Result = pickle.load(stream)
    except (EOFError, pickle.UnpicklingError):
        # What the copy could not do is done here, so that its error is raised here.
        return work()
    return made
