"""Search functions: through the models, for tenants, and in a live database, where nobody takes them for a leak."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import orm

from colonnade.config import Settings
from colonnade.design.engine import design
from colonnade.prove.attack import Verdict, attacked
from colonnade.prove.attack.source import of_live
from colonnade.prove.ground import prepared
from colonnade.server import Server, connect
from support.drafts import attribute, draft, entity, fact
from support.orm import load
from support.proving import built

OWNER = attribute("user_id", "uuid", nullable=False)


def memos(**facts):
    memo = entity("Memo", OWNER, attribute("title", "text"), attribute("body", "text"), soft_delete=True)
    return replace(draft(memo), requirements=(fact("Memos offer full-text search on body"),), **facts)


def test_the_models_search_and_a_live_copy_is_attacked_without_alarm(server: Server, tmp_path: Path):
    drafted = memos()
    schema, _ = design(drafted, Settings())
    with built(schema, Settings()) as tree, prepared(tree, schema, drafted, Settings(), server) as ground:
        assert ground.residents
        package = load(schema, "sqlalchemy", tmp_path)
        user, body = next((row["user_id"], row["body"]) for row in ground.rows["memos"])
        engine = sa.create_engine(ground.url(ground.filled, "app_user").replace("postgresql", "postgresql+psycopg", 1))
        with orm.Session(engine) as session:
            session.execute(sa.text("SELECT set_config('app.current_user_id', :user, true)"), {"user": user})
            found = session.scalars(package.Memo.by_words(f'"{body}"').limit(1)).all()
            assert [(one.body, str(one.user_id)) for one in found] == [(body, user)]
        engine.dispose()
        with connect(server.dsn(ground.filled)) as connection:
            live = of_live(connection)
    report = attacked(server, live)
    bad = [one for one in report.of(Verdict.LEAKED, Verdict.UNPROVEN) if one.table == "memos"]
    assert not bad and {one.table for one in report.attempts} >= {"memos"}


def test_there_is_no_search_function_where_nobody_could_own_it():
    for settings in (
        Settings(roles=False), Settings(row_level_security=False),
        Settings(disabled_rules=frozenset({"search-functions"})),
    ):  # fmt: skip
        schema, _ = design(memos(), settings)
        assert not any(one.security_definer for one in schema.database.functions)
    schema, findings = design(memos(database_provider="Supabase"), Settings())
    assert schema.intent.roles.searcher is None and "search-functions" in {one.rule for one in findings}
