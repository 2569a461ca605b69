"""Values for the rows that a table in use has already: written a few pages at a time, in nobody's way."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from colonnade.ops.columns import AddColumn, SetDefault, TableName
from colonnade.ops.op import Op, words
from colonnade.ops.step import Step
from colonnade.sql import dollar, ident, literal, qualified

SYNC_TRIGGERS = ("!sync", "~sync")
"""The triggers that keep two columns alike: names that sort before and after all that people write."""

PAGES = 16
"""How many pages one transaction fills: some thousand rows, which are locked for some ten milliseconds."""

VOLATILE = frozenset(
    {
        "gen_random_uuid", "uuidv4", "uuidv7", "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4",
        "random", "random_normal", "clock_timestamp", "timeofday", "nextval", "gen_random_bytes", "gen_salt",
    }
)  # fmt: skip
"""Functions of PostgreSQL, pgcrypto and uuid-ossp that give another value each time they are called."""


def is_volatile(expression: str, functions: Collection[str]) -> bool:
    """Whether `expression` calls a function that is volatile; `functions` are those of the schema that are."""
    called = {name.rpartition(".")[2] for name in words(expression)}
    return not called.isdisjoint(VOLATILE | frozenset(map(ident, functions)))


def expanded(op: AddColumn) -> tuple[Op, ...]:
    """The column without a value, and the default for rows to come: neither reads nor writes a row."""
    bare = replace(op.column, default=None, nullable=True, not_null_name=None)
    return (replace(op, column=bare), SetDefault(op.table, op.name, None, op.column.default))


def backfill(table: TableName, column: str, value: str = "DEFAULT", zone: str | None = None) -> Step:
    """Gives each row that has none its value, by default the default; to be run alone, and again after a stop.

    `zone` is the time zone in which it is worked out, where that matters.

    Each transaction takes a few pages and leaves rows aside that somebody else is changing, so it never waits for
    anybody. Triggers keep still, so that no row seems to have been changed by a person; where the role may not see to
    that and there are some, it says so and stops.
    """
    name = qualified(*table)
    missing = f"{ident(column)} IS NULL" + ("" if value == "DEFAULT" else f" AND ({value}) IS NOT NULL")
    text = BLOCK.format(
        table=name, relation=literal(name).strip(), column=ident(column), pages=PAGES, value=value, missing=missing,
        zone=f"\n            SET LOCAL timezone = {literal(zone).strip()};" if zone else "",
        ours=", ".join(literal(one).strip() for one in SYNC_TRIGGERS),
    )  # fmt: skip
    note = f"fills {name}.{ident(column)} in transactions of {PAGES} pages"
    return Step(f"DO {dollar(text)}", ((name, "ROW EXCLUSIVE"),), (name,), (), None, False, note)


# A column may be called like a variable, so these are said with the name of the block before them.
BLOCK = """
#variable_conflict use_column
<<colonnade_backfill>>
DECLARE
    page bigint;
    pages bigint;
    changed bigint;
    total bigint := 0;
    may boolean := has_parameter_privilege('session_replication_role', 'SET');
    begun timestamptz := clock_timestamp();
    told timestamptz := clock_timestamp();
BEGIN
    IF NOT may AND EXISTS (
        SELECT FROM pg_catalog.pg_trigger
        WHERE tgrelid = {relation}::regclass AND NOT tgisinternal AND tgtype & 16 <> 0 AND tgenabled <> 'D'
        AND tgname NOT IN ({ours})
    ) AND EXISTS (SELECT FROM {table} WHERE {missing}) THEN
        RAISE EXCEPTION 'the triggers of % would take the backfill for changes', {relation} USING HINT = format(
            'as an administrator: GRANT SET ON PARAMETER session_replication_role TO %I', current_user
        );
    END IF;
    LOOP
        page := 0;
        pages := pg_relation_size({relation}::regclass) / current_setting('block_size')::bigint;
        WHILE page <= pages LOOP
            PERFORM set_config('row_security', 'off', true);{zone}
            IF may THEN
                PERFORM set_config('session_replication_role', 'replica', true);
            END IF;
            UPDATE {table} SET {column} = {value} WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM {table}
                WHERE ctid >= format('(%s,0)', colonnade_backfill.page)::tid
                AND ctid < format('(%s,0)', colonnade_backfill.page + {pages})::tid
                AND {missing}
                FOR NO KEY UPDATE SKIP LOCKED
            ));
            GET DIAGNOSTICS changed = ROW_COUNT;
            COMMIT;
            total := total + changed;
            page := page + {pages};
            IF clock_timestamp() - told > interval '1 second' THEN
                told := clock_timestamp();
                RAISE NOTICE '% rows filled, % a second, page % of %', total,
                    round(total / extract(epoch FROM told - begun)), least(page, pages), pages;
            END IF;
        END LOOP;
        PERFORM set_config('row_security', 'off', true);
        EXIT WHEN NOT EXISTS (SELECT FROM {table} WHERE {missing});
        COMMIT;
        PERFORM pg_sleep(0.05);
    END LOOP;
    RAISE NOTICE '% rows filled', total;
END
"""
