"""Reading a batch: from bytes over records and cells to rows, and what is rejected on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ingest.model import Table
from ingest.parsing.batch import Reject
from ingest.parsing.csv.cells import CellReader, Cells
from ingest.parsing.csv.files import CsvFiles
from ingest.parsing.csv.records import NOWHERE, CsvLines, CsvRecords, find_lines, find_records, without_noise
from ingest.parsing.csv.recovery import Damage, Grammar
from ingest.parsing.csv.rows import RowMaker, Rows
from ingest.parsing.scan import Positions


@dataclass
class Reading:
    """One batch being read; `damage` fills on the way."""

    files: CsvFiles
    table: Table
    nulls: Sequence[str]
    short_rows: bool
    damage: list[Damage] = field(default_factory=list)

    @cached_property
    def lines(self) -> CsvLines:
        """The lines of the batch."""
        return find_lines(self.files.bodies)

    @cached_property
    def parts(self) -> list[Rows]:
        """The rows of all records, in any order."""
        records, damaged = find_records(self.files.bodies, self.lines)
        suspects: dict[int, int] = {}
        parts = self._read([records, *self._recovered(damaged)], suspects)
        if suspects:
            begin = np.full(len(self.files.headers), NOWHERE)
            begin[list(suspects)] = list(suspects.values())
            parts = [part[np.flatnonzero(part.records.starts < begin[part.records.pieces])] for part in parts]
            places = np.array([start for start, _, _ in self.damage], np.int64)
            still = places < begin[self.files.bodies.batch.piece_at(places)]
            self.damage = [one for one, kept in zip(self.damage, still.tolist(), strict=True) if kept]
            parts += self._read(self._recovered(suspects), {})
        return parts

    @property
    def understood(self) -> Positions:
        """Records per piece that became rows."""
        counts = np.zeros(len(self.files.headers), np.int64)
        for part in self.parts:
            counts += np.bincount(part.records.pieces, minlength=len(counts)) // part.per_record
        return counts

    def rejects(self) -> list[Reject]:
        """All damage in the order of the batch, line breaks at its ends left out."""
        data = self.files.bodies.batch.data
        return [
            Reject(start, start + len(data[start:stop].rstrip(b"\r\n")), reason)
            for start, stop, reason in sorted(self.damage)
        ]

    def _read(self, found: Sequence[CsvRecords], suspects: dict[int, int]) -> list[Rows]:
        """The rows of records; `suspects` gets the pieces that have to be read anew, and where from."""
        records = without_noise(self.files.bodies, CsvRecords.together(found), self.files.headers)
        parts: list[Rows] = []
        for layout, chosen in self.files.by_layout(records):
            maker = RowMaker(layout, self.table, self.nulls)
            width = len(layout.names)
            waiting = [(chosen, width)]
            while waiting:
                some, cells = waiting.pop()
                for part in CellReader(cells, maker.types(cells), self.nulls).read(self.files.bodies.batch, some):
                    if isinstance(part, Cells):
                        rows, damage = maker.rows(part)
                        parts.append(rows)
                        self.damage += damage
                        continue
                    short = (part.counts < width) & self.short_rows
                    for count in np.unique(part.counts[short]).tolist():
                        waiting.append((part.records[part.counts == count], count))
                    self._miscounted(part.records[~short], part.counts[~short], width, suspects)
        return parts

    def _miscounted(self, records: CsvRecords, counts: Positions, width: int, suspects: dict[int, int]) -> None:
        """Rejects rows of a wrong number of cells.

        One of several lines may be the work of two stray quotes that fit together by chance: all that follows is suspect.
        """
        one_line = np.searchsorted(self.lines.breaks, records.stops - 1) == records.lines
        starts, stops = records.starts[one_line].tolist(), records.stops[one_line].tolist()
        reasons = {count: f"{count} cells, expected {width}" for count in np.unique(counts).tolist()}
        self.damage += zip(starts, stops, map(reasons.__getitem__, counts[one_line].tolist()), strict=True)
        several = records[~one_line]
        for piece, start in zip(several.pieces.tolist(), several.starts.tolist(), strict=True):
            suspects[piece] = min(start, suspects.get(piece, start))

    def _recovered(self, damaged: Mapping[int, int]) -> list[CsvRecords]:
        """What can be read of damaged pieces, each from some record on."""
        grammars: dict[int, Grammar] = {}
        records: list[CsvRecords] = []
        for piece, at in damaged.items():
            index = int(self.files.layout_of[piece])
            if index not in grammars:
                grammars[index] = Grammar(self.files.layouts[index], self.table, self.nulls, self.short_rows)
            stop = int(self.files.bodies.stops[piece])
            found, damage = grammars[index].read(self.files.bodies.batch.data, at, stop)
            self.damage += damage
            starts, stops = np.array(found, np.int64).reshape(-1, 2).T
            lines = np.searchsorted(self.lines.breaks, starts)
            records.append(CsvRecords(starts, stops, np.full(len(found), piece), lines))
        return records
