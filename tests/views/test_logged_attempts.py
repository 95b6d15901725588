"""Tries that only worker logs tell of: in `attempts` once, with what the log says of their end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.views.conftest import Database

Log = Callable[..., None]
TRIES = (
    "SELECT mini_batch_id, attempt, node, process, outcome, reported_by, is_retry, final FROM attempts"
    " ORDER BY mini_batch_id, started_at, process"
)
OPEN = ("open", "log", False, True)


@pytest.fixture
def log(db: Database) -> Log:
    """Writes a line of a worker's log; each process has a file of its own, lines count up."""
    db.insert("jobs", {})
    files: dict[tuple[str, str], int] = {}

    def line(clock: str, event: str, *, node: str = "0", process: str = "process000", **facts: Any) -> None:
        file_id = files.setdefault((node, process), 100 + len(files))
        row = {"file_id": file_id, "node": node, "process": process, "pid": file_id}
        row |= {name: facts.pop(name) for name in ("cut", "message", "pid") if name in facts}
        db.event("worker", event, clock, row, **{name: str(fact) for name, fact in facts.items()})

    return line


def test_open_tries_of_a_running_job(db: Database, log: Log) -> None:
    """The last task of a worker's log, of which no table knows yet, is open; the tasks that the table tells are its own."""
    log("10:00:00", "got_task", mini_batch_id=0)
    log("10:00:10", "batch_completed", total=10, succeeded=10, elapsed_s="9.5", run_s="9.4")
    log("10:00:10", "got_task", mini_batch_id=2)
    log("10:00:00", "got_task", mini_batch_id=1, process="process001")
    db.attempt(0, "done", "10:00:00")
    assert db.rows(TRIES) == [
        (0, 1, "0", "process000", "done", "table", False, True),
        (1, None, "0", "process001", *OPEN),
        (2, None, "0", "process000", *OPEN),
    ]
    assert db.rows("SELECT mini_batches, open_mini_batches, attempts FROM failed_items_by_node") == [(3, 2, 3)]
    assert db.rows("SELECT mini_batch_id, outcome, failed_items FROM mini_batches ORDER BY 1") == [
        (0, "done", 0),
        (1, "open", None),
        (2, "open", None),
    ]


def test_the_log_tells_how_it_ended(db: Database, log: Log) -> None:
    """The table lags behind: what the log says of the end stands, with its numbers and times."""
    log("10:00:00", "got_task", mini_batch_id=0)
    log("10:00:10", "batch_completed", total=10, succeeded=8, elapsed_s="9.5", run_s="9.25")
    log("10:00:11", "got_task", mini_batch_id=1)
    failed = 'Failed to process ["id": 1] with error no such column\nPlease check logs. Detail: Traceback'
    log("10:00:14", "batch_failed", mini_batch_id=1, dequeue_count=2, message=failed)
    log("10:00:15", "got_task", mini_batch_id=2)
    late = 'Stop for run() unable to finish within 60 seconds for {"agent": "process000", "task_id": 2}'
    log("10:01:15", "batch_timeout", mini_batch_id=2, dequeue_count=1, total=10, succeeded=0, message=late)
    log("10:01:16", "got_task", mini_batch_id=3)
    log("10:01:17", "batch_poisoned", mini_batch_id=3, dequeue_count=4, message='Found poison message {"id": 3}')
    columns = "mini_batch_id, attempt, outcome, items, succeeded_items, failed_items, elapsed_s, run_s, is_retry, error_message"
    assert db.rows(f"SELECT {columns} FROM attempts ORDER BY 1") == [
        (0, None, "done", 10, 8, 2, 9.5, 9.25, False, None),
        (1, 2, "exception", None, None, None, 3.0, None, True, "no such column"),
        (2, 1, "timeout", 10, 0, 10, 60.0, None, False, "Stop for run() unable to finish within 60 seconds"),
        (3, 4, "poisoned", None, None, None, 1.0, None, True, "Found poison message"),
    ]


def test_the_next_try_of_one_worker_at_one_mini_batch(db: Database, log: Log) -> None:
    """The log tells no attempt number: of two tries of the same worker the first is the one that the table tells."""
    log("10:00:00", "got_task", mini_batch_id=7)
    log("10:00:05", "batch_failed", mini_batch_id=7, dequeue_count=1, message="Failed")
    log("10:00:06", "got_task", mini_batch_id=7)
    db.attempt(7, "exception", "10:00:00")
    assert db.rows(TRIES) == [
        (7, 1, "0", "process000", "exception", "table", False, False),
        (7, None, "0", "process000", "open", "log", True, True),
    ]
    assert db.rows("SELECT outcome, attempts, retries FROM mini_batches") == [("open", 2, 1)]


def test_a_retry_elsewhere_is_open(db: Database, log: Log) -> None:
    """A mini-batch that timed out on one node and is in work on another is open, not failed."""
    log("10:00:00", "got_task", mini_batch_id=7)
    log("10:01:00", "batch_timeout", mini_batch_id=7, dequeue_count=1, message="Stop for run() unable to finish")
    log("10:01:30", "got_task", mini_batch_id=7, node="1")
    db.attempt(7, "timeout", "10:00:00", elapsed_s=60.0)
    assert db.rows(TRIES) == [
        (7, 1, "0", "process000", "timeout", "table", False, False),
        (7, None, "1", "process000", "open", "log", True, True),
    ]


def test_a_worker_that_died(db: Database, log: Log) -> None:
    """The node's manager tells of the mini-batch that its worker left: an exception, not an open try."""
    log("10:00:00", "got_task", mini_batch_id=4, process="process002")
    dead = "Process abort with unfinished mini batch 4."
    log("10:00:30", "batch_aborted", mini_batch_id=4, process="_main", message=dead)
    log("10:00:40", "got_task", mini_batch_id=4, process="process003")
    assert db.rows("SELECT process, outcome, elapsed_s, error_message FROM attempts ORDER BY 1") == [
        ("process002", "exception", 30.0, dead),
        ("process003", "open", None, None),
    ]


def test_two_deaths_over_one_mini_batch(db: Database, log: Log) -> None:
    """A worker and the one that took its name, its file and its mini-batch: each dies at its own time, a third works on."""
    for began, died, pid in (("10:00:00", "10:00:30", 1), ("10:01:00", "10:01:10", 2)):
        log(began, "got_task", mini_batch_id=4, pid=pid)
        log(
            died,
            "batch_aborted",
            mini_batch_id=4,
            process="_main",
            message="Process abort with unfinished mini batch 4.",
        )
    log("10:02:00", "got_task", mini_batch_id=4, pid=3)
    assert db.rows("SELECT pid, outcome, elapsed_s, is_retry, final FROM attempts ORDER BY 1") == [
        (1, "exception", 30.0, False, False),
        (2, "exception", 10.0, True, False),
        (3, "open", None, True, True),
    ]


def test_a_worker_that_went_on(db: Database, log: Log) -> None:
    """Its earlier task ended, though nothing says how: no open try. After its last words, nor is the last one."""
    log("10:00:00", "got_task", mini_batch_id=0)
    log("10:00:10", "got_task", mini_batch_id=1)
    log("10:00:20", "batch_completed", total=10, succeeded=10, elapsed_s="9.5", run_s="9.4")
    log("10:00:30", "got_task", mini_batch_id=2)
    log("10:00:00", "got_task", mini_batch_id=3, process="process001")
    log("10:00:30", "worker_telemetry", process="process001", succeeded=10, run_s="9.0")
    assert db.rows("SELECT mini_batch_id, outcome FROM attempts ORDER BY 1") == [(1, "done"), (2, "open")]


def test_logs_that_never_tell_of_a_completed_mini_batch(db: Database, log: Log) -> None:
    """V0 at level INFO: nothing after `Got task` means nothing, so no try is called open."""
    for number in range(3):
        log(f"10:00:0{number}", "got_task", mini_batch_id=number)
    log("10:00:00", "got_task", mini_batch_id=9, process="process001")
    assert db.rows("SELECT * FROM attempts") == []


def test_an_end_that_is_cut_is_none(db: Database, log: Log) -> None:
    """The file ends in the middle of the line that tells of the failure; a whole line before a cut head is whole."""
    log("10:00:00", "got_task", mini_batch_id=0)
    log(
        "10:00:05",
        "batch_failed",
        mini_batch_id=0,
        dequeue_count=1,
        cut=True,
        message='Failed to process {"id": 0, "mi',
    )
    log("10:00:00", "got_task", mini_batch_id=1, process="process001")
    whole = "Batch processing completed. Total count: 10 ...\n2024-03-01 10:0"
    log("10:00:05", "batch_completed", process="process001", total=10, succeeded=10, cut=True, message=whole)
    log("10:00:00", "got_task", mini_batch_id=2, process="process002", cut=True, message="Got task 2.\n2024")
    assert db.rows("SELECT mini_batch_id, outcome FROM attempts ORDER BY 1") == [(0, "open"), (1, "done"), (2, "open")]


def test_an_open_try_that_the_table_tells_too(db: Database, log: Log) -> None:
    """V0: TASK_PICKED, or a pending task known by its pid, is the try of the log, not another one."""
    log("10:00:00", "got_task", mini_batch_id=0)
    db.attempt(0, "open", "10:00:00", source="task_csv")
    log("10:00:00", "got_task", mini_batch_id=1, process="process001", pid=33)
    db.attempt(1, "open", "10:00:00", source="report_v0", process=None, pid=33, attempt=None)
    assert db.rows("SELECT mini_batch_id, outcome, reported_by FROM attempts ORDER BY 1") == [
        (0, "open", "table"),
        (1, "open", "table"),
    ]


def test_the_log_ends_what_the_table_left_open(db: Database, log: Log) -> None:
    """V0: the worker's table was cut after TASK_PICKED; its log tells the end of that try, and it is one try."""
    log("10:00:00", "got_task", mini_batch_id=0)
    log("10:00:10", "batch_completed", total=10, succeeded=10, elapsed_s="9.5", run_s="9.4")
    db.attempt(0, "open", "10:00:00", source="task_csv")
    assert db.rows("SELECT mini_batch_id, outcome, reported_by FROM attempts") == [(0, "done", "log")]


def test_tables_that_name_nodes_otherwise(db: Database, log: Log) -> None:
    """Where no node of the table is one of the logs' (address here, number there), processes are compared alone."""
    log("10:00:00", "got_task", mini_batch_id=0, node="0")
    log("10:00:10", "batch_completed", total=10, succeeded=10, elapsed_s="9.5", run_s="9.4", node="0")
    log("10:00:10", "got_task", mini_batch_id=1, node="0")
    db.attempt(0, "done", "10:00:00", node="10.0.0.4")
    assert db.rows("SELECT mini_batch_id, outcome, reported_by FROM attempts ORDER BY 1") == [
        (0, "done", "table"),
        (1, "open", "log"),
    ]


def test_logs_of_jobs_whose_tables_are_whole(db: Database, log: Log) -> None:
    """They are not looked through: only jobs whose logs begin more tries than a table ends."""
    log("10:00:00", "got_task", mini_batch_id=0)
    asked = "SELECT count(*) FROM jobs_with_logged_attempts"
    assert db.rows(asked) == [(1,)]
    db.attempt(0, "done", "10:00:00")
    assert db.rows(asked) == [(0,)]
    log("10:00:20", "got_task", mini_batch_id=0, node="1")
    assert db.rows(asked) == [(1,)]


def test_open_tries_hold_their_memory(db: Database, log: Log) -> None:
    """`memory_peaks` names the mini-batch that a process has in work, though only its log tells."""
    log("10:00:00", "got_task", mini_batch_id=5)
    db.insert("process_samples", {"node": "0", "process": "process000", "time": "10:01:00", "memory_used_percent": 3.0})
    assert db.rows("SELECT mini_batches_held FROM memory_peaks") == [([5],)]


def test_facts_that_are_no_numbers(db: Database, log: Log) -> None:
    """A damaged log breaks no view."""
    log("10:00:00", "got_task", mini_batch_id="9" * 30)
    log("10:00:05", "batch_completed", total="x", succeeded="9" * 30, elapsed_s="1.2.3", run_s="-")
    log("10:00:06", "got_task", mini_batch_id=1)
    assert db.rows("SELECT mini_batch_id, outcome FROM attempts WHERE mini_batch_id IS NOT NULL") == [(1, "open")]
    assert len(db.rows("SELECT * FROM mini_batches")) == 1
