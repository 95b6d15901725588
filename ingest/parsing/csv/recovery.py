"""Reading on in a damaged CSV file: the grammar of one record as regular expressions.

A quote too much or too few turns cells inside out to the end of the file. Here a record must keep to the grammar,
else it is rejected and reading goes on at the next line that looks like the start of a record. Every byte is looked
at a few times at most: a record that runs over many lines before it fails holds, in its other lines, an even number
of quotes each, so that none of them can run on in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ingest.model import Table, Type
from ingest.parsing.csv.header import BOM, CsvColumn, Layout, own_type

_PLAIN = rb'(?:[^",\r\n]++|"")*+'  # an even number of stray quotes does no harm: csv.reader takes them for text
_CELL = rb'(?:"(?:[^"]++|"")*+"(?=[,\r\n])|' + _PLAIN + rb")"
_END = rb"\r*+\n"

_ANY = re.compile(_CELL + rb"(?:," + _CELL + rb")*+" + _END)
_CELLS = re.compile(_CELL + rb"(?:,|" + _END + rb")")
_COMPLETE_CELLS = re.compile(rb"(?:" + _CELL + rb",)*+")
_OPEN_CELL = re.compile(rb'"(?:[^"]++|"")*+')

_LIKE = {
    Type.INT: rb" *[-+]?[0-9][0-9.eE+-]*",
    Type.FLOAT: rb" *[-+]?[0-9][0-9.eE+-]*",
    Type.TIME: rb"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}[^\",\r\n]*",
    Type.BOOL: rb"[A-Za-z01]{1,5}",
}


Damage = tuple[int, int, str]
"""First byte, byte after the last, and what is wrong."""


@dataclass(frozen=True)
class Grammar:
    """The records of one layout."""

    layout: Layout
    table: Table
    nulls: Sequence[str]
    short_rows: bool

    @cached_property
    def _record(self) -> re.Pattern[bytes]:
        """A record of the right number of cells, with its line break."""
        count = len(self.layout.names) - 1
        least = 0 if self.short_rows else count
        return re.compile(_CELL + rb"(?:,%b){%d,%d}+" % (_CELL, least, count) + _END)

    @cached_property
    def _next_start(self) -> re.Pattern[bytes]:
        """A line break before what looks like a record: its first cells, up to the first time, are of their types."""
        cells = [self._like(self.layout.column_of(i)) for i in range(len(self.layout.names))]
        times = [i for i in range(len(cells)) if self._type(self.layout.column_of(i)) is Type.TIME]
        first = cells[: times[0] + 1] if times else cells
        return re.compile(rb"\n(?=(?:%b|%b)[,\r\n])" % (b",".join(first), re.escape(self.layout.header)))

    def _type(self, column: CsvColumn | None) -> Type:
        return own_type(self.table, column.column) if column else Type.TEXT

    def _like(self, column: CsvColumn | None) -> bytes:
        type_ = self._type(column)
        if type_ not in _LIKE:
            return rb'(?:"(?:[^"\r\n]++|"")*+"|' + _PLAIN + rb")"
        absent = [re.escape(null.encode()) for null in self.nulls] if type_ is not Type.TIME else []
        return rb'"?(?:%b)"?' % b"|".join([_LIKE[type_], *absent])

    def read(self, data: bytes, start: int, stop: int) -> tuple[list[tuple[int, int]], list[Damage]]:
        """The records between two bytes as (start, stop), and what is none; `start` is where a record starts."""
        records: list[tuple[int, int]] = []
        damage: list[Damage] = []
        at = start
        while at < stop:
            record = self._record.match(data, at, stop)
            if record:
                records.append((at, record.end()))
                at = record.end()
                continue
            line_end = (data.find(b"\n", at, stop) + 1) or stop
            whole = _ANY.match(data, at, stop)
            if whole and whole.end() == line_end:
                end = line_end
            else:
                again = self._next_start.search(data, line_end - 1, stop)
                end = again.start() + 1 if again else stop
            if data[at:end].removeprefix(BOM).strip(b"\r\n"):
                reason = self._wrong_count(whole[0]) if whole else _what_is_wrong(data, at, stop)
                damage.append((at, end, reason))
            at = end
        return records, damage

    def _wrong_count(self, record: bytes) -> str:
        """Why a record that keeps to the grammar is no row of the table."""
        return f"{len(_CELLS.findall(record))} cells, expected {len(self.layout.names)}"


def _what_is_wrong(data: bytes, start: int, stop: int) -> str:
    cells = _COMPLETE_CELLS.match(data, start, stop)
    cell = _OPEN_CELL.match(data, cells.end() if cells else start, stop)
    if cell and cell.end() == stop:
        return "a quoted cell does not end"
    return "a quote or carriage return out of place"
