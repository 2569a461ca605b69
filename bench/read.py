"""What `colonnade read` costs: a megabyte of Markdown of many shapes, and one small document.

Run by `make bench`, or with names of shapes. The figures are seconds of CPU of a whole process, start and printing
included, so that they mean the same on a busy machine; beside a megabyte stands half of one, which shows how the time
grows: where it grows as the document does, the whole takes twice what the half takes, less the start.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from support.corpus import CASES
from support.large_pages import KINDS, page

READ = (sys.executable, "-m", "colonnade", "read", "--json")
MEGABYTE = 1_000_000
SMALL = CASES / "read-brewery-csharp" / "data-model.md"


def cpu(path: Path) -> tuple[float, int]:
    """The seconds of CPU that one reading of `path` takes, and the megabytes of memory."""
    process = subprocess.Popen((*READ, str(path)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    # A document without data is read as well, and said to hold none.
    if os.waitstatus_to_exitcode(status) not in (0, 2):
        raise SystemExit(f"{path} was not read")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


def main() -> None:
    kinds = sys.argv[1:] or list(KINDS)
    start, _ = cpu(SMALL)
    print(f"{'one small document':26}{start:7.2f} s of CPU")
    print(f"{'':26}{'half a MB':>11}{'1 MB':>8}{'MB used':>9}{'growth':>8}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "spec.md")
        for kind in kinds:
            path.write_text(page(kind, MEGABYTE // 2), encoding="utf-8")
            half, _ = cpu(path)
            path.write_text(page(kind, MEGABYTE), encoding="utf-8")
            whole, memory = cpu(path)
            growth = (whole - start) / max(half - start, 0.01)
            print(f"{kind:26}{half:11.2f}{whole:8.2f}{memory:9}{growth:8.1f}", flush=True)


if __name__ == "__main__":
    main()
