"""Text to blocks: headings, paragraphs, lists, tables and fences, each with the line and column where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from colonnade.errors import Place
from colonnade.sources.markdown import quick
from colonnade.sources.markdown.quick import ONE_LINE, ROWS
from colonnade.vocabulary.regex import regex

_FENCE = regex(r"[ \t]{0,99}(?:[-*+][ \t]{1,99})?(`{3,}|~{3,})")
_COMMENT = regex(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_STRUCK = regex(r"~~(?=\S)[^~\n]*~~|<(?:del|s)>[^<\n]*</(?:del|s)>")
_BREAK = regex(r"<br\s*/?>", re.IGNORECASE)
_MARKER = regex(r"[ \t]{0,999}(?:>[ \t]?){0,99}(?:[-*+•]|\d{1,9}[.)])?[ \t]{0,999}(?:\[[ xX]\][ \t]{1,999})?")
_DELIMITER = regex(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_SHORT, _MOST = 400, 40
_RUN = regex(rf"\s{{{_MOST},}}|(\W)\1{{{_MOST},}}")
_PIPES = regex(r"[ \t>]*\|.*\|")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one source line; line and column are 1-based."""

    text: str
    line: int
    column: int

    def place(self, file: str) -> Place:
        return Place(file, self.line, self.column)


def _joined(lines: tuple[Span, ...]) -> str:
    return lines[0].text if len(lines) == 1 else " ".join(line.text for line in lines)


@dataclass(frozen=True, slots=True)
class Heading:
    span: Span
    level: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    lines: tuple[Span, ...]

    @property
    def text(self) -> str:
        return _joined(self.lines)


@dataclass(frozen=True, slots=True)
class Item:
    """A list item: its own lines, and the blocks below it."""

    lines: tuple[Span, ...]
    children: tuple[Block, ...] = ()

    @property
    def text(self) -> str:
        return _joined(self.lines)


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[Item, ...]


def items(block: Bullets) -> Iterator[Span]:
    """Each item of a list and of the lists below it as one line, in order."""
    for item in block.items:
        if item.lines:
            first = item.lines[0]
            yield first if len(item.lines) == 1 else Span(item.text, first.line, first.column)
        for child in item.children:
            if isinstance(child, Bullets):
                yield from items(child)


@dataclass(frozen=True, slots=True)
class Table:
    """A pipe table. A row may be shorter or longer than the header; a cell may be empty."""

    header: tuple[Span, ...]
    rows: tuple[tuple[Span, ...], ...]


@dataclass(frozen=True, slots=True)
class Fence:
    """A code block; `start` is the position of its first content line."""

    language: str
    text: str
    start: Span


Block: TypeAlias = "Heading | Paragraph | Bullets | Table | Fence"


def blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a document in order. Comments, front matter and struck-out text are gone, positions are kept."""
    source = visible(text)
    lines = source.split("\n")
    tokens = _parser().parse(source)
    return tuple(_read(tokens, 0, len(tokens), lines))


def visible(text: str) -> str:
    """`text` with unified line ends and with blanks in place of what a reader does not see."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
    lines = _without_front_matter(plain.split("\n"))
    parts = [body if code else _blank_hidden(body) for code, body in _runs(lines)]
    return "\n".join(parts)


def _without_front_matter(lines: list[str]) -> list[str]:
    if not lines or lines[0].rstrip() not in ("---", "+++"):
        return lines
    for number in range(1, min(len(lines), 400)):
        if lines[number].rstrip() == lines[0].rstrip():
            return [""] * (number + 1) + lines[number + 1 :]
    return lines


def _runs(lines: list[str]) -> Iterator[tuple[bool, str]]:
    """Runs of lines as (is code, text): what stands in a fence is nobody's comment."""
    run: list[str] = []
    fence = ""
    for line in lines:
        match = _FENCE.match(line)
        if not fence and match:
            if run:
                yield False, "\n".join(run)
            run, fence = [line], match[1]
        elif fence and match and match[1].startswith(fence) and not line.strip().strip("`~"):
            run.append(line)
            yield True, "\n".join(run)
            run, fence = [], ""
        else:
            run.append(line)
    if run:
        yield bool(fence), "\n".join(run)


def _blank_hidden(text: str) -> str:
    if "<!--" in text:
        text = _COMMENT.sub(_blanks, text)
    if "~~" in text or "</" in text:
        text = _STRUCK.sub(_blanks, text)
    return text


def _blanks(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _parser() -> Any:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table")
    # Inline markup is read by the recognisers; skipping it halves the time.
    parser.core.ruler.disable(["inline", "text_join"])
    quick.lines(parser)
    return parser


def _read(tokens: Sequence[Any], start: int, end: int, lines: list[str]) -> Iterator[Block]:
    position = start
    while position < end:
        token = tokens[position]
        kind = token.type
        if kind == ONE_LINE:
            yield from _paragraph(token.map, lines)
            position += 1
        elif kind == ROWS:
            yield _table(range(*token.map), lines)
            position += 1
        elif kind == "heading_open":
            yield from _heading(token, tokens[position + 1], lines)
            position += 3
        elif kind == "paragraph_open":
            yield from _paragraph(tokens[position + 1].map, lines)
            position += 3
        elif kind in ("fence", "code_block"):
            yield _fence(token, lines)
            position += 1
        elif kind == "html_block":
            yield from _html(token, lines)
            position += 1
        elif kind.endswith("_open"):
            close = _closing(tokens, position)
            if kind.endswith("list_open"):
                yield from _bullets(tokens, position + 1, close, lines)
            else:
                yield from _read(tokens, position + 1, close, lines)
            position = close + 1
        else:
            position += 1


def _closing(tokens: Sequence[Any], position: int) -> int:
    """The token that closes the one at `position`."""
    level, kind = tokens[position].level, tokens[position].type.removesuffix("_open") + "_close"
    while tokens[position].type != kind or tokens[position].level != level:
        position += 1
    return position


def _span(lines: list[str], number: int) -> Span:
    """Line `number` (0-based) without its list marker and quote marks."""
    raw = lines[number]
    match = _MARKER.match(raw)
    begin = match.end() if match else 0
    return Span(_calm(raw[begin:].rstrip()), number + 1, begin + 1)


def _calm(text: str) -> str:
    """`text` with a few dozen of one sign in a row at most: what is read of a line takes the square of a run."""
    return _RUN.sub(lambda run: run[0][:_MOST], text) if len(text) > _SHORT else text


def _bare(lines: list[str], number: int) -> Span:
    raw = lines[number]
    begin = len(raw) - len(raw.lstrip(" \t>"))
    return Span(_calm(raw[begin:].rstrip()), number + 1, begin + 1)


def _heading(token: Any, inline: Any, lines: list[str]) -> Iterator[Block]:
    first, last = inline.map
    level = int(token.tag[1:])
    long = last - first > 1 or len(lines[first]) > 90
    if token.markup in ("-", "=") and long:
        # A rule right below a paragraph makes it a heading; its author meant a paragraph.
        yield from _paragraph([first, last], lines)
        return
    bare = _bare(lines, first)
    text = bare.text.lstrip("#")
    yield Heading(
        Span(text.strip().rstrip("#").rstrip(), bare.line, bare.column + len(bare.text) - len(text.lstrip())), level
    )


def _paragraph(bounds: Sequence[int], lines: list[str]) -> Iterator[Block]:
    """A paragraph, or what its author meant by it: a table whose delimiter row is missing or wrong."""
    run: list[int] = []
    for number in range(*bounds):
        piped = bool(_PIPES.match(lines[number]))
        if run and piped != bool(_PIPES.match(lines[run[-1]])):
            yield from _paragraph_or_table(run, lines)
            run = []
        run.append(number)
    yield from _paragraph_or_table(run, lines)


def _paragraph_or_table(numbers: list[int], lines: list[str]) -> Iterator[Block]:
    if len(numbers) > 1 and _PIPES.match(lines[numbers[0]]):
        yield _table(numbers, lines)
        return
    spans = tuple(span for span in (_bare(lines, number) for number in numbers) if span.text)
    if spans:
        yield Paragraph(spans)


def _table(numbers: Sequence[int], lines: list[str]) -> Table:
    rows = [number for number in numbers if not _is_rule(lines[number].lstrip(" \t>"))]
    header = _cells(lines[rows[0]], rows[0], 0) if rows else ()
    return Table(header, tuple(_cells(lines[number], number, len(header)) for number in rows[1:]))


def _is_rule(line: str) -> bool:
    """Whether a line of a table holds no cells."""
    return not line.strip() or _DELIMITER.fullmatch(line) is not None


def _cells(line: str, number: int, width: int) -> tuple[Span, ...]:
    """The cells of a row; where it has more than `width`, pipes between back-ticks do not divide."""
    cells = _split(line, number, guarded=False)
    if width and len(cells) > width and "`" in line:
        guarded = _split(line, number, guarded=True)
        return guarded if len(guarded) >= min(width, 2) else cells
    return cells


def _split(line: str, number: int, *, guarded: bool) -> tuple[Span, ...]:
    begin = len(line) - len(line.lstrip(" \t>"))
    begin += line.startswith("|", begin)
    cells, start, quoted, position = [], begin, False, begin
    while position < len(line):
        character = line[position]
        if character == "\\" and position + 1 < len(line):
            position += 2
            continue
        quoted ^= guarded and character == "`"
        if character == "|" and not quoted:
            cells.append(_cell(line, start, position, number))
            start = position + 1
        position += 1
    if line[start:].strip():
        cells.append(_cell(line, start, len(line), number))
    return tuple(cells)


def _cell(line: str, start: int, end: int, number: int) -> Span:
    raw = line[start:end]
    begin = start + len(raw) - len(raw.lstrip())
    return Span(_calm(_BREAK.sub("; ", raw.strip().replace("\\|", "|"))), number + 1, begin + 1)


def _bullets(tokens: Sequence[Any], start: int, end: int, lines: list[str]) -> Iterator[Block]:
    items: list[Item] = []
    position = start
    while position < end:
        close = _closing(tokens, position)
        items.append(_item(tokens, position, close, lines))
        position = close + 1
    yield Bullets(tuple(items))


def _item(tokens: Sequence[Any], start: int, close: int, lines: list[str]) -> Item:
    opening = tokens[start + 1] if start + 1 < close else None
    if opening is not None and opening.type in (ONE_LINE, "paragraph_open"):
        first, last = opening.map
        behind = start + (2 if opening.type == ONE_LINE else 4)
        own = (_span(lines, first), *(_bare(lines, number) for number in range(first + 1, last)))
        return Item(tuple(span for span in own if span.text), tuple(_read(tokens, behind, close, lines)))
    return Item((), tuple(_read(tokens, start + 1, close, lines)))


def _fence(token: Any, lines: list[str]) -> Fence:
    fenced = token.type == "fence"
    first = token.map[0] + (1 if fenced else 0)
    number = min(first, len(lines) - 1)
    content = token.content.split("\n", 1)[0]
    column = lines[number].find(content.strip()) - (len(content) - len(content.lstrip())) if content.strip() else 0
    words = token.info.strip().lower().replace("{", " ").split() if fenced else []
    return Fence(words[0] if words else "", token.content, Span("", number + 1, max(column, 0) + 1))


def _html(token: Any, lines: list[str]) -> Iterator[Block]:
    """HTML between the text is read as text without its tags."""
    spans = []
    for number in range(*token.map):
        text = re.sub(r"<[^<>]*>", " ", lines[number]) if number < len(lines) else ""
        if text.strip():
            spans.append(Span(text.strip(), number + 1, len(text) - len(text.lstrip()) + 1))
    if spans:
        yield Paragraph(tuple(spans))
