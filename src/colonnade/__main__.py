"""`python -m colonnade` is the command line."""

from colonnade.cli import main

main()
