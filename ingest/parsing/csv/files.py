"""The files of a batch by their headers: files of equal header are read together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ingest.parsing.batch import Batch
from ingest.parsing.csv.header import Layout, header_of
from ingest.parsing.csv.records import Bodies, CsvRecords
from ingest.parsing.csv.recovery import Damage
from ingest.parsing.scan import Positions


@dataclass(frozen=True)
class CsvFiles:
    """The pieces of a batch, with what their headers say."""

    bodies: Bodies
    headers: Sequence[bytes]
    """Of each piece; empty if it has none."""
    layouts: Sequence[Layout]
    layout_of: Positions
    """Index of each piece's layout, -1 for a piece that cannot be read."""
    header_lines: Sequence[tuple[int, int]]
    """First byte and byte after the last of each piece's header line; both 0 if it stands in an earlier piece."""

    @classmethod
    def of(cls, batch: Batch, layout_of: Callable[[bytes], Layout | None]) -> CsvFiles:
        """Reads the headers; blank lines above them do not count."""
        stops = Bodies.stops_of(batch)
        starts = stops.copy()
        headers: list[bytes] = []
        lines: list[tuple[int, int]] = []
        indexes = np.full(len(batch.pieces), -1)
        by_text: dict[bytes, tuple[bytes, int]] = {}
        by_header: dict[bytes, int] = {b"": -1}
        layouts: list[Layout] = []
        for i, (piece, stop) in enumerate(zip(batch.pieces, stops.tolist(), strict=True)):
            line = (0, 0) if piece.first_line else _first_line(batch.data, piece.start, stop)
            text = piece.first_line or batch.data[line[0] : line[1]]
            if text not in by_text:  # few texts, many files
                header = header_of(text)
                if header not in by_header:
                    layout = layout_of(header)
                    by_header[header] = len(layouts) if layout else -1
                    layouts += [layout] if layout else []
                by_text[text] = header, by_header[header]
            header, indexes[i] = by_text[text]
            headers.append(header)
            lines.append(line)
            if indexes[i] >= 0:
                starts[i] = line[1] or piece.start
        return cls(Bodies(batch, starts, stops), headers, layouts, indexes, lines)

    @cached_property
    def _line_base(self) -> Positions:
        return np.array([piece.line_no for piece in self.bodies.batch.pieces], np.int64)

    def line_numbers(self, records: CsvRecords, breaks: Positions) -> Positions:
        """The number in its file of each record's first line."""
        first_lines = np.searchsorted(breaks, self.bodies.batch.starts)
        return records.lines + (self._line_base - first_lines)[records.pieces]

    def by_layout(self, records: CsvRecords) -> Iterator[tuple[Layout, CsvRecords]]:
        """The records of each layout."""
        if len(self.layouts) == 1:
            yield self.layouts[0], records
            return
        layout_of = self.layout_of[records.pieces]
        order = np.argsort(layout_of, kind="stable")
        bounds = np.searchsorted(layout_of[order], np.arange(len(self.layouts) + 1))
        for layout, start, stop in zip(self.layouts, bounds, bounds[1:], strict=False):
            yield layout, records[order[start:stop]]

    def without_header(self) -> Iterator[Damage]:
        """The pieces that hold something, but begin with no header of this format."""
        batch = self.bodies.batch
        for i in np.flatnonzero(self.layout_of < 0).tolist():
            piece = batch.pieces[i]
            if batch.data[piece.start : piece.end].rstrip(b"\r\n"):
                yield piece.start, piece.end, "no known column in the header"

    def unknown_columns(self) -> Iterator[Damage]:
        """The header lines with headers that no column wants."""
        for i, (start, stop) in enumerate(self.header_lines):
            layout = self.layouts[self.layout_of[i]] if self.layout_of[i] >= 0 else None
            if stop and layout and layout.unknown:
                names = ", ".join(layout.names[cell] for cell in layout.unknown)
                yield start, stop, f"unknown column {names}: values not kept"


def _first_line(data: bytes, start: int, stop: int) -> tuple[int, int]:
    """The first line that is not blank."""
    while data.startswith((b"\r", b"\n"), start, stop):
        start += 1
    return start, (data.find(b"\n", start, stop) + 1) or stop
