"""A progress bar on a terminal, nothing elsewhere (the log tells of long work there)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

_WORTH_A_BAR = 4 << 20
"""Bytes; less is done before a bar is seen."""


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


@contextmanager
def load_progress(*, show: bool) -> Iterator[_RichProgress | None]:
    """A bar if stderr is a terminal and it is wanted."""
    if not (show and sys.stderr.isatty()):
        yield None
        return
    progress = _RichProgress()
    try:
        yield progress
    finally:
        progress.stop()
