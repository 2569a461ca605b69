"""`colonnade` and `python -m colonnade` are the command line."""

from __future__ import annotations

import gc


def main() -> None:
    """Runs the command line and exits."""
    # One short run makes values and keeps them: looking for rings of garbage among them, and among what is imported,
    # costs a third of the time.
    gc.set_threshold(200_000, 50, 50)
    from colonnade import cli

    cli.main()


if __name__ == "__main__":
    main()
