"""Rows of Python values, written to Parquet as `ingest` writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingest.model import RECORD_TABLES, Column, Table, Type
from ingest.store.parts import SliceWriter
from ingest.store.paths import Layout

_ROWS = 122_880
"""Rows of a table turned into Arrow at once."""

Row = tuple[Any, ...]


class Sink:
    """Takes rows as tuples and writes them with the engine's own `SliceWriter`, so that the Parquet files are alike."""

    def __init__(self, store: Path) -> None:
        self._writer = SliceWriter(Layout.of(store), "naive", {table.name: table for table in RECORD_TABLES})
        self._held: dict[tuple[str, tuple[str, ...]], _Held] = {}

    def add(self, table: Table, names: tuple[str, ...], rows: Sequence[Row], same: Mapping[str, Any]) -> None:
        """Takes rows with values for the columns `names`, and what is the `same` in all of them.

        The table's other columns are NULL. Texts may stand in place of numbers and times.
        """
        held = self._held.setdefault((table.name, names), _Held(table, names))
        held.rows += rows
        for name, value in same.items():
            held.same.setdefault(name, []).extend([value] * len(rows))
        if len(held.rows) >= _ROWS:
            self._writer.add(table.name, held.taken(), 0)

    def close(self) -> dict[str, int]:
        """Writes the rest. Returns the number of rows of each table."""
        for (name, _), held in self._held.items():
            self._writer.add(name, held.taken(), 0)
        return {part.table: part.rows for part in self._writer.close()}


class _Held:
    """Rows of a table that wait to be written."""

    def __init__(self, table: Table, names: tuple[str, ...]) -> None:
        self.rows: list[Row] = []
        self.same: dict[str, list[Any]] = {}
        self._table = table
        self._names = names

    def taken(self) -> pa.Table:
        """The rows as Arrow, taken out."""
        count = len(self.rows)
        values: dict[str, Sequence[Any]] = dict(zip(self._names, zip(*self.rows, strict=True), strict=False))
        values |= self.same
        arrays = [
            _array(values[column.name], column) if column.name in values else pa.nulls(count, column.arrow)
            for column in self._table.columns
        ]
        self.rows, self.same = [], {}
        return pa.table(arrays, schema=self._table.schema)


def _array(values: Sequence[Any], column: Column) -> pa.Array:
    """Values as a column. Texts are cast by Arrow, which is quicker than `int()`, `float()` and `datetime` for each."""
    example = next((value for value in values if value is not None), None)
    if column.type is Type.TEXT or not isinstance(example, str):
        return pa.array(values, column.arrow)
    texts = pa.array(values, pa.string())
    if column.type is Type.TIME:
        texts = pc.replace_substring(texts, ",", ".")
    return texts.cast(column.arrow)
