"""`too_many_workers`: more workers than mini-batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.checks.conftest import found, job, work

if TYPE_CHECKING:
    from tests.views.conftest import Database


def workers(db: Database, name: str, count: int, mini_batches: int, state: str = "completed") -> None:
    """So many workers on one node, each seen in a resource sample, of whom each takes one mini-batch while there are any."""
    job(db, name, state)
    for number in range(count):
        process = f"process{number:03}"
        db.insert("process_samples", {"job_id": name, "node": "0", "process": process, "time": "10:00:00"})
        if number < mini_batches:
            work(db, name, [10.0], process=process)


def test_found_or_not(db: Database) -> None:
    """25 workers for 20 mini-batches; not for 19 (too few to judge), not if one in six is idle, not of a job that runs."""
    workers(db, "many", 25, 20)
    workers(db, "small", 40, 19)
    workers(db, "nearly", 24, 20)
    workers(db, "runs", 25, 20, "running")
    assert found(db, "too_many_workers") == {
        "many": (
            "warning",
            ("Too many workers: 5 of 25 got no mini-batch | 20 mini-batches for 1 node | 50.0 s of worker time lost"),
        )
    }
    assert db.rows("SELECT lost_s FROM too_many_workers") == [(50.0,)]
