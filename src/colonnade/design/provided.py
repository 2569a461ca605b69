"""What a hosted PostgreSQL brings with it: named by a design, made by nobody here, stood in for in proofs."""

from __future__ import annotations

from colonnade.design.schema import Function, Privilege, Schema

SUPABASE_SETTING = "request.jwt.claim.sub"
SUPABASE_USER = "auth.uid()"
SUPABASE_ROLES = ("anon", "authenticated")

SUPABASE_CLAIM = (
    "coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''),"
    " nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid"
)
"""What `auth.uid()` gives: the subject of the request's token, by either way in which the gateway hands it over."""

_UID = f"\nSELECT {SUPABASE_CLAIM}\n"


SUPABASE = f"""
CREATE SCHEMA auth;
GRANT USAGE ON SCHEMA auth TO PUBLIC;
CREATE TABLE auth.users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text);
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$ {_UID} $$;
CREATE FUNCTION auth.role() RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT CASE WHEN auth.uid() IS NULL THEN 'anon' ELSE 'authenticated' END $$;
CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE
    AS $$ SELECT jsonb_build_object('sub', auth.uid(), 'role', auth.role()) $$;
CREATE FUNCTION auth.email() RETURNS text LANGUAGE sql STABLE AS $$ SELECT auth.jwt() ->> 'email' $$;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO anon, authenticated, service_role;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON SEQUENCES TO anon, authenticated, service_role;
"""
"""What SQL files that are written for Supabase expect to find there, its grants on new tables included."""


def functions(schema: Schema) -> tuple[Function, ...]:
    """The functions that the policies of `schema` call and that somebody else provides."""
    texts = (text for table in schema.database.tables for one in table.policies for text in (one.using, one.check))
    if not any(SUPABASE_USER in text for text in texts if text):
        return ()
    uid = Function(
        "uid", "auth", returns="uuid", language="sql", body=_UID, volatility="STABLE",
        privileges=(Privilege("PUBLIC", ("EXECUTE",)),),
    )  # fmt: skip
    return (uid,)
