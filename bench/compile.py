"""Measures the compile path as whole cold processes: seconds, CPU and peak memory (medians), and how they grow.

Run by `make bench`. Targets, on two quiet cores: the example without proofs 0.6 s, with all proofs 6 s; a list of 1,000
entities 5 s and 300 MB, linear from 100; nothing of a database imported. The wall clock counts what else the machine
does, so CPU (of the process and all that it starts) and the ratio to a bare interpreter stand beside it, and
`alembic --help`, which is what the first step of the same work by hand takes to start.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "task-management"
BUILD = (sys.executable, "-m", "colonnade", "build")
DATABASE_LIBRARIES = frozenset({"alembic", "psycopg", "sqlalchemy", "sqlmodel"})
SIZES = (100, 300, 1000)


@dataclass(frozen=True)
class Figure:
    """Medians of several runs of one command: wall seconds and CPU seconds; and the largest process of all runs."""

    seconds: float
    cpu: float
    megabytes: float


def measure(command: tuple[str, ...], runs: int) -> Figure:
    """Runs `command` in a new folder each time, once to warm the disk's cache and then `runs` times."""
    figures = [_run(command) for _ in range(runs + 1)][1:]
    return Figure(
        statistics.median(one.seconds for one in figures),
        statistics.median(one.cpu for one in figures),
        max(one.megabytes for one in figures),
    )


def _run(command: tuple[str, ...]) -> Figure:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        assert process.stderr is not None
        errors = process.stderr.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - began
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{errors[-2000:]}")
    return Figure(took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def imported() -> tuple[str, ...]:
    """The modules that building the example without proofs imports."""
    command = (sys.executable, "-X", "importtime", *BUILD[1:], str(EXAMPLE), "--no-prove")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return tuple(line.rsplit("|", 1)[1].strip() for line in lines[1:])


def entity_list(count: int) -> str:
    """An entity list of `count` entities with ten attributes each, every tenth one pointing at the one before."""
    entities = [_entity(number, number % 10 == 9) for number in range(count)]
    return json.dumps({"spec_file": "specs/001-large/spec.md", "entities": entities})


def _entity(number: int, pointing: bool) -> dict[str, object]:
    owner = {"type": "many-to-one", "target_entity": "User", "foreign_key": "user_id", "cascade": "CASCADE"}
    before = {"type": "many-to-one", "target_entity": f"Entity{number - 1}", "foreign_key": "previous_id"}
    return {
        "name": f"Entity{number}",
        "attributes": {
            "id": "uuid",
            "user_id": "uuid",
            "title": "string(200)",
            **({"previous_id": "uuid"} if pointing else {"description": "text"}),
            "status": "enum(todo,in_progress,done)",
            "amount": "decimal(10,2)",
            "due_date": "date",
            "tags": "text[]",
            "created_at": "timestamp",
            "updated_at": "timestamp",
        },
        "indexes": ["user_id", "status"],
        "constraints": ["title NOT NULL", "user_id NOT NULL", "amount >= 0"],
        "relationships": [owner, before] if pointing else [owner],
    }


def figures() -> dict[str, Figure]:
    found = {
        "bare interpreter": measure((sys.executable, "-c", "pass"), 5),
        "alembic --help": measure((sys.executable, "-m", "alembic.config", "--help"), 5),
        "example, no proofs": measure((*BUILD, str(EXAMPLE), "--no-prove"), 5),
        "example, all proofs": measure((*BUILD, str(EXAMPLE)), 3),
    }
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            path = Path(folder, f"entities-{size}.json")
            path.write_text(entity_list(size))
            found[f"{size:,} entities, no proofs"] = measure((*BUILD, str(path), "--no-prove"), 3)
    return found


def main() -> None:
    found = figures()
    bare, start = found["bare interpreter"], found["example, no proofs"]
    print(f"{'':28}{'seconds':>9}{'CPU':>8}{'MB':>7}{'x bare':>8}")
    for name, one in found.items():
        ratio = one.seconds / bare.seconds
        print(f"{name:28}{one.seconds:9.2f}{one.cpu:8.2f}{one.megabytes:7.0f}{ratio:8.1f}")
    few, many = found["100 entities, no proofs"], found["1,000 entities, no proofs"]
    wall = (many.seconds - start.seconds) / (few.seconds - start.seconds)
    cpu = (many.cpu - start.cpu) / (few.cpu - start.cpu)
    print(f"1,000 against 100 entities, start-up taken off: {wall:.1f}x the time, {cpu:.1f}x the CPU (10x is linear)")
    modules = imported()
    unwanted = sorted({name.partition(".")[0] for name in modules} & DATABASE_LIBRARIES)
    print(f"modules imported without proofs: {len(modules)}; of a database: {', '.join(unwanted) or 'none'}")


if __name__ == "__main__":
    main()
