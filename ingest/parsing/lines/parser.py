"""`LineParser`: logs made of records that start with a head and may go on over further lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa

from ingest.model import Table
from ingest.parsing.batch import PADDING, Batch, Parsed, Reject
from ingest.parsing.columns import Array, repeated, texts, typed
from ingest.parsing.lines.error_rules import ErrorRules
from ingest.parsing.lines.events import Event, find_events
from ingest.parsing.lines.heads import Head, RegexHead
from ingest.parsing.lines.records import Records
from ingest.parsing.lines.tracebacks import before_open_traceback
from ingest.parsing.rewriting import Rewrite
from ingest.parsing.sample import Sample
from ingest.parsing.scan import Flags, Positions, Spans

_CHUNK = 1 << 20
"""Bytes scanned at once: what a processor's cache holds; whole 10 MB files at once are 40 % slower."""

_TAIL = 1 << 16
"""Bytes looked at first for the last head; usually it is there."""


@dataclass(frozen=True, kw_only=True)
class LineParser:
    """Reads records that start with a head line; every other line goes on with the record above it.

    `head` is a regular expression with named groups, or a `DelimitedHead` for large logs. The groups of head and path
    bear the names of the columns that they fill; the group named `text` reaches to the record's end, over line breaks.
    Lines before the first head become one record without head values. With `multiline=False` a record is one line, and lines
    without a head are rejected; empty ones, and those that `noise` matches, are passed over. Of several patterns given as
    `head` the first that matches a line counts. `transform` makes what is stored out of the rows: it also sees, as text, the
    groups of head and path that are no columns of the table. `rewrite` takes away what stands in the way before anything
    else is read, such as a prefix of each line.
    """

    name: str
    kind: str
    path: str
    head: str | tuple[str, ...] | Head
    table: Table
    samples: Sequence[Sample]
    version: int = 1
    text: str = "message"
    constants: Mapping[str, str] = field(default_factory=dict)
    events: Sequence[Event] = ()
    errors: ErrorRules | None = None
    multiline: bool = True
    noise: str | None = None
    transform: Callable[[pa.Table], pa.Table] | None = None
    rewrite: Rewrite | None = None

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """The tables that it fills."""
        return (self.table,) if self.errors is None else (self.table, self.errors.table)

    @cached_property
    def _head(self) -> Head:
        return RegexHead(self.head) if isinstance(self.head, str | tuple) else self.head

    def cut(self, data: bytes) -> int:
        """Where the last record in the bytes starts; 0 if only one does."""
        end = data.rfind(b"\n") + 1
        if not self.multiline:
            return before_open_traceback(data, max(end - _CHUNK, 0), end)
        size = _TAIL
        while end > 0:
            start = data.rfind(b"\n", 0, max(end - size, 0)) + 1
            batch = Batch(data[start:end] + PADDING, ())
            starts, ends = _lines(batch, 0, end - start)
            heads = self._head.find(batch, starts, ends).lines
            if len(heads):
                return start + int(starts[heads[-1]])
            end, size = start, _CHUNK
        return 0

    def parse(self, batch: Batch) -> Parsed:
        """All records of all pieces."""
        rewritten = self.rewrite.of(batch) if self.rewrite is not None else None
        return self._parse(batch) if rewritten is None else rewritten.restored(self._parse(rewritten.batch))

    def _parse(self, batch: Batch) -> Parsed:
        records, rejects = self._records(batch)
        tables = {self.table.name: self._rows(records)}
        if self.errors is not None:
            reporting = records if self.multiline else records.with_tracebacks(self.text)
            tables[self.errors.table.name] = self.errors.rows(reporting, self.text, self.constants)
        counts = np.bincount(records.piece, minlength=len(batch.pieces)).astype(np.int64)
        return Parsed(tables, rejects, counts)

    def _records(self, batch: Batch) -> tuple[Records, list[Reject]]:
        """Where each record stands, and what is none."""
        starts: list[Positions] = []
        lines: list[Positions] = []
        spans: dict[str, list[Spans]] = {name: [] for name in self._head.names}
        rejects: list[Reject] = []
        first_lines: list[Positions] = []  # index in the batch of each piece's first line
        line = 0
        for start, end in _chunks(batch):
            line_starts, line_ends = _lines(batch, start, end)
            heads = self._head.find(batch, line_starts, line_ends)
            starts.append(line_starts[heads.lines])
            lines.append(heads.lines + line)
            for name, span in heads.spans.items():
                spans[name].append(span)
            if not self.multiline:
                rejects += self._unmatched(batch, line_starts, line_ends, heads.lines)
            here = batch.starts[(batch.starts >= start) & (batch.starts < end)]
            first_lines.append(np.searchsorted(line_starts, here) + line)
            line += len(line_starts)
        first_lines.append(np.full(int((batch.starts >= _end(batch)).sum()), line))  # empty pieces at the end
        joined_spans = {
            name: (_joined([s for s, _ in parts]), _joined([e for _, e in parts])) for name, parts in spans.items()
        }
        records = Records.of_heads(batch, _joined(starts), _joined(lines), joined_spans, _joined(first_lines))
        if self.multiline:
            records = records.with_headless().ended(self.text)
            return records.without_binary(self.text)
        return records, rejects

    @cached_property
    def _noise(self) -> re.Pattern[bytes] | None:
        return re.compile(self.noise.encode(), re.MULTILINE) if self.noise else None

    def _unmatched(self, batch: Batch, starts: Positions, ends: Positions, heads: Positions) -> Iterator[Reject]:
        """The lines that are neither heads nor empty nor noise."""
        other: Flags = ends > starts
        other[heads] = False
        for i in np.flatnonzero(other).tolist():
            start, end = int(starts[i]), int(ends[i])
            if not batch.data[start:end].isspace() and not (self._noise and self._noise.match(batch.data, start, end)):
                yield Reject(start, end, "line does not match the format")

    def _rows(self, records: Records) -> pa.Table:
        """The rows of the parser's own table."""
        columns: dict[str, Array] = {
            "piece": pa.array(records.piece.astype(np.int32)),
            "line_no": pa.array(records.line_no),
        }
        every = np.zeros(len(records.piece), np.int64)
        for column in self.table.own:
            if column.name in records.spans:
                columns[column.name] = typed(records.batch.buffer, records.spans[column.name], column.type)
            elif column.name in self.constants:
                columns[column.name] = repeated([self.constants[column.name]], every)
        if self.events:
            by_name = {column.name: column for column in self.table.own}
            columns |= find_events(columns[self.text], self.events, by_name)
        if self.transform is not None:
            return self.transform(pa.table(self._groups(records) | columns))
        return pa.table(columns)

    def _groups(self, records: Records) -> dict[str, Array]:
        """All groups of head and path as text, for `transform`."""
        pieces = records.batch.pieces
        by_path = re.compile(self.path).groupindex
        told = {name: repeated([piece.file.groups.get(name) for piece in pieces], records.piece) for name in by_path}
        return told | {name: texts(records.batch.buffer, spans) for name, spans in records.spans.items()}


def _joined(parts: Sequence[Positions]) -> Positions:
    return np.concatenate([*parts, np.zeros(0, np.int64)])


def _end(batch: Batch) -> int:
    """Byte after the last piece and the line break added to it."""
    last = int(batch.ends.max(initial=0))
    return last + (last > 0 and batch.data[last - 1 : last] != b"\n")


def _chunks(batch: Batch) -> Iterator[tuple[int, int]]:
    """Parts of about a megabyte, each of whole lines."""
    start, stop = int(batch.starts[0]) if len(batch.pieces) else 0, _end(batch)
    while start < stop:
        end = stop
        if stop - start > _CHUNK:
            end = batch.data.rfind(b"\n", start, start + _CHUNK) + 1
            if end <= start:  # a line longer than a chunk
                end = batch.data.find(b"\n", start + _CHUNK, stop) + 1 or stop
        yield start, end
        start = end


def _lines(batch: Batch, start: int, end: int) -> tuple[Positions, Positions]:
    """First byte and byte after the last (without CR, LF) of each line in a chunk that ends with a line break."""
    breaks = np.flatnonzero(batch.buffer[start:end] == 10) + start
    starts = np.empty(len(breaks), np.int64)
    if len(breaks):
        starts[0] = start
        starts[1:] = breaks[:-1] + 1
    carriage = (breaks > starts) & (batch.buffer[np.maximum(breaks - 1, 0)] == 13)
    return starts, breaks - carriage
