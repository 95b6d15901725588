"""`attempts`: one row per try, however many files tell of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database

TRIES = "SELECT mini_batch_id, attempt, outcome, final FROM attempts ORDER BY mini_batch_id, started_at, attempt"
SOURCES = "SELECT source, node, outcome, overrides, final FROM attempts ORDER BY started_at, source"


def test_tries_of_a_mini_batch(db: Database) -> None:
    """Each try is a row; the one that is done decides."""
    db.attempt(0, "timeout", "10:00:00")
    db.attempt(0, "exception", "10:01:00", attempt=2)
    db.attempt(0, "done", "10:02:00", attempt=3)
    db.attempt(1, "done", "10:00:00")
    assert db.rows(TRIES) == [
        (0, 1, "timeout", False),
        (0, 2, "exception", False),
        (0, 3, "done", True),
        (1, 1, "done", True),
    ]


def test_times_of_a_try(db: Database) -> None:
    """The end is start + elapsed, the overhead elapsed - run; what is not told is NULL, and so is nonsense."""
    db.attempt(0, "done", "10:00:00", elapsed_s=90.5, run_s=90.0)
    db.attempt(1, "done", "10:00:01", run_s=None)
    db.attempt(2, "open", "10:00:02")
    db.attempt(3, "done", "10:00:03", elapsed_s=float("nan"))
    db.attempt(4, "done", "10:00:04", elapsed_s=float("inf"))
    assert db.rows("SELECT mini_batch_id, ended_at, overhead_s FROM attempts ORDER BY 1") == [
        (0, "10:01:30.500000", 0.5),
        (1, "10:00:11", None),
        (2, None, None),
        (3, None, None),
        (4, None, None),
    ]


def test_the_last_try_decides_if_none_is_done(db: Database) -> None:
    """The highest number wins, whatever the order of the rows; an open one is later than a timeout."""
    db.attempt(0, "exception", "10:02:00", attempt=3)
    db.attempt(0, "timeout", "10:00:00", attempt=1)
    db.attempt(0, "timeout", "10:01:00", attempt=2)
    db.attempt(1, "timeout", "10:00:00")
    db.attempt(1, "open", "10:01:00", attempt=2)
    assert db.rows("SELECT mini_batch_id, attempt, outcome FROM attempts WHERE final ORDER BY 1") == [
        (0, 3, "exception"),
        (1, 2, "open"),
    ]


def test_a_done_try_decides_though_a_later_one_failed(db: Database) -> None:
    """A first try that was given up and finished after all beats the timeout of the second."""
    db.attempt(0, "done", "10:00:00", elapsed_s=500.0)
    db.attempt(0, "timeout", "10:05:00", attempt=2)
    assert db.rows(TRIES) == [(0, 1, "done", True), (0, 2, "timeout", False)]


def test_two_workers_finish_the_same_mini_batch(db: Database) -> None:
    """Two rows RUN_DONE are two tries, and the one that ended last decides, even of the same number."""
    db.attempt(0, "done", "10:00:00", elapsed_s=500.0, node="a")
    db.attempt(0, "done", "10:05:00", elapsed_s=20.0, node="b", attempt=2)
    db.attempt(1, "done", "10:00:00", elapsed_s=5.0, node="a")
    db.attempt(1, "done", "10:00:00", elapsed_s=7.0, node="b")
    assert db.rows("SELECT mini_batch_id, node, is_retry, final FROM attempts ORDER BY 1, 2") == [
        (0, "a", False, True),
        (0, "b", True, False),
        (1, "a", False, False),
        (1, "b", False, True),
    ]


def test_open_is_dropped_once_the_try_has_a_result(db: Database) -> None:
    """TASK_PICKED and TASK_PROCESSED of one number are one try; a number without a result stays open."""
    for attempt, clock in ((1, "10:00:00"), (2, "10:01:00")):
        db.attempt(0, "open", clock, source="task_csv", attempt=attempt)
    db.attempt(0, "timeout", "10:00:00", source="task_csv")
    db.attempt(1, "open", "10:00:00", source="task_csv")
    db.attempt(1, "done", "10:00:00", source="task_csv")
    assert db.rows(TRIES) == [(0, 1, "timeout", False), (0, 2, "open", True), (1, 1, "done", True)]


def test_open_without_a_number_goes_by_the_worker(db: Database) -> None:
    """A pending task of V0 tells no number: a result of the same node and pid closes it, one of another pid does not."""
    v0 = {"source": "report_v0", "attempt": None, "process": None}
    db.attempt(0, "open", "10:00:00", pid=7, **v0)
    db.attempt(0, "done", "10:00:00", pid=7, **v0)
    db.attempt(1, "open", "10:00:00", pid=7, **v0)
    db.attempt(1, "done", "10:00:01", pid=8, **v0)
    assert db.rows("SELECT mini_batch_id, outcome, pid FROM attempts ORDER BY 1, 3") == [
        (0, "done", 7),
        (1, "open", 7),
        (1, "done", 8),
    ]


def test_the_v0_report_tells_again_what_the_workers_tell(db: Database) -> None:
    """Its rows go where a worker's own table has the mini-batch, and stay where it has not; short rows too."""
    v0 = {"source": "report_v0", "attempt": None, "process": None, "pid": 7}
    db.attempt(0, "done", "10:00:00", source="task_csv")
    db.attempt(0, "done", "10:00:00", **v0)
    db.attempt(1, "timeout", "10:00:10", total=None, succeeded=None, failed=None, elapsed_s=None, **v0)
    db.attempt(2, "open", "10:00:20", source="task_csv")
    db.attempt(2, "open", "10:00:20", **v0)
    assert db.rows("SELECT mini_batch_id, source, outcome FROM attempts ORDER BY 1") == [
        (0, "task_csv", "done"),
        (1, "report_v0", "timeout"),
        (2, "task_csv", "open"),
    ]


def test_a_result_of_the_report_closes_what_the_worker_left_open(db: Database) -> None:
    """A worker's table that was cut after TASK_PICKED does not hide the result that only the report has."""
    db.attempt(0, "open", "10:00:00", source="task_csv")
    db.attempt(0, "done", "10:00:00", source="report_v0", attempt=None, process=None, pid=7)
    assert db.rows(SOURCES) == [("report_v0", "0", "done", False, True)]


def test_an_overriding_result_is_the_latest(db: Database) -> None:
    """A result that replaced another one counts as a second try and decides, whenever it ended."""
    v0 = {"source": "report_v0", "attempt": None, "process": None}
    db.attempt(0, "done", "10:00:00", node="10.0.0.4", elapsed_s=600.0, **v0)
    db.attempt(0, "done", "10:01:00", node="10.0.0.5", overrides=True, **v0)
    assert db.rows(SOURCES) == [
        ("report_v0", "10.0.0.4", "done", False, False),
        ("report_v0", "10.0.0.5", "done", True, True),
    ]


def test_an_overriding_result_that_a_worker_tells_too(db: Database) -> None:
    """The worker's row stands: it tells more, and of two results the one that ended last decides anyway."""
    db.attempt(0, "done", "10:00:00", source="task_csv", node="10.0.0.4", elapsed_s=60.0)
    db.attempt(0, "done", "10:01:00", source="task_csv", node="10.0.0.5", attempt=2)
    v0 = {"source": "report_v0", "attempt": None, "process": None}
    db.attempt(0, "done", "10:00:00", node="10.0.0.4", elapsed_s=60.0, **v0)
    db.attempt(0, "done", "10:01:00", node="10.0.0.5", overrides=True, **v0)
    assert db.rows(SOURCES) == [
        ("task_csv", "10.0.0.4", "done", False, False),
        ("task_csv", "10.0.0.5", "done", False, True),
    ]


def test_each_retry_of_v0_overrides_the_try_before(db: Database) -> None:
    """The overrides file has a short row for each failed retry: a worker's row of that start tells how it failed."""
    v0 = {"source": "report_v0", "attempt": None, "process": None, "total": None, "failed": None, "elapsed_s": None}
    starts = {"10:00:00": "timeout", "10:01:00": "timeout", "10:02:00": "poisoned"}
    for number, (clock, outcome) in enumerate(starts.items()):
        db.attempt(7, "open", clock, source="task_csv", attempt=number + 1)
        db.attempt(7, outcome, clock, source="task_csv", attempt=number + 1)
        db.attempt(7, "failed", clock, overrides=number > 0 or None, **v0)
    db.attempt(8, "failed", "10:00:00", **v0)
    db.attempt(8, "failed", "10:01:00", overrides=True, **v0)
    assert db.rows("SELECT mini_batch_id, source, outcome, final FROM attempts ORDER BY 1, started_at") == [
        (7, "task_csv", "timeout", False),
        (7, "task_csv", "timeout", False),
        (7, "task_csv", "poisoned", True),
        (8, "report_v0", "failed", False),
        (8, "report_v0", "failed", True),
    ]


def test_rows_without_a_mini_batch_are_no_tries(db: Database) -> None:
    """Two rows without an id are not tries at one nameless mini-batch."""
    db.attempt(None, "done", "10:00:00")
    db.attempt(None, "timeout", "10:00:00")
    assert db.rows("SELECT * FROM attempts") == []


def test_equal_ids_of_two_jobs(db: Database) -> None:
    """Mini-batch 0 of one job has nothing to do with mini-batch 0 of another."""
    db.attempt(0, "timeout", "10:00:00", job_id="a")
    db.attempt(0, "done", "10:00:00", job_id="b", attempt=2)
    assert db.rows("SELECT job_id, outcome, final FROM attempts ORDER BY 1") == [
        ("a", "timeout", True),
        ("b", "done", True),
    ]
