"""A part of the writing may be done by a copy of the process: the files are the same, and so are the errors."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from colonnade import writers
from colonnade.config import Settings
from colonnade.writers.beside import beside, possible
from colonnade.writers.file import Request
from support.example import task_management

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not copied here")


def test_what_a_copy_makes_comes_back() -> None:
    with beside(lambda: (os.getpid(), "x" * 1_000_000)) as made:
        process, text = made()
    assert process != os.getpid() and len(text) == 1_000_000


def test_an_error_of_the_copy_is_raised_here() -> None:
    with beside(lambda: int("no number")) as made, pytest.raises(ValueError, match="no number"):
        made()


def test_what_a_copy_that_died_did_not_do_is_done_here() -> None:
    here = os.getpid()

    def work() -> str:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return "done"

    with beside(work) as made:
        assert made() == "done"


def test_an_error_here_leaves_no_process_behind() -> None:
    before = children()
    with pytest.raises(KeyError), beside(lambda: "x" * 1_000_000):
        raise KeyError("writer")
    assert children() == before


def children() -> set[str]:
    """The processes that this one has started and not yet waited for, such as a server of another test's."""
    return set(Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split())


def test_many_tables_give_the_same_files(monkeypatch: pytest.MonkeyPatch) -> None:
    request = Request(task_management(), Settings())
    alone = writers.write(request)
    monkeypatch.setattr(writers, "MANY_TABLES", 0)
    monkeypatch.setattr(writers, "possible", lambda: True)
    assert writers.write(request) == alone


def test_a_process_with_threads_is_not_copied() -> None:
    with ThreadPoolExecutor(1) as pool:
        assert not pool.submit(possible).result()
