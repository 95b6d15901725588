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
from ingest.parsing.columns import Array, converted
from ingest.parsing.json_objects import json_objects


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
    """The columns `event`, `fields` and those that the events' groups fill, one value per message."""
    count = len(messages)
    names: list[str | None] = [event.name for event in events]
    which = np.full(count, -1, np.int64)
    found: dict[str, list[tuple[np.ndarray[Any, Any], Array]]] = {}
    for index, event in enumerate(events):
        open_ = pa.array(which < 0)
        candidates = pc.and_(open_, _may_match(messages, event))
        rows = np.flatnonzero(candidates.fill_null(False).to_numpy(zero_copy_only=False))
        if not len(rows):
            continue
        facts = pc.extract_regex(messages.take(pa.array(rows)), event.pattern)
        hit = facts.is_valid().to_numpy(zero_copy_only=False)
        rows, facts = rows[hit], facts.drop_null()
        which[rows] = index
        others: dict[str, Array] = {}
        for group in event.groups:
            values = pc.struct_field(facts, group)
            values = pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)
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


def _may_match(messages: Array, event: Event) -> Array:
    """A quick look at which messages may be of a form."""
    if event.prefix:
        return pc.starts_with(messages, event.prefix)
    if event.contains:
        return pc.match_substring(messages, event.contains)
    return pc.is_valid(messages)


def _scattered(count: int, parts: Sequence[tuple[np.ndarray[Any, Any], Array]], type_: Type) -> Array:
    """Values put at their rows, null elsewhere."""
    place = np.full(count, -1, np.int64)
    base = 0
    for rows, values in parts:
        place[rows] = np.arange(base, base + len(values))
        base += len(values)
    every = pa.concat_arrays([values for _, values in parts]).cast(type_.arrow)
    return every.take(pa.array(place, mask=place < 0))
