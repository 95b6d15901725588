"""Where the records of CSV files stand in a batch, found by counting quotes; no Python per line.

A line break is inside a cell if an odd number of quotes stands before it in its file. Quotes come in runs, and a run
of an even number changes nothing, which most in JSON are. That holds as long as a run that opens a cell stands where
a cell starts, and one that closes it where it ends, so this is checked of each; a file that fails is right up to the
first quote out of place, and `csv_damage` reads on from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ingest.parsing.batch import Batch
from ingest.parsing.scan import Bytes, Flags, Positions, Spans, words_at

_CHUNK = 1 << 18
"""Bytes scanned at once: what a processor's cache holds several times over."""

NOWHERE = np.iinfo(np.int64).max

_QUOTE, _LF, _CR = 34, 10, 13
_BOM, _BOM_MASK = np.uint64(0xBFBBEF), np.uint64(0xFFFFFF)


def _table(chars: bytes) -> Flags:
    flags = np.zeros(256, np.bool_)
    flags[list(chars)] = True
    return flags


_BEFORE_OPENING = _table(b",\n")
_AFTER_CLOSING = _table(b",\r\n")


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
        return np.asarray(batch.ends + added)


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

    def __getitem__(self, which: Positions | Flags | slice) -> CsvRecords:
        """Some of them."""
        return CsvRecords(self.starts[which], self.stops[which], self.pieces[which], self.lines[which])

    def __len__(self) -> int:
        """How many."""
        return len(self.starts)

    @classmethod
    def together(cls, parts: Sequence[CsvRecords]) -> CsvRecords:
        """Several of them as one, in the order of the batch."""
        if len(parts) == 1:
            return parts[0]
        whole = cls(
            np.concatenate([part.starts for part in parts]),
            np.concatenate([part.stops for part in parts]),
            np.concatenate([part.pieces for part in parts]),
            np.concatenate([part.lines for part in parts]),
        )
        return whole[np.argsort(whole.starts, kind="stable")]


def find_lines(bodies: Bodies) -> CsvLines:
    """All line breaks of a batch."""
    batch = bodies.batch
    breaks: list[Positions] = [np.zeros(0, np.int64)]
    quoted: list[Flags] = [np.zeros(0, np.bool_)]
    errors = np.full(len(batch.pieces), NOWHERE)
    odd, start, last = 0, 0, int(bodies.stops.max(initial=0))
    while start < last:
        stop = min(start + _CHUNK, last)
        while stop < last and batch.data[stop] == _QUOTE:  # no run of quotes in two chunks
            stop += 1
        runs_of_quotes = odd_runs(batch.buffer, start, stop)
        below = bodies.starts[slice(*np.searchsorted(bodies.starts, (start, stop)))]
        runs_of_quotes = _made_even(runs_of_quotes, below, odd)
        here, inside, wrong = judged(batch.buffer, start, stop, runs_of_quotes, odd)
        odd = (odd + len(runs_of_quotes[0])) & 1
        breaks.append(here)
        quoted.append(inside)
        pieces = batch.piece_at(wrong)
        in_body = wrong >= bodies.starts[pieces]
        np.minimum.at(errors, pieces[in_body], wrong[in_body])
        start = stop
    lines = CsvLines(np.concatenate(breaks), np.concatenate(quoted), errors)
    filled = bodies.stops > bodies.starts
    ends_open = filled.copy()
    ends_open[filled] = lines.quoted[np.searchsorted(lines.breaks, bodies.stops[filled] - 1)]
    lines.errors[ends_open] = np.minimum(lines.errors[ends_open], bodies.stops[ends_open])
    return lines


def odd_runs(buffer: Bytes, start: int, stop: int) -> Spans:
    """The runs of an odd number of quotes between two bytes."""
    quotes = buffer[start:stop] == _QUOTE
    pairs = quotes[:-1] & quotes[1:]
    alone = pairs.copy()
    alone[1:] &= ~pairs[:-1]
    alone[:-1] &= ~pairs[1:]
    quotes[:-1] ^= alone  # runs of two, quickly: they are the most by far
    quotes[1:] ^= alone
    places = np.flatnonzero(quotes) + start
    first = np.flatnonzero(np.diff(places, prepend=-2) != 1)
    lengths = np.diff(first, append=len(places))
    first, lengths = first[lengths & 1 == 1], lengths[lengths & 1 == 1]
    return places[first], places[first] + lengths


def _made_even(quotes: Spans, starts: Positions, odd: int) -> Spans:
    """An empty run more before each body that an odd number precedes, so that no file has to do with its neighbours."""
    before = np.searchsorted(quotes[0], starts)
    wanting = np.diff(before, prepend=-odd) & 1 == 1
    if not wanting.any():
        return quotes
    at, added = before[wanting], starts[wanting] - 1
    return np.insert(quotes[0], at, added), np.insert(quotes[1], at, added)


def judged(buffer: Bytes, start: int, stop: int, quotes: Spans, odd: int) -> tuple[Positions, Flags, Positions]:
    """Line breaks of a chunk, whether each is inside a cell, and bytes that are out of place.

    `quotes` are the chunk's odd runs, and `odd` is 1 if it starts inside a cell. The buffer must go on behind the
    chunk.
    """
    feeds = buffer[start : stop + 1] == _LF
    breaks = np.flatnonzero(feeds[: stop - start]) + start
    quoted = ((np.searchsorted(quotes[0], breaks) + odd) & 1).astype(np.bool_)
    opening, closing = quotes[0][odd::2], quotes[1][1 - odd :: 2]
    wrong = [
        opening[~_BEFORE_OPENING[buffer[opening - 1]]],  # -1 is the padding behind the batch: a line break
        closing[~_AFTER_CLOSING[buffer[closing]]],
    ]
    if ((buffer[start:stop] == _CR) & ~feeds[1:]).any():
        # a line end for Arrow, for us just a byte that csv.writer puts between quotes; before a CR LF it does no harm
        followed = feeds[1:] | (buffer[start + 1 : stop + 1] == _CR)
        returns = np.flatnonzero((buffer[start:stop] == _CR) & ~followed) + start
        wrong.append(returns[(np.searchsorted(quotes[0], returns) + odd) & 1 == 0])
    return breaks, quoted, np.concatenate(wrong)


def find_records(bodies: Bodies, lines: CsvLines) -> tuple[CsvRecords, dict[int, int]]:
    """The records of all pieces up to the first error of each, and the pieces that have one, with the place to go on."""
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
        return records, {}
    records = records[records.stops <= lines.errors[records.pieces]]
    resume = bodies.starts.copy()
    resume[records.pieces] = records.stops  # the last of each piece stays
    return records, {piece: int(resume[piece]) for piece in damaged.tolist()}


def without_noise(bodies: Bodies, records: CsvRecords, headers: Sequence[bytes]) -> CsvRecords:
    """Less blank lines and repeated headers (formats.md §16, trap 9), and less the byte order marks before records.

    `headers` has one for each piece.
    """
    batch = bodies.batch
    starts = records.starts
    while (marked := words_at(batch.buffer, starts) & _BOM_MASK == _BOM).any():  # files that were joined twice have two
        starts = starts + 3 * marked
    ends = _ends(batch, starts, records.stops)
    lengths = np.array([len(header) for header in headers], np.int64)
    firsts = np.frombuffer(b"".join(header[:8].ljust(8, b"\0") for header in headers), "<u8")
    masks = np.frombuffer(b"".join(b"\xff" * min(len(h), 8) + b"\0" * max(8 - len(h), 0) for h in headers), "<u8")
    keep = ends > starts
    alike = keep & (ends - starts == lengths[records.pieces])
    alike &= words_at(batch.buffer, starts) & masks[records.pieces] == firsts[records.pieces]
    for i in np.flatnonzero(alike):
        keep[i] = batch.data[starts[i] : ends[i]] != headers[records.pieces[i]]
    if keep.all() and starts is records.starts:
        return records
    return CsvRecords(starts, records.stops, records.pieces, records.lines)[keep]


def _ends(batch: Batch, starts: Positions, stops: Positions) -> Positions:
    """Byte after each record without its line break: LF, CRLF, or more carriage returns (formats.md §16, trap 3)."""
    ends = stops - 1
    ends = ends - ((ends > starts) & (batch.buffer[ends - 1] == _CR))
    for i in np.flatnonzero((ends > starts) & (batch.buffer[ends - 1] == _CR)):
        ends[i] = starts[i] + len(batch.data[starts[i] : ends[i]].rstrip(b"\r"))
    return np.asarray(ends)


def runs(starts: Positions, stops: Positions) -> Iterator[tuple[int, int]]:
    """First byte and byte after the last of each stretch of records that touch."""
    breaks = np.flatnonzero(starts[1:] != stops[:-1])
    begins = starts[np.concatenate([[0], breaks + 1])].tolist()
    ends = stops[np.concatenate([breaks, [len(stops) - 1]])].tolist()
    return zip(begins, ends, strict=True)
