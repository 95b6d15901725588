"""Records: where each stands in a batch and where the named parts of its head are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ingest.parsing import scan
from ingest.parsing.batch import Batch, Reject
from ingest.parsing.lines.tracebacks import TRACEBACK_BYTES, end_of_traceback, introduces_traceback
from ingest.parsing.scan import Positions, Spans


@dataclass(frozen=True)
class Records:
    """Records of a batch in its order; all arrays have one value per record."""

    batch: Batch
    piece: Positions
    starts: Positions
    ends: Positions
    """Byte after the record, its trailing line breaks left out."""
    line_no: Positions
    """Line of the head in its file, 1-based."""
    spans: dict[str, Spans]
    first_lines: Positions
    """Per piece (not per record): the index among all lines of the batch of its first line."""

    @classmethod
    def of_heads(
        cls, batch: Batch, starts: Positions, lines: Positions, spans: dict[str, Spans], first_lines: Positions
    ) -> Records:
        """Records from their heads: `lines` are the heads' line indexes in the batch."""
        piece = batch.piece_at(starts)
        base = np.array([p.line_no for p in batch.pieces], np.int64)
        line_no = lines - first_lines[piece] + base[piece] if len(piece) else np.zeros(0, np.int64)
        return cls(batch, piece, starts, starts, line_no, spans, first_lines)

    def with_headless(self) -> Records:
        """Adds a record for the text before a piece's first head (formats.md §16, trap 6)."""
        batch = self.batch
        first = np.full(len(batch.pieces), -1, np.int64)
        first[self.piece[::-1]] = self.starts[::-1]
        before = np.where(first < 0, batch.ends, first)
        headless = [i for i in np.flatnonzero(before > batch.starts).tolist() if self._text_before(i, int(before[i]))]
        if not headless:
            return self
        added = np.array(headless, np.int64)
        order = np.argsort(np.concatenate([self.starts, batch.starts[added]]), kind="stable")
        gone = np.full(len(added), -1, np.int64)

        def merged(own: Positions, new: Positions) -> Positions:
            return np.concatenate([own, new])[order]

        return replace(
            self,
            piece=merged(self.piece, added),
            starts=merged(self.starts, batch.starts[added]),
            ends=merged(self.ends, batch.starts[added]),
            line_no=merged(self.line_no, np.array([batch.pieces[i].line_no for i in headless], np.int64)),
            spans={name: (merged(s, gone), merged(e, gone)) for name, (s, e) in self.spans.items()},
        )

    def _text_before(self, piece: int, end: int) -> bool:
        """Whether anything but blank space stands before the first head of a piece."""
        return bool(self.batch.data[self.batch.pieces[piece].start : end].strip())

    def ended(self, text: str) -> Records:
        """Lets each record, and the span named `text`, reach to the next record or the end of its piece."""
        following = np.append(self.starts[1:], np.iinfo(np.int64).max)
        ends = np.minimum(following, self.batch.ends[self.piece])
        ends = scan.without_line_break(self.batch.buffer, self.starts, ends)
        starts = self.spans[text][0]
        starts = np.where(starts < 0, self.starts, starts)
        return replace(self, ends=ends, spans={**self.spans, text: (np.minimum(starts, ends), ends)})

    def with_tracebacks(self, text: str) -> Records:
        """For records that are lines: lets the one that starts a traceback reach to the traceback's end.

        An exception's line directly above it, which ends with a colon, introduces the traceback and reaches there too.
        """
        data = self.batch.data
        starts, ends = self.spans[text]
        ends = ends.copy()
        at = data.find(TRACEBACK_BYTES)
        while at >= 0 and len(starts):
            i = int(np.searchsorted(starts, at, side="right")) - 1
            if i >= 0 and at < ends[i]:
                limit = int(self.batch.ends[self.piece[i]])
                ends[i] = end_of_traceback(data, at, limit)
                before = i - 1
                if (
                    before >= 0
                    and self.piece[before] == self.piece[i]
                    and not data[int(ends[before]) : int(self.starts[i])].strip()
                    and introduces_traceback(data[int(starts[before]) : int(ends[before])])
                ):
                    ends[before] = ends[i]
                at = int(ends[i])
            at = data.find(TRACEBACK_BYTES, at + 1)
        return replace(self, spans={**self.spans, text: (starts, ends)})

    def without_binary(self, text: str) -> tuple[Records, list[Reject]]:
        """Takes out lines with NUL bytes, and what follows them in the record, unless they are heads (trap 18)."""
        if b"\0" not in self.batch.data:
            return self, []
        data = self.batch.data
        ends = self.ends.copy()
        keep = np.ones(len(ends), np.bool_)
        rejects: list[Reject] = []
        zeros = np.flatnonzero(self.batch.buffer == 0)
        for i in np.unique(np.searchsorted(self.starts, zeros, side="right") - 1):
            start, end = int(self.starts[i]), int(self.ends[i])
            has_head = any(span[0][i] >= 0 for name, span in self.spans.items() if name != text)
            head_end = data.find(b"\n", start, end) if has_head else start
            zero = -1 if head_end < 0 else data.find(b"\0", head_end, end)
            if zero < 0:
                continue
            bad = max(data.rfind(b"\n", start, zero) + 1, start)
            rejects.append(Reject(bad, end, "binary data"))
            ends[i] = max(bad - 1, start)
            keep[i] = bad > start
        starts, _ = self.spans[text]
        spans = {**self.spans, text: (np.minimum(starts, ends), ends)}
        kept = replace(
            self,
            piece=self.piece[keep],
            starts=self.starts[keep],
            ends=ends[keep],
            line_no=self.line_no[keep],
            spans={name: (s[keep], e[keep]) for name, (s, e) in spans.items()},
        )
        return kept, rejects
