"""Which jobs a user means: by id, by the beginning of one, or by a pattern."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ingest.errors import InputError

if TYPE_CHECKING:
    from ingest.store.reader import Store


def chosen_jobs(store: Store, given: Sequence[str]) -> list[str]:
    """The ids of the jobs that were asked for, in the order given, each once; all jobs, by start, if none was.

    Each is an id, a pattern with `*`, `?` or `[...]`, or the beginning of just one id. Raises InputError for one that fits
    no job, or is the beginning of several.
    """
    ids = [row["job_id"] for row in store.rows("SELECT job_id FROM jobs ORDER BY started_at NULLS LAST, job_id")]
    if not given:
        return ids
    return list(dict.fromkeys(job_id for one in given for job_id in _fitting(one, ids)))


def chosen_job(store: Store, given: str) -> str:
    """The id of the one job that was meant. Raises InputError for a pattern that fits several, and as `chosen_jobs`."""
    jobs = chosen_jobs(store, [given])
    if len(jobs) > 1:
        raise InputError(f"{given}: fits {len(jobs)} jobs", f"Name one: {_some(jobs)}")
    return jobs[0]


def _fitting(given: str, ids: Sequence[str]) -> list[str]:
    if given in ids:
        return [given]
    if found := [job_id for job_id in ids if fnmatchcase(job_id, given)]:
        return found
    begun = [job_id for job_id in ids if given and job_id.startswith(given)]
    if len(begun) == 1:
        return begun
    if begun:
        raise InputError(f"{given}: {len(begun)} jobs begin so", f"Which of them? {_some(begun)}; or all: '{given}*'")
    near = get_close_matches(given, ids, n=3)
    raise InputError(
        f"{given}: no such job in the store",
        f"Did you mean: {_some(near)}" if near else "The jobs that there are: ingest jobs",
    )


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:5]) + (" ..." if len(ids) > 5 else "")
