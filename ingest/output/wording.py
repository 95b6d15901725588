"""Numbers and texts as people read them."""

from __future__ import annotations

from ingest.output import escape_controls, redact_text

SEVERITY_COLOURS = {"severe": "red", "warning": "yellow", "note": None}


def one_line(text: object) -> str:
    """Text from logs for a terminal: on one line, no secrets, nothing that steers.

    Secrets are masked before lines are joined, and once more after it: a rule may need the break or its absence.
    """
    return escape_controls(redact_text(" ".join(redact_text(str(text)).split())))


def plural(count: int) -> str:
    """The `s` of a plural."""
    return "" if count == 1 else "s"


def shorten(text: str, width: int) -> str:
    """The beginning of a text, no longer than `width` characters."""
    return text if len(text) <= width else text[: width - 1] + "…"


def shorten_left(text: str, width: int) -> str:
    """The end of a text, no longer than `width` characters; of a path the part that tells most."""
    return text if len(text) <= width else "…" + text[-width + 1 :]


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
    """Seconds, as 12.5 s, 3:43 min or 1:02:03."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d} min"
