"""`long_tail`: the last mini-batches hold all nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.checks.conftest import found, job, work

if TYPE_CHECKING:
    from tests.views.conftest import Database


def test_found_or_not(db: Database) -> None:
    """10 mini-batches of 10 s on each of two nodes, then one of 100 s: for 100 s the other worker has nothing to do.

    Not if the job runs, if it is a timeout, if no mini-batch took that long, and of too few.
    """
    for name in ("tail", "runs", "timeout", "short", "few"):
        job(db, name, "running" if name == "runs" else "completed")
        usual = [10.0] * (9 if name == "few" else 10)
        work(db, name, usual, node="1")
        work(db, name, [*usual, 29.0 if name == "short" else 100.0])
    db.connection.execute("UPDATE attempt_reports SET outcome = 'timeout' WHERE job_id = 'timeout' AND elapsed_s = 100")
    assert found(db, "long_tail") == {
        "tail": (
            "warning",
            (
                "Straggler: mini-batch 20 kept 2 nodes waiting at the end, for 1 min 40 s | it took 1 min 40 s, "
                "the 75th percentile is 10.0 s; 1 mini-batch of 21 ended last | 1 min 40 s of worker time lost"
            ),
        )
    }
    row = db.one("SELECT * FROM long_tail")
    assert (row["node"], row["process"], row["mini_batch_id"], row["time"]) == ("0", "process000", 20, "10:01:40")
    assert row["lost_s"] == 100.0
