"""Measures the compile path as whole cold processes: seconds (median of runs) and peak memory, and how both grow.

Run by `make bench`. Targets, on two cores: the example without proofs 0.6 s, with all proofs 6 s; a list of 1,000
entities 5 s and 300 MB, linear from 100. `--compare` puts a bare interpreter and `alembic --help` beside them.
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


@dataclass(frozen=True)
class Figure:
    """Median wall seconds and largest resident set of several runs of one command."""

    seconds: float
    megabytes: float


def measure(command: list[str], runs: int) -> Figure:
    """Runs `command` in a new folder each time, once to warm the disk's cache and then `runs` times."""
    seconds, megabytes = [], []
    for number in range(runs + 1):
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            process = subprocess.Popen([*command, "--out", folder], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            assert process.stderr is not None
            errors = process.stderr.read().decode()
            _, status, usage = os.wait4(process.pid, 0)
            took = time.perf_counter() - began
        if os.waitstatus_to_exitcode(status) != 0:
            raise SystemExit(f"{' '.join(command)} failed:\n{errors[-2000:]}")
        if number:
            seconds.append(took)
            megabytes.append(usage.ru_maxrss / 1024)
    return Figure(statistics.median(seconds), max(megabytes))


def entity_list(count: int) -> str:
    """An entity list of `count` entities with ten attributes each, every tenth one pointing at the one before."""
    entities = []
    for number in range(count):
        entity: dict[str, object] = {
            "name": f"Entity{number}",
            "attributes": {
                "id": "uuid",
                "user_id": "uuid",
                "title": "string(200)",
                "description": "text",
                "status": "enum(todo,in_progress,done)",
                "amount": "decimal(10,2)",
                "due_date": "date",
                "tags": "text[]",
                "created_at": "timestamp",
                "updated_at": "timestamp",
            },
            "indexes": ["user_id", "status"],
            "constraints": ["title NOT NULL", "user_id NOT NULL", "amount >= 0"],
            "relationships": [
                {"type": "many-to-one", "target_entity": "User", "foreign_key": "user_id", "cascade": "CASCADE"}
            ],
        }
        entities.append(entity)
    return json.dumps({"spec_file": "specs/001-large/spec.md", "entities": entities})


def main() -> None:
    build = [sys.executable, "-m", "colonnade", "build"]
    bare = measure([sys.executable, "-c", "pass"], 5)
    example = measure([*build, str(EXAMPLE), "--no-prove"], 5)
    proven = measure([*build, str(EXAMPLE)], 5)
    rows = [("bare interpreter", bare), ("example, no proofs", example), ("example, all proofs", proven)]
    sizes = (100, 300, 1000)
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            path = Path(folder, f"entities-{size}.json")
            path.write_text(entity_list(size))
            rows.append((f"{size:,} entities, no proofs", measure([*build, str(path), "--no-prove"], 3)))
    print(f"{'':28}{'seconds':>9}{'MB':>7}{'x bare':>8}")
    for name, figure in rows:
        print(f"{name:28}{figure.seconds:9.2f}{figure.megabytes:7.0f}{figure.seconds / bare.seconds:8.1f}")
    growth = (rows[-1][1].seconds - example.seconds) / (rows[-3][1].seconds - example.seconds)
    print(f"1,000 against 100 entities, start-up taken off: {growth:.1f}x the time (10x is linear)")


if __name__ == "__main__":
    main()
