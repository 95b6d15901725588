"""`stragglers`: mini-batches that took much longer than is usual in their job."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database


def usual(db: Database, count: int) -> None:
    """So many mini-batches of 10 s, 9 of them in run()."""
    for number in range(count):
        db.attempt(number, "done", "10:00:00", run_s=9.0)


def test_run_or_overhead_explains_it(db: Database) -> None:
    """Two of 30 s among 10 s; one took long in run(), the other one outside."""
    usual(db, 20)
    db.attempt(20, "done", "10:01:00", elapsed_s=30.0, run_s=29.0)
    db.attempt(21, "timeout", "10:01:00", elapsed_s=31.0, run_s=9.0)
    assert db.rows(
        "SELECT mini_batch_id, usual_s, limit_s, ratio_to_usual, above_usual_s, explained_by, caveat FROM stragglers"
    ) == [
        (21, 10.0, 10.0, 3.1, 21.0, "overhead", "it was not done: the time is that of its last failed attempt"),
        (20, 10.0, 10.0, 3.0, 20.0, "run", None),
    ]


def test_twice_as_long_is_not_enough(db: Database) -> None:
    """20 s among 10 s is no straggler, 20.1 s is one."""
    usual(db, 20)
    db.attempt(20, "done", "10:01:00", elapsed_s=20.0)
    db.attempt(21, "done", "10:01:00", elapsed_s=20.1)
    assert db.rows("SELECT mini_batch_id, explained_by FROM stragglers") == [(21, None)]


def test_too_few_to_know_what_is_usual(db: Database) -> None:
    """With 19 mini-batches in all there is no straggler."""
    usual(db, 18)
    db.attempt(18, "done", "10:01:00", elapsed_s=500.0)
    assert db.rows("SELECT * FROM stragglers") == []


def test_a_slow_node(db: Database) -> None:
    """All of node 1 are slow: the caveat says so."""
    usual(db, 20)
    for number in range(20, 25):
        db.attempt(number, "done", "10:01:00", elapsed_s=40.0, node="1")
    assert db.rows("SELECT DISTINCT node, node_usual_s, caveat FROM stragglers") == [
        ("1", 40.0, "the whole node is slow")
    ]
