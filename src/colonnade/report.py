"""The report of a build: every law with its evidence, and the findings, as Markdown and as JSON values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from colonnade.findings import Finding, Proof

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~$])")


def markdown(proofs: Sequence[Proof], findings: Sequence[Finding], titles: Mapping[str, str]) -> str:
    """`.colonnade/report.md`: a summary, what failed, a table a law, and the findings; `titles` are those of laws."""
    failed = [proof for proof in proofs if not proof.passed]
    sections = [
        "# What was proven",
        _summary(proofs, failed),
        *_failures(failed),
        *(part for law, some in by_law(proofs).items() for part in _law(law, some, titles)),
        *_findings(findings),
    ]
    return "\n\n".join(sections) + "\n"


def as_json(proofs: Sequence[Proof], findings: Sequence[Finding]) -> dict[str, object]:
    """The report as values for `json.dumps`: counts, then every proof and finding."""
    return {
        "passed": sum(proof.passed for proof in proofs),
        "failed": sum(not proof.passed for proof in proofs),
        "laws": {law: {"passed": sum(one.passed for one in some), "total": len(some)}
                 for law, some in by_law(proofs).items()},
        "proofs": [proof.json() for proof in proofs],
        "findings": [finding.json() for finding in findings],
    }  # fmt: skip


def by_law(proofs: Sequence[Proof]) -> dict[str, list[Proof]]:
    """The proofs of each law, laws in the order of their first proof."""
    found: dict[str, list[Proof]] = {}
    for proof in proofs:
        found.setdefault(proof.law, []).append(proof)
    return found


def _summary(proofs: Sequence[Proof], failed: Sequence[Proof]) -> str:
    if not proofs:
        return "Nothing was proven: these files were written without a database."
    laws = len(by_law(proofs))
    verdict = "All hold." if not failed else f"{len(failed)} failed."
    return f"{len(proofs)} proofs of {laws} laws on PostgreSQL. {verdict}"


def _failures(failed: Sequence[Proof]) -> Iterator[str]:
    if failed:
        yield "## What failed"
        yield "\n".join(f"- **{_text(one.law)}**, {_text(one.subject)}: {_text(one.evidence)}" for one in failed)


def _law(name: str, proofs: Sequence[Proof], titles: Mapping[str, str]) -> Iterator[str]:
    yield f"## {name}"
    if name in titles:
        yield _text(titles[name])
    spent = sum(proof.milliseconds for proof in proofs)
    held = sum(proof.passed for proof in proofs)
    yield f"{held} of {len(proofs)} hold, {spent:.0f} ms."
    rows = [
        f"| {'holds' if one.passed else '**fails**'} | {_text(one.subject)} | {_text(one.evidence)} |" for one in proofs
    ]
    yield "\n".join(["| | Subject | Evidence |", "|---|---|---|", *rows])


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    yield "## Findings"
    if not findings:
        yield "None."
        return
    cells = [(one.severity, one.rule, str(one.place or ""), one.message, one.fix) for one in findings]
    rows = [f"| {' | '.join(map(_text, row))} |" for row in cells]
    yield "\n".join(["| | Rule | Place | Message | What to do |", "|---|---|---|---|---|", *rows])


def _text(words: str) -> str:
    """`words` as plain text in Markdown: names and values from documents are data, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(words.split()))
