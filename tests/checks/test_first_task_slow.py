"""`first_task_slow`: a long wait for the first mini-batch to be scheduled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.checks.conftest import clock, found, job, work

if TYPE_CHECKING:
    from tests.views.conftest import Database


def first_task(db: Database, name: str, after: float, end: float) -> None:
    """The master starts at 10:00 and schedules the first task so many seconds later; two nodes work."""
    job(db, name, end=end)
    master = {"job_id": name, "source": "master"}
    db.insert("log_records", master | {"event": "start_scheduling", "time": "10:00:00"})
    stage = {"event": "job_stage", "time": clock(after), "fields": '{"stage": "FIRST_TASK_SCHEDULED"}'}
    db.insert("log_records", master | stage)
    work(db, name, [10.0], start=after)
    work(db, name, [10.0], start=after, node="1")


def test_found_or_not(db: Database) -> None:
    """A minute of ten is found, and five of any; not 59 s, nor a minute of an hour. Or the driver gives up."""
    first_task(db, "slow", 60, end=1200)
    first_task(db, "long", 300, end=7200)
    first_task(db, "quick", 59, end=100)
    first_task(db, "long job", 60, end=3600)
    job(db, "gave up", "failed", end=600)
    gave_up = {"job_id": "gave up", "source": "master", "event": "no_first_task", "time": "10:10:00"}
    db.insert("log_records", gave_up | {"fields": '{"seconds": "600"}'})
    assert found(db, "first_task_slow") == {
        "slow": (
            "note",
            (
                "Slow scheduling: first mini-batch scheduled after 1 min | 5 % of the job's duration | 2 min of"
                " node time lost"
            ),
        ),
        "long": (
            "warning",
            (
                "Slow scheduling: first mini-batch scheduled after 5 min | 4 % of the job's duration | 10 min "
                "of node time lost"
            ),
        ),
        "gave up": (
            "severe",
            (
                "Slow scheduling: no mini-batch within 10 min, and the driver gave up | the master reported that"
                " it could not create any task | no mini-batch was processed; 10 min of node time lost"
            ),
        ),
    }
    assert db.rows("SELECT lost_s FROM first_task_slow WHERE job_id = 'slow'") == [(120.0,)]


def test_told_by_the_driver_itself(db: Database) -> None:
    """V0's master sums it up."""
    job(db, "v0", end=1000)
    row = {"job_id": "v0", "source": "master", "event": "queue_done", "time": "10:05:00"}
    db.insert("log_records", row | {"fields": '{"first_task_s": "200.5"}'})
    assert [severity for severity, _ in found(db, "first_task_slow").values()] == ["warning"]
