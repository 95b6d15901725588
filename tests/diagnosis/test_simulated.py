"""A small sample of the independent simulator's jobs: numbers are exact, clear causes found, healthy jobs left alone.

`python benchmarks/diagnosis.py` measures the same over hundreds of jobs; docs/explanation/diagnosis.md has its figures.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.scoring import JobScore, score
from ingest import ingest_jobs, open_store
from simulator import Strength, Truth, one_job, write_job

if TYPE_CHECKING:
    from tests.conftest import StoreUnderTest

pytestmark = pytest.mark.slow

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
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Truth]]:
    """A store of sixteen jobs, and what is true of them."""
    root = tmp_path_factory.mktemp("simulated")
    broken = [one_job(cause, Strength.CLEAR, 5) for cause in CLEAR]
    healthy = [one_job(None, Strength.CLEAR, seed) for seed in HEALTHY]
    truths = [write_job(root / "jobs", job) for job in (*broken, *healthy)]
    ingest_jobs([root / "jobs"], root / "store")
    return Path(root / "store"), truths


@pytest.fixture(scope="module")
def scores(planted: tuple[Path, list[Truth]]) -> list[JobScore]:
    """The jobs, scored."""
    return score(*planted)


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


IMPACT_UNKNOWN = {"cpu_oversubscribed"}
"""Checks whose impact no log shows."""


def wrong_parts(store: Path) -> list[dict[str, object]]:
    """Findings of a store that lack one of the five parts, or have a headline that is too long or ends like a sentence."""
    with open_store(store) as opened:
        assert opened.rows("SELECT 1 FROM diagnosis LIMIT 1")
        return opened.rows(
            "SELECT job_id, finding_id, headline, evidence, impact, fix, query FROM diagnosis"
            " WHERE coalesce(len(headline), 0) NOT BETWEEN 5 AND 99 OR contains(headline, chr(10))"
            " OR coalesce(evidence, '') = '' OR coalesce(fix, '') = '' OR coalesce(query, '') = '' OR impact = ''"
            " OR (kind = 'check' AND (impact IS NULL AND NOT list_contains($unknown, finding_id)"
            " OR headline LIKE '%.'))",
            {"unknown": sorted(IMPACT_UNKNOWN)},
        )


def test_findings_have_five_parts(planted: tuple[Path, list[Truth]], sample_jobs: StoreUnderTest) -> None:
    """Headline, evidence, impact, fix and query, of samples and of simulated jobs."""
    assert wrong_parts(planted[0]) == []
    assert wrong_parts(sample_jobs.path) == []
