"""`findings`, `thresholds` and `diagnosis`: what checks and errors come to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.errors import IngestError
from ingest.known_problems import KnownProblem
from ingest.views.checks import set_thresholds
from ingest.views.library import load_library
from tests.views.test_job_errors import error

if TYPE_CHECKING:
    from tests.views.conftest import Database

TOO_LATE = """\
-- Did anything come too late?
-- Judged by the tries.
-- fix: Be earlier. Then look
-- again.
-- reference: a friend
-- explains: late|tardy
-- threshold: late_s = 5 s: what is late
-- query: SELECT * FROM attempts WHERE job_id = {job} AND elapsed_s > 5
select
    job_id, 'severe' as severity, count(*) || ' late attempts' as headline, min(node) as node,
    min(a.started_at) as time, sum(elapsed_s) as lost_s, to_json({late_attempts: count(*)}) as numbers
from attempts as a
where elapsed_s > threshold('late_s')
group by job_id
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for the checks of a plugin."""
    (tmp_path / "checks").mkdir()
    return tmp_path


def with_check(db: Database, folder: Path, text: str = TOO_LATE, name: str = "too_late") -> list[str]:
    """Makes the check of a plugin; returns what is wrong with it."""
    (folder / "checks" / f"{name}.sql").write_text(text)
    return [problem.reason for problem in db.add_views(folder)]


def test_a_check_of_a_plugin(db: Database, folder: Path) -> None:
    """Its head is in `checks` and `thresholds`, its rows in `findings` and `diagnosis`, with the job's name in the query."""
    assert with_check(db, folder) == []
    db.insert("jobs", {"job_id": "it's", "state": "completed"})
    db.attempt(0, "done", "10:00:00", job_id="it's", elapsed_s=7.0)
    check = db.one("SELECT * FROM checks WHERE id = 'too_late'")
    assert (check["question"], check["caveat"], check["fix"], check["reference"]) == (
        "Did anything come too late?",
        "Judged by the tries.",
        "Be earlier. Then look again.",
        "a friend",
    )
    row = db.one("SELECT * FROM findings WHERE check_id = 'too_late'")
    assert (row["job_id"], row["headline"], row["time"], row["lost_s"]) == ("it's", "1 late attempts", "10:00:00", 7.0)
    assert json.loads(row["numbers"]) == {"late_attempts": 1}
    assert (row["evidence"], row["impact"], row["process"]) == ("late attempts 1", "7.0 s lost", None)
    assert len(db.rows(row["query"])) == 1
    assert (
        db.rows("SELECT view_name FROM duckdb_views() WHERE comment IS NULL AND NOT internal AND NOT temporary") == []
    )
    told = db.one("SELECT * FROM diagnosis WHERE finding_id = 'too_late'")
    assert (told["rank"], told["kind"], told["severity"], told["fix"]) == (1, "check", "severe", check["fix"])


def test_a_threshold_may_be_changed(db: Database, folder: Path) -> None:
    """What is derived follows; the default stays to be seen."""
    with_check(db, folder)
    db.attempt(0, "done", "10:00:00", elapsed_s=7.0)
    asked = "SELECT count(*) FROM findings WHERE check_id = 'too_late'"
    assert db.rows(asked) == [(1,)]
    db.library = load_library((folder,), (("late_s", 8.0),))
    set_thresholds(db.connection, {"late_s": 8})
    assert db.rows(asked) == [(0,)]
    assert db.rows("SELECT value, default_value, unit, meaning, used_by FROM thresholds WHERE name = 'late_s'") == [
        (8.0, 5.0, "s", "what is late", "too_late")
    ]
    with pytest.raises(IngestError, match="late") as wrong:
        set_thresholds(db.connection, {"late": 8})
    assert "late_s" in wrong.value.remedy
    with pytest.raises(IngestError, match="not a number"):
        set_thresholds(db.connection, {"late_s": float("nan")})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (TOO_LATE.replace("-- fix: Be earlier. Then look\n-- again.\n", ""), "a check says what to do"),
        (TOO_LATE.replace("as headline", "as title"), "headline"),
        (TOO_LATE.replace("= 5 s: what", "five"), "not a threshold"),
    ],
)
def test_a_broken_check_is_told(db: Database, folder: Path, text: str, reason: str) -> None:
    """Without a remedy, a column or a threshold's value it is left out; the others answer."""
    problems = with_check(db, folder, text)
    assert len(problems) == 1
    assert reason in problems[0]
    assert db.rows("SELECT count(*) FROM findings") == [(0,)]
    assert db.rows("SELECT count(*) FROM duckdb_views() WHERE view_name = 'too_late'") == [(0,)]


def test_two_may_not_name_one_threshold(db: Database, folder: Path) -> None:
    """The second is told."""
    assert with_check(db, folder) == []
    assert [reason for reason in with_check(db, folder, name="zz_later") if "late_s" in reason]


def test_errors_that_a_check_explains(db: Database, folder: Path) -> None:
    """They come behind it, as notes that name it; another error is severe, for the job failed."""
    with_check(db, folder)
    db.insert("jobs", {"state": "failed"})
    db.attempt(0, "done", "10:00:00", elapsed_s=7.0)
    error(db, "LateError", "much too TARDY", "10:00:01", "tardy")
    error(db, "OSError", "no disk", "10:00:02", "disk")
    assert db.rows("SELECT rank, kind, finding_id, severity, explained_by FROM diagnosis") == [
        (1, "check", "too_late", "severe", None),
        (2, "error", "OSError", "severe", None),
        (3, "error", "LateError", "note", "too_late"),
    ]


def test_an_error_is_as_severe_as_what_it_did(db: Database) -> None:
    """A warning if all work was done, severe if items were lost."""
    db.insert("jobs", {"job_id": "done", "state": "completed"}, {"job_id": "lost", "state": "completed"})
    for job_id, outcome in (("done", "done"), ("lost", "exception")):
        db.attempt(0, outcome, "10:00:00", job_id=job_id)
        error(db, "ValueError", "x", "10:00:01", "f", job_id=job_id)
    assert db.rows("SELECT job_id, severity FROM diagnosis WHERE kind = 'error' ORDER BY 1") == [
        ("done", "warning"),
        ("lost", "severe"),
    ]


def test_a_symptom_alone(db: Database) -> None:
    """Severe in a failed job of which nothing else is known; a note beside a cause."""
    db.insert("jobs", {"job_id": "alone", "state": "failed"}, {"job_id": "known", "state": "failed"})
    for job_id in ("alone", "known"):
        error(db, "SystemExit", "42", "10:00:01", "exit", job_id=job_id)
    error(db, "ValueError", "x", "10:00:02", "f", job_id="known", frame="/mnt/a/score.py:7 in run")
    assert db.rows(
        "SELECT job_id, finding_id, severity, regexp_replace(fix, ' [0-9]+:[0-9]+', '') FROM diagnosis"
        " ORDER BY job_id, rank"
    ) == [
        ("alone", "SystemExit", "severe", "Read the log around it: `ingest show`."),
        (
            "known",
            "ValueError",
            "severe",
            "Fix score.py:7 in run, or the input that it fails on.",
        ),
        ("known", "SystemExit", "note", "Read the log around it: `ingest show`."),
    ]


def test_a_warning_that_is_a_known_problem(db: Database) -> None:
    """Told by no error, it stands for itself; told by one, it is not said twice."""
    db.know(KnownProblem("slow_queue", "queue is slow", "The queue.", "Wait.", "docs"))
    db.insert("jobs", {"state": "completed"})
    warning = {"source": "worker", "level": "WARNING", "message": "the queue is slow", "time": "10:00:00", "node": "1"}
    db.insert("log_records", warning)
    asked = "SELECT kind, finding_id, severity, fix, node FROM diagnosis"
    assert db.rows(asked) == [("problem", "slow_queue", "warning", "Wait.", "1")]
    error(db, None, "the queue is slow", "10:00:01", "f")
    assert [row[0] for row in db.rows(asked)] == ["error"]


def test_poison_that_exceptions_made(db: Database) -> None:
    """Poison is a note where its mini-batch raised before; it stays an error of a mini-batch that nothing else tells of."""
    for number, job in enumerate(("raised", "silent")):
        db.insert("jobs", {"job_id": job, "state": "failed"})
        error(db, "ValueError", "bad magic", "10:01:00", "magic", job_id=job, mini_batch_id=3)
        error(db, None, f"Found poison message for {number}.", "10:02:00", "p", job_id=job, mini_batch_id=3 + number)
    rows = db.rows("SELECT job_id, headline, severity FROM diagnosis ORDER BY job_id, rank")
    assert rows == [
        ("raised", "ValueError: bad magic", "severe"),
        ("raised", "Found poison message for 0.", "note"),
        ("silent", "ValueError: bad magic", "severe"),
        ("silent", "Found poison message for 1.", "severe"),
    ]


@pytest.mark.parametrize("source", ["driver", "user_stream", "child_stream", "entry_script_log"])
def test_what_is_only_printed_in_a_good_job(db: Database, source: str) -> None:
    """A warning, though items were lost; severe if the driver reports it, or if the job failed."""
    for job, state, of in (
        ("good", "completed", source),
        ("told", "completed", "user_error"),
        ("bad", "failed", source),
    ):
        db.insert("jobs", {"job_id": job, "state": state})
        db.attempt(0, "exception", "10:00:00", job_id=job)
        error(db, "ValueError", "no", "10:00:05", "no", job_id=job, source=of)
    rows = db.rows("SELECT job_id, severity FROM diagnosis WHERE headline = 'ValueError: no' ORDER BY job_id")
    assert rows == [("bad", "severe"), ("good", "warning"), ("told", "severe")]
