"""Writer `roles`: roles.sql, which an administrator runs once in the target database."""

from __future__ import annotations

from collections.abc import Iterator

from colonnade.design.provided import SUPABASE_ROLES
from colonnade.design.schema import Extension, Roles, Schema, Table
from colonnade.sql import comment_line, dollar, ident, idents, literal, qualified
from colonnade.writers.file import File, Request, writer


@writer("roles")
def roles(request: Request) -> Iterator[File]:
    """roles.sql, where the design has roles."""
    if request.schema.intent.roles:
        yield File(request.feature_folder / "roles.sql", _script(request.schema, request.schema.intent.roles))


def _script(schema: Schema, roles: Roles) -> str:
    head = (
        f"{schema.intent.title}: the roles that the database runs under.",
        "An administrator runs this once in the target database; running it again changes nothing.",
        "No password is set: give the roles that log in one of their own, or another way to authenticate.",
    )
    external = tuple(
        _external(table, roles) for table in sorted(schema.external, key=lambda one: (one.schema, one.name))
    )
    blocks = (
        "\n".join(map(comment_line, head)),
        "BEGIN;",
        *(_create(*row) for row in _rows(roles)),
        *([_bypass(roles.migrator)] if roles.passes == "bypassrls" else []),
        _membership(roles.owner, roles.migrator, "Migrations do SET ROLE to the owner."),
        *_searching(roles),
        _refusal(roles),
        _database(roles),
        *(_extension(one) for one in schema.database.extensions if one.schema == "public"),
        *external,
        "COMMIT;",
    )
    return "\n\n".join(blocks) + "\n"


def _rows(roles: Roles) -> tuple[tuple[str, str, str], ...]:
    bound = "LOGIN NOSUPERUSER NOBYPASSRLS"
    given = roles.application in SUPABASE_ROLES
    application = () if given else ((roles.application, bound, "is what the application connects as"),)
    reader = ((roles.reader, bound, "reads what policies show it and changes nothing"),) if roles.reader else ()
    searcher = ((roles.searcher, "NOLOGIN", "owns the search functions and reads for them; nobody logs in as it"),)
    auditor = ((roles.auditor, bound, "reads every entry of the audit trails, and nothing else"),)
    passing = "; a policy of each table lets it see every row" if roles.passes == "policy" else ""
    return (
        (roles.owner, "NOLOGIN", "owns every object; nobody logs in as it"),
        (roles.migrator, "LOGIN", f"runs migrations, backfills and seeds{passing}"),
        *application,
        *reader,
        *(searcher if roles.searcher else ()),
        *(auditor if roles.auditor else ()),
    )


def _do(body: str) -> str:
    return f"DO {dollar(body)};"


def _create(name: str, attributes: str, purpose: str) -> str:
    body = (
        f"\nBEGIN\n    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {literal(name)}) THEN\n"
        f"        CREATE ROLE {ident(name)} {attributes};\n    END IF;\nEND\n"
    )
    return f"{comment_line(f'{name} {purpose}.')}\n{_do(body)}"


def _refusal(roles: Roles) -> str:
    """Stops where a role that was there before is one that policies do not bind."""
    bound = ", ".join(literal(one) for one in (roles.application, roles.reader, roles.searcher, roles.auditor) if one)
    powers = ", ".join(literal(one) for one in (roles.owner, roles.migrator, roles.searcher) if one)
    body = (
        "\nDECLARE\n    unbound text;\nBEGIN\n"
        "    SELECT string_agg(r.rolname, ', ' ORDER BY r.rolname) INTO unbound FROM pg_roles AS r\n"
        f"    WHERE r.rolname IN ({bound}) AND (r.rolsuper OR r.rolbypassrls OR EXISTS (\n"
        f"        SELECT FROM pg_roles AS p WHERE p.rolname IN ({powers}) AND p.oid <> r.oid\n"
        "            AND pg_has_role(r.oid, p.oid, 'MEMBER')));\n"
        "    IF unbound IS NOT NULL THEN\n"
        "        RAISE EXCEPTION 'row-level security does not bind %', unbound\n"
        "            USING HINT = 'It is a superuser, has BYPASSRLS or is a member of the owner or the migrator. '\n"
        "                'Take that from it; a role made by the console of a host may have to be made anew by SQL.';\n"
        "    END IF;\nEND\n"
    )
    words = "A role that was there before may be one that policies do not bind; nothing is built on that."
    return f"{comment_line(words)}\n{_do(body)}"


def _bypass(migrator: str) -> str:
    body = (
        f"\nBEGIN\n    IF NOT (SELECT rolbypassrls FROM pg_roles WHERE rolname = {literal(migrator)}) THEN\n"
        f"        ALTER ROLE {ident(migrator)} BYPASSRLS;\n    END IF;\n"
        "EXCEPTION\n    WHEN insufficient_privilege THEN\n"
        "        RAISE NOTICE 'role % cannot be given BYPASSRLS here: only a role that has it may grant it',\n"
        f"            {literal(migrator)};\n"
        "END\n"
    )
    why = "Row-level security is forced, so that what the migrator does to rows must pass it."
    return f"{comment_line(why)}\n{_do(body)}"


def _searching(roles: Roles) -> Iterator[str]:
    """The migrator makes the search functions as their owner, who may make nothing but what it runs."""
    if roles.searcher:
        yield _membership(roles.searcher, roles.migrator, "Migrations make the search functions as their owner.")
        yield f"GRANT CREATE ON SCHEMA public TO {ident(roles.searcher)};"


def _membership(group: str, member: str, why: str) -> str:
    grant = f"GRANT {ident(group)} TO {ident(member)}"
    body = (
        "\nBEGIN\n    IF current_setting('server_version_num')::int >= 160000 THEN\n"
        f"        EXECUTE {literal(grant + ' WITH INHERIT TRUE, SET TRUE')};\n"
        f"    ELSE\n        {grant};\n    END IF;\nEND\n"
    )
    return f"{comment_line(why)}\n{_do(body)}"


def _database(roles: Roles) -> str:
    everyone, entering = idents(roles.names), [one for one in roles.names if one not in (roles.owner, roles.searcher)]
    body = (
        "\nBEGIN\n"
        f"    EXECUTE format('GRANT CREATE ON DATABASE %I TO %I', current_database(), {literal(roles.owner)});\n"
        f"    EXECUTE format('GRANT CONNECT ON DATABASE %I TO {', '.join('%I' for _ in entering)}', current_database(),"
        f" {', '.join(map(literal, entering))});\nEND\n"
    )
    return "\n".join(
        (
            comment_line("What the owner makes, and who may look it up; nobody else makes objects in public."),
            _do(body),
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC;",
            f"GRANT CREATE ON SCHEMA public TO {ident(roles.owner)};",
            f"GRANT USAGE ON SCHEMA public TO {everyone};",
        )
    )


def _extension(extension: Extension) -> str:
    """The owner installs what PostgreSQL trusts; the rest takes an administrator, who is here."""
    body = (
        "\nBEGIN\n    IF EXISTS (\n        SELECT FROM pg_available_extension_versions\n"
        f"        WHERE name = {literal(extension.name)} AND NOT trusted\n    ) THEN\n"
        f"        CREATE EXTENSION IF NOT EXISTS {ident(extension.name)} WITH SCHEMA public;\n    END IF;\nEND\n"
    )
    why = f"{extension.name} is installed here where only an administrator may, otherwise by the schema itself."
    return f"{comment_line(why)}\n{_do(body)}"


def _external(table: Table, roles: Roles) -> str:
    """The owner's foreign keys point at a table of others, for which REFERENCES is needed and nothing more.

    Seeds give their rows to a row that is there, so the migrator reads the key and no other column.
    """
    name = qualified(table.schema, table.name)
    key = table.primary_key
    reading = f"        GRANT SELECT ({idents(key.columns)}) ON {name} TO {ident(roles.migrator)};\n" if key else ""
    usage = (
        ""
        if table.schema == "public"
        else f"        GRANT USAGE ON SCHEMA {ident(table.schema)} TO {ident(roles.owner)};\n"
    )
    body = (
        f"\nBEGIN\n    IF to_regclass({literal(name)}) IS NOT NULL THEN\n{usage}"
        f"        GRANT REFERENCES ON {name} TO {ident(roles.owner)};\n{reading}    ELSE\n"
        f"        RAISE NOTICE 'table % is not there yet: run this again once it is', {literal(name)};\n"
        "    END IF;\nEND\n"
    )
    return f"{comment_line(f'{name} belongs to others; foreign keys point at it.')}\n{_do(body)}"
