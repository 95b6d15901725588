"""A diagnosis step by step says what the view says when it is asked at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest import open_store
from ingest.store.reading import Store
from ingest.store.step_by_step import answered, diagnose
from ingest.views.files import list_views

if TYPE_CHECKING:
    from tests.conftest import StoreUnderTest


@pytest.fixture(scope="module")
def samples(sample_jobs: StoreUnderTest) -> Path:
    """A store of the sample jobs."""
    return sample_jobs.path


def rounded(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The order in which numbers are added up tells in their last digit."""
    return [{key: round(value, 6) if isinstance(value, float) else value for key, value in row.items()} for row in rows]


def diagnosed(store: Store, jobs: list[str]) -> list[dict[str, Any]]:
    """What is wrong with these jobs."""
    return rounded(diagnose(store.connection, jobs).to_pylist())


def test_as_the_view_says(samples: Path) -> None:
    """The same rows and columns, for all jobs and for one alone."""
    with open_store(samples) as store:
        said = store.rows("SELECT * FROM diagnosis ORDER BY job_id, rank")
        jobs = sorted({row["job_id"] for row in said})
        assert diagnosed(store, jobs) == rounded(said)
        for job in jobs:
            assert diagnosed(store, [job]) == rounded(row for row in said if row["job_id"] == job)
        assert diagnose(store.connection, []).num_rows == 0
        assert diagnose(store.connection, ["it's none"]).num_rows == 0


def test_the_store_stays_as_it_is(samples: Path) -> None:
    """Whoever asks after a diagnosis of one job sees all jobs."""
    with open_store(samples) as store:
        before = store.rows("SELECT count(*) AS tries, count(DISTINCT job_id) AS jobs FROM attempts")
        diagnose(store.connection, ["clean-v4"])
        assert store.rows("SELECT count(*) AS tries, count(DISTINCT job_id) AS jobs FROM attempts") == before


def test_thresholds_of_the_session_hold(samples: Path) -> None:
    """A check compares with the numbers that the store was opened with."""
    with open_store(samples) as store:
        halves = {name: value / 2 for name, value in store.sql("SELECT name, value FROM thresholds").fetchall()}
        usual = diagnosed(store, ["memory-growth"])
    with open_store(samples, thresholds=halves) as store:
        asked = diagnosed(store, ["memory-growth"])
        assert asked == rounded(store.rows("SELECT * FROM diagnosis WHERE job_id = 'memory-growth' ORDER BY rank"))
    assert asked != usual


@pytest.mark.parametrize("job", ["timeouts-retries", "still-running", "init-failure-42"])
def test_a_job_alone_is_told_as_among_others(samples: Path, job: str) -> None:
    """Every view says the same of a job, whether the others are seen or not: those that compare jobs say `scope: all jobs`."""
    names = [view.name for view in list_views() if not view.is_macro]
    with (
        open_store(samples) as store,
        answered(store.connection, names) as among_others,
        answered(store.connection, names, [job]) as alone,
    ):
        told = {}
        for name in names:
            columns = [column for column, *_ in alone.execute(f"DESCRIBE {name}").fetchall()]
            if "job_id" in columns:
                asked = f"SELECT count(*), sum(hash(job_id)) FROM {name} WHERE job_id = '{job}'"
                told[name] = (alone.execute(asked).fetchall(), among_others.execute(asked).fetchall())
    assert len(told) > 50
    assert {name: answers for name, answers in told.items() if answers[0] != answers[1]} == {}
