"""`python -m mutations`: the tables of mutations and who sees them; exit 1 if one is not caught.

First faults in a design, which all outputs share and a law about rows must see; then changes to a proven database,
which each of our two observers must see.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence

from colonnade.server import embedded
from mutations import schema
from mutations.catalog import MUTATIONS
from mutations.run import OBSERVERS, Outcome, outcomes, proven

OWN = ("catalog", "pg_dump")


def main() -> int:
    # SQLAlchemy warns of each kind of object that it does not know, which is what the table says anyway.
    warnings.simplefilter("ignore")
    with embedded() as server:
        # Before the fixture: both have roles of the same names, and these must be able to log in.
        designs = schema.run(server)
        with proven(server) as original:
            control, *found = outcomes(server, original, MUTATIONS, tuple(OBSERVERS))
    noise = [f"{observer}: {one}" for observer, seen in control.seen.items() for one in seen]
    sys.stdout.write(
        "".join(f"{one.mutation:44}  {'caught' if one.caught else 'MISSED'}  {one.words[:140]}\n" for one in designs)
    )
    sys.stdout.write("\n".join([*map(row, found), *(f"the control is not green: {one}" for one in noise), ""]))
    sys.stdout.write(
        f"{sum(one.caught for one in designs)}/{len(designs)} faults in the design seen, control included\n"
    )
    sys.stdout.write(summary(found) + "\n")
    seen = all(one.caught_by(observer) for one in found for observer in OWN)
    return 0 if not noise and seen and all(one.caught for one in designs) else 1


def row(outcome: Outcome) -> str:
    """One line a mutation: who saw it, and in what words our own reader said so."""
    marks = "  ".join(f"{name} {'yes' if _seen(outcome, name) else 'no':3}" for name in OBSERVERS)
    reason = next(iter(outcome.seen["catalog"]), "")
    return f"{outcome.mutation.name:30}  {marks}  {reason[:120]}"


def summary(found: Sequence[Outcome]) -> str:
    """`caught N/N catalog N/N pg_dump N/N alembic K/N`."""
    total = len(found)
    caught = sum(any(one.caught_by(observer) for observer in OWN) for one in found)
    counts = (f"{name} {sum(_seen(one, name) for one in found)}/{total}" for name in OBSERVERS)
    return " ".join([f"caught {caught}/{total}", *counts])


def _seen(outcome: Outcome, observer: str) -> bool:
    """Of Alembic it is enough that it wants to write anything at all."""
    return bool(outcome.seen[observer]) if observer == "alembic" else outcome.caught_by(observer)


if __name__ == "__main__":
    sys.exit(main())
