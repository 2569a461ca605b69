"""Who tells PostgreSQL the current user: our own setting, or a host that has a way of its own."""

from __future__ import annotations

from colonnade.design.provided import SUPABASE_ROLES, SUPABASE_SETTING, SUPABASE_USER
from colonnade.design.work import Work
from colonnade.findings import rule
from colonnade.values import replace


@rule("supabase")
def supabase(work: Work) -> Work:
    """On Supabase the policies are for `authenticated` and ask `auth.uid()`, once a statement.

    It is taken for Supabase where a document names it as the provider, or refers to `auth.users`. Supabase makes the
    roles `anon` and `authenticated`, the schema `auth` and the function; `anon` is granted nothing. Neither is there a
    reader, since those who sign in come as `authenticated`.
    """
    users = work.tables.get(work.users or "")
    named = "supabase" in work.draft.database_provider.lower()
    if not named and not (users and users.external and users.schema == "auth"):
        return work
    roles = work.roles and replace(work.roles, application=SUPABASE_ROLES[1], reader=None)
    return replace(work, roles=roles, setting=SUPABASE_SETTING, current_user=SUPABASE_USER)
