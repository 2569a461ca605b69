"""How well Markdown is read: F1 by the main form of the document over the corpus in tests/cases, first try and now.

Run by `make read-scores`. `--record [CASE…]` keeps the first-try score of documents that have none;
`--mistakes [CASE…]` lists what was missed and invented.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from statistics import fmean

from support.corpus import Case, cases, first_tries, judged, record_first_tries
from support.reading_scores import WEIGHTS, Score, Sheet, combined, total


def row(label: str, now: Sequence[Score], first: Sequence[Score]) -> str:
    """A line of the table: micro F1 of each part and combined, macro of the combined one; first try, then now."""
    cells = [f"{label:<16}{len(now):>5}"]
    before, after = total(first), total(now)
    cells += [f"{_figure(before[part].f1)} {_figure(after[part].f1)}" for part in WEIGHTS]
    cells.append(f"{_figure(combined(before) if first else None)} {_figure(combined(after))}")
    macro = fmean(map(combined, first)) if first else None
    cells.append(f"{_figure(macro)} {_figure(fmean(map(combined, now)))}")
    return " | ".join(cells)


def _figure(value: float | None) -> str:
    return "    -" if value is None else f"{value:.3f}"


def print_table(marked: Sequence[tuple[Case, Sheet]]) -> None:
    first = first_tries()
    titles = (f"{'form':<16} docs", *(f"{title:<11}" for title in (*WEIGHTS, "combined", "macro")))
    print(" | ".join(titles))
    print(" | ".join((" " * 21, *["first now  "] * 6)))
    forms = sorted({case.form for case, _ in marked})
    for form in (*forms, "all"):
        chosen = [(case, sheet) for case, sheet in marked if form in ("all", case.form)]
        tries = [first[case.fingerprint] for case, _ in chosen if case.fingerprint in first]
        print(row(form, [sheet.score for _, sheet in chosen], tries))


def print_mistakes(marked: Sequence[tuple[Case, Sheet]], names: Sequence[str]) -> None:
    for case, sheet in marked:
        if not names or case.name in names:
            print(f"{case.name} ({case.form}): {combined(sheet.score):.3f}")
            print("".join(f"    {mistake}\n" for mistake in sheet.mistakes), end="")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", nargs="*", metavar="CASE", help="keep first-try scores")
    parser.add_argument("--mistakes", nargs="*", metavar="CASE", help="list what was missed and invented")
    chosen = parser.parse_args()
    marked = [(case, judged(case)) for case in cases()]
    if chosen.record is not None:
        wanted = [(case, sheet.score) for case, sheet in marked if not chosen.record or case.name in chosen.record]
        print(f"{record_first_tries(wanted)} first tries recorded")
    if chosen.mistakes is not None:
        print_mistakes(marked, chosen.mistakes)
    print_table(marked)


if __name__ == "__main__":
    main()
