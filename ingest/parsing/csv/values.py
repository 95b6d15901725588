"""Cells as values of a column's type, and which of them are none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.model import Type
from ingest.parsing.columns import Array, seconds_or_number
from ingest.parsing.scan import Flags

EXPECTED = {
    Type.INT: "an integer",
    Type.FLOAT: "a finite number",
    Type.BOOL: "true or false",
    Type.TIME: "a time",
}
"""What a cell of each type should be, for messages."""


def values_of(cells: Array, type_: Type, scale: float, nulls: Sequence[str]) -> tuple[Array, Flags | None]:
    """The cells as values, and which of them are none of the type; nothing if all are.

    The cells are texts, or of the type already. Whole columns are cast by Arrow. Only if that fails the cells are looked
    at one by one: then `12.0` and `1e3` are integers, `0:01:05` is a number of seconds, times may have a zone or more than
    six digits of fraction, and blanks do not matter. `nan` is null, `inf` is no value.
    """
    if type_ is Type.TEXT:
        return cells, None
    bad: Flags | None = None
    read_as = type_to_read(type_, scale)
    try:
        values = cells.cast(read_as.arrow)
    except pa.ArrowInvalid:
        values, bad = _one_by_one(cells, read_as, nulls)
    if read_as is Type.FLOAT and not pc.all(pc.is_finite(values), min_count=0).as_py():
        infinite = np.asarray(pc.fill_null(pc.is_inf(values), False))
        bad = infinite if bad is None else bad | infinite
        values = pc.if_else(pc.is_finite(values), values, pa.scalar(None, values.type))
    if scale != 1:
        values = pc.multiply(values, scale)
    if type_ is not read_as:
        values = pc.round(values).cast(type_.arrow, safe=False)
    return values, bad if bad is not None and bad.any() else None


def type_to_read(type_: Type, scale: float) -> Type:
    """The type that cells have before they are scaled."""
    return Type.FLOAT if type_ is Type.INT and scale != 1 else type_


def _one_by_one(cells: Array, type_: Type, nulls: Sequence[str]) -> tuple[Array, Flags]:
    convert = _CONVERT[type_]
    values: list[Any] = []
    bad = np.zeros(len(cells), np.bool_)
    for i, cell in enumerate(cells.to_pylist()):
        value = None
        text = cell.strip() if cell is not None else ""
        if text and text not in nulls:
            try:
                value = convert(text)
            except (ValueError, OverflowError):
                bad[i] = True
        values.append(value)
    return pa.array(values, type_.arrow), bad


def _integer(text: str) -> int | None:
    if text[:2] in ("0x", "0X"):
        number = int(text, 16)  # Arrow reads it so, too
    else:
        try:
            number = int(_plain(text))
        except ValueError:
            real = _real(text)
            if real != real:
                return None
            if not real.is_integer():
                raise
            number = int(real)
    if not -(2**63) <= number < 2**63:
        raise OverflowError(text)
    return number


def _real(text: str) -> float:
    if ":" in text and (seconds := seconds_or_number(text)) is not None:
        return seconds
    return float(_plain(text))


def _plain(text: str) -> str:
    """Python allows `1_000` and digits of other scripts; we do not."""
    if "_" in text or not text.isascii():
        raise ValueError(text)
    return text


def _truth(text: str) -> bool:
    if text.lower() in ("true", "1"):
        return True
    if text.lower() in ("false", "0"):
        return False
    raise ValueError(text)


def _time(text: str) -> datetime:
    """ISO 8601, also with `/` in the date; without a zone it is UTC (formats.md §3), with or without fraction (trap 2)."""
    time = datetime.fromisoformat(text.replace("/", "-", 2))
    return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time


_CONVERT: dict[Type, Callable[[str], Any]] = {
    Type.INT: _integer,
    Type.FLOAT: _real,
    Type.BOOL: _truth,
    Type.TIME: _time,
}
