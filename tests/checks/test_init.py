"""`init_failing` and `init_slow`: what comes before the first mini-batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.checks.conftest import clock, found, job, work

if TYPE_CHECKING:
    from tests.views.conftest import Database


def init(db: Database, name: str, process: int, outcome: str, seconds: float | None = None, at: float = 0) -> None:
    """An init() of a process of node 0."""
    row = {"job_id": name, "node": "0", "process": f"process{process:03}", "time": clock(at), "event": "init"}
    error = "FileNotFoundError: model.pkl" if outcome == "exception" else None
    db.insert("script_events", {**row, "outcome": outcome, "elapsed_s": seconds, "error_message": error})


def test_init_fails_everywhere(db: Database) -> None:
    """Severe where nothing was tried; where others work and the job is done it is a warning; one process is an accident."""
    for name, processes in (("fires", 4), ("partly", 2), ("once", 1)):
        job(db, name)
        for process in range(processes):
            init(db, name, process, "exception", 20.0)
    work(db, "partly", [10.0] * 5, node="1")
    assert found(db, "init_failing") == {
        "fires": (
            "severe",
            (
                "init() failed in 4 worker processes on 1 node | FileNotFoundError: model.pkl; node 0; no "
                "process got past init() | no mini-batch was attempted; 1 min 20 s of worker time lost"
            ),
        ),
        "partly": (
            "warning",
            (
                "init() failed in 2 worker processes on 1 node | FileNotFoundError: model.pkl; node 0; 1 process"
                " got past init() | 40.0 s of worker time lost"
            ),
        ),
    }
    assert db.rows("SELECT lost_s FROM init_failing WHERE job_id = 'fires'") == [(80.0,)]


def test_init_is_slow_as_told(db: Database) -> None:
    """Two minutes before eight of work in each of two processes; a minute, much more work, and one process are not told."""
    for name, seconds, mini_batches, processes in (
        ("fires", 120.0, 48, 2),
        ("short", 59.0, 4, 2),
        ("long work", 120.0, 100, 2),
        ("alone", 120.0, 4, 1),
    ):
        for process in range(processes):
            init(db, name, process, "done", seconds)
            work(db, name, [10.0] * mini_batches, start=seconds, node="0", process=f"process{process:03}")
    assert found(db, "init_slow") == {
        "fires": (
            "warning",
            (
                "Slow init(): 2 min in each of 2 processes | 20 % of the processes' time; longest 2 min, "
                "process001 on node 0 | 4 min of worker time in init()"
            ),
        )
    }
    assert db.rows("SELECT lost_s FROM init_slow") == [(240.0,)]


def test_init_is_slow_by_the_first_try(db: Database) -> None:
    """No table tells how long it took: from the first sign, or from the first scheduled mini-batch, to the first try."""
    for name, first_scheduled in (("fires", 10.0), ("slow scheduling", 190.0)):
        progress = {"job_id": name, "time": clock(first_scheduled), "event": "scheduled", "scheduled": 1}
        db.insert("progress", progress)
        for process in ("process000", "process001"):
            row = {"job_id": name, "node": "0", "process": process, "time": clock(0), "event": "load"}
            db.insert("script_events", {**row, "outcome": "done", "elapsed_s": 0.003})
            work(db, name, [10.0] * 10, start=200.0, process=process)
    told = found(db, "init_slow")
    assert set(told) == {"fires"}
    assert told["fires"][0] == "severe"
