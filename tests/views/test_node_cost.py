"""`node_cost`: what each node cost, and how much of that was work."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database


def test_busy_idle_and_wasted(db: Database) -> None:
    """An hour from first to last sign; two workers overlap for 10 of 30 s at work; one try of 10 s decided nothing."""
    db.insert("node_samples", {"node": "0", "time": "10:00:00"}, {"node": "0", "time": "11:00:00"})
    db.attempt(0, "timeout", "10:10:00")
    db.attempt(0, "done", "10:10:10", attempt=2)
    db.attempt(1, "done", "10:10:10", process="process001", elapsed_s=20.0)
    assert db.one("SELECT * EXCLUDE (first_at, last_at) FROM node_cost") == {
        "job_id": "job",
        "node": "0",
        "node_s": 3600.0,
        "busy_s": 30.0,
        "idle_s": 3570.0,
        "slots": 2,
        "worker_busy_s": 40.0,
        "wasted_s": 10.0,
        "used_share": 40 / 7200,
        "cost": None,
        "caveat": None,
    }


def test_the_price(db: Database) -> None:
    """Half an hour at 0.80 per hour; what is no number is no price."""
    db.insert("node_samples", {"node": "0", "time": "10:00:00"}, {"node": "0", "time": "10:30:00"})
    db.connection.execute("SET VARIABLE price_per_node_hour = 0.8")
    assert db.rows("SELECT cost, caveat FROM node_cost") == [(0.4, "it had no mini-batch")]
    db.connection.execute("SET VARIABLE price_per_node_hour = 'cheap'")
    assert db.rows("SELECT cost FROM node_cost") == [(None,)]


def test_workers_that_replaced_others_take_no_slot(db: Database) -> None:
    """process001 starts after process000 has ended: one slot, two workers."""
    db.attempt(0, "exception", "10:00:00")
    db.attempt(1, "done", "10:00:12", process="process001")
    assert db.rows("SELECT slots FROM node_cost") == [(1,)]


def test_a_job_that_runs(db: Database) -> None:
    """What has no end yet is told."""
    db.insert("jobs", {"state": "running"})
    db.attempt(0, "done", "10:00:00")
    db.attempt(1, "open", "10:00:10")
    assert db.rows("SELECT worker_busy_s, caveat FROM node_cost") == [
        (10.0, "the job has not ended; 1 try has no end told")
    ]
