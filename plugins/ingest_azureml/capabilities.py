"""Logs of the common runtime's capabilities below `system_logs/`, and the samples of disk and GPU in them. §11, §18.8.

The metrics capability tells the free bytes of the node's disk each 150 s, the host tools on GPU nodes the table of
`nvidia-smi` each five minutes, with its line breaks taken out. A job has these of one node, whose number they do not tell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingest import Batch, ErrorRules, LineParser, Parsed, Sample, Table
from ingest.model import DISK_SAMPLES, GPU_SAMPLES, LOG_RECORDS
from ingest_azureml.envelopes import read_runtime
from ingest_azureml.events.run import COMMON_RUNTIME_EVENTS
from ingest_azureml.heads import LEVELS

_MB = 2.0**-20

_GPU = re.compile(
    r"\|\s*(?P<gpu>\d+)\s+(?P<name>[A-Za-z][^|]*?)\s+(?:On|Off|N/A)\s*\|\s*[0-9A-Fa-f]{4,8}:[^|]*\|[^|]*\|\s*"
    r"\|\s*(?:N/A|\d+ ?%|ERR!)\s+(?P<temperature>\d+)C\s+P\d+\s+(?P<power>\d+)?\S*\s*/\s*\S+\s*"
    r"\|\s*(?P<used>\d+)MiB\s*/\s*(?P<total>\d+)MiB\s*\|\s*(?P<busy>\d+)?"
)
"""The two lines that nvidia-smi writes of each GPU."""

_Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class CapabilityParser(LineParser):
    """Records of capability logs, and of those that hold a sample, the sample."""

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """The tables that it fills."""
        return (LOG_RECORDS, self.errors.table, DISK_SAMPLES, GPU_SAMPLES) if self.errors else (LOG_RECORDS,)

    def parse(self, batch: Batch) -> Parsed:
        """All records of all pieces, and the samples in them."""
        parsed = super().parse(batch)
        records = parsed.tables[LOG_RECORDS.name]
        samples = {
            DISK_SAMPLES.name: _table(DISK_SAMPLES, _disks(_with(records, "node_disk_available_bytes"))),
            GPU_SAMPLES.name: _table(GPU_SAMPLES, _gpus(_with(records, "NVIDIA-SMI"))),
        }
        return Parsed({**parsed.tables, **samples}, parsed.rejects, parsed.records)


def _with(records: pa.Table, words: str) -> list[Mapping[str, Any]]:
    """The records whose message holds some words."""
    there = pc.match_substring(records["message"], words).fill_null(False)
    names = [name for name in ("piece", "line_no", "time", "message", "fields") if name in records.column_names]
    rows: list[Mapping[str, Any]] = records.select(names).filter(there).to_pylist()
    return rows


def _disks(records: list[Mapping[str, Any]]) -> Iterator[_Row]:
    for record in records:
        facts = json.loads(record.get("fields") or "{}")
        if "free_bytes" not in facts:
            continue
        yield {**_place(record), "mount": facts.get("mount"), "free_mb": int(facts["free_bytes"][:18]) * _MB}


def _gpus(records: list[Mapping[str, Any]]) -> Iterator[_Row]:
    for record in records:
        for gpu in _GPU.finditer(record["message"]):
            yield {
                **_place(record),
                "gpu": int(gpu["gpu"][:9]),
                "name": gpu["name"],
                "busy_percent": _number(gpu["busy"]),
                "memory_used_mb": _number(gpu["used"]),
                "memory_total_mb": _number(gpu["total"]),
                "temperature_c": _number(gpu["temperature"]),
                "power_w": _number(gpu["power"]),
            }


def _place(record: Mapping[str, Any]) -> _Row:
    return {name: record[name] for name in ("piece", "line_no", "time")}


def _number(digits: str | None) -> float | None:
    return float(digits) if digits else None


def _table(table: Table, rows: Iterator[_Row]) -> pa.Table:
    types = {column.name: column.type.arrow for column in table.own}
    schema = pa.schema([("piece", pa.int32()), ("line_no", pa.int64()), *types.items()])
    return pa.Table.from_pylist(list(rows), schema)


SYSTEM = CapabilityParser(
    name="azureml.common_runtime",
    version=4,
    kind="common_runtime",
    path=r"^system_logs/(?P<capability>[^/]+)/[^/]+$",
    head=(
        r"^(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)Z +(?P<level>TRACE|DEBUG|INFO|WARN|ERROR) (?P<message>.*)$",
        rf"^(?P<level>{'|'.join(LEVELS)}) (?P<time>\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d,\d{{3}}) "
        r"(?P<logger>[^ :]+:\d+) \[\d+\] - (?P<message>.*)$",
    ),
    table=LOG_RECORDS,
    constants={"source": "common_runtime"},
    events=COMMON_RUNTIME_EVENTS,
    errors=ErrorRules(
        levels=("ERROR", "CRITICAL"),
        also=r"Gathered execution result for rank \d+ process_rank=\d+ exit_code=(?!0\b)-?\d",
        read=read_runtime,
        phase="platform",
    ),
    samples=[
        Sample(
            "system_logs/lifecycler/lifecycler.log",
            "2026-02-01T19:54:04.205931Z  INFO span:span{x}: module: message key=value\n",
            records=1,
        ),
        Sample(
            "system_logs/cs_capability/cs-capability.log",
            "INFO 2026-02-01 19:54:05,919 initializer.py:55 [14] - message {'a': 'b'}\n",
            records=1,
        ),
    ],
)
