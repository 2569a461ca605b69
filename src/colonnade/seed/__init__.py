"""Rows that satisfy a schema."""

from __future__ import annotations

from colonnade.seed.rows import Row, Rows, external_rows, order, rows

__all__ = ["Row", "Rows", "external_rows", "order", "rows"]
