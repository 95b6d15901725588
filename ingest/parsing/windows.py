"""A large file in pieces, each a batch of its own, cut where the parser says that its last record starts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from ingest.parsing.batch import PADDING, Batch, Piece, SourceFile

_LINE = re.compile(rb"[^\r\n][^\n]*")


def in_pieces(
    file: SourceFile, windows: Iterable[tuple[bytes, bool]], cut: Callable[[bytes], int], offset: int = 0
) -> Iterator[tuple[Batch, bool]]:
    """Batches of one piece, and whether the file ends there without a line break.

    `windows`: the file's bytes from `offset` on, each with whether it is the last; `cut`: as that of a parser.
    """
    line_no, rest, first_line = 1, b"", b""
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
