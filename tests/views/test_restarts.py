"""`restarts` and its ground `worker_ends`: which worker processes ended, and which number replaced each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database

PAIRS = "SELECT process, replaced_by, reason, source FROM restarts"


def exited(db: Database, process: str, clock: str, code: int, node: str = "0") -> None:
    """The node's manager tells that a worker process exited."""
    place = {"node": node, "process": "_main", "message": f"The process {process} with pid 9 exited with code {code}."}
    db.event("worker", "worker_exited", clock, place, worker=process, exit_code=str(code))


def test_a_worker_is_killed(db: Database) -> None:
    """When it ended, what it had in work, and how long until the next number came."""
    db.attempt(1, "done", "10:00:00", elapsed_s=300.0)
    db.attempt(0, "done", "10:00:00", process="process001", elapsed_s=20.0)
    more = {"error_message": "Process abort with unfinished mini batch 7.\nmore", "elapsed_s": 40.0}
    db.attempt(7, "exception", "10:00:20", process="process001", attempt=2, **more)
    exited(db, "process001", "10:01:01", -9)
    db.attempt(8, "done", "10:01:06", process="process002")
    assert db.one("SELECT * FROM restarts") == {
        "job_id": "job",
        "node": "0",
        "process": "process001",
        "replaced_by": "process002",
        "ended_at": "10:01:01",
        "replaced_at": "10:01:06",
        "down_s": 5.0,
        "lived_s": 61.0,
        "mini_batch_id": 7,
        "attempt": 2,
        "outcome": "exception",
        "reason": "killed",
        "exit_code": -9,
        "said": "Process abort with unfinished mini batch 7.; The process process001 with pid 9 exited with code -9.",
        "source": "log",
        "caveat": None,
    }


def test_without_a_log(db: Database) -> None:
    """Then the end is the last sign, and the pair is put together by order of time, which is said."""
    db.attempt(0, "done", "10:00:00", elapsed_s=300.0)
    db.attempt(1, "timeout", "10:00:00", elapsed_s=60.0, process="process001")
    db.attempt(2, "done", "10:01:30", elapsed_s=60.0, process="process002")
    row = db.one("SELECT * FROM restarts")
    assert (row["process"], row["replaced_by"], row["ended_at"], row["down_s"]) == (
        "process001", "process002", "10:01:00", 30.0,
    )  # fmt: skip
    assert (row["reason"], row["source"], row["mini_batch_id"]) == ("timeout", "order", 1)
    assert row["caveat"] == "no log records the end: the two processes are paired by order of time"


def test_two_that_end_before_either_is_replaced(db: Database) -> None:
    """The first that ended goes with the first that came; a node is paired for itself."""
    for number, seconds in ((0, 100.0), (1, 90.0)):
        db.attempt(number, "done", "10:00:00", process=f"process00{number}", elapsed_s=seconds)
        exited(db, f"process00{number}", f"10:01:{30 + (1 - number) * 10}", -11)
    db.attempt(4, "done", "10:01:50", process="process002")
    db.attempt(5, "done", "10:01:52", process="process003")
    assert db.rows(PAIRS) == [
        ("process001", "process002", "not recorded", "log"),
        ("process000", "process003", "not recorded", "log"),
    ]


def test_an_init_that_fails_and_fails(db: Database) -> None:
    """Each process that took the place of another is a row; none had a mini-batch."""
    for number in range(3):
        row = {"node": "0", "process": f"process00{number}", "time": f"10:0{number}:00", "event": "init"}
        db.insert("script_events", {**row, "outcome": "exception", "elapsed_s": 20.0, "error_message": "no model"})
    assert db.rows(f"{PAIRS} ORDER BY replaced_by") == [
        ("process000", "process001", "init", "order"),
        ("process001", "process002", "init", "order"),
    ]
    assert db.rows("SELECT DISTINCT mini_batch_id, said FROM restarts") == [(None, "no model")]


def test_a_job_that_ends_is_no_restart(db: Database) -> None:
    """Workers that exit at the end with code 0 or 82, and are not replaced, are no restarts; told ends are in the ground."""
    db.attempt(0, "done", "10:00:00")
    db.attempt(1, "done", "10:00:00", process="process001")
    exited(db, "process000", "10:00:20", 0)
    exited(db, "process001", "10:00:20", 82)
    assert db.rows(PAIRS) == []
    assert db.rows("SELECT process, reason FROM worker_ends") == [("process001", "stopped")]
