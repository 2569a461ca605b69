"""Frozen values changed: what `dataclasses.replace` does, in a fourth of the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Type checkers know this function, and check the names and types of what is changed.
    from dataclasses import replace
else:
    import dataclasses

    _COPIES = {}

    def replace(value, /, **changes):
        """`value`, a dataclass with slots, with the fields in `changes` as given. Raises TypeError for another name."""
        cls = value.__class__
        found = _COPIES.get(cls)
        if found is None:
            found = _COPIES[cls] = _slots(cls)
        setters, copies = found
        if not changes.keys() <= setters.keys():
            return dataclasses.replace(value, **changes)
        new = object.__new__(cls)
        for get, put in copies:
            put(new, get(value))
        for name in changes:
            setters[name](new, changes[name])
        return new

    def _slots(cls):
        """How each field of `cls` is read and set past the class, which forbids setting to everybody else.

        Nothing where something must run when a value is made, or where a field has no slot.
        """
        fields = dataclasses.fields(cls)
        members = {field.name: getattr(cls, field.name, None) for field in fields}
        plain = all(field.init for field in fields) and not hasattr(cls, "__post_init__")
        if not plain or not all(hasattr(one, "__set__") for one in members.values()):
            return {}, ()
        setters = {name: one.__set__ for name, one in members.items()}
        return setters, tuple((one.__get__, one.__set__) for one in members.values())


__all__ = ["replace"]
