"""Python text as classes: parsed and never executed, class by class where the whole does not parse."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from colonnade.errors import Place
from colonnade.sources.markdown.forms.block import Block, block
from colonnade.sources.markdown.forms.python_types import name_of
from colonnade.vocabulary.regex import regex

# The parser recurses; brackets nested deeper than this are no model.
_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Class:
    """One class: its node, the line offset of the text it was parsed from, and the block that it stands in."""

    node: ast.ClassDef
    shift: int
    seen: Block

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def bases(self) -> tuple[str, ...]:
        return tuple(name_of(base.value if isinstance(base, ast.Subscript) else base) for base in self.node.bases)

    @property
    def decorators(self) -> tuple[str, ...]:
        return tuple(name_of(one.func if isinstance(one, ast.Call) else one) for one in self.node.decorator_list)

    def keyword(self, name: str) -> ast.expr | None:
        return next((word.value for word in self.node.keywords if word.arg == name), None)

    def at(self, node: ast.AST) -> Place:
        line = getattr(node, "lineno", 1) + self.shift
        return self.seen.line_at(line, getattr(node, "col_offset", 0))

    def beside(self, node: ast.stmt) -> str:
        """The comment at the end of a statement's last line."""
        line = (node.end_lineno or node.lineno) + self.shift
        start = self.seen.starts[min(line, len(self.seen.starts)) - 1]
        text = self.seen.text[start:].split("\n", 1)[0] if line == len(self.seen.starts) else ""
        if line < len(self.seen.starts):
            text = self.seen.text[start : self.seen.starts[line] - 1]
        return comment_of(text)


_CODE_OR_COMMENT = regex(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|#")


def comment_of(line: str) -> str:
    """The comment of one line; a `#` inside a string is none."""
    for match in _CODE_OR_COMMENT.finditer(line):
        if match[0] == "#":
            return line[match.start() :].lstrip("# ").rstrip()
    return ""


def _too_deep(text: str) -> bool:
    depth = 0
    for match in re.finditer(r"[\[({]|[\])}]", text):
        depth += 1 if match[0] in "[({" else -1
        if depth > _DEEPEST:
            return True
    return False


def _parsed(text: str) -> ast.Module | None:
    if _too_deep(text):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


_HEAD = regex(r"^(?:@|class\s+\w)")


def _pieces(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The classes of a text that does not parse as a whole: from a `class` at the margin to the next line there."""
    start: int | None = None
    decorating = False
    for number, line in enumerate([*lines, "end"]):
        at_margin = bool(line) and not line[0].isspace() and not line.startswith(("#", ")", "]", "}"))
        if not at_margin:
            continue
        if start is not None and not decorating:
            yield start, "\n".join(lines[start:number])
            start = None
        if not _HEAD.match(line):
            start = None
        elif start is None:
            start = number
        decorating = line.startswith("@")


def classes(text: str, place: Place) -> list[Class]:
    """The classes at the top of a block, in order; what does not parse is left out line by line."""
    dedented = textwrap.dedent(text.expandtabs(4))
    seen = block(dedented, place)
    tree = _parsed(dedented)
    if tree is not None:
        return [Class(node, 0, seen) for node in tree.body if isinstance(node, ast.ClassDef)]
    found = []
    for shift, piece in _pieces(dedented.split("\n")):
        tree = _parsed(piece) or _mended(piece)
        found += [Class(node, shift, seen) for node in (tree.body if tree else ()) if isinstance(node, ast.ClassDef)]
    return found


_REPAIRS = 20


def _mended(piece: str) -> ast.Module | None:
    """A class without the lines at which the parser stops; line numbers stay. Long texts get fewer repairs."""
    lines = piece.split("\n")
    for _ in range(min(_REPAIRS, 1 + 100_000 // (len(piece) + 1))):
        text = "\n".join([*lines, "    pass"])
        if _too_deep(text):
            return None
        try:
            return ast.parse(text)
        except SyntaxError as error:
            if not error.lineno or error.lineno > len(lines) or not lines[error.lineno - 1]:
                return None
            lines[error.lineno - 1] = ""
        except (ValueError, RecursionError, MemoryError):
            return None
    return None


def enum_members(one: Class) -> Mapping[str, str]:
    """The members of an Enum class by name: strings as they are, `auto()` as the name in lower case."""
    found: dict[str, str] = {}
    for node in one.node.body:
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        name, value = node.targets[0].id, node.value
        if isinstance(value, ast.Tuple) and value.elts:
            value = value.elts[0]
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            found[name] = value.value
        elif (isinstance(value, ast.Constant) and isinstance(value.value, int)) or (
            isinstance(value, ast.Call) and name_of(value.func) == "auto"
        ):
            found[name] = name.lower()
    return found


ENUM_BASES = frozenset({"Enum", "StrEnum", "IntEnum", "TextChoices", "IntegerChoices", "Choices"})
