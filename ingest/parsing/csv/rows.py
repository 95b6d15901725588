"""Rows of tables out of cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from ingest.model import Table
from ingest.parsing.columns import Array, nulls_where
from ingest.parsing.csv.cells import Cells
from ingest.parsing.csv.header import CsvColumn, Layout, own_type
from ingest.parsing.csv.records import CsvRecords
from ingest.parsing.csv.recovery import Damage
from ingest.parsing.csv.values import EXPECTED, type_to_read, values_of
from ingest.parsing.json_objects import json_objects
from ingest.parsing.scan import Flags, Positions

_SHOWN = 80
"""Characters of a bad value that its rejection names."""


@dataclass(frozen=True)
class Rows:
    """Rows of a table, and the record that each is from."""

    records: CsvRecords
    columns: dict[str, Array]
    per_record: int = 1
    """Rows for each record."""

    def __getitem__(self, which: Positions) -> Rows:
        """Some of them."""
        indexes = pa.array(which)
        columns = {name: values.take(indexes) for name, values in self.columns.items()}
        return Rows(self.records[which], columns, self.per_record)


@dataclass(frozen=True)
class RowMaker:
    """Makes rows out of the cells of one layout."""

    layout: Layout
    table: Table
    nulls: Sequence[str]

    @property
    def _keeps_unknown(self) -> bool:
        return any(own.name == "extra" for own in self.table.own)

    def types(self, width: int) -> dict[int, pa.DataType]:
        """The cells among the first `width` that it has a use for, and their types."""
        types = {cell: pa.string() for cell in self.layout.unknown} if self._keeps_unknown else {}
        for cell, column in self._columns:
            types[cell] = type_to_read(own_type(self.table, column.column), column.scale).arrow
        return {cell: type_ for cell, type_ in sorted(types.items()) if cell < width}

    def rows(self, cells: Cells) -> tuple[Rows, list[Damage]]:
        """The rows, and the records with a value that is not of its column's type."""
        values: dict[int, Array] = {}
        wrong: dict[int, Flags] = {}
        any_wrong = np.zeros(len(cells.records), np.bool_)
        for cell, column in self._columns:
            if cell in cells.columns:
                texts = cells.columns[cell]
                if wrong:  # one bad value is enough
                    texts = nulls_where(texts, any_wrong)
                type_ = own_type(self.table, column.column)
                values[cell], bad = values_of(texts, type_, column.scale, self.nulls)
                if bad is not None:
                    wrong[cell] = bad
                    any_wrong = any_wrong | bad
        if not wrong:
            return self._arranged(cells.records, values, cells.columns), []
        damage = [self._damage(cells, wrong, row) for row in np.flatnonzero(any_wrong).tolist()]
        good = pa.array(~any_wrong)
        values = {cell: array.filter(good) for cell, array in values.items()}
        texts_left = {cell: array.filter(good) for cell, array in cells.columns.items()}
        return self._arranged(cells.records[~any_wrong], values, texts_left), damage

    @cached_property
    def _columns(self) -> list[tuple[int, CsvColumn]]:
        groups = (self.layout.common, *self.layout.keyed.values())
        return [(cell, column) for group in groups for cell, column in group.items()]

    def _damage(self, cells: Cells, wrong: Mapping[int, Flags], row: int) -> Damage:
        cell = next(cell for cell, bad in wrong.items() if bad[row])
        column = self.layout.column_of(cell)
        value = str(cells.columns[cell][row].as_py())[:_SHOWN]
        expected = EXPECTED[own_type(self.table, column.column)] if column else "text"
        reason = f'{self.layout.names[cell]}: "{value}" is not {expected}'
        return int(cells.records.starts[row]), int(cells.records.stops[row]), reason

    def _typed(self, name: str, text: str | None) -> pa.Scalar:
        return values_of(pa.array([text], pa.string()), own_type(self.table, name), 1.0, self.nulls)[0][0]

    def _arranged(self, records: CsvRecords, values: Mapping[int, Array], texts: Mapping[int, Array]) -> Rows:
        """The values in columns of the table; a row for each key of the layout, if it has any."""
        count = len(records)

        def columns(group: Mapping[int, CsvColumn]) -> Iterator[tuple[str, Array]]:
            for cell, column in group.items():
                absent = cell not in values
                type_ = own_type(self.table, column.column)
                yield column.column, pa.nulls(count, type_.arrow) if absent else values[cell]

        common = dict(columns(self.layout.common))
        unknown = [cell for cell in self.layout.unknown if cell in texts]
        if unknown and self._keeps_unknown:
            common["extra"] = json_objects([self.layout.names[i] for i in unknown], [texts[i] for i in unknown])
        if not self.layout.keyed:
            return Rows(records, common)
        tables = []
        for key, group in self.layout.keyed.items():
            named = {name: pa.repeat(self._typed(name, value), count) for name, value in key}
            tables.append(pa.table(common | named | dict(columns(group))))
        stacked = pa.concat_tables(tables, promote_options="default")
        order = np.arange(count * len(tables)).reshape(len(tables), count).T.ravel()
        whole = Rows(
            records[np.tile(np.arange(count), len(tables))],
            {name: stacked[name].combine_chunks() for name in stacked.column_names},
            len(tables),
        )
        return whole[order]
