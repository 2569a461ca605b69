"""data-model.md: it says what the schema says, and no text of a document can break its Markdown or its diagram."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pglast
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from colonnade.config import Settings
from colonnade.design import document
from colonnade.design.schema import Column, Database, Intent, PrimaryKey, QueryPattern, Schema, Table
from colonnade.prove.attack.copy import copied
from colonnade.prove.attack.source import of_design
from colonnade.queries import laid_out, rendered, serving_keys
from colonnade.server import Server, connect
from colonnade.writers.diagram import diagram
from colonnade.writers.docs import docs
from colonnade.writers.file import Request
from colonnade.writers.markdown import block, cell_code, code, mermaid_text, mermaid_word, prose
from colonnade.writers.matrix import COMMANDS, NOTHING, matrix
from support.example import task_management
from support.wide import HOSTILE_TEXTS, wide

READER = MarkdownIt("commonmark").enable("table")
TEXTS = st.text(max_size=40).filter(lambda text: "\x00" not in text)


def page(schema: Schema) -> str:
    return next(docs(Request(schema, Settings()))).text


def tokens(text: str) -> list[Any]:
    return [child for token in READER.parse(text) for child in (token, *(token.children or ()))]


def shown(text: str) -> str:
    """What a reader sees of a line of Markdown; code spans as their content."""
    return "".join(token.content for token in tokens(text) if token.type in ("text", "code_inline", "softbreak"))


def one_table(name: str, column: str, comment: str) -> Schema:
    table = Table(name, columns=(Column(column, "uuid", False, comment=comment),),
                  constraints=(PrimaryKey("k", (column,)),), comment=comment)  # fmt: skip
    return Schema(Database(tables=(table,)), Intent("f", comment))


def test_the_page_lies_beside_the_schema() -> None:
    made = next(docs(Request(task_management(), Settings())))
    assert str(made.path) == "specs/001-task-management/data-model.md"


@pytest.mark.parametrize(
    "line",
    [
        "# Data Model: Task Management",
        '    users ||--o{ tasks : "user_id"',
        "| `user_id` | `uuid` | NOT NULL, FK `users(id)` | Owner of the row |",
        "- `idx_tasks_user_created_at`: on `(user_id, created_at DESC)`",
        "- `title_not_empty`: `CHECK (length(trim(title)) > 0)`",
        "Served by `idx_tasks_user_created_at` on `(user_id, created_at DESC)`.",
        "- **001**: Create tasks table",
        "| `tasks.user_id` | stated at entities.json:9:9 |",
    ],
)
def test_the_example_is_told(line: str) -> None:
    assert line in page(task_management()).splitlines()


def test_every_table_column_index_constraint_and_policy_is_told() -> None:
    text = page(wide())
    for table in wide().database.tables:
        names = [one.name for part in (table.columns, table.indexes, table.constraints, table.policies) for one in part]
        for name in names:
            assert code(name) in text or cell_code(name) in text, name


def test_hostile_texts_make_no_markup() -> None:
    kinds = {token.type for token in tokens(page(wide()))}
    assert not kinds & {"html_inline", "html_block", "link_open", "image", "em_open", "s_open"}
    for text in HOSTILE_TEXTS:
        assert " ".join(text.split()) in " ".join(shown(page(wide())).split()), text


def test_every_row_of_a_table_has_the_cells_of_its_head() -> None:
    widths: list[set[int]] = []
    for token in READER.parse(page(wide())):
        if token.type == "table_open":
            widths.append(set())
        if token.type == "tr_open":
            cells = 0
        if token.type in ("td_open", "th_open"):
            cells += 1
        if token.type == "tr_close":
            widths[-1].add(cells)
    assert widths
    assert all(len(one) == 1 for one in widths)


@given(TEXTS)
def test_prose_shows_its_text(text: str) -> None:
    assert shown("x " + prose(text)).split() == ["x", *text.split()] or not text.isprintable()


@given(st.text(alphabet="`|\\ ab<", max_size=20))
def test_code_shows_its_text(text: str) -> None:
    line = " ".join(text.split())
    assert shown(f"x {code(text)} y") == (f"x {line} y" if line else "x  y")
    rows = READER.render(f"| h |\n| --- |\n| {cell_code(text)} |")
    assert rows.count("<td>") == 1


@given(st.text(alphabet="`~\n a", max_size=30))
def test_a_block_ends_where_it_should(text: str) -> None:
    found = READER.parse(block(text, "sql") + "\n\nafter")
    assert [token.type for token in found] == ["fence", "paragraph_open", "inline", "paragraph_close"]


@given(TEXTS, TEXTS.filter(bool), TEXTS)
def test_the_diagram_keeps_its_grammar(name: str, column: str, comment: str) -> None:
    lines = diagram(one_table(name, column, comment)).splitlines()
    assert lines[0] == "erDiagram"
    assert re.fullmatch(r'    (\w+|\w+\["[^"\\<>%`]*"\]) \{', lines[1], re.ASCII)
    assert re.fullmatch(r'        uuid [A-Za-z][\w\-\[\]()]* PK( "[^"\\<>%`]*")?', lines[2], re.ASCII | re.DOTALL)
    assert lines[3:] == ["    }"]


def test_marks_of_keys_are_no_names() -> None:
    assert (mermaid_word("PK"), mermaid_word("1"), mermaid_word("é")) == ("PK_", "n1", "unnamed")
    assert mermaid_text('a"b') == '"a#quot;b"'


def test_names_that_mermaid_keeps_stand_in_quotes() -> None:
    assert 'table_2["class"] {' in diagram(wide())
    assert "table_2 |o--o{ Order" in diagram(wide())


def test_a_child_of_which_there_is_one_is_drawn_so() -> None:
    base = task_management()
    table = base.database.tables[0]
    alone = replace(table, constraints=(*table.constraints[:1], PrimaryKey("tasks_pkey", ("user_id",))))
    assert "users ||--o| tasks" in diagram(replace(base, database=replace(base.database, tables=(alone,))))


QUERIES = (
    "SELECT * FROM t WHERE a = $1 AND b BETWEEN 1 AND 2 ORDER BY c LIMIT 5",
    "SELECT 'FROM x WHERE', \"WHERE\", $$ORDER BY$$ FROM t LEFT JOIN u ON u.id = t.id AND u.x",
    "SELECT (SELECT 1 FROM b WHERE c) FROM d WHERE e IN (SELECT f FROM g) OR h",
    "DELETE FROM t WHERE id = $1 RETURNING id",
    "UPDATE t SET a = 1, b = E'it\\'s' WHERE c IS DISTINCT FROM d",
    "INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING",
)


@pytest.mark.parametrize("sql", QUERIES)
def test_layout_changes_no_meaning(sql: str) -> None:
    assert pglast.parser.fingerprint(laid_out(sql)) == pglast.parser.fingerprint(sql)
    assert len(laid_out(sql).splitlines()) > 1
    assert "".join(laid_out(sql).split()) == "".join(sql.split())


def test_layout_by_clause() -> None:
    assert laid_out(QUERIES[0]).splitlines() == [
        "SELECT *", "FROM t", "WHERE a = $1", "  AND b BETWEEN 1 AND 2", "ORDER BY c", "LIMIT 5",
    ]  # fmt: skip


@given(st.text(alphabet="aFROM '\"()$-/*WHERE\\", max_size=40))
def test_layout_loses_no_mark(text: str) -> None:
    assert "".join(laid_out(text).split()) == "".join(text.split())


def test_a_pattern_names_its_parameters_and_its_index() -> None:
    schema = task_management()
    one = rendered(schema.intent.patterns[1], serving_keys(schema.database))
    assert one.parameters == (("$1", "uuid"), ("$2", "task_status"))
    assert (one.index, one.serves) == ("idx_tasks_user_status", "user_id, status")


def test_a_pattern_without_an_index_says_so() -> None:
    schema = task_management()
    bare = replace(schema, intent=replace(schema.intent, patterns=(QueryPattern("All", "tasks", "SELECT 1"),)))
    assert "No index serves it." in page(bare)


def test_the_isolation_matrix_says_what_privileges_and_rows_postgresql_gives(server: Server) -> None:
    case = Path(__file__).parent / "cases" / "bank" / "design.yaml"
    schema = document.load(case.read_text(encoding="utf-8"), "design.yaml")
    roles = schema.intent.roles
    assert roles is not None
    told = {(name, role): dict(zip(COMMANDS, cells, strict=True)) for name, role, cells in matrix(schema, roles)}
    with copied(server, of_design(schema)) as copy, connect(server.dsn(copy.name)) as administrator:
        for (name, role), cells in told.items():
            for command, cell in cells.items():
                any_column = command in ("SELECT", "INSERT", "UPDATE")
                check = f"has_{'any_column' if any_column else 'table'}_privilege"
                query = f"SELECT {check}(%s, %s, %s)"
                # The migrator may do what the owner may, whose member it is; what it is granted itself is told.
                if role != roles.migrator:
                    found = administrator.execute(query, (role, f"public.{name}", command)).fetchone()
                    assert found == (cell != NOTHING,), (name, role, command, cell)
    assert told["accounts", "app_user"]["SELECT"] == "rows of own tenants"
    assert told["account_changes", "app_user"] == dict(
        zip(COMMANDS, ("own tenants' entries", *["no"] * 4), strict=True)
    )
    assert told["currencies", "app_user"]["SELECT"] == "all rows"
    assert told["settings", "app_reader"] == dict(zip(COMMANDS, ("own rows", *["no"] * 4), strict=True))
