"""Operations on schemas (`CREATE SCHEMA`) and extensions."""

from __future__ import annotations

from dataclasses import dataclass

from colonnade.design.schema import Extension, SchemaNamespace
from colonnade.ops.op import Irreversible, Key, Level, Op, Plain, Position
from colonnade.ops.step import Step
from colonnade.sql import dollar, ident, literal

EXTENSION_MARK = "Installed by Colonnade, which removes it when nothing needs it any more"


def namespace_needs(schema: str) -> tuple[Key, ...]:
    """What an object in `schema` needs: that the schema is there (public always is)."""
    return () if schema == "public" else (("namespace", ident(schema)),)


@dataclass(frozen=True, slots=True)
class CreateNamespace(Plain):
    """The PostgreSQL schema is there."""

    namespace: SchemaNamespace

    @property
    def subject(self) -> str:
        return f"schema {ident(self.namespace.name)}"

    @property
    def position(self) -> Position:
        return Position(Level.NAMESPACES, ident(self.namespace.name), 0, "")

    @property
    def creates(self) -> tuple[Key, ...]:
        return (("namespace", ident(self.namespace.name)),)

    def steps(self) -> tuple[Step, ...]:
        return (Step(f"CREATE SCHEMA {ident(self.namespace.name)}"),)

    def reverse(self) -> Op | Irreversible:
        return DropNamespace(self.namespace)


@dataclass(frozen=True, slots=True)
class DropNamespace(Plain):
    """The PostgreSQL schema is gone."""

    namespace: SchemaNamespace

    @property
    def subject(self) -> str:
        return f"schema {ident(self.namespace.name)}"

    @property
    def position(self) -> Position:
        return Position(Level.NAMESPACES, ident(self.namespace.name), 0, "")

    def steps(self) -> tuple[Step, ...]:
        return (Step(f"DROP SCHEMA {ident(self.namespace.name)}"),)

    def reverse(self) -> Op | Irreversible:
        return CreateNamespace(self.namespace)


def _extension_position(extension: Extension) -> Position:
    return Position(Level.EXTENSIONS, ident(extension.name), 0, "")


@dataclass(frozen=True, slots=True)
class CreateExtension(Plain):
    """The extension is there."""

    extension: Extension

    @property
    def subject(self) -> str:
        return f"extension {ident(self.extension.name)}"

    @property
    def position(self) -> Position:
        return _extension_position(self.extension)

    @property
    def creates(self) -> tuple[Key, ...]:
        return (("extension", ident(self.extension.name)),)

    @property
    def needs(self) -> tuple[Key, ...]:
        return namespace_needs(self.extension.schema)

    def steps(self) -> tuple[Step, ...]:
        return (Step(f"CREATE EXTENSION {ident(self.extension.name)} WITH SCHEMA {ident(self.extension.schema)}"),)

    def reverse(self) -> Op | Irreversible:
        return DropExtension(self.extension)


@dataclass(frozen=True, slots=True)
class DropExtension(Plain):
    """The extension is gone."""

    extension: Extension

    @property
    def subject(self) -> str:
        return f"extension {ident(self.extension.name)}"

    @property
    def position(self) -> Position:
        return _extension_position(self.extension)

    def steps(self) -> tuple[Step, ...]:
        return (Step(f"DROP EXTENSION {ident(self.extension.name)}"),)

    def reverse(self) -> Op | Irreversible:
        return CreateExtension(self.extension)


@dataclass(frozen=True, slots=True)
class ShareExtension(Plain):
    """The extension is there afterwards; where it was absent, its comment says who installed it."""

    extension: Extension

    @property
    def subject(self) -> str:
        return f"extension {ident(self.extension.name)}"

    @property
    def position(self) -> Position:
        return _extension_position(self.extension)

    @property
    def creates(self) -> tuple[Key, ...]:
        return (("extension", ident(self.extension.name)),)

    @property
    def needs(self) -> tuple[Key, ...]:
        return namespace_needs(self.extension.schema)

    def steps(self) -> tuple[Step, ...]:
        name, schema = ident(self.extension.name), ident(self.extension.schema)
        block = (
            "\nBEGIN\n    IF NOT EXISTS (\n"
            f"        SELECT FROM pg_extension WHERE extname = {literal(self.extension.name)}\n    ) THEN\n"
            f"        CREATE EXTENSION {name} WITH SCHEMA {schema};\n"
            f"        COMMENT ON EXTENSION {name} IS {literal(EXTENSION_MARK)};\n"
            "    END IF;\nEND\n"
        )
        return (Step(f"DO {dollar(block)}", note="An extension that is there already is left as it is."),)

    def reverse(self) -> Op | Irreversible:
        return ReleaseExtension(self.extension)


@dataclass(frozen=True, slots=True)
class ReleaseExtension(Plain):
    """The extension is gone if Colonnade installed it and nothing depends on it; otherwise it is left alone."""

    extension: Extension

    @property
    def subject(self) -> str:
        return f"extension {ident(self.extension.name)}"

    @property
    def position(self) -> Position:
        return _extension_position(self.extension)

    def steps(self) -> tuple[Step, ...]:
        # DROP EXTENSION without CASCADE refuses while anything uses a member, however deep the dependency.
        block = (
            f"\nBEGIN\n    IF EXISTS (\n        SELECT FROM pg_extension AS e\n"
            f"        WHERE e.extname = {literal(self.extension.name)}\n"
            f"          AND obj_description(e.oid, 'pg_extension') = {literal(EXTENSION_MARK)}\n    ) THEN\n"
            f"        DROP EXTENSION {ident(self.extension.name)};\n    END IF;\n"
            "EXCEPTION\n    WHEN dependent_objects_still_exist THEN\n"
            f"        RAISE NOTICE 'extension % stays: other objects use it', {literal(self.extension.name)};\nEND\n"
        )
        return (Step(f"DO {dollar(block)}"),)

    def reverse(self) -> Op | Irreversible:
        return ShareExtension(self.extension)
