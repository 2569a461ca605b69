"""Who reads the rows of a table besides their owner, as far as the documents say."""

from __future__ import annotations

from colonnade.design.work import Blueprint, Work, each
from colonnade.findings import rule
from colonnade.values import replace
from colonnade.vocabulary.audiences import EVERYONE, REFERENCE
from colonnade.vocabulary.wishes import LOOKUP


@rule("stated-audience")
def stated_audience(work: Work) -> Work:
    """A table that is described as visible to everyone is read by every user and written by the owner of each row.

    One that is described as reference data, or as kept by administrators, is only read by the application: the
    migrator writes it. It has no owner, unless it names a user in each row, which then decides. All other rows are
    read and written by their owner alone.
    """
    personal = {link.child for link in work.links if link.parent == work.users}
    return each(work, lambda one: _audience(one, one.name in personal or one.name == work.users))


def _audience(blueprint: Blueprint, personal: bool) -> Blueprint:
    words = " ".join((blueprint.entity.description, *(one.value for one in blueprint.entity.constraints)))
    if not personal and (blueprint.wish(LOOKUP) or REFERENCE.search(words)):
        return replace(blueprint, audience="reference")
    return replace(blueprint, audience="everyone") if personal and EVERYONE.search(words) else blueprint
