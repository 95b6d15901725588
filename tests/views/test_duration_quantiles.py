"""`duration_quantiles`: how times are distributed, per job, node and process."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database


def fill(db: Database, seconds: list[float]) -> None:
    """Mini-batches of these times, the even ones on node 0, the odd ones on node 1."""
    for number, elapsed in enumerate(seconds):
        db.attempt(number, "done", "10:00:00", elapsed_s=elapsed, run_s=elapsed - 1, node=str(number % 2))


def test_each_scope_and_measure(db: Database) -> None:
    """1 to 21 s: the median is 11; overhead is 1 s for all; a node has its own ones only."""
    fill(db, [float(n) for n in range(1, 22)])
    found = db.dicts("SELECT * FROM duration_quantiles WHERE scope = 'job'")
    assert [
        (row["measure"], row["min_s"], row["p25_s"], row["p50_s"], row["p75_s"], row["max_s"]) for row in found
    ] == [
        ("elapsed", 1.0, 6.0, 11.0, 16.0, 21.0),
        ("overhead", 1.0, 1.0, 1.0, 1.0, 1.0),
        ("run", 0.0, 5.0, 10.0, 15.0, 20.0),
    ]
    assert db.rows(
        "SELECT scope, node, process, mini_batches, p50_s FROM duration_quantiles WHERE measure = 'elapsed' AND node = '1'"
    ) == [("node", "1", None, 10, 11.0), ("process", "1", "process000", 10, 11.0)]


def test_the_skew_rule(db: Database) -> None:
    """The slowest above 1.5 times the 75 % quantile is skewed, at it is not; below 20 mini-batches nothing is said."""
    fill(db, [10.0] * 19 + [15.0])
    assert db.rows("SELECT max_to_p75, skewed FROM duration_quantiles WHERE scope = 'job' AND measure = 'elapsed'") == [
        (1.5, False)
    ]
    db.attempt(20, "done", "10:00:00", elapsed_s=15.1)
    assert db.one("SELECT * FROM duration_quantiles WHERE scope = 'job' AND measure = 'elapsed'")["skewed"] is True
    row = db.one("SELECT * FROM duration_quantiles WHERE scope = 'node' AND measure = 'elapsed' AND node = '1'")
    assert (row["skewed"], row["caveat"]) == (None, "too few mini-batches to judge skew")


def test_what_is_not_told_is_left_out(db: Database) -> None:
    """Open tries, tries that did not decide, and times that no try can have do not count."""
    db.attempt(0, "open", "10:00:00")
    db.attempt(1, "timeout", "10:00:00", elapsed_s=60.0)
    db.attempt(1, "done", "10:01:00", attempt=2, elapsed_s=5.0, run_s=float("nan"))
    db.attempt(2, "done", "10:00:00", elapsed_s=-3.0)
    assert db.rows("SELECT measure, mini_batches, max_s, caveat FROM duration_quantiles WHERE scope = 'job'") == [
        ("elapsed", 1, 5.0, "too few mini-batches to judge skew; not recorded for 1 of 2 mini-batches")
    ]
