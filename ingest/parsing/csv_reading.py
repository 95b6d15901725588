"""Reading a batch: from bytes over records and cells to rows, and what is rejected on the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ingest.model import Table
from ingest.parsing.batch import Reject
from ingest.parsing.csv_cells import CellReader, Cells, Miscounted
from ingest.parsing.csv_damage import Damage, Grammar
from ingest.parsing.csv_files import CsvFiles
from ingest.parsing.csv_layout import Layout
from ingest.parsing.csv_records import CsvLines, CsvRecords, find_lines, find_records, without_noise
from ingest.parsing.csv_rows import RowMaker, Rows
from ingest.parsing.scan import Flags, Positions


@dataclass
class Reading:
    """One batch being read: `rows` gives the rows; meanwhile `damage` and `understood` fill."""

    files: CsvFiles
    table: Table
    nulls: Sequence[str]
    short_rows: bool
    damage: list[Damage] = field(default_factory=list)
    lines: CsvLines = field(init=False)
    understood: Positions = field(init=False)
    """Records per piece."""

    def __post_init__(self) -> None:
        """Finds the lines."""
        self.lines = find_lines(self.files.bodies)
        self.understood = np.zeros(len(self.files.headers), np.int64)

    def rows(self) -> Iterator[Rows]:
        """The rows of all records, those of one layout behind those of another."""
        records, damaged = find_records(self.files.bodies, self.lines)
        parts: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for piece, at in damaged:
            parts[int(self.files.layout_of[piece])].append((piece, at, int(self.files.bodies.stops[piece])))
        recovered = [self._recovered(self.files.layouts[layout], some) for layout, some in parts.items()]
        for layout, chosen in self.files.by_layout(self._worth_reading([records, *recovered])):
            yield from self._rows_of(layout, chosen)

    def rejects(self) -> list[Reject]:
        """All damage in the order of the batch, line breaks at its ends left out."""
        data = self.files.bodies.batch.data
        return [
            Reject(start, start + len(data[start:stop].rstrip(b"\r\n")), reason)
            for start, stop, reason in sorted(self.damage)
        ]

    def _worth_reading(self, parts: Sequence[CsvRecords]) -> CsvRecords:
        return without_noise(self.files.bodies, CsvRecords.together(parts), self.files.headers)

    def _rows_of(self, layout: Layout, records: CsvRecords) -> Iterator[Rows]:
        maker = RowMaker(layout, self.table, self.nulls)
        width = len(layout.names)
        waiting = [(records, width)]
        while waiting:
            chosen, cells = waiting.pop()
            for part in CellReader(cells, maker.types(cells), self.nulls).read(self.files.bodies.batch, chosen):
                if isinstance(part, Cells):
                    rows, records, damage = maker.rows(part)
                    self.damage += damage
                    self.understood += np.bincount(records.pieces, minlength=len(self.understood))
                    yield rows
                    continue
                short = (part.counts < width) & self.short_rows
                for count in np.unique(part.counts[short]).tolist():
                    waiting.append((part.records[part.counts == count], count))
                waiting.append((self._not_rows(layout, part, ~short), width))

    def _not_rows(self, layout: Layout, miscounted: Miscounted, which: Flags) -> CsvRecords:
        """Rejects records of a wrong number of cells, less those that stray quotes may have put together into one."""
        records, counts = miscounted.records[which], miscounted.counts[which]
        one_line = np.searchsorted(self.lines.breaks, records.stops - 1) == records.lines
        starts, stops = records.starts[one_line].tolist(), records.stops[one_line].tolist()
        for start, stop, count in zip(starts, stops, counts[one_line].tolist(), strict=True):
            self.damage.append((start, stop, f"{count} cells, expected {len(layout.names)}"))
        several = records[~one_line]
        parts = zip(several.pieces.tolist(), several.starts.tolist(), several.stops.tolist(), strict=True)
        return self._worth_reading([self._recovered(layout, parts)])

    def _recovered(self, layout: Layout, parts: Iterable[tuple[int, int, int]]) -> CsvRecords:
        """What can be read of damaged parts, given as piece, start and stop."""
        grammar = Grammar(layout, self.table, self.nulls, self.short_rows)
        pieces: list[int] = []
        records: list[tuple[int, int]] = []
        for piece, start, stop in parts:
            found, damage = grammar.read(self.files.bodies.batch.data, start, stop)
            records += found
            pieces += [piece] * len(found)
            self.damage += damage
        starts, stops = np.array(records, np.int64).reshape(-1, 2).T
        return CsvRecords(starts, stops, np.array(pieces, np.int64), np.searchsorted(self.lines.breaks, starts))
