"""The aggregates per day and group: by hand, only changed days anew, partial jobs left out until they are whole."""

from __future__ import annotations

import json
from datetime import date
from math import floor, log
from typing import TYPE_CHECKING

import pytest

from tests.views.conftest import Database

if TYPE_CHECKING:
    from tests.nightly.conftest import History


def bucket(seconds: float) -> int:
    """The bucket of a time."""
    return floor(log(seconds) / log(1.02))


def test_a_day_by_hand(history: History) -> None:
    """Sums, states and rates of two jobs of a day."""
    history.job("a", 1, items=300, failed_items=3, retries=2, timeouts=1, exceptions=1, wasted_node_s=36.0)
    history.job("b", 1, state="failed", items=100, failed_items=97, duration_s=140.0, highest_memory_percent=91.5)
    assert history.refresh() == [1]
    row = history.day(1)
    assert {name: row[name] for name in ("jobs", "partial_jobs", "completed", "failed", "running", "partial")} == {
        "jobs": 2,
        "partial_jobs": 0,
        "completed": 1,
        "failed": 1,
        "running": 0,
        "partial": False,
    }
    assert (row["items"], row["failed_items"], row["failure_rate"]) == (400, 100, 0.25)
    assert (row["retries"], row["timeouts"], row["exceptions"]) == (2, 1, 1)
    assert row["items_per_s"] == 2.0
    assert row["node_hours"] == pytest.approx(240 / 3600)
    assert row["wasted_node_hours"] == pytest.approx(36 / 3600)
    assert row["highest_memory_percent"] == 91.5


def test_quantiles_are_of_all_mini_batches(history: History) -> None:
    """A job of 99 quick mini-batches and one of a slow one: the slow one is the day's p99 and above, not half of its median."""
    history.job("many", 1)
    history.durations("many", "run", {bucket(1.0): 98})
    history.job("few", 1)
    history.durations("few", "run", {bucket(50.0): 2})
    history.refresh()
    row = history.day(1)
    assert row["p50_run_s"] == pytest.approx(1.0, rel=0.01)
    assert row["p95_run_s"] == pytest.approx(1.0, rel=0.01)
    assert row["p99_run_s"] == pytest.approx(50.0, rel=0.01)
    assert row["p50_elapsed_s"] is None


def test_quantiles_of_real_mini_batches_are_right_to_one_percent() -> None:
    """Measured through the buckets, a quantile differs from the exact one by 1 % at most."""
    db = Database()
    db.connection.execute("CREATE SCHEMA ledger")
    db.connection.execute("CREATE TABLE ledger.days (day DATE, digest VARCHAR)")
    db.insert("jobs", {"state": "completed", "loaded_at": "10:00:00"})
    for i in range(101):
        db.attempt(i, "done", "10:00:00", run_s=0.013 * 1.09**i, elapsed_s=0.0)
    db.insert("job_measures", {"day": "2024-03-01", "partial": False, "state": "completed"})
    row = db.one("SELECT * FROM day_measures WHERE group_kind = 'all'")
    for name, exact in (("p50_run_s", 50), ("p95_run_s", 95), ("p99_run_s", 99)):
        assert row[name] == pytest.approx(0.013 * 1.09**exact, rel=0.0101)
    assert row["p50_elapsed_s"] == pytest.approx(1e-6, rel=0.02)


def test_a_running_job_makes_no_dip(history: History) -> None:
    """Its figures stay out, the day is marked; when it has ended, the day is replaced."""
    history.job("a", 1)
    history.job("b", 1, state="running", partial=True, items=7)
    assert history.refresh() == [1]
    row = history.day(1)
    assert (row["jobs"], row["partial_jobs"], row["running"], row["items"], row["partial"]) == (2, 1, 1, 100, True)
    history.job("b", 1, items=200)
    assert history.refresh() == [1]
    row = history.day(1)
    assert (row["jobs"], row["partial_jobs"], row["running"], row["items"], row["partial"]) == (2, 0, 0, 300, False)


def test_a_day_of_a_running_job_only(history: History) -> None:
    """Nothing is known of it yet: NULL, not zero."""
    history.job("a", 1, state="running", partial=True)
    history.refresh()
    row = history.day(1)
    assert (row["items"], row["failure_rate"], row["node_hours"], row["items_per_s"]) == (None, None, None, None)


def test_groups(history: History) -> None:
    """All, experiment, compute, each label; endpoint and deployment are labels with a kind of their own."""
    labels = {"endpoint": "churn", "deployment": "blue", "team": "risk"}
    history.job("a", 1, experiment="x", compute_target="cpu", labels=json.dumps(labels))
    history.job("b", 1, experiment="y", labels="{}")
    history.refresh()
    assert history.rows("SELECT group_kind, group_name, jobs FROM daily_groups ORDER BY ALL") == [
        ("all", "all", 2),
        ("compute", "cpu", 1),
        ("deployment", "blue", 1),
        ("endpoint", "churn", 1),
        ("experiment", "x", 1),
        ("experiment", "y", 1),
        ("label", "team=risk", 1),
    ]


@pytest.mark.parametrize(
    "labels", [None, "", "no json", "[1]", "3", '{"a": null}', '{"a": {"b": 1}}', '{"a.b\\"c": "d"}']
)
def test_labels_of_any_form(history: History, labels: str | None) -> None:
    """What is no object of texts groups nothing wrong and stops nothing."""
    history.job("a", 1, labels=labels)
    history.refresh()
    groups = dict(history.rows("SELECT group_name, jobs FROM daily_groups WHERE group_kind = 'label'"))
    assert groups in ({}, {'a.b"c=d': 1}, {'a={"b":1}': 1})
    assert history.day(1)["jobs"] == 1


def test_only_changed_days_are_made_again(history: History) -> None:
    """Another night makes nothing again; a changed, moved, forgotten or relabelled job only its days."""
    for day in (1, 2, 3, 4):
        history.job(f"job{day}", day)
    assert history.refresh() == [1, 2, 3, 4]
    assert history.refresh() == []
    history.job("job2", 2, items=5)
    assert history.refresh() == [2]
    history.job("job1", 3)
    assert history.refresh() == [1, 3]
    assert history.rows("SELECT day, jobs FROM daily_groups ORDER BY day") == [
        (date(2024, 3, 2), 1),
        (date(2024, 3, 3), 2),
        (date(2024, 3, 4), 1),
    ]
    history.connection.execute("DELETE FROM parts.job_measures WHERE job_id = 'job4'")
    assert history.refresh() == [4]
    history.connection.execute("""UPDATE parts.job_measures SET labels = '{"a": "b"}' WHERE job_id = 'job2'""")
    assert history.refresh() == [2]
    assert history.refresh() == []


def test_the_tables_are_what_their_views_say(history: History) -> None:
    """Whatever was changed and in which order: refreshed day by day, the tables equal the views over all."""
    for i in range(40):
        history.job(f"job{i}", i % 7 + 1, experiment=f"x{i % 3}", error_fingerprints=[f"e{i % 5}"])
        history.durations(f"job{i}", "elapsed", {i: 2, i + 1: 3})
        if i % 6 == 0:
            history.refresh()
    history.refresh()
    for table, view in (("daily_groups", "day_measures"), ("daily_pools", "pool_day_measures")):
        columns = ", ".join(name for (name, *_) in history.rows(f"DESCRIBE {table}"))
        assert history.rows(f"SELECT {columns} FROM {table} ORDER BY ALL") == history.rows(
            f"SELECT {columns} FROM {view} ORDER BY ALL"
        )


def test_a_job_without_time_is_of_no_day(history: History) -> None:
    """It cannot be put on one; it is not counted as of today."""
    history.job("a", None)
    assert history.refresh() == []
    assert history.rows("SELECT * FROM daily_groups") == []


def test_new_and_gone_errors(history: History) -> None:
    """Against the days before of the same group; the first day has nothing to compare with."""
    history.job("a", 1, experiment="x", error_fingerprints=["old", "both"])
    history.job("b", 3, experiment="x", error_fingerprints=["both", "new"])
    history.job("c", 4, experiment="x", error_fingerprints=["old"])
    history.job("d", 5, experiment="x", error_fingerprints=[], state="running", partial=True)
    history.refresh()
    assert history.rows(
        "SELECT day, new_errors, new_error_fingerprints, gone_errors, gone_error_fingerprints FROM daily_trends"
        " WHERE group_kind = 'experiment' ORDER BY day"
    ) == [
        (date(2024, 3, 1), None, None, None, None),
        (date(2024, 3, 3), 1, ["new"], 1, ["old"]),
        (date(2024, 3, 4), 0, None, 2, ["both", "new"]),
        (date(2024, 3, 5), 0, None, None, None),
    ]


def test_errors_over_time(history: History) -> None:
    """First and last seen, and how many finished jobs began since."""
    told = json.dumps([{"fingerprint": "f", "occurrences": 3, "example": "ValueError: x"}])
    history.job("a", 1, errors=told)
    history.job("b", 2, errors=told)
    history.job("c", 3, errors="[]")
    history.job("d", 4, errors="not json")
    history.job("e", 5, errors="[]", partial=True)
    assert history.rows(
        "SELECT fingerprint, jobs, occurrences, first_job_id, last_job_id, jobs_since, example FROM errors_over_time"
    ) == [("f", 2, 6, "a", "b", 2, "ValueError: x")]


def test_failing_inputs(history: History) -> None:
    """An input that failed in two jobs of an experiment; one of a name in another experiment is another input."""
    for day, (job_id, experiment) in enumerate([("a", "x"), ("b", "x"), ("c", "y")], 1):
        history.job(job_id, day, experiment=experiment)
        history.insert(
            "input_measures",
            {"job_id": job_id, "input": "part-1.csv", "failed_mini_batches": 1, "inputs_together": 4 - day},
        )
    assert history.rows(
        "SELECT experiment, input, jobs_failed, inputs_together, first_day, last_day, last_job_id FROM failing_inputs"
    ) == [("x", "part-1.csv", 2, 2, date(2024, 3, 1), date(2024, 3, 2), "b")]


def test_what_is_kept_of_a_job() -> None:
    """Durations, inputs of failed mini-batches and nodes by size, from its records."""
    db = Database()
    db.insert("jobs", {"state": "completed", "loaded_at": "10:00:00", "compute_target": "cpu"})
    db.attempt(0, "done", "10:00:00", run_s=1.0, elapsed_s=1.0)
    db.attempt(1, "timeout", "10:00:00", node="1", inputs=["a.csv", "b.csv"], elapsed_s=1.0)
    db.attempt(2, "exception", "10:00:00", node="1", inputs=["b.csv"], error_message="no")
    db.attempt(3, "open", "10:00:00", inputs=["c.csv"])
    db.insert("node_samples", {"node": "0", "time": "10:00:00", "memory_total_mb": 7000.0})
    db.insert("node_samples", {"node": "2", "time": "10:00:00", "memory_total_mb": 14000.0})
    assert db.rows("SELECT measure, bucket, mini_batches FROM duration_measures ORDER BY ALL") == [
        ("elapsed", 0, 2),
        ("elapsed", 116, 1),
        ("run", 0, 1),
    ]
    assert db.rows(
        "SELECT input, failed_mini_batches, inputs_together, error_message FROM input_measures ORDER BY ALL"
    ) == [
        ("a.csv", 1, 2, None),
        ("b.csv", 2, 1, "no"),
    ]
    assert db.rows(
        "SELECT compute_target, memory_gb, nodes, nodes_without_work, failed_mini_batches FROM pool_measures ORDER BY ALL"
    ) == [("cpu", 7, 1, 0, 0), ("cpu", 14, 1, 1, 0), ("cpu", None, 1, 0, 2)]
