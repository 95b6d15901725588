"""`node_skew`: whether the nodes of a job shared the work evenly."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database


def work(db: Database, node: str, count: int, seconds: float, first: int, every: float | None = None) -> None:
    """So many mini-batches on a node, one after the other from 10:00:00, each of so many seconds."""
    for number in range(count):
        at = number * (every or seconds)
        started_at = f"{10 + int(at // 3600)}:{int(at // 60) % 60:02}:{at % 60:06.3f}"
        db.attempt(first + number, "done", started_at, node=node, elapsed_s=seconds)


def test_even(db: Database) -> None:
    """Two nodes, ten each: half of the work, half of the workers."""
    work(db, "a", 10, 10.0, 0)
    work(db, "b", 10, 10.0, 100)
    assert db.rows(
        "SELECT node, share, fair_share, busy_share, items_per_s, pace_ratio, verdict, caveat FROM node_skew"
    ) == [("a", 0.5, 0.5, 1.0, 1.0, 1.0, "even", None), ("b", 0.5, 0.5, 1.0, 1.0, 1.0, "even", None)]


def test_a_slow_node(db: Database) -> None:
    """15 s where the other one takes 10 s is slow, and cost 5 s for each of its mini-batches; 14.9 s is not."""
    work(db, "a", 18, 10.0, 0)
    work(db, "b", 12, 15.0, 100)
    assert db.rows("SELECT node, pace_ratio, slower_by_s, verdict FROM node_skew WHERE node = 'b'") == [
        ("b", 1.5, 60.0, "slow")
    ]
    db.connection.execute("UPDATE attempt_reports SET elapsed_s = 14.9 WHERE node = 'b'")
    assert db.rows("SELECT verdict FROM node_skew WHERE node = 'b'") == [("even",)]


def test_an_idle_node(db: Database) -> None:
    """Node b was there all the time, as quick as a, and did 6 of 36: a third of its fair share."""
    work(db, "a", 30, 10.0, 0)
    work(db, "b", 6, 10.0, 100, every=58.0)
    assert db.rows("SELECT mini_batches, idle_s, verdict FROM node_skew WHERE node = 'b'") == [(6, 240.0, "idle")]


def test_a_node_that_left(db: Database) -> None:
    """A node that was there for a fifth of the time is not compared: perhaps it was taken away."""
    work(db, "a", 30, 10.0, 0)
    work(db, "b", 6, 10.0, 100)
    assert db.rows("SELECT present_share, verdict FROM node_skew WHERE node = 'b'") == [(0.2, "part")]


def test_too_few(db: Database) -> None:
    """Four mini-batches on two nodes, or one node alone, are not compared."""
    work(db, "a", 3, 10.0, 0)
    work(db, "b", 1, 90.0, 100)
    assert db.rows("SELECT DISTINCT verdict FROM node_skew") == [("too few",)]
    db.connection.execute("DELETE FROM attempt_reports")
    work(db, "a", 50, 10.0, 0)
    assert db.rows("SELECT verdict FROM node_skew") == [("too few",)]


def test_a_node_that_was_there_without_work(db: Database) -> None:
    """Node b got little, and late; its samples show that it was there from the start: it was idle, not absent."""
    work(db, "a", 36, 10.0, 0)
    for number in range(4):
        db.attempt(100 + number, "done", f"10:05:{10 * number:02}", node="b", elapsed_s=10.0)
    for clock in ("10:00:05", "10:05:55"):
        db.insert("node_samples", {"node": "b", "time": clock})
    ((present, verdict),) = db.rows("SELECT present_share, verdict FROM node_skew WHERE node = 'b'")
    assert (round(present, 2), verdict) == (0.97, "idle")
