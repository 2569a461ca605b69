"""Partitions: large tables divided by time or by a hash, as the documents ask."""

from __future__ import annotations

import re
from collections.abc import Iterable

from colonnade import sql
from colonnade.design.draft import Fact
from colonnade.design.schema import Exclusion, Function, PrimaryKey, Reason, Unique
from colonnade.design.work import Blueprint, Link, Work, found, stated
from colonnade.findings import declare, rule
from colonnade.values import replace
from colonnade.vocabulary import wishes
from colonnade.vocabulary.partitions import COUNT, HASH, MOMENTS, PARTS, STEPS

REFUSED = declare(
    "partition-refused",
    """A table that is to be divided is pointed at, or keeps something unique, by columns that do not divide it.

    PostgreSQL keeps keys within one partition only, so every key of the table must hold the dividing column. The table
    stays whole. Let what points at it carry that column, or give up the other key.
    """,
)
KEPT = declare(
    "retention-without-partitions",
    """A document says how long rows are kept, and the table is not divided by time.

    Old rows are then deleted one by one, which costs as much as writing them. Divide the table by time: dropping a
    partition costs nothing.
    """,
)


@rule("partitions")
def partitions(work: Work) -> Work:
    """A table that a document divides has partitions, by time or by a hash, and every key holds what divides it.

    By time there is a partition for what has none yet, and a function that makes the coming ones ahead and drops those
    that are older than the stated retention; a scheduler runs it as the owner. By hash all partitions are there from
    the start. Partitions have row-level security of their own without any policy, and no privileges: rows are reached
    through the whole table alone.
    """
    incoming: dict[str, list[Link]] = {}
    for link in work.links:
        incoming.setdefault(link.parent, []).append(link)
    tables = dict(work.tables)
    functions = list(work.functions)
    for name, one in work.tables.items():
        wish = None if one.external else one.wish(wishes.PARTITION)
        if wish is not None:
            tables[name], made = _divided(work, one, wish, incoming.get(name, ()))
            functions += made
        elif not one.external and (kept := one.wish(wishes.RETENTION)):
            message = f"rows of {name} are kept for a time, and nothing divides the table by it"
            fix = "say that it is partitioned, and by which column"
            tables[name] = replace(one, findings=one.findings + found(KEPT, message, kept.place, fix, "note"))
    return replace(work, tables=tables, functions=tuple(functions))


def _divided(
    work: Work, blueprint: Blueprint, wish: Fact[str], incoming: Iterable[Link]
) -> tuple[Blueprint, list[Function]]:
    hashed = HASH.search(wish.value) is not None and not _step(wish.value)
    column = _column(blueprint, wish.value, hashed)
    fault = _fault(blueprint, column, incoming)
    if column is None or fault:
        message = f"{blueprint.name} is to be divided by {column or 'a column that it does not have'}: {fault}"
        fix = "name the dividing column in every key, or leave the table whole"
        return replace(blueprint, findings=blueprint.findings + found(REFUSED, message, wish.place, fix)), []
    keyed = _with_key(blueprint, column)
    reasons = (*keyed.reasons, Reason(f"{blueprint.name}/partitions", stated(wish.place)))
    keyed = replace(keyed, reasons=reasons)
    if hashed:
        count = _count(wish.value)
        names = (sql.shorten(f"{blueprint.name}_p{number}") for number in range(count))
        parts = tuple((name, f"FOR VALUES WITH (modulus {count}, remainder {at})") for at, name in enumerate(names))
        return replace(keyed, partition_by=f"HASH ({sql.ident(column)})", partitions=parts), []
    whole = replace(
        keyed, partition_by=f"RANGE ({sql.ident(column)})",
        partitions=((sql.shorten(f"{blueprint.name}_default"), "DEFAULT"),),
    )  # fmt: skip
    return whole, [_keeper(work, whole, _step(wish.value) or "month")]


def _step(text: str) -> str:
    """The step of time that the words name; empty where they name none."""
    return next((name for name, pattern, _, _ in STEPS if pattern.search(text)), "")


def _count(text: str) -> int:
    match = COUNT.search(text)
    return min(max(int(match[1] or match[2]), 2), 1024) if match else PARTS


def _column(blueprint: Blueprint, text: str, hashed: bool) -> str | None:
    """The dividing column: the first that the words name, else the owner, or the moment at which the row was made."""
    for word in re.findall(r"[^\W\d]\w*", text):
        named = blueprint.column(word)
        if named and (hashed or _is_time(blueprint, named)):
            return named
    if hashed:
        return blueprint.owner
    return next((one for one in MOMENTS if one in blueprint.columns and _is_time(blueprint, one)), None)


def _is_time(blueprint: Blueprint, column: str) -> bool:
    return (
        blueprint.columns[column].type.startswith(("timestamp", "date")) and "[]" not in blueprint.columns[column].type
    )


def _fault(blueprint: Blueprint, column: str | None, incoming: Iterable[Link]) -> str:
    if column is None:
        return "no such column is known"
    for link in incoming:
        if column not in link.parent_columns and not (link.carried and column == blueprint.owner):
            return f"{link.child} points at it without that column"
    for one in blueprint.constraints:
        if isinstance(one, Unique) and column not in one.columns:
            return f"({', '.join(one.columns)}) is unique without it"
        if isinstance(one, Exclusion):
            return f"{one.name} compares rows of all partitions"
    return ""


def _with_key(blueprint: Blueprint, column: str) -> Blueprint:
    """`blueprint` with the dividing column in its key, and not empty."""
    key = blueprint.key if column in blueprint.key else (*blueprint.key, column)
    constraints = tuple(
        replace(one, columns=key) if isinstance(one, PrimaryKey) else one
        for one in blueprint.constraints
        if not (isinstance(one, Unique) and set(one.columns) == set(key))
    )
    columns = {**blueprint.columns, column: replace(blueprint.columns[column], nullable=False)}
    return replace(blueprint, columns=columns, key=key, constraints=constraints)


def _keeper(work: Work, blueprint: Blueprint, step: str) -> Function:
    """The function that makes coming partitions, and drops those whose rows need not be kept any longer."""
    retention = _retention(blueprint)
    making = _MAKING if work.settings.row_level_security else _MAKING.replace(_SECURING, "")
    body = making + (_DROPPING if retention else "") + "END;\n"
    for word, text in _words(work, blueprint, step, retention).items():
        body = body.replace(f"<{word}>", text)
    kept = f", and drops those of rows older than {retention}" if retention else ""
    path = ("search_path=pg_catalog, pg_temp",) if work.settings.function_search_path else ()
    return Function(
        sql.shorten(f"keep_{blueprint.name}_partitions"), arguments="ahead integer DEFAULT 3",
        identity_arguments="ahead integer", returns="void", body=body, settings=("TimeZone=UTC", *path),
        comment=f"Makes the partitions of {blueprint.name} ahead{kept}; run it by a scheduler as the owner",
    )  # fmt: skip


def _words(work: Work, blueprint: Blueprint, step: str, retention: str) -> dict[str, str]:
    interval, form = next((length, form) for name, _, length, form in STEPS if name == step)
    whole = f"{sql.ident(blueprint.schema)}.{sql.ident(blueprint.name)}"
    create = f"CREATE TABLE %I.%I PARTITION OF {whole.replace('%', '%%')} FOR VALUES FROM (%L) TO (%L)"
    texts = {"create": create, "whole": whole, "schema": blueprint.schema, "prefix": f"{blueprint.name}_p"}
    return {**{word: sql.literal(text).strip() for word, text in texts.items()},
            "step": step, "interval": interval, "form": form, "retention": retention}  # fmt: skip


_MAKING = """
DECLARE
    start timestamptz := date_trunc('<step>', CURRENT_TIMESTAMP);
    part text;
BEGIN
    FOR number IN 0..ahead LOOP
        part := <prefix> || to_char(start + number * interval '<interval>', '<form>');
        IF to_regclass(format('%I.%I', <schema>, part)) IS NULL THEN
            EXECUTE format(<create>, <schema>, part,
                start + number * interval '<interval>', start + (number + 1) * interval '<interval>');
            EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', <schema>, part);
        END IF;
    END LOOP;
"""
_SECURING = next(line for line in _MAKING.splitlines(keepends=True) if "ROW LEVEL SECURITY" in line)
_DROPPING = """    FOR part IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = <whole>::regclass AND c.relname ~ '_p[0-9_]+$' AND c.relname
            < <prefix> || to_char(date_trunc('<step>', CURRENT_TIMESTAMP - interval '<retention>'), '<form>')
    LOOP
        EXECUTE format('DROP TABLE %I.%I', <schema>, part);
    END LOOP;
"""


def _retention(blueprint: Blueprint) -> str:
    """How long rows are kept, as an interval; empty where no document says."""
    wish = blueprint.wish(wishes.RETENTION)
    pattern = re.compile(r"(?P<count>\d{1,4})\s*-?(?P<unit>day|week|month|year)s?", re.IGNORECASE)
    match = (wishes.BY_NAME[wishes.RETENTION].words.search(wish.value) or pattern.search(wish.value)) if wish else None
    return f"{match['count']} {match['unit'].lower()}s" if match else ""
