"""`script_slowing`: run() takes longer as the job goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.checks.conftest import found, work

if TYPE_CHECKING:
    from tests.views.conftest import Database

RISING = [10.1] * 10 + [15.1] * 10 + [20.1] * 10


def test_found_or_not(db: Database) -> None:
    """Twice as long in the last third is found; a little longer, too few, later nodes, more items and outliers are not."""
    work(db, "rises", RISING, process_s=lambda elapsed: elapsed / 2)
    work(db, "hardly", [10.1] * 10 + [11.1] * 10 + [12.9] * 10)
    work(db, "few", RISING[1:])
    work(db, "falls in the middle", [10.1] * 10 + [9.1] * 10 + [20.1] * 10)
    work(db, "outlier", [10.1] * 29 + [900.0])
    end = work(db, "another node", [10.1] * 15)
    work(db, "another node", [20.1] * 15, start=end, node="late")
    work(db, "more items", RISING, total=lambda elapsed: int(elapsed))
    work(db, "storage", RISING, run_s=10.0)
    work(db, "not recorded", RISING, run_s=None)
    assert found(db, "script_slowing") == {
        "rises": (
            "warning",
            (
                "Script slows down: run() takes 2.0 times as long at the end of the job | median 10.0 s in the "
                "first third of the job, 20.0 s in the last, on 1 of 1 nodes; CPU time rose from 5.0 s to 10.1 s"
                " | 2 min 30 s of worker time lost"
            ),
        )
    }
    row = db.one("SELECT * FROM script_slowing")
    assert round(row["lost_s"]) == 150  # ten times 5 s and ten times 10 s, of 453 s
    assert row["time"] == "10:04:12"


def test_scatter_is_no_rise(db: Database) -> None:
    """Medians that rise by half, of mini-batches that differ tenfold: ten of each third say nothing, two hundred do."""
    thirds = (
        [2, 4, 6, 8, 10, 12, 14, 16, 18, 20],
        [2, 4, 6, 8, 11, 13, 14, 16, 18, 20],
        [2, 4, 6, 8, 16, 17, 20, 25, 28, 30],
    )
    for job, times in (("few", 1), ("many", 20)):
        work(db, job, [float(seconds) for third in thirds for seconds in third * times])
    assert db.rows("SELECT job_id, round(run_ratio, 1), run_rises FROM pace_over_time ORDER BY job_id") == [
        ("few", 1.5, False),
        ("many", 1.5, True),
    ]
