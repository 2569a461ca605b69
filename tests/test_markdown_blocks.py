"""Blocks keep lines and columns, whatever the file looks like."""

from __future__ import annotations

import pytest

from colonnade.sources.markdown.blocks import Bullets, Fence, Heading, Paragraph, Table, blocks, visible
from colonnade.sources.markdown.sections import tree


def test_a_cell_knows_its_line_and_column() -> None:
    table = blocks("intro\n\n| A | Bee |\n|---|---|\n| x | `y` |\n")[1]
    assert isinstance(table, Table)
    assert (table.header[1].text, table.header[1].line, table.header[1].column) == ("Bee", 3, 7)
    assert (table.rows[0][1].text, table.rows[0][1].line, table.rows[0][1].column) == ("`y`", 5, 7)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_do_not_move_lines(end: str) -> None:
    text = end.join(["---", "title: x", "---", "# One", "", "- a: text", "\t- b: text"])
    heading, bullets = blocks(text)
    assert isinstance(heading, Heading) and heading.span.line == 4
    assert isinstance(bullets, Bullets) and bullets.items[0].lines[0].line == 6
    nested = bullets.items[0].children[0]
    assert isinstance(nested, Bullets) and nested.items[0].lines[0].line == 7


@pytest.mark.parametrize(
    "text",
    [
        "| A | B |\n| 1 | 2 |\n| 3 | 4 |",
        "| A | B |\n|---|\n| 1 | 2 |\n| 3 | 4 |",
        "words above\n| A | B |\n|---|---|---|\n| 1 | 2 |\n| 3 | 4 |",
    ],
)
def test_a_table_with_a_broken_delimiter_row_is_a_table(text: str) -> None:
    table = blocks(text)[-1]
    assert isinstance(table, Table)
    assert [span.text for span in table.header] == ["A", "B"]
    assert [[span.text for span in row] for row in table.rows] == [["1", "2"], ["3", "4"]]


def test_escaped_pipes_and_pipes_in_code_stay_in_their_cell() -> None:
    table = blocks("| A | B | C |\n|---|---|---|\n| x | 'a' \\| 'b' | `c | d` |\n")[0]
    assert isinstance(table, Table)
    assert [span.text for span in table.rows[0]] == ["x", "'a' | 'b'", "`c | d`"]


def test_comments_and_struck_text_vanish_and_code_keeps_them() -> None:
    text = "a ~~b~~ c <!-- d\ne --> f\n\n```\n~~g~~ <!-- h -->\n```\n"
    shown = visible(text)
    assert "b" not in shown and "d" not in shown and "e" not in shown
    assert "~~g~~ <!-- h -->" in shown
    assert [len(line) for line in shown.split("\n")] == [len(line) for line in text.split("\n")]


def test_a_fence_knows_where_its_content_starts() -> None:
    fence = blocks("- item\n\n  ```sql\n  CREATE TABLE a ();\n  ```\n")[0]
    assert isinstance(fence, Bullets)
    inner = fence.items[0].children[0]
    assert isinstance(inner, Fence)
    assert (inner.language, inner.start.line, inner.start.column) == ("sql", 4, 3)


def test_a_paragraph_above_a_rule_is_no_heading_when_it_is_long() -> None:
    found = blocks(
        "This sentence is long enough that nobody would ever have meant it to be a heading of anything at all.\n---\n"
    )
    assert isinstance(found[0], Paragraph)


def test_bold_lines_open_sections_below_their_heading() -> None:
    root = tree(blocks("## Crate\n\n**Fields**:\n- a: text\n\n**Indexes**:\n- a\n"))
    assert [below.text for below in root.sections[0].sections] == ["Fields", "Indexes"]
