"""Where the most frequent blocks end, told faster than by asking each rule of CommonMark, and with fewer tokens.

Most lines begin with a letter or a number sign, and a dozen rules would look at each and refuse it; of a table nothing
is needed but its lines. What these rules do not take goes the usual way, so that the blocks are the same.
"""

from __future__ import annotations

from typing import Any

from colonnade.vocabulary.regex import regex

# The number of spaces that makes code of a line.
_CODE = 4
ONE_LINE, ROWS = "one_line", "rows"
_PIPE = regex(r"(?<!\\)\|")
# As markdown-it has it: rows that are too short may want so many cells in all.
_MISSING = 0x10000


def lines(parser: Any) -> None:
    """Puts the rules before all others of a parser of markdown-it."""
    parser.block.ruler.before("table", ONE_LINE, _one_line)
    parser.block.ruler.before("table", "number_sign", _number_sign)
    parser.block.ruler.before("table", ROWS, _rows)


def _one_line(state: Any, start: int, end: int, silent: bool) -> bool:
    """A paragraph of one line, which `ONE_LINE` stands for instead of three tokens."""
    if silent or state.sCount[start] - state.blkIndent >= _CODE or not _begins_text(state, start):
        return False
    if not (start + 1 >= state.lineMax or state.isEmpty(start + 1) or _is_next_item(state, start + 1)):
        return False
    state.line = start + 1
    state.push(ONE_LINE, "p", 0).map = [start, start + 1]
    return True


def _begins_text(state: Any, line: int) -> bool:
    """Whether a line begins with a letter, with one in bold, or with code: only rules of two lines may take it."""
    begin = state.bMarks[line] + state.tShift[line]
    first = state.src[begin]
    if first == "`":
        return not state.src.startswith("```", begin)
    return bool((state.src[begin + 2 : begin + 3] if state.src.startswith("**", begin) else first).isalpha())


def _is_next_item(state: Any, line: int) -> bool:
    """Whether a line opens the next item of a list, or one in the list: `- ` and something behind."""
    indent, begin = state.sCount[line], state.bMarks[line] + state.tShift[line]
    if state.listIndent < 0 or not 0 <= indent - state.listIndent < _CODE or indent - state.blkIndent >= _CODE:
        return False
    marker, blank, behind = state.src[begin : begin + 3].ljust(3)
    return marker in "-*+" and blank == " " and not behind.isspace()


def _number_sign(state: Any, start: int, end: int, silent: bool) -> bool:
    """A heading, unless the line below may make the header of a table of it."""
    from markdown_it.rules_block import heading

    begin = state.bMarks[start] + state.tShift[start]
    if silent or state.src[begin] != "#":
        return False
    below = start + 1
    if (
        below >= state.lineMax
        or state.isEmpty(below)
        or state.src[state.bMarks[below] + state.tShift[below]] not in "|-:"
    ):
        return bool(heading(state, start, end, False))
    return False


def _rows(state: Any, start: int, end: int, silent: bool) -> bool:
    """A table, which `ROWS` stands for instead of three tokens a cell."""
    from markdown_it.rules_block import table

    if silent or not table(state, start, end, True):
        return False
    around, state.parentType = state.parentType, "table"
    others = state.md.block.ruler.getRules("blockquote")
    width, missing, line = _width(_line(state, start)), 0, start + 2
    while line < end and state.sCount[line] >= state.blkIndent:
        text = _line(state, line)
        # No other block begins with a pipe.
        if not text.startswith("|") and any(other(state, line, end, True) for other in others):
            break
        missing += width - _width(text)
        if not text or state.is_code_block(line) or missing > _MISSING:
            break
        line += 1
    state.push(ROWS, "table", 0).map = [start, line]
    state.parentType, state.line = around, line
    return True


def _line(state: Any, line: int) -> str:
    from markdown_it.common.utils import mdTrim

    return mdTrim(state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]])


def _width(row: str) -> int:
    """How many cells a row has."""
    pipes = row.count("|") if "\\" not in row else len(_PIPE.findall(row))
    return pipes + 1 - row.startswith("|") - (pipes > 0 and row.endswith("|") and not row.endswith("\\|"))
