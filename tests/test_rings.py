"""Circles of required references: designed, built and proven, and filled by a session of the models."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from colonnade import api
from colonnade.output import temporary_tree
from colonnade.prove.imports import imported
from colonnade.revisions import FIRST, Position
from colonnade.server import Server, connect, scratch_database


def entity(name: str, parent: str, extra: dict[str, str] | None = None) -> dict[str, object]:
    key, kind = f"{parent.lower()}_id", (extra or {}).get("id", "uuid")
    return {
        "name": name, "attributes": {key: kind, "label": "string(40)", **(extra or {})},
        "constraints": [f"{key} NOT NULL", "label NOT NULL"],
        "relationships": [{"type": "many-to-one", "target_entity": parent, "foreign_key": key}],
    }  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> api.Design:
    """Circles of two, one of three within the rows of one user, tables that require themselves; counted keys too."""
    owned, counted = {"user_id": "uuid"}, {"id": "integer"}
    entities = [
        entity("Guild", "Hero"), entity("Hero", "Guild"), entity("Alpha", "Beta", owned),
        entity("Beta", "Gamma", owned), entity("Gamma", "Alpha", owned), entity("Node", "Node"),
        entity("Owl", "Fox", counted), entity("Fox", "Owl", {**counted, **owned}), entity("Nest", "Nest", counted),
        entity("Egg", "Owl", counted),
    ]  # fmt: skip
    source = tmp_path_factory.mktemp("rings") / "entities.json"
    source.write_text(json.dumps({"spec_file": "specs/001-rings/spec.md", "entities": entities}))
    return api.design([str(source)], api.settings(start=source.parent))


def test_every_law_holds_on_circles(made: api.Design, server: Server) -> None:
    proofs = api.prove(made, api.settings(), server)
    assert [proof for proof in proofs if not proof.passed] == []
    subjects = {proof.subject for proof in proofs if proof.law == "constraint-foreign-key"}
    assert any("heroes_guild_id_fkey" in one for one in subjects)
    seeded = {proof.subject.rpartition("/")[2] for proof in proofs if proof.law == "seeds-load"}
    assert any("fox_owl" in one or "owl_fox" in one for one in seeded) and any("nest" in one for one in seeded)


def test_the_finding_says_what_a_circle_means(made: api.Design) -> None:
    messages = [one.message for one in made.findings if one.rule == "circular-references"]
    assert len(messages) == 5
    assert any("heroes first, under a key of guilds" in one and "deleting a row" in one for one in messages)


def test_a_session_adds_a_circle_in_one_transaction(made: api.Design, server: Server) -> None:
    chosen = api.settings()
    files = api.write(made.schema, chosen, Position(FIRST, None, chosen.tree.migrations))
    ours = {"guilds", "heroes"}
    with (
        scratch_database(server) as name,
        temporary_tree(files) as tree,
        imported(tree / "backend", "src.db.models") as models,
    ):
        engine = sa.create_engine(server.dsn(name).replace("postgresql://", "postgresql+psycopg://"))
        tables = [table for place, table in models.Base.metadata.tables.items() if place in ours]
        models.Base.metadata.create_all(engine, tables=tables)
        with Session(engine) as session:
            guild = models.Guild(id=uuid4(), label="first")
            hero = models.Hero(id=uuid4(), label="leader", guild_id=guild.id)
            guild.hero = hero
            session.add(guild)
            session.commit()
            assert hero.guild is guild and guild.heroes == [hero]
        engine.dispose()
        with connect(server.dsn(name)) as connection:
            assert connection.execute("SELECT count(*) FROM guilds JOIN heroes ON hero_id = heroes.id").fetchone() == (
                1,
            )
