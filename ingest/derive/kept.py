"""Derived rows that are kept when a commit is made again: another writer published other jobs, these are as they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.derive.run import Derive
    from ingest.derive.task import Derived, DeriveTask


class Kept:
    """Derives as another does, but what was derived before of the same jobs is given again, if they are as they were."""

    def __init__(self, derive: Derive) -> None:
        self._derive = derive
        self._state: Mapping[str, int] = {}
        self._kept: dict[tuple[str, ...], tuple[bool, Derived]] = {}

    def rest_on(self, state: Mapping[str, int]) -> None:
        """Jobs and their states, as they are now. What was derived of others, or of other states, is let go."""
        same = {job_id for job_id, one in state.items() if self._state.get(job_id) == one}
        self._kept = {jobs: kept for jobs, kept in self._kept.items() if same.issuperset(jobs)}
        self._state = state

    def __call__(self, tasks: Sequence[DeriveTask], catalog: Path) -> Iterator[Derived]:
        """The results of some tasks."""
        new = []
        for task in tasks:
            is_known, result = self._kept.get(tuple(task.job_ids), (True, None))
            if result is not None and (task.is_known or not is_known):
                yield result
            else:
                new.append(task)
        by_jobs = {tuple(sorted(task.job_ids)): task for task in new}
        for result in self._derive(new, catalog) if new else ():
            jobs = tuple(sorted(job_id for job_id, _, _ in result.derivations))
            if jobs in by_jobs and self._state.keys() >= set(jobs):
                self._kept[tuple(by_jobs[jobs].job_ids)] = (by_jobs[jobs].is_known, result)
            yield result
