"""Settings: the switches of the house, from `colonnade.toml` or `[tool.colonnade]` in `pyproject.toml`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from colonnade.errors import InputError, Mistake, Place
from colonnade.layout import LAYOUTS, Layout


@dataclass(frozen=True, slots=True)
class Settings:
    """The switches of CLI.md. `disabled_rules` holds the names of rules that are switched off.

    `allow` holds what lint lets pass, each as `rule:object`, such as `FK001:tasks`.
    """

    timestamps: Literal["timestamptz", "timestamp"] = "timestamptz"
    row_level_security: bool = True
    roles: bool = True
    migrator: Literal["bypassrls", "policy"] = "bypassrls"
    auditor: bool = False
    function_search_path: bool = True
    pattern_indexes: bool = True
    economy: bool = False
    primary_keys: Literal["uuid4", "uuid7"] = "uuid4"
    enums: Literal["type", "check"] = "type"
    target_version: Literal[15, 16, 17, 18] = 15
    layout: Literal["reference-1", "reference-2", "reference-4"] = "reference-1"
    disabled_rules: frozenset[str] = frozenset()
    allow: tuple[str, ...] = ()

    @property
    def tree(self) -> Layout:
        """Where the files of a build lie."""
        return LAYOUTS[self.layout]

    def enabled(self, rule: str) -> bool:
        return rule not in self.disabled_rules


DEFAULTS = Settings()

CHOICES: dict[str, tuple[object, ...]] = {
    "timestamps": ("timestamptz", "timestamp"),
    "row_level_security": (True, False),
    "roles": (True, False),
    "migrator": ("bypassrls", "policy"),
    "auditor": (True, False),
    "function_search_path": (True, False),
    "pattern_indexes": (True, False),
    "economy": (True, False),
    "primary_keys": ("uuid4", "uuid7"),
    "enums": ("type", "check"),
    "target_version": (15, 16, 17, 18),
    "layout": tuple(LAYOUTS),
}

assert set(CHOICES) == {field.name for field in fields(Settings)} - {"disabled_rules", "allow"}


def find(start: Path) -> Path | None:
    """The nearest `colonnade.toml`, or `pyproject.toml` with a `[tool.colonnade]` table, from `start` upwards."""
    for folder in (start, *start.parents):
        own, project = folder / "colonnade.toml", folder / "pyproject.toml"
        if own.is_file():
            return own
        if project.is_file() and "[tool.colonnade" in project.read_text(encoding="utf-8", errors="replace"):
            return project
    return None


def load(path: Path | None, rules: Callable[[], frozenset[str]]) -> Settings:
    """The settings that `path` states, the defaults where it is None.

    `rules` gives the names that can be switched; it is asked only where the file switches any, since knowing all of
    them costs the import of every reader.
    Raises InputError with every mistake of the file.
    """
    if path is None:
        return DEFAULTS
    table, text = _table(path)
    mistakes: list[Mistake] = []
    values: dict[str, Any] = {}
    disabled: set[str] = set()

    def mistake(key: str, message: str, fix: str) -> None:
        mistakes.append(Mistake(_place(path, text, key), message, fix))

    for key, value in table.items():
        if key == "rules" and isinstance(value, dict):
            known = rules() if value else frozenset()
            for name, on in value.items():
                if name not in known:
                    mistake(name, f"no rule is called '{name}'", suggestion(name, known) or "see docs/rules.md")
                elif not isinstance(on, bool):
                    mistake(name, f"rules.{name} is {on!r}", "write true or false")
                elif not on:
                    disabled.add(name)
        elif key == "allow":
            if isinstance(value, list) and all(isinstance(one, str) and ":" in one for one in value):
                values[key] = tuple(value)
            else:
                mistake(key, f"allow is {value!r}", 'write a list such as ["FK001:tasks"]')
        elif key == "rules":
            mistake(key, f"rules is {value!r}", "write rules.<name> = false, with a name of docs/rules.md")
        elif key not in CHOICES:
            mistake(key, f"no setting is called '{key}'", suggestion(key, CHOICES) or "see docs/configuration.md")
        elif not any(value == choice and type(value) is type(choice) for choice in CHOICES[key]):
            mistake(key, f"{key} is {value!r}", "write one of " + ", ".join(map(_toml, CHOICES[key])))
        else:
            values[key] = value
    if mistakes:
        raise InputError(tuple(mistakes))
    return Settings(**values, disabled_rules=frozenset(disabled))


def suggestion(word: str, known: Any) -> str:
    """`did you mean 'x'?` for a near miss among `known`, or an empty string."""
    import difflib  # only for what is misspelt

    near = difflib.get_close_matches(word, [str(name) for name in known], n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else ""


def _table(path: Path) -> tuple[dict[str, Any], str]:
    import tomllib

    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except OSError as error:
        raise InputError((Mistake(Place(str(path)), f"cannot be read: {error.strerror}"),)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError((Mistake(Place(str(path)), f"is not valid TOML: {error}"),)) from None
    if path.name == "pyproject.toml":
        document = document.get("tool", {}).get("colonnade", {})
    elif isinstance(document.get("tool"), dict) and "colonnade" in document["tool"]:
        document = document["tool"]["colonnade"]
    return document, text


def _place(path: Path, text: str, key: str) -> Place:
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip().split("=", 1)[0].strip().strip("\"'")
        if bare == key or bare.split(".")[-1].strip("\"' ") == key:
            return Place(str(path), number, len(line) - len(line.lstrip()) + 1)
    return Place(str(path), 1, 1)


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)
