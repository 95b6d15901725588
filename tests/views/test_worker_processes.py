"""`worker_processes`: which there were, and which replaced another."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database

RESTARTS = "SELECT node, process, restarted FROM worker_processes ORDER BY node, process"


def load(clock: str, process: str, node: str = "0") -> dict[str, str]:
    """A LOAD_DONE event of a process."""
    return {"node": node, "process": process, "time": clock, "event": "load", "outcome": "done", "status": "LOAD_DONE"}


def test_signs_of_life(db: Database) -> None:
    """First and last sign over tries, script events and samples; the manager is no worker."""
    db.insert("script_events", load("10:00:00", "process000"))
    db.attempt(0, "done", "10:00:05")
    db.attempt(1, "done", "10:00:15")
    db.insert("process_samples", {"node": "0", "process": "process000", "time": "10:05:00"})
    db.insert("process_samples", {"node": "0", "process": "manager", "time": "10:05:00"})
    columns = "process, number, first_seen_at, last_seen_at, attempts, at_one_time, restarted"
    assert db.rows(f"SELECT {columns} FROM worker_processes") == [
        ("process000", 0, "10:00:00", "10:05:00", 2, 1, False)
    ]


def test_the_next_number_replaces_a_dead_process(db: Database) -> None:
    """Two processes at a time; process002 comes when process001 is gone."""
    db.attempt(0, "done", "10:00:00", elapsed_s=300.0)
    db.attempt(1, "timeout", "10:00:00", elapsed_s=60.0, process="process001")
    db.attempt(2, "done", "10:01:30", elapsed_s=60.0, process="process002")
    assert db.rows(RESTARTS) == [("0", "process000", False), ("0", "process001", False), ("0", "process002", True)]


def test_numbers_of_v0_count_from_one(db: Database) -> None:
    """Process-1 and Process-2 are the first two, Process-3 is a replacement."""
    db.attempt(0, "done", "10:00:00", elapsed_s=300.0, process="Process-1")
    db.attempt(1, "timeout", "10:00:00", elapsed_s=60.0, process="Process-2")
    db.attempt(2, "done", "10:01:30", elapsed_s=60.0, process="Process-3")
    assert db.rows(RESTARTS) == [("0", "Process-1", False), ("0", "Process-2", False), ("0", "Process-3", True)]


def test_the_job_tells_how_many_work_at_one_time(db: Database) -> None:
    """A node that got little work shows one process at a time; the other node shows that two are usual."""
    for process in ("process000", "process001"):
        db.attempt(0, "done", "10:00:00", elapsed_s=300.0, process=process)
    db.attempt(2, "done", "10:00:00", elapsed_s=10.0, node="1")
    db.attempt(3, "done", "10:01:00", elapsed_s=10.0, node="1", process="process001")
    assert [restarted for _, _, restarted in db.rows(RESTARTS)] == [False] * 4


def test_a_process_that_was_never_seen_is_no_restart(db: Database) -> None:
    """process001 got no mini-batch: that does not make process002, there from the start, a replacement."""
    db.attempt(0, "done", "10:00:00")
    db.attempt(1, "done", "10:00:00", process="process002")
    assert db.rows(RESTARTS) == [("0", "process000", False), ("0", "process002", False)]


def test_samples_of_one_check_are_of_one_time(db: Database) -> None:
    """The rows of a check differ by microseconds: four processes that were sampled once live at one time."""
    for number in range(4):
        row = {"node": "0", "process": f"process00{number}", "time": f"10:00:00.00000{number}"}
        db.insert("process_samples", row)
    assert db.rows("SELECT DISTINCT at_one_time, restarted FROM worker_processes") == [(4, False)]


def test_a_log_of_its_own_is_a_sign(db: Database) -> None:
    """A replacement that came too late for a mini-batch has only begun a log; a manager's log is no worker's."""
    db.attempt(0, "done", "10:00:00", elapsed_s=60.0)
    for process, clock in (("process001", "10:01:30"), ("_main", "10:00:00")):
        db.insert("log_records", {"source": "worker", "node": "0", "process": process, "time": clock})
    assert db.rows(RESTARTS) == [("0", "process000", False), ("0", "process001", True)]


def test_events_without_a_duration_end_too(db: Database) -> None:
    """V0 tells when init() failed, not how long it took: the next process replaces that one."""
    for number, clock in ((1, "10:00:00"), (2, "10:01:00")):
        event = {"node": "0", "process": f"Process-{number}", "event": "init"}
        db.insert("script_events", event | {"time": clock, "outcome": "start"})
        db.insert("script_events", event | {"time": f"{clock[:-2]}10", "outcome": "exception"})
    assert db.rows(RESTARTS) == [("0", "Process-1", False), ("0", "Process-2", True)]
