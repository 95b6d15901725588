"""Values as people read them: with units, aligned, and sortable by what they are."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from ingest.output.wording import duration, shorten, shorten_left, size, some

NONE = "–"
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: what is shown, what it is sorted by, and how it looks."""

    text: str
    sort: str = ""
    look: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: a title, and how a row becomes a cell of it."""

    title: str
    cell: Callable[[Mapping[str, Any]], Cell]
    numeric: bool = False
    hint: str = ""


def count(value: Any) -> str:
    """A whole number with its thousands marked."""
    return NONE if value is None else f"{int(value):,}"


def seconds(value: Any) -> str:
    """A duration: `0.25 s`, `12.3 s`, `3 min 43 s`, `1 h 2 min`."""
    if value is None or not math.isfinite(value):
        return NONE
    if value < 0:
        return f"−{seconds(-value)}"
    return f"{value:.2f} s" if 0 < value < 1 else duration(value)


def percent(value: Any, places: int = 1) -> str:
    """A number of percent; not 0.0 for what is more than nothing."""
    if value is None or not math.isfinite(value):
        return NONE
    least = 10**-places
    return f"<{least} %" if 0 < value < least / 2 else f"{value:.{places}f} %"


def bytes_(value: Any) -> str:
    """A number of bytes."""
    return NONE if value is None else size(value)


def spell(first: Any, last: Any) -> str:
    """From when to when, UTC; the day is said once."""
    if not isinstance(last, datetime) or moment(last) == moment(first):
        return f"{moment(first)} UTC"
    until = f"{last:%H:%M:%S}" if isinstance(first, datetime) and first.date() == last.date() else moment(last)
    return f"{moment(first)} to {until} UTC"


def moment(value: Any) -> str:
    """A time, UTC, to the second."""
    return NONE if not isinstance(value, datetime) else f"{value:%Y-%m-%d %H:%M:%S}"


def breakable(text: str, longest: int = 0) -> Markup:
    """A path or an identifier with marks where a line may break: after `/`, `.`, `_` and `-`, never within a word.

    One of up to `longest` characters is never broken.
    """
    if len(text) <= longest:
        return escape(text)
    return Markup("<wbr>").join(escape(part) for part in re.split(r"(?<=[/\\._-])(?=\w)", text))


def unbroken(text: str) -> str:
    """A text whose numbers stay with their units."""
    return re.sub(r"(?<=\d) (?=(?:s|min|h|%|[KMG]?B)\b|%)", "\u00a0", text)


def with_code(text: str) -> Markup:
    """A text in which `what stands in backticks` is code."""
    parts = re.split(r"`([^`\n]+)`", text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )


def words(value: Any) -> str:
    """Anything else as text; long ones are cut."""
    if value is None or value == "":
        return NONE
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = some(value, 8)
    text = str(value)
    return shorten(text, _LONGEST)


def _column(form: Callable[[Any], str], title: str, key: str, *, hint: str = "", alarm: bool = False) -> Column:
    def cell(row: Mapping[str, Any]) -> Cell:
        value = row.get(key)
        if not isinstance(value, (int, float)) or not math.isfinite(value):
            return Cell(NONE)
        return Cell(form(value), repr(float(value)), "alarm" if alarm and value > 0 else "")

    return Column(title, cell, numeric=True, hint=hint)


def counts(title: str, key: str, *, hint: str = "", alarm: bool = False) -> Column:
    """A column of whole numbers; with `alarm`, those above 0 stand out."""
    return _column(count, title, key, hint=hint, alarm=alarm)


def durations(title: str, key: str, *, hint: str = "") -> Column:
    """A column of seconds."""
    return _column(seconds, title, key, hint=hint)


def percents(title: str, key: str, *, times: float = 1, hint: str = "") -> Column:
    """A column of percents; `times` 100 for shares."""
    return _column(lambda value: percent(None if value is None else value * times), title, key, hint=hint)


def sizes(title: str, key: str) -> Column:
    """A column of bytes."""
    return _column(bytes_, title, key)


def ratios(title: str, key: str, *, hint: str = "") -> Column:
    """A column of multiples."""
    return _column(lambda value: NONE if value is None else f"{value:.1f}×", title, key, hint=hint)


def moments(title: str, key: str) -> Column:
    """A column of times, UTC."""
    return Column(f"{title} (UTC)", lambda row: Cell(moment(row.get(key)), moment(row.get(key)), "moment"))


def days(title: str, key: str) -> Column:
    """A column of days, UTC."""
    return Column(f"{title} (UTC)", lambda row: Cell(NONE if row[key] is None else str(row[key]), look="moment"))


def frames(title: str, key: str) -> Column:
    """A column of places in code; the end of a path tells most."""
    return Column(title, lambda row: Cell(shorten_left(words(row.get(key)), 40), look="code"))


def texts(title: str, key: str, *, look: str = "") -> Column:
    """A column of texts: `look` is code, message, id, or nothing."""
    return Column(title, lambda row: Cell(words(row.get(key)), words(row.get(key)).lower(), look))
