"""The quick rules for blocks find what the rules of CommonMark find, in documents of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from colonnade.sources.markdown import quick
from support.large_pages import KINDS, page
from test_markdown_fuzz import PIECES, mutated

USUAL = MarkdownIt("commonmark").enable("table")
USUAL.core.ruler.disable(["inline", "text_join"])
QUICK = MarkdownIt("commonmark").enable("table")
QUICK.core.ruler.disable(["inline", "text_join"])
quick.lines(QUICK)

_LINE = st.sampled_from(
    ["# a", "#a", "a", "**a**", "`a` b", "``` a", "*a*", "a | b", "| a | b |", "|---|---|", "---|---", "- a", "-", "-   ", "- - -", "* a", "1. a", "2) a"]
    + ["===", "---", "> a", ">", "<div>", "<!-- a", "-->", "[a]: b", "é", "", "", "", "\\|", "| \\| |", "|", "||", "a\\", "\tb", "- # a", "- | a | b |", "+ **a**"]
)  # fmt: skip
_INDENT = st.sampled_from(["", "", "", " ", "  ", "   ", "    ", "      ", "\t", "> ", "- ", ">   "])


def structure(parser: MarkdownIt, text: str) -> Iterator[tuple[str, Any, int]]:
    """The blocks of a document, each with its lines and its depth; of a table and a paragraph nothing inside."""
    inside = ""
    for token in parser.parse(text):
        kind = {quick.ONE_LINE: "paragraph_open", quick.ROWS: "table_open"}.get(token.type, token.type)
        if not inside:
            yield kind, token.map, token.level
            leads = token.type in ("paragraph_open", "table_open")
            inside = token.type.replace("_open", "_close") if leads else ""
        elif token.type == inside:
            inside = ""


@given(st.lists(st.tuples(_INDENT, _INDENT, _LINE), max_size=14))
def test_lines_in_any_order_make_the_same_blocks(lines: list[tuple[str, str, str]]) -> None:
    text = "\n".join("".join(line) for line in lines)
    assert list(structure(QUICK, text)) == list(structure(USUAL, text))


@given(st.text(alphabet="|-#*`:> \n\ta1.)\\[<=+_é", max_size=120))
def test_any_text_makes_the_same_blocks(text: str) -> None:
    assert list(structure(QUICK, text)) == list(structure(USUAL, text))


@given(st.integers(min_value=0, max_value=2**48))
def test_a_mutated_document_makes_the_same_blocks(seed: int) -> None:
    assert list(structure(QUICK, mutated(seed))) == list(structure(USUAL, mutated(seed)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_of_each_shape_makes_the_same_blocks(kind: str) -> None:
    assert list(structure(QUICK, page(kind, 5_000))) == list(structure(USUAL, page(kind, 5_000)))


def test_a_table_of_too_many_missing_cells_ends_where_it_always_did() -> None:
    text = "|" + "a|" * 4_000 + "\n|" + "-|" * 4_000 + "\n" + "| b |\n" * 30
    assert list(structure(QUICK, text)) == list(structure(USUAL, text))
    assert list(structure(QUICK, "".join(PIECES))) == list(structure(USUAL, "".join(PIECES)))
