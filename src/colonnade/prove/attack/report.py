"""The isolation matrix: attacks by tables, the evidence of each, and the exploits of those that went through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from colonnade.prove.attack.registry import Attempt, Verdict
from colonnade.prove.attack.suite import NO_ROWS, Report, ordered

MARKS = {
    Verdict.HELD: "+",
    Verdict.LEAKED: "LEAK",
    Verdict.UNPROVEN: "?",
    Verdict.ACCEPTED: "~",
    Verdict.NOT_APPLICABLE: ".",
}
LEGEND = "+ held   LEAK leaked   ? unproven   ~ accepted channel   . not applicable"
WIDE = 12
"""Columns are headed by a number where the names of all tables together would be too wide."""


def text(report: Report) -> str:
    """The matrix, then the evidence, then what leaked, with statements that show it."""
    lines = [f"Attacked as {report.application}; the policies read the user from {report.setting}.", ""]
    lines += [*_matrix(report), "", LEGEND, ""]
    lines += [f"not attacked: {one}" for one in report.unclear]
    lines += [f"belongs to no user, not attacked: {one}" for one in report.apart]
    lines += [
        f"not covered: {one} has no row-level security; the application has no privilege on it, and that alone keeps it"
        for one in report.uncovered
    ]
    lines += [f"not copied, since this server does not have it: extension {one}" for one in report.left_out]
    lines += _evidence(report)
    for verdict, title in ((Verdict.ACCEPTED, "Accepted channels"), (Verdict.LEAKED, "Leaks, each with an exploit")):
        some = report.of(verdict)
        if some:
            lines += ["", f"{title}:", *(line for one in some for line in _shown(one))]
    return "\n".join([*lines, "", summary(report)])


def summary(report: Report) -> str:
    """How many attacks there were and what came of them, in one line."""
    counts = Counter(one.result.verdict for one in report.attempts)
    tables = len({one.table for one in report.attempts})
    if not tables:
        return "No table was attacked: none has row-level security with an owner column, or a column such as user_id."
    words = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    return f"{len(report.attempts)} attacks on {tables} table{'' if tables == 1 else 's'}: {words}."


def as_json(report: Report) -> dict[str, object]:
    """The report as values for `json.dumps`."""
    counts = Counter(one.result.verdict for one in report.attempts)
    return {
        "ok": report.holds,
        "application": report.application,
        "setting": report.setting,
        "counts": {verdict.value: counts[verdict] for verdict in Verdict},
        "unclear": list(report.unclear),
        "apart": list(report.apart),
        "left_out": list(report.left_out),
        "uncovered": list(report.uncovered),
        "attacks": [_value(one) for one in report.attempts],
    }


def page() -> str:
    """All attacks as a Markdown table, theme by theme, for the page about isolation."""
    rows = [f"| `{one.name}` | {one.theme} | {' '.join(one.page.split())} |" for one in ordered()]
    return "\n".join(["| attack | theme | what must hold |", "| --- | --- | --- |", *rows])


def _value(attempt: Attempt) -> dict[str, object]:
    result = attempt.result
    return {
        "table": attempt.table,
        "attack": attempt.attack.name,
        "theme": attempt.attack.theme,
        "claim": attempt.attack.page,
        "verdict": result.verdict.value,
        "evidence": result.evidence,
        "exploit": list(result.exploit),
        "stronger": result.stronger,
    }


def _matrix(report: Report) -> Iterator[str]:
    tables = list(dict.fromkeys(one.table for one in report.attempts))
    marks = {(one.attack.name, one.table): MARKS[one.result.verdict] for one in report.attempts}
    names = list(dict.fromkeys(one.attack.name for one in report.attempts))
    numbered = any(len(table) > WIDE for table in tables) or len(tables) > WIDE
    heads = [str(place) for place, _ in enumerate(tables, 1)] if numbered else tables
    if numbered:
        yield from (f"{place:>3}  {table}" for place, table in enumerate(tables, 1))
        yield ""
    widths = [max(len(head), 4) for head in heads]
    first = max(map(len, names), default=0)
    yield "  ".join([" " * first, *(head.center(width) for head, width in zip(heads, widths, strict=True))]).rstrip()
    for name in names:
        cells = (marks[name, table].center(width) for table, width in zip(tables, widths, strict=True))
        yield "  ".join([name.ljust(first), *cells]).rstrip()


def _evidence(report: Report) -> Iterator[str]:
    width = max((len(one.result.verdict) for one in report.attempts), default=0)
    empty = dict.fromkeys(one.table for one in report.attempts if one.result is NO_ROWS)
    yield from (f"{NO_ROWS.verdict:<{width}}  {table}: every attack: {NO_ROWS.evidence}" for table in empty)
    for one in report.attempts:
        if one.result is not NO_ROWS:
            yield f"{one.result.verdict:<{width}}  {one.table}: {one.attack.name}: {one.result.evidence}"


def _shown(attempt: Attempt) -> Iterator[str]:
    yield f"  {attempt.table}: {attempt.attack.name}: {attempt.result.evidence}"
    if attempt.result.stronger:
        yield f"      stronger: {attempt.result.stronger}"
    yield from (f"      {line}" for line in attempt.result.exploit)
