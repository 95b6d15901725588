"""Where the records of CSV files stand in a batch, found by counting quotes; no Python per line.

A line break is inside a cell if an odd number of quotes stands before it in its file. That holds as long as every quote
stands where the grammar allows it, so this is checked of each quote; a file that fails is right up to the first quote out of
place, and `csv_damage` reads on from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ingest.parsing.batch import Batch
from ingest.parsing.scan import Bytes, Flags, Positions, without_line_break, words_at

CHUNK = 1 << 20
"""Bytes scanned at once, about what a processor's cache holds."""

NOWHERE = np.iinfo(np.int64).max

_QUOTE, _LF, _CR = 34, 10, 13
_BOM, _BOM_MASK = np.uint64(0xBFBBEF), np.uint64(0xFFFFFF)


def _table(chars: bytes) -> Flags:
    flags = np.zeros(256, np.bool_)
    flags[list(chars)] = True
    return flags


_BEFORE_OPENING = _table(b',\n"')
_AFTER_CLOSING = _table(b',\r\n"')


@dataclass(frozen=True)
class Bodies:
    """The bytes below the header of each piece of a batch; empty for a piece that is not to be read."""

    batch: Batch
    starts: Positions
    stops: Positions
    """Byte after the line break that ends the piece, which the batch may have added."""

    @staticmethod
    def stops_of(batch: Batch) -> Positions:
        """The stops of all pieces."""
        added = (batch.ends > batch.starts) & (batch.buffer[np.maximum(batch.ends - 1, 0)] != _LF)
        return batch.ends + added


@dataclass(frozen=True)
class CsvLines:
    """The line breaks of a batch, and whether each stands inside a quoted cell."""

    breaks: Positions
    quoted: Flags
    errors: Positions
    """Per piece: the first byte that is not as it must be, `NOWHERE` if all are. Before it the other two are right."""


@dataclass(frozen=True)
class CsvRecords:
    """Records of a batch in its order; all arrays have one value per record."""

    starts: Positions
    stops: Positions
    """Byte after the record's line break."""
    pieces: Positions
    lines: Positions
    """Index of the record's first line among all lines of the batch."""

    def __getitem__(self, which: Positions | Flags) -> CsvRecords:
        """Some of them."""
        return CsvRecords(self.starts[which], self.stops[which], self.pieces[which], self.lines[which])

    def __len__(self) -> int:
        """How many."""
        return len(self.starts)

    def merged(self, other: CsvRecords) -> CsvRecords:
        """With others, in the order of the batch."""
        if not len(other):
            return self
        both = CsvRecords(
            np.concatenate([self.starts, other.starts]),
            np.concatenate([self.stops, other.stops]),
            np.concatenate([self.pieces, other.pieces]),
            np.concatenate([self.lines, other.lines]),
        )
        return both[np.argsort(both.starts, kind="stable")]


def scan_quotes(buffer: Bytes, start: int, stop: int, odd: int) -> tuple[Positions, Positions, Flags, Positions]:
    """Quotes, line breaks, whether each is inside quotes, and misplaced bytes, if `odd` says that it starts inside."""
    quotes = np.flatnonzero(buffer[start:stop] == _QUOTE) + start
    return (quotes, *_judged(buffer, start, stop, quotes, odd))


def find_lines(bodies: Bodies) -> CsvLines:
    """All line breaks of a batch."""
    batch = bodies.batch
    breaks: list[Positions] = [np.zeros(0, np.int64)]
    quoted: list[Flags] = [np.zeros(0, np.bool_)]
    errors = np.full(len(batch.pieces), NOWHERE)
    odd = 0
    last = int(bodies.stops.max(initial=0))
    for start in range(0, last, CHUNK):
        stop = min(start + CHUNK, last)
        quotes = np.flatnonzero(batch.buffer[start:stop] == _QUOTE) + start
        quotes = _made_even(quotes, bodies.starts[slice(*np.searchsorted(bodies.starts, (start, stop)))], odd)
        here, inside, wrong = _judged(batch.buffer, start, stop, quotes, odd)
        odd = (odd + len(quotes)) & 1
        breaks.append(here)
        quoted.append(inside)
        pieces = batch.piece_at(wrong)
        in_body = wrong >= bodies.starts[pieces]
        np.minimum.at(errors, pieces[in_body], wrong[in_body])
    lines = CsvLines(np.concatenate(breaks), np.concatenate(quoted), errors)
    filled = bodies.stops > bodies.starts
    ends_open = filled.copy()
    ends_open[filled] = lines.quoted[np.searchsorted(lines.breaks, bodies.stops[filled] - 1)]
    lines.errors[ends_open] = np.minimum(lines.errors[ends_open], bodies.stops[ends_open])
    return lines


def _made_even(quotes: Positions, starts: Positions, odd: int) -> Positions:
    """A quote more before each body that an odd number precedes, so that no file has to do with its neighbours."""
    before = np.searchsorted(quotes, starts)
    wanting = np.diff(before, prepend=-odd) & 1 == 1
    return np.insert(quotes, before[wanting], starts[wanting] - 1) if wanting.any() else quotes


def _judged(
    buffer: Bytes, start: int, stop: int, quotes: Positions, odd: int
) -> tuple[Positions, Flags, Positions]:
    """Line breaks of a chunk, whether each is inside a cell, and bytes that are out of place."""
    breaks = np.flatnonzero(buffer[start:stop] == _LF) + start
    quoted = ((np.searchsorted(quotes, breaks) + odd) & 1).astype(np.bool_)
    # doubled quotes inside cells are most of all quotes in JSON: out they go, in pairs of a closing and an opening one
    doubled = np.diff(quotes) == 1
    doubled[odd::2] = False
    lone = np.ones(len(quotes), np.bool_)
    lone[:-1] &= ~doubled
    lone[1:] &= ~doubled
    quotes_left = quotes[lone]
    opening, closing = quotes_left[odd::2], quotes_left[1 - odd :: 2]
    wrong = [
        opening[~_BEFORE_OPENING[buffer[opening - 1]]],  # -1 is the padding behind the batch: a line break
        closing[~_AFTER_CLOSING[buffer[np.minimum(closing + 1, len(buffer) - 1)]]],
    ]
    following = buffer[start + 1 : stop + 1]
    lone_cr = (buffer[start : start + len(following)] == _CR) & (following != _LF) & (following != _CR)
    if lone_cr.any():  # a line end for Arrow, for us just a byte that csv.writer puts between quotes
        returns = np.flatnonzero(lone_cr) + start
        wrong.append(returns[(np.searchsorted(quotes, returns) + odd) & 1 == 0])
    return breaks, quoted, np.concatenate(wrong)


def find_records(bodies: Bodies, lines: CsvLines) -> tuple[CsvRecords, list[tuple[int, int]]]:
    """The records of all pieces up to the first error of each, and (piece, position) where damaged ones go on."""
    batch = bodies.batch
    pieces = batch.piece_at(lines.breaks)
    ending = ~lines.quoted & (lines.breaks >= bodies.starts[pieces]) & (lines.breaks < bodies.stops[pieces])
    ends = np.flatnonzero(ending)
    stops, pieces = lines.breaks[ends] + 1, pieces[ends]
    first = np.diff(pieces, prepend=-1) != 0
    starts = np.where(first, bodies.starts[pieces], np.roll(stops, 1))
    first_lines = np.searchsorted(lines.breaks, bodies.starts[pieces[first]])
    line_indexes = np.roll(ends + 1, 1)
    line_indexes[first] = first_lines
    records = CsvRecords(starts, stops, pieces, line_indexes)
    damaged = np.flatnonzero(lines.errors != NOWHERE)
    if not len(damaged):
        return records, []
    records = records[records.stops <= lines.errors[records.pieces]]
    resume = bodies.starts.copy()
    resume[records.pieces] = records.stops  # the last of each piece stays
    return records, [(int(piece), int(resume[piece])) for piece in damaged]


def without_noise(bodies: Bodies, records: CsvRecords, headers: list[bytes]) -> CsvRecords:
    """Less blank lines and repeated headers (formats.md §16, trap 9), and less the byte order marks before records.

    `headers` has one for each piece.
    """
    batch = bodies.batch
    marked = words_at(batch.buffer, records.starts) & _BOM_MASK == _BOM
    starts = records.starts + 3 * marked
    ends = without_line_break(batch.buffer, starts, records.stops)
    lengths = np.array([len(header) for header in headers], np.int64)
    firsts = np.frombuffer(b"".join(header[:8].ljust(8, b"\0") for header in headers), "<u8")
    masks = np.frombuffer(b"".join(b"\xff" * min(len(h), 8) + b"\0" * max(8 - len(h), 0) for h in headers), "<u8")
    keep = ends > starts
    alike = keep & (ends - starts == lengths[records.pieces])
    alike &= words_at(batch.buffer, starts) & masks[records.pieces] == firsts[records.pieces]
    for i in np.flatnonzero(alike):
        keep[i] = batch.data[starts[i] : ends[i]] != headers[records.pieces[i]]
    if keep.all() and not marked.any():
        return records
    return CsvRecords(starts, records.stops, records.pieces, records.lines)[keep]


def runs(starts: Positions, stops: Positions) -> Iterator[tuple[int, int]]:
    """First and last byte of each stretch of records that touch."""
    breaks = np.flatnonzero(starts[1:] != stops[:-1])
    begins = starts[np.concatenate([[0], breaks + 1])].tolist()
    ends = stops[np.concatenate([breaks, [len(stops) - 1]])].tolist()
    return zip(begins, ends, strict=True)
