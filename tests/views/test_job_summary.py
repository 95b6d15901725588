"""`job_summary`: how each job went."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database


def test_a_finished_job(db: Database) -> None:
    """Every figure of a job of three mini-batches: one at once, one at the second try, one never."""
    times = {"started_at": "10:00:00", "ended_at": "10:10:00", "last_record_at": "10:10:00"}
    db.insert("jobs", {"state": "completed", "state_reason": "job result: Succeeded.", "generation": "V3", **times})
    db.insert(
        "progress", {"time": "10:00:00", "event": "sched_done", "scheduled": 3, "message": "Scheduling finished."}
    )
    db.attempt(0, "done", "10:00:00", elapsed_s=10.0, succeeded=9, failed=1)
    db.attempt(1, "timeout", "10:00:00", elapsed_s=60.0, process="process001")
    db.attempt(1, "done", "10:02:00", elapsed_s=20.0, attempt=2, process="process002")
    db.attempt(2, "poisoned", "10:03:00", elapsed_s=30.0)
    db.insert("node_samples", {"node": "0", "time": "10:00:00", "memory_used_percent": 40.0})
    db.insert("node_samples", {"node": "1", "time": "10:00:00", "memory_used_percent": 5.0})
    db.insert(
        "errors",
        {"time": "10:01:00", "source": "worker", "exception_type": "ValueError", "exception_message": "bad line"},
    )
    db.insert("files", {"status": "parsed", "rejects": 2, "ends_cut": False}, {"status": "unclaimed"})
    assert db.one("SELECT * FROM job_summary") == {
        "job_id": "job",
        "state": "completed",
        "state_reason": "job result: Succeeded.",
        "generation": "V3",
        "started_at": "10:00:00",
        "ended_at": "10:10:00",
        "duration_s": 600.0,
        "scheduled_mini_batches": 3,
        "mini_batches": 3,
        "failed_mini_batches": 1,
        "open_mini_batches": 0,
        "items": 30,
        "failed_items": 11,
        "failure_rate": 11 / 30,
        "attempts": 4,
        "retries": 1,
        "timeouts": 1,
        "exceptions": 0,
        "poisoned": 1,
        "wasted_worker_s": 60.0,
        "p50_elapsed_s": 20.0,
        "p95_elapsed_s": 29.0,
        "max_elapsed_s": 30.0,
        "nodes": 2,
        "nodes_without_work": 1,
        "processes": 3,
        "restarts": 1,
        "highest_memory_percent": 40.0,
        "memory_samples": 2,
        "first_error": "ValueError: bad line",
        "first_error_is_symptom": False,
        "rejects": 2,
        "files_unclaimed": 1,
        "partial": False,
        "missing": None,
    }


def test_a_job_without_records(db: Database) -> None:
    """Counts are zero, measures NULL: nothing was measured."""
    db.insert("jobs", {"state": "unknown"})
    row = db.one("SELECT * FROM job_summary")
    assert {name for name, value in row.items() if value is None} == {
        "state_reason",
        "generation",
        "started_at",
        "ended_at",
        "duration_s",
        "scheduled_mini_batches",
        "failure_rate",
        "wasted_worker_s",
        "p50_elapsed_s",
        "p95_elapsed_s",
        "max_elapsed_s",
        "highest_memory_percent",
        "first_error",
        "first_error_is_symptom",
        "missing",
    }
    assert {name for name, value in row.items() if value == 0} >= {
        "mini_batches",
        "items",
        "attempts",
        "nodes",
        "rejects",
    }
    assert row["partial"] is False


def test_partial(db: Database) -> None:
    """A running or stalled job is partial, and so is a finished one with a file that ends in the middle of a line."""
    for job_id, state, cut in (
        ("a", "running", False),
        ("b", "stalled", False),
        ("c", "completed", True),
        ("d", "failed", False),
    ):
        db.insert("jobs", {"job_id": job_id, "state": state})
        db.insert("files", {"job_id": job_id, "status": "parsed", "ends_cut": cut})
    assert db.rows("SELECT job_id, partial FROM job_summary") == [("a", True), ("b", True), ("c", True), ("d", False)]


def test_a_running_job(db: Database) -> None:
    """Its duration ends at its last record; open mini-batches are counted and fail nothing."""
    db.insert("jobs", {"state": "running", "started_at": "10:00:00", "last_record_at": "10:05:00"})
    db.attempt(0, "done", "10:00:00")
    db.attempt(1, "open", "10:04:00")
    columns = "duration_s, mini_batches, open_mini_batches, failed_mini_batches, items, failed_items, max_elapsed_s"
    assert db.rows(f"SELECT {columns} FROM job_summary") == [(300.0, 2, 1, 0, 10, 0, 10.0)]


def test_sums_over_nodes_agree(db: Database) -> None:
    """Tries whose node is not told count for the job, though no node can have them."""
    db.insert("jobs", {"state": "failed"})
    db.attempt(0, "timeout", "10:00:00", node=None)
    db.attempt(0, "timeout", "10:01:00", attempt=2)
    assert db.rows("SELECT attempts, retries, timeouts, nodes FROM job_summary") == [(2, 1, 2, 1)]
