"""Readers and writers on a table while a plan runs: the longest wait for a lock, and how long calls take.

    .venv/bin/python bench/online.py [rows]

One table (default: a million rows) gets a column with a default of its own in each row, a foreign key, a check, a
unique constraint and an index; and two of its columns, one of them indexed and one that the writers count in, get
another type and one another name. Each is done once so that nobody waits (by `apply`, the second one as a series of
expand, switch and contract, with old and new applications at work) and once in the plain form, and compared with the
same calls on the same table in peace. Waits are sampled from pg_locks every 10 ms; who waited for what is printed.
Exits with 1 where, in the first form, a call fails, a write is lost, a call waits for a lock longer than the lock
timeout of 100 ms and 50 ms more, or 99 of 100 calls take more than twice as long as in peace.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import psycopg

from colonnade.apply import Patience, run
from colonnade.config import Settings
from colonnade.evolve import Source, Wish, addressed, legs, source
from colonnade.evolve.planfile import planfile
from colonnade.plan import Form
from colonnade.server import Server, connect, embedded, scratch_database

OLD = """
CREATE TABLE people (id int PRIMARY KEY);
CREATE TABLE tasks (id int PRIMARY KEY, person int NOT NULL, title text NOT NULL, done int NOT NULL DEFAULT 0);
CREATE INDEX by_owner ON tasks (person, id);
"""
NEW = """
CREATE TABLE people (id int PRIMARY KEY);
CREATE TABLE tasks (id int PRIMARY KEY, person int NOT NULL REFERENCES people, title text NOT NULL UNIQUE,
    done int NOT NULL DEFAULT 0 CHECK (done >= 0), token uuid NOT NULL DEFAULT gen_random_uuid());
CREATE INDEX by_owner ON tasks (person, id);
CREATE INDEX by_person ON tasks (person);
"""
RETYPED = """
CREATE TABLE people (id int PRIMARY KEY);
CREATE TABLE tasks (id int PRIMARY KEY, person bigint NOT NULL, name text NOT NULL, done bigint NOT NULL DEFAULT 0);
CREATE INDEX by_owner ON tasks (person, id);
"""
RENAMED = (("tasks.title", "name"),)
FILL = (
    "INSERT INTO people SELECT generate_series(0, 999)",
    "INSERT INTO tasks SELECT n, n %% 1000, 'task ' || n FROM generate_series(1, %s) n",
    "ANALYZE",
)
READ = "SELECT id, person, {title}, done FROM tasks WHERE id = %s"
WRITE = "UPDATE tasks SET done = done + 1, {title} = {title} WHERE id = %s"
WAITS = """
SELECT (extract(epoch FROM clock_timestamp() - waitstart) * 1000)::float, left(waiting.query, 30), mode, locktype, (
    SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 60) FROM pg_stat_activity AS other
    WHERE other.pid = ANY (pg_blocking_pids(waiting.pid)) AND application_name <> 'load' LIMIT 1
) FROM pg_locks JOIN pg_stat_activity AS waiting USING (pid)
WHERE NOT granted AND application_name = 'load' AND waitstart IS NOT NULL
"""
PEACE_SECONDS = 10.0
APART_SECONDS = 3.0
ALLOWED_MILLISECONDS = 150.0
ALLOWED_SLOWER = 2.0


@dataclass
class Load:
    """What the calls of readers and writers came to; times are milliseconds.

    `waits` are, by who waited in which mode for whom, how often that was seen and the longest.
    """

    title: str = "title"
    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    written: int = 0
    waits: dict[tuple[str, str, str], tuple[int, float]] = field(default_factory=dict)

    def at(self, share: float) -> float:
        return sorted(self.times)[int(len(self.times) * share)] if self.times else 0.0

    @property
    def longest_wait(self) -> float:
        return max((longest for _, longest in self.waits.values()), default=0.0)


Change = Callable[[str, Load], None]


@contextmanager
def under_load(dsn: str, rows: int, load: Load) -> Iterator[Load]:
    """Two readers and two writers at work, and somebody who watches for waits, for the time of the block."""
    stop = threading.Event()
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
    # Statements are not prepared by name, as behind a pooler; half of the callers go over to the new name.
    with psycopg.connect(dsn, autocommit=True, application_name="load", prepare_threshold=None) as connection:
        number = seed
        while not stop.is_set():
            number = (number * 1_103_515_245 + 12_345) % 2**31
            title = load.title if seed % 2 or load.title == "name!" else "title"
            begun = time.perf_counter()
            try:
                done = connection.execute(text.format(title=title.rstrip("!")).encode(), [1 + number % rows])
                load.written += done.rowcount if text == WRITE else 0
            except psycopg.Error as error:
                load.errors.append(str(error))
            load.times.append((time.perf_counter() - begun) * 1000)
            time.sleep(0.002)


def _watch(dsn: str, load: Load, stop: threading.Event) -> None:
    with connect(dsn) as connection:
        while not stop.is_set():
            for milliseconds, who, mode, kind, whom in connection.execute(WAITS.encode()).fetchall():
                if whom is not None:
                    seen, longest = load.waits.get((who, f"{mode} ({kind})", whom), (0, 0.0))
                    load.waits[who, f"{mode} ({kind})", whom] = (seen + 1, max(longest, milliseconds))
            time.sleep(0.01)


def measured(server: Server, rows: int, change: Change) -> tuple[Load, Load, int]:
    """The load in peace and during `change`, and how many writes are missing in the end."""
    with scratch_database(server) as name:
        dsn = server.dsn(name)
        with connect(dsn) as connection:
            connection.execute(OLD)
            for text in FILL:
                connection.execute(text.encode(), [rows] if "%s" in text else None)
        with under_load(dsn, rows, Load()) as peace:
            time.sleep(PEACE_SECONDS)
        with under_load(dsn, rows, Load()) as during:
            change(dsn, during)
        with under_load(dsn, rows, replace(peace, title=during.title, waits={})) as after:
            time.sleep(PEACE_SECONDS)
        with connect(dsn) as connection:
            (found,) = connection.execute("SELECT sum(done) FROM tasks").fetchone() or (0,)
        # The calls of before and after, for the machine may have other things to do for a while.
        return after, during, after.written + during.written - int(found)


def at_once(server: Server, form: Form, new: str, renamed: tuple[tuple[str, str], ...] = ()) -> Change:
    """One plan; the plain form is what people run: it waits for its locks."""

    def change(dsn: str, load: Load) -> None:
        wish = Wish(form, renamed=renamed)
        plan = planfile(addressed(server, source(dsn, Settings()), Source("new", {"new.sql": new}), wish), "bench")
        run(plan, dsn, lambda _: None, Patience(60_000, 1) if form == "plain" else Patience())
        load.title = "name!" if renamed else load.title

    return change


def in_parts(server: Server) -> Change:
    """A series; after expand some applications know the new name, before contract all do."""

    def change(dsn: str, load: Load) -> None:
        new = Source("new", {"new.sql": RETYPED})
        for leg in legs(server, source(dsn, Settings()), new, Wish(renamed=RENAMED)):
            if leg.stage == "contract":
                load.title = "name!"
                time.sleep(APART_SECONDS)
            seen, begun = len(load.times), time.perf_counter()
            run(planfile(leg.addressed, "bench"), dsn, lambda _: None)
            seconds, part = time.perf_counter() - begun, replace(load, times=load.times[seen:])
            print(f"  {leg.stage}: {seconds:.1f} s, p99 {part.at(0.99):.1f} ms, longest call {max(part.times):.0f} ms")
            load.title = "name" if leg.stage == "expand" else load.title
            time.sleep(APART_SECONDS)

    return change


def report(name: str, peace: Load, during: Load, lost: int) -> bool:
    """Prints what was measured, and says whether nobody was held up."""
    print(
        f"{name}: longest wait for a lock {during.longest_wait:.0f} ms; longest call {max(during.times):.0f} ms;"
        f" p99 {during.at(0.99):.1f} ms, in peace {peace.at(0.99):.1f} ms; {len(during.times)} calls,"
        f" {len(during.errors)} errors, {lost} lost writes"
    )
    for (who, mode, whom), (seen, longest) in sorted(during.waits.items(), key=lambda one: -one[1][1])[:8]:
        print(f"  {who} -- {mode}, seen {seen} times, up to {longest:.0f} ms --> {whom}")
    for error, count in Counter(during.errors).most_common(3):
        print(f"  {count} times: {error}")
    slower = during.at(0.99) / peace.at(0.99)
    return not (during.errors or lost) and during.longest_wait <= ALLOWED_MILLISECONDS and slower <= ALLOWED_SLOWER


def main() -> int:
    """Prints what each way of changing comes to."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with embedded() as server:
        held = [
            report("more of everything, online", *measured(server, rows, at_once(server, "online", NEW))),
            report("columns in use, in three parts", *measured(server, rows, in_parts(server))),
        ]
        report("more of everything, plain", *measured(server, rows, at_once(server, "plain", NEW)))
        report("columns in use, plain", *measured(server, rows, at_once(server, "plain", RETYPED, RENAMED)))
    return int(not all(held))


if __name__ == "__main__":
    sys.exit(main())
