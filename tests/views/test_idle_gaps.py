"""`idle_gaps`: when a worker had nothing in work between two tries."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database

GAP = "process, from_at, until_at, gap_s, waiting_s, nobody_worked_s, next_mini_batch_id, caveat"


def test_a_gap_while_another_worker_works(db: Database) -> None:
    """process000 is free from 10:00:10 to 10:00:40, scheduling ends at 10:00:20: mini-batch 2 waited for 20 s of it."""
    db.insert("progress", {"event": "sched_done", "time": "10:00:20"})
    db.attempt(0, "done", "10:00:00")
    db.attempt(1, "done", "10:00:05", process="process001", elapsed_s=60.0)
    db.attempt(2, "done", "10:00:40")
    assert db.rows(f"SELECT {GAP} FROM idle_gaps") == [("process000", "10:00:10", "10:00:40", 30.0, 20.0, 0.0, 2, None)]


def test_short_gaps_are_none(db: Database) -> None:
    """Below 2 s it is no gap, from 2 s on it is one."""
    db.attempt(0, "done", "10:00:00")
    db.attempt(1, "done", "10:00:11.9")
    db.attempt(2, "done", "10:00:23.9")
    assert db.rows("SELECT next_mini_batch_id, gap_s FROM idle_gaps") == [(2, 2.0)]


def test_when_the_whole_job_stood(db: Database) -> None:
    """Nobody worked from 10:00:20 to 10:01:00: of the 50 s of process000 these are 40, of the 40 s of process001 all."""
    db.insert("progress", {"event": "sched_done", "time": "09:59:00"})
    db.attempt(0, "done", "10:00:00")
    db.attempt(1, "done", "10:00:10", process="process001")
    db.attempt(2, "done", "10:01:00")
    db.attempt(3, "done", "10:01:00", process="process001")
    assert db.rows("SELECT process, gap_s, waiting_s, nobody_worked_s FROM idle_gaps") == [
        ("process000", 50.0, 50.0, 40.0),
        ("process001", 40.0, 40.0, 40.0),
    ]


def test_what_is_not_known(db: Database) -> None:
    """Before a retry, or without a word on scheduling, nobody knows whether work was waiting."""
    db.attempt(0, "timeout", "10:00:00")
    db.attempt(0, "done", "10:01:00", attempt=2)
    db.attempt(1, "done", "10:02:00")
    assert db.rows("SELECT next_mini_batch_id, waiting_s, caveat FROM idle_gaps ORDER BY from_at") == [
        (0, None, "the next attempt is a retry; when it was available is not recorded"),
        (1, None, "the end of scheduling is not recorded"),
    ]


def test_after_an_open_try(db: Database) -> None:
    """Nobody knows when the open attempt ended, so no gap follows it; the one after the next try is a gap again."""
    db.insert("jobs", {"state": "running"})
    db.attempt(0, "done", "10:00:00")
    db.attempt(1, "open", "10:00:11")
    db.attempt(2, "done", "10:05:00")
    db.attempt(3, "done", "10:06:00")
    assert db.rows("SELECT next_mini_batch_id, gap_s, caveat FROM idle_gaps") == [
        (3, 50.0, "the end of scheduling is not recorded; the job has not ended: attempts may be missing")
    ]


def test_tries_that_overlap(db: Database) -> None:
    """A worker whose tries overlap in the logs is free when the last of them ends."""
    db.attempt(0, "done", "10:00:00", elapsed_s=30.0)
    db.attempt(1, "done", "10:00:05", elapsed_s=5.0)
    db.attempt(2, "done", "10:00:33")
    assert db.rows("SELECT from_at, gap_s FROM idle_gaps") == [("10:00:30", 3.0)]


def test_a_total_before_all_are_scheduled(db: Database) -> None:
    """Progress that knows the total while scheduling goes on is not its end."""
    db.insert("progress", {"event": "metrics", "time": "10:00:05", "total": 9, "scheduled": 3})
    db.insert("progress", {"event": "metrics", "time": "10:00:20", "total": 9, "scheduled": 9})
    db.attempt(0, "done", "10:00:00", elapsed_s=10.0)
    db.attempt(1, "done", "10:00:40", elapsed_s=10.0)
    ends = db.rows("SELECT DISTINCT scheduling_finished_at::varchar FROM worker_gaps WHERE kind = 'worker'")
    assert [end[-8:] for (end,) in ends] == ["10:00:20"]
