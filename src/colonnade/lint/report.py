"""Findings as text, JSON, SARIF 2.1.0 and GitHub annotations."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from colonnade.findings import RULES, Finding, Severity
from colonnade.lint.pages import markdown, prose
from colonnade.version import __version__

Findings = Sequence[Finding]

SARIF_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "note"}
GITHUB_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def text(findings: Findings) -> str:
    """One line a finding, and a line that counts them."""
    counts = [(sum(one.severity == level for one in findings), level) for level in SARIF_LEVELS]
    total = ", ".join(f"{number} {level}{'' if number == 1 else 's'}" for number, level in counts if number)
    return "\n".join([*map(str, findings), f"{total or 'No findings'}."])


def as_json(findings: Findings) -> str:
    """One JSON object; `ok` is whether there is no error among the findings."""
    return _dumped({"ok": not any(one.severity == "error" for one in findings), "findings": _values(findings)})


def sarif(findings: Findings) -> str:
    """SARIF 2.1.0: the rules that fired with their pages, and a result for each finding."""
    rules = sorted({finding.rule for finding in findings})
    driver = {
        "name": "colonnade",
        "version": __version__,
        "rules": [_sarif_rule(name) for name in rules],
    }
    results = [_sarif_result(finding, rules.index(finding.rule)) for finding in findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return _dumped({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _sarif_rule(name: str) -> dict[str, Any]:
    rule = RULES[name]
    return {
        "id": name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": prose(rule)},
        "help": {"text": rule.page, "markdown": markdown(rule)},
        "defaultConfiguration": {"level": SARIF_LEVELS[rule.severity]},
        "properties": {"tags": [rule.id] if rule.id else []},
    }


def _sarif_result(finding: Finding, index: int) -> dict[str, Any]:
    message = finding.message + (f" Fix: {finding.fix}" if finding.fix else "")
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": SARIF_LEVELS[finding.severity],
        "message": {"text": message},
    }
    if finding.place is not None:
        where: dict[str, Any] = {"artifactLocation": {"uri": _uri(finding.place.file)}}
        if finding.place.line:
            column = {"startColumn": finding.place.column} if finding.place.column else {}
            where["region"] = {"startLine": finding.place.line, **column}
        result["locations"] = [{"physicalLocation": where}]
    return result


def _uri(file: str) -> str:
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def github(findings: Findings) -> str:
    """Workflow commands, one line a finding, that GitHub shows beside the lines of a change."""
    return "\n".join(map(_annotation, findings))


def _annotation(finding: Finding) -> str:
    place = finding.place
    properties = {"file": place.file, "line": place.line, "col": place.column} if place else {}
    parts = [f"{key}={_property(str(value))}" for key, value in {**properties, "title": finding.rule}.items() if value]
    message = finding.message + (f"; {finding.fix}" if finding.fix else "")
    return f"::{GITHUB_LEVELS[finding.severity]} {','.join(parts)}::{_data(message)}"


def _data(value: str) -> str:
    """The value as a workflow command takes it: a line break in it cannot start another command."""
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


def _values(findings: Findings) -> list[dict[str, object]]:
    return [finding.json() for finding in findings]


def _dumped(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


FORMATS: dict[str, Callable[[Findings], str]] = {"text": text, "json": as_json, "sarif": sarif, "github": github}
