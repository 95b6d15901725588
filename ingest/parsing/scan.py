"""Vectorised looks at a buffer of text: line breaks, digits, times, numbers. No Python per line.

A *span* is a pair of arrays: first byte and byte after the last of each value, -1 in the first where there is no value.
The buffer must have eight readable bytes behind every position looked at (`batch.PADDING`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]
Positions = NDArray[np.int64]
Flags = NDArray[np.bool_]
Spans = tuple[Positions, Positions]

NO_TIME = np.iinfo(np.int64).min
"""How numpy spells "not a time" in the integers behind `datetime64`."""

_DAY_US = 86_400_000_000

_FEW_BREAKS = 8
"""More line breaks than stand behind a record of any log that is whole."""

FIRST_BYTES = np.array([(1 << 8 * i) - 1 for i in range(9)], np.uint64)
"""Masks of the first bytes of a word, by their number."""


def words_at(buffer: Bytes, positions: Positions) -> Words:
    """The eight bytes at each position as one little-endian number."""
    every_word = np.ndarray((len(buffer) - 7,), "<u8", buffer, strides=(1,))
    return every_word[positions]


def pattern_word(text: str) -> tuple[np.uint64, np.uint64, np.uint64]:
    """For eight characters with `d` for any digit: mask of the literals, the literals, mask of the digits."""
    literal = bytes(0 if char == "d" else ord(char) for char in text)
    fixed = bytes(0 if char == "d" else 0xFF for char in text)
    digits = bytes(0xFF if char == "d" else 0 for char in text)
    as_word = [np.frombuffer(part, "<u8")[0] for part in (fixed, literal, digits)]
    return as_word[0], as_word[1], as_word[2]


def looks_like(words: Words, pattern: str) -> Flags:
    """Whether each word has the shape of `pattern` (eight characters, `d` for a digit)."""
    fixed, literal, digits = pattern_word(pattern)
    high, six = np.uint64(0xF0F0F0F0F0F0F0F0), np.uint64(0x0606060606060606)
    threes = np.uint64(0x3030303030303030) & digits
    masked = words & digits
    # a byte is a digit if its high half is 3, and still is after adding 6
    same = ((words & fixed) == literal) & ((masked & high) == threes)
    return np.asarray(same & (((masked + (six & digits)) & high) == threes))


def starts_with_time(buffer: Bytes, starts: Positions, ends: Positions, between: str) -> Flags:
    """Whether `YYYY-MM-DD?hh:mm:ss` stands at each start, with `between` in place of the `?`."""
    flags = np.asarray(ends - starts >= 19)
    flags &= looks_like(words_at(buffer, starts), "dddd-dd-")
    flags &= looks_like(words_at(buffer, np.minimum(starts + 8, len(buffer) - 8)), f"dd{between}dd:dd")
    flags &= looks_like(words_at(buffer, np.minimum(starts + 11, len(buffer) - 8)), "dd:dd:dd")
    return flags


def digits_of(words: Words, first: int, count: int) -> Positions:
    """The number that `count` digits from byte `first` of each word spell."""
    number = np.zeros(len(words), np.int64)
    for i in range(first, first + count):
        number = number * 10 + ((words >> np.uint64(8 * i)) & np.uint64(15)).astype(np.int64)
    return number


def times(buffer: Bytes, spans: Spans) -> Positions:
    """Microseconds since 1970 of `YYYY-MM-DD?hh:mm:ss[.,f…][Z]` (or with `/`) in each span; `NO_TIME` if it is none.

    The fraction may be missing (formats.md §16, trap 2) and have up to nine digits.
    """
    starts, ends = spans
    there = np.asarray(ends - starts >= 19) & np.asarray(starts >= 0)
    at = np.where(there, starts, 0)
    date, hour = words_at(buffer, at), words_at(buffer, at + 11)
    day_word = words_at(buffer, at + 8)
    there &= (looks_like(date, "dddd-dd-") | looks_like(date, "dddd/dd/")) & looks_like(hour, "dd:dd:dd")
    pairs = _pairs(hour)
    hours, minutes, seconds = _pair(pairs, 0), _pair(pairs, 3), _pair(pairs, 6)
    there &= (hours < 24) & (minutes < 60) & (seconds < 61)
    midnight, good = _midnights(date, day_word)
    there &= good
    micros = _fraction(buffer, at + 19, np.where(there, ends, 0))
    total = midnight + ((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + micros
    return np.where(there, total, NO_TIME)


def _midnights(date: Words, day_word: Words) -> tuple[Positions, Flags]:
    """Microseconds since 1970 of the days that `YYYY-MM-` and `DD` spell, and whether there is such a day.

    Worked out once for each run of one day: logs are in order.
    """
    if not len(date):
        return np.zeros(0, np.int64), np.zeros(0, np.bool_)
    days_of = day_word & np.uint64(0xFFFF)
    changes = np.flatnonzero((date[1:] != date[:-1]) | (days_of[1:] != days_of[:-1])) + 1
    firsts = np.concatenate([[0], changes])
    pairs = _pairs(date[firsts])
    year, month, day = _pair(pairs, 0) * 100 + _pair(pairs, 2), _pair(pairs, 5), _pair(_pairs(day_word[firsts]), 0)
    good = (month >= 1) & (month <= 12)
    month_start = ((year - 1970) * 12 + np.clip(month, 1, 12) - 1).astype("datetime64[M]")
    days = month_start.astype("datetime64[D]").astype(np.int64)
    month_days = (month_start + 1).astype("datetime64[D]").astype(np.int64) - days
    good &= (day >= 1) & (day <= month_days)
    counts = np.diff(np.append(firsts, len(date)))
    return np.repeat((days + day - 1) * _DAY_US, counts), np.repeat(good, counts)


def _pairs(words: Words) -> Words:
    """Words whose byte i is the number that the digits at i and i + 1 spell, where digits stand there."""
    digits = words & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (digits * np.uint64(10)) + (digits >> np.uint64(8))


def _pair(pairs: Words, at: int) -> Positions:
    """Byte `at` of each word."""
    return ((pairs >> np.uint64(8 * at)) & np.uint64(0xFF)).astype(np.int64)


def _fraction(buffer: Bytes, at: Positions, ends: Positions) -> Positions:
    """Microseconds of `.ffffff` or `,fff` at each position, 0 where none stands."""
    reading = (at < ends) & ((buffer[np.minimum(at, len(buffer) - 1)] | 2) == 46)
    if len(at) and (reading & (ends - at == 4)).all():  # milliseconds, as Python's logging writes them
        words = words_at(buffer, np.minimum(at, len(buffer) - 8))
        digits = (words >> np.uint64(8)) & np.uint64(0xFFFFFF) | np.uint64(0x3030303030000000)
        if looks_like(digits, "dddddddd").all():
            return digits_of(words, 1, 3) * 1000
    micros = np.zeros(len(at), np.int64)
    weight = 100_000
    position = at + 1
    while weight and reading.any():
        byte = buffer[np.minimum(position, len(buffer) - 1)]
        reading &= (position < ends) & (byte >= 48) & (byte <= 57)
        micros += np.where(reading, (byte.astype(np.int64) - 48) * weight, 0)
        weight //= 10
        position = position + 1
    return micros


def are_digits(buffer: Bytes, spans: Spans) -> Flags:
    """Whether each span is 1 to 18 digits and nothing else."""
    starts, ends = spans
    lengths = ends - starts
    good = (lengths >= 1) & (lengths <= 18)
    for i in range(int(lengths[good].max(initial=0))):
        byte = buffer[np.minimum(starts + i, len(buffer) - 1)]
        good &= (i >= lengths) | ((byte >= 48) & (byte <= 57))
    return np.asarray(good)


def integers(buffer: Bytes, spans: Spans) -> tuple[Positions, Flags]:
    """The number in each span, and whether there is one (1 to 18 digits)."""
    good = are_digits(buffer, spans)
    starts, ends = spans
    lengths = np.where(good, ends - starts, 0)
    numbers = np.zeros(len(starts), np.int64)
    for i in range(int(lengths.max(initial=0))):
        inside = i < lengths
        byte = buffer[np.minimum(starts + i, len(buffer) - 1)].astype(np.int64)
        numbers = np.where(inside, numbers * 10 + byte - 48, numbers)
    return numbers, good


def equal_to(buffer: Bytes, spans: Spans, text: str) -> Flags:
    """Whether each span is `text` (ASCII, up to eight characters)."""
    raw = text.encode("ascii")
    mask = np.frombuffer((b"\xff" * len(raw)).ljust(8, b"\0"), "<u8")[0]
    literal = np.frombuffer(raw.ljust(8, b"\0"), "<u8")[0]
    starts, ends = spans
    right_length = ends - starts == len(raw)
    return np.asarray(right_length & ((words_at(buffer, np.minimum(starts, len(buffer) - 8)) & mask) == literal))


def one_of(buffer: Bytes, spans: Spans, texts: Sequence[str]) -> Flags:
    """Whether each span is one of some texts (ASCII, up to eight characters)."""
    starts, ends = spans
    lengths = ends - starts
    short = (lengths > 0) & (lengths <= 8)
    words = words_at(buffer, np.minimum(starts, len(buffer) - 8)) & FIRST_BYTES[np.where(short, lengths, 0)]
    flags = np.zeros(len(starts), np.bool_)
    for text in texts:  # the length too: `INFO` and a NUL byte is no `INFO`
        flags |= (words == np.frombuffer(text.encode("ascii").ljust(8, b"\0"), "<u8")[0]) & (lengths == len(text))
    return flags


def without_line_break(buffer: Bytes, starts: Positions, ends: Positions) -> Positions:
    """The ends moved back over line feeds and carriage returns."""
    for _ in range(_FEW_BREAKS):
        last = buffer[np.maximum(ends - 1, 0)]
        trailing = (ends > starts) & ((last == 10) | (last == 13))
        if not trailing.any():
            return ends
        ends = ends - trailing
    for i in np.flatnonzero(trailing):  # a file that a crash filled with them: not step by step for all
        text = buffer[starts[i] : ends[i]].tobytes()
        ends[i] = starts[i] + len(text.rstrip(b"\r\n"))
    return ends
