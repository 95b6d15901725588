"""`failed_at_the_end`: all work was done, and yet the job failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.views.conftest import db  # noqa: F401  # a fixture
from tests.views.test_job_errors import error

if TYPE_CHECKING:
    from tests.views.conftest import Database

ASKED = "SELECT headline FROM failed_at_the_end"


@pytest.fixture
def failed(db: Database) -> Database:  # noqa: F811
    """A failed job of two mini-batches that are done."""
    db.insert("jobs", {"state": "failed"})
    for number in range(2):
        db.attempt(number, "done", "10:00:00")
    db.insert("progress", {"time": "10:00:00", "event": "processed_of", "scheduled": 2, "processed": 2, "total": 2})
    return db


def test_all_done_and_failed(failed: Database) -> None:
    """Found; a symptom beside it changes nothing, and stands behind it."""
    error(failed, "SystemExit", "42", "10:01:00", "exit")
    assert failed.rows(ASKED) == [("Failed after scoring: all 2 mini-batches are done, but the job failed",)]
    assert failed.rows("SELECT finding_id, severity FROM diagnosis") == [
        ("failed_at_the_end", "severe"),
        ("SystemExit", "note"),
    ]


def test_with_a_cause(failed: Database) -> None:
    """An error says why: nothing to guess."""
    error(failed, "OSError", "disk full", "10:01:00", "disk")
    assert failed.rows(ASKED) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE parts.jobs SET state = 'completed'",
        "UPDATE progress SET total = 3",
        "UPDATE attempt_reports SET failed = 1 WHERE mini_batch_id = 1",
        "UPDATE attempt_reports SET outcome = 'timeout' WHERE mini_batch_id = 1",
        "DELETE FROM attempt_reports",
    ],
)
def test_otherwise_not(failed: Database, change: str) -> None:
    """Not in a job that completed, lacks work, lost items, or left no tries."""
    failed.connection.execute(change)
    assert failed.rows(ASKED) == []
