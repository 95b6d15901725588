"""`throughput_per_minute`: what was finished in each minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database

COLUMNS = "minute, mini_batches, failed_mini_batches, items, failed_items"


def test_minutes_without_any_are_rows(db: Database) -> None:
    """From the minute of the first start to that of the last end; it counts when the deciding try ends."""
    db.attempt(0, "done", "10:00:50", elapsed_s=15.0)
    db.attempt(1, "timeout", "10:01:00", elapsed_s=20.0)
    db.attempt(1, "exception", "10:03:00", attempt=2, elapsed_s=30.0)
    assert db.rows(f"SELECT {COLUMNS}, caveat FROM throughput_per_minute WHERE scope = 'job'") == [
        ("10:00:00", 0, 0, 0, 0, "the first minute is incomplete"),
        ("10:01:00", 1, 0, 10, 0, None),
        ("10:02:00", 0, 0, 0, 0, None),
        ("10:03:00", 1, 1, 10, 10, "the last minute is incomplete"),
    ]


def test_each_node_over_the_whole_job(db: Database) -> None:
    """A node has rows for all minutes of the job, also those before its first and after its last mini-batch."""
    db.attempt(0, "done", "10:00:00", elapsed_s=70.0, node="a")
    db.attempt(1, "done", "10:02:00", elapsed_s=5.0, node="b")
    assert db.rows("SELECT node, minute, mini_batches FROM throughput_per_minute WHERE scope = 'node'") == [
        ("a", "10:00:00", 0),
        ("a", "10:01:00", 1),
        ("a", "10:02:00", 0),
        ("b", "10:00:00", 0),
        ("b", "10:01:00", 0),
        ("b", "10:02:00", 1),
    ]


def test_a_job_that_runs(db: Database) -> None:
    """The last minute of a running job may grow; an open try counts for nothing yet."""
    db.insert("jobs", {"state": "running"})
    db.attempt(0, "done", "10:00:00", elapsed_s=5.0)
    db.attempt(1, "open", "10:01:00")
    assert db.rows("SELECT minute, mini_batches, caveat FROM throughput_per_minute WHERE scope = 'job'") == [
        ("10:00:00", 1, "the first minute is incomplete"),
        ("10:01:00", 0, "the job is running: counts may still rise"),
    ]


def test_a_year_that_cannot_be(db: Database) -> None:
    """A damaged time does not make a row for each minute of a thousand years."""
    db.attempt(0, "done", "10:00:00", elapsed_s=5.0)
    db.attempt(1, "done", None, elapsed_s=5.0)
    db.connection.execute("UPDATE attempt_reports SET started_at = '1024-03-01' WHERE mini_batch_id = 1")
    assert db.rows("SELECT count(*), sum(mini_batches) FROM throughput_per_minute WHERE scope = 'job'") == [(2, 2)]
