"""Numbers and texts as people read them."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

import click

from ingest.output.escape import escape_controls
from ingest.output.redact import redact_text

SEVERITY_COLOURS = {"severe": "red", "warning": "yellow", "note": None}
STATE_COLOURS = {"completed": "green", "failed": "red", "stalled": "red", "running": "cyan", "unknown": "yellow"}
"""The same in every command and in every table with a column of that name."""

_LONGEST_WORD = 30
"""A longer one is a path or an id, of which a part says something."""


def state_in_colour(state: str | None, width: int = 0) -> str:
    """The state of a job in its colour, filled up to a width; the colour is written only where it is wanted."""
    name = state or "unknown"
    return click.style(f"{name:<{width}}", fg=STATE_COLOURS.get(name))


def one_line(text: object) -> str:
    """Text from logs for a terminal: on one line, no secrets, nothing that steers.

    Secrets are masked before lines are joined, and once more after it: a rule may need the break or its absence.
    """
    return escape_controls(redact_text(" ".join(redact_text(str(text)).split())))


def plural(count: int) -> str:
    """The `s` of a plural."""
    return "" if count == 1 else "s"


def shorten(text: str, width: int) -> str:
    """The beginning of a text, no longer than `width` characters: cut between words, within a word only if it is long."""
    if len(text) <= width:
        return text
    kept = text[: width - 1]
    words = re.sub(rf"\s\S{{0,{_LONGEST_WORD}}}$", "", kept).rstrip()
    return f"{words} …" if words and words != kept else f"{kept}…"


def shorten_left(text: str, width: int) -> str:
    """The end of a text, no longer than `width` characters; of a path the part that tells most."""
    return text if len(text) <= width else "…" + text[-width + 1 :]


def some(names: Sequence[object], most: int) -> str:
    """The first ones of some names, and how many more there are."""
    return " ".join(filter(None, (", ".join(map(str, names[:most])), and_more(len(names) - most))))


def and_more(count: int, noun: str = "") -> str:
    """How many are left out: "and 1,234 more", or "and 3 more jobs" with a `noun`; empty for none."""
    if count <= 0:
        return ""
    return f"and {count:,} more" + (f" {noun}{plural(count)}" if noun else "")


def size(count: int) -> str:
    """Bytes, as 920.2 KB; 1 KB is 1,000 bytes."""
    number = float(count)
    for unit in ("B", "KB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"


def clock(seconds: float) -> str:
    """Seconds, as 0:03:43: of one form, to compare in a column."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"


def duration(seconds: float) -> str:
    """Seconds, as 12.5 s, 3 min 43 s or 1 h 2 min."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def percent(share: float, decimals: int = 1) -> str:
    """A share of 1, as 2.6 %."""
    return f"{100 * share:.{decimals}f} %"


def wrap(
    text: str, width: int, first: str = "", rest: str = "", lines: int = 0, *, break_words: bool = True
) -> list[str]:
    """A text in lines of `width` columns, broken between words; `lines` of them at most, 0 for all.

    `first` stands before the first line, `rest` before the others. A word that is longer than a line is broken,
    unless `break_words` is False: then it is a longer line.
    """
    wrapped = textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
        break_long_words=break_words,
    )
    wrapped = wrapped or [first.rstrip()]
    if lines and len(wrapped) > lines:
        wrapped = [*wrapped[: lines - 1], shorten(wrapped[lines - 1] + " …", width)]
    return wrapped
