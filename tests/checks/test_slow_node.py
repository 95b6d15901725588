"""`slow_node` and `skewed_nodes`: one node is slow, or has too little to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.checks.conftest import found, work

if TYPE_CHECKING:
    from tests.views.conftest import Database


def test_slow(db: Database) -> None:
    """Three times as long is found; 1.4 times, more items in each, wide spread, and too few are not."""
    for job in ("slow", "a bit", "spread"):
        work(db, job, [10.0] * 24 if job != "spread" else [2.0, 10.0, 50.0] * 8)
    work(db, "slow", [30.0] * 8, node="1")
    work(db, "a bit", [14.0] * 16, node="1")
    work(db, "spread", [4.0, 30.0, 60.0] * 4, node="1")
    work(db, "items", [10.0] * 24)
    work(db, "items", [30.0] * 8, node="1", total=30, succeeded=30)
    work(db, "few", [10.0] * 12)
    work(db, "few", [30.0] * 4, node="1")
    work(db, "one node", [10.0] * 30 + [50.0] * 5)
    assert found(db, "slow_node") == {
        "slow": (
            "warning",
            (
                "Slow node: node 1 took 3.0 times as long per mini-batch as the others | median 30.0 s, on other"
                " nodes 10.0 s; 8 mini-batches | 2 min 40 s of worker time lost"
            ),
        )
    }
    assert db.rows("SELECT node, lost_s FROM slow_node") == [("1", 160.0)]
    assert found(db, "skewed_nodes") == {}


def test_skewed(db: Database) -> None:
    """Node 1 did 6 of 36 though it was there all the time; not if it left early, or did half of its share."""
    for job in ("skewed", "left", "half"):
        work(db, job, [10.0] * 30)
    work(db, "skewed", [10.0] * 6, gap=48.0, node="1")
    work(db, "left", [10.0] * 6, node="1")
    work(db, "half", [10.0] * 10, gap=20.0, node="1")
    assert found(db, "skewed_nodes") == {
        "skewed": (
            "warning",
            (
                "Uneven load: 1 of 2 nodes got far less than their share | node 1 processed 6 mini-batches, 17 %"
                " of all; its fair share is 50 % | 4 min of worker time lost"
            ),
        )
    }
    assert db.rows("SELECT node, lost_s FROM skewed_nodes") == [("1", 240.0)]
    assert found(db, "slow_node") == {}
