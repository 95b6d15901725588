"""Double-entry bookkeeping of a file: every line of it is in a row, in a reject, or is nothing but header or blank.

The count is made from the file's bytes and the rows in the store, and uses nothing of the parsers.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ingest.store.reader import open_store

TEXT_OF = {"log_records": "message", "output_lines": "text", "os_processes": "command", "progress": "message"}
"""The column that holds what the head of a record left over, up to the record's end."""

NO_RECORDS = re.compile(r"USER\s+PID\b|=+( =+)*$|Image Name\s|Nom de l")
"""Headers of `ps` and `tasklist`."""


class Line(NamedTuple):
    """A line that no row and no reject accounts for."""

    path: str
    number: int
    text: str


def unexplained(store: Path, roots: dict[str, Path]) -> list[Line]:
    """Lines of parsed files that are neither in a row nor in a reject; `roots` are the artifact roots by job."""
    with open_store(store) as connection:

        def rows(query: str) -> list[tuple[Any, ...]]:
            return connection.sql(query).fetchall()

        texts = rows(
            " UNION ALL ".join(f"SELECT file_id, line_no, {text} FROM {table}" for table, text in TEXT_OF.items())
        )
        cells = rows(
            " UNION ALL ".join(
                f"SELECT file_id, line_no FROM {table}"
                for table in (
                    "attempt_reports",
                    "script_events",
                    "report_summaries",
                    "node_samples",
                    "process_samples",
                    "disk_samples",
                    "gpu_samples",
                    "progress",
                )
            )
        )
        rejects = rows("SELECT file_id, byte_offset, bytes FROM rejects")
        files = rows("SELECT file_id, job_id, path FROM files WHERE status = 'parsed'")
    files = [file for file in files if file[1] in roots]
    told = _by_file(files, texts)
    counted = _by_file(files, cells)
    found: list[Line] = []
    for file_id, job_id, path in files:
        content = (roots[job_id] / path).read_bytes()
        rejected = [(offset, offset + size) for of, offset, size in rejects if of == file_id]
        if path.endswith(".csv"):
            missing = _of_table(content, {line for (line,) in counted[file_id]}, rejected)
        else:
            missing = _of_log(content, [(line, text or "") for line, text in told[file_id]], rejected)
        found += (Line(path, number, text) for number, text in missing)
    return found


def _by_file(files: list[tuple[Any, ...]], rows: list[tuple[Any, ...]]) -> dict[int, list[tuple[Any, ...]]]:
    """Rows without their file's id, by that id."""
    found: dict[int, list[tuple[Any, ...]]] = {file_id: [] for file_id, *_ in files}
    for file_id, *row in rows:
        if file_id in found:
            found[file_id].append(tuple(row))
    return found


def _lines(content: bytes) -> Iterator[tuple[int, int, str]]:
    """Number, first byte and text of each line, as bytes stand in the file."""
    position = 0
    for number, line in enumerate(content.split(b"\n"), 1):
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        yield number, position, text.rstrip(b"\r").decode("utf-8", "replace")
        position += len(line) + 1


def _of_log(
    content: bytes, records: list[tuple[int, str]], rejected: list[tuple[int, int]]
) -> Iterator[tuple[int, str]]:
    """A record's text ends its first line and is the whole of those that follow."""
    told: dict[int, str] = {}
    for line_no, text in records:
        for further, part in enumerate(text.split("\n")):
            told[line_no + further] = part.rstrip("\r")
    for number, start, line in _lines(content):
        is_told = number in told and line.endswith(told[number])
        is_rejected = any(first <= start < last for first, last in rejected)
        if line.strip() and not is_told and not is_rejected and not NO_RECORDS.match(line):
            yield number, line


def _of_table(content: bytes, told: set[int], rejected: list[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """Records as Python's own reader finds them; a header may stand again in the middle."""
    starts = {number: (start, line) for number, start, line in _lines(content)}
    lines = [line for _, line in starts.values()]
    reader = csv.reader(f"{line}\n" for line in lines)
    header: list[str] = []
    before = 0
    for cells in reader:
        number, before = before + 1, reader.line_num
        start, line = starts[number]
        header = header or cells
        is_rejected = any(first <= start < last for first, last in rejected)
        if any(cells) and cells != header and number not in told and not is_rejected:
            yield number, line
