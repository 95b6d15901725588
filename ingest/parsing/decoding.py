"""Bytes of text files as UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def mark_length(content: bytes) -> int:
    """Bytes of a UTF-8 byte order mark at the start: what `decoded` drops."""
    return len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0


def is_utf16(content: bytes) -> bool:
    """Whether it begins with a byte order mark of UTF-16."""
    return content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def decoded(windows: Iterator[bytes]) -> Iterator[bytes]:
    """Drops a byte order mark; text in UTF-16, as Windows tools write it, is turned into UTF-8."""
    first = next(windows, b"")
    if is_utf16(first):
        decoder = codecs.getincrementaldecoder("utf-16")("replace")
        yield decoder.decode(first).encode()
        for window in windows:
            yield decoder.decode(window).encode()
        yield decoder.decode(b"", final=True).encode()
    else:
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from windows


def as_utf8(content: bytes) -> bytes:
    """A whole file's bytes, likewise."""
    if not content.startswith(_MARKS):
        return content
    return b"".join(decoded(iter([content])))
