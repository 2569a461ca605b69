"""Measures the attack suite on a schema of 20 tables of users, each pointing at the one before; target: 10 s.

Run by `make bench`. The clock counts the copy, its rows and all attacks, without the start of the server.
"""

from __future__ import annotations

import json
import sys
import time

from colonnade.config import Settings
from colonnade.design.engine import design
from colonnade.prove.attack import Report, attacked, report
from colonnade.prove.attack.source import of_design
from colonnade.server import embedded
from colonnade.sources import entities

TABLES = 20
TARGET_SECONDS = 10


def entity(number: int) -> dict[str, object]:
    """An entity of users with an enum and a date; all but the first point at the one before."""
    attributes = {"id": "uuid", "user_id": "uuid", "title": "string(200)", "status": "enum(todo,done)", "due": "date"}
    relationships = [{"type": "many-to-one", "target_entity": "User", "foreign_key": "user_id", "cascade": "CASCADE"}]
    if number:
        target = f"Thing{number - 1:02d}"
        attributes["parent_id"] = "uuid"
        relationships.append(
            {"type": "many-to-one", "target_entity": target, "foreign_key": "parent_id", "cascade": "CASCADE"}
        )
    return {
        "name": f"Thing{number:02d}",
        "attributes": attributes,
        "constraints": ["title NOT NULL", "user_id NOT NULL"],
        "relationships": relationships,
        "soft_delete": number % 3 == 0,
    }


def measured() -> tuple[float, Report]:
    """The seconds that the suite takes, and what it found."""
    document = {"spec_file": "specs/001-things/spec.md", "entities": [entity(one) for one in range(TABLES)]}
    schema, _ = design(entities.read(json.dumps(document), "things.json"), Settings())
    with embedded() as server:
        started = time.perf_counter()
        found = attacked(server, of_design(schema))
        return time.perf_counter() - started, found


if __name__ == "__main__":
    seconds, found = measured()
    sys.stdout.write(f"{report.summary(found)} {seconds:.1f} s, target {TARGET_SECONDS} s\n")
    sys.exit(0 if seconds <= TARGET_SECONDS and found.holds else 1)
