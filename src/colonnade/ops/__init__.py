"""Operations: one frozen dataclass a kind of change, one module a theme; `op.py` says what each of them answers."""
