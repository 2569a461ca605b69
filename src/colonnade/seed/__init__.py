"""Rows that satisfy a schema."""

from __future__ import annotations

from colonnade.seed.rows import Row, Rows, counted, external_rows, order, place_of, rows, together

__all__ = ["Row", "Rows", "counted", "external_rows", "order", "place_of", "rows", "together"]
