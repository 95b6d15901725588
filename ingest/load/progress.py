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


class _Counts:
    """What was done of what is to be done: of reading, and of the stage that a commit is in meanwhile."""

    def __init__(self) -> None:
        self.stage = ""
        self.files = self.of_files = self.bytes = self.of_bytes = self.jobs = self.of_jobs = 0

    @property
    def done(self) -> int:
        """Bytes or jobs of the stage."""
        return self.bytes if self.stage == _READING else self.jobs

    @property
    def total(self) -> int:
        """Of so many; 0 where that is not known."""
        return self.of_bytes if self.stage == _READING else self.of_jobs

    @property
    def facts(self) -> dict[str, int]:
        """The same for a log line."""
        if self.stage != _READING:
            return {"jobs": self.jobs, "of": self.of_jobs}
        share = round(100 * self.bytes / max(self.of_bytes, 1))
        return {"percent": share, "files": self.files, "of": self.of_files, "mb": self.bytes // 1_000_000}

    def __str__(self) -> str:
        """As `reading 12 of 45 MB, 80 of 412 files`, `deriving 3 of 8 jobs`, `publishing`."""
        if self.stage == _READING:
            return (
                f"{self.stage} {self.bytes / 1e6:,.1f} of {self.of_bytes / 1e6:,.1f} MB,"
                f" {self.files:,} of {self.of_files:,} files"
            )
        if self.of_jobs:
            return f"{self.stage} {self.jobs:,} of {self.of_jobs:,} job{'' if self.of_jobs == 1 else 's'}"
        return self.stage


class _Silent:
    """Counts, and shows nothing; the others show what it counts."""

    def __init__(self) -> None:
        self._counts = _Counts()

    def begin(self, files: int, bytes_: int) -> None:
        self._counts.stage, self._counts.of_files, self._counts.of_bytes = _READING, files, bytes_
        self._show(begins=True)

    def advance(self, files: int, bytes_: int) -> None:
        self._counts.stage = _READING  # a long load commits what is whole, and reads on
        self._counts.files += files
        self._counts.bytes += bytes_
        self._show()

    def stage(self, name: str, jobs: int = 0) -> None:
        self._counts.stage, self._counts.jobs, self._counts.of_jobs = name, 0, jobs
        self._show(begins=True)

    def derived(self, jobs: int) -> None:
        self._counts.jobs += jobs
        self._show()

    def _show(self, *, begins: bool = False) -> None:
        """Shows the counts; `begins` says that a stage has just begun."""

    def stop(self) -> None:
        pass


class _RichProgress(_Silent):
    """A spinner with the stage on a terminal, and a bar where it is known how much there is to do."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        from ingest.output.terminal import console_for

        super().__init__()
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TimeElapsedColumn(),
            console=console_for(sys.stderr),
            transient=True,
        )
        self._task: TaskID | None = None

    def _show(self, *, begins: bool = False) -> None:  # noqa: ARG002  # rich decides how often it draws
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
        super().__init__()
        self._shown_at = 0.0
        self._longest = 0

    def _show(self, *, begins: bool = False) -> None:
        if begins or time.monotonic() - self._shown_at > _SHOW_EVERY_S:
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
        super().__init__()
        self._told_at = time.monotonic()

    def _show(self, *, begins: bool = False) -> None:
        if not begins and time.monotonic() - self._told_at > _LOG_EVERY_S:
            from ingest.logs import log

            self._told_at = time.monotonic()
            log().info(self._counts.stage, **self._counts.facts)


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
