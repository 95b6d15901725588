"""`mini_batch_story(job, id)`: everything about one mini-batch, in the order in which it happened."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from ingest.model import Type
from tests.views.test_hostile_rows import CELLS, insert_hostile_rows

if TYPE_CHECKING:
    from tests.views.conftest import Database

WORKER = {"source": "worker", "node": "0", "process": "process000"}


def story(db: Database, number: int, columns: str = "time, what, text", job: str = "job") -> list[tuple[Any, ...]]:
    """The story of a mini-batch, some columns of it."""
    return db.rows(f"SELECT {columns} FROM mini_batch_story('{job}', {number})")


def log(db: Database, at: str | None, message: str, **more: Any) -> None:
    """Puts in a record of the worker's log."""
    db.insert("log_records", {**WORKER, "time": at, "message": message, **more})


def error(db: Database, at: str | None, message: str, **more: Any) -> None:
    """Puts in a report of a ValueError, by the worker's log unless said otherwise."""
    row = {**WORKER, "time": at, "exception_type": "ValueError", "exception_message": message, "fingerprint": message}
    db.insert("errors", {**row, "headline": f"Failed: {message}", **more})


def output(db: Database, at: str | None, text: str, file_id: int = 7, **more: Any) -> None:
    """Puts in a line that the script printed."""
    row = {**WORKER, "source": "user_stream", "stream": "stdout", "file_id": file_id, "time": at, "text": text}
    db.insert("output_lines", {**row, **more})


def test_a_try_and_what_was_written_in_it(db: Database) -> None:
    """Only what that process wrote between start and end of the try, in order; the next try's first word is not."""
    db.attempt(6, "done", "09:59:40.000500")
    db.attempt(7, "exception", "10:00:00.000500", error_message="boom")
    db.attempt(8, "done", "10:00:10.000900")
    log(db, "10:00:00", "Got task 7.", event="got_task", fields='{"mini_batch_id": "7"}')
    log(db, "10:00:04", "reading")
    log(db, "10:00:04", "of another process", process="process001")
    log(db, "10:00:04", "of another node", node="1")
    log(db, "10:00:10", "Got task 8.", event="got_task", fields='{"mini_batch_id": "8"}')
    log(db, "10:00:12", "reading")
    output(db, "10:00:05", "printed")
    assert story(db, 7) == [
        ("10:00:00.000500", "attempt started", "attempt 1"),
        ("10:00:00", "log", "Got task 7."),
        ("10:00:04", "log", "reading"),
        ("10:00:05", "output", "printed"),
        ("10:00:10.000500", "attempt ended", "exception, 10.0 s, 10 of 10 items failed, boom"),
    ]


def test_tries_on_two_nodes(db: Database) -> None:
    """Each try has its number, in order of time, and its own records; a record of the second is not one of the first."""
    db.attempt(7, "timeout", "10:00:00", elapsed_s=60.0)
    db.attempt(7, "done", "10:02:00", attempt=2, node="1", process="process003")
    log(db, "10:02:05", "second", node="1", process="process003")
    log(db, "10:00:05", "first")
    log(db, "10:01:30", "between the tries")
    assert story(db, 7, "what, attempt_no, node, process") == [
        ("attempt started", 1, "0", "process000"),
        ("log", 1, "0", "process000"),
        ("attempt ended", 1, "0", "process000"),
        ("attempt started", 2, "1", "process003"),
        ("log", 2, "1", "process003"),
        ("attempt ended", 2, "1", "process003"),
    ]


def test_an_error_told_by_several_files_is_one_row(db: Database) -> None:
    """The worker's own log is shown; `reports` counts; log records of the same lines are not shown again."""
    db.attempt(7, "exception", "10:00:00")
    for source in ("worker", "worker_level", "user_error"):
        place = {"source": source, "file_id": len(source), "line_no": 40}
        error(db, "10:00:09.999", "no", frame="score.py:4 in run", **place)
        log(db, "10:00:09.999", "Failed: no\nTraceback", **place)
    rows = [row for row in story(db, 7, "what, text, reports, file_id, line_no") if row[0] != "attempt started"]
    assert rows == [
        ("error", "ValueError: no\nat score.py:4 in run", 3, len("worker"), 40),
        ("attempt ended", "exception, 10.0 s, 10 of 10 items failed", 1, 1, 2),
    ]


def test_the_same_error_twice_in_a_try(db: Database) -> None:
    """Two in each of two files are two rows of two reports, not one of four."""
    db.attempt(7, "exception", "10:00:00")
    for source, at in product(("worker", "user_error"), ("10:00:03", "10:00:06")):
        error(db, at, "no", source=source, file_id=len(source))
    assert [row for row in story(db, 7, "what, time, reports") if row[0] == "error"] == [
        ("error", "10:00:03", 2),
        ("error", "10:00:06", 2),
    ]


def test_job_error_is_late(db: Database) -> None:
    """The master writes it when the worker is at its next mini-batch already: it is of the try that failed before."""
    db.attempt(6, "exception", "10:00:00")
    db.attempt(7, "exception", "10:00:10.2")
    error(db, "10:00:10.4", "of six", source="job_error")
    error(db, "10:00:20.6", "of seven", source="job_error")
    assert [text for what, text in story(db, 7, "what, text") if what == "error"] == ["ValueError: of seven"]
    assert [text for what, text in story(db, 6, "what, text") if what == "error"] == ["ValueError: of six"]


def test_what_names_the_mini_batch(db: Database) -> None:
    """Whoever wrote it, and when: on the try's node within its time it is the try's, else it is placed by its name."""
    db.attempt(7, "exception", "10:00:00")
    seven, seventy = '{"mini_batch_id": "7"}', '{"mini_batch_id": "70"}'
    log(db, "10:00:10.5", "Process abort with unfinished mini batch 7.", process="_main", fields=seven)
    log(db, "10:00:05", "of another", fields=seventy)
    log(db, "10:30:00", "master on 7", node=None, process=None, source="master", fields=seven)
    log(db, None, "poison list", node=None, process=None, source="poison_list", fields=seven)
    assert story(db, 7, "what, text, placed, attempt_no")[1:] == [
        ("attempt ended", "exception, 10.0 s, 10 of 10 items failed", "time", 1),
        ("log", "Process abort with unfinished mini batch 7.", "time", 1),
        ("log", "master on 7", "names it", None),
        ("log", "poison list", "names it", None),
    ]


def test_lines_without_a_time(db: Database) -> None:
    """After a line with a time they stand there; lines that name the mini-batch are shown; all others are counted."""
    db.insert("files", {"file_id": 7, "path": "out.txt"}, {"file_id": 8, "path": "log.txt"})
    db.attempt(7, "done", "10:00:00")
    for text in ("start", "mini-batch 7: go", "mini-batch 70: go", "end"):
        output(db, None, text)
    output(db, "10:00:03", "timed", file_id=8)
    output(db, None, "more of it", file_id=8)
    output(db, "10:00:30", "later", file_id=8)
    output(db, None, "more of that", file_id=8)
    output(db, None, "mini-batch 7, says a stranger", process="process009", file_id=9)
    assert story(db, 7, "time, what, text, placed, reports")[1:] == [
        ("10:00:03", "output", "timed", "time", 1),
        (None, "output", "more of it", "after a line with a time", 1),
        ("10:00:10", "attempt ended", "done, 10.0 s, 0 of 10 items failed", "time", 1),
        (None, "output", "mini-batch 7: go", "names it", 1),
        (None, "untimed lines", "4 lines in out.txt; naming this mini-batch: 1", "not placed", 4),
    ]


def test_names_of_mini_batches(db: Database) -> None:
    """The forms that count as a name; another number, or a number of something else, is none."""
    named = ["mini-batch 7", "Mini batch 7.", "mini_batch_id=7", "minibatch: 7,", "mini_batch #7", "mini-batch 07"]
    other = ["mini-batch 70", "mini-batch 17", "mini-batch 7.5", "7 mini-batches", "batch 7", "", None]
    for text in (*named, *other):
        ((told,),) = db.connection.execute("SELECT names_mini_batch(?::varchar, 7)", [text]).fetchall()
        assert told == (text in named), text


def test_samples(db: Database) -> None:
    """Those of the node and of the process within the try, and the last one before it; not those of others."""
    db.attempt(7, "done", "10:00:00")
    for at in ("09:40:00", "09:50:00", "10:00:05", "10:10:00"):
        db.insert("node_samples", {"node": "0", "time": at, "memory_used_percent": 50.0, "memory_used_mb": 512.0})
        db.insert("node_samples", {"node": "1", "time": at, "memory_used_percent": 99.0})
    db.insert("process_samples", {"node": "0", "process": "process000", "time": "10:00:06", "cpu_percent": 3.0})
    db.insert("process_samples", {"node": "0", "process": "process001", "time": "10:00:06", "cpu_percent": 4.0})
    assert [row for row in story(db, 7, "time, what, text, placed") if "sample" in row[1]] == [
        ("09:50:00", "node sample", "memory 50.0 % of the node, 512 MB", "before the attempt"),
        ("10:00:05", "node sample", "memory 50.0 % of the node, 512 MB", "time"),
        ("10:00:06", "process sample", "CPU 3.0 %", "time"),
    ]


def test_a_restart(db: Database) -> None:
    """The end of the process in the try, or soon after, and the start of the one that replaced it."""
    db.attempt(7, "exception", "10:00:00")
    manager = {"node": "0", "process": "_main"}
    db.event("worker", "worker_started", "09:00:00", {**manager, "message": "began"}, worker="process000")
    db.event("worker", "worker_exited", "10:00:10.3", {**manager, "message": "exited"}, worker="process000")
    db.event("worker", "worker_exited", "10:00:10.2", {**manager, "message": "other"}, worker="process001")
    db.event("worker", "worker_started", "10:00:11", {**manager, "message": "replaced"}, worker="process004")
    assert story(db, 7, "what, text")[-2:] == [("process exited", "exited"), ("process started", "replaced")]


def test_an_open_try(db: Database) -> None:
    """It has no end; what its process wrote since it began is told, up to its next try."""
    db.attempt(7, "open", "10:00:00")
    log(db, "10:20:00", "still at it")
    assert story(db, 7) == [
        ("10:00:00", "attempt started", "attempt 1"),
        ("10:20:00", "log", "still at it"),
        (None, "attempt open", "no end recorded"),
    ]
    db.attempt(8, "done", "10:10:00")
    assert [what for _, what, _ in story(db, 7)] == ["attempt started", "attempt open"]


def test_a_try_that_tells_no_process(db: Database) -> None:
    """Nothing can be joined to it by place; what names the mini-batch is told."""
    db.attempt(7, "done", "10:00:00", process=None)
    log(db, "10:00:05", "of some process")
    log(db, "10:00:06", "named", fields='{"mini_batch_id": "7"}')
    assert story(db, 7, "what, text, placed") == [
        ("attempt started", "attempt 1", "time"),
        ("log", "named", "names it"),
        ("attempt ended", "done, 10.0 s, 0 of 10 items failed", "time"),
    ]


def test_only_that_job(db: Database) -> None:
    """Jobs have equal numbers, nodes and processes; a job or a mini-batch that is not there gives no row."""
    db.attempt(7, "done", "10:00:00")
    db.attempt(7, "done", "10:00:00", job_id="b")
    log(db, "10:00:05", "of b", job_id="b")
    assert [what for _, what, _ in story(db, 7)] == ["attempt started", "attempt ended"]
    assert [what for _, what, _ in story(db, 7, job="b")] == ["attempt started", "log", "attempt ended"]
    assert story(db, 8) == story(db, 7, job="'' or true") == []


def test_hostile_rows(db: Database) -> None:
    """Whatever stands in the cells, it answers."""
    insert_hostile_rows(db, "job")
    for number, (seconds, at) in enumerate(product(CELLS[Type.FLOAT], CELLS[Type.TIME])):
        row = {"mini_batch_id": number, "started_at": at, "elapsed_s": seconds, "outcome": ("done", "open")[number % 2]}
        db.insert_raw("attempt_reports", {"job_id": "job", "node": "0", "process": "process000", **row})
    for number in (-1, *range(28), 9_000_000_000_000_000_000):
        db.connection.execute(f"SELECT * FROM mini_batch_story('job', {number})").fetchall()
