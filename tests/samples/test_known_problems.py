"""The sample jobs show the known problems that were planted in them, and no other."""

from __future__ import annotations

import pytest

from tests.conftest import StoreUnderTest

SEEN = {
    "3f9d1c52-7f0e-4a5e-9c55-2b8d0c6ab501": ["run_exceptions"],
    "era-2020-05": [
        *("progress_timeout", "error_threshold", "returned_more", "poisoned", "some_pending", "run_failed_see_logs")
    ],
    "exceptions-one-node": ["run_exceptions"],
    "init-failure-42": ["run_exceptions", "exit_42"],
    "memory-growth": ["process_killed"],
    "timeouts-retries": ["progress_timeout", "task_visible_noise"],
}
"""By job, in the order in which they are asked; the other jobs show none."""

FIRST = {"era-2020-05": "progress_timeout", "timeouts-retries": "progress_timeout"}
"""The problem of the first error; the errors of the other jobs are those of a user's script, which nobody knows."""


@pytest.fixture(scope="module")
def store(sample_jobs: StoreUnderTest) -> StoreUnderTest:
    """All sample jobs."""
    return sample_jobs


def test_problems_of_each_job(store: StoreUnderTest) -> None:
    """Timeouts, a poisoned mini-batch, too many failed items: what the generator planted is named, nothing beside it."""
    seen: dict[str, list[str]] = {}
    for job, problem in store.rows("SELECT job_id, problem FROM known_problems_seen"):
        seen.setdefault(job, []).append(problem)
    assert seen == SEEN


def test_problem_of_the_first_error(store: StoreUnderTest) -> None:
    """The planted cause of a job gets its problem, or none if it is none of ours; never a generic one."""
    found = store.rows("SELECT job_id, problem FROM first_error WHERE problem IS NOT NULL")
    assert dict(found) == FIRST
