"""`repeat_offender_inputs`: which inputs fail in more than one job."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.views.conftest import Database

COLUMNS = "input, folder, jobs_failed, jobs_succeeded, failed_mini_batches, suspects, last_job_id, last_error, jobs"


def result(
    db: Database, job_id: str, outcome: str, clock: str, *inputs: str, folder: str = "daily", **more: object
) -> None:
    """A mini-batch of some inputs, read from a folder of that name."""
    detail = f'{{"id": 0, "minibatch": [], "location": "/mnt/{job_id}/{folder}"}}'
    db.attempt(0, outcome, clock, job_id=job_id, inputs=list(inputs), detail=detail, **more)


def test_fails_in_two_jobs(db: Database) -> None:
    """Of two inputs that failed together, the one that succeeded elsewhere is less of a suspect."""
    result(db, "mon", "exception", "10:00:00", "a.csv", "b.csv", error_message="No number\nmore")
    result(db, "tue", "exception", "11:00:00", "a.csv", "b.csv", error_message="No number: 'x'")
    result(db, "wed", "done", "12:00:00", "b.csv", "c.csv")
    assert db.rows(f"SELECT {COLUMNS} FROM repeat_offender_inputs") == [
        ("a.csv", "daily", 2, 0, 2, 1, "tue", "No number: 'x'", ["mon", "tue"]),
        ("b.csv", "daily", 2, 1, 2, 1, "tue", "No number: 'x'", ["mon", "tue"]),
    ]


def test_failed_together(db: Database) -> None:
    """Inputs that always stood in one mini-batch are suspects together."""
    for job_id in ("mon", "tue"):
        result(db, job_id, "timeout", "10:00:00", "a.csv", "b.csv", "c.csv")
    assert db.rows("SELECT input, suspects FROM repeat_offender_inputs") == [("a.csv", 3), ("b.csv", 3), ("c.csv", 3)]


def test_what_does_not_count(db: Database) -> None:
    """A single job, a retry that helped, another folder, a mini-batch that is open, and items that failed one by one."""
    result(db, "mon", "exception", "10:00:00", "a.csv")
    result(db, "mon", "exception", "10:01:00", "a.csv", attempt=2)
    result(db, "tue", "exception", "11:00:00", "a.csv")
    result(db, "tue", "done", "11:01:00", "a.csv", attempt=2)
    result(db, "wed", "exception", "12:00:00", "a.csv", folder="other")
    result(db, "thu", "open", "13:00:00", "a.csv")
    result(db, "fri", "done", "14:00:00", "a.csv", succeeded=9, failed=1)
    assert db.rows(f"SELECT {COLUMNS} FROM repeat_offender_inputs") == []


def test_done_with_nothing(db: Database) -> None:
    """A mini-batch that is done and gave not one item failed too."""
    for job_id in ("mon", "tue"):
        result(db, job_id, "done", "10:00:00", "a.csv", succeeded=0, failed=10)
    assert db.rows("SELECT input, jobs_failed FROM repeat_offender_inputs") == [("a.csv", 2)]
