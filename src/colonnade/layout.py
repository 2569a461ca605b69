"""Layout: where the files of a build lie, one row a tree that people have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True)
class Models:
    """Where the models of one family are imported from: a package with a module an entity, or one module of all."""

    module: str
    package: bool = True


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths below the output folder; `backend` is what Python's path holds, and where alembic.ini and seeds are.

    `models` are by family, the one that Alembic compares with first; a family that is not there is not written.
    """

    backend: PurePosixPath
    migrations: PurePosixPath
    session: PurePosixPath
    models: Mapping[str, Models]

    @property
    def tops(self) -> frozenset[str]:
        """The names that importing the models takes at the top of Python's modules."""
        return frozenset(one.module.partition(".")[0] for one in self.models.values())

    def path_of(self, family: str, module: str = "") -> PurePosixPath:
        """The file of a module of the family's package, or, without a name, the one file that is the family."""
        parts = self.models[family].module.split(".")
        home = self.backend.joinpath(*parts)
        return home / f"{module}.py" if module else home.with_name(f"{parts[-1]}.py")

    def packages_around(self, family: str) -> tuple[PurePosixPath, ...]:
        """The `__init__.py` of each package that the family's own module stands in, outermost first."""
        parts = self.models[family].module.split(".")[:-1]
        return tuple(self.backend.joinpath(*parts[: count + 1], "__init__.py") for count in range(len(parts)))


def _layout(backend: str, migrations: str, session: str, **models: Models) -> Layout:
    root = PurePosixPath(backend)
    return Layout(root, root / migrations, root / session, models)


LAYOUTS: dict[str, Layout] = {
    "reference-1": _layout(
        "backend",
        "migrations",
        "src/db/session.py",
        sqlalchemy=Models("src.db.models"),
        sqlmodel=Models("src.db.sqlmodels"),
    ),
    "reference-2": _layout("backend", "alembic", "db.py", sqlmodel=Models("models", package=False)),
    "reference-4": _layout("", "migrations", "app/database.py", sqlmodel=Models("app.models")),
}
HOME = LAYOUTS["reference-1"]
"""The layout that is chosen where nothing else is."""
