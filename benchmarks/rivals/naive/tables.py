"""CSV tables with Python's `csv` module, a row at a time."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from benchmarks.rivals.naive.sink import Row, Sink
from benchmarks.rivals.trees import TreeFile
from ingest import CsvColumn
from ingest.model import ATTEMPT_REPORTS, NODE_SAMPLES, PROCESS_SAMPLES, SCRIPT_EVENTS, Table
from ingest_azureml import mini_batches, resources
from ingest_azureml.statuses import event, outcome

csv.field_size_limit(1 << 30)

_NULLS = ("", "N/A")
_ROWS = 20_000
_event, _outcome = cache(event), cache(outcome)


@dataclass(frozen=True)
class TableKind:
    """A kind of table: its path below the job's folder and its columns."""

    path: re.Pattern[str]
    table: Table
    columns: Sequence[CsvColumn]


_PERF = r"^logs/(?:sys/)?perf/(?P<node>[^/]+)/"
_MINI_BATCHES = TableKind(
    re.compile(r"^logs/sys/job_report/processed_mini-batch(?:es)?\.csv$"), ATTEMPT_REPORTS, mini_batches.COLUMNS
)
_KINDS = (
    _MINI_BATCHES,
    TableKind(re.compile(_PERF + r"node_resource_usage\.csv$"), NODE_SAMPLES, resources.NODE.columns),
    TableKind(re.compile(_PERF + r"processes_resource_usage\.csv$"), PROCESS_SAMPLES, resources.PROCESS.columns),
)
_AS_EVENT = {"started_at": "time"} | {
    name: name for name in ("node", "process", "pid", "status", "elapsed_s", "error_message")
}
"""Columns of a mini-batch table that an event of an entry script has, and what they are called there."""


def table_kind(path: str) -> tuple[TableKind, Mapping[str, str]] | None:
    """What kind of table lies at a path, and what the path says; nothing if none does."""
    for kind in _KINDS:
        if found := kind.path.match(path):
            return kind, found.groupdict()
    return None


def read_table(file: TreeFile, kind: TableKind, groups: Mapping[str, str], sink: Sink) -> None:
    """Reads one file into the table of its kind; a mini-batch table also into `script_events`."""
    known = {header: column.column for column in kind.columns for header in column.headers}
    same: dict[str, Any] = {"job_id": file.job_id, "file_id": file.identity, "cut": False}
    with file.location.open(encoding="utf-8", errors="replace", newline="") as lines:
        reader = csv.reader(lines)
        names = ("line_no", *(known[header] for header in next(reader)))
        same |= {name: value for name, value in groups.items() if name not in names}
        for rows in _rows(reader):
            if kind is _MINI_BATCHES:
                _add_mini_batches(names, rows, same, sink)
            else:
                sink.add(kind.table, names, rows, same)


def _rows(reader: Any) -> Iterator[list[Row]]:
    """The rows behind the header, some thousands at a time, each with the number of its first line."""
    rows: list[Row] = []
    line_no = reader.line_num + 1
    for cells in reader:
        rows.append((line_no, *[None if cell in _NULLS else cell for cell in cells]))
        line_no = reader.line_num + 1
        if len(rows) == _ROWS:
            yield rows
            rows = []
    yield rows


def _add_mini_batches(names: tuple[str, ...], rows: Sequence[Row], same: dict[str, Any], sink: Sink) -> None:
    """Tells tries from events, and reads the names of the inputs out of the JSON text."""
    number, status_at, detail_at = (names.index(name) for name in ("mini_batch_id", "status", "detail"))
    attempts: list[Row] = []
    events: list[Row] = []
    for row in rows:
        status = row[status_at]
        what = _event(status)
        if what is None and row[number] is not None:
            attempts.append((*row, _outcome(status), _inputs(row[detail_at])))
        else:
            events.append((*row, _outcome(status), what))
    of_events = ("line_no", *(_AS_EVENT.get(name, f"no {name}") for name in names[1:]), "outcome", "event")
    sink.add(ATTEMPT_REPORTS, (*names, "outcome", "inputs"), attempts, same | {"source": "mini_batches"})
    sink.add(SCRIPT_EVENTS, of_events, events, same)


def _inputs(detail: str | None) -> list[str] | None:
    try:
        return [str(name) for name in json.loads(detail or "")["minibatch"]]
    except (ValueError, KeyError, TypeError):
        return None
