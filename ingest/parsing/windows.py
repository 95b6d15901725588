"""A large file in pieces, each a batch of its own, cut where the parser says that its last record starts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ingest.parsing.batch import PADDING, Batch, Piece, SourceFile

_LINE = re.compile(rb"[^\r\n][^\n]*")


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where in a file its pieces begin, and what is known of what is before."""

    offset: int = 0
    line_no: int = 1
    first_line: bytes = b""
    held: bytes = b""
    """The bytes from there to the end of the last window that was looked at."""


def in_pieces(
    file: SourceFile,
    windows: Iterable[tuple[bytes, bool]],
    cut: Callable[[bytes], int],
    beginning: Beginning = Beginning(),  # it never changes
) -> Iterator[tuple[Batch, bool]]:
    """Batches of one piece, and whether the file ends there without a line break.

    `windows`: the file's bytes behind those of the beginning, each with whether it is the last; `cut`: as that of a parser.
    """
    offset, line_no, first_line, rest = beginning.offset, beginning.line_no, beginning.first_line, beginning.held
    for window, at_end in windows:
        rest = rest + window if rest else window
        end = len(rest) if at_end else cut(rest)
        if not end:
            continue
        broken = b"" if rest[end - 1 : end] == b"\n" else b"\n"
        piece = Piece(file, 0, end, line_no, offset, first_line)
        yield Batch(b"".join([memoryview(rest)[:end], broken, PADDING]), [piece]), at_end and bool(broken)
        if not first_line and (found := _LINE.search(rest, 0, end)):
            first_line = found.group()
        line_no, offset, rest = line_no + rest.count(b"\n", 0, end), offset + end, rest[end:]
