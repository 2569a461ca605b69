"""Blocks to a tree of sections: a heading, or a line that stands for one, owns what follows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from colonnade.sources.markdown import names, titles
from colonnade.sources.markdown.blocks import Block, Bullets, Fence, Heading, Paragraph, Span, Table
from colonnade.vocabulary import storage
from colonnade.vocabulary.regex import regex

LABEL = 7
SMALL_LABEL = 8
_BOLD = regex(r"(?:\*\*|__)(?P<name>[^*\n]{1,90}?)(?:\*\*|__)(?P<rest>.*)", re.DOTALL)
_CODE = regex(r"`(?P<name>[^`\n]{1,60})`\s*(?P<rest>(?:[(（].*)?[:：]?)")
# `**PK (a, b)**` above the columns says which of them are the key.
_KEY = regex(r"(?:composite )?(?:PK|primary key)\s*\(", re.IGNORECASE)
# Bold words that open a remark, not a list of columns.
_REMARK = regex(
    r"^(?:note|notes|purpose|description|important|warning|rationale|example|storage|source|table|table name|location|file|status|date|feature|branch|format|key|usage|decision|"  # noqa: E501
    r"why|summary|primary key|identity|context|tip|todo|response|returns|endpoint|input|output|goal|created|updated|migration|result|business purpose|lifecycle|persistence|scope|used by|"  # noqa: E501
    r"注意|用途|説明|说明|目的|nota|propósito|hinweis|zweck|database|parent|inherits|extends)\b", re.IGNORECASE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """`title` is None at the root. `level` is 1 to 6 for headings, more for labels."""

    title: Span | None
    level: int
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()

    @property
    def text(self) -> str:
        return self.title.text if self.title else ""


@dataclass(slots=True)
class _Open:
    title: Span | None
    level: int
    blocks: list[Block] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    def closed(self) -> Section:
        return Section(self.title, self.level, tuple(self.blocks), tuple(self.sections))


def tree(blocks: tuple[Block, ...]) -> Section:
    """The root section of a document."""
    stack = [_Open(None, 0)]
    for position, block in enumerate(blocks):
        following = blocks[position + 1] if position + 1 < len(blocks) else None
        title = _title(block, following)
        if title is None:
            stack[-1].blocks.append(block)
            continue
        span, level, remains = title
        _close(stack, level)
        stack.append(_Open(span, level, [remains] if remains else []))
    _close(stack, 1)
    return stack[0].closed()


def _close(stack: list[_Open], level: int) -> None:
    while len(stack) > 1 and stack[-1].level >= level:
        done = stack.pop().closed()
        stack[-1].sections.append(done)


def _title(block: Block, following: Block | None) -> tuple[Span, int, Block | None] | None:
    """(title, level, what is left of the block) where `block` opens a section."""
    if isinstance(block, Heading):
        return block.span, block.level, None
    if isinstance(block, Paragraph) and isinstance(following, (Bullets, Table, Fence, Paragraph)):
        return _label(block, following)
    return None


def _label(block: Paragraph, following: Block) -> tuple[Span, int, Block | None] | None:
    """A bold or short line right above a list, a table or code stands for a heading."""
    first = block.lines[0]
    if len(first.text) > 200 or (isinstance(following, Paragraph) and not _stands_alone(block)):
        return None
    match = _BOLD.fullmatch(first.text) or _CODE.fullmatch(first.text)
    if match:
        return _bold_label(block, following, match)
    last = block.lines[-1]
    short = last.text.rstrip().rstrip(":：")
    if isinstance(following, Paragraph) or len(short.split()) > 6 or re.search(r"[.。!?;,]", short):
        return None
    colon = last.text.rstrip().endswith((":", "："))
    if not colon and not titles.role_of(short) and len(block.lines) > 1:
        return None
    if not colon and not titles.role_of(short) and not _named_columns(short, following):
        return None
    rest = Paragraph(block.lines[:-1]) if len(block.lines) > 1 else None
    role = titles.read(short).role
    if role == "entity" and _is_sentence(short):
        return None
    return Span(short, last.line, last.column), LABEL if role == "entity" else SMALL_LABEL, rest


def _is_sentence(text: str) -> bool:
    """`Line metadata is kept` is no name: three words or more that go on in small letters."""
    rest = text.split()[1:]
    return len(rest) > 1 and all(word.islower() for word in rest)


def _stands_alone(block: Paragraph) -> bool:
    """A whole line in bold that names columns or an entity, with text below it before the columns come."""
    return len(block.lines) == 1 and bool(
        re.fullmatch(r"(?:\*\*|__)[^*\n]{1,60}(?:\*\*|__)\s*(?:\([^()]*\))?\s*:?", block.lines[0].text)
    )


def _named_columns(text: str, following: Block) -> bool:
    # `Note: for the counter only` says something, unless the word before the colon says that it names.
    said = re.search(r"[:：]", text) is not None and not titles.announced(text)
    named = isinstance(following, (Table, Bullets)) and len(text.split()) <= 3 and not said
    return named and titles.read(text).role == "entity"


def _bold_label(block: Paragraph, following: Block, match: re.Match[str]) -> tuple[Span, int, Block | None] | None:
    first, name, rest = block.lines[0], match["name"].strip(), match["rest"].strip()
    if _KEY.match(name):
        return None
    colon = rest.startswith((":", "：")) or name.endswith((":", "："))
    title = titles.read(name.rstrip(":： "))
    said = rest.lstrip(":： ")
    structural = title.role not in ("entity", "other", "description")
    if said.lstrip("`").startswith(("/", "http")) or (said.startswith("`") and not structural):
        return None
    if (
        said
        and not said.startswith(("(", "（", "-", "–", "—"))
        and not structural
        and not (colon and title.role == "entity" and not _REMARK.match(names.plain(name)))
    ):
        return None
    if _REMARK.match(names.plain(name)) and title.role != "entity":
        return None
    if _REMARK.match(names.plain(name)) and said:
        return None
    level = LABEL if title.role in ("entity", "entities", "key entities") else SMALL_LABEL
    if said and title.role == "attributes" and not storage.UNSTORED_GROUP.search(said.strip("()（）:： ")):
        return None
    remaining = (
        (Paragraph((Span(said, first.line, first.column + first.text.find(said)), *block.lines[1:])),) if said else ()
    )
    left = remaining[0] if remaining else Paragraph(block.lines[1:]) if len(block.lines) > 1 else None
    notes = f" {said}" if said.startswith(("(", "（")) and len(said) < 80 else ""
    return Span(name.rstrip(":： ") + notes, first.line, first.column), level, left


def walk(section: Section) -> Iterator[Section]:
    """`section` and all below it, in the document's order."""
    yield section
    for below in section.sections:
        yield from walk(below)
