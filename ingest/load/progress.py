"""How far a long load is: a bar on a terminal, one line in a notebook, elsewhere a log line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ingest.output.terminal import has_cursor, is_terminal

if TYPE_CHECKING:
    from rich.progress import TaskID

    from ingest.load.pipeline import Progress

_SHOW_EVERY_S = 0.2
_LOG_EVERY_S = 10.0


_READING = "reading"


class _Silent:
    """Shows nothing."""

    def begin(self, files: int, bytes_: int) -> None:
        pass

    def advance(self, files: int, bytes_: int) -> None:
        pass

    def stage(self, name: str, jobs: int = 0) -> None:
        pass

    def derived(self, jobs: int) -> None:
        pass

    def stop(self) -> None:
        pass


class _Counts:
    """What was done of what is to be done in the stage that runs."""

    def __init__(self) -> None:
        self.name = ""
        self.done = self.total = self.files = self.of_files = 0

    def begin(self, name: str, total: int, files: int = 0) -> None:
        """A stage begins: of so many bytes in so many files, or of so many jobs."""
        self.name, self.total, self.of_files = name, total, files
        self.done = self.files = 0

    def __str__(self) -> str:
        """As `reading 12 of 45 MB, 80 of 412 files`, `deriving 3 of 8 jobs`, `publishing`."""
        if self.name == _READING:
            return (
                f"{self.name} {self.done / 1e6:,.1f} of {self.total / 1e6:,.1f} MB,"
                f" {self.files:,} of {self.of_files:,} files"
            )
        if self.total:
            return f"{self.name} {self.done:,} of {self.total:,} job{'' if self.total == 1 else 's'}"
        return self.name


class _RichProgress(_Silent):
    """A spinner with the stage on a terminal, and a bar where it is known how much there is to do."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        from ingest.output.terminal import console_for

        self._counts = _Counts()
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TimeElapsedColumn(),
            console=console_for(sys.stderr),
            transient=True,
        )
        self._task: TaskID | None = None

    def begin(self, files: int, bytes_: int) -> None:
        self._counts.begin(_READING, bytes_, files)
        self._show()

    def advance(self, files: int, bytes_: int) -> None:
        self._counts.files += files
        self._counts.done += bytes_
        self._show()

    def stage(self, name: str, jobs: int = 0) -> None:
        self._counts.begin(name, jobs)
        self._show()

    def derived(self, jobs: int) -> None:
        self._counts.done += jobs
        self._show()

    def _show(self) -> None:
        total = self._counts.total or None
        if self._task is None:
            self._task = self._bar.add_task(str(self._counts))
            self._bar.start()
        self._bar.update(self._task, description=str(self._counts), total=total, completed=self._counts.done)

    def stop(self) -> None:
        self._bar.stop()


class _LineProgress(_Silent):
    """One line that is written over, for notebooks: they show stderr, and know no cursor."""

    def __init__(self) -> None:
        self._counts = _Counts()
        self._shown_at = 0.0
        self._longest = 0

    def begin(self, files: int, bytes_: int) -> None:
        self._counts.begin(_READING, bytes_, files)
        self._show(at_once=True)

    def advance(self, files: int, bytes_: int) -> None:
        self._counts.files += files
        self._counts.done += bytes_
        self._show()

    def stage(self, name: str, jobs: int = 0) -> None:
        self._counts.begin(name, jobs)
        self._show(at_once=True)

    def derived(self, jobs: int) -> None:
        self._counts.done += jobs
        self._show()

    def _show(self, *, at_once: bool = False) -> None:
        if at_once or time.monotonic() - self._shown_at > _SHOW_EVERY_S:
            self._shown_at = time.monotonic()
            self._write(str(self._counts))

    def _write(self, text: str) -> None:
        self._longest = max(self._longest, len(text))
        sys.stderr.write("\r" + text.ljust(self._longest))
        sys.stderr.flush()

    def stop(self) -> None:
        self._write("")
        sys.stderr.write("\r")


class _LogProgress(_Silent):
    """A log line every `_LOG_EVERY_S` seconds; a short load says nothing."""

    def __init__(self) -> None:
        self._told_at = time.monotonic()
        self._counts = _Counts()

    def begin(self, files: int, bytes_: int) -> None:
        self._counts.begin(_READING, bytes_, files)

    def advance(self, files: int, bytes_: int) -> None:
        counts = self._counts
        counts.files += files
        counts.done += bytes_
        share = round(100 * counts.done / max(counts.total, 1))
        self._log(percent=share, files=counts.files, of=counts.of_files, mb=counts.done // 1_000_000)

    def stage(self, name: str, jobs: int = 0) -> None:
        self._counts.begin(name, jobs)

    def derived(self, jobs: int) -> None:
        self._counts.done += jobs
        self._log(jobs=self._counts.done, of=self._counts.total)

    def _log(self, **facts: int) -> None:
        if time.monotonic() - self._told_at > _LOG_EVERY_S:
            from ingest.logs import log

            self._told_at = time.monotonic()
            log().info(self._counts.name, **facts)


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    return "ipykernel" in sys.modules


@contextmanager
def shown_progress(wanted: Progress | bool | None) -> Iterator[Progress]:
    """The progress that is given, or one that is shown: True always, None in a notebook, False never."""
    if wanted is None or isinstance(wanted, bool):
        with load_progress(show=in_notebook() if wanted is None else wanted) as progress:
            yield progress
    else:
        yield wanted


@contextmanager
def load_progress(*, show: bool) -> Iterator[_Silent]:
    """Shows how far a load is on stderr, if it is wanted."""
    if not show:
        yield _Silent()
        return
    progress: _Silent
    if in_notebook():
        progress = _LineProgress()
    elif is_terminal(sys.stderr):
        progress = _RichProgress() if has_cursor(sys.stderr) else _Silent()
    else:
        progress = _LogProgress()
    try:
        yield progress
    finally:
        progress.stop()
