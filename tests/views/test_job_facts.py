"""`job_facts`: the state of a job, read from whatever its logs tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from ingest.views.library import load_library

if TYPE_CHECKING:
    from tests.views.conftest import Database

SUMMARY = (
    "There are 20 mini batches with 200 items. Processed {} mini batches containing 200 items,"
    " {} succeeded, {} failed. The error threshold is {}."
)


@pytest.fixture(autouse=True)
def soon_after(db: Database) -> None:
    """Asked two hours after the first records: a job without an end may be running."""
    db.connection.execute("SET VARIABLE as_of = TIMESTAMP '2024-03-01 12:00:00'")


def state(db: Database) -> str:
    """The state of the only job."""
    return str(db.one("SELECT state FROM job_facts")["state"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Failed. The run() function had raised exception for 9 times.", "failed"),
        ("The job failed.", "failed"),
        ("User program failed with Exception: Run failed, please check logs", "failed"),
        ("Succeeded.", "completed"),
        ("The job completed. 3 mini batches failed and were tried again.", "completed"),
        ("The ParallelRunStep processed all mini batches. " + SUMMARY.format(20, 190, 10, -1), "completed"),
        ("Something else.", "running"),
    ],
)
def test_the_job_result_is_the_strongest_sign(db: Database, text: str, expected: str) -> None:
    """Its text decides, whatever the progress says; a text that we do not know decides nothing."""
    db.insert("log_records", {"source": "job_result", "time": "10:00:00", "message": text})
    assert state(db) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The ParallelRunStep failed to process all mini batches. " + SUMMARY.format(12, 120, 0, -1), "failed"),
        ("The ParallelRunStep processed all mini batches. " + SUMMARY.format(20, 200, 0, -1), "completed"),
        (
            "The ParallelRunStep execution finished with warning. The processed items is more than the input items",
            "completed",
        ),
        (SUMMARY.format(20, 200, 0, -1), "completed"),
        (SUMMARY.format(20, 190, 10, 10), "completed"),
        (SUMMARY.format(20, 189, 11, 10), "failed"),
        (SUMMARY.format(12, 120, 0, -1), "failed"),
        ("Master - Telemetry: hostIp:10.0.0.4, jobResult:Failed, failureReason:x, exceptionType:y", "failed"),
        ("Failed to get a task, trying again.", "running"),
        ("Start scheduling.", "running"),
    ],
)
def test_the_verdict_of_the_master(db: Database, text: str, expected: str) -> None:
    """Sentences about the whole job, and the numbers of its summary; not what failed on the way."""
    db.insert("log_records", {"source": "master", "time": "10:00:00", "message": text})
    assert state(db) == expected


def test_a_worker_does_not_speak_for_the_job(db: Database) -> None:
    """The same text in a worker's log decides nothing."""
    db.insert("log_records", {"source": "worker", "time": "10:00:00", "message": "Failed."})
    assert state(db) == "running"


@pytest.mark.parametrize(
    ("event", "message", "expected"),
    [
        ("all_done", "All 20 mini batches have been processed.", "completed"),
        ("concat_done", "Finished concatenating 4 files in 0:00:02.", "completed"),
        (
            "stopped_for",
            "Progress update stopped for reasons: ['All 20 mini batches have been processed.'].",
            "completed",
        ),
        ("stopped_for", "Progress update stopped for reasons: ['Exceeded error threshold.'].", "failed"),
        ("no_progress", "No progress update in 11190 seconds.", "failed"),
        ("errsum_head", "The run() function in the entry script had timeout for 9 times.", "failed"),
        (None, "No temp file found. The job failed. Please check the logs.", "failed"),
        ("none_yet", "No task has been processed yet.", "running"),
        ("overviewer", "The overviewer on 7 stopped.", "running"),
    ],
)
def test_progress_messages(db: Database, event: str | None, message: str, expected: str) -> None:
    """An end that the driver announces; that its overviewer stopped is none."""
    db.insert("progress", {"time": "10:00:00", "event": event, "message": message})
    assert state(db) == expected


def test_the_later_of_two_progress_messages(db: Database) -> None:
    """All processed, but the concatenation of the outputs failed after that: the job failed."""
    db.insert(
        "progress", {"time": "10:00:00", "event": "all_done", "message": "All 2 mini batches have been processed."}
    )
    db.insert("progress", {"time": "10:00:05", "message": "Failed to Concatenate out.txt with OSError."})
    facts = db.one("SELECT * FROM job_facts")
    assert (facts["state"], facts["state_reason"]) == (
        "failed",
        "progress: Failed to Concatenate out.txt with OSError.",
    )


def test_an_exit_code(db: Database) -> None:
    """SystemExit: 42 without a time fails a job that seemed done; SystemExit: 0 says nothing."""
    db.insert(
        "progress", {"time": "10:00:00", "event": "all_done", "message": "All 2 mini batches have been processed."}
    )
    db.insert("errors", {"exception_type": "SystemExit", "exception_message": "0"})
    assert state(db) == "completed"
    db.insert("errors", {"exception_type": "SystemExit", "exception_message": "42"})
    facts = db.one("SELECT * FROM job_facts")
    assert (facts["state"], facts["state_reason"]) == ("failed", "error: SystemExit: 42")


@pytest.mark.parametrize(
    ("rows", "expected", "reason"),
    [
        ([("job_status", {"status": "Succeeded"})], "completed", "platform: job Succeeded"),
        ([("job_status", {"status": "Failed"})], "failed", "platform: job Failed"),
        ([("job_status", {"status": "Canceled"})], "failed", "platform: job Canceled"),
        ([("exit_code", {"exit_code": "0"})], "completed", "platform: exit code 0"),
        (
            [("exit_code", {"exit_code": "42"}), ("exit_code", {"exit_code": "0"})],
            "failed",
            "platform: exit code 42",
        ),
        ([("execution_status", {"status": "Finalizing"})], "running", None),
        ([("execution_status", {"status": "Running"})], "running", None),
    ],
)
def test_what_the_platform_says(
    db: Database, rows: list[tuple[str, dict[str, str]]], expected: str, reason: str | None
) -> None:
    """Its last status and exit codes end a job whose driver did not; of several processes one that failed is enough."""
    for second, (event, fields) in enumerate(rows):
        db.event("common_runtime", event, f"10:00:{second:02}", **fields)
    facts = db.one("SELECT * FROM job_facts")
    assert facts["state"] == expected
    assert reason is None or facts["state_reason"] == reason


def test_the_platform_goes_before_the_driver(db: Database) -> None:
    """The end that the platform tells goes before a job result, whichever is later."""
    db.event("common_runtime", "job_status", "10:00:00", status="Succeeded")
    db.insert("log_records", {"source": "job_result", "time": "10:00:05", "message": "Failed. Entry script error. x"})
    assert state(db) == "completed"


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([("job_finished", {"run_id": "r"})], "completed"),
        ([("job_finished", {"run_id": "r"}), ("marked_failed", {"what": "upload outputs"})], "failed"),
        ([("job_failed", {"run_id": "r"})], "failed"),
        ([("not_started", {"error": "x"})], "failed"),
        ([("execution_status", {"status": "Canceled"})], "failed"),
        ([("children_submitted", {"children": "2"}), ("child_ended", {"child_run_id": "a"})], "running"),
        (
            [
                ("children_submitted", {"children": "2"}),
                ("child_ended", {"child_run_id": "a"}),
                ("child_ended", {"child_run_id": "b"}),
            ],
            "completed",
        ),
    ],
)
def test_the_control_plane(db: Database, events: list[tuple[str, dict[str, str]]], expected: str) -> None:
    """Of its end lines the last counts: outputs may fail to upload after the job has finished."""
    for second, (event, fields) in enumerate(events):
        db.event("control", event, f"10:00:{second:02}", **fields)
    assert state(db) == expected


def test_the_launcher_before_the_master(db: Database) -> None:
    """Its last end line counts, and goes before the sentence of the master."""
    db.insert(
        "log_records",
        {"source": "master", "time": "10:00:00", "message": "The ParallelRunStep processed all mini batches. "},
    )
    for line, code in enumerate(("1", "0", "3")):
        db.insert(
            "log_records",
            {
                "source": "driver",
                "file_id": 1,
                "line_no": line,
                "event": "process_exit",
                "fields": f'{{"exit_code": "{code}"}}',
            },
        )
    assert state(db) == "failed"


def test_an_error_that_other_lines_follow_was_caught(db: Database) -> None:
    """An error at the end of the launcher's log is the end of the job; one in its middle was caught."""
    db.attempt(0, "done", "10:00:00")
    error = {
        "source": "driver",
        "phase": "driver",
        "file_id": 1,
        "exception_type": "ValueError",
        "exception_message": "x",
    }
    db.insert("errors", error | {"line_no": 1, "traceback": "Traceback (most recent call last):\n  a\nValueError: x"})
    for line in (1, 2, 3):
        db.insert("log_records", {"source": "driver", "file_id": 1, "line_no": line, "message": "x"})
    db.insert(
        "log_records", {"source": "driver", "file_id": 1, "line_no": 4, "message": "Cleaning", "event": "chatter"}
    )
    assert state(db) == "failed"
    db.insert("log_records", {"source": "driver", "file_id": 1, "line_no": 5, "message": "going on"})
    assert state(db) == "running"


def test_silence(db: Database) -> None:
    """A job that left no record for a day is not said to run."""
    db.attempt(0, "done", "10:00:00")
    assert state(db) == "running"
    db.connection.execute("SET VARIABLE as_of = TIMESTAMP '2024-03-02 10:00:11'")
    facts = db.one("SELECT * FROM job_facts")
    assert (facts["state"], facts["state_reason"]) == (
        "unknown",
        "last record at 2024-03-01 10:00:10, no end recorded",
    )
    db.library = load_library(settings=(("silent_after_s", 172800.0),))
    assert state(db) == "running"


def test_an_error_of_the_driver(db: Database) -> None:
    """It is the end if no work went on after it; errors of run() are no end at all."""
    db.attempt(0, "done", "10:00:00")
    db.insert("errors", {"time": "10:00:05", "phase": "run", "exception_type": "ValueError"})
    assert state(db) == "running"
    db.insert(
        "errors",
        {"time": "10:00:30", "phase": "driver", "exception_type": "AccessError", "exception_message": "no table"},
    )
    assert state(db) == "failed"
    db.attempt(1, "done", "10:05:00")
    assert state(db) == "running"


def test_all_scheduled_mini_batches_are_processed(db: Database) -> None:
    """Without a word about the end, the count tells; not while mini-batches are missing or scheduling goes on."""
    db.insert(
        "progress",
        {"time": "10:00:00", "event": "scheduled", "scheduled": 1, "message": "Scheduled 1 mini batches in 0 seconds."},
    )
    db.attempt(0, "done", "10:00:00")
    assert state(db) == "running"
    db.insert(
        "progress", {"time": "10:00:01", "event": "sched_done", "scheduled": 2, "message": "Scheduling finished."}
    )
    db.attempt(1, "timeout", "10:00:00")
    assert state(db) == "running"
    db.attempt(1, "done", "10:02:00", attempt=2)
    assert db.rows("SELECT state, state_reason, ended_at FROM job_facts") == [
        ("completed", "all 2 scheduled mini-batches are processed; no end is recorded", "10:02:10")
    ]


def test_running_and_stalled(db: Database) -> None:
    """Tries each minute: samples for 29 more minutes are no stall, for 31 they are."""
    for minute in range(5):
        db.attempt(minute, "done", f"10:0{minute}:00")
    db.insert("node_samples", {"node": "0", "time": "10:33:10"})
    assert state(db) == "running"
    db.insert("node_samples", {"node": "0", "time": "10:35:10"})
    assert db.one("SELECT COLUMNS('^(state|.*ed_at|last)') FROM job_facts") == {
        "state": "stalled",
        "state_reason": "no end recorded, last step 2024-03-01 10:04:10, last record 2024-03-01 10:35:10",
        "started_at": "10:00:00",
        "ended_at": None,
        "last_record_at": "10:35:10",
    }


def test_slow_work_is_no_stall(db: Database) -> None:
    """Where a mini-batch takes ten minutes, forty without a result are usual."""
    for number, clock in enumerate(("10:00:00", "10:10:00", "10:20:00")):
        db.attempt(number, "done", clock, elapsed_s=600.0)
    db.insert("node_samples", {"node": "0", "time": "11:10:00"})
    assert state(db) == "running"


def test_the_same_count_told_again_is_no_step(db: Database) -> None:
    """Lines of an overview that say the same for an hour: stalled. Counts that rise: running."""
    for minute in range(60):
        row = {"time": f"10:{minute:02}:00", "event": "processed_of", "total": 99, "message": "Processed"}
        db.insert("progress", row | {"job_id": "stuck", "processed": min(minute, 5)})
        db.insert("progress", row | {"job_id": "rising", "processed": minute})
    assert db.rows("SELECT job_id, state FROM job_facts ORDER BY 1") == [("rising", "running"), ("stuck", "stalled")]


def test_nothing_to_tell(db: Database) -> None:
    """A job of files that nobody reads, or of resource samples alone: unknown, not running."""
    db.insert("files", {"job_id": "files", "path": "notes.txt", "status": "unclaimed"})
    db.insert("node_samples", {"job_id": "samples", "node": "0", "time": "10:00:00"})
    db.insert("files", {"job_id": None, "path": "stray.txt", "status": "unclaimed"})
    assert db.rows("SELECT job_id, state, state_reason, started_at, last_record_at FROM job_facts ORDER BY 1") == [
        ("files", "unknown", "neither work nor an end is recorded", None, None),
        ("samples", "unknown", "neither work nor an end is recorded", "10:00:00", "10:00:00"),
    ]


def test_first_and_last_record_of_any_kind(db: Database) -> None:
    """From the earliest to the latest time, over all tables; a try ends when it ends."""
    db.insert("log_records", {"source": "job_result", "time": "10:30:00", "message": "Succeeded."})
    db.insert("node_samples", {"node": "0", "time": "09:59:00"})
    db.attempt(0, "done", "10:30:00", elapsed_s=60.0)
    assert db.rows("SELECT started_at, ended_at, last_record_at FROM job_facts") == [
        ("09:59:00", "10:31:00", "10:31:00")
    ]


@pytest.mark.parametrize(
    ("paths", "generation"),
    [
        (["logs/overview.2020-05-06.txt"], "V0"),
        (["logs/sys/worker/10.0.0.4/Process-1.task.csv"], "V0"),
        (["logs/sys/perf/10.0.0.4/node_resource_usage.csv", "logs/job_progress_overview.2020101103.txt"], "V1"),
        (["logs/perf/10.0.0.4/node_resource_usage.csv", "logs/sys/master_role.txt"], "V2"),
        (["logs/perf/0/node_resource_usage.csv", "logs/sys/master_role.txt"], "V3"),
        (["logs/user/stdout/1/process000.stdout.txt"], "V3"),
        (["logs/job_error.1.txt"], "V3"),
        (["logs/sys/node/0/process000.txt", "user_logs/std_log_0.txt"], "V4"),
        (["notes.txt"], None),
    ],
)
def test_generation(db: Database, paths: list[str], generation: str | None) -> None:
    """The paths tell the generation of the driver."""
    db.insert("files", *({"path": path, "status": "parsed"} for path in paths))
    assert db.rows("SELECT generation FROM job_facts") == [(generation,)]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (("Completed", "completed"), "completed"),
        (("Completed", "Failed"), "failed"),
        (("Completed", "Running"), "running"),
        (("NotStarted",), "running"),
    ],
)
def test_what_the_platform_noted_of_processes(db: Database, statuses: tuple[str, ...], expected: str) -> None:
    """All of them completed, or any failed; less than what the job's own logs say."""
    db.insert("log_records", {"source": "worker", "time": "10:05:00", "message": "going"})
    line = ", ".join(f'{{"processStatus": "{status}"}}' for status in statuses)
    row = {"source": "platform", "event": "process_status", "message": f"[{line}]"}
    db.insert("log_records", row)
    assert state(db) == expected
    db.insert("log_records", {"source": "job_result", "message": "Succeeded.", "event": "job_result"})
    assert state(db) == "completed"


def test_a_long_reason_is_cut_between_words(db: Database) -> None:
    """A message of the platform can hold a whole traceback."""
    message = "The job failed. " + "Because of something " * 30
    db.insert("log_records", {"source": "job_result", "time": "10:00:00", "message": message})
    ((reason,),) = db.rows("SELECT state_reason FROM job_facts")
    assert len(reason) <= 400
    assert re.fullmatch(r"job result: The job failed\.(?: Because| of| something)+ …", reason)
