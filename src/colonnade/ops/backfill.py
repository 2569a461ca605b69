"""Values for the rows that a table in use has already: written a few pages at a time, in nobody's way."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from colonnade.ops.columns import AddColumn, SetDefault, TableName
from colonnade.ops.op import Op, words
from colonnade.ops.step import Step
from colonnade.sql import dollar, ident, literal, qualified

SYNC_TRIGGERS = ("!sync", "~sync")
"""The triggers that keep two columns alike: names that sort before and after all that people write."""

PAGES = 8
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


def backfill(table: TableName, columns: Mapping[str, str | None], zone: str | None = None) -> Step:
    """Gives each row that has none its values, by column, None the default; to be run alone, and again after a stop.

    Each transaction takes a few pages and leaves rows aside that somebody else is changing, so it never waits for
    anybody; after it comes a rest as long as that took. Triggers keep still, so that no row seems to have been changed
    by a person; where the role may not see to that and there are some, it says so and stops. `zone` is the time zone
    in which values are worked out, where that matters.
    """
    name = qualified(*table)
    text = BLOCK.format(
        table=name,
        relation=literal(name).strip(),
        pages=PAGES,
        values=", ".join(f"{ident(one)} = {value or 'DEFAULT'}" for one, value in columns.items()),
        missing=f"({' OR '.join(_missing(one, value) for one, value in columns.items())})",
        zone=f"\n            SET LOCAL timezone = {literal(zone).strip()};" if zone else "",
        ours=", ".join(literal(one).strip() for one in SYNC_TRIGGERS),
    )
    note = f"fills {', '.join(f'{name}.{ident(one)}' for one in columns)} in transactions of {PAGES} pages"
    return Step(f"DO {dollar(text)}", ((name, "ROW EXCLUSIVE"),), (name,), (), None, False, note)


def _missing(column: str, value: str | None) -> str:
    return f"{ident(column)} IS NULL" + ("" if value is None else f" AND ({value}) IS NOT NULL")


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
    taken timestamptz;
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
            taken := clock_timestamp();
            PERFORM set_config('row_security', 'off', true);{zone}
            -- What a crash undoes is done again, so that nobody needs to wait for the disk.
            SET LOCAL synchronous_commit = off;
            IF may THEN
                PERFORM set_config('session_replication_role', 'replica', true);
            END IF;
            UPDATE {table} SET {values} WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM {table}
                WHERE ctid >= format('(%s,0)', colonnade_backfill.page)::tid
                AND ctid < format('(%s,0)', colonnade_backfill.page + {pages})::tid
                AND {missing}
                FOR NO KEY UPDATE SKIP LOCKED
            ));
            GET DIAGNOSTICS changed = ROW_COUNT;
            COMMIT;
            IF changed > 0 THEN
                PERFORM pg_sleep(extract(epoch FROM clock_timestamp() - taken));
            END IF;
            total := total + changed;
            page := page + {pages};
            IF clock_timestamp() - told > interval '1 second' THEN
                told := clock_timestamp();
                RAISE NOTICE '% rows filled, % a second, page % of %, % s left', total,
                    round(total / extract(epoch FROM told - begun)), least(page, pages), pages,
                    round(extract(epoch FROM told - begun) * greatest(pages - page, 0) / page);
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
