"""`job_errors`: the distinct errors of each job, causes first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.known_problems import KnownProblem

if TYPE_CHECKING:
    from tests.views.conftest import Database


def error(db: Database, kind: str | None, message: str, at: str | None, fingerprint: str, **more: Any) -> None:
    """Puts in a report of an error, by process000 of node 0 unless said otherwise."""
    row = {"source": "worker", "node": "0", "process": "process000", "time": at}
    row |= {"exception_type": kind, "exception_message": message, "fingerprint": fingerprint}
    db.insert("errors", row | more)


def test_causes_before_symptoms_and_earliest_first(db: Database) -> None:
    """An exception before an error record before a sum before an exit code, whatever their times."""
    error(db, "SystemExit", "42", "10:00:00", "exit")
    error(db, None, "The init() function in the entry script raised in init()", "10:00:01", "sum")
    error(db, None, "cannot reach the queue", "10:00:02", "record")
    error(db, "ValueError", "second", "10:00:04", "second")
    error(db, "KeyError", "'first'", "10:00:03", "first")
    assert db.rows("SELECT place, fingerprint, rank, symptom FROM job_errors") == [
        (1, "first", 1, False),
        (2, "second", 1, False),
        (3, "record", 2, False),
        (4, "sum", 3, True),
        (5, "exit", 4, True),
    ]


def test_one_error_told_by_several_files(db: Database) -> None:
    """Counted as often as one kind of file tells it; nodes and processes are those of all files."""
    for source in ("worker", "user_error"):
        error(db, "ValueError", "x", "10:00:00", "f", source=source)
        error(db, "ValueError", "x", "10:00:05", "f", source=source, node="1", process="process001")
    error(db, "ValueError", "x", None, "f", source="user_error", occurrences=3, node=None, process=None)
    row = db.one("SELECT * FROM job_errors")
    assert (row["occurrences"], row["reports"], row["nodes"], row["processes"]) == (5, 5, ["0", "1"], 2)
    assert (row["first_at"], row["last_at"], row["node"]) == ("10:00:00", "10:00:05", "0")


def test_what_only_retells_an_exception(db: Database) -> None:
    """A script's own words for what it caught, with other quotes and numbers, and the driver's sum, point to it."""
    error(db, "ValueError", "could not convert 'a' to float, row 1", "10:00:01", "exception")
    error(db, None, "Error processing mini-batch 3: could not convert 'b' to float, row 7", "10:00:00", "words")
    error(db, None, "The run() in the entry script had raised exception", "10:00:02", "sum", headline="'k' missing")
    error(db, "KeyError", "'k' missing", "10:00:03", "key")
    error(db, "OSError", "disk full", "10:00:04", "other")
    assert db.rows("SELECT fingerprint, place, retells FROM job_errors") == [
        ("exception", 1, None),
        ("key", 2, None),
        ("other", 3, None),
        ("words", 4, 1),
        ("sum", 5, 2),
    ]


def test_a_short_message_is_in_everything(db: Database) -> None:
    """`KeyError: 3` is not what every text with a 3 in it retells."""
    error(db, "KeyError", "3", "10:00:00", "key")
    error(db, None, "cannot open part-3", "10:00:01", "record")
    assert db.rows("SELECT fingerprint, retells FROM job_errors") == [("key", None), ("record", None)]


def test_the_known_problem(db: Database) -> None:
    """An error names the first problem that it shows; what says less comes behind errors of its rank."""
    db.know(
        KnownProblem("no_pip", "No module named pip", "It lacks pip.", "Add pip.", "docs"),
        KnownProblem("failed", "it failed", "Something.", "Look.", "docs", generic=True),
    )
    error(db, None, "it failed", "10:00:00", "generic")
    error(db, None, "No module named pip", "10:00:01", "specific")
    assert db.rows("SELECT fingerprint, problem, fix FROM job_errors") == [
        ("specific", "no_pip", "Add pip."),
        ("generic", "failed", "Look."),
    ]
