"""Which records report an error, and the rows of `errors` made of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.model import ERRORS, Table
from ingest.parsing import scan
from ingest.parsing.columns import Array, converted, repeated, texts, typed, without_empty
from ingest.parsing.failure_texts import FailureText, FailureTexts
from ingest.parsing.lines.records import Records
from ingest.parsing.lines.tracebacks import (
    TRACEBACK,
    TRACEBACK_BYTES,
    Failure,
    fingerprints,
    read_failure,
    says_success,
)
from ingest.parsing.scan import Flags, Positions

_HEAD_LENGTH = 4_096
"""The phase is looked for in this much of a record's text."""


_PLAIN = re.compile(r"(?:[^\\.^$*+?{}\[\]|()]|\\\W)+")
"""A pattern that is nothing but text."""

_TRACEBACK = re.compile(re.escape(TRACEBACK_BYTES))


@dataclass(frozen=True)
class ErrorRules:
    """What counts as an error in a log, besides any record that holds a Python traceback.

    `levels`: record levels that are errors. `also`: a pattern that makes a record one. `facts`: patterns (RE2, as those
    of `Event`) searched in the first line; a group that bears the name of a column of `errors` fills it, the first match
    wins. `phases`: patterns and the phase that they tell. `driver`: files that are no user code. `counted`: a pattern
    with the groups `error` and `occurrences` for records that sum up errors; each match is a row in place of the record.
    `failures`: forms of failures without a traceback; a record that starts with one is an error, and the whole text of
    the form is its text, also over further lines. `failure_words`: a pattern (RE2) that finds something in the first line
    of each of the forms, for large logs: records without it are not compared with the forms. `read`: asked first what a
    text says, for envelopes such as JSON; None if it says nothing that the other rules do not.
    """

    levels: Sequence[str] = ()
    also: str | None = None
    facts: Sequence[str] = ()
    phases: Sequence[tuple[str, str]] = ()
    phase: str | None = None
    driver: str | None = None
    counted: str | None = None
    failures: Sequence[FailureText] = ()
    failure_words: str | None = None
    read: Callable[[str], Failure | None] | None = None
    table: Table = ERRORS

    @cached_property
    def _failures(self) -> FailureTexts | None:
        return FailureTexts(self.failures) if self.failures else None

    @cached_property
    def _also(self) -> re.Pattern[bytes] | None:
        return re.compile(self.also.encode(), re.MULTILINE) if self.also else None

    @cached_property
    def _counted(self) -> re.Pattern[str] | None:
        return re.compile(self.counted, re.MULTILINE) if self.counted else None

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
        chosen, every_end = self._chosen(records, text)
        data = records.batch.data
        starts, ends = records.spans[text][0][chosen].tolist(), every_end[chosen].tolist()
        messages = [data[start:end].decode("utf-8", "replace") for start, end in zip(starts, ends, strict=True)]
        reported = [self._reported(message) for message in messages]
        times = [len(failures) for failures in reported]
        if any(count != 1 for count in times):
            chosen = np.repeat(chosen, times)
            messages = [message for message, count in zip(messages, times, strict=True) for _ in range(count)]
        failures = [failure for of_record in reported for failure, _ in of_record]
        heads = [message[:_HEAD_LENGTH] for message in messages]
        first_lines = [head.partition("\n")[0].rstrip() for head in heads]
        headlines = pa.array(
            [
                _headline(failure, head, first)
                for failure, head, first in zip(failures, heads, first_lines, strict=True)
            ],
            pa.string(),
        )
        types, sentences, frames, tracebacks, codes, components = (
            zip(*failures, strict=True) if failures else ((),) * len(Failure._fields)
        )
        columns: dict[str, Array] = {
            "piece": pa.array(records.piece[chosen].astype(np.int32)),
            "line_no": pa.array(records.line_no[chosen]),
            "exception_type": pa.array(types, pa.string()),
            "exception_message": pa.array(sentences, pa.string()),
            "frame": pa.array(frames, pa.string()),
            "traceback": pa.array(tracebacks, pa.string()),
            "code": pa.array(codes, pa.string()),
            "component": pa.array(components, pa.string()),
            "fingerprint": pa.array(fingerprints(failures), pa.string()),
            "headline": headlines,
            "occurrences": pa.array([count for of_record in reported for _, count in of_record], pa.int64()),
            "phase": pa.array([self._phase_of(head) for head in heads], pa.string()),
        }
        facts = self._facts_in(pa.array(first_lines, pa.string()))
        for column in self.table.own:
            if column.name in columns:
                continue
            if column.name in records.spans and column.name != text:
                span_starts, span_ends = records.spans[column.name]
                spans = (span_starts[chosen], span_ends[chosen])
                columns[column.name] = typed(records.batch.buffer, spans, column.type)
            elif column.name in constants:
                columns[column.name] = repeated([constants[column.name]], np.zeros(len(chosen), np.int64))
            elif column.name in facts:
                columns[column.name] = converted(facts[column.name], column.type)
        return pa.table(columns)

    def _chosen(self, records: Records, text: str) -> tuple[Positions, Positions]:
        """Indexes of the records that report an error; and where the text of each record ends."""
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
        if self._failures is not None:
            ends = self._with_failures(self._failures, records, flags, starts, ends)
        in_traceback = np.zeros(len(starts), np.bool_)  # lines of one that a record above was made longer by
        in_traceback[1:] = records.starts[1:] < np.maximum.accumulate(ends)[:-1]
        if self._also is not None:
            for row in np.flatnonzero(~flags).tolist():
                # a slice, since `^` does not match at the position that a search begins at
                flags[row] = self._also.search(data[int(starts[row]) : int(ends[row])]) is not None
        return np.flatnonzero(flags & ~in_traceback), ends

    def _with_failures(
        self, failures: FailureTexts, records: Records, flags: Flags, starts: Positions, ends: Positions
    ) -> Positions:
        """Flags the records that start with a form of failure; gives the ends, those of longer texts moved there.

        A failure text on the line under a traceback whose exception ends with a colon is the text of that exception.
        """
        data = records.batch.data
        limits = records.batch.ends[records.piece]
        longer = ends.copy()
        reached, holder = -1, -1
        for i in self._candidates(records, flags, starts, ends).tolist():
            start, end = int(starts[i]), int(ends[i])
            if int(records.starts[i]) < reached:  # in a traceback or another failure's text
                continue
            reached = end
            if flags[i] and data.find(TRACEBACK_BYTES, start, end) >= 0:
                holder = i if data[start:end].rstrip().endswith(b":") else -1
                continue
            found = failures.end(data, start, int(limits[i]))  # of a record that is one by its level: the whole text
            if found < 0:
                continue
            reached = max(found, end)
            if (
                holder >= 0
                and records.piece[holder] == records.piece[i]
                and not data[int(ends[holder]) : int(records.starts[i])].strip()
            ):
                longer[holder] = reached
            else:
                flags[i] = True
                longer[i] = reached
            holder = -1
        return longer

    def _candidates(self, records: Records, flags: Flags, starts: Positions, ends: Positions) -> Positions:
        """Records that may start with a form of failure, and those that are errors anyway."""
        if self.failure_words is None:
            return np.arange(len(starts))
        found = pc.match_substring_regex(texts(records.batch.buffer, (starts, ends)), self.failure_words)
        return np.flatnonzero(flags | found.fill_null(False).to_numpy(zero_copy_only=False))

    def _reported(self, message: str) -> list[tuple[Failure, int]]:
        """The errors that a record reports, and how often each occurred."""
        if self._counted and (found := list(self._counted.finditer(message))):
            return [(read_failure(one["error"]), _count(one["occurrences"])) for one in found]
        failure = self.read(message) if self.read else None
        if failure is None and self._failures:
            failure = self._failures.read(message)
        if failure is None:
            failure = read_failure(message, self._driver)
        return [] if says_success(failure) else [(failure, 1)]

    def _facts_in(self, headlines: Array) -> dict[str, Array]:
        """The facts that the patterns find in the first lines of records; of each the one found first."""
        told: dict[str, Array] = {}
        for pattern in self.facts:
            found = pc.extract_regex(headlines, pattern)
            for field in found.type:
                values = without_empty(pc.struct_field(found, field.name))
                told[field.name] = pc.coalesce(told[field.name], values) if field.name in told else values
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


def _headline(failure: Failure, head: str, first_line: str) -> str:
    """The first line of a record; all of a failure's text that is no traceback."""
    whole = failure.traceback
    if whole is None or failure.frame or TRACEBACK in whole:
        return first_line
    return head.rstrip()


def _count(digits: str) -> int:
    """A number; 1 for one that no table can hold."""
    return int(digits) if len(digits) <= 18 else 1
