"""What the policies cost at a million rows, against the explicit WHERE: the same conditions, at most 1.1x the buffers.

Run by `python bench/isolation.py [ROWS]`. The tables of examples/task-management are filled with ROWS rows of 1,000
users; each documented pattern with an index is run 30 times by turns, as the application behind the policies and as a
role that no policy binds and that has the same WHERE, and the medians of the buffers that they touch are compared.

Each form of search that is not leakproof is made by its function, which is compared with the same condition and order.

A pattern whose conditions are not all leakproof, as pg_proc says of the operators that its index would use, may touch
1.5x of what the unbound role touches. No clock is read, so a busy machine changes nothing.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from colonnade import api
from colonnade.design.schema import Function, QueryPattern, Schema
from colonnade.prove.attack.copy import OBSERVER, copied
from colonnade.prove.attack.source import of_design
from colonnade.server import connect, embedded
from colonnade.sql import ident, literal

EXAMPLE = Path(__file__).parent.parent / "examples" / "task-management"
USERS, RUNS = 1_000, 30
LEAKPROOF, OTHER = 1.1, 1.5
_CONDITION = re.compile(r'"Index Cond": "([^"]*)"')

LEAKY = """
SELECT a.attname FROM pg_index i
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_opclass c ON c.opcdefault AND c.opcmethod = (SELECT oid FROM pg_am WHERE amname = 'btree')
 AND (c.opcintype = t.oid OR (t.typtype = 'e' AND c.opcintype = 'anyenum'::regtype))
JOIN pg_amop o ON o.amopfamily = c.opcfamily AND o.amopstrategy = 3 AND o.amoplefttype = o.amoprighttype
JOIN pg_operator p ON p.oid = o.amopopr JOIN pg_proc f ON f.oid = p.oprcode
WHERE i.indexrelid = %s::regclass AND o.amoplefttype = c.opcintype AND NOT f.proleakproof
"""


@dataclass(frozen=True, slots=True)
class Measure:
    """One pattern: the median buffers of both, their index conditions, and the columns that are not leakproof."""

    title: str
    bound: float
    explicit: float
    same: bool
    leaky: tuple[str, ...]

    @property
    def ratio(self) -> float:
        return self.bound / self.explicit

    @property
    def holds(self) -> bool:
        return self.ratio <= OTHER if self.leaky else self.same and self.ratio <= LEAKPROOF


def fill(schema: Schema, connection: psycopg.Connection[Any], rows: int) -> str:
    """Fills the example's table by one statement and gives back a user; every value follows from the row's number."""
    enums = {ident(one.name): one.values for one in schema.database.enums}
    (table,) = schema.database.tables
    connection.execute("TRUNCATE tasks, users CASCADE")
    user = "md5('user' || n)::uuid"
    connection.execute(f"INSERT INTO users (id) SELECT {user} FROM generate_series(0, {USERS - 1}) AS n".encode())
    made = {
        "user_id": f"md5('user' || n % {USERS})::uuid",
        "created_at": "timestamptz '2024-01-01' + n * interval '1 s'",
        "due_date": "date '2024-01-01' + n % 365",
        "title": "'Task ' || n",
    }
    for column in table.columns:
        values = enums.get(column.type)
        if values:
            listed = ", ".join(f"{literal(one)}::{column.type}" for one in values)
            made[column.name] = f"(ARRAY[{listed}])[1 + n / {USERS} % {len(values)}]"
    columns, given = ", ".join(map(ident, made)), ", ".join(made.values())
    connection.execute("SET session_replication_role = replica")
    connection.execute(f"INSERT INTO tasks ({columns}) SELECT {given} FROM generate_series(1, {rows}) AS n".encode())
    connection.execute("VACUUM ANALYZE tasks")
    found = connection.execute("SELECT user_id::text FROM tasks ORDER BY id LIMIT 1").fetchone()
    return found[0] if found else ""


def arguments(pattern: QueryPattern, connection: psycopg.Connection[Any], user: str) -> str:
    """The values of a row of the user for the pattern's parameters, in the order of the columns that they meet."""
    names = dict(re.findall(r"(\w+) = \$(\d+)", pattern.sql))
    by_number = {int(number): name for name, number in names.items()}
    texts = ", ".join(f"{ident(by_number[one])}::text" for one in sorted(by_number))
    row = connection.execute(f"SELECT {texts} FROM tasks WHERE user_id = {literal(user)} LIMIT 1".encode()).fetchone()
    return ", ".join(
        f"{literal(text)}::{type_}" for text, type_ in zip(row or (), pattern.parameter_types, strict=True)
    )


def planned(connection: psycopg.Connection[Any], execute: str) -> tuple[int, str]:
    """The buffers that one run touches, and its index conditions."""
    found = connection.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {execute}".encode()).fetchone()
    plan = found[0][0]["Plan"] if found else {}
    text = json.dumps(plan)
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], " ".join(_CONDITION.findall(text))


def measured(
    pattern: QueryPattern, user: str, application: psycopg.Connection[Any], observer: psycopg.Connection[Any]
) -> Measure:
    """30 runs of both by turns."""
    execute = f"EXECUTE asked({arguments(pattern, observer, user)})".replace("()", "")
    types = f" ({', '.join(pattern.parameter_types)})" if pattern.parameter_types else ""
    for one in (application, observer):
        one.execute(f"PREPARE asked{types} AS {pattern.sql}".encode())
    runs = [(planned(application, execute), planned(observer, execute)) for _ in range(RUNS)]
    for one in (application, observer):
        one.execute("DEALLOCATE asked")
    leaky = tuple(sorted({row[0] for row in observer.execute(LEAKY, [pattern.index]).fetchall()}))
    bound, explicit = (median(pair[side][0] for pair in runs) for side in (0, 1))
    return Measure(pattern.title, bound, explicit, runs[0][0][1] == runs[0][1][1], leaky)


SEARCHED = """# Feature: Memos

## Key Entities

- **Memo**: what a user writes down. Attributes: user_id (uuid, required), title (string, 200), body (text), sku (citext), price (decimal(10,2)), tags (text[]), details (jsonb), planned (daterange).

## Indexes

- memos: sku
- memos: price
- memos: tags
- memos: details
- memos: planned

## Requirements

- FR-001: Memos offer full-text search on body.
- FR-002: Memos can be searched by title with partial matches.
"""  # noqa: E501
# Every value follows from the number of the row, and each user has each of them.
MADE = {
    "title": "'Memo number ' || n / {users} || ' of ' || n % {users}",
    "body": "'word' || n / {users} % 100 || ' among others'",
    "sku": "'Sku-' || n / {users} % 100",
    "price": "n / {users} % 100",
    "tags": "ARRAY['tag' || n / {users} % 100, 'every']",
    "details": "jsonb_build_object('colour', n / {users} % 100, 'kind', 'memo')",
    "planned": "daterange(date '2024-01-01' + n / {users}, date '2024-01-03' + n / {users})",
}
ASKED = {
    "words": "'word77'", "like": "'%number 77 of%'", "all": "'{tag77}'", "any": "'{tag77,tag78}'",
    "with": """'{"colour": 77}'""", "overlaps": "'[2024-03-18,2024-03-19)'", "at": "'2024-03-18'", "is": "'77'",
}  # fmt: skip


def searched(rows: int) -> list[Measure]:
    """Every form of search by its function, against its explicit condition, both as the example's patterns are."""
    with TemporaryDirectory() as folder:
        Path(folder, "spec.md").write_text(SEARCHED, encoding="utf-8")
        schema = api.design([folder], api.settings(start=Path(folder))).schema
    functions = {one.name: one for one in schema.database.functions}
    patterns = [one for one in schema.intent.patterns if one.function]
    with embedded() as server, copied(server, of_design(schema)) as copy:
        with connect(server.dsn(copy.name)) as administrator:
            administrator.execute("TRUNCATE memos, users CASCADE; SET session_replication_role = replica")
            values = ", ".join(MADE.values()).format(users=USERS)
            administrator.execute(
                f"INSERT INTO memos (user_id, {', '.join(MADE)}) SELECT md5('user' || n % {USERS})::uuid, {values}"
                f" FROM generate_series(1, {rows}) AS n".encode()
            )
            administrator.execute("VACUUM ANALYZE memos")
            user = administrator.execute("SELECT md5('user7')::uuid::text").fetchone()
        with (
            connect(server.dsn(copy.name, copy.application)) as application,
            connect(server.dsn(copy.name, OBSERVER)) as observer,
        ):
            for one in (application, observer):
                one.execute("SET max_parallel_workers_per_gather = 0; SET jit = off")
            whose = literal(user[0] if user else "")
            application.execute(f"SELECT set_config({literal(schema.intent.setting)}, {whose}, false)".encode())
            return [_search(one, functions[one.function or ""], whose, application, observer) for one in patterns]


def _search(
    pattern: QueryPattern,
    function: Function,
    whose: str,
    application: psycopg.Connection[Any],
    observer: psycopg.Connection[Any],
) -> Measure:
    given = ASKED[function.name.rpartition("_")[2]] if function.name != "search_memos" else ASKED["words"]
    given = "'Sku-77'" if function.name == "search_memos_sku_is" else given
    query = function.body.partition("RETURN QUERY ")[2].partition(";")[0]
    mine = re.sub(r"user_id = \(SELECT .*\)", f"user_id = {whose}", query)
    explicit = mine.replace("$1", f"{given}::{pattern.parameter_types[0]}").replace("$2", "50")
    call = f"SELECT * FROM {ident(function.name)}({given})"
    runs = [(planned(application, call)[0], planned(observer, explicit)[0]) for _ in range(RUNS)]
    bound, free = (median(pair[side] for pair in runs) for side in (0, 1))
    return Measure(pattern.title, bound, free, False, (pattern.index or "",))


def main(rows: int) -> int:
    schema = api.design([str(EXAMPLE)], api.settings(start=EXAMPLE)).schema
    with embedded() as server, copied(server, of_design(schema)) as copy:
        with connect(server.dsn(copy.name)) as administrator:
            user = fill(schema, administrator, rows)
        with (
            connect(server.dsn(copy.name, copy.application)) as application,
            connect(server.dsn(copy.name, OBSERVER)) as observer,
        ):
            for one in (application, observer):
                one.execute(
                    "SET plan_cache_mode = force_custom_plan; SET max_parallel_workers_per_gather = 0; SET jit = off"
                )
            application.execute("SELECT set_config(%s, %s, false)", (schema.intent.setting, user))
            patterns = [one for one in schema.intent.patterns if one.index]
            found = [measured(one, user, application, observer) for one in patterns]
    found += searched(rows)
    for one in found:
        kind = f"not leakproof: {', '.join(one.leaky)}" if one.leaky else "leakproof"
        same = "the same conditions" if one.same else "other conditions"
        sys.stdout.write(
            f"{'ok  ' if one.holds else 'MISS'}  {one.title:45} {one.bound:8.0f} : {one.explicit:<8.0f}"
            f" {one.ratio:5.2f}x"
            f"  {same}; {kind}\n"
        )
    sys.stdout.write(f"{sum(one.holds for one in found)}/{len(found)} patterns hold at {rows} rows\n")
    return 0 if all(one.holds for one in found) else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
