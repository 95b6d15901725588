"""`timeouts`: which tries ran into a timeout, and whether the mini-batch was done later."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database

TOLD = {"error_message": "Stop for run() unable to finish within 60 seconds", "elapsed_s": 60.2}


def test_done_on_a_later_try(db: Database) -> None:
    """The limit as told, the elapsed time, the share of CPU, and how the mini-batch ended."""
    db.attempt(5, "timeout", "10:00:00", process_s=6.02, inputs=["a.csv"], **TOLD)
    db.attempt(5, "done", "10:02:00", attempt=2, node="1")
    columns = (
        "mini_batch_id, attempt, method, node, limit_s, elapsed_s, round(cpu_share, 3), done_later, attempts, inputs"
    )
    assert db.rows(f"SELECT {columns} FROM timeouts") == [
        (5, 1, "run", "0", 60.0, 60.2, 0.1, True, 2, ["a.csv"])
    ]  # fmt: skip


def test_never_done_and_not_known_yet(db: Database) -> None:
    """False if no try was done, NULL while one is open."""
    db.attempt(1, "timeout", "10:00:00", **TOLD)
    db.attempt(1, "exception", "10:02:00", attempt=2)
    db.attempt(2, "timeout", "10:00:00", **TOLD)
    db.attempt(2, "open", "10:02:00", attempt=2)
    assert db.rows("SELECT mini_batch_id, done_later FROM timeouts") == [(1, False), (2, None)]


def test_the_limit_of_the_drivers_options(db: Database) -> None:
    """Where the message does not tell it; NULL where nothing does."""
    db.attempt(1, "timeout", "10:00:00")
    assert db.rows("SELECT limit_s FROM timeouts") == [(None,)]
    db.event("driver", "driver_options", "10:00:00", run_timeout_s="45")
    assert db.rows("SELECT limit_s FROM timeouts") == [(45.0,)]


def test_init_in_time_out(db: Database) -> None:
    """A timeout of init() has no mini-batch."""
    row = {"node": "0", "process": "process000", "time": "10:00:00", "event": "init", "outcome": "timeout"}
    db.insert("script_events", row)
    assert db.rows("SELECT mini_batch_id, method, node FROM timeouts") == [(None, "init", "0")]
