"""`failed_items_by_node`: on which nodes items failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database


def test_a_mini_batch_belongs_to_the_node_that_decided(db: Database) -> None:
    """Timed out on node 1, done on node 2: the items are node 2's, the timeout is node 1's, the retry node 2's."""
    db.attempt(0, "done", "10:00:00", node="1")
    db.attempt(1, "timeout", "10:00:00", node="1")
    db.attempt(1, "done", "10:01:00", node="2", attempt=2, succeeded=9, failed=1)
    db.attempt(2, "exception", "10:00:00", node="2")
    db.attempt(2, "exception", "10:00:10", node="2", attempt=2)
    db.attempt(3, "exception", "10:00:00", node="1", attempt=3)
    db.attempt(3, "poisoned", "10:00:30", node="3", attempt=4)
    assert db.dicts("SELECT * EXCLUDE (started_at, ended_at) FROM failed_items_by_node") == [
        {
            "job_id": "job",
            "node": "2",
            "mini_batches": 2,
            "failed_mini_batches": 1,
            "open_mini_batches": 0,
            "items": 20,
            "failed_items": 11,
            "failure_rate": 0.55,
            "attempts": 3,
            "retries": 2,
            "timeouts": 0,
            "exceptions": 2,
            "poisoned": 0,
        },
        {
            "job_id": "job",
            "node": "3",
            "mini_batches": 1,
            "failed_mini_batches": 1,
            "open_mini_batches": 0,
            "items": 10,
            "failed_items": 10,
            "failure_rate": 1.0,
            "attempts": 1,
            "retries": 1,
            "timeouts": 0,
            "exceptions": 0,
            "poisoned": 1,
        },
        {
            "job_id": "job",
            "node": "1",
            "mini_batches": 1,
            "failed_mini_batches": 0,
            "open_mini_batches": 0,
            "items": 10,
            "failed_items": 0,
            "failure_rate": 0.0,
            "attempts": 3,
            "retries": 1,
            "timeouts": 1,
            "exceptions": 1,
            "poisoned": 0,
        },
    ]
    times = db.rows(
        "SELECT node, (started_at::VARCHAR)[12:19], (ended_at::VARCHAR)[12:19] FROM failed_items_by_node ORDER BY 1"
    )
    assert [start for _, start, _ in times] == ["10:00:00", "10:00:00", "10:00:30"]
    assert all(start <= end for _, start, end in times)


def test_open_ones_are_counted_apart(db: Database) -> None:
    """A node with nothing finished has no failure rate, and its open mini-batch fails nothing."""
    db.attempt(0, "open", "10:00:00")
    columns = "mini_batches, failed_mini_batches, open_mini_batches, items, failed_items, failure_rate, attempts"
    assert db.rows(f"SELECT {columns} FROM failed_items_by_node") == [(1, 0, 1, 0, 0, None, 1)]


def test_nodes_of_two_jobs_and_no_node(db: Database) -> None:
    """Node 0 of one job is not node 0 of another; tries whose node is not told have a row of their own."""
    db.attempt(0, "done", "10:00:00", job_id="a")
    db.attempt(0, "timeout", "10:00:00", job_id="b")
    db.attempt(1, "timeout", "10:00:00", job_id="b", node=None)
    assert db.rows("SELECT job_id, node, items, failed_items FROM failed_items_by_node") == [
        ("a", "0", 10, 0),
        ("b", "0", 10, 10),
        ("b", None, 10, 10),
    ]
