"""Markdown documents to a Draft: text → blocks → recognisers, one file a form → one merge."""

from __future__ import annotations

from collections.abc import Sequence

from colonnade.design.draft import Draft
from colonnade.sources.markdown import merge, walk
from colonnade.sources.markdown.blocks import blocks
from colonnade.sources.markdown.sections import tree
from colonnade.sql import fingerprint


def read(documents: Sequence[tuple[str, str]], feature: str) -> Draft:
    """What `documents`, pairs of (file, text), state about the data; the result is the same in whatever order they come."""
    readings = []
    for file, text in sorted(documents):
        root = tree(blocks(text))
        readings.extend(walk.readings(tuple(walk.parts(root, file)), file))
    found = merge.apart(merge.entities(readings), readings)
    return Draft(found, feature, sources=tuple(sorted((file, fingerprint(text)) for file, text in documents)))
