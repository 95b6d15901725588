"""Arrow columns out of spans of a buffer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.model import Type
from ingest.parsing import scan
from ingest.parsing.scan import Bytes, Flags, Positions, Spans

_DURATION = re.compile(r"(?:(?P<days>\d+)(?: days?, |-))?(?P<clock>\d+(?::\d+)*(?:\.\d+)?)")
"""`1:02:03.5`, `2 days, 1:02:03`, and as `ps` writes it `2-01:02:03`."""

Array: TypeAlias = pa.Array


def texts(buffer: Bytes, spans: Spans) -> Array:
    """The text of each span, null where its start is -1. Spans must ascend and not overlap.

    The values are copied once, by Arrow, out of an array whose even values are the spans and whose odd ones the gaps.
    Bytes that are not UTF-8 become U+FFFD.
    """
    starts, ends = spans
    count = len(starts)
    if not count:
        return pa.array([], pa.string())
    absent = starts < 0
    offsets = np.empty(2 * count, np.int32)
    offsets[0::2] = starts
    offsets[1::2] = np.where(absent, -1, ends)
    offsets = np.maximum(np.maximum.accumulate(offsets), 0)
    spread = pa.Array.from_buffers(pa.binary(), 2 * count - 1, [None, pa.py_buffer(offsets), pa.py_buffer(buffer)])
    evens = np.arange(0, 2 * count, 2, dtype=np.int32)
    return as_text(spread.take(pa.array(evens, mask=absent) if absent.any() else pa.array(evens)))


def as_text(raw: Array) -> Array:
    """Binary values as text; bytes that are not UTF-8 become U+FFFD."""
    try:
        return raw.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array(
            [None if value is None else value.decode("utf-8", "replace") for value in raw.to_pylist()], pa.string()
        )


def typed(buffer: Bytes, spans: Spans, type_: Type) -> Array:
    """The spans as values of a column type; null where there is no value or it is none of that type."""
    if type_ is Type.TIME:
        micros = scan.times(buffer, spans)
        return pa.array(micros, mask=micros == scan.NO_TIME).cast(pa.timestamp("us"))
    if type_ is Type.INT:
        numbers, good = scan.integers(buffer, spans)
        return pa.array(numbers, mask=~good)
    return converted(texts(buffer, spans), type_)


def converted(values: Array, type_: Type) -> Array:
    """Text as values of a column type; null where it does not convert.

    Durations (`1:02:03.5`, `2 days, 1:02:03`) count as numbers: seconds.
    """
    if type_ is Type.TEXT:
        return values
    try:
        return values.cast(type_.arrow)
    except pa.ArrowInvalid:
        if type_ is Type.FLOAT:
            return pa.array([seconds_or_number(value) for value in values.to_pylist()], pa.float64())
        return pa.array([_converted_one(value, type_) for value in values.to_pylist()], type_.arrow)


def _converted_one(value: str | None, type_: Type) -> Any:
    try:
        return pa.scalar(value, pa.string()).cast(type_.arrow).as_py()
    except pa.ArrowInvalid:
        return None


def seconds_or_number(value: str | None) -> float | None:
    """A number, or the seconds of a duration such as `1:02:03.5`; null if it is neither."""
    if value is None:
        return None
    found = _DURATION.fullmatch(value.strip())
    if found is None:
        return None
    seconds = 0.0
    for part in found["clock"].split(":"):
        seconds = seconds * 60 + float(part)
    return seconds + 86_400 * int(found["days"] or 0)


def repeated(values: Sequence[str | None], indexes: Positions) -> Array:
    """`values[i]` for each index, kept as a dictionary: few texts, many rows."""
    return pa.array(values, pa.string()).dictionary_encode().take(pa.array(indexes))


def nulls_where(values: Array, absent: Flags) -> Array:
    """The values with null where `absent` says so."""
    return pc.if_else(pa.array(absent), pa.scalar(None, values.type), values)


def without_empty(values: Array) -> Array:
    """The texts with null for empty ones: an optional group that did not match."""
    if pc.min(pc.binary_length(values)).as_py() != 0:
        return values
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)
