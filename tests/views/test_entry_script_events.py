"""`entry_script_events`: what tables and logs tell of init() and shutdown(), each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database

WORKER = {"node": "0", "process": "process000", "pid": 7}
EVENTS = "SELECT process, time, event, outcome, source FROM entry_script_events"


def test_a_failed_init_that_only_logs_tell_of(db: Database) -> None:
    """Three logs tell of it, in one row; a failed run() belongs to a mini-batch and is not here."""
    message = "Entry script init() failed for no model. Details Traceback (most recent call last):\n  File ..."
    for source, clock in (("worker", "10:00:05"), ("worker_level", "10:00:05"), ("user_error", "10:00:06")):
        db.event(source, "script_failed", clock, WORKER | {"message": message}, method="init")
    db.event("user_error", "script_failed", "10:01:00", WORKER | {"message": "…"}, method="run")
    assert db.rows(EVENTS) == [("process000", "10:00:05", "init", "exception", "log")]
    assert db.rows("SELECT pid, error_message FROM entry_script_events") == [
        (7, "Entry script init() failed for no model")
    ]


def test_a_failed_init_that_the_table_tells_too(db: Database) -> None:
    """The table's row stands; the timeout of another process, and a failed shutdown(), are other events."""
    row = {"node": "0", "process": "process000", "event": "init", "outcome": "exception", "status": "INIT_EXCEPTION"}
    db.insert("script_events", row | {"time": "10:00:00"})
    db.event("worker", "script_failed", "10:00:05", WORKER | {"message": "x"}, method="init")
    late = "Stop for init() unable to finish within 60 seconds"
    other = {"node": "0", "process": "process001"}
    db.event("worker", "script_timeout", "10:01:00", other | {"message": late}, method="init", timeout_s="60")
    db.event("worker", "script_failed", "10:09:00", WORKER | {"message": "y"}, method="shutdown")
    assert db.rows(EVENTS) == [
        ("process000", "10:00:00", "init", "exception", "table"),
        ("process001", "10:01:00", "init", "timeout", "log"),
        ("process000", "10:09:00", "shutdown", "exception", "log"),
    ]
