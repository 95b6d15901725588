"""`mini_batches`: what became of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database


def test_done_at_the_first_try(db: Database) -> None:
    """All is as its only report says; nothing was wasted."""
    db.attempt(
        3, "done", "10:00:00", total=5, succeeded=4, failed=1, run_s=9.0, process_s=4.0, inputs=["a.txt", "b.txt"]
    )
    row = db.one("SELECT * FROM mini_batches")
    assert row | {"line_no": 0} == {
        "job_id": "job",
        "mini_batch_id": 3,
        "outcome": "done",
        "attempts": 1,
        "retries": 0,
        "total": 5,
        "succeeded": 4,
        "failed": 1,
        "first_started_at": "10:00:00",
        "last_ended_at": "10:00:10",
        "elapsed_s": 10.0,
        "run_s": 9.0,
        "process_s": 4.0,
        "overhead_s": 1.0,
        "wasted_worker_s": 0.0,
        "node": "0",
        "process": "process000",
        "pid": None,
        "attempt": 1,
        "status": None,
        "error_category": None,
        "error_message": None,
        "inputs": ["a.txt", "b.txt"],
        "file_id": 1,
        "line_no": 0,
    }


def test_done_at_the_third_try(db: Database) -> None:
    """Done, with the items, node and process of the third try, and the time of the first two wasted."""
    db.attempt(0, "timeout", "10:00:00", elapsed_s=60.0)
    db.attempt(0, "exception", "10:01:00", elapsed_s=30.0, attempt=2, node="1")
    db.attempt(0, "done", "10:02:00", elapsed_s=20.0, attempt=3, node="2", process="process004", succeeded=9, failed=1)
    row = db.one(
        "SELECT outcome, attempts, retries, attempt, node, process, items, succeeded_items, failed_items, first_started_at,"
        " last_ended_at, elapsed_s, wasted_worker_s FROM mini_batches"
    )
    assert tuple(row.values()) == ("done", 3, 2, 3, "2", "process004", 10, 9, 1, "10:00:00", "10:02:20", 20.0, 90.0)


def test_never_done(db: Database) -> None:
    """A timeout, an exception or poison fails all items, also where the row does not tell how many failed."""
    db.attempt(0, "timeout", "10:00:00")
    db.attempt(1, "exception", "10:00:00", succeeded=None, failed=None)
    db.attempt(2, "exception", "10:00:00", attempt=3)
    db.attempt(2, "poisoned", "10:01:00", attempt=4, total=None, succeeded=None, failed=None)
    assert db.rows(
        "SELECT mini_batch_id, outcome, items, succeeded_items, failed_items FROM mini_batches ORDER BY 1"
    ) == [
        (0, "timeout", 10, 0, 10),
        (1, "exception", 10, 0, 10),
        (2, "poisoned", 10, 0, 10),
    ]


def test_open_fails_nothing_yet(db: Database) -> None:
    """Picked and not finished: its zeros mean not told, and an earlier try tells the number of items."""
    db.attempt(0, "open", "10:00:00", total=0, succeeded=0, failed=0, elapsed_s=0.0)
    db.attempt(1, "timeout", "10:00:00")
    db.attempt(1, "open", "10:01:00", attempt=2, total=0, succeeded=0, failed=0)
    assert db.rows(
        "SELECT mini_batch_id, outcome, attempts, items, succeeded_items, failed_items FROM mini_batches ORDER BY 1"
    ) == [
        (0, "open", 1, None, None, None),
        (1, "open", 2, 10, None, None),
    ]


def test_tries_that_left_no_row(db: Database) -> None:
    """A number above the count of tries tells of workers that died without a word; this is no first try."""
    db.attempt(0, "done", "10:00:00", attempt=3)
    assert db.rows("SELECT attempts, attempt, retries FROM mini_batches") == [(1, 3, 1)]


def test_two_results_and_an_override(db: Database) -> None:
    """Of two results the later counts; an overriding one counts above all, with its own numbers."""
    db.attempt(0, "done", "10:00:00", succeeded=8, failed=2)
    db.attempt(0, "done", "10:00:05", succeeded=10, failed=0, attempt=2)
    v0 = {"source": "report_v0", "attempt": None, "process": None}
    db.attempt(1, "done", "10:00:05", succeeded=10, failed=0, **v0)
    db.attempt(1, "done", "10:00:00", succeeded=7, failed=3, overrides=True, **v0)
    assert db.rows(
        "SELECT mini_batch_id, attempts, retries, failed_items, wasted_worker_s FROM mini_batches ORDER BY 1"
    ) == [
        (0, 2, 1, 0, 10.0),
        (1, 2, 1, 3, 10.0),
    ]


def test_script_events_are_no_mini_batches(db: Database) -> None:
    """LOAD_DONE and its like stand in `script_events` and nowhere else."""
    db.insert(
        "script_events",
        {"node": "0", "process": "process000", "event": "load", "outcome": "done", "status": "LOAD_DONE"},
    )
    assert db.rows("SELECT * FROM mini_batches") == []
