"""`small_mini_batches`: they mostly start and end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.checks.conftest import found, work

if TYPE_CHECKING:
    from tests.views.conftest import Database


def test_found_or_not(db: Database) -> None:
    """0.5 s with 0.25 s outside run(); not of ten seconds, with little overhead, uneven overhead, or of too few."""
    work(db, "small", [0.5] * 400, run_s=0.25)
    work(db, "long", [10.0] * 30, run_s=5.0)
    work(db, "lean", [5.0] * 30, run_s=4.8)
    work(db, "uneven", [0.4] * 15 + [2.0] * 15, run_s=0.2)
    work(db, "few", [0.5] * 29, run_s=0.25)
    assert found(db, "small_mini_batches") == {
        "small": (
            "warning",
            (
                "Mini-batches too small: 0.5 s each, 50 % of it outside run() | median of 400 mini-batches | 1 "
                "min 35 s of 3 min 20 s worker time could be saved by mini-batches 20 times as large"
            ),
        )
    }
    assert round(db.one("SELECT * FROM small_mini_batches")["lost_s"]) == 95  # 0.25 s for 380 of 400, of 200 s
