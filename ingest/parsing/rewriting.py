"""Taking out of logs what stands in the way of reading them, without losing where in the file a text stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa

from ingest.parsing.batch import Batch, Parsed, Reject
from ingest.parsing.scan import Positions

_BREAK = b"\n"


@dataclass(frozen=True)
class Rewrite:
    """What is replaced before anything else is read: a prefix of each line, or what separates records on one line.

    `pattern` is matched in bytes and must not reach over a line break; `by` is empty, or a line break, which makes records
    of one line lines of their own. Lines and bytes of what is read are told as they are in the file.
    """

    pattern: str
    by: str = ""

    @cached_property
    def _pattern(self) -> re.Pattern[bytes]:
        return re.compile(self.pattern.encode(), re.MULTILINE)

    def of(self, batch: Batch) -> Rewritten | None:
        """The batch rewritten; None if nothing in it is replaced."""
        spans = [match.span() for match in self._pattern.finditer(batch.data)]
        if not spans:
            return None
        starts, ends = np.array(spans, np.int64).T
        cut = np.cumsum(ends - starts - len(self.by))
        data = self._pattern.sub(self.by.encode(), batch.data)

        def moved(positions: Positions) -> Positions:
            before = np.searchsorted(ends, positions, side="right")
            return np.asarray(positions - np.append(0, cut)[before])

        pieces = [
            replace(piece, start=start, end=end)
            for piece, start, end in zip(
                batch.pieces, moved(batch.starts).tolist(), moved(batch.ends).tolist(), strict=True
            )
        ]
        return Rewritten(Batch(data, pieces), ends - cut, cut, self.by.encode())


@dataclass(frozen=True)
class Rewritten:
    """A batch in which something was replaced."""

    batch: Batch
    _ends: Positions
    """Byte after each replacement."""
    _cut: Positions
    """Bytes that the batch is shorter by up to and with each replacement."""
    _by: bytes

    def restored(self, parsed: Parsed) -> Parsed:
        """What was read, with lines and bytes of the batch as it was."""
        rejects = [
            Reject(
                self._position(reject.start, "right" if self._by else "left"),
                self._position(reject.end, "right"),
                reject.reason,
            )
            for reject in parsed.rejects
        ]
        tables = parsed.tables
        if self._by == _BREAK:
            tables = {name: self._with_lines(table) for name, table in tables.items()}
        return Parsed(tables, rejects, parsed.records)

    def _position(self, position: int, side: str) -> int:
        before = int(np.searchsorted(self._ends, position, side=side))  # type: ignore[call-overload]
        return position + (int(self._cut[before - 1]) if before else 0)

    def _with_lines(self, table: pa.Table) -> pa.Table:
        """The rows with the numbers of the lines that the file has."""
        lines, pieces = table.column("line_no").to_numpy(), table.column("piece").to_numpy()
        first = np.array([piece.line_no for piece in self.batch.pieces], np.int64)
        breaks = np.flatnonzero(self.batch.buffer == _BREAK[0])
        added = np.append(0, np.cumsum(np.isin(breaks, self._ends - 1)))
        of_piece = np.searchsorted(breaks, self.batch.starts)
        restored = lines - added[of_piece[pieces] + lines - first[pieces]] + added[of_piece[pieces]]
        return table.set_column(table.column_names.index("line_no"), "line_no", pa.array(restored))
