"""Layouts: what the header of a CSV file says about its cells."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ingest.model import Table, Type

BOM = b"\xef\xbb\xbf"

Key = tuple[tuple[str, str | None], ...]
"""What a header pattern's groups say: column names and values, such as `(("mount", "/"),)`."""


@dataclass(frozen=True, slots=True)
class CsvColumn:
    """A column of the table and the headers it may stand under: the first of them that the file has counts.

    Case and blanks around a header do not matter. Without `headers` it is the column's own name. The cells are
    converted to the column's type and multiplied by `scale`, for files that tell another unit (bytes for `_mb`:
    `scale=2**-20`).
    """

    column: str
    headers: tuple[str, ...] = ()
    scale: float = 1.0


@dataclass(frozen=True)
class Layout:
    """Which cell of a row goes to which column. Cells are known by their index in the row."""

    header: bytes
    """The header line, without byte order mark and line break."""
    names: tuple[str, ...]
    """The headers, blanks trimmed."""
    common: Mapping[int, CsvColumn]
    """Cells that say something about the whole row."""
    keyed: Mapping[Key, Mapping[int, CsvColumn]] = field(default_factory=dict)
    """Cells that belong to one of several things that a row tells about, by what the header calls the thing."""

    @property
    def unknown(self) -> tuple[int, ...]:
        """Cells that no column wants."""
        return tuple(i for i in range(len(self.names)) if i not in self._wanted)

    def column_of(self, cell: int) -> CsvColumn | None:
        """Where a cell goes."""
        return self._wanted.get(cell)

    @cached_property
    def _wanted(self) -> Mapping[int, CsvColumn]:
        """All cells that a column wants, by their index; a header may have many keys."""
        keyed = {cell: column for cells in self.keyed.values() for cell, column in cells.items()}
        return {**keyed, **self.common}


def own_type(table: Table, name: str) -> Type:
    """The type of the table's own column; text for a name that it does not have, which only a `transform` can use.

    Raises ValueError for a column of lists: a cell is none.
    """
    type_ = next((own.type for own in table.own if own.name == name), Type.TEXT)
    if type_ is Type.TEXTS:
        raise ValueError(
            f"{table.name}.{name} holds lists: read the cell under another name and let `transform` make the list"
        )
    return type_


def header_of(line: bytes) -> bytes:
    """A header line without byte order mark and line break: equal for files of equal layout."""
    return line.removeprefix(BOM).rstrip(b"\r\n")


def layout_of(header: bytes, columns: Sequence[CsvColumn], pattern: re.Pattern[str] | None) -> Layout | None:
    """What a header says; nothing if it holds no column that is known, so that it is no header of this format.

    `#` in a header is no comment (formats.md §16, trap 13).
    """
    names = tuple(name.strip() for name in _cells(header))
    keyed: dict[Key, list[tuple[int, str]]] = {}
    plain: list[tuple[int, str]] = []
    for i, name in enumerate(names):
        match = pattern.fullmatch(name) if pattern else None
        if match:
            groups = match.groupdict()
            inner = groups.pop("header") or ""
            keyed.setdefault(tuple(groups.items()), []).append((i, inner))
        else:
            plain.append((i, name))
    common = _chosen(plain, columns)
    by_key = {key: _chosen(cells, columns) for key, cells in keyed.items()}
    by_key = {key: cells for key, cells in by_key.items() if cells}
    return Layout(header, names, common, by_key) if common or by_key else None


def _cells(header: bytes) -> list[str]:
    try:
        return next(csv.reader([header.decode("utf-8", "replace")]), [])
    except csv.Error:  # a cell beyond the module's limit of 131,072 characters: whatever it is, it is no header
        return []


def _chosen(cells: Iterable[tuple[int, str]], columns: Sequence[CsvColumn]) -> dict[int, CsvColumn]:
    """Each column's cell: the first with the first of its headers that is there and not taken."""
    places: dict[str, deque[int]] = {}
    for i, name in cells:
        places.setdefault(name.casefold(), deque()).append(i)
    chosen: dict[int, CsvColumn] = {}
    for column in columns:
        for header in column.headers or (column.column,):
            free = places.get(header.strip().casefold())
            if free:
                chosen[free.popleft()] = column
                break
    return dict(sorted(chosen.items()))
