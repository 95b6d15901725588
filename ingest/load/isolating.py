"""What a parser cannot read costs the smallest part: the record that it raises over, not the window, nor the file.

The bytes are read in halves, cut where the parser says that a record starts, down to the one that it raises over. That
one becomes a reject, with what was raised as the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from ingest.hookspecs import Parser
from ingest.parsing.batch import PADDING, Batch, Parsed, Reject

_MOST_FAILURES = 200
"""Parts of one batch that may fail; then the rest is rejected whole, so that the work stays within bounds."""


Check = Callable[[Parsed, Batch], object]
"""Raises if what a parser gave for a batch cannot be stored."""


def parse_in_parts(parser: Parser, batch: Batch, check: Check) -> tuple[Parsed, BaseException | None]:
    """What can be read of a batch of one piece over which the parser raises: the records that it raises over are rejects.

    Also what it raised first if it could read nothing at all; then all of it is rejected.
    """
    isolation = _Isolation(parser, batch, check)
    piece = batch.pieces[0]
    isolation.read(piece.start, piece.end, piece.line_no)
    return isolation.together(), None if isolation.parsed else isolation.first


@dataclass
class _Isolation:
    """One batch being read in parts."""

    parser: Parser
    batch: Batch
    check: Check
    parsed: list[Parsed] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    failures: int = 0
    first: BaseException | None = None
    """What was raised first."""

    def read(self, start: int, end: int, line_no: int) -> None:
        """Reads the bytes between two places, halving them until only what cannot be read is left."""
        waiting = [(start, end, line_no)]
        while waiting:
            start, end, line_no = waiting.pop()
            data = self.batch.data[start:end]
            if self.failures >= _MOST_FAILURES:
                self._reject(start, data, "not read: the parser raised too often in this file")
                continue
            try:
                part = self._part(start, data, line_no)
                parsed = self.parser.parse(part)
                self.check(parsed, part)
            except (Exception, SystemExit) as error:  # a stranger's parser may raise anything
                self.first = self.first or error
                self.failures += 1
                middle = self._middle(data)
                if middle:
                    after = line_no + data.count(b"\n", 0, middle)
                    waiting += [(start + middle, end, after), (start, start + middle, line_no)]
                else:
                    self._reject(start, data, f"the parser raised {error!r}"[:200])
                continue
            self.parsed.append(parsed)
            self.rejects += [Reject(one.start + start, one.end + start, one.reason) for one in parsed.rejects]

    def together(self) -> Parsed:
        """The parts as one."""
        names = dict.fromkeys(name for parsed in self.parsed for name in parsed.tables)
        tables = {
            name: pa.concat_tables(
                [parsed.tables[name] for parsed in self.parsed if name in parsed.tables], promote_options="permissive"
            )
            for name in names
        }
        if not self.parsed:
            return Parsed({}, self.rejects, np.zeros(1, np.int64))
        counts = [parsed.records for parsed in self.parsed]
        records = None if any(one is None for one in counts) else np.sum([one for one in counts if one is not None], 0)
        return Parsed(tables, sorted(self.rejects, key=lambda one: one.start), records)

    def _part(self, start: int, data: bytes, line_no: int) -> Batch:
        piece = self.batch.pieces[0]
        first = piece.first_line
        if not first and start > piece.start:  # a table's header is in the first part
            first = self.batch.data[piece.start : piece.end].lstrip(b"\r\n").partition(b"\n")[0].rstrip(b"\r")
        broken = b"" if data.endswith(b"\n") else b"\n"
        part = replace(
            piece,
            start=0,
            end=len(data),
            line_no=line_no,
            byte_offset=piece.byte_offset + start - piece.start,
            first_line=first,
        )
        return Batch(b"".join([data, broken, PADDING]), [part])

    def _middle(self, data: bytes) -> int:
        """Where a record starts, near the middle if one does; 0 if there is only one."""
        half = data.find(b"\n", len(data) // 2) + 1
        for part in (data[:half], data):
            try:
                cut = self.parser.cut(part)
            except (Exception, SystemExit):
                cut = 0
            if 0 < cut < len(data):
                return cut
        return 0

    def _reject(self, start: int, data: bytes, reason: str) -> None:
        if data.strip():
            self.rejects.append(Reject(start, start + len(data.rstrip(b"\r\n")), reason))
