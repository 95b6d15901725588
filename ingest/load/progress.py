"""How far a long load is: a bar on a terminal, elsewhere a log line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

_WORTH_A_BAR = 4 << 20
"""Bytes; less is done before a bar is seen."""

_LOG_EVERY_S = 10.0


class _RichProgress:
    """A bar over bytes, with the number of files beside it."""

    def __init__(self) -> None:
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._files = 0
        self._of = 0

    def begin(self, files: int, bytes_: int) -> None:
        if bytes_ < _WORTH_A_BAR:
            return
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        self._of = files
        self._bar = Progress(
            TextColumn("reading"),
            BarColumn(bar_width=None),
            DownloadColumn(),
            TransferSpeedColumn(),
            TextColumn("{task.fields[files]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._bar.start()
        self._task = self._bar.add_task("reading", total=bytes_, files=f"0/{files} files")

    def advance(self, files: int, bytes_: int) -> None:
        self._files += files
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=bytes_, files=f"{self._files}/{self._of} files")

    def stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()


class _LogProgress:
    """A log line every `_LOG_EVERY_S` seconds; a short load says nothing."""

    def __init__(self) -> None:
        self._told_at = time.monotonic()
        self._files = self._bytes = self._of_files = self._of_bytes = 0

    def begin(self, files: int, bytes_: int) -> None:
        self._of_files, self._of_bytes = files, bytes_

    def advance(self, files: int, bytes_: int) -> None:
        self._files += files
        self._bytes += bytes_
        if time.monotonic() - self._told_at > _LOG_EVERY_S:
            from ingest.logs import log

            self._told_at = time.monotonic()
            share = round(100 * self._bytes / max(self._of_bytes, 1))
            log().info("reading", percent=share, files=self._files, of=self._of_files, mb=self._bytes // 1_000_000)

    def stop(self) -> None:
        pass


@contextmanager
def load_progress(*, show: bool) -> Iterator[_RichProgress | _LogProgress | None]:
    """Shows how far a load is on stderr, if it is wanted."""
    if not show:
        yield None
        return
    progress = _RichProgress() if sys.stderr.isatty() else _LogProgress()
    try:
        yield progress
    finally:
        progress.stop()
