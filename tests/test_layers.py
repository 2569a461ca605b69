"""Imports go down: a room imports only from rooms above it in the list of docs/architecture.md."""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "src" / "colonnade"
ROOMS = (
    "errors version scratch values sql types findings report layout config vocabulary design ops diff plan changes "
    "sources queries seed writers output revisions server sample catalog elaborate evolve observe apply lint prove "
    "api cli mcp __main__"
).split()
HEAVY = {"sqlalchemy", "sqlmodel", "alembic", "psycopg"}
COMPILE = ROOMS[: ROOMS.index("server")]


def modules() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


def name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(("colonnade", *parts)).removesuffix(".__init__")


def imports(path: Path) -> set[str]:
    """Every module that `path` imports, also inside functions and under TYPE_CHECKING."""
    found: set[str] = set()
    known = {name(one) for one in modules()}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            base = node.module or ""
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                found.add(whole if whole in known else base)
    return found


def room(module: str) -> str:
    return module.split(".")[1]


@pytest.mark.parametrize("path", [one for one in modules() if name(one) != "colonnade"], ids=name)
def test_a_module_imports_only_from_rooms_above_it(path: Path) -> None:
    own = ROOMS.index(room(name(path)))
    for module in imports(path):
        assert module != "colonnade", "nobody imports the package root"
        if module.startswith("colonnade."):
            assert ROOMS.index(room(module)) <= own, f"{name(path)} imports {module}"
        elif room(name(path)) in COMPILE:
            assert module.split(".")[0] not in HEAVY, f"{name(path)} imports {module}"


def test_no_room_has_a_ring() -> None:
    edges = {name(path): {one for one in imports(path) if one.startswith("colonnade.")} for path in modules()}
    list(graphlib.TopologicalSorter(edges).static_order())
