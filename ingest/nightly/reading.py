"""Reading the roots of a night: whatever is wrong with one job or folder, the others are read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.artifact_root import DOWNLOAD_ROOT, is_root
from ingest.errors import ClusterError, StoreError
from ingest.load.pipeline import LoadReport
from ingest.logs import log
from ingest.nightly.summary import StepFailure
from ingest.sources.kinds import without_secret

Load = Callable[[Sequence[str]], LoadReport]


@dataclass(slots=True)
class Reading:
    """What was read, over all loads that it took."""

    reports: list[LoadReport] = field(default_factory=list)
    troubles: list[StepFailure] = field(default_factory=list)

    def total(self) -> dict[str, float]:
        """The sums."""
        names = ("jobs", "files", "unchanged", "rows", "records", "rejects", "bytes")
        return {name: sum(getattr(report, name) for report in self.reports) for name in names}


def read_roots(roots: Sequence[str], load: Load) -> Reading:
    """Loads all roots at once; if that fails, halves of them, down to the folder that cannot be read.

    So a night usually has one load, and one bad job among a thousand costs some ten more. Raises `StoreError`
    and `ClusterError`: a store that cannot be written, or a cluster that is gone, is no trouble of one job.
    """
    reading = Reading()
    _read(list(roots), load, reading, given=True)
    return reading


def _read(folders: Sequence[str], load: Load, reading: Reading, *, given: bool) -> None:
    """`given`: the user named these folders, so that one without jobs is worth a word."""
    try:
        report = load(folders)
    except (StoreError, ClusterError):
        raise
    except Exception as error:  # a bug that one job's files wake must not cost the night
        if len(folders) > 1:
            middle = len(folders) // 2
            _read(folders[:middle], load, reading, given=given)
            _read(folders[middle:], load, reading, given=given)
        elif below := list(_folders_below(folders[0])):
            _read(below, load, reading, given=False)
        else:
            trouble = StepFailure.of("read", error)
            log().warning(
                "not read",
                folder=without_secret(folders[0]),
                reason=trouble.wrong,
                exc_info=trouble.wrong.startswith("a bug"),
            )
            reading.troubles.append(trouble)
        return
    reading.reports.append(report)
    reading.troubles += [StepFailure.of("read", problem) for problem in report.problems if given]
    reading.troubles += [StepFailure("read", f"not read: {failed}") for failed in report.failed_files]


def _folders_below(folder: str) -> Iterable[str]:
    """The folders in one that is no job's itself."""
    path = Path(folder)
    if is_root(path) or is_root(path / DOWNLOAD_ROOT):
        return []
    try:
        with os.scandir(path) as listing:
            return sorted(entry.path for entry in listing if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []
