"""Changing a YAML text where its value changed and nowhere else: comments and order stay."""

from __future__ import annotations

import io
from typing import Any

from ruamel.yaml import YAML

IDENTITY = ("index_name", "name", "title", "table", "subject", "table_name", "file")


def patched(text: str, old: dict[str, Any], new: dict[str, Any]) -> str:
    """`text`, whose value is `old` or shorter ways to say it, with what differs in `new`."""
    if old == new:
        return text
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1 << 20
    yaml.representer.add_representer(type(None), _null)
    yaml.indent(mapping=2, sequence=4, offset=2)
    tree = yaml.load(text)
    _mapping(tree, old, new)
    out = io.StringIO()
    yaml.dump(tree, out)
    return out.getvalue()


def _null(representer: Any, _: None) -> Any:
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")


def _mapping(tree: Any, old: dict[str, Any], new: dict[str, Any]) -> None:
    for key in [key for key in old if key not in new]:
        tree.pop(key, None)
    for place, (key, value) in enumerate(new.items()):
        if key not in old:
            tree.insert(min(place, len(tree)), key, value)
        elif old[key] != value:
            tree[key] = _value(tree.get(key), old[key], value)


def _value(tree: Any, old: Any, new: Any) -> Any:
    """What stands for `new` where `tree` stands for `old`: the same object, changed, where both are of one shape."""
    if isinstance(tree, dict) and isinstance(old, dict) and isinstance(new, dict):
        _mapping(tree, old, new)
        return tree
    if isinstance(tree, list) and isinstance(old, list) and isinstance(new, list):
        return _sequence(tree, old, new)
    return new


def _sequence(tree: Any, old: list[Any], new: list[Any]) -> Any:
    """Items are the same by what names them; a list whose items have no names is written anew."""
    present, before, after = (_by_name(one) for one in (tree, old, new))
    if present is None or before is None or after is None or not set(before) <= set(present):
        return new
    for name in [name for name in before if name not in after]:
        tree.remove(present[name])
    for place, (name, value) in enumerate(after.items()):
        if name not in before:
            tree.insert(min(place, len(tree)), value)
        elif before[name] != value:
            _mapping(present[name], before[name], value)
    return tree


def _by_name(items: list[Any]) -> dict[tuple[str, str], Any] | None:
    found: dict[tuple[str, str], Any] = {}
    for one in items:
        key = next((key for key in IDENTITY if isinstance(one, dict) and key in one), None)
        if key is None or (key, str(one[key])) in found:
            return None
        found[key, str(one[key])] = one
    return found
