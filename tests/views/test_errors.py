"""`error_reports`, `first_error` and `errors_by_fingerprint`: causes before symptoms, told once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.views.conftest import Database


def error(clock: str | None, kind: str | None, message: str, **more: Any) -> dict[str, Any]:
    """An error told by a worker's log."""
    return {
        "time": clock,
        "source": "worker",
        "exception_type": kind,
        "exception_message": message,
        "fingerprint": f"{kind}: {message}",
        "occurrences": 1,
    } | more


@pytest.mark.parametrize(
    ("kind", "message", "rank"),
    [
        ("ValueError", "bad line 7", 1),
        ("ModuleNotFoundError", "No module named 'pkg_resources'", 1),
        ("KeyError", "'label'", 1),
        (None, "Stop for run() unable to finish within 90 seconds for {}", 1),
        (None, "mini batch 7 did not finish in 45 seconds. Stopping this process.", 1),
        (None, "Process abort with unfinished mini batch 47.", 1),
        (None, "Error processing mini-batch 2: 'customer_id'", 2),
        (None, "The init() function in the entry script failed in all processes.", 3),
        ("x.parallel_run.exception.ParallelTaskException", "Exit code: 42. Message: Cannot find account key", 1),
        ("x.parallel_run.exception.EntryScriptException", "Entry script error.", 3),
        (None, "The run() function in the entry script had raised exception for 5 times", 3),
        ("Exception", "No progress update in 11190 seconds.", 3),
        ("SystemExit", "42", 4),
        (None, "Execution failed. User process 'python' exited with status code 42.", 4),
        ("UserException", "User program failed with Exception: Run failed, please check logs", 4),
        (None, "Failed to set task visible because of (138, 1).", 5),
        ("KeyError", "(138, 1)", 5),
        (None, "stderr: terminate called without an active exception", 5),
        (None, None, 2),
        (None, "stderr: WARNING: An illegal reflective access operation has occurred", 5),
        (None, "stderr: /opt/lib/base.py:329: UserWarning: Trying to unpickle estimator", 5),
        (None, "stderr: ERROR: cannot open the model", 2),
        (None, "Failed.", 4),
        (None, "The ParallelRunStep failed to process all mini batches. There are 5 mini batches", 3),
    ],
)
def test_rank(db: Database, kind: str | None, message: str, rank: int) -> None:
    """Causes are 1 and 2, sums of what went wrong 3, "it failed" 4, noise 5."""
    db.insert("errors", error("10:00:00", kind, message))
    assert db.rows("SELECT rank, symptom FROM error_reports") == [(rank, rank >= 3)]


def test_what_a_cut_says(db: Database) -> None:
    """A record that the file's end cuts says that there was an error; a traceback without a frame no more than that."""
    db.insert("errors", {"exception_message": "stderr: term", "cut": True, "line_no": 1})
    db.insert("errors", {"exception_message": "stderr: term", "cut": False, "line_no": 2})
    db.insert("errors", {"traceback": "Traceback (most recent call last):", "line_no": 3})
    db.insert("errors", {"traceback": 'Traceback (most recent call last):\n  File "a.py", line 1', "line_no": 4})
    assert db.rows("SELECT rank FROM error_reports ORDER BY line_no") == [(4,), (2,), (4,), (1,)]


def test_an_error_of_the_platform(db: Database) -> None:
    """An exception of the platform's own logs is no cause before the user's."""
    db.insert(
        "errors", error("09:00:00", "TimeoutError", "metrics", phase="platform"), error("10:00:00", "ValueError", "x")
    )
    assert db.rows("SELECT exception_type FROM first_error") == [("ValueError",)]


def test_the_cause_comes_before_symptoms_and_noise(db: Database) -> None:
    """Noise at nine and SystemExit without a time lose to the exception at ten, and that wins over the one at eleven."""
    db.insert(
        "errors",
        error("09:00:00", None, "stderr: terminate called without an active exception"),
        error(None, "SystemExit", "42", source="std_log", phase="driver"),
        error("11:00:00", "ValueError", "later"),
        error(
            "10:00:00",
            "ValueError",
            "first",
            node="3",
            process="process001",
            frame="score.py:9 in run",
            mini_batch_id=5,
        ),
        error("09:30:00", "RuntimeError", "of another job", job_id="other"),
    )
    row = db.one("SELECT * FROM first_error WHERE job_id = 'job'")
    assert (row["time"], row["exception_type"], row["exception_message"]) == ("10:00:00", "ValueError", "first")
    assert (row["node"], row["process"], row["frame"], row["mini_batch_id"]) == (
        "3",
        "process001",
        "score.py:9 in run",
        5,
    )
    assert (row["rank"], row["symptom"]) == (1, False)
    assert db.rows("SELECT job_id, exception_type FROM first_error ORDER BY 1") == [
        ("job", "ValueError"),
        ("other", "RuntimeError"),
    ]


def test_errors_without_a_time(db: Database) -> None:
    """They come after those with a time of the same rank, and before those of a worse one."""
    db.insert(
        "errors",
        error(None, "ImportError", "untimed"),
        error("10:00:00", None, "a record"),
        error("09:00:00", "SystemExit", "42"),
    )
    assert db.rows("SELECT exception_message FROM first_error") == [("untimed",)]
    db.insert("errors", error("12:00:00", "ValueError", "timed"))
    assert db.rows("SELECT exception_message FROM first_error") == [("timed",)]


def test_equal_times(db: Database) -> None:
    """Of reports of one time the order is source, file, line: always the same one is first."""
    db.insert(
        "errors",
        error("10:00:00", "ValueError", "x", source="worker_level", file_id=1, line_no=1),
        error("10:00:00", "ValueError", "x", source="worker", file_id=9, line_no=7),
        error("10:00:00", "ValueError", "x", source="worker", file_id=9, line_no=3),
    )
    assert db.rows("SELECT source, file_id, line_no FROM first_error") == [("worker", 9, 3)]


def test_only_symptoms(db: Database) -> None:
    """Where a job has nothing better the symptom is told, and marked as one."""
    db.insert("errors", error(None, "SystemExit", "42"))
    assert db.rows("SELECT exception_type, symptom FROM first_error") == [("SystemExit", True)]


def test_an_error_told_by_several_files_happened_once(db: Database) -> None:
    """Per job the fullest kind of file counts: 2 in the worker's log, 2 in its twin, 3 in the summary make 3."""
    for source in ("worker", "worker_level"):
        db.insert(
            "errors",
            *(error(f"10:0{i}:00", "ValueError", "x", source=source, node="0", process=f"p{i}") for i in range(2)),
        )
    db.insert("errors", error("10:09:00", "ValueError", "x", source="user_error_summary", occurrences=3))
    db.insert("errors", error("09:00:00", "ValueError", "x", job_id="other", node="0", process="p0", occurrences=None))
    assert db.one("SELECT * EXCLUDE (example_line_no) FROM errors_by_fingerprint") == {
        "fingerprint": "ValueError: x",
        "occurrences": 4,
        "reports": 6,
        "jobs": 2,
        "nodes": 2,
        "processes": 3,
        "first_at": "09:00:00",
        "last_at": "10:09:00",
        "rank": 1,
        "symptom": False,
        "exception_type": "ValueError",
        "exception_message": "x",
        "frame": None,
        "phase": None,
        "problem": None,
        "cause": None,
        "fix": None,
        "example_job_id": "other",
        "example_file_id": 1,
    }


def test_causes_first_then_the_frequent_ones(db: Database) -> None:
    """Sorted by symptom, then by how often; an error without a fingerprint is one of its own."""
    db.insert(
        "errors",
        error(None, "SystemExit", "42", occurrences=99),
        error("10:00:00", "ValueError", "rare"),
        error("10:00:00", "ValueError", "often", occurrences=5),
        error("10:00:00", "ValueError", "nameless", fingerprint=None, occurrences=2),
    )
    assert db.rows("SELECT fingerprint, occurrences FROM errors_by_fingerprint") == [
        ("ValueError: often", 5),
        (None, 2),
        ("ValueError: rare", 1),
        ("SystemExit: 42", 99),
    ]
