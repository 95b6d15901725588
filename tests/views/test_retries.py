"""`retries`: which mini-batches needed more than one try."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database


def test_tries_in_order_of_time(db: Database) -> None:
    """Outcomes, nodes and starts in order, whatever the order of rows; a mini-batch done at once is not there."""
    db.attempt(0, "done", "10:02:00", attempt=3, node="2")
    db.attempt(0, "timeout", "10:00:00", node="0", elapsed_s=60.0, error_message="too slow")
    db.attempt(0, "exception", "10:01:00", attempt=2, node="1", elapsed_s=5.0, error_message="ValueError: x")
    db.attempt(1, "done", "10:00:00")
    row = db.one("SELECT * FROM retries")
    assert (row["mini_batch_id"], row["outcome"], row["attempts"], row["highest_attempt"], row["results"]) == (
        0,
        "done",
        3,
        3,
        1,
    )
    assert row["outcomes"] == ["timeout", "exception", "done"]
    assert row["nodes"] == ["0", "1", "2"]
    assert row["started_at"] == ["10:00:00", "10:01:00", "10:02:00"]
    assert (row["wasted_worker_s"], row["last_error"], row["items"], row["failed_items"]) == (
        65.0,
        "ValueError: x",
        10,
        0,
    )


def test_two_results(db: Database) -> None:
    """Two workers finished the same mini-batch: its rows may stand twice in the output."""
    db.attempt(0, "done", "10:00:00", elapsed_s=300.0)
    db.attempt(0, "done", "10:02:00", elapsed_s=20.0, attempt=2)
    assert db.rows("SELECT attempts, results, outcome, wasted_worker_s FROM retries") == [(2, 2, "done", 20.0)]


def test_the_worker_died(db: Database) -> None:
    """A third try with no row of the first two is a retry, though it is the only row."""
    db.attempt(0, "done", "10:00:00", attempt=3)
    assert db.rows("SELECT attempts, highest_attempt, outcomes, wasted_worker_s FROM retries") == [
        (1, 3, ["done"], 0.0)
    ]


def test_most_wasted_first(db: Database) -> None:
    """Sorted by the time that the failed tries took."""
    for mini_batch_id, seconds in ((0, 5.0), (1, 50.0)):
        db.attempt(mini_batch_id, "timeout", "10:00:00", elapsed_s=seconds)
        db.attempt(mini_batch_id, "done", "10:02:00", attempt=2)
    assert db.rows("SELECT mini_batch_id, wasted_worker_s FROM retries") == [(1, 50.0), (0, 5.0)]
