"""The mini-batch tables of V0: one per worker process, and the master's reports. §9.1, §9.2.

`*.task.csv` holds events: a row when a mini-batch is picked and one when it ends. The reports tell the ends once more,
without status, attempt or process name, so the `attempts` view takes them only where no process table is there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from ingest import Batch, CsvParser, Parsed, Reject, Sample, SourceFile, Table
from ingest.model import ATTEMPT_REPORTS, SCRIPT_EVENTS
from ingest_azureml.mini_batches import COLUMNS
from ingest_azureml.statuses import split

TASK_CSV = CsvParser(
    name="azureml.task_csv",
    version=2,
    kind="task_csv",
    path=r"^logs/sys/worker/(?P<node>[^/]+)/(?P<process>[^/]+?)\.task\.csv$",
    table=ATTEMPT_REPORTS,
    other_tables=(SCRIPT_EVENTS,),
    columns=COLUMNS,
    constants={"source": "task_csv"},
    transform=split,
    samples=[
        Sample(
            "logs/sys/worker/10.0.0.4/Process-1.task.csv",
            "Task Id,Dequeue Count,Start Time,Total,Succeeded,Failed,Elapsed Seconds,Process Seconds,Run Method Seconds,"
            "Status,Error\r\n"
            "N/A,N/A,2020-05-07T06:51:49.782393,N/A,N/A,N/A,N/A,N/A,N/A,ENTRY_SCRIPT_INIT_START,\r\n"
            "0,1,2020-05-06T05:50:49,0,0,0,0,0,0,TASK_PICKED,\r\n"
            "0,1,2020-05-06T05:50:49,10,9,1,1.5,0.2,1.25,TASK_PROCESSED,\r\n",
            records=3,
        ),
    ],
)


def _reported(rows: pa.Table) -> Mapping[str, pa.Table]:
    """A full row of the report is a mini-batch that was done; a short one is one that was not, the report says no more."""
    done = rows["total"].is_valid()
    outcomes = pa.array(["done" if one else "failed" for one in done.to_pylist()], pa.string())
    return {"attempt_reports": rows.append_column("outcome", outcomes)}


PROCESSED_TASKS = CsvParser(
    name="azureml.processed_tasks",
    kind="report_v0",
    path=r"^logs/sys/report/processed_tasks\.csv$",
    table=ATTEMPT_REPORTS,
    columns=COLUMNS,
    constants={"source": "report_v0"},
    transform=_reported,
    short_rows=True,  # 4 cells where the mini-batch was not processed (trap 9)
    samples=[
        Sample(
            "logs/sys/report/processed_tasks.csv",
            "Task Id,Ip Address,Process Id,Start Time,Total,Succeeded,Failed,Elapsed Seconds,Process Seconds,"
            "Run Method Seconds\r\n"
            "0,10.0.0.4,117,2020-05-06T05:50:49.000001,10,10,0,1.5,0.2,1.25\r\n"
            "1,10.0.0.4,117,2020-05-06T05:50:51.000001\r\n",
            records=2,
        ),
    ],
)

PENDING_TASKS = CsvParser(
    name="azureml.pending_tasks",
    kind="report_v0",
    path=r"^logs/sys/report/pending_tasks\.csv$",
    table=ATTEMPT_REPORTS,
    columns=COLUMNS,
    constants={"source": "report_v0", "outcome": "open"},
    samples=[
        Sample(
            "logs/sys/report/pending_tasks.csv",
            "Task Id,Ip Address,Process Id,Start Time\r\n7,10.0.0.4,117,2020-05-06T05:50:49.000001\r\n",
            records=1,
        ),
    ],
)


_REPORT_HEADER = [
    "Task Id",
    "Ip Address",
    "Process Id",
    "Start Time",
    "Total",
    "Succeeded",
    "Failed",
    "Elapsed Seconds",
    "Process Seconds",
    "Run Method Seconds",
]


@dataclass(frozen=True)
class OverrideParser:
    """`override_tasks.csv`: each row is an earlier result and the later one that replaced it.

    Either may be short (4 cells in place of 10, trap 9), so that cells do not stand under their headers: no `CsvParser`.
    The earlier result stands in the other tables; the later one, kept here, stands nowhere else.
    """

    name: str = "azureml.override_tasks"
    version: int = 2
    kind: str = "report_v0"
    path: str = r"^logs/sys/report/override_tasks\.csv$"
    tables: Sequence[Table] = (ATTEMPT_REPORTS,)
    samples: Sequence[Sample] = (
        Sample(
            "logs/sys/report/override_tasks.csv",
            "Prior Task Id,Prior Ip Address,Prior Process Id,Prior Start Time,Prior Total,Prior Succeeded,Prior Failed,"
            "Prior Elapsed Seconds,Prior Process Seconds,Prior Run Method Seconds,Task Id,Ip Address,Process Id,Start Time,"
            "Total,Succeeded,Failed,Elapsed Seconds,Process Seconds,Run Method Seconds\r\n"
            "3,10.0.0.4,117,2020-05-06T05:50:49,3,10.0.0.5,118,2020-05-06T05:51:49,10,10,0,1.5,0.2,1.25\r\n",
            records=1,
        ),
    )

    def cut(self, data: bytes) -> int:
        """Rows are lines."""
        return data.rfind(b"\n", 0, len(data) - 1) + 1

    def parse(self, batch: Batch) -> Parsed:
        """Few rows at most, so one by one: the later result's cells go through the parser of the report."""
        rejects: list[Reject] = []
        tables: list[pa.Table] = []
        for index, piece in enumerate(batch.pieces):
            rows: list[_Row] = []
            results: list[list[str]] = []
            position = piece.start
            for line_no, line in enumerate(batch.data[piece.start : piece.end].split(b"\n"), piece.line_no):
                row, cells = _Row(line_no, position, position + len(line.rstrip(b"\r"))), _cells(line)
                position += len(line) + 1
                if (later := _later(cells)) and later != _REPORT_HEADER:
                    rows.append(row)
                    results.append(later)
                elif line.strip() and not _is_header(cells):
                    rejects.append(Reject(row.start, row.end, f"{len(cells)} cells are no two results"))
            if rows:
                typed, wrong = self._typed(index, piece.file, rows, results)
                tables.append(typed)
                rejects += wrong
        rejects.sort(key=lambda reject: reject.start)
        return Parsed({"attempt_reports": pa.concat_tables(tables)} if tables else {}, rejects)

    def _typed(
        self, piece: int, file: SourceFile, rows: Sequence[_Row], results: Sequence[list[str]]
    ) -> tuple[pa.Table, list[Reject]]:
        """The results with the report's types, each marked as one that overrides; and those with a cell of no such type."""
        text = io.StringIO()
        csv.writer(text).writerows([_REPORT_HEADER, *results])
        report = Batch.of((file, text.getvalue().encode()))
        parsed = PROCESSED_TASKS.parse(report)
        wrong_lines = report.line_numbers(np.array([reject.start for reject in parsed.rejects], np.int64)).tolist()
        wrong = [
            Reject(rows[line - 2].start, rows[line - 2].end, reject.reason)  # line 1 is the header
            for line, reject in zip(wrong_lines, parsed.rejects, strict=True)
        ]
        typed = parsed.tables["attempt_reports"]
        lines = [rows[line - 2].line_no for line in typed["line_no"].to_pylist()]
        typed = (
            typed.drop_columns(["piece", "line_no"])
            .append_column("piece", pa.array([piece] * len(lines), pa.int32()))
            .append_column("line_no", pa.array(lines, pa.int64()))
            .append_column("overrides", pa.array([True] * len(lines), pa.bool_()))
        )
        return typed, wrong


def _is_header(cells: list[str]) -> bool:
    """Whether a line is the table's header, and not a record that only begins like it."""
    return cells[:1] == ["Prior Task Id"] and all(cell.removeprefix("Prior ") in _REPORT_HEADER for cell in cells)


class _Row(NamedTuple):
    """A line of the table and where it stands."""

    line_no: int
    start: int
    end: int


def _cells(line: bytes) -> list[str]:
    """The cells of a line; none if one is longer than any result's."""
    try:
        return next(csv.reader([line.decode("utf-8", "replace").replace("\r", "")]), [])
    except csv.Error:
        return []


def _later(cells: list[str]) -> list[str] | None:
    """The later result of a row, at full width; null if the cells are no two results."""
    if len(cells) not in (8, 14, 20) or cells[0].startswith("Prior "):
        return None
    prior_is_short = len(cells) == 8 or (len(cells) == 14 and cells[4] == cells[0] and "." in cells[5])
    later = cells[4:] if prior_is_short else cells[10:]
    return later + [""] * (10 - len(later))


V0_TABLE_PARSERS = (TASK_CSV, PROCESSED_TASKS, PENDING_TASKS, OverrideParser())
