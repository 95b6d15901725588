"""`CsvParser`: tables with a header, cells between commas, quotes around cells that hold line breaks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa

from ingest.model import Table
from ingest.parsing.batch import Batch, Parsed
from ingest.parsing.csv.batch import Reading
from ingest.parsing.csv.files import CsvFiles
from ingest.parsing.csv.header import CsvColumn, Layout, layout_of
from ingest.parsing.csv.split import cut
from ingest.parsing.csv.table import as_table, with_constants
from ingest.parsing.sample import Sample

__all__ = ["CsvColumn", "CsvParser", "Transform"]

Transform = Callable[[pa.Table], Mapping[str, pa.Table]]


@dataclass(frozen=True, kw_only=True)
class CsvParser:
    """Reads CSV files as Python's `csv.writer` writes them, however they were cut or damaged since.

    The header of each file says where its columns are. Headers that no `CsvColumn` knows go to the table's column
    `extra` as JSON, `{"Header": "text"}`; a table without that column gets a reject for each file that has some. A
    file without any known header is rejected whole.

    `header_pattern` is for files with several columns of a kind, such as four for each mount point: a header that it
    matches as a whole is looked up among the columns by its group `header`, its other groups are columns of their
    names, and a record becomes a row for each combination that they have in the file: `r"Disk \\((?P<mount>.+)\\)
    (?P<header>.+)"` makes `Disk (/mnt) Used (MB)` the column `Used (MB)` of the row of `/mnt`.

    `transform` makes what is stored out of the rows: it gets `piece`, `line_no`, all columns that `columns`, `constants`
    and `header_pattern` name and `extra`, whether the files have them or not, and returns tables by name; those
    besides `table` are declared in `other_tables`. Columns that only it needs may have names that the table does not
    know, and are texts.

    `nulls` are the cells that mean "no value" (formats.md §16, trap 1). With `short_rows` a row may lack cells at its
    end; else it is rejected.
    """

    name: str
    kind: str
    path: str
    table: Table
    columns: Sequence[CsvColumn]
    samples: Sequence[Sample]
    version: int = 1
    constants: Mapping[str, str] = field(default_factory=dict)
    transform: Transform | None = None
    other_tables: Sequence[Table] = ()
    header_pattern: str | None = None
    nulls: Sequence[str] = ("", "N/A")
    short_rows: bool = False

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """The tables that it fills."""
        return (self.table, *self.other_tables)

    def cut(self, data: bytes) -> int:
        """Where the last record in the bytes starts; 0 if only one does. The bytes must start with a record."""
        return cut(data)

    def parse(self, batch: Batch) -> Parsed:
        """All records of all pieces."""
        files = CsvFiles.of(batch, self._layout_of)
        reading = Reading(files, self.table, self.nulls, self.short_rows)
        reading.damage += files.without_header()
        if "extra" not in self._own:
            reading.damage += files.unknown_columns()
        promised = self._promised if self.transform else ()
        rows = as_table(files, reading.lines.breaks, reading.parts, self.table, promised, self.nulls)
        return Parsed(self._shaped(with_constants(rows, self.constants)), reading.rejects(), reading.understood)

    @cached_property
    def _own(self) -> frozenset[str]:
        return frozenset(column.name for column in self.table.own)

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        pattern = re.compile(self.header_pattern, re.IGNORECASE) if self.header_pattern else None
        if pattern and "header" not in pattern.groupindex:
            raise ValueError(f"{self.name}: header_pattern has no group (?P<header>...)")
        return pattern

    @cached_property
    def _promised(self) -> tuple[str, ...]:
        """The columns that `transform` finds in any case."""
        groups = [name for name in self._pattern.groupindex if name != "header"] if self._pattern else []
        extra = ["extra"] if "extra" in self._own else []
        return tuple(dict.fromkeys([*(column.column for column in self.columns), *groups, *extra]))

    def _layout_of(self, header: bytes) -> Layout | None:
        return layout_of(header, self.columns, self._pattern)

    def _shaped(self, rows: pa.Table) -> Mapping[str, pa.Table]:
        if self.transform:
            return self.transform(rows)
        stored = [name for name in rows.column_names if name in self._own or name in ("piece", "line_no")]
        return {self.table.name: rows.select(stored)}
