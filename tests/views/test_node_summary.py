"""`node_summary`: what each node did, also if that is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database


def test_a_node_that_worked(db: Database) -> None:
    """Counts of outcomes and tries, busy and wasted time, processes, highest samples, first and last record."""
    db.attempt(0, "timeout", "10:00:00", elapsed_s=60.0)
    db.attempt(0, "done", "10:01:00", attempt=2, succeeded=9, failed=1)
    db.attempt(1, "open", "10:02:00", process="process000")
    db.insert("node_samples", {"node": "0", "time": "10:05:00", "memory_used_percent": 50.0, "cpu_percent": 99.0})
    db.insert("errors", {"node": "0", "time": "09:59:00"})
    assert db.one("SELECT * FROM node_summary") == {
        "job_id": "job",
        "node": "0",
        "did_nothing": False,
        "mini_batches": 2,
        "failed_mini_batches": 0,
        "open_mini_batches": 1,
        "items": 10,
        "failed_items": 1,
        "failure_rate": 0.1,
        "attempts": 3,
        "retries": 1,
        "timeouts": 1,
        "exceptions": 0,
        "poisoned": 0,
        "busy_worker_s": 70.0,
        "wasted_worker_s": 60.0,
        "processes": 1,
        "restarts": 0,
        "highest_memory_percent": 50.0,
        "highest_cpu_percent": 99.0,
        "memory_samples": 1,
        "error_reports": 1,
        "first_record_at": "09:59:00",
        "last_record_at": "10:05:00",
    }


def test_nodes_that_did_nothing(db: Database) -> None:
    """A node known only from a sample, a log, an error or an event has a row: the job paid for it."""
    db.attempt(0, "done", "10:00:00", node="worked")
    db.insert("node_samples", {"node": "sampled", "time": "10:00:00", "memory_used_percent": 5.0})
    db.insert("process_samples", {"node": "process_sampled", "process": "process000", "time": "10:00:00"})
    db.insert("disk_samples", {"node": "disk_sampled", "time": "10:00:00", "mount": "/"})
    db.insert("log_records", {"node": "logged", "time": "10:00:00", "message": "Got no task."})
    db.insert("errors", {"node": "failed", "time": "10:00:00"})
    db.insert("script_events", {"node": "loaded", "process": "process000", "time": "10:00:00", "event": "load"})
    assert db.rows("SELECT node, did_nothing, attempts, items, failure_rate, busy_worker_s FROM node_summary") == [
        ("disk_sampled", True, 0, 0, None, None),
        ("failed", True, 0, 0, None, None),
        ("loaded", True, 0, 0, None, None),
        ("logged", True, 0, 0, None, None),
        ("process_sampled", True, 0, 0, None, None),
        ("sampled", True, 0, 0, None, None),
        ("worked", False, 1, 10, 0.0, 10.0),
    ]


def test_memory_that_was_not_sampled(db: Database) -> None:
    """Without samples the highest memory is NULL, not zero."""
    db.attempt(0, "done", "10:00:00")
    assert db.rows("SELECT highest_memory_percent, memory_samples FROM node_summary") == [(None, 0)]


def test_records_without_a_node(db: Database) -> None:
    """The master's records name no node, and make none."""
    db.insert("log_records", {"source": "master", "time": "10:00:00", "message": "Start scheduling."})
    assert db.rows("SELECT * FROM node_summary") == []
