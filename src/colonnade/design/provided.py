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
CREATE TABLE auth.users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text, phone text, encrypted_password text,
    raw_app_meta_data jsonb, raw_user_meta_data jsonb, last_sign_in_at timestamptz,
    created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now()
);
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

SUPABASE_PARTS = {
    "storage": """
CREATE SCHEMA storage;
GRANT USAGE ON SCHEMA storage TO PUBLIC;
CREATE TABLE storage.buckets (
    id text PRIMARY KEY, name text NOT NULL, owner uuid, public boolean DEFAULT false, file_size_limit bigint,
    allowed_mime_types text[], created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now()
);
CREATE TABLE storage.objects (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), bucket_id text REFERENCES storage.buckets, name text, owner uuid,
    owner_id text, metadata jsonb, created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now()
);
ALTER TABLE storage.buckets ENABLE ROW LEVEL SECURITY;
ALTER TABLE storage.objects ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON storage.buckets, storage.objects TO anon, authenticated, service_role;
CREATE FUNCTION storage.foldername(name text) RETURNS text[] LANGUAGE sql IMMUTABLE
    AS $$ SELECT (string_to_array(name, '/'))[1:cardinality(string_to_array(name, '/')) - 1] $$;
CREATE FUNCTION storage.filename(name text) RETURNS text LANGUAGE sql IMMUTABLE
    AS $$ SELECT (string_to_array(name, '/'))[cardinality(string_to_array(name, '/'))] $$;
CREATE FUNCTION storage.extension(name text) RETURNS text LANGUAGE sql IMMUTABLE
    AS $$ SELECT reverse(split_part(reverse(storage.filename(name)), '.', 1)) $$;
""",
    "supabase_realtime": "CREATE PUBLICATION supabase_realtime;",
    "uuid_generate_v4": """
CREATE SCHEMA extensions;
GRANT USAGE ON SCHEMA extensions TO PUBLIC;
CREATE FUNCTION extensions.uuid_generate_v4() RETURNS uuid LANGUAGE sql AS $$ SELECT gen_random_uuid() $$;
SET search_path = public, extensions;
""",
}
"""What is there too, and stood in for where a file has the word."""

SUPABASE_EXTENSIONS = frozenset({
    "pgcrypto", "uuid-ossp", "pg_graphql", "pgjwt", "pg_net", "pgsodium", "supabase_vault", "pg_stat_statements",
    "pg_cron", "http", "wrappers", "plpgsql",
})  # fmt: skip
"""Extensions of a Supabase project that our server need not have: no table is made of them."""


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
