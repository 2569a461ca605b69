"""Databases → ordered operations: what builds one from nothing, what leads from one to another, and the way back.

What compares two databases is in `change`, which a build does not import.
"""

from __future__ import annotations

from colonnade.diff.building import creation
from colonnade.diff.order import ordered, undoing, without_rings

__all__ = ["creation", "ordered", "undoing", "without_rings"]
