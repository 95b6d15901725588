"""The files of job trees, and which of them are system logs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ingest.load.tasks import file_id


@dataclass(frozen=True)
class LogKind:
    """A kind of log: its path below the job's folder, the source that its records name, and what else is known of it."""

    path: re.Pattern[str]
    source: str
    phase: str | None = None


_PLACE = r"(?P<node>[^/]+)/(?P<process>[^/]+?)\.txt$"
LOG_KINDS = (
    LogKind(re.compile(r"^logs/sys/master(?:_role)?(?:[._](?P<part>[^/]+))?\.txt$"), "master"),
    LogKind(re.compile(rf"^logs/sys/(?:node|worker)/{_PLACE}"), "worker"),
    LogKind(re.compile(rf"^logs/sys/(?:error|warning)/{_PLACE}"), "worker_level"),
    LogKind(re.compile(rf"^logs/user/error/{_PLACE}"), "user_error", phase="run"),
)


@dataclass(frozen=True)
class TreeFile:
    """A file of a job."""

    location: Path
    job_id: str
    path: str
    """Below the job's folder, `/` between."""

    @cached_property
    def identity(self) -> int:
        """The `file_id` that `ingest` gives it."""
        status = self.location.stat()
        return file_id(self.job_id, self.path, status.st_size, status.st_mtime_ns)


def tree_files(tree: str) -> Iterator[TreeFile]:
    """All files of the jobs in a folder, by job and path."""
    for job in sorted(os.listdir(tree)):  # noqa: PTH208  # names are wanted
        root = f"{tree}/{job}/"
        for folder, folders, names in os.walk(root):
            folders.sort()
            for name in sorted(names):
                path = f"{folder.rstrip('/')}/{name}"
                yield TreeFile(Path(path), job, path.removeprefix(root))


def log_kind(path: str) -> tuple[LogKind, Mapping[str, str]] | None:
    """What kind of log lies at a path, and what the path says; nothing if none does."""
    for kind in LOG_KINDS:
        if found := kind.path.match(path):
            return kind, found.groupdict()
    return None
