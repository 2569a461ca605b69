"""The text of a source file, or why it has none."""

from __future__ import annotations

from pathlib import Path

from colonnade.errors import Place, wrong

MAX_BYTES = 64 * 1024 * 1024


def read_text(path: Path) -> str:
    """The text of the file at `path`, decoded from UTF-8 without a byte order mark. Raises InputError."""
    place = Place(str(path))
    if not path.is_file():
        raise wrong("is no regular file", place=place, fix="give a file or a folder")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise wrong(f"is over {MAX_BYTES // 1024**2} MB long", place=place, fix="split it")
        raw = path.read_bytes()
    except OSError as error:
        raise wrong(f"cannot be read: {error.strerror}", place=place, fix="check who may read it") from None
    return decode(raw, str(path))


def decode(raw: bytes, file: str) -> str:
    """`raw` as text. Raises InputError where it is empty, binary or no UTF-8, with the place of the first bad byte."""
    if not raw.removeprefix(b"\xef\xbb\xbf").strip():
        raise wrong("is empty", place=Place(file), fix="write a data model or an entity list into it")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise wrong("is UTF-16, not UTF-8", place=Place(file), fix="save it as UTF-8")
    if b"\0" in raw:
        raise wrong("is a binary file", place=Place(file), fix="give a text: Markdown, JSON, YAML or SQL")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
        place = Place(file, before.count(b"\n") + 1, column)
        raise wrong("is not UTF-8 text", place=place, fix="save it as UTF-8") from None
