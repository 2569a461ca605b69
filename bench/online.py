"""Readers and writers on a table while a plan runs: the longest wait for a lock, and how long calls take.

    .venv/bin/python bench/online.py [rows]

One table (default: a million rows) gets a column with a default of its own in each row, a foreign key, a check, a
unique constraint and an index: once in the online form by `apply`, once in the plain form. Each is compared with the
same calls on the same table in peace. Waits are sampled from pg_locks every 10 ms. Exits with 1 where a call fails, a
write is lost, or a call waits for a lock longer than the lock timeout of 100 ms and 50 ms more under the online form.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from colonnade.apply import Patience, run
from colonnade.config import Settings
from colonnade.evolve import Source, Wish, addressed, source
from colonnade.evolve.planfile import planfile
from colonnade.server import Server, connect, embedded, scratch_database

OLD = """
CREATE TABLE people (id int PRIMARY KEY);
CREATE TABLE tasks (id int PRIMARY KEY, person int NOT NULL, title text NOT NULL, done int NOT NULL DEFAULT 0);
"""
NEW = """
CREATE TABLE people (id int PRIMARY KEY);
CREATE TABLE tasks (id int PRIMARY KEY, person int NOT NULL REFERENCES people, title text NOT NULL UNIQUE,
    done int NOT NULL DEFAULT 0 CHECK (done >= 0), token uuid NOT NULL DEFAULT gen_random_uuid());
CREATE INDEX by_person ON tasks (person);
"""
FILL = (
    "INSERT INTO people SELECT generate_series(0, 999)",
    "INSERT INTO tasks SELECT n, n %% 1000, 'task ' || n FROM generate_series(1, %s) n",
    "ANALYZE",
)
READ = "SELECT id, person, title, done FROM tasks WHERE id = %s"
WRITE = "UPDATE tasks SET done = done + 1 WHERE id = %s"
WAITS = """
SELECT extract(epoch FROM clock_timestamp() - waitstart) * 1000, locktype, (
    SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 60) FROM pg_stat_activity AS other
    WHERE other.pid = ANY (pg_blocking_pids(waiting.pid)) AND application_name <> 'load' LIMIT 1
) FROM pg_locks JOIN pg_stat_activity AS waiting USING (pid)
WHERE NOT granted AND application_name = 'load' AND waitstart IS NOT NULL ORDER BY 1 DESC LIMIT 1
"""
PEACE_SECONDS = 10.0
ALLOWED_MILLISECONDS = 150.0


@dataclass
class Load:
    """What the calls of readers and writers came to; times are milliseconds."""

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    written: int = 0
    longest_wait: float = 0.0
    waited_for: str = "nobody"

    def at(self, share: float) -> float:
        return sorted(self.times)[int(len(self.times) * share)] if self.times else 0.0


@contextmanager
def under_load(dsn: str, rows: int) -> Iterator[Load]:
    """Two readers and two writers at work, and somebody who watches for waits, for the time of the block."""
    load, stop = Load(), threading.Event()
    work = [(READ, 1), (READ, 2), (WRITE, 3), (WRITE, 4)]
    threads = [threading.Thread(target=_call, args=(dsn, rows, text, seed, load, stop)) for text, seed in work]
    threads.append(threading.Thread(target=_watch, args=(dsn, load, stop)))
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _call(dsn: str, rows: int, text: str, seed: int, load: Load, stop: threading.Event) -> None:
    with psycopg.connect(dsn, autocommit=True, application_name="load") as connection:
        number = seed
        while not stop.is_set():
            number = (number * 1_103_515_245 + 12_345) % 2**31
            begun = time.perf_counter()
            try:
                done = connection.execute(text.encode(), [1 + number % rows])
                load.written += done.rowcount if text == WRITE else 0
            except psycopg.Error as error:
                load.errors.append(str(error))
            load.times.append((time.perf_counter() - begun) * 1000)
            time.sleep(0.002)


def _watch(dsn: str, load: Load, stop: threading.Event) -> None:
    with connect(dsn) as connection:
        while not stop.is_set():
            longest, kind, holder = connection.execute(WAITS.encode()).fetchone() or (0.0, "", None)
            if holder is not None and float(longest) > load.longest_wait:
                load.longest_wait, load.waited_for = float(longest), f"{kind}, {holder}"
            time.sleep(0.01)


def measured(server: Server, rows: int, change: Callable[[str], None]) -> tuple[Load, Load, int]:
    """The load in peace and during `change`, and how many writes are missing in the end."""
    with scratch_database(server) as name:
        dsn = server.dsn(name)
        with connect(dsn) as connection:
            connection.execute(OLD)
            for text in FILL:
                connection.execute(text.encode(), [rows] if "%s" in text else None)
        with under_load(dsn, rows) as peace:
            time.sleep(PEACE_SECONDS)
        with under_load(dsn, rows) as during:
            change(dsn)
        with connect(dsn) as connection:
            (found,) = connection.execute("SELECT sum(done) FROM tasks").fetchone() or (0,)
        return peace, during, peace.written + during.written - int(found)


def _changing(server: Server, plain: bool) -> Callable[[str], None]:
    def change(dsn: str) -> None:
        wish = Wish("plain" if plain else "online")
        plan = planfile(addressed(server, source(dsn, Settings()), Source("new", {"new.sql": NEW}), wish), "bench")
        # The plain form is what people run: it waits for its locks.
        run(plan, dsn, lambda _: None, Patience(60_000, 1) if plain else Patience())

    return change


def main() -> int:
    """Prints one line a form."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    failed = False
    with embedded() as server:
        for form in ("online", "plain"):
            peace, during, lost = measured(server, rows, _changing(server, form == "plain"))
            print(
                f"{form}: longest wait for a lock {during.longest_wait:.0f} ms ({during.waited_for});"
                f" longest call {max(during.times):.0f} ms;"
                f" p99 {during.at(0.99):.1f} ms, in peace {peace.at(0.99):.1f} ms; {len(during.times)} calls,"
                f" {len(during.errors)} errors, {lost} lost writes"
            )
            if form == "online":
                failed = bool(during.errors or lost or during.longest_wait > ALLOWED_MILLISECONDS)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
