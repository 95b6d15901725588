"""Groups of jobs beside their own past: told from enough days only, and where no single job shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.nightly.conftest import History

FEW = (3, 2, 4, 3, 2, 3, 4, 2, 3, 3)
"""Failed items of a thousand on usual days."""


def judged(history: History, day: int, measure: str, kind: str = "experiment") -> dict[str, Any]:
    """What is said of a day of the group `churn`, or of all jobs."""
    name = "all" if kind == "all" else "churn"
    return history.one(
        f"SELECT * FROM group_comparisons WHERE day = DATE '2024-02-29' + {day} AND measure = '{measure}'"
        f" AND group_kind = '{kind}' AND group_name = '{name}'"
    )


def days(history: History, *failed: int, **more: Any) -> None:
    """A day for each number of failed items: two jobs of 500 items and 50 mini-batches each."""
    for day, items in enumerate(failed, start=1):
        for half in (0, 1):
            history.job(
                f"churn-{day}-{half}",
                day,
                experiment="churn",
                items=500,
                mini_batches=50,
                failed_items=items // 2 + (items % 2 if half else 0),
                **more,
            )


def test_a_rise_of_failed_items(history: History) -> None:
    """Told with the numbers of the day, in its experiment and in all jobs; a usual day is usual."""
    days(history, *FEW, 90, 3)
    history.refresh()
    row = judged(history, 11, "failure_rate")
    assert (row["jobs"], row["value"], row["usual"], row["compared_days"]) == (2, 0.09, 0.003, 10)
    assert (row["verdict"], row["severity"]) == ("worse", "severe")
    assert row["sentence"] == "failed items: 90 of 1,000 (9.0 %), usually 0.3 % (median of the last 10 days)"
    assert judged(history, 12, "failure_rate")["verdict"] == "usual"
    told = history.rows("SELECT group_kind, group_name, measure FROM group_regressions ORDER BY ALL")
    assert told == [("all", "all", "failure_rate"), ("experiment", "churn", "failure_rate")]


def test_too_few_days(history: History) -> None:
    """Four days before are not enough to say anything."""
    days(history, 3, 3, 3, 3, 90)
    history.refresh()
    row = judged(history, 5, "failure_rate")
    assert (row["verdict"], row["severity"], row["compared_days"]) == ("too_few", None, 4)
    assert row["sentence"] == "baseline too small: 4 days, 5 required"


def test_a_day_whose_jobs_run(history: History) -> None:
    """It is not judged, and no day is compared with it."""
    days(history, *FEW, 3, 90)
    history.job("churn-11-1", 11, experiment="churn", items=500, mini_batches=50, failed_items=500, partial=True)
    history.refresh()
    assert judged(history, 11, "failure_rate")["verdict"] == "partial"
    row = judged(history, 12, "failure_rate")
    assert (row["compared_days"], row["usual"]) == (10, 0.003)


def test_failed_jobs(history: History) -> None:
    """Where no job ever failed, two that fail on a day are told; one is not."""
    days(history, *([0] * 12))
    for day, failing in ((11, 2), (12, 1)):
        for number in range(failing):
            history.job(f"churn-{day}-{number}", day, experiment="churn", state="failed", items=500, mini_batches=50)
    history.refresh()
    assert judged(history, 12, "failed_jobs")["verdict"] == "usual"
    row = judged(history, 11, "failed_jobs")
    assert (row["value"], row["verdict"], row["severity"]) == (1.0, "worse", "severe")
    assert row["sentence"] == "failed jobs: 2 of 2 (100.0 %), usually none (median of the last 10 days)"


def test_times_are_those_of_one_kind_of_job(history: History) -> None:
    """A slower script is told of its experiment; all jobs together have no usual time."""
    for day in range(1, 12):
        history.job(f"churn-{day}", day, experiment="churn", mini_batches=100)
        history.durations(f"churn-{day}", "run", {50 if day < 11 else 90: 100})
    history.refresh()
    row = judged(history, 11, "p50_run_s")
    assert row["value"] / row["usual"] == pytest.approx(1.02**40)
    assert (row["verdict"], row["severity"]) == ("worse", "severe")
    assert (
        history.rows("SELECT measure FROM group_comparisons WHERE group_kind = 'all' AND measure LIKE '%run_s'") == []
    )


def test_a_small_change_is_jitter(history: History) -> None:
    """A tenth more, and two items more, alarm nobody."""
    days(history, *FEW, 5)
    history.refresh()
    assert history.rows("SELECT * FROM group_regressions") == []
