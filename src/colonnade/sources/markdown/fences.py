"""Which recogniser reads a code block: by its label, and by its content where the label is missing or says nothing."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Protocol

from colonnade.errors import Place
from colonnade.sources.markdown.blocks import Fence
from colonnade.sources.reading import Reading


class _Form(Protocol):
    def read(self, text: str, place: Place) -> Reading | None: ...


_HOME = "colonnade.sources.markdown.forms."

# Fence label to the form that is tried first.
BY_LABEL: dict[str, str] = {
    **dict.fromkeys(("sql", "postgresql", "postgres", "pgsql", "plpgsql", "psql", "mysql", "sqlite", "tsql", "mssql", "mariadb", "ddl"), "sql"),  # noqa: E501
    **dict.fromkeys(("mermaid", "erdiagram", "mmd"), "mermaid"),
    **dict.fromkeys(("python", "py", "python3", "sqlmodel", "sqlalchemy"), "python"),
    **dict.fromkeys(("typescript", "ts", "tsx", "javascript", "js", "jsx", "typeorm"), "typescript"),
    "prisma": "prisma",
    **dict.fromkeys(("json", "jsonc", "json5", "jsonschema"), "jsonform"),
    "django": "django",
    **dict.fromkeys(("yaml", "yml"), "yamlform"),
    "dbml": "notation",
    **dict.fromkeys(("csharp", "cs", "c#", "swift", "kotlin", "kt", "java", "dart", "go", "golang", "rust", "rs"), "relatives"),  # noqa: E501
}  # fmt: skip

# Where the label is missing or wrong the content decides, in this order.
SNIFFED = (
    "jsonform",
    "mermaid",
    "prisma",
    "drizzle",
    "mongoose",
    "sql",
    "python",
    "typescript",
    "relatives",
    "notation",
    "yamlform",
    "relational",
    "outline",
)

# Labels of programs in languages that no recogniser reads.
FOREIGN = frozenset(
    [
        "bash",
        "sh",
        "shell",
        "console",
        "zsh",
        "powershell",
        "http",
        "toml",
        "ini",
        "env",
        "xml",
        "html",
        "css",
        "scss",
        "csv",
        "diff",
        "dockerfile",
        "nginx",
        "makefile",
        "kotlin",
        "java",
        "swift",
        "go",
        "rust",
        "csharp",
        "cs",
        "c",
        "cpp",
        "php",
        "ruby",
        "rb",
        "dart",
        "elixir",
        "scala",
        "graphql",
        "proto",
        "protobuf",
        "solidity",
        "gherkin",
        "regex",
        "log",
        "properties",
        "hcl",
        "r",
        "lua",
    ]
)


def _module(form: str) -> _Form | None:
    try:
        return importlib.import_module(_HOME + form)
    except ModuleNotFoundError as error:
        if error.name != _HOME + form:
            raise
        return None


def _sniff(form: str) -> Callable[[str], bool] | None:
    module = _module(form)
    found: Callable[[str], bool] | None = getattr(module, "sniff", None)
    return found


def form_of(fence: Fence) -> str | None:
    """The form that should read `fence`, or None where it is no schema in any known form."""
    label = fence.language.split(",")[0].split(":")[0].strip(".")
    if (
        BY_LABEL.get(label) == "typescript"
        and "Schema" in fence.text
        and (test := _sniff("mongoose"))
        and test(fence.text)
    ):
        return "mongoose"
    bare = label in ("typescript", "ts") and fence.text.lstrip().startswith("{")
    if label in BY_LABEL and label not in ("javascript", "js", "jsx") and not bare:
        return BY_LABEL[label]
    if label in FOREIGN:
        return None
    return next((form for form in SNIFFED if (test := _sniff(form)) and test(fence.text)), BY_LABEL.get(label))


def read(fence: Fence, file: str) -> Reading | None:
    """The facts of a code block, or None where it is no schema."""
    form = form_of(fence)
    place = Place(file, fence.start.line, fence.start.column)
    module = _module(form) if form else None
    found = module.read(fence.text, place) if module else None
    if form in ("sql", "yamlform") and (
        found is None or not (found.entities or found.stated_apart or found.queries or found.enums)
    ):
        # What is labelled as SQL or YAML and is none may still be an outline of tables.
        found = _outline(fence.text, place) or found
    return found


def _outline(text: str, place: Place) -> Reading | None:
    module = _module("outline")
    return module.read(text, place) if module else None
