"""Known problems in views: each text counts for the first problem that it shows, told once however many files tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ingest import KnownProblem

if TYPE_CHECKING:
    from tests.views.conftest import Database


def known(id_: str, pattern: str, **more: Any) -> KnownProblem:
    """A known problem whose words tell its id."""
    return KnownProblem(id_, pattern, f"Why {id_}.", f"Mend {id_}. Then rest.", f"https://example.org/{id_}", **more)


TIMEOUT = known("timeout", r"unable to finish within \d+ seconds")
SLOW = known("slow", r"Wait \d+ seconds")
FAILED = known("failed", r"had raised exception|SystemExit: 42", generic=True)
SILENT = known("silent", "")


def error(clock: str | None, message: str, **more: Any) -> dict[str, Any]:
    """An error told by a worker's log on node 0."""
    row = {"time": clock, "source": "worker", "node": "0", "exception_message": message, "fingerprint": message}
    return row | more


@pytest.fixture
def known_db(db: Database) -> Database:
    """A database that knows four problems, one generic and one that leaves no text."""
    db.know(FAILED, TIMEOUT, SLOW, SILENT)
    return db


def test_once_for_all_files(known_db: Database) -> None:
    """Two timeouts in the worker's log, two in its twin and one in a table are two; a warning is another problem.

    The numbers in the texts differ, so they are other texts of one problem. The earliest is the example.
    """
    for source in ("worker", "worker_level"):
        known_db.insert(
            "errors",
            error("10:02:00", "unable to finish within 60 seconds", source=source, node="2"),
            error("10:01:00", "Unable to finish within 90 seconds", source=source, file_id=7, line_no=70),
        )
    known_db.insert("errors", error("09:00:00", "bad line 7"))
    known_db.attempt(3, "timeout", "10:00:30", error_message="run(): unable to finish within 60 seconds")
    known_db.insert(
        "log_records", {"source": "worker", "level": "WARNING", "message": "Wait 58 seconds", "time": "10:05:00"}
    )
    known_db.insert(
        "log_records", {"source": "worker", "level": "INFO", "message": "Wait 59 seconds", "time": "10:06:00"}
    )
    columns = "problem, occurrences, reports, first_at, last_at, nodes, example, cause, fix, reference"
    assert known_db.rows(f"SELECT {columns} FROM known_problems_seen") == [
        (
            "timeout",
            2,
            5,
            "10:00:30",
            "10:02:00",
            ["0", "2"],
            "run(): unable to finish within 60 seconds",
            "Why timeout.",
            "Mend timeout. Then rest.",
            "https://example.org/timeout",
        ),
        (
            "slow",
            1,
            1,
            "10:05:00",
            "10:05:00",
            None,
            "Wait 58 seconds",
            "Why slow.",
            "Mend slow. Then rest.",
            "https://example.org/slow",
        ),
    ]


def test_counts_as_told(known_db: Database) -> None:
    """A line that says "occurred 52 times" counts 52; jobs are apart; the generic one comes last."""
    known_db.insert(
        "errors",
        error(None, "SystemExit: 42", job_id="b"),
        error(None, "unable to finish within 9 seconds", occurrences=52, job_id="b"),
        error(None, "unable to finish within 9 seconds", job_id="a"),
    )
    assert known_db.rows("SELECT job_id, problem, generic, occurrences FROM known_problems_seen") == [
        ("a", "timeout", False, 1),
        ("b", "timeout", False, 52),
        ("b", "failed", True, 1),
    ]


def test_type_message_and_headline_are_searched(known_db: Database) -> None:
    """What the type, the message or the headline says is found; a specific one in the headline beats a generic one."""
    known_db.know(FAILED, TIMEOUT, known("os", "^OSError: disk"))
    known_db.insert(
        "errors",
        error("10:00:00", "disk full", exception_type="OSError", job_id="a"),
        error("10:00:00", "'x'", headline="run() had raised exception for 3 times", job_id="b"),
        error("10:00:00", "SystemExit: 42", headline="unable to finish within 5 seconds", job_id="c"),
        error("10:00:00", "nothing of these", job_id="d"),
        {"time": "10:00:00", "source": "worker", "job_id": "e"},
    )
    assert known_db.rows("SELECT job_id, problem, cause, fix FROM first_error ORDER BY 1") == [
        ("a", "os", "Why os.", "Mend os. Then rest."),
        ("b", "failed", "Why failed.", "Mend failed. Then rest."),
        ("c", "timeout", "Why timeout.", "Mend timeout. Then rest."),
        ("d", None, None, None),
        ("e", None, None, None),
    ]


def test_of_equal_rank_what_is_known_to_be_vague_comes_last(known_db: Database) -> None:
    """A later error that says why wins over an earlier one that only says that it failed; never one of a worse rank."""
    vague = {"exception_type": "DriverException", "phase": "run", "exception_message": "Message: had raised exception"}
    known_db.insert(
        "errors",
        error("10:00:00", "", **vague),
        error("11:00:00", "unable to finish within 60 seconds"),
        error("09:00:00", "", **vague, job_id="other"),
        error("08:00:00", "Wait 5 seconds", job_id="other"),
    )
    assert known_db.rows("SELECT job_id, time, rank, problem FROM first_error ORDER BY 1") == [
        ("job", "11:00:00", 1, "timeout"),
        ("other", "09:00:00", 1, "failed"),
    ]


def test_errors_by_fingerprint(known_db: Database) -> None:
    """The problem is that of the example, the earliest report; none where nothing is known."""
    known_db.insert(
        "errors",
        error("10:00:00", "unable to finish within 60 seconds", fingerprint="a"),
        error("10:01:00", "SystemExit: 42", fingerprint="a"),
        error("10:00:00", "bad line", fingerprint="b"),
        error("10:00:00", "Wait 9 seconds", fingerprint=None),
    )
    assert known_db.rows("SELECT fingerprint, problem, fix FROM errors_by_fingerprint ORDER BY 1") == [
        ("a", "timeout", "Mend timeout. Then rest."),
        ("b", None, None),
        (None, "slow", "Mend slow. Then rest."),
    ]


def test_nothing_known(db: Database) -> None:
    """Without any known problem, or with silent ones only, views answer as before."""
    db.insert("errors", error("10:00:00", "x"))
    for problems in ((), (SILENT,)):
        db.know(*problems)
        assert db.rows("SELECT * FROM known_problems_seen") == []
        assert db.rows("SELECT problem FROM first_error UNION ALL SELECT problem FROM errors_by_fingerprint") == [
            (None,),
            (None,),
        ]


def test_quotes_in_a_pattern(db: Database) -> None:
    """A pattern stands in SQL: a quote in it is a quote."""
    db.know(known("quote", r"can't '\); DROP"))
    db.insert("errors", error("10:00:00", "I can't '); DROP it"))
    assert db.rows("SELECT problem FROM first_error") == [("quote",)]
