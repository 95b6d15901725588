"""`slow_for_a_time`: a node was slow for part of the job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.checks.conftest import found, work

if TYPE_CHECKING:
    from tests.views.conftest import Database


def test_found_or_not(db: Database) -> None:
    """Node 1 takes twice as long for 20 mini-batches; its CPU time stays the same.

    Not told: if the other nodes slow down too, if the mini-batches have more items, for a few of them, in wide scatter, and
    of a node that is slow all the time, which `slow_node` tells.
    """
    spell = [10.0] * 20 + [20.0] * 20 + [10.0] * 20
    for job in ("spell", "few", "scatter", "items", "all"):
        work(db, job, [10.0, 25.0] * 40 if job == "scatter" else [10.0] * 80, process_s=8.0)
    work(db, "spell", spell, node="1", process_s=8.0)
    work(db, "few", [10.0] * 30 + [20.0] * 5 + [10.0] * 35, node="1", process_s=8.0)
    work(db, "scatter", [10.0, 25.0] * 15 + [25.0] * 15 + [10.0, 25.0] * 10, node="1", process_s=8.0)
    work(db, "items", spell, node="1", total=lambda elapsed: int(elapsed), succeeded=lambda elapsed: int(elapsed))
    work(db, "all", [20.0] * 40, node="1", process_s=8.0)
    for node in ("0", "1"):
        work(db, "both", spell, node=node, process_s=8.0)
    told = found(db, "slow_for_a_time")
    assert told.keys() == {"spell", "all"}
    assert told["spell"] == (
        "warning",
        (
            "Temporarily slow node (possibly throttled): node 1 for 6 min 40 s | 20 mini-batches took 20.0 s each, "
            "10.0 s on other nodes at that time; CPU time per mini-batch did not rise: the node was short of CPU, "
            "or it waited | 3 min 20 s of worker time lost"
        ),
    )
    assert db.rows("SELECT job_id FROM findings WHERE check_id = 'slow_for_a_time'") == [("spell",)]
    assert db.rows("SELECT node, lost_s FROM slow_for_a_time WHERE job_id = 'spell'") == [("1", 200.0)]
