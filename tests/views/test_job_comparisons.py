"""`comparable_jobs`, `job_comparisons` and `regressions`: a job beside those before it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.views.conftest import Database


def night(db: Database, number: int, **measured: Any) -> str:
    """Puts the job of a night into the history: completed, 100 mini-batches of 10 items in 600 s; gives its id."""
    job_id = measured.pop("job_id", f"scoring-{number:02}")
    row = {
        "job_id": job_id,
        "started_at": f"{number:02}:00:00",
        "state": "completed",
        "partial": False,
        "duration_s": 600.0,
        "input_items": 1000,
        "items": 1000,
        "failed_items": 0,
        "mini_batches": 100,
        "attempts": 100,
    }
    db.insert("job_measures", row | measured)
    return str(job_id)


def nights(db: Database, values: list[Any], measure: str = "duration_s", **more: Any) -> None:
    """A job for each value of a measure, from 00:00 on."""
    for number, value in enumerate(values):
        night(db, number, **{measure: value}, **more)


def test_who_is_compared_with_whom(db: Database) -> None:
    """The same experiment, earlier, whole, and about as large; the last one first."""
    night(db, 0, experiment="a")
    night(db, 1, experiment="a", state="failed")
    night(db, 2, experiment="a", partial=True)
    night(db, 3, experiment="a", input_items=2000)
    night(db, 4, experiment="a", input_items=2001)
    night(db, 5, experiment="b")
    night(db, 6, experiment="a")
    night(db, 7, experiment="a")
    assert db.rows(
        "SELECT other_job_id, nth, growth, comparison_group FROM comparable_jobs WHERE job_id = 'scoring-06'"
    ) == [
        ("scoring-03", 1, 0.5, "experiment a"),
        ("scoring-00", 2, 1.0, "experiment a"),
    ]


def test_no_more_than_the_last_ten(db: Database) -> None:
    """Or as many as the threshold says."""
    nights(db, [600.0] * 14)
    last = "FROM comparable_jobs WHERE job_id = 'scoring-13'"
    assert db.rows(f"SELECT count(*), min(other_job_id) {last}") == [(10, "scoring-03")]
    db.connection.execute("SET VARIABLE thresholds = MAP {'comparable_jobs': 3.0}")
    assert db.rows(f"SELECT count(*), min(other_job_id) {last}") == [(3, "scoring-10")]


@pytest.mark.parametrize(
    ("row", "group"),
    [
        ({"job_id": "x", "experiment": "nightly"}, "experiment nightly"),
        (
            {"job_id": "x", "experiment": "e", "labels": '{"endpoint": "churn", "deployment": "blue"}'},
            "experiment e, endpoint churn, deployment blue",
        ),
        ({"job_id": "scoring_2024-03-01T02:00"}, "jobs named scoring_*"),
        ({"job_id": "dcid.3f9d1c52-7f0e-4a5e-9c55-2b8d0c6ab501", "source": "/jobs/churn-07/"}, "jobs named churn-*"),
        ({"job_id": "3f9d1c527f0e4a5e9c552b8d0c6ab501", "source": "/jobs/17"}, None),
        ({"job_id": "17", "labels": "no JSON"}, None),
    ],
)
def test_groups(db: Database, row: dict[str, Any], group: str | None) -> None:
    """What is told of the experiment, else the name without numbers; made-up names and mere numbers say nothing."""
    full = {"experiment": None, "labels": None, "source": None} | row
    query = "SELECT comparison_group($job_id, $experiment, $labels, $source)"
    assert db.connection.execute(query, full).fetchall() == [(group,)]


def test_size_of_what_is_told(db: Database) -> None:
    """Where no progress tells the items, scheduled mini-batches count: a job that failed early is as large as the others."""
    night(db, 0, input_items=None, scheduled_mini_batches=100)
    night(db, 1, input_items=None, scheduled_mini_batches=100, mini_batches=3, items=30, state="failed")
    assert db.rows("SELECT job_id, other_job_id, growth FROM comparable_jobs") == [("scoring-01", "scoring-00", 1.0)]


def test_twice_as_long(db: Database) -> None:
    """Median and MAD by hand: of 600, 610, 590, 605, 595 they are 600 and 5; MAD / 0.6745 * 5/3 is less than 5 %."""
    nights(db, [600.0, 610.0, 590.0, 605.0, 595.0, 1260.0])
    row = db.one("SELECT * FROM regressions")
    assert (row["job_id"], row["measure"], row["severity"]) == ("scoring-05", "duration_s", "severe")
    assert (row["value"], row["usual"], row["mad"], row["compared_jobs"]) == (1260.0, 600.0, 5.0, 5)
    assert (row["ratio"], row["z"]) == (2.1, (1260 - 600) / (0.05 * 600))
    assert row["sentence"] == "duration: 21 min, 2.1 times the usual 10 min (median of the last 5 comparable jobs)"
    assert row["other_jobs"] == [f"scoring-0{number}" for number in (4, 3, 2, 1, 0)]
    assert row["comparison_group"] == "jobs named scoring-*"


def verdict(db: Database, job_id: str, measure: str) -> tuple[Any, ...]:
    """Verdict and severity of a measure of a job."""
    (row,) = db.rows(
        f"SELECT verdict, severity FROM job_comparisons WHERE job_id = '{job_id}' AND measure = '{measure}'"
    )
    return row


@pytest.mark.parametrize(
    ("past", "last", "said"),
    [
        ([600.0] * 5, 700.0, ("usual", None)),  # less than 20 percent
        ([600.0] * 5, 730.0, ("worse", "warning")),
        ([100.0] * 5, 150.0, ("usual", None)),  # less than a minute
        ([600.0] * 5, 300.0, ("better", "note")),
        ([400.0, 700.0, 500.0, 900.0, 600.0], 1000.0, ("usual", None)),  # they always differ
        ([600.0] * 4 + [1300.0], 1200.0, ("worse", "severe")),  # one odd night hides nothing
        ([600.0] * 4, 1200.0, ("too_few", None)),
        ([600.0] * 5, float("nan"), None),
    ],
)
def test_durations(db: Database, past: list[float], last: float, said: tuple[Any, ...] | None) -> None:
    """What is jitter and what is not."""
    nights(db, [*past, last])
    if said is None:
        assert db.rows("SELECT 1 FROM job_comparisons WHERE measure = 'duration_s' AND isnan(value)") == []
    else:
        assert verdict(db, f"scoring-0{len(past)}", "duration_s") == said


def test_more_input_takes_longer(db: Database) -> None:
    """1.8 times the items in 1.8 times the time is no regression; the same time of run() for each mini-batch is not either."""
    nights(db, [600.0] * 5, p50_run_s=2.0)
    night(db, 5, duration_s=1080.0, input_items=1800, p50_run_s=2.0)
    assert db.rows("SELECT * FROM regressions") == []


@pytest.mark.parametrize(
    ("past", "last", "said"),
    [
        ([0] * 10, 4, ("usual", None)),  # too few to count
        ([0] * 10, 10, ("worse", "warning")),  # none in ten jobs
        ([0] * 5, 10, ("usual", None)),  # five jobs are too few to say that
        ([0] * 5, 100, ("worse", "severe")),  # 10 of 100 mini-batches
        ([20, 25, 18, 22, 20], 30, ("usual", None)),
        ([20, 25, 18, 22, 20], 200, ("worse", "severe")),
        ([500, 510, 490, 505, 495], 10, ("better", "note")),
    ],
)
def test_failed_items(db: Database, past: list[int], last: int, said: tuple[Any, ...]) -> None:
    """Rates of items, judged by how many mini-batches they were seen in."""
    nights(db, past, "failed_items")
    job_id = night(db, len(past), failed_items=last)
    assert verdict(db, job_id, "failure_rate") == said


def test_a_sentence_of_a_rate(db: Database) -> None:
    """Counts and shares, and what is usual."""
    nights(db, [0] * 10, "failed_items")
    night(db, 10, failed_items=44)
    (row,) = db.rows("SELECT sentence FROM regressions")
    assert row == ("failed items: 44 of 1,000 (4.4 %), usually none (median of the last 10 comparable jobs)",)


def test_memory_and_queue(db: Database) -> None:
    """Fifteen points more memory are a warning; a longer wait in the queue alarms nobody."""
    nights(db, [600.0] * 5, highest_memory_percent=60.0, queue_s=60.0)
    night(db, 5, highest_memory_percent=75.0, queue_s=3600.0)
    assert db.rows("SELECT measure, severity FROM regressions") == [("highest_memory", "warning")]
    assert verdict(db, "scoring-05", "queue_s") == ("worse", "note")


def test_partial_jobs_are_not_judged(db: Database) -> None:
    """A running job is no dip, and a failed one that ended soon is no better one."""
    nights(db, [600.0] * 5)
    assert verdict(db, night(db, 5, duration_s=10_000.0, partial=True, state="running"), "duration_s") == (
        "partial",
        None,
    )
    assert verdict(db, night(db, 6, duration_s=10.0, state="failed"), "duration_s") == ("usual", None)


def errors(*fingerprints: str, occurrences: int = 5) -> dict[str, Any]:
    """The errors of a job as they stand in the history."""
    told = [{"fingerprint": one, "occurrences": occurrences, "example": f"ValueError: {one}"} for one in fingerprints]
    return {
        "error_fingerprints": list(fingerprints),
        "errors": json.dumps(told),
        "distinct_errors": len(fingerprints),
    }


def test_new_and_gone_errors(db: Database) -> None:
    """In none of the jobs before; in most of them, but not any more."""
    nights(db, [600.0] * 5, **errors("old"))
    job_id = night(db, 5, **errors("new", "newer"))
    assert verdict(db, job_id, "new_errors") == ("worse", "warning")
    assert verdict(db, job_id, "gone_errors") == ("better", "note")
    row = db.one("SELECT * FROM regressions")
    assert (row["value"], row["fingerprints"]) == (2.0, ["new", "newer"])
    assert row["sentence"] == (
        "2 new errors, seen in none of the last 5 comparable jobs: ValueError: new, ValueError: newer"
    )


@pytest.mark.parametrize(
    ("state", "occurrences", "severity"),
    [("failed", 1, "severe"), ("completed", 5, "warning"), ("completed", 4, "note")],
)
def test_how_bad_a_new_error_is(db: Database, state: str, occurrences: int, severity: str) -> None:
    """It may have failed the job, or have happened often enough to count."""
    nights(db, [600.0] * 5)
    job_id = night(db, 5, state=state, **errors("new", occurrences=occurrences))
    assert verdict(db, job_id, "new_errors") == ("worse", severity)


def test_errors_that_are_always_new(db: Database) -> None:
    """Where every job has errors of its own, the next one's are nothing to tell."""
    for number in range(6):
        night(db, number, **errors(f"own-{number}"))
    assert verdict(db, "scoring-05", "new_errors") == ("usual", None)


def test_more_errors_than_are_kept(db: Database) -> None:
    """Then nobody can say what is new."""
    nights(db, [600.0] * 5)
    job_id = night(db, 5, **(errors("new") | {"distinct_errors": 101}))
    assert db.rows(f"SELECT * FROM job_comparisons WHERE job_id = '{job_id}' AND measure = 'new_errors'") == []


def test_over_any_relation(db: Database) -> None:
    """The same of any relation with these columns, as of jobs that are measured but not yet kept."""
    nights(db, [600.0] * 5)
    night(db, 5, duration_s=1200.0)
    db.connection.execute("CREATE TEMP TABLE others AS SELECT * FROM job_measures WHERE job_id <> 'scoring-00'")
    query = "SELECT verdict FROM compared_with_past('others') WHERE job_id = 'scoring-05' AND measure = 'duration_s'"
    assert db.rows(query) == [("too_few",)]
