"""`slow_inputs`: storage holds up some of the inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.checks.conftest import found, work

if TYPE_CHECKING:
    from tests.views.conftest import Database

USUAL = [20.1] * 3
HELD_UP = [*USUAL, 50.1] * 8


def test_found_or_not(db: Database) -> None:
    """Each fourth mini-batch waits 30 s outside run(), on both nodes.

    Not told: on one node of three, at the end only, inside run(), for less than half of run(), and of too few.
    """
    for node in ("0", "1"):
        work(db, "held up", HELD_UP, node=node, run_s=20.0)
        work(db, "at the end", [20.1] * 24 + [50.1] * 8, node=node, run_s=20.0)
        work(db, "inside", HELD_UP, node=node)
        work(db, "a bit", [*USUAL, 27.0] * 8, node=node, run_s=20.0)
        work(db, "few", HELD_UP[:9], node=node, run_s=20.0)
    for node in ("0", "1", "2"):
        work(db, "one node", HELD_UP if node == "0" else [20.1] * 32, node=node, run_s=20.0)
    assert found(db, "slow_inputs") == {
        "held up": (
            "warning",
            (
                "Slow storage for some inputs (probable): 16 mini-batches held up | 30.1 s outside run() per "
                "mini-batch, usually 0.1 s; on 2 of 2 nodes and throughout the job | 8 min of worker time lost"
            ),
        )
    }
    assert db.rows("SELECT lost_s FROM slow_inputs") == [(480.0,)]
