"""Writer `design`: design.yaml, the Schema as a document."""

from __future__ import annotations

from collections.abc import Iterator

from colonnade.writers.file import File, Request, writer


@writer("design")
def design(request: Request) -> Iterator[File]:
    """The design as a document that people read and edit."""
    from colonnade.design.document import dump

    yield File(request.feature_folder / "design.yaml", dump(request.schema))
