"""SQL fences: PostgreSQL, other dialects, pseudo-DDL, and what is no schema."""

from __future__ import annotations

import pytest

from colonnade.sources.markdown.forms import sql
from colonnade.sources.markdown.forms.sql_checks import meaning
from support.forms import PLACE, column, columns, entity, names, relations

WORKSHOP = """
CREATE TYPE bike_state AS ENUM ('waiting', 'on stand', 'done');

-- Bikes that came in
CREATE TABLE bikes (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    owner_id    uuid NOT NULL REFERENCES riders(id) ON DELETE CASCADE ON UPDATE NO ACTION,
    mechanic_id uuid REFERENCES auth.users (id) ON DELETE SET NULL, -- optional
    frame_no    varchar(40) NOT NULL UNIQUE,
    state       bike_state NOT NULL DEFAULT 'waiting',
    size        text CHECK (size IN ('s', 'm', 'l')) DEFAULT 'm',
    label       text NOT NULL CHECK (char_length(label) BETWEEN 1 AND 80),
    price       numeric(10, 2) NOT NULL DEFAULT 0.00 CHECK (price >= 0),
    tags        text[] DEFAULT '{}', -- a, b (both kept)
    came_in     timestamp(3) with time zone DEFAULT now() NOT NULL,
    "Weird, name" double precision, /* } ) ; */
    total       numeric GENERATED ALWAYS AS (price * 1.2) STORED,
    CONSTRAINT sane CHECK (came_in > '2000-01-01' AND price < 1e6),
    UNIQUE (owner_id, label),
    FOREIGN KEY (owner_id, size) REFERENCES sizes (rider_id, code) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX bikes_open ON bikes USING btree (lower(label), came_in DESC) WHERE state <> 'done';
CREATE INDEX ON bikes (state);
COMMENT ON TABLE bikes IS 'What we repair; "ünï"';
COMMENT ON COLUMN bikes.label IS 'Shown to people';
INSERT INTO bikes (label, price) VALUES ('Fix me; now', -3.5), ('Don''t', 2), (upper('x'), 1);
-- Bikes of one rider
SELECT * FROM bikes WHERE owner_id = $1 ORDER BY came_in DESC;
ALTER TABLE stands ADD COLUMN bike_id uuid NOT NULL, ADD CONSTRAINT fk FOREIGN KEY (bike_id) REFERENCES bikes (id);
"""


def test_columns_say_what_the_statement_says() -> None:
    found = sql.read(WORKSHOP, PLACE)
    assert found is not None and found.form == "sql" and names(found) == ["bikes"]
    assert column(found, "bikes", "id") == {
        "type": "uuid",
        "nullable": False,
        "primary_key": True,
        "default": "gen_random_uuid()",
    }
    assert column(found, "bikes", "owner_id")["on_delete"] == "CASCADE"
    assert column(found, "bikes", "frame_no") == {"type": "varchar(40)", "nullable": False, "unique": True}
    assert column(found, "bikes", "state")["enum_values"] == ("waiting", "on stand", "done")
    size = column(found, "bikes", "size")
    assert (size["type"], size["default"], size["enum_values"]) == ("text", "'m'", ("s", "m", "l"))
    assert (size["references"], size["on_delete"]) == ("sizes.code", "RESTRICT")
    label = column(found, "bikes", "label")
    assert (label["min_length"], label["max_length"]) == (1, 80)
    assert column(found, "bikes", "price")["default"] == "0.00"
    assert column(found, "bikes", "tags") == {"type": "text[]", "nullable": True, "default": "'{}'"}
    assert column(found, "bikes", "came_in")["type"] == "timestamp(3) with time zone"
    assert column(found, "bikes", "Weird, name")["type"] == "double precision"
    assert column(found, "bikes", "mechanic_id")["references"] == "auth.users.id"


def test_what_stands_beside_the_columns_is_kept() -> None:
    found = sql.read(WORKSHOP, PLACE)
    bikes = entity(found, "bikes")
    assert bikes.description == 'What we repair; "ünï"'
    texts = [one.value for one in bikes.constraints]
    assert "price >= 0" in texts and "came_in > '2000-01-01' AND price < 1e6" in texts
    assert [one.columns.value for one in bikes.uniques] == [("owner_id", "label")]
    assert [(one.columns.value, one.predicate, one.method) for one in bikes.indexes] == [
        (("lower(label)", "came_in DESC"), "state <> 'done'", "btree"),
        (("state",), "", ""),
    ]
    assert [row.value for row in bikes.samples] == [
        (("label", "Fix me; now"), ("price", "-3.5")),
        (("label", "Don't"), ("price", "2")),
    ]
    assert relations(found, "bikes")[:2] == [
        ("many-to-one", "riders", "owner_id"),
        ("many-to-one", "auth.users", "mechanic_id"),
    ]
    assert relations(found, "stands", apart=True) == [("many-to-one", "bikes", "bike_id")]
    assert found is not None and found.queries[0].title.value == "Bikes of one rider"


def test_a_fact_stands_on_its_own_line_and_column() -> None:
    found = sql.read("CREATE TABLE a (\n  id int,\n    ü text\n);", PLACE)
    place = entity(found, "a").attributes[1].name.place
    assert (place.line, place.column) == (12, 5)


def test_one_bad_statement_does_not_lose_the_rest() -> None:
    found = sql.read(
        "CREATE TABLE a (id int PRIMARY KEY;\nCREATE TABEL x (;\nCREATE TABLE b (id int PRIMARY KEY)", PLACE
    )
    assert set(names(found)) == {"a", "b"}


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("CREATE TABLE `t` (`id` INT UNSIGNED NOT NULL AUTO_INCREMENT, PRIMARY KEY (`id`)) ENGINE=InnoDB;", "id",
         {"type": "INT", "nullable": False, "primary_key": True}),
        ("CREATE TABLE t (s ENUM('x','y') NOT NULL DEFAULT 'x' COMMENT 'kind') ENGINE=InnoDB;", "s",
         {"type": "enum", "nullable": False, "default": "'x'", "enum_values": ("x", "y")}),
        ("CREATE TABLE [dbo].[t] ([name] NVARCHAR(50) NOT NULL, [id] INT IDENTITY(1,1) PRIMARY KEY)", "name",
         {"type": "NVARCHAR(50)", "nullable": False}),
        ("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, on_at DATETIME DEFAULT CURRENT_TIMESTAMP);", "on_at",
         {"type": "DATETIME", "nullable": True, "default": "CURRENT_TIMESTAMP"}),
        ("CREATE TABLE t (done TINYINT(1) DEFAULT 0)", "done", {"type": "boolean", "nullable": True, "default": "0"}),
    ],
)  # fmt: skip
def test_other_dialects_are_read_and_said_to_be_foreign(text: str, name: str, expected: dict[str, object]) -> None:
    found = sql.read(text, PLACE)
    assert column(found, "t", name) == expected
    assert found is not None and [one.rule for one in found.findings] == ["foreign-dialect"]


def test_pseudo_ddl_with_arrows_and_marks() -> None:
    found = sql.read(
        "beds (id UUID PK, ward_id UUID FK -> wards.id, kind VARCHAR(20) 'icu', free BOOLEAN DEFAULT true)", PLACE
    )
    assert found is not None and found.form == "sql-pseudo"
    assert column(found, "beds", "ward_id") == {"type": "UUID", "references": "wards.id"}
    assert relations(found, "beds") == [("many-to-one", "wards", "ward_id")]


def test_columns_without_commas_and_comments_beside_them() -> None:
    text = (
        "CREATE TABLE t (\n"
        " id uuid PRIMARY KEY\n"
        " kind text NOT NULL -- one of: red | green\n"
        " team_id uuid -- FK to teams\n"
        ")"
    )
    found = sql.read(text, PLACE)
    assert columns(found, "t") == ["id", "kind", "team_id"]
    assert column(found, "t", "kind")["enum_values"] == ("red", "green")
    assert relations(found, "t") == [("many-to-one", "teams", "team_id")]


def test_later_statements_change_the_table() -> None:
    text = (
        "CREATE TABLE t (a int);\n"
        "ALTER TABLE t ALTER COLUMN a SET NOT NULL;\n"
        "ALTER TABLE t ADD COLUMN b text NOT NULL DEFAULT 'x;y';"
    )
    found = sql.read(text, PLACE)
    assert column(found, "t", "a") == {"type": "int", "nullable": False}
    assert column(found, "t", "b") == {"type": "text", "nullable": False, "default": "'x;y'"}


@pytest.mark.parametrize(
    "text",
    ["UPDATE t SET a = 1", "foo(a, b)", "CREATE VIEW v AS SELECT 1", "CREATE TEMP TABLE x (a int)", "", "DROP TABLE t",
     "print('x');",
     "CREATE TABLE p PARTITION OF q FOR VALUES IN ('a')"],
)  # fmt: skip
def test_what_is_no_schema_gives_nothing(text: str) -> None:
    assert sql.read(text, PLACE) is None


def test_policies_are_noted_and_imply_nothing() -> None:
    found = sql.read('CREATE POLICY "own rows" ON t USING (owner = current_user);', PLACE)
    assert found is not None and not found.entities and [one.rule for one in found.findings] == ["sql-not-carried"]


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("s IN ('a', 'b')", ("s", {"enum_values": ("a", "b")})),
        ("s = ANY (ARRAY['a'::text, 'b'])", ("s", {"enum_values": ("a", "b")})),
        ("s = 'a' OR s = 'b' OR s IS NULL", ("s", {"enum_values": ("a", "b")})),
        ("length(s) > 0 AND length(s) <= 9", ("s", {"min_length": 1, "max_length": 9})),
        ("length(trim(s)) > 0", None),
        ("s IN (1, 2)", None),
        ("s IN ('a') AND t > 1", None),
        ("1) ; DROP TABLE x; --", None),
    ],
)
def test_checks(expression: str, told: object) -> None:
    assert meaning(expression) == told


def test_columns_agree_with_postgres_own_parser() -> None:
    from pglast import parse_sql

    statement = WORKSHOP[WORKSHOP.index("CREATE TABLE") : WORKSHOP.index("CREATE UNIQUE")]
    tree = parse_sql(statement)[0].stmt.tableElts
    assert columns(sql.read(statement, PLACE), "bikes") == [one.colname for one in tree if hasattr(one, "colname")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [(WORKSHOP, True), ("beds (id UUID PK, n INT)", True), ("call(a, b)", False), ("SELECT 1", False)],
)
def test_sniff(text: str, expected: bool) -> None:
    assert sql.sniff(text) is expected
