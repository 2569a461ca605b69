"""Schemas to compare."""
