"""`node_cost`: what each node cost, and how much of that was work."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database


def test_busy_idle_and_wasted(db: Database) -> None:
    """A job of an hour; two workers at one time, 40 s of attempts, 10 s of them of one that was not final."""
    db.insert("jobs", {"started_at": "10:00:00", "ended_at": "11:00:00"})
    db.insert("node_samples", {"node": "0", "time": "10:00:00"}, {"node": "0", "time": "11:00:00"})
    db.attempt(0, "timeout", "10:10:00")
    db.attempt(0, "done", "10:10:10", attempt=2)
    db.attempt(1, "done", "10:10:10", process="process001", elapsed_s=20.0)
    assert db.one("SELECT * EXCLUDE (first_at, last_at, started_at, ended_at) FROM node_cost") == {
        "job_id": "job",
        "node": "0",
        "node_s": 3600.0,
        "seen_s": 3600.0,
        "busy_node_s": 20.0,
        "wasted_node_s": 5.0,
        "idle_node_s": 3580.0,
        "busy_worker_s": 40.0,
        "wasted_worker_s": 10.0,
        "workers_at_one_time": 2,
        "busy_share": 20 / 3600,
        "cost": None,
        "caveat": None,
    }


def test_agrees_with_job_measures(db: Database) -> None:
    """A node that is seen for a part of the job costs the whole of it; the sums are those of the job."""
    db.insert("jobs", {"started_at": "10:00:00", "ended_at": "11:00:00"})
    db.insert("node_samples", {"node": "0", "time": "10:00:00"}, {"node": "0", "time": "11:00:00"})
    db.attempt(0, "timeout", "10:10:00")
    db.attempt(0, "done", "10:10:10", attempt=2, node="1", elapsed_s=30.0)
    sums = "sum(node_s), sum(busy_node_s), sum(wasted_node_s), sum(idle_node_s)"
    assert db.rows(f"SELECT {sums} FROM node_cost") == db.rows(
        "SELECT node_s, busy_node_s, wasted_node_s, idle_node_s FROM job_measures"
    )
    assert db.rows("SELECT node, node_s, seen_s FROM node_cost ORDER BY node") == [
        ("0", 3600.0, 3600.0),
        ("1", 3600.0, 30.0),
    ]


def test_the_price(db: Database) -> None:
    """Half an hour at 0.80 per hour; what is no number is no price."""
    db.insert("node_samples", {"node": "0", "time": "10:00:00"}, {"node": "0", "time": "10:30:00"})
    db.connection.execute("SET VARIABLE price_per_node_hour = 0.8")
    assert db.rows("SELECT cost, caveat FROM node_cost") == [(0.4, "no mini-batch ran on it")]
    db.connection.execute("SET VARIABLE price_per_node_hour = 'cheap'")
    assert db.rows("SELECT cost FROM node_cost") == [(None,)]


def test_a_job_that_runs(db: Database) -> None:
    """What has no end yet is told."""
    db.insert("jobs", {"state": "running"})
    db.attempt(0, "done", "10:00:00")
    db.attempt(1, "open", "10:00:10")
    assert db.rows("SELECT busy_worker_s, caveat FROM node_cost") == [
        (10.0, "the job has not ended; 1 attempt has no recorded end")
    ]
