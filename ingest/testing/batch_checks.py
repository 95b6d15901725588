"""How files come must not matter: again, alone or with others, whole or in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.hookspecs import Parser
from ingest.testing.damage import inserted, with_line_ends
from ingest.testing.damage_checks import files_of
from ingest.testing.reading import Content, read, read_in_pieces

_WINDOWS = (40, 250)
"""Bytes: smaller than most records, and as large as several."""


def again(parser: Parser) -> Iterator[str]:
    """Reading the same files again gives the same: nothing is remembered from one batch to the next."""
    contents = [content for _, content in files_of(parser)]
    first, second = read(parser, *contents), read(parser, *contents)
    for (path, _), one, other in zip(files_of(parser), first, second, strict=True):
        if one != other:
            yield f"{path}: parsed twice, it gives {_difference(one, other)}. parse() must depend on nothing but its batch."


def batched(parser: Parser) -> Iterator[str]:
    """Files read together give what each gives alone, damaged and empty neighbours included."""
    contents = [content for _, content in files_of(parser)]
    damaged = [data for content in contents for _, _, data in inserted(content, 10)]
    files = [*contents, b"", *damaged, b"\n", *contents]
    alone = {content: read(parser, content)[0] for content in files}
    for number, (content, one) in enumerate(zip(files, read(parser, *files), strict=True)):
        if alone[content] != one:
            yield (
                f"file {number + 1} of {len(files)} in one batch: alone and with the others, it gives "
                f"{_difference(alone[content], one)}. Look at each piece of batch.pieces by itself; its bytes are "
                f"batch.data[piece.start:piece.end]. The file: {content[:200]!r}"
            )
            return


def in_pieces(parser: Parser) -> Iterator[str]:
    """A large file comes in pieces, cut where `cut` says: rows, rejects, records and line numbers are those of the whole."""
    for path, content in files_of(parser):
        cut_end, windows = content.rstrip(b"\r\n"), with_line_ends(content, b"\r\n")
        for data, sizes in (content, _WINDOWS), (cut_end, _WINDOWS[1:]), (windows, _WINDOWS[1:]):
            if fault := next(_cut_faults(parser, data), None) or next(_piece_faults(parser, path, data, sizes), None):
                yield f"{path}: {fault}"
                break
        for _, bad, data in inserted(content, 10):
            if fault := next(_cut_faults(parser, data), None):
                yield f"{path} with {bad[:12]!r} put in: {fault}"
                break


def _cut_faults(parser: Parser, data: bytes) -> Iterator[str]:
    """Whether `cut` gives the start of a line, for a file of which more and more is known."""
    for end in range(0, len(data), max(1, len(data) // 25)):
        try:
            cut = parser.cut(data[:end])
        except (Exception, SystemExit) as error:  # whatever a parser may raise
            yield f"cut() raises {error!r} for its first {end} bytes. It must give 0 if it does not know."
            return
        if not 0 <= cut <= end:
            yield f"cut() gives {cut} for {end} bytes. It must give a position in them, or 0."
        elif cut and data[cut - 1 : cut] != b"\n":
            yield f"cut() gives {cut}, which is in the middle of a line. It must give the first byte of a record's first line."


def _piece_faults(parser: Parser, path: str, data: bytes, windows: Sequence[int]) -> Iterator[str]:
    (whole,) = read(parser, data, path=path)
    for window in (*windows, len(data) // 2 + 1):
        pieces = read_in_pieces(parser, data, window, path)
        if pieces != whole:
            yield (
                f"whole and in windows of {window} bytes, it gives {_difference(whole, pieces)}. cut() must give the start of "
                "the last record; line numbers go on from piece.line_no, a header is in piece.first_line."
            )


def _difference(one: Content, other: Content) -> str:
    """Where two readings of a file differ first."""
    if one.records != other.records:
        return f"{one.records} and {other.records} records"
    told = {**one.rows, "rejects": one.rejects}
    others = {**other.rows, "rejects": other.rejects}
    for table in dict.fromkeys([*told, *others]):
        rows, other_rows = told.get(table, []), others.get(table, [])
        if len(rows) != len(other_rows):
            return f"{len(rows)} and {len(other_rows)} rows in {table}"
        for row, other_row in zip(rows, other_rows, strict=True):
            if row != other_row:
                return f"in {table} {row} and {other_row}"
    return "the same"
