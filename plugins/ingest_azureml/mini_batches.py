"""The mini-batch table of V1 and later: `logs/sys/job_report/processed_mini-batches.csv`. §9.3.

One row per try, not per mini-batch (trap 11); rows without an id tell of loading and init (trap 1). The last column is the
queue message as JSON, which names the input files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from ingest import CsvColumn, CsvParser, Sample
from ingest.model import ATTEMPT_REPORTS, SCRIPT_EVENTS
from ingest_azureml.statuses import split

COLUMNS = (
    CsvColumn("mini_batch_id", ("Mini-batch Id", "Task Id")),
    CsvColumn("attempt", ("Picked Count", "Dequeue Count")),
    CsvColumn("node", ("Ip Address", "Node Id", "Node")),
    CsvColumn("process", ("Process",)),
    CsvColumn("pid", ("Process Id",)),
    CsvColumn("started_at", ("Start Time",)),
    CsvColumn("total", ("Total",)),
    CsvColumn("succeeded", ("Succeeded",)),
    CsvColumn("failed", ("Failed",)),
    CsvColumn("elapsed_s", ("Elapsed Seconds",)),
    CsvColumn("process_s", ("Process Seconds",)),
    CsvColumn("run_s", ("Run Method Seconds",)),
    CsvColumn("status", ("Status",)),
    CsvColumn("error_category", ("Error Category",)),
    CsvColumn("error_message", ("Error Message", "Error")),
    CsvColumn("detail", ("Mini-batch Detail",)),
)
"""Headers of all generations; the V0 names are aliases."""


_NAMES = re.compile(r'"minibatch"\s*:\s*(?=\[)')


def inputs_of(details: pa.Array) -> pa.Array:
    """The names under `minibatch` in each JSON text; null where there is none or the text is cut in the middle of them.

    Files of a FileDataset are names, partitions of a TabularDataset are numbers (§7).
    """
    if isinstance(details, pa.ChunkedArray):
        details = details.combine_chunks()
    lines = details.fill_null("{}")
    schema = pa.schema([("minibatch", pa.list_(pa.string()))])
    options = pa.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore", newlines_in_values=False)
    ended = pc.binary_join_element_wise(lines, pa.scalar("\n"), "")  # so that its bytes are the lines of a JSON file
    first, last = (
        int(np.frombuffer(ended.buffers()[1], np.int32)[i]) for i in (ended.offset, ended.offset + len(ended))
    )
    text = ended.buffers()[2].slice(first, last - first)
    try:
        read = pa.json.read_json(pa.BufferReader(text), parse_options=options).column("minibatch").combine_chunks()
        if len(read) == len(details):
            return read
    except pa.ArrowInvalid:
        pass  # numbers among the names, or a damaged text: one by one
    return pa.array([_inputs_of_one(detail) for detail in details.to_pylist()], pa.list_(pa.string()))


def _inputs_of_one(detail: str | None) -> list[str] | None:
    """Reads no more than the list, so that a text that is cut behind it, or is no JSON there, tells them all the same."""
    names = _NAMES.search(detail or "")
    if detail is None or names is None:
        return None
    try:
        return [_as_text(str(name)) for name in json.JSONDecoder().raw_decode(detail, names.end())[0]]
    except (ValueError, RecursionError):
        return None


def _as_text(name: str) -> str:
    """The name; an escape of half a character stays as it was written.

    Python's json writes a byte of a file name that is not UTF-8 so (`\\udcff`), and no text may hold one.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        return "".join(f"\\u{ord(one):04x}" if "\ud800" <= one <= "\udfff" else one for one in name)
    return name


def _shape(rows: pa.Table) -> Mapping[str, pa.Table]:
    if "detail" in rows.column_names:
        rows = rows.append_column("inputs", inputs_of(rows["detail"]))
    return split(rows)


MINI_BATCHES = CsvParser(
    name="azureml.mini_batches",
    version=2,
    kind="mini_batches",
    path=r"^logs/sys/job_report/processed_mini-batch(?:es)?\.csv$",
    table=ATTEMPT_REPORTS,
    other_tables=(SCRIPT_EVENTS,),
    columns=COLUMNS,
    constants={"source": "mini_batches"},
    transform=_shape,
    samples=[
        Sample(
            "logs/sys/job_report/processed_mini-batches.csv",
            "Mini-batch Id,Picked Count,Ip Address,Process,Start Time,Total,Succeeded,Failed,Elapsed Seconds,"
            "Process Seconds,Run Method Seconds,Status,Error Category,Error Message,Mini-batch Detail\r\n"
            ",,10.0.0.4,process000,2020-10-19T10:28:40.000001,,,,0.0029,,,LOAD_DONE,,,\r\n"
            "0,1,10.0.0.4,process000,2020-10-19T10:28:41,1,1,0,2.5,0.4,2.4,RUN_DONE,,,"
            '"{""id"": 0, ""minibatch"": [""0000000.txt""]}"\r\n',
            records=2,
        ),
    ],
)

MINI_BATCH_PARSERS = (MINI_BATCHES,)
