"""The files of a job while they are being written: lines by path, put into the order of their times at the end."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import count

_Line = tuple[float, int, str]


class Files:
    """Texts by path below the artifact root."""

    def __init__(self) -> None:
        self._lines: dict[str, list[_Line]] = defaultdict(list)
        self._ends: dict[str, str] = {}
        self._order = count()

    def line(self, path: str, time: float, text: str) -> None:
        """Adds a record, which may hold line breaks, at a moment."""
        self._lines[path].append((time, next(self._order), text))

    def text(self, path: str, text: str) -> None:
        """Adds a record behind all before it."""
        self.line(path, float("inf"), text)

    def line_ends(self, path: str, end: str) -> None:
        """Tables of the driver end their lines with CRLF on every system (formats.md §3)."""
        self._ends[path] = end

    def paths(self) -> list[str]:
        """All paths that have a line."""
        return sorted(self._lines)

    def content(self, path: str) -> str:
        """A file as it is on disk."""
        end = self._ends.get(path, "\n")
        return "".join(text + end for _, _, text in sorted(self._lines[path]))


def iso(time: datetime) -> str:
    """Naive ISO; the fraction vanishes when it is 0 (formats.md §3)."""
    return time.isoformat()


def asctime(time: datetime) -> str:
    """As Python's logging writes it, with milliseconds after a comma."""
    return time.strftime("%Y-%m-%d %H:%M:%S,") + f"{time.microsecond // 1000:03}"


def span(seconds: float) -> str:
    """`H:MM:SS`, or `D day(s), H:MM:SS`."""
    return str(timedelta(seconds=max(0, round(seconds))))
