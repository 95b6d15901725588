"""Heads: how the first line of a record is told from a line that continues the record above.

Two ways to say it. `RegexHead` takes any regular expression with named groups: right for most formats.
`DelimitedHead` is
for large logs whose heads are fields with a delimiter between (`time|LEVEL|pid|message`): it looks at all lines at
once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from ingest.parsing import scan
from ingest.parsing.batch import Batch
from ingest.parsing.scan import Bytes, Flags, Positions, Spans


@dataclass(frozen=True, slots=True)
class Heads:
    """The lines that are heads (their indexes, ascending) and where the named parts of each stand."""

    lines: Positions
    spans: dict[str, Spans]


class Head(Protocol):
    """Finds heads among lines; `names` are the parts it can give."""

    @property
    def names(self) -> Sequence[str]:
        """The named parts, in order."""

    def find(self, batch: Batch, starts: Positions, ends: Positions) -> Heads:
        """The heads among the lines that start and end at these positions of the batch."""


_ABSENT = (-1, -1)


@dataclass(frozen=True)
class RegexHead:
    """A head is a line that one of the patterns matches at its start, the first that does.

    Bytes are matched: `\\w` and `\\d` are ASCII.
    """

    patterns: str | tuple[str, ...]

    @cached_property
    def _compiled(self) -> list[re.Pattern[bytes]]:
        patterns = (self.patterns,) if isinstance(self.patterns, str) else self.patterns
        return [re.compile(pattern.encode(), re.MULTILINE) for pattern in patterns]  # ^ matches at a line's start

    @cached_property
    def names(self) -> Sequence[str]:
        """The named groups of all patterns."""
        return list(dict.fromkeys(name for pattern in self._compiled for name in pattern.groupindex))

    def find(self, batch: Batch, starts: Positions, ends: Positions) -> Heads:
        """One match per line."""
        data = batch.data
        lines: list[int] = []
        found: dict[str, list[tuple[int, int]]] = {name: [] for name in self.names}
        ways = [
            (pattern.match, [(found[name], pattern.groupindex.get(name)) for name in self.names])
            for pattern in self._compiled
        ]
        for i, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
            for match, groups in ways:
                hit = match(data, start, end)
                if hit:
                    lines.append(i)
                    places = hit.regs
                    for spans, group in groups:
                        spans.append(_ABSENT if group is None else places[group])
                    break
        arrays = {name: np.array(spans, np.int64).reshape(-1, 2) for name, spans in found.items()}
        return Heads(np.array(lines, np.int64), {name: (pairs[:, 0], pairs[:, 1]) for name, pairs in arrays.items()})


@dataclass(frozen=True, slots=True)
class Time:
    """A field `YYYY-MM-DD hh:mm:ss` with an optional fraction; `between` stands between date and time."""

    name: str
    between: str = " "
    optional: bool = False

    def matches(self, buffer: Bytes, spans: Spans) -> Flags:
        """Whether each span is such a field."""
        return self.starts(buffer, spans) & self.ends(buffer, spans)

    def starts(self, buffer: Bytes, spans: Spans) -> Flags:
        """Whether each span starts with date and time."""
        return scan.starts_with_time(buffer, *spans, between=self.between)

    def ends(self, buffer: Bytes, spans: Spans) -> Flags:
        """Whether behind the seconds is nothing, or a point or comma and digits."""
        starts, ends = spans
        mark = buffer[np.minimum(starts + 19, len(buffer) - 1)]
        fraction = ((mark == 44) | (mark == 46)) & scan.are_digits(buffer, (starts + 20, ends))
        return np.asarray((ends - starts == 19) | fraction)


@dataclass(frozen=True, slots=True)
class Word:
    """A field of one of some words, each at most eight characters."""

    name: str
    words: tuple[str, ...]
    optional: bool = False

    def matches(self, buffer: Bytes, spans: Spans) -> Flags:
        """Whether each span is one of the words."""
        return scan.one_of(buffer, spans, self.words)


@dataclass(frozen=True, slots=True)
class Digits:
    """A field of 1 to 18 digits."""

    name: str
    optional: bool = False

    def matches(self, buffer: Bytes, spans: Spans) -> Flags:
        """Whether each span is such a field."""
        return scan.are_digits(buffer, spans)


@dataclass(frozen=True, slots=True)
class Text:
    """A field of any text without the delimiter; with `ending`, only text that ends so and has no blank."""

    name: str
    ending: str = ""
    optional: bool = False

    def matches(self, buffer: Bytes, spans: Spans) -> Flags:
        """Whether each span is such text."""
        starts, ends = spans
        flags = np.asarray(ends >= starts)
        if self.ending:
            length = len(self.ending)
            flags &= scan.equal_to(buffer, (ends - length, ends), self.ending) & (ends - starts > length)
            for i in np.flatnonzero(flags):  # few lines have such a field
                flags[i] = 32 not in buffer[starts[i] : ends[i]]
        return flags


Field = Time | Word | Digits | Text


def _matches(
    field: Field, required: Field | None, buffer: Bytes, starts: Positions, ends: Positions, in_line: Flags
) -> Flags:
    """Whether each span that ends in its line is such a field, and not one that is `required` after it."""
    taken = in_line.copy()
    if required is not None and taken.any():  # first, since it mostly leaves nothing
        there = np.flatnonzero(taken)
        taken[there] = ~required.matches(buffer, (starts[there], ends[there]))
    if taken.all():
        return field.matches(buffer, (starts, ends))
    there = np.flatnonzero(taken)
    if len(there):
        taken[there] = field.matches(buffer, (starts[there], ends[there]))
    return taken


@dataclass(frozen=True)
class DelimitedHead:
    """Fields with a delimiter after each, then the rest of the line.

    An optional field is taken as there if it matches and the next required field does not match in its place.
    """

    fields: tuple[Field, ...]
    rest: str = "message"
    delimiter: str = "|"

    @cached_property
    def _leading_time(self) -> Time | None:
        """The first field if it is a time, which leaves few lines to look at more closely."""
        first = self.fields[0]
        return first if isinstance(first, Time) and not first.optional else None

    @property
    def names(self) -> Sequence[str]:
        """The fields and the rest, in order."""
        return [*(field.name for field in self.fields), self.rest]

    def find(self, batch: Batch, starts: Positions, ends: Positions) -> Heads:
        """All lines at once, field by field; lines drop out where a required field does not match."""
        buffer = batch.buffer
        leading = self._leading_time
        lines = np.flatnonzero(leading.starts(buffer, (starts, ends))) if leading else np.arange(len(starts))
        if not len(lines):
            empty = np.zeros(0, np.int64)
            return Heads(empty, dict.fromkeys(self.names, (empty, empty)))
        low, high = int(starts[lines[0]]), int(ends[lines[-1]])
        delimiters = np.flatnonzero(buffer[low:high] == ord(self.delimiter)) + low
        delimiters = np.append(delimiters, len(buffer) + 1)
        at, line_end = starts[lines], ends[lines]
        following = np.searchsorted(delimiters, at)
        alive = np.ones(len(lines), np.bool_)
        spans: dict[str, Spans] = {}
        for i, field in enumerate(self.fields):
            field_end = delimiters[np.minimum(following, len(delimiters) - 1)]
            in_line = field_end < line_end
            field_end = np.minimum(field_end, line_end)
            required = (
                next((other for other in self.fields[i + 1 :] if not other.optional), None) if field.optional else None
            )
            if field is leading:
                taken = in_line & leading.ends(buffer, (at, field_end))
            else:
                taken = _matches(field, required, buffer, at, field_end, in_line)
            if not field.optional:
                alive &= taken
            spans[field.name] = (np.where(taken, at, -1), field_end)
            at = np.where(taken, field_end + 1, at)
            following = following + taken
        spans[self.rest] = (at, line_end)
        kept: Iterable[tuple[str, Spans]] = spans.items()
        return Heads(lines[alive], {name: (s[alive], e[alive]) for name, (s, e) in kept})
