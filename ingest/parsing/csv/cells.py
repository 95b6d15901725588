"""The cells of records, read by Arrow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from ingest.parsing.batch import Batch
from ingest.parsing.columns import Array, as_text
from ingest.parsing.csv.records import CsvRecords, runs
from ingest.parsing.scan import Positions

_CHUNK = 2 << 20
"""Bytes read at once: less costs calls, more does not stay in the cache."""


@dataclass(frozen=True)
class Cells:
    """Some cells of some records."""

    records: CsvRecords
    columns: dict[int, Array]
    """By the cell's index in the row: all of their types or all texts; null for the texts that mean nothing."""

    @property
    def hold_infinity(self) -> bool:
        """Whether a number is infinite, which no measured one is."""
        floats = (values for values in self.columns.values() if pa.types.is_floating(values.type))
        return any(pc.any(pc.is_inf(values)).as_py() for values in floats)


@dataclass(frozen=True)
class Miscounted:
    """Records that have not as many cells as the header."""

    records: CsvRecords
    counts: Positions


@dataclass(frozen=True)
class CellReader:
    """Reads rows of `width` cells; those that have a type in `types` come back."""

    width: int
    types: Mapping[int, pa.DataType]
    nulls: Sequence[str]

    def read(self, batch: Batch, records: CsvRecords) -> Iterator[Cells | Miscounted]:
        """The cells, a chunk of records at a time. The records must keep to the grammar of CSV."""
        for chunk in _chunks(records):
            data = _bytes_of(batch, chunk)
            try:
                cells = self._cells(data, chunk, self.types)
            except pa.ArrowInvalid:  # one bad value fails them all, or there is a row of another length
                counts = _cell_counts(data, chunk)
            else:
                yield self._texts(data, chunk) if cells.hold_infinity else cells
                continue
            right = counts == self.width
            if right.any():
                yield self._texts(_bytes_of(batch, chunk[right]), chunk[right])
            if not right.all():
                yield Miscounted(chunk[~right], counts[~right])

    def _texts(self, data: pa.Buffer, records: CsvRecords) -> Cells:
        raw = self._cells(data, records, dict.fromkeys(self.types, pa.binary()))
        return Cells(records, {cell: as_text(values) for cell, values in raw.columns.items()})

    def _cells(self, data: pa.Buffer, records: CsvRecords, types: Mapping[int, pa.DataType]) -> Cells:
        names = [str(cell) for cell in range(self.width)]
        named = {str(cell): type_ for cell, type_ in types.items()} or {names[0]: pa.binary()}
        table = pa.csv.read_csv(
            pa.BufferReader(data),
            read_options=pa.csv.ReadOptions(use_threads=False, column_names=names, block_size=data.size + 1),
            parse_options=pa.csv.ParseOptions(newlines_in_values=False),  # matters only where one block ends
            convert_options=pa.csv.ConvertOptions(
                column_types=named, include_columns=list(named), null_values=list(self.nulls), strings_can_be_null=True
            ),
        )
        if table.num_rows != len(records):
            raise pa.ArrowInvalid(f"{len(records)} records read as {table.num_rows} rows")
        return Cells(records, {cell: table[str(cell)].chunk(0) for cell in types})


def _chunks(records: CsvRecords) -> Iterator[CsvRecords]:
    if not len(records):
        return
    sizes = np.cumsum(records.stops - records.starts)
    ends = np.searchsorted(sizes, np.arange(_CHUNK, sizes[-1] + _CHUNK, _CHUNK)) + 1
    start = 0
    for end in np.unique(np.minimum(ends, len(records))).tolist():
        yield records[start:end]
        start = end


def _bytes_of(batch: Batch, records: CsvRecords) -> pa.Buffer:
    """The records without what stands between them; not copied if they touch."""
    whole = pa.py_buffer(batch.data)
    stretches = list(runs(records.starts, records.stops))
    if len(stretches) == 1:
        start, stop = stretches[0]
        return whole.slice(start, stop - start)
    view = memoryview(batch.data)
    return pa.py_buffer(b"".join([view[start:stop] for start, stop in stretches]))


def _cell_counts(data: pa.Buffer, records: CsvRecords) -> Positions:
    """How many cells each record has: its commas outside quotes and one."""
    chunk = np.frombuffer(data, np.uint8)
    quotes, commas = np.flatnonzero(chunk == 34), np.flatnonzero(chunk == 44)
    commas = commas[np.searchsorted(quotes, commas) & 1 == 0]
    stops = np.cumsum(records.stops - records.starts)
    return np.bincount(np.searchsorted(stops, commas, side="right"), minlength=len(records)) + 1
