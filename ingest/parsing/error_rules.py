"""Which records report an error, and the rows of `errors` made of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from ingest.model import ERRORS, Table
from ingest.parsing import scan
from ingest.parsing.columns import Array, converted, repeated, typed
from ingest.parsing.records import Records
from ingest.parsing.scan import Positions
from ingest.parsing.tracebacks import TRACEBACK, Failure, read_failure

_HEAD_LENGTH = 4_096
"""The phase is looked for in this much of a record's text."""


_PLAIN = re.compile(r"(?:[^\\.^$*+?{}\[\]|()]|\\\W)+")
"""A pattern that is nothing but text."""

_TRACEBACK = re.compile(re.escape(TRACEBACK.encode()))


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
    def _phases(self) -> list[tuple[list[str], re.Pattern[str] | None, str]]:
        """Of each phase the plain words, which `in` finds ten times as fast as a pattern does, and a pattern for the rest."""
        phases = []
        for pattern, phase in self.phases:
            parts = re.split(r"(?<!\\)\|", pattern) if "(" not in pattern.replace("\\(", "") else [pattern]
            words = [re.sub(r"\\(\W)", r"\1", part) for part in parts if _PLAIN.fullmatch(part)]
            rest = [part for part in parts if not _PLAIN.fullmatch(part)]
            phases.append((words, re.compile("|".join(rest)) if rest else None, phase))
        return phases

    @cached_property
    def _driver(self) -> re.Pattern[str] | None:
        return re.compile(self.driver) if self.driver else None

    def rows(self, records: Records, text: str, constants: Mapping[str, str]) -> pa.Table:
        """The rows of `errors` for the records that report one."""
        chosen = self._chosen(records, text)
        starts, ends = records.spans[text]
        data = records.batch.data
        told: list[dict[str, str]] = []
        failures: list[Failure] = []
        headlines: list[str] = []
        phases: list[str | None] = []
        occurrences: list[int] = []
        rows: list[int] = []
        driver, counted = self._driver, self._counted
        for row, start, end in zip(chosen.tolist(), starts[chosen].tolist(), ends[chosen].tolist(), strict=True):
            message = data[start:end].decode("utf-8", "replace")
            head = message[:_HEAD_LENGTH]
            headline = head.partition("\n")[0].rstrip()
            facts, phase = self._facts_in(headline), self._phase_of(head)
            found = (
                [(read_failure(one["error"]), int(one["occurrences"])) for one in counted.finditer(message)]
                if counted
                else []
            )
            for failure, times in found or [(read_failure(message, driver), 1)]:
                rows.append(row)
                failures.append(failure)
                occurrences.append(times)
                told.append(facts)
                phases.append(phase)
                headlines.append(headline)
        chosen = np.array(rows, np.int64)
        count = len(rows)
        of_failures = (
            dict(zip(Failure._fields, zip(*failures, strict=True), strict=True))
            if failures
            else dict.fromkeys(Failure._fields, ())
        )
        of_failures["exception_message"] = of_failures.pop("message")
        columns: dict[str, Array] = {
            "piece": pa.array(records.piece[chosen].astype(np.int32)),
            "line_no": pa.array(records.line_no[chosen]),
            **{name: pa.array(values, pa.string()) for name, values in of_failures.items()},
            "headline": pa.array(headlines, pa.string()),
            "occurrences": pa.array(occurrences, pa.int64()),
            "phase": pa.array(phases, pa.string()),
        }
        named = {name for pattern in self._facts for name in pattern.groupindex}
        for column in self.table.own:
            if column.name in columns:
                continue
            if column.name in records.spans and column.name != text:
                span_starts, span_ends = records.spans[column.name]
                spans = (span_starts[chosen], span_ends[chosen])
                columns[column.name] = typed(records.batch.buffer, spans, column.type)
            elif column.name in constants:
                columns[column.name] = repeated([constants[column.name]], np.zeros(count, np.int64))
            elif column.name in named:
                columns[column.name] = converted(
                    pa.array([facts.get(column.name) for facts in told], pa.string()), column.type
                )
        return pa.table(columns)

    def _chosen(self, records: Records, text: str) -> Positions:
        """Indexes of the records that report an error."""
        starts, ends = records.spans[text]
        flags = np.zeros(len(starts), np.bool_)
        if "level" in records.spans:
            for level in self.levels:
                flags |= scan.equal_to(records.batch.buffer, records.spans["level"], level)
        data = records.batch.data
        found = np.array([hit.start() for hit in _TRACEBACK.finditer(data)], np.int64)
        holders = np.searchsorted(starts, found, side="right") - 1
        inside = holders >= 0
        inside[inside] = found[inside] < ends[holders[inside]]
        flags[holders[inside]] = True
        if self._also is not None:
            for row in np.flatnonzero(~flags).tolist():
                flags[row] = self._also.search(data, int(starts[row]), int(ends[row])) is not None
        return np.flatnonzero(flags)

    def _facts_in(self, headline: str) -> dict[str, str]:
        """The facts that the patterns find in a record's first line."""
        told: dict[str, str] = {}
        for pattern in self._facts:
            if pattern.groupindex.keys() <= told.keys():
                continue  # nothing new to learn
            if found := pattern.search(headline):
                told = {key: value for key, value in found.groupdict().items() if value is not None} | told
        return told

    def _phase_of(self, head: str) -> str | None:
        """The phase that the text tells."""
        for words, rest, phase in self._phases:
            for word in words:
                if word in head:
                    return phase
            if rest and rest.search(head):
                return phase
        return self.phase
