"""Little words that a name may not start or end with, and those that split a list; several languages."""

from __future__ import annotations

ARTICLES = frozenset(
    """a an the its their his her each every any some one this that these those own optional unique required current
    existing zero more or multiple several all both new associated related corresponding respective
    human-readable el la los las un una su sus cada o a os as um uma seu sua der die das ein eine sein ihre le
    les des une son sa ses il lo gli uno""".split()
)
AND = frozenset("and or plus & y e o u und oder et ou och en ed и или".split())
