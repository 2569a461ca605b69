"""Databases → ordered operations: what builds one from nothing, what leads from one to another, and the way back."""

from __future__ import annotations

from colonnade.diff.building import creation
from colonnade.diff.change import diff
from colonnade.diff.order import ordered, undoing, without_rings

__all__ = ["creation", "diff", "ordered", "undoing", "without_rings"]
