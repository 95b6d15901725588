"""Looks at sources again and again: what is new is loaded, and each look gives a snapshot, until all jobs are over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from ingest.errors import InputError
from ingest.load.pipeline import LoadReport, ingest_jobs
from ingest.severity import is_at_least
from ingest.sources.kinds import url_scheme
from ingest.store.reader import open_store
from ingest.watch.state import JobState, read_states

LOCAL_S, REMOTE_S = 10.0, 30.0
"""Seconds between two looks, unless told otherwise."""

_SLOWER = 1.5
_SLOWEST = 6.0
"""While nothing happens, looks become rarer by the first, down to one in this many times the usual."""

_REST = 4.0
"""Looks that take long come so much less often: a job with large logs must not keep a processor busy."""


@dataclass(frozen=True, slots=True)
class WatchOptions:
    """What to watch, and until when."""

    sources: Sequence[str]
    store: str
    every_s: float | None = None
    """None: by whether a source is far."""
    until_finding: str | None = None
    """`severe`, `warning` or `note`: end with the first finding so severe."""
    load: dict[str, Any] = field(default_factory=dict)
    """Further arguments of `ingest_jobs`."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one look found."""

    time: datetime
    jobs: Sequence[JobState]
    files_read: int
    problems: Sequence[str]
    """What could not be read this time; it is tried again."""
    next_look_s: float
    ended: str | None
    """Why this was the last look: `jobs ended`, `finding`."""
    report: LoadReport


def watch(options: WatchOptions, sleep: Callable[[float], None] = time.sleep) -> Iterator[Snapshot]:
    """A snapshot for each look. Raises `InputError` if the first one finds no job, `StoreError` as a load does.

    After all jobs ended it looks once more: the platform writes the last logs when a job is over.
    """
    usual = options.every_s or (REMOTE_S if any(map(url_scheme, options.sources)) else LOCAL_S)
    load = partial(ingest_jobs, options.sources, options.store, strict=False, **options.load)
    pause, jobs, over_before = usual, list[JobState](), False
    for number in range(1 << 62):
        report = load()
        if not number and not report.job_ids:
            raise (
                report.problems[0] if report.problems else InputError("no job to watch", "Give a job's folder or URL.")
            )
        new = report.files - report.unchanged
        if report.job_ids and (new or not number):
            with open_store(options.store) as store:
                jobs = read_states(store, report.job_ids)
        over = bool(jobs) and all(job.is_over for job in jobs) and not report.problems
        ended = "jobs ended" if over and (over_before or not number) else None
        ended = "finding" if _found(jobs, options.until_finding) else ended
        over_before = over
        pause = usual if new or over or not number else min(pause * _SLOWER, usual * _SLOWEST)
        problems = [*(problem.wrong for problem in report.problems), *report.failed_files]
        rest = max(pause, _REST * report.seconds)
        yield Snapshot(datetime.now(UTC), jobs, new, problems, 0.0 if ended else rest, ended, report)
        if ended:
            return
        sleep(rest)


def _found(jobs: Sequence[JobState], severity: str | None) -> bool:
    """Whether something at least so severe was found."""
    if severity is None:
        return False
    return any(is_at_least(one.severity, severity) for job in jobs for one in job.findings)
