"""`reconciliation`: what several files of a job tell must agree, or be reported."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import StoreUnderTest
    from tests.views.conftest import Database

ROOT = Path(__file__).resolve().parents[2]
JOBS = ROOT / "data" / "jobs"


def _job(db: Database, state: str = "completed", until: str = "11:00:00") -> None:
    db.insert("jobs", {"state": state, "last_record_at": until})


def _summary_line(db: Database, at: str = "10:59:00", **told: int) -> None:
    """The job summary of the master: `tasks`, `items`, `done`, `done_items`, `succeeded`, `failed`."""
    fields = json.dumps({name: str(value) for name, value in told.items()})
    db.insert("log_records", {"source": "master", "event": "job_summary", "time": at, "fields": fields})


def _progress(db: Database, at: str, source: str = "overview", **told: Any) -> None:
    db.insert("progress", {"source": source, "time": at, **told})


def _verdicts(db: Database, facts: str = "mini_batches_%", scope: str = "job") -> dict[str, list[Any]]:
    """Fact → verdict and explanation."""
    where = f"WHERE scope = '{scope}' AND fact LIKE '{facts}'"
    return {fact: rest for fact, *rest in db.rows(f"SELECT fact, verdict, explanation FROM reconciliation {where}")}


def _fact(db: Database, fact: str) -> dict[str, Any]:
    """The row of a fact of the job, without what is NULL."""
    row = db.one(f"SELECT * FROM reconciliation WHERE scope = 'job' AND fact = '{fact}'")
    return {name: value for name, value in row.items() if value is not None and name not in ("job_id", "scope", "fact")}


def test_all_agree(db: Database) -> None:
    """Master, overview, progress.csv, table and job result tell the same of two mini-batches; each stands in its column."""
    _job(db)
    db.attempt(0, "done", "10:00:00")
    db.attempt(1, "exception", "10:00:00")
    _summary_line(db, tasks=2, items=20, done=2, done_items=20, succeeded=10, failed=10)
    _progress(db, "10:00:01", event="sched_done", scheduled=2, items=20)
    _progress(db, "10:58:00", event="processed_of", processed=2, total=2)
    _progress(db, "10:58:00", "progress_csv", total=2, processed=1, failed=1)
    db.insert("log_records", {"source": "job_result", "message": "Succeeded. Processed 2 of 2 mini batches."})
    assert _fact(db, "mini_batches_processed") == {
        "verdict": "agree",
        "master": 2,
        "overview": 2,
        "progress_csv": 2,
        "mini_batch_table": 2,
        "job_result": 2,
    }
    assert _fact(db, "failed_mini_batches") == {"verdict": "agree", "progress_csv": 1, "mini_batch_table": 1}
    assert _fact(db, "items_total") == {"verdict": "agree", "master": 20, "overview": 20}
    assert _fact(db, "items_succeeded") == {"verdict": "agree", "master": 10, "mini_batch_table": 10}
    assert _fact(db, "failed_items") == {"verdict": "agree", "master": 10, "mini_batch_table": 10}
    assert db.rows("SELECT count(*) FROM reconciliation WHERE verdict NOT IN ('agree', 'one source')") == [(0,)]


def test_a_difference_is_reported(db: Database) -> None:
    """The master counts an item less than the table: no known reason, so no explanation."""
    _job(db)
    db.attempt(0, "done", "10:00:00")
    _summary_line(db, tasks=1, items=10, done=1, done_items=10, succeeded=9, failed=1)
    differing = "SELECT fact, master, mini_batch_table, explanation FROM reconciliation WHERE verdict = 'differ'"
    assert db.rows(differing) == [("failed_items", 1, 0, None), ("items_succeeded", 9, 10, None)]


def test_nothing_to_compare(db: Database) -> None:
    """A fact of one source is listed as such; nothing is made up for the others."""
    db.attempt(0, "done", "10:00:00")
    assert set(db.rows("SELECT scope, verdict, explanation FROM reconciliation")) == {
        (scope, "one source", None) for scope in ("job", "node", "process")
    }


def test_the_last_summary_line_counts(db: Database) -> None:
    """After a failover there are two masters, the first one's count was of its time."""
    _job(db)
    _summary_line(db, "10:59:00", tasks=8, done=8)
    _summary_line(db, "10:20:00", tasks=8, done=3)
    _progress(db, "10:58:00", event="all_done", total=8)
    assert _fact(db, "mini_batches_processed") == {"verdict": "agree", "master": 8, "overview": 8}


def test_poisoned_ones_are_processed(db: Database) -> None:
    """Done and poisoned mini-batches count as processed everywhere (formats.md §5)."""
    _job(db)
    db.attempt(0, "done", "10:00:00")
    db.attempt(1, "poisoned", "10:00:00")
    _summary_line(db, done=2)
    assert _verdicts(db)["mini_batches_processed"] == ["agree", None]


def test_processed_without_the_failed_ones(db: Database) -> None:
    """A master that counts only done and poisoned ones as processed differs, and the table's counts explain it."""
    _job(db)
    for mini_batch_id, outcome in enumerate(("done", "poisoned", "timeout", "exception")):
        db.attempt(mini_batch_id, outcome, "10:00:00")
    _summary_line(db, done=2)
    verdict, explanation = _verdicts(db)["mini_batches_processed"]
    assert (verdict, explanation[:30]) == ("differ", "2 mini-batches failed without ")


def test_no_result_in_the_table(db: Database) -> None:
    """The job ended, the master counts three, but the table tells the end of two: the worker of the third died."""
    _job(db)
    db.attempt(0, "done", "10:00:00")
    db.attempt(1, "done", "10:00:00")
    db.attempt(2, "open", "10:00:00")
    _summary_line(db, done=3)
    assert _verdicts(db)["mini_batches_processed"] == ["differ", "1 mini-batch has no result in the table"]


def test_overview_that_ends_early(db: Database) -> None:
    """Its node went away, the job went on for half an hour: the count is partial, and both times are said (trap 10)."""
    _job(db)
    for mini_batch_id in range(3):
        db.attempt(mini_batch_id, "done", "10:50:00")
    _summary_line(db, tasks=3, done=3)
    _progress(db, "10:20:00", event="processed_of", processed=1, total=3)
    _progress(db, "10:20:10", event="overviewer")
    assert _verdicts(db)["mini_batches_processed"] == [
        "partial",
        "progress is recorded until 2024-03-01 10:20:10, the job until 2024-03-01 11:00:00",
    ]
    assert _verdicts(db)["mini_batches_total"] == ["agree", None]


def test_overview_that_tells_too_much(db: Database) -> None:
    """A file that ends early can only tell less; more than master and table say is a contradiction."""
    _job(db)
    db.attempt(0, "done", "10:50:00")
    _summary_line(db, done=1)
    _progress(db, "10:20:00", event="processed_of", processed=2, total=3)
    assert _verdicts(db)["mini_batches_processed"] == ["differ", None]


@pytest.mark.parametrize(
    ("state", "told"),
    [("running", "the job is running"), ("stalled", "the job is stalled"), (None, "in an unknown state")],
)
def test_job_without_an_end(db: Database, state: Any, told: str) -> None:
    """Files of a job in mid-flight were written at different moments."""
    _job(db, state)
    db.attempt(0, "done", "10:00:00")
    _progress(db, "10:00:20", event="processed_of", processed=2, total=9)
    verdict, explanation = _verdicts(db)["mini_batches_processed"]
    assert verdict == "partial"
    assert told in explanation


def test_table_with_rejects(db: Database) -> None:
    """Rows that could not be read are missing in the table's counts."""
    _job(db)
    db.attempt(0, "done", "10:00:00")
    _summary_line(db, done=3, done_items=30)
    db.insert("files", {"kind": "mini_batches", "status": "parsed", "rejects": 2})
    told = "2 records of the mini-batch table could not be parsed"
    assert _verdicts(db, "%processed") == {
        "mini_batches_processed": ["partial", told],
        "items_processed": ["partial", told],
    }


def test_no_task_has_been_processed_yet(db: Database) -> None:
    """An overview that says so tells 0, not nothing."""
    _job(db, "failed")
    _summary_line(db, tasks=4, done=0)
    _progress(db, "10:00:00", event="none_yet")
    assert _fact(db, "mini_batches_processed") == {"verdict": "agree", "master": 0, "overview": 0}


@pytest.mark.parametrize("completed", [1, 2])
def test_completed_with_or_without_the_failed_ones(db: Database, completed: int) -> None:
    """Whether `Completed Tasks` holds the failed ones is not known; their sum never passes the total."""
    _job(db)
    db.attempt(0, "done", "10:00:00")
    db.attempt(1, "timeout", "10:00:00")
    _progress(db, "10:00:00", "progress_csv", total=None, processed=0, failed=0)
    _progress(db, "10:58:00", "progress_csv", total=2, processed=completed, failed=1)
    assert _fact(db, "mini_batches_processed")["progress_csv"] == 2
    assert _fact(db, "failed_mini_batches") == {"verdict": "agree", "progress_csv": 1, "mini_batch_table": 1}


SUMMARY = """The run() function in the entry script had raised exception for 3 times. Please check logs.
  * Error 'x' occurred 2 times.
  * Error 'y' occurred 1 times.
The run() method in the entry sript had timeout for 4 times."""


def _error(source: str, message: str, occurrences: int = 1, **more: Any) -> dict[str, Any]:
    return {"source": source, "phase": "run", "exception_message": message, "occurrences": occurrences, **more}


def test_error_summary_counts_tries(db: Database) -> None:
    """Three exceptions and four timeouts of run() at two mini-batches: tries are compared, not mini-batches."""
    _job(db)
    for attempt in range(1, 4):
        db.attempt(0, "exception", f"10:0{attempt}:00", attempt=attempt)
    for attempt in range(1, 5):
        db.attempt(1, "timeout", f"10:0{attempt}:00", attempt=attempt)
    db.insert("log_records", {"source": "user_error_summary", "message": SUMMARY})
    db.insert("log_records", {"source": "job_result", "message": SUMMARY})
    assert _fact(db, "run_exceptions") == {
        "verdict": "agree",
        "mini_batch_table": 3,
        "error_summary": 3,
        "job_result": 3,
    }
    assert _fact(db, "run_timeouts") == {"verdict": "agree", "mini_batch_table": 4, "error_summary": 4, "job_result": 4}


def test_workers_that_died(db: Database) -> None:
    """The table calls a try whose worker died an exception; no error summary counts it."""
    _job(db)
    db.attempt(0, "exception", "10:01:00", error_message="ValueError: x", error_category="User")
    db.attempt(1, "exception", "10:01:00", error_message="Process abort with unfinished mini batch 1.")
    text = "The run() function in the entry script had raised exception for 1 times."
    db.insert("log_records", {"source": "user_error_summary", "message": text})
    assert _verdicts(db, "run_exceptions")["run_exceptions"] == [
        "differ",
        "1 attempt ended because the worker died, which is not an exception in the script",
    ]


def test_exceptions_of_v0(db: Database) -> None:
    """In V0 a raising run() is an event of the script, its try is processed all the same."""
    _job(db)
    db.attempt(0, "done", "10:01:00", source="task_csv")
    db.insert("script_events", {"event": "run", "outcome": "exception", "time": "10:01:00"})
    db.insert("errors", _error("user_error", "x", exception_type="ValueError"))
    assert _fact(db, "run_exceptions") == {"verdict": "agree", "mini_batch_table": 1, "user_errors": 1}


def test_init_exceptions(db: Database) -> None:
    """Failures of init() are told by the job result, the table's events and the error files: here one count is off."""
    _job(db, "failed")
    db.insert("script_events", *({"event": "init", "outcome": "exception", "time": "10:00:00"} for _ in range(2)))
    db.insert("errors", _error("user_error", "x", 2, phase="init", exception_type="OSError"))
    text = "The init() function in the entry script had raised exception for 3 times."
    db.insert("log_records", {"source": "job_result", "message": text})
    assert _fact(db, "init_exceptions") == {
        "verdict": "differ",
        "mini_batch_table": 2,
        "job_result": 3,
        "user_errors": 2,
    }


def test_each_error_by_its_text(db: Database) -> None:
    """'occurred N times' against the records in logs/user/error, by first line; a summary's own sentence is no error."""
    _job(db)
    headline = SUMMARY.partition("\n")[0]
    db.insert("errors", _error("user_error_summary", "x", 2, headline=headline))
    db.insert("errors", _error("user_error_summary", "y", 1, headline=headline))
    db.insert("errors", _error("job_result", headline, 1, headline=headline))
    db.insert("errors", *(_error("user_error", "x\nmore", exception_type="ValueError") for _ in range(2)))
    db.insert("errors", *(_error("user_error", "y", exception_type="KeyError") for _ in range(3)))
    db.insert("errors", _error("worker", "y", exception_type="KeyError"))
    assert db.rows(
        "SELECT error, fact, verdict, error_summary, user_errors FROM reconciliation WHERE scope = 'error'"
    ) == [("x", "occurrences", "agree", 2, 2), ("y", "occurrences", "differ", 1, 3)]


def _tried_twice(db: Database) -> None:
    """Node 0 with two processes: a mini-batch that failed on one and was done on the other, and one more."""
    _job(db)
    db.attempt(0, "exception", "10:00:00", process="process000", elapsed_s=4.4, succeeded=2, failed=8)
    db.attempt(0, "done", "10:01:00", process="process001", attempt=2, elapsed_s=5.0)
    db.attempt(1, "done", "10:02:00", process="process001", elapsed_s=6.25)


def _places(db: Database, *columns: str) -> list[tuple[Any, ...]]:
    chosen = ", ".join(("process", "fact", "verdict", *columns))
    return db.rows(f"SELECT {chosen} FROM reconciliation WHERE scope <> 'job' AND verdict <> 'one source'")


def test_summaries_of_nodes_and_processes(db: Database) -> None:
    """Sums over all tries: a node counts a mini-batch once, each of its processes for itself; seconds are rounded."""
    _tried_twice(db)
    sums = {"node": "0", "process": None, "mini_batches": 2, "total": 30, "succeeded": 22, "failed": 8}
    db.insert("report_summaries", {**sums, "elapsed_s": 16.4})  # the tries say 15.65
    db.insert("report_summaries", {"node": "0", "process": "process000", "mini_batches": 1, "total": 10})
    db.insert("report_summaries", {"node": "0", "process": "process001", "mini_batches": 3, "total": 20})
    assert _places(db, "mini_batch_table", "node_summary", "process_summary") == [
        (None, "elapsed_s", "agree", 16, 16, None),
        (None, "mini_batches", "agree", 2, 2, None),
        (None, "tried_failed_items", "agree", 8, 8, None),
        (None, "tried_items", "agree", 30, 30, None),
        (None, "tried_items_succeeded", "agree", 22, 22, None),
        ("process000", "mini_batches", "agree", 1, None, 1),
        ("process000", "tried_items", "agree", 10, None, 10),
        ("process001", "mini_batches", "differ", 2, None, 3),
        ("process001", "tried_items", "agree", 20, None, 20),
    ]


def test_summary_of_some_tries(db: Database) -> None:
    """A summary without the failed first try differs from the sums over all tries, and it is said why."""
    _tried_twice(db)
    db.attempt(2, "timeout", "10:03:00", node="1", process="process000", elapsed_s=60.0)
    db.attempt(2, "timeout", "10:05:00", node="1", process="process000", elapsed_s=60.0, attempt=2)
    db.insert("report_summaries", {"node": "0", "total": 20, "elapsed_s": 11.25}, {"node": "1", "total": 10})
    assert _places(db, "mini_batch_table", "final_attempts", "done_attempts", "node_summary", "explanation") == [
        (None, "elapsed_s", "differ", 16, 11, 11, 11, "the sums cover successful attempts only"),
        (None, "tried_items", "differ", 30, 20, 20, 20, "the sums cover successful attempts only"),
        (None, "tried_items", "differ", 20, 10, None, 10, "the sums cover final attempts only"),
    ]


def _said(db: Database, event: str, source: str = "worker", **told: Any) -> None:
    """A message of a log, of process000 on node 0 if it is a worker's."""
    place = {"node": "0", "process": "process000"} if source == "worker" else {}
    row = {"source": source, "event": event, "time": "10:30:00", "fields": json.dumps(told), **place}
    db.insert("log_records", row)


def test_last_words_of_a_worker(db: Database) -> None:
    """V0: a worker sums up what it brought to an end itself, so a try that timed out is not in its sums."""
    _job(db)
    db.attempt(0, "done", "10:00:00", run_s=4.0)
    db.attempt(1, "timeout", "10:00:20", run_s=10.0)
    _said(db, "worker_telemetry", tasks=1, items=10, succeeded=10, run_s=4.2)
    assert _places(db, "mini_batch_table", "worker_telemetry", "explanation") == [
        ("process000", "mini_batches", "differ", 2, 1, "the sums cover successful attempts only"),
        ("process000", "run_s", "differ", 14, 4, "the sums cover successful attempts only"),
        ("process000", "tried_items", "differ", 20, 10, "the sums cover successful attempts only"),
        ("process000", "tried_items_succeeded", "agree", 10, 10, None),
    ]


def test_worker_logs(db: Database) -> None:
    """Exceptions, timeouts and dead workers: one message in a worker's log for each such try in the table."""
    _job(db)
    db.attempt(0, "exception", "10:00:00", error_category="User")
    db.attempt(1, "timeout", "10:00:20")
    db.attempt(2, "timeout", "10:00:40")
    db.attempt(3, "exception", "10:00:50", error_category="Driver")
    for event in ("batch_failed", "batch_timeout", "batch_timeout", "batch_aborted", "got_task"):
        _said(db, event, mini_batch_id=0)
    _said(db, "batch_failed", "worker_level", mini_batch_id=0)  # tells the same once more
    assert _fact(db, "run_timeouts") == {"verdict": "agree", "mini_batch_table": 2, "worker_logs": 2}
    assert _fact(db, "workers_died") == {"verdict": "agree", "mini_batch_table": 1, "worker_logs": 1}
    assert _verdicts(db, "run_exceptions")["run_exceptions"] == [
        "differ",
        "1 attempt ended because the worker died, which is not an exception in the script",
    ]


def test_worker_logs_that_are_not_there(db: Database) -> None:
    """A node was lost with its logs: the table tells more timeouts, and the processes without a log are counted."""
    _job(db)
    for node in ("0", "1", "2"):
        db.attempt(int(node), "timeout", "10:00:20", node=node)
    _said(db, "batch_timeout", mini_batch_id=0)
    assert _verdicts(db, "run_timeouts")["run_timeouts"] == ["differ", "2 worker processes with attempts left no log"]


def test_master_before_its_summary(db: Database) -> None:
    """What the master scheduled stands against the overview before there is a summary line; V0 tells what is left."""
    _job(db, "failed")
    db.attempt(0, "done", "10:00:00", source="report_v0")
    db.attempt(1, "open", "10:00:00", source="report_v0")
    _said(db, "queue_done", "master", scheduled=3, items=30)
    _said(db, "pending_tasks", "master", tasks=2)
    _progress(db, "10:00:01", event="sched_done", scheduled=3, items=30)
    assert _fact(db, "mini_batches_total") == {"verdict": "agree", "master": 3, "overview": 3}
    assert _fact(db, "items_total") == {"verdict": "agree", "master": 30, "overview": 30}
    assert _fact(db, "open_mini_batches") == {"verdict": "differ", "master": 2, "mini_batch_table": 1}


@pytest.fixture
def samples(store: StoreUnderTest) -> StoreUnderTest:
    """The sample jobs."""
    store.load(*sorted(JOBS.iterdir()))
    return store


def test_sample_jobs(samples: StoreUnderTest) -> None:
    """Nothing contradicts in eight jobs with retries, dead workers, poison and a failover.

    The running job is partial. The workers of V0 do not count tries that timed out in their last words, and say so.
    """
    told = (
        "SELECT fact, verdict, overview, progress_csv, mini_batch_table, worker_logs, user_errors FROM reconciliation"
    )
    assert samples.rows(f"{told} WHERE job_id = 'still-running' AND verdict NOT IN ('agree', 'one source')") == [
        ("mini_batches_processed", "partial", 46, 42, 48, None, None),
        ("run_exceptions", "partial", None, None, 7, 8, 7),
    ]
    assert samples.rows(
        "SELECT DISTINCT job_id, scope, left(explanation, 26), worker_telemetry IS NOT NULL FROM reconciliation"
        " WHERE verdict = 'differ'"
    ) == [("era-2020-05", "process", "the sums cover successful ", True)]
    agreeing = dict(
        samples.rows("SELECT job_id, count(*) FROM reconciliation WHERE verdict = 'agree' AND scope = 'job' GROUP BY 1")
    )
    assert len(agreeing) == 8
    assert {job: count for job, count in agreeing.items() if count < 7} == {"init-failure-42": 4, "still-running": 2}


def _changed(folder: Path, path: str, old: str, new: str) -> None:
    text = (folder / path).read_text()
    assert old in text
    (folder / path).write_text(text.replace(old, new))


def test_planted_differences(store: StoreUnderTest, tmp_path: Path) -> None:
    """Numbers changed in the files of a sample job are found, each in its fact and source, and no others."""
    job = shutil.copytree(JOBS / "exceptions-one-node", tmp_path / "changed")
    _changed(job, "logs/sys/master_role.txt", "580 succeeded, 20 failed", "590 succeeded, 10 failed")
    _changed(job, "logs/sys/job_report/node_summary.csv", "2,25,250,250,0,", "2,25,250,249,1,")
    _changed(job, "logs/user/error.txt", "for 33 times", "for 34 times")
    (overview,) = job.glob("logs/job_progress_overview*")
    lines = overview.read_text().splitlines(keepends=True)
    overview.write_text("".join(lines[: len(lines) // 2]))
    store.load(job)
    found = store.rows(
        "SELECT scope, node, fact, verdict, coalesce(master, node_summary, error_summary), mini_batch_table"
        " FROM reconciliation WHERE verdict NOT IN ('agree', 'one source')"
    )
    assert found == [
        ("job", None, "failed_items", "differ", 10, 20),
        ("job", None, "items_succeeded", "differ", 590, 580),
        ("job", None, "mini_batches_processed", "partial", 60, 60),
        ("job", None, "run_exceptions", "differ", 34, 33),
        ("node", "2", "tried_failed_items", "differ", 1, 0),
        ("node", "2", "tried_items_succeeded", "differ", 249, 250),
    ]
