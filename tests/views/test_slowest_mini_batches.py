"""`slowest_mini_batches`: which took longest."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database


def test_slowest_first_over_all_jobs(db: Database) -> None:
    """Sorted over jobs, ranked within each, compared with the median of each; equal times share a rank."""
    for mini_batch_id, seconds in enumerate((10.0, 20.0, 40.0)):
        db.attempt(mini_batch_id, "done", "10:00:00", job_id="a", elapsed_s=seconds)
    for mini_batch_id, seconds in enumerate((30.0, 30.0)):
        db.attempt(mini_batch_id, "done", "10:00:00", job_id="b", elapsed_s=seconds)
    assert db.rows(
        "SELECT job_id, mini_batch_id, rank_in_job, elapsed_s, ratio_to_median FROM slowest_mini_batches"
    ) == [
        ("a", 2, 1, 40.0, 2.0),
        ("b", 0, 1, 30.0, 1.0),
        ("b", 1, 1, 30.0, 1.0),
        ("a", 1, 2, 20.0, 1.0),
        ("a", 0, 3, 10.0, 0.5),
    ]


def test_where_the_time_went(db: Database) -> None:
    """Run, overhead and CPU share of the try that decided; several cores give a share above 1."""
    db.attempt(7, "timeout", "10:00:00", elapsed_s=60.0)
    db.attempt(7, "done", "10:01:00", elapsed_s=20.0, run_s=15.0, process_s=50.0, attempt=2, inputs=["a.txt"])
    row = db.one("SELECT * FROM slowest_mini_batches")
    assert (row["elapsed_s"], row["run_s"], row["overhead_s"], row["cpu_share"]) == (20.0, 15.0, 5.0, 2.5)
    assert (row["attempts"], row["outcome"], row["inputs"], row["items"], row["failed_items"]) == (
        2,
        "done",
        ["a.txt"],
        10,
        0,
    )


def test_only_the_slowest_twenty_have_a_rank(db: Database) -> None:
    """All mini-batches are there; from the 21st on the rank is NULL."""
    for mini_batch_id in range(25):
        db.attempt(mini_batch_id, "done", "10:00:00", elapsed_s=100.0 - mini_batch_id)
    ranks = [rank for (rank,) in db.rows("SELECT rank_in_job FROM slowest_mini_batches")]
    assert ranks == [*range(1, 21), None, None, None, None, None]


def test_without_a_time(db: Database) -> None:
    """A mini-batch that is open has no time to rank; a time of zero gives no share and no ratio."""
    db.attempt(0, "open", "10:00:00")
    db.attempt(1, "done", "10:00:00", elapsed_s=0.0, process_s=0.0)
    assert db.rows("SELECT mini_batch_id, cpu_share, ratio_to_median FROM slowest_mini_batches") == [(1, None, None)]
