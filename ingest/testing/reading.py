"""What a parser makes of some bytes, as plain Python values: read as a load reads them, without a store."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from ingest.hookspecs import Parser
from ingest.parsing.batch import Batch, SourceFile
from ingest.parsing.decoding import as_utf8, mark_length
from ingest.parsing.stored_rows import finished, reject_rows
from ingest.parsing.windows import in_pieces

Row = dict[str, Any]

_ADDED = ("job_id", "file_id")


@dataclass
class Content:
    """What a parser made of one file, as it would be stored."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    """Table → its rows, with `line_no`, `cut` and the table's own columns; NULLs are left out."""
    rejects: list[Row] = field(default_factory=list)
    """The rows of `rejects`: `line_no`, `byte_offset`, `bytes`, `reason`, `text`, …"""
    records: int = 0
    """Records that the parser understood."""

    def of(self, table: str) -> list[Row]:
        """The rows of a table."""
        return self.rows.get(table, [])

    @cached_property
    def by_line(self) -> dict[int, dict[str, list[Row]]]:
        """The rows and rejects of the record that starts on a line, by line and table, without `cut`; lines ascend."""
        found: dict[int, dict[str, list[Row]]] = {}
        for table, rows in {**self.rows, "rejects": self.rejects}.items():
            for row in rows:
                found.setdefault(row["line_no"], {}).setdefault(table, []).append(_without(row, "cut"))
        return dict(sorted(found.items()))

    def moved(self, lines: int, offset: int) -> Content:
        """The same further down in a file."""
        return Content(
            {name: [{**row, "line_no": row["line_no"] + lines} for row in rows] for name, rows in self.rows.items()},
            [
                {**row, "line_no": row["line_no"] + lines, "byte_offset": row["byte_offset"] + offset}
                for row in self.rejects
            ],
            self.records,
        )

    def add(self, more: Content) -> None:
        """Adds what was made of a later piece of the file."""
        for name, rows in more.rows.items():
            self.rows.setdefault(name, []).extend(rows)
        self.rejects += more.rejects
        self.records += more.records


def read(parser: Parser, *contents: bytes | str, path: str | None = None) -> list[Content]:
    """What a parser makes of files at `path` (by default its first sample's) that have these contents, all in one batch."""
    raw = [content.encode() if isinstance(content, str) else content for content in contents]
    file = source_file(parser, path)
    batch = Batch.of(*((file, as_utf8(one)) for one in raw), skipped=[mark_length(one) for one in raw])
    return _contents(parser, batch, [bool(one) and not one.endswith(b"\n") for one in raw])


def read_in_pieces(parser: Parser, content: bytes, window: int, path: str | None = None) -> Content:
    """The same of one file that comes in windows, as a large one does, each cut where the parser says."""
    whole = Content()
    starts = range(0, len(content), window)
    windows = ((content[start : start + window], start + window >= len(content)) for start in starts)
    for batch, ends_cut in in_pieces(source_file(parser, path), windows, parser.cut):
        (part,) = _contents(parser, batch, [ends_cut])
        whole.add(part)
    return whole


def source_file(parser: Parser, path: str | None = None) -> SourceFile:
    """A file at a path as a parser knows it, the path's groups included."""
    path = parser.samples[0].path if path is None else path
    found = re.search(parser.path, path)
    groups = found.groupdict() if found else {}
    return SourceFile(path, {name: value for name, value in groups.items() if value is not None})


def _contents(parser: Parser, batch: Batch, ends_cut: Sequence[bool]) -> list[Content]:
    """What was parsed, piece by piece."""
    parsed = parser.parse(batch)
    cut = np.array(ends_cut, np.bool_)
    found = [Content() for _ in batch.pieces]
    where = ["job"] * len(found), list(range(len(found))), cut
    for table, rows, piece in finished(parsed, batch, parser.tables, *where):
        for index, row in zip(piece.tolist(), _plain(rows), strict=True):
            found[index].rows.setdefault(table.name, []).append(row)
    if parsed.rejects:
        rows, piece = reject_rows(parsed.rejects, batch, parser.name, *where)
        for index, row in zip(piece.tolist(), _plain(rows), strict=True):
            found[index].rejects.append(row)
    told = None if parsed.records is None else parsed.records.tolist()
    for index, one in enumerate(found):
        one.records = sum(map(len, one.rows.values())) if told is None else told[index]
    return found


def _plain(rows: pa.Table) -> list[Row]:
    """Rows without NULLs; NaN, which is not equal to itself, as a text."""
    return [
        {name: value if value == value else "NaN" for name, value in row.items() if value is not None}
        for row in rows.drop_columns(list(_ADDED)).to_pylist()
    ]


def _without(row: Mapping[str, Any], column: str) -> Row:
    return {name: value for name, value in row.items() if name != column}
