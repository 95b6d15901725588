"""A small sample of the independent simulator's jobs: numbers are exact, clear causes found, healthy jobs left alone.

`python benchmarks/diagnosis.py` measures the same over hundreds of jobs; docs/explanation/diagnosis.md has its figures.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.scoring import JobScore, score
from ingest import ingest_jobs
from simulator import Strength, one_job, write_job

CLEAR = (
    "memory leak until killed",
    "damaged inputs",
    "workers crash",
    "timeout too small",
    "node pre-empted",
    "slow scheduling",
    "script slowing down",
    "init() fails",
    "command cannot run",
    "job stands still",
)
HEALTHY = range(6)


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> list[JobScore]:
    """Sixteen jobs, loaded and scored."""
    root = tmp_path_factory.mktemp("simulated")
    planted = [one_job(cause, Strength.CLEAR, 5) for cause in CLEAR]
    healthy = [one_job(None, Strength.CLEAR, seed) for seed in HEALTHY]
    truths = [write_job(root / "jobs", job) for job in (*planted, *healthy)]
    ingest_jobs([root / "jobs"], root / "store")
    return score(Path(root / "store"), truths)


def test_numbers_are_exact(scores: list[JobScore]) -> None:
    """State, counts and times of each job, and each of its attempts."""
    assert sum(scored.numbers for scored in scores) > 1000
    assert {scored.truth.job_id: scored.wrong for scored in scores if scored.wrong} == {}


def test_clear_causes_are_found(scores: list[JobScore]) -> None:
    """Each is named by a finding."""
    assert [scored.truth.cause for scored in scores if scored.truth.cause and scored.found_at is None] == []


def test_nothing_false_is_said(scores: list[JobScore]) -> None:
    """No severe finding and no warning that is not so; healthy jobs have none but of errors that they did report."""
    assert [finding for scored in scores for finding, right in scored.told if not right] == []
