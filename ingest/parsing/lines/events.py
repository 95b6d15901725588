"""Events: messages whose form is known, and the facts in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.model import Column, Type
from ingest.parsing.columns import Array, converted, without_empty
from ingest.parsing.json_objects import json_objects
from ingest.parsing.scan import FIRST_BYTES, Bytes, Flags, Positions, Words, words_at


@dataclass(frozen=True)
class Event:
    """A form of message: its name and a pattern (RE2, so without look-around) with named groups for its facts.

    A group that bears the name of a column of the table fills it (durations become seconds); the others go to `fields`.
    """

    name: str
    pattern: str
    contains: str = ""
    """A text that every match holds, to pass over other messages quickly where the pattern starts with no such text."""

    @cached_property
    def prefix(self) -> str:
        """The literal text that every match starts with, to pass over other messages quickly; may be empty."""
        if not self.pattern.startswith("^") or "|" in re.sub(r"\(.*?\)|\\.", "", self.pattern):
            return ""
        literal = re.match(r"(?:[\w ,:'\-]|\\[.()\[\]](?![?*+{]))*", self.pattern[1:])
        text = literal.group() if literal else ""
        following = self.pattern[1 + len(text) : 2 + len(text)]
        if following and following in "?*+{":  # the last character may be missing
            text = text[:-1]
        return re.sub(r"\\(.)", r"\1", text)

    @cached_property
    def groups(self) -> Sequence[str]:
        """Names of the facts."""
        return re.findall(r"\(\?P<(\w+)>", self.pattern)


def find_events(messages: Array, events: Sequence[Event], columns: Mapping[str, Column]) -> dict[str, Array]:
    """The columns `event`, `fields` and those that the events' groups fill, one value per message.

    Of several events that match a message the first counts: put those first that most messages are. Blanks at a message's
    end, as copies add them, do not count.
    """
    count = len(messages)
    if _end_blank(messages):
        messages = pc.ascii_rtrim(messages, " \t")
    names: list[str | None] = [event.name for event in events]
    which = np.full(count, -1, np.int64)
    found: dict[str, list[tuple[np.ndarray[Any, Any], Array]]] = {}
    left, starts = np.arange(count), _first_words(messages)
    for index, event in enumerate(events):
        rows = left[_may_start(starts, event.prefix)]
        texts = messages if len(rows) == count else messages.take(pa.array(rows))
        if event.contains and not event.prefix:
            there = pc.match_substring(texts, event.contains).fill_null(False)
            rows, texts = rows[there.to_numpy(zero_copy_only=False)], texts.filter(there)
        if not len(rows):
            continue
        facts = pc.extract_regex(texts, event.pattern)
        if facts.null_count:
            rows, facts = rows[facts.is_valid().to_numpy(zero_copy_only=False)], facts.drop_null()
        if not len(rows):
            continue
        which[rows] = index
        still = which[left] < 0
        left, starts = left[still], starts[still]
        others: dict[str, Array] = {}
        for group in event.groups:
            values = without_empty(pc.struct_field(facts, group))
            if group in columns:
                found.setdefault(group, []).append((rows, converted(values, columns[group].type)))
            else:
                others[group] = values
        if others:
            found.setdefault("fields", []).append((rows, json_objects(list(others), list(others.values()))))
    result: dict[str, Array] = {
        "event": pa.DictionaryArray.from_arrays(
            pa.array(which, mask=which < 0).cast(pa.int32()), pa.array(names, pa.string())
        )
    }
    for name, parts in found.items():
        type_ = columns[name].type if name in columns else Type.TEXT
        result[name] = _scattered(count, parts, type_)
    return result


def _edges(texts: Array) -> tuple[Positions, Bytes]:
    """Where each text starts in the bytes of all, and where the last one ends; the bytes."""
    _, offsets, values = texts.buffers()
    edges = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return edges.astype(np.int64), np.frombuffer(values or b"", np.uint8)


def _end_blank(texts: Array) -> bool:
    """Whether any text ends with a blank."""
    edges, every_byte = _edges(texts)
    last = every_byte[edges[1:][np.diff(edges) > 0] - 1]
    return bool(((last == ord(" ")) | (last == ord("\t"))).any())


def _first_words(texts: Array) -> Words:
    """The first eight bytes of each text, with NUL bytes behind a shorter one, as one number."""
    edges, every_byte = _edges(texts)
    if len(edges) and edges[-1] + 8 > len(every_byte):
        every_byte = np.append(every_byte, np.zeros(8, np.uint8))
    return words_at(every_byte, edges[:-1]) & FIRST_BYTES[np.minimum(np.diff(edges), 8)]


def _may_start(words: Words, prefix: str) -> Flags:
    """Which texts, by their first eight bytes, may start with a prefix: a quick look, exact for eight characters."""
    start = prefix.encode()[:8]
    return np.asarray((words & FIRST_BYTES[len(start)]) == np.frombuffer(start.ljust(8, b"\0"), "<u8")[0])


def _scattered(count: int, parts: Sequence[tuple[np.ndarray[Any, Any], Array]], type_: Type) -> Array:
    """Values put at their rows, null elsewhere."""
    place = np.full(count, -1, np.int64)
    base = 0
    for rows, values in parts:
        place[rows] = np.arange(base, base + len(values))
        base += len(values)
    every = pa.concat_arrays([values for _, values in parts]).cast(type_.arrow)
    return every.take(pa.array(place, mask=place < 0))
