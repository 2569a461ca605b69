"""Sizes: bytes of a row and of its indexes as PostgreSQL lays them out, from the types and some assumed widths."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from colonnade import types
from colonnade.design.schema import Column, Index, PrimaryKey, Table, Unique
from colonnade.types import Family

PAGE, PAGE_HEADER, POINTER, TUPLE_HEADER = 8192, 24, 4, 24
INDEX_SPECIAL, INDEX_TUPLE_HEADER, INDEX_FILL = 16, 8, 0.9
POSTING = 6
"""What a row costs in a B-tree whose keys repeat: PostgreSQL keeps one key with a list of rows."""

# Alignment of the fixed types that need one; the others lie where the one before them ends.
ALIGNMENT: dict[str, int] = {
    "smallint": 2, "integer": 4, "real": 4, "date": 4, "oid": 4, "macaddr": 4, "macaddr8": 4, "bigint": 8,
    "double precision": 8, "timestamp with time zone": 8, "timestamp without time zone": 8, "time without time zone": 8,
    "time with time zone": 8, "interval": 8, "pg_lsn": 8, "point": 8, "box": 8, "circle": 8, "line": 8, "lseg": 8,
}  # fmt: skip
# Bytes that a value without a fixed size is assumed to have, its own header included.
ASSUMED: dict[Family, int] = {
    Family.TEXT: 101, Family.CITEXT: 33, Family.JSON: 128, Family.BINARY: 65, Family.RANGE: 26, Family.NETWORK: 8,
    Family.SEARCH: 160, Family.HSTORE: 64, Family.LTREE: 33, Family.XML: 128, Family.BITS: 9,
}  # fmt: skip
SHORT = 127


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes of one row with its line pointer, and of the table's heap and indexes for `rows` of them."""

    row: int
    rows: int
    heap: int
    indexes: int


def assumed_width(column: Column) -> int:
    """The bytes of a value of the column: fixed, or what is assumed of its type."""
    taken = types.take_apart(column.type)
    if taken.dimensions:
        return 64
    if taken.row is None:
        return 4
    if taken.row.size is not None:
        return taken.row.size
    length = taken.length
    if taken.row.family is Family.STRING:
        return 33 if length is None else 1 + (length if length <= 10 else min(length // 4 + 4, 60))
    if taken.row.family is Family.DECIMAL:
        digits = int(taken.arguments[0]) if taken.arguments else 12
        return 3 + 2 * -(-max(digits // 2, 1) // 4)
    if taken.row.family is Family.VECTOR:
        return 8 + 4 * (int(taken.arguments[0]) if taken.arguments else 384)
    return ASSUMED.get(taken.row.family, 33)


def _aligned(at: int, boundary: int) -> int:
    return -(-at // boundary) * boundary


def laid_out(columns: Iterable[Column], start: int = 0) -> int:
    """The bytes of `columns` one after the other, each where its alignment lets it begin."""
    at = start
    for column in columns:
        width, taken = assumed_width(column), types.take_apart(column.type)
        fixed = taken.row is None or (taken.row.size is not None and not taken.dimensions)
        boundary = ALIGNMENT.get(taken.base, 4 if taken.row is None else 1) if fixed else 1 if width <= SHORT else 4
        at = _aligned(at, boundary) + width
    return at


def row_bytes(table: Table) -> int:
    """The bytes of one row of `table` that has a value in each column, with its line pointer."""
    return _aligned(laid_out(table.columns, TUPLE_HEADER), 8) + POINTER


def heap_bytes(table: Table, rows: int) -> int:
    """The bytes of the heap after one load of `rows`."""
    a_page = max((PAGE - PAGE_HEADER) // row_bytes(table), 1)
    return -(-rows // a_page) * PAGE


def index_bytes(table: Table, names: tuple[str, ...], rows: int, repeating: bool = False) -> int:
    """The bytes of a B-tree on `names`, built after the load."""
    columns = [table.column(name) for name in names]
    entry = _aligned(laid_out(columns, INDEX_TUPLE_HEADER), 8) + POINTER
    usable = (PAGE - PAGE_HEADER - INDEX_SPECIAL) * INDEX_FILL
    a_page = int(usable // (POSTING + entry / 200)) if repeating else max(int(usable // entry), 1)
    leaves = -(-rows // a_page)
    return (1 + leaves + (-(-leaves // 200) if leaves > 1 else 0)) * PAGE


def size(table: Table, rows: int) -> Size:
    """The size of `table` with `rows` rows; indexes that are no B-tree count as one on their columns."""
    keys = [one.columns for one in table.constraints if isinstance(one, PrimaryKey | Unique)]
    indexes = sum(index_bytes(table, columns, rows) for columns in keys)
    indexes += sum(
        index_bytes(table, _columns(one), rows, _repeats(table, one)) for one in table.indexes if _columns(one)
    )
    return Size(row_bytes(table), rows, heap_bytes(table, rows), indexes)


def _columns(index: Index) -> tuple[str, ...]:
    return tuple(key.column for key in index.keys if key.column)


def _repeats(table: Table, index: Index) -> bool:
    """Whether many rows share each key: all its columns are references, flags or closed lists."""
    linked = {name for key in table.foreign_keys for name in key.columns}
    few = {one.name for one in table.columns if one.type == "boolean" or types.take_apart(one.type).row is None}
    return not index.unique and set(_columns(index)) <= linked | few


def human(count: int) -> str:
    """`count` bytes in the largest unit of which there is at least one."""
    amount = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "bytes" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TB"
