"""`slow_scheduling`, `idle_workers` and `stalled_progress`: workers without work, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.checks.conftest import clock, found, job, work

if TYPE_CHECKING:
    from tests.views.conftest import Database


def scheduled(db: Database, job: str, at: float, count: int = 100) -> None:
    """Scheduling is finished so many seconds after 10:00."""
    row = {"job_id": job, "event": "sched_done", "time": clock(at), "scheduled": count, "total": count}
    db.insert("progress", row)


def two_workers(db: Database, name: str, idle: float, count: int = 12) -> None:
    """One that works all the time, and one that is idle for so many seconds before each mini-batch."""
    work(db, name, [10.0] * count, gap=idle, process="process001")
    work(db, name, [10.0 + idle] * count)


def test_slow_scheduling(db: Database) -> None:
    """11 gaps of 10 s while scheduling goes on; not if it had ended before, of too few gaps, or if nothing is told.

    Where the end of scheduling is not told, the workers' own words count.
    """
    for name in ("slow", "scheduled", "silent", "own words"):
        two_workers(db, name, 10.0)
    scheduled(db, "slow", 3600)
    scheduled(db, "scheduled", -1)
    two_workers(db, "few", 10.0, count=10)
    scheduled(db, "few", 3600)
    for second in range(12):
        at = clock(20 * second)
        row = {"job_id": "own words", "source": "worker", "time": at, "event": "slow_scheduling"}
        db.insert("log_records", row | {"fields": '{"seconds": "10"}'})
    assert found(db, "slow_scheduling") == {
        "slow": (
            "warning",
            (
                "Slow scheduling: workers waited 11 times because no mini-batch was scheduled | 23 % of their "
                "time | 1 min 50 s of worker time lost"
            ),
        ),
        "own words": (
            "warning",
            (
                "Slow scheduling: workers waited 12 times because no mini-batch was scheduled | 26 % of their "
                "time, according to the logs of the workers | 2 min of worker time lost"
            ),
        ),
    }


def test_idle_workers(db: Database) -> None:
    """11 gaps of 10 s with mini-batches in the queue; not while scheduling goes on, nor when the whole job stood."""
    for name in ("idle", "scheduling", "unknown"):
        two_workers(db, name, 10.0)
    scheduled(db, "idle", -1)
    scheduled(db, "scheduling", 3600)
    work(db, "stood", [10.0] * 12, gap=10.0)
    scheduled(db, "stood", -1)
    two_workers(db, "short", 5.0)
    scheduled(db, "short", -1)
    assert found(db, "idle_workers") == {
        "idle": (
            "warning",
            (
                "Idle workers: 1 worker without work while mini-batches were waiting | 23 % of worker time; "
                "longest 10.0 s, process001 on node 0 | 1 min 50 s of worker time lost"
            ),
        )
    }


def test_stalled_progress(db: Database) -> None:
    """Nobody works for five minutes; not for less, while one works, or before a retry. At the end only if it failed."""
    for name, pause in {"stood": 300.0, "short": 299.0, "one works": 300.0, "retry": 300.0, "ended": 0.0}.items():
        work(db, name, [10.0, 10.0], gap=pause)
        job(db, name, end=900 if name == "ended" else 320)
    work(db, "one works", [310.0], process="process001")
    db.connection.execute("UPDATE attempt_reports SET attempt = 2 WHERE job_id = 'retry' AND mini_batch_id = 1")
    for name, state in {"failed": "failed", "stalled": "stalled", "all done": "failed"}.items():
        work(db, name, [10.0, 10.0])
        job(db, name, state, end=620)
    scheduled(db, "failed", 0, count=3)
    scheduled(db, "all done", 0, count=2)
    assert found(db, "stalled_progress") == {
        "stood": (
            "warning",
            (
                "Stalled: no mini-batch in progress for 5 min, though some were waiting | from 2024-03-01 "
                "10:00:10 | 5 min of node time lost"
            ),
        ),
        "failed": (
            "severe",
            (
                "Stalled: no mini-batch finished in the last 10 min before the job failed | from 2024-03-01 "
                "10:00:20 | 10 min of node time lost"
            ),
        ),
        "stalled": (
            "severe",
            (
                "Stalled: no mini-batch finished in the last 10 min of the logs | from 2024-03-01 10:00:20 | 10 "
                "min of node time lost"
            ),
        ),
    }
