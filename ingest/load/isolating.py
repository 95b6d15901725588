"""What a parser cannot read costs the smallest part: the record that it raises over, not the file.

The file is read in halves, cut where the parser says that a record starts, down to the one that it raises over. That
one becomes a reject, with what was raised as the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from ingest.hookspecs import Parser
from ingest.parsing.batch import PADDING, Batch, Parsed, Reject

_MOST_FAILURES = 200
"""Parts of one batch that may fail; then the rest is rejected whole, so that the work stays within bounds."""


def parse_in_parts(parser: Parser, batch: Batch) -> Parsed:
    """What the parser makes of a batch of one piece, without the records that it raises over.

    Raises what the parser raised if it could read nothing at all, and for a batch of several pieces.
    """
    try:
        return parser.parse(batch)
    except (Exception, SystemExit):
        if len(batch.pieces) != 1:
            raise
        isolation = _Isolation(parser, batch)
        isolation.read(batch.pieces[0].start, batch.pieces[0].end, batch.pieces[0].line_no)
        if not isolation.parsed:
            raise
        return isolation.together()


@dataclass
class _Isolation:
    """One batch being read in parts."""

    parser: Parser
    batch: Batch
    parsed: list[Parsed] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    failures: int = 0

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
                parsed = self.parser.parse(self._part(start, data, line_no))
            except (Exception, SystemExit) as error:
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
