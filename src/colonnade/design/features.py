"""Features: the numbered folder that a document stands in, such as `001-shop` of `specs/001-shop/spec.md`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePath

from colonnade.design.draft import DraftEntity

_FOLDER = re.compile(r"\d{2,}[-_].+")


@lru_cache(maxsize=1024)
def feature_of(file: str) -> str:
    """The innermost numbered folder of the path `file`, or an empty text."""
    return next((part for part in reversed(PurePath(file).parts[:-1]) if _FOLDER.fullmatch(part)), "")


def introduced_by(entity: DraftEntity) -> str:
    """The first feature, by name, whose documents tell of `entity`."""
    return min(filter(None, map(feature_of, _files(entity))), default="")


def _files(entity: DraftEntity) -> Iterator[str]:
    yield entity.name.place.file
    for attribute in entity.attributes:
        yield attribute.name.place.file
    for relation in entity.relationships:
        yield relation.target.place.file
