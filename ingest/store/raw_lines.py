"""From a row back to its place in the raw file: where that file is, what the store says of the line, and its lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.parsing.decoding import decoded
from ingest.quoting import is_one_of
from ingest.store.fronts import slices_of

if TYPE_CHECKING:
    from ingest.sources.content import Content
    from ingest.store.reader import Store

_WINDOW_BYTES = 1 << 20
_LINE_AT_MOST = 2_000
"""Bytes of a line that are kept: a line may be as long as its file."""

_RECORD_AT_MOST = 100
"""Lines of a record that are shown."""

_FILE = """
    SELECT f.file_id, f.job_id, f.path, f.bytes, f.modified_ns, f.etag, f.kind, f.parser, f.parser_version, f.slice,
        j.source
    FROM files f LEFT JOIN jobs j USING (job_id)
    WHERE f.file_id::VARCHAR = $1 OR f.job_id || ':' || f.path = $1
"""
_TABLES = "SELECT DISTINCT name FROM ledger.parts JOIN duckdb_views() ON view_name = name WHERE {these} ORDER BY name"
_RECORDS = """
    SELECT '{name}' AS name, max(line_no) FILTER (line_no < $line) AS above, bool_or(line_no = $line) AS here,
        min(line_no) FILTER (line_no > $line) AS below
    FROM "{name}" WHERE file_id = $file
"""
_REASONS = "SELECT reason FROM rejects WHERE file_id = $1 AND line_no = $2"


@dataclass(frozen=True, slots=True)
class FileLine:
    """A line of a file that is in the store, and what the store says of it."""

    file: dict[str, Any]
    """Its row of `files`, with the job's `source`."""
    line_no: int
    tables: list[str]
    """The tables with a record that starts there."""
    rejected: list[str]
    """Why what starts there was rejected."""
    above: int | None
    """Where the last record before it starts."""
    below: int | None
    """Where the next record after it starts."""

    @property
    def last_line(self) -> int:
        """The last line of the record that starts there, if one does, as far as it is shown."""
        if not self.tables and not self.rejected:
            return self.line_no
        most = self.line_no + _RECORD_AT_MOST - 1
        return most if self.below is None else min(self.below - 1, most)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file: its number, its first bytes, and how many more it has."""

    number: int
    start: bytes
    more_bytes: int


def find(store: Store, file: str, line_no: int) -> FileLine | None:
    """A place by its file (`FILE_ID` or `JOB:PATH`) and line; None if there is no such file."""
    rows = store.rows(_FILE, [file])
    if not rows:
        return None
    slices = slices_of(store.connection, f"(FROM files WHERE file_id = {rows[0]['file_id']})")
    names = [row["name"] for row in store.rows(_TABLES.format(these=is_one_of("slice", slices)))]
    where = {"file": rows[0]["file_id"], "line": line_no}
    told = store.rows(" UNION ALL ".join(_RECORDS.format(name=name) for name in names), where) if names else []
    return FileLine(
        file=rows[0],
        line_no=line_no,
        tables=[row["name"] for row in told if row["here"] and row["name"] != "rejects"],
        rejected=[row["reason"] for row in store.rows(_REASONS, [rows[0]["file_id"], line_no])],
        above=max((row["above"] for row in told if row["above"] is not None), default=None),
        below=min((row["below"] for row in told if row["below"] is not None), default=None),
    )


def lines_in(content: Content, first: int, last: int) -> Iterator[Line]:
    """The lines `first` to `last` of a file, as a load counts them."""
    for line in _numbered(decoded(content.windows(_WINDOW_BYTES)), first):
        if line.number > last:
            return
        yield line


def _numbered(windows: Iterator[bytes], first: int) -> Iterator[Line]:
    """Lines from a number on; those before it are only counted, and no line is ever held whole."""
    number, start, length = 1, b"", 0
    for window in windows:
        breaks = window.count(b"\n")
        if number + breaks < first:
            number += breaks
            continue
        *ended, rest = window.split(b"\n")
        for part in ended:
            if number >= first:
                yield _line(number, start + part[:_LINE_AT_MOST], length + len(part))
            number, start, length = number + 1, b"", 0
        start, length = (start + rest[:_LINE_AT_MOST])[:_LINE_AT_MOST], length + len(rest)
    if length and number >= first:
        yield _line(number, start, length)


def _line(number: int, start: bytes, length: int) -> Line:
    start = start[:_LINE_AT_MOST]
    more = length - len(start)
    return Line(number, start if more else start.removesuffix(b"\r"), more)
