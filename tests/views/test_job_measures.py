"""`job_measures` and `job_settings`: what a job measures, in one row."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database


def test_a_job(db: Database) -> None:
    """Three mini-batches on two nodes: times of the tries that decided, node time of all, wasted of the others."""
    times = {"started_at": "10:00:00", "ended_at": "10:01:40", "last_record_at": "10:01:40"}
    db.insert("jobs", {"state": "completed", "experiment": "nightly", "queue_s": 7.0, "bytes": 5, "files": 2, **times})
    db.insert("progress", {"time": "10:00:00", "event": "sched_done", "scheduled": 3, "items": 30})
    db.attempt(0, "done", "10:00:00", elapsed_s=10.0, run_s=8.0)
    db.attempt(1, "timeout", "10:00:00", elapsed_s=60.0, run_s=60.0, process="process001")
    db.attempt(1, "done", "10:01:00", elapsed_s=20.0, run_s=18.0, attempt=2, process="process001")
    db.attempt(2, "done", "10:01:00", elapsed_s=30.0, run_s=28.0, succeeded=9, failed=1, node="1")
    row = db.one("SELECT * FROM job_measures")
    assert (row["day"], row["partial"], row["experiment"], row["queue_s"]) == (
        datetime.date(2024, 3, 1),
        False,
        "nightly",
        7.0,
    )
    assert (row["duration_s"], row["input_items"], row["items"], row["failed_items"]) == (100.0, 30, 30, 1)
    assert (row["attempts"], row["retries"], row["timeouts"], row["scheduled_mini_batches"]) == (4, 1, 1, 3)
    assert (row["p50_run_s"], row["max_run_s"], row["p50_elapsed_s"], row["max_elapsed_s"]) == (18, 28, 20, 30)
    assert row["overhead_share"] == 6 / 60
    assert row["items_per_s"] == 0.3
    assert (row["nodes"], row["processes_at_one_time"]) == (2, 2)
    assert (row["node_s"], row["busy_node_s"], row["wasted_node_s"], row["idle_node_s"]) == (200, 60, 30, 140)


def test_nothing_known(db: Database) -> None:
    """A job without records measures nothing: counts are 0, times NULL, its errors an empty list."""
    db.insert("jobs", {"state": "unknown"})
    row = db.one("SELECT * FROM job_measures")
    assert (row["items"], row["attempts"], row["distinct_errors"], row["errors"]) == (0, 0, 0, "[]")
    assert row["error_fingerprints"] == []
    assert {
        row[name] for name in ("day", "duration_s", "failure_rate", "p50_run_s", "node_s", "busy_node_s", "settings")
    } == {None}


def test_errors(db: Database) -> None:
    """Each distinct cause, with how often one kind of file told it at most; symptoms are none."""
    db.insert("jobs", {"state": "failed"})
    told = {"fingerprint": "aa", "exception_type": "KeyError", "exception_message": "'x'\nmore"}
    db.insert("errors", {"source": "worker", "occurrences": 3, **told}, {"source": "user_error", **told})
    db.insert("errors", {"source": "driver", "fingerprint": "bb", "exception_type": "SystemExit"})
    row = db.one("SELECT * FROM job_measures")
    assert (row["distinct_errors"], row["error_fingerprints"]) == (1, ["aa"])
    assert json.loads(row["errors"]) == [{"fingerprint": "aa", "occurrences": 3, "example": "KeyError: 'x'"}]


def test_settings(db: Database) -> None:
    """The master's word goes before the driver's; what nobody tells is not there."""
    run = "0a1b2c3d-0000-4000-8000-0123456789ab"
    db.event(
        "driver",
        "driver_options",
        "10:00:00",
        mini_batch_size="20",
        run_timeout_s="60",
        max_attempts="3",
        process_count_per_node="",
    )
    db.event("master", "batch_start", "10:00:01", mini_batch_size="10", process_count_per_node="2", nodes="4")
    db.event("worker", "batch_timeout", "10:05:00", timeout_s="600")
    db.event("master", "input_folders", "10:00:01", folders=f"['/mnt/{run}/daily', '/mnt/other']", index="0")
    row = db.one("SELECT * FROM job_settings")
    assert (row["mini_batch_size"], row["processes_per_node"], row["nodes"], row["max_attempts"]) == ("10", 2, 4, 3)
    assert (row["run_timeout_s"], row["error_threshold"], row["input_folder"]) == (60.0, None, "/mnt/*/daily")
    assert json.loads(row["settings"]) == {
        "mini_batch_size": "10",
        "processes_per_node": "2",
        "nodes": "4",
        "max_attempts": "3",
        "run_timeout_s": "60.0",
        "input_folder": "/mnt/*/daily",
    }


def test_the_longest_timeout(db: Database) -> None:
    """Where only tries that took too long tell of it."""
    db.event("worker", "batch_timeout", "10:05:00", timeout_s="60")
    db.event("worker", "batch_timeout", "10:05:00", timeout_s="90")
    assert db.rows("SELECT run_timeout_s, settings FROM job_settings") == [(90.0, '{"run_timeout_s":"90.0"}')]


def test_settings_of_launcher_and_service(db: Database) -> None:
    """Arguments that the launcher echoes, and the definition that the service logs."""
    arguments = "['--mini_batch_size', '10', '--first_task_creation_timeout', '600']"
    db.event("driver", "script_call", "10:00:00", script="driver/amlbi_main.py", arguments=arguments)
    definition = {"Command": "python score.py", "Target": "pool", "NodeCount": 3}
    db.event("control", "definition", "10:00:00", definition=json.dumps({"Configuration": definition}))
    row = db.one("SELECT * FROM job_settings")
    assert (row["mini_batch_size"], row["first_task_creation_timeout_s"], row["nodes"]) == ("10", 600.0, 3)
    assert row["command"] == "python score.py"
    assert db.rows("SELECT compute_target FROM run_facts") == [("pool",)]
