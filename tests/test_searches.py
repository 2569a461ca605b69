"""Search functions: through the models, for tenants, and in a live database, where nobody takes them for a leak."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from colonnade.config import Settings
from colonnade.design.draft import Draft, DraftAttribute
from colonnade.design.engine import design
from colonnade.prove.attack import Verdict, attacked
from colonnade.prove.attack.source import of_live
from colonnade.prove.ground import prepared
from colonnade.server import Server, connect
from colonnade.vocabulary import wishes
from support.drafts import attribute, draft, entity, fact, index
from support.orm import load
from support.proving import built, failed, proven

LAWS = frozenset({"search-behind-policy", "attack-reading", "pattern-runs"})
ONLY = frozenset({"roles", "sql"})
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
    assert not report.of(Verdict.LEAKED, Verdict.UNPROVEN) and report.holds
    assert {one.table for one in report.attempts} == {"memos", "users"} and report.uncovered == ("public.users",)


NASTY = 'na"me'
GOODS = (
    attribute("name", "string(80)"),
    attribute(NASTY, "text"),
    attribute("sku", "citext"),
    attribute("price", "decimal(10,2)"),
    attribute("Grade", "enum(a,b,c,d,e,f,g,h,I I)"),
    attribute("tags", "string(20)[]"),
    attribute("details", "jsonb"),
    attribute("available", "tstzrange"),
)
INDEXES = (
    index("name gin_trgm_ops", method="gin"),
    index(f'"{NASTY}" gin_trgm_ops', method="gin"),
    *(index(one) for one in ("price", "Grade", "tags", "details", "available")),
)
FORMS = {
    "search_products_name_like": "text",
    "search_products_na_me_like": "text",
    "search_products_sku_is": "citext",
    "search_products_price_is": "numeric",
    "search_products_grade_is": "product_grade",
    "search_products_tags_all": "character varying[]",
    "search_products_tags_any": "character varying[]",
    "search_products_details_with": "jsonb",
    "search_products_available_overlaps": "tstzrange",
    "search_products_available_at": "timestamp with time zone",
}


def goods(*owner: DraftAttribute, **facts: object) -> Draft:
    product = entity("Product", *(owner or (OWNER,)), *GOODS, indexes=(*INDEXES, index("sku")), **facts)
    return draft(product)


def in_organizations() -> Draft:
    organization = entity("Organization", attribute("name", "string(80)", nullable=False))
    reference = attribute("organization_id", "uuid", nullable=False, references="Organization")
    membership = entity("Membership", OWNER, reference)
    return draft(organization, membership, *goods(reference).entities)


def divided(drafted: Draft) -> Draft:
    wish = (fact((wishes.PARTITION, "hash of user_id into 3")),)
    return replace(drafted, entities=tuple(replace(one, wishes=wish) for one in drafted.entities))


WAYS = {
    "plain": goods(),
    "soft delete": goods(soft_delete=True),
    "tenants": in_organizations(),
    "supabase": replace(goods(), database_provider="Supabase"),
    "text ids": goods(attribute("userId", "text", nullable=False)),
    "partitions": divided(goods()),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_form_of_search_reaches_its_index_and_stands_against_every_attack(server: Server, way: str):
    schema, findings = design(WAYS[way], Settings())
    found = {one.function: one.parameter_types[0] for one in schema.intent.patterns if one.function}
    assert found == FORMS, found
    told = [one.message for one in findings if one.rule == "index-behind-policy"]
    assert not any("products_user" in one for one in told), told
    proofs = proven(server, WAYS[way], Settings(), schema, LAWS, ONLY)
    assert failed(proofs) == ()
    assert {one.subject for one in proofs if one.law == "search-behind-policy"} == {
        f"products: {one.title}" for one in schema.intent.patterns if one.function
    }


@pytest.mark.parametrize("family", ["sqlalchemy", "sqlmodel"])
def test_the_models_search_by_every_form(server: Server, tmp_path: Path, family: str):
    schema, _ = design(goods(), Settings())
    with built(schema, Settings()) as tree, prepared(tree, schema, goods(), Settings(), server) as ground:
        assert ground.residents
        package = load(schema, family, tmp_path)
        engine = sa.create_engine(ground.url(ground.filled, "app_user").replace("postgresql", "postgresql+psycopg", 1))
        with orm.Session(engine) as session:
            user = ground.rows["products"][0]["user_id"]
            session.execute(sa.text("SELECT set_config('app.current_user_id', :user, true)"), {"user": user})
            mine = session.scalars(sa.select(package.Product)).all()
            for one in mine:
                asked = {
                    "name_like": f"%{one.name[1:]}",
                    "na_me_like": f"{one.na_me[:-1]}_",
                    "sku_is": one.sku.upper(),
                    "price_is": one.price,
                    "grade_is": one.grade,
                    "tags_all": list(one.tags),
                    "tags_any": [*one.tags, "nobody's"],
                    "details_with": one.details,
                    "available_overlaps": one.available,
                    "available_at": one.available.lower,
                }
                for name, given in asked.items():
                    found = session.scalars(getattr(package.Product, f"by_{name}")(given)).all()
                    keys = {other.id for other in found}
                    assert one.id in keys and keys <= {other.id for other in mine}, (name, given)
            assert (
                session.scalars(package.Product.by_name_like("%", 2)).all()
                == session.scalars(package.Product.by_name_like("%").limit(2)).all()
            )
            assert len(session.scalars(package.Product.by_name_like("%", most=1)).all()) == 1
        engine.dispose()


def test_there_is_no_search_function_where_nobody_could_own_it():
    for settings in (
        Settings(roles=False), Settings(row_level_security=False),
        Settings(disabled_rules=frozenset({"search-functions"})),
    ):  # fmt: skip
        schema, _ = design(memos(), settings)
        assert not any(one.security_definer for one in schema.database.functions)
