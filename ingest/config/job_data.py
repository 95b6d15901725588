"""Whether a folder looks as if the logs or the download of a job lie in it, around it or beside it.

Such a folder was filled by others: by a job, or by whoever packed the zip. Settings found there are theirs.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from ingest.artifact_root import DOWNLOAD_OUTPUTS, DOWNLOAD_ROOT, ROOT_MARKS

_DEPTH = 3
"""How many levels of folders below are looked at."""
_MOST_ENTRIES = 5_000
"""How many entries of folders are looked at: a command must not walk a whole disk before it starts."""
_RUN_PREFIX = "dcid."
_DRIVER_FILES = ("readme.txt", "job_result", "job_error", "job_progress_overview", "overview.")
_DRIVER_FOLDERS = ("azureml", "sys", "user", "perf")
_PREDICTIONS = ("predictions.csv", "parallel_run_step.txt")


def job_data_near(folder: Path) -> str | None:
    """Says in words which job data is near a folder; None if there is none.

    A plain `logs` folder above is no job: many programs have one. It counts if the files of the driver are in it
    (formats.md §2.1); so with folders beside it. In the folder itself and below it, any artifact root counts, as it
    does for a load.
    """
    here = folder.resolve()
    for above in (here, *here.parents):
        if above.name in ROOT_MARKS or above.name in DOWNLOAD_OUTPUTS or above.name.startswith(_RUN_PREFIX):
            return f"inside {above}, which looks like part of a job's files"
        if above != here and (_is_job(above) or _is_job(above / DOWNLOAD_ROOT)):
            return f"inside {above}, which looks like a job's folder"
    for beside, is_folder in _entries(here.parent):
        if is_folder and (_is_job(beside) or _is_job(beside / DOWNLOAD_ROOT)):
            return f"beside {beside}, which looks like a job's folder"
    found = next(_job_data_below(here), None)
    return f"beside {found}, which looks like job data" if found else None


def _job_data_below(top: Path) -> Iterator[Path]:
    """Artifact roots and parts of downloads in a folder and the levels below, the nearest first."""
    folders: deque[tuple[Path, int]] = deque([(top, 0)])
    seen = 0
    while folders:
        folder, depth = folders.popleft()
        for path, is_folder in _entries(folder):
            seen += 1
            if seen > _MOST_ENTRIES:
                return
            if not is_folder:
                if path.name in _PREDICTIONS and (folder == top or folder.name == "score"):
                    yield path
            elif path.name in ROOT_MARKS or path.name in DOWNLOAD_OUTPUTS or path.name.startswith(_RUN_PREFIX):
                yield path
            elif depth < _DEPTH:
                folders.append((path, depth + 1))


def _is_job(folder: Path) -> bool:
    """Whether a folder is an artifact root for sure."""
    if any((folder / mark).is_dir() for mark in ROOT_MARKS if mark != "logs"):
        return True
    return any(
        path.name in _DRIVER_FOLDERS if is_folder else path.name.startswith(_DRIVER_FILES)
        for path, is_folder in _entries(folder / "logs")
    )


def _entries(folder: Path) -> Iterator[tuple[Path, bool]]:
    """What is in a folder, by name, and whether it is a folder too; nothing if it cannot be listed."""
    try:
        with os.scandir(folder) as listing:
            found = sorted((one.name, one.is_dir(follow_symlinks=False)) for one in listing)
    except OSError:
        return
    yield from ((folder / name, is_folder) for name, is_folder in found)
