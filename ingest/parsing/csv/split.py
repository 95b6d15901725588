"""Where a CSV file that is too large for one batch can be cut."""

from __future__ import annotations

import re

import numpy as np

from ingest.parsing.batch import PADDING
from ingest.parsing.csv.records import judged, odd_runs

_TAIL = 1 << 20
"""Bytes looked at first; usually the last record starts in them."""

_LIKE_RECORD = re.compile(rb'\n(?=(?:[^",\r\n]*+,){0,9}"?[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2})')
"""A line break before a line with a time among its first cells, as all tables of this kind have."""


def cut(data: bytes) -> int:
    """Where the last record in the bytes starts; 0 if only one does. The bytes must start with a record.

    Whether the end is inside a cell follows from the number of quotes in all. Quotes out of place earlier on make
    that wrong; then the quotes of the last part stand where they cannot, and the contrary is tried. If neither helps,
    the last line that looks like a record is as good as any.
    """
    quotes = data.count(b'"')
    size = _TAIL
    start = len(data)
    while start:
        start = data.rfind(b"\n", 0, max(len(data) - size, 0)) + 1
        tail = data[start:] + PADDING
        odd = (quotes - tail.count(b'"')) & 1
        last, wrong = _last_start(tail, len(data) - start, odd)
        if wrong and start:
            last, wrong = _last_start(tail, len(data) - start, 1 - odd)
        if wrong:
            break
        if last:
            return start + last
        size *= 8
    found = 0
    for line in _LIKE_RECORD.finditer(data):
        found = line.start() + 1
    return found


def _last_start(tail: bytes, length: int, odd: int) -> tuple[int, bool]:
    """The last start of a record (0: none) if the tail begins inside a cell or not, and whether that cannot be."""
    buffer = np.frombuffer(tail, np.uint8)
    breaks, quoted, wrong = judged(buffer, 0, length, odd_runs(buffer, 0, length), odd)
    ends = breaks[~quoted & (breaks < length - 1)]
    # what follows the last byte is not known
    return int(ends[-1]) + 1 if len(ends) else 0, bool((wrong < length - 1).any())
