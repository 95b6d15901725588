"""`storage_slowing`: the time outside run() rises, run() does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.checks.conftest import found, work

if TYPE_CHECKING:
    from tests.views.conftest import Database

RISING = [10.1] * 10 + [12.0] * 10 + [15.0] * 10


def test_found_or_not(db: Database) -> None:
    """From 0.1 to 5 s outside run(); not if that is less than a tenth, if run() rises as well, or of too few."""
    work(db, "rises", RISING, run_s=10.0)
    work(db, "hardly", [20.1] * 10 + [21.0] * 10 + [21.9] * 10, run_s=20.0)
    work(db, "both", RISING, run_s=lambda elapsed: elapsed * 0.7)
    work(db, "few", RISING[1:], run_s=10.0)
    work(db, "script", RISING)
    assert found(db, "storage_slowing") == {
        "rises": (
            "warning",
            (
                "Storage slows down (probable): time outside run() rose from 0.1 s to 5.0 s | first and last "
                "third of the job, on 1 of 1 nodes; run() stayed at 10.0 s | 1 min 8 s of worker time lost"
            ),
        )
    }
    assert round(db.one("SELECT * FROM storage_slowing")["lost_s"]) == 68  # 10 x 1.9 s + 10 x 4.9 s, of 371 s
