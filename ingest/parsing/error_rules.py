"""Which records report an error, and the rows of `errors` made of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from ingest.model import ERRORS, Table, Type
from ingest.parsing import scan
from ingest.parsing.columns import Array, repeated, typed
from ingest.parsing.records import Records
from ingest.parsing.scan import Positions
from ingest.parsing.tracebacks import TRACEBACK, Failure, read_failure

_HEAD_LENGTH = 4_096
"""Facts are looked for in this much of a record's text."""


@dataclass(frozen=True)
class ErrorRules:
    """What counts as an error in a log, besides any record that holds a Python traceback.

    `levels`: record levels that are errors. `also`: a pattern that makes a record one. `facts`: patterns searched in
    the
    text; a group that bears the name of a column of `errors` fills it, the first match wins. `phases`: patterns and the
    phase that they tell. `driver`: files that are no user code. `counted`: a pattern with the groups `error` and
    `occurrences` for records that sum up errors; each match is a row in place of the record.
    """

    levels: Sequence[str] = ()
    also: str | None = None
    facts: Sequence[str] = ()
    phases: Sequence[tuple[str, str]] = ()
    phase: str | None = None
    driver: str | None = None
    counted: str | None = None
    table: Table = ERRORS

    @cached_property
    def _also(self) -> re.Pattern[bytes] | None:
        return re.compile(self.also.encode()) if self.also else None

    @cached_property
    def _counted(self) -> re.Pattern[str] | None:
        return re.compile(self.counted, re.MULTILINE) if self.counted else None

    @cached_property
    def _facts(self) -> list[re.Pattern[str]]:
        return [re.compile(pattern) for pattern in self.facts]

    @cached_property
    def _phases(self) -> list[tuple[re.Pattern[str], str]]:
        return [(re.compile(pattern), phase) for pattern, phase in self.phases]

    @cached_property
    def _driver(self) -> re.Pattern[str] | None:
        return re.compile(self.driver) if self.driver else None

    def rows(self, records: Records, text: str, constants: Mapping[str, str]) -> pa.Table:
        """The rows of `errors` for the records that report one."""
        chosen = self._chosen(records, text)
        starts, ends = records.spans[text]
        data = records.batch.data
        told: list[dict[str, Any]] = []
        failures: list[Failure] = []
        rows: list[int] = []
        for row in chosen.tolist():
            message = data[starts[row] : ends[row]].decode("utf-8", "replace")
            facts = self._told(message)
            counted = list(self._counted.finditer(message)) if self._counted else []
            for summed in counted:
                failures.append(read_failure(summed["error"]))
                told.append({**facts, "occurrences": int(summed["occurrences"])})
            if not counted:
                failures.append(read_failure(message, self._driver))
                told.append(facts)
            rows += [row] * max(len(counted), 1)
        chosen = np.array(rows, np.int64)
        count = len(rows)
        columns: dict[str, Array] = {
            "piece": pa.array(records.piece[chosen].astype(np.int32)),
            "line_no": pa.array(records.line_no[chosen]),
            "exception_type": pa.array([f.exception_type for f in failures], pa.string()),
            "exception_message": pa.array([f.message for f in failures], pa.string()),
            "headline": pa.array([facts.pop("headline") for facts in told], pa.string()),
            "frame": pa.array([f.frame for f in failures], pa.string()),
            "traceback": pa.array([f.traceback for f in failures], pa.string()),
            "fingerprint": pa.array([f.fingerprint for f in failures], pa.string()),
            "occurrences": pa.array([facts.get("occurrences", 1) for facts in told], pa.int64()),
            "phase": pa.array([facts.pop("phase", self.phase) for facts in told], pa.string()),
        }
        for column in self.table.own:
            values = [facts.get(column.name) for facts in told]
            if column.name in columns:
                continue
            if column.name in records.spans and column.name != text:
                span_starts, span_ends = records.spans[column.name]
                spans = (span_starts[chosen], span_ends[chosen])
                columns[column.name] = typed(records.batch.buffer, spans, column.type)
            elif column.name in constants:
                columns[column.name] = repeated([constants[column.name]], np.zeros(count, np.int64))
            elif any(value is not None for value in values):
                numbers = column.type is Type.INT
                values = [int(value) if value and numbers else value for value in values]
                columns[column.name] = pa.array(values, column.type.arrow)
        return pa.table(columns)

    def _chosen(self, records: Records, text: str) -> Positions:
        """Indexes of the records that report an error."""
        starts, ends = records.spans[text]
        flags = np.zeros(len(starts), np.bool_)
        if "level" in records.spans:
            for level in self.levels:
                flags |= scan.equal_to(records.batch.buffer, records.spans["level"], level)
        data = records.batch.data
        at, needle = data.find(TRACEBACK.encode()), TRACEBACK.encode()
        while at >= 0 and len(starts):
            i = int(np.searchsorted(starts, at, side="right")) - 1
            if i < 0 or at >= ends[i]:
                at = data.find(needle, at + 1)
                continue
            flags[i] = True
            at = data.find(needle, int(ends[i]))
        if self._also is not None:
            for row in np.flatnonzero(~flags).tolist():
                flags[row] = self._also.search(data, int(starts[row]), int(ends[row])) is not None
        return np.flatnonzero(flags)

    def _told(self, message: str) -> dict[str, Any]:
        """The facts that the patterns find in a message."""
        head = message[:_HEAD_LENGTH]
        told: dict[str, Any] = {"headline": head.partition("\n")[0].rstrip()}
        for pattern in self._facts:
            if found := pattern.search(head):
                told |= {
                    key: value for key, value in found.groupdict().items() if value is not None and key not in told
                }
        for pattern, phase in self._phases:
            if pattern.search(head):
                told["phase"] = phase
                break
        return told
