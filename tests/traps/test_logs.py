"""Traps in logs of records (formats.md §16): heads, messages, cuts, and files that come in several parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.traps.layouts import MINI_BATCH_HEADER, MINI_BATCHES, TASK_CSV, TASK_HEADER, mini_batch, table

if TYPE_CHECKING:
    from tests.conftest import StoreUnderTest, Tree

WORKER = "logs/sys/node/0/process000.txt"
ERROR = "logs/sys/error/0/process000.txt"
MASTER = "logs/sys/master_role.txt"

TRACEBACK = """Traceback (most recent call last):
  File "/mnt/user/score.py", line 9, in run
    raise ValueError("No")
ValueError: No"""


def test_trap_05_last_line_cut(tree: Tree, store: StoreUnderTest) -> None:
    """Cut inside the head, inside JSON, inside a number: the records before stand, the last one is marked, none is lost."""
    head = "2024-03-01 10:00:00,100|INFO|334|Got task 7.\n"
    files = {
        WORKER: f"{head}2024-03-01 10:00:2",  # no head: goes on with the record above
        ERROR: f'{head}2024-03-01 10:00:09,000|ERROR|334|Stop for run() unable to finish within 60 seconds for {{"agent": '
        '"process000", "task_id": 16, "dequeue_count": 1, "mess',
        TASK_CSV: table(TASK_HEADER, "0,1,2020-05-06T05:50:48.1,1,1,0,1.5,0.2,1.25,TASK_PROCESSED,")
        + "N/A,N/A,2020-05-06T05:50:49.1,N/",
        MINI_BATCHES: table(MINI_BATCH_HEADER, mini_batch(0), mini_batch(1))[: -len("4.5,RUN_DONE,,,\r\n") + 1],
    }
    store.load(tree(files))
    assert store.rows("SELECT source, line_no, message, cut FROM log_records ORDER BY source, line_no") == [
        ("worker", 1, "Got task 7.\n2024-03-01 10:00:2", True),
        ("worker_level", 1, "Got task 7.", False),
        ("worker_level", 2, files[ERROR].partition("|334|")[2].partition("|334|")[2], True),
    ]
    assert store.rows("SELECT mini_batch_id, cut, e.time::VARCHAR FROM errors AS e") == [
        (16, True, "2024-03-01 10:00:09")
    ]
    assert store.rows("SELECT parser, line_no, cut, text FROM rejects ORDER BY 1") == [
        ("azureml.mini_batches", 3, True, "1,1,0,process000,2024-03-01T10:00:00.000001,10,10,0,5.0,1.0,4"),
        ("azureml.task_csv", 3, True, "N/A,N/A,2020-05-06T05:50:49.1,N/"),
    ]
    assert store.rows("SELECT mini_batch_id, outcome FROM attempt_reports") == [(0, "done"), (0, "done")]


def test_trap_06_no_head_at_the_start(tree: Tree, store: StoreUnderTest) -> None:
    """A rotated or pasted file starts in the middle of a record: its text is a record without a time, its error counts."""
    rest = TRACEBACK.replace("  File", "File").replace("    raise", "raise")  # pages lose the indentation
    files = {
        ERROR: f"{rest}\n2024-03-01 10:00:09,000|ERROR|334|Failed to set task visible because of (195, 1).\n",
        "logs/job_progress_overview.txt": "ining time 0:10:00.\n2024-03-01T10:00:00.5 no head\n"
        "2024-03-01T10:00:09.000001 Processed 3 of 9 mini batches in 0:02:00. Estimated remaining time 0:04:00.\n",
    }
    store.load(tree(files))
    assert store.rows(
        "SELECT r.line_no, r.time::VARCHAR, level, starts_with(message, 'Traceback') FROM log_records AS r"
    ) == [
        (1, None, None, True),
        (5, "2024-03-01 10:00:09", "ERROR", False),
    ]
    assert store.rows(
        "SELECT line_no, exception_type, exception_message, frame, mini_batch_id FROM errors ORDER BY 1"
    ) == [
        (1, "ValueError", "No", "/mnt/user/score.py:9 in run", None),
        (5, None, "Failed to set task visible because of (195, 1).", None, 195),
    ]
    assert store.rows("SELECT line_no, event, processed FROM progress ORDER BY 1") == [
        (1, None, None),
        (3, "processed_of", 3),
    ]
    assert store.one("SELECT count(*) FROM rejects") == 0


def test_trap_07_bars_blanks_and_long_threads(tree: Tree, store: StoreUnderTest) -> None:
    """`|` in messages, `ParallelRunStep.User Error` as a logger, a thread of 15 digits: each field is what it is."""
    files = {
        MASTER: "2024-03-01 10:00:00,100|INFO|356|140501711763200|a|INFO|b|4 | c\n",
        WORKER: "2024-03-01 10:00:00,200|WARNING|334|12|x|y\n",
        "logs/sys/error.txt": "2020-05-06 05:50:48,001|ParallelRunStep.User Error|ERROR|17|ERROR|bad|17\n",
        "logs/sys/master.txt": "2020-05-06 05:50:48,002|ParallelRunStep.Master|DEBUG|17|139773019682560|start()|a|b()|c\n",
    }
    store.load(tree(files))
    told = "SELECT source, level, logger, pid, thread, func, message FROM log_records AS r ORDER BY r.time, source"
    assert store.rows(told) == [
        ("master_level", "ERROR", "ParallelRunStep.User Error", 17, None, None, "ERROR|bad|17"),
        ("master", "DEBUG", "ParallelRunStep.Master", 17, 139773019682560, "start()", "a|b()|c"),
        ("master", "INFO", None, 356, 140501711763200, None, "a|INFO|b|4 | c"),
        ("worker", "WARNING", None, 334, 12, None, "x|y"),
    ]


def test_trap_08_square_brackets_for_braces(tree: Tree, store: StoreUnderTest) -> None:
    """JSON of error lines comes with braces or with square brackets: the mini-batch is read from both."""
    braces = 'Failed to process {"id": 3, "dequeue_count": 1, "minibatch": ["a.csv"]} with error No. Detail: '
    squares = 'Failed to process ["id": 4, "dequeue_count": 2, "minibatch": ["b[1].csv"]] with error No. Detail: '
    stop = "Stop for run() unable to finish within 60 seconds for "
    files = {
        ERROR: f"2024-03-01 10:00:01,000|ERROR|334|{braces}{TRACEBACK}\n"
        f"2024-03-01 10:00:02,000|ERROR|334|{squares}{TRACEBACK}\n"
        f'2024-03-01 10:00:03,000|ERROR|334|{stop}["agent": "process000", "task_id": 5, "dequeue_count": 1]\n',
    }
    store.load(tree(files))
    assert store.rows(
        "SELECT mini_batch_id, phase, exception_type, exception_message FROM errors ORDER BY line_no"
    ) == [
        (3, "run", "ValueError", "No"),
        (4, "run", "ValueError", "No"),
        (5, "run", None, f'{stop}["agent": "process000", "task_id": 5, "dequeue_count": 1]'),
    ]
    assert store.one("SELECT bool_and(contains(message, '\"id\": ') OR contains(message, 'task_id')) FROM log_records")


def test_trap_10_several_overviews_and_masters(tree: Tree, store: StoreUnderTest) -> None:
    """Two overviews over midnight and two masters are one story; an overview that stops says nothing of the job's end."""
    processed = "Processed {} of 4 mini batches in 0:02:00. Estimated remaining time 0:04:00."
    files = {
        "logs/job_progress_overview.2024022923.txt": "2024-02-29T23:50:00 The overviewer on 7 started.\n"
        + f"2024-02-29T23:59:50.000001 {processed.format(1)}\n",
        "logs/job_progress_overview.2024030100.txt": f"2024-03-01T00:00:10.000001 {processed.format(2)}\n"
        "2024-03-01T00:00:20.000001 The overviewer on 7 stopped.\n",
        "logs/sys/master_role.2024022923.txt": "2024-02-29 23:50:00,100|INFO|356|140501711763200|Start scheduling.\n",
        "logs/sys/master_role.2024030101.txt": "2024-03-01 01:30:00,100|INFO|99|140501711763200|The ParallelRunStep processed "
        "all mini batches. There are 4 mini batches with 40 items. Processed 4 mini batches containing 40 items, "
        "40 succeeded, 0 failed. The error threshold is -1. \n",
        MINI_BATCHES: table(MINI_BATCH_HEADER, *(mini_batch(i, at=f"01:2{i}:00.1") for i in range(4))),
    }
    store.load(tree(files))
    assert store.rows("SELECT event, node, processed FROM progress AS p ORDER BY p.time") == [
        ("overviewer", "7", None),
        ("processed_of", None, 1),
        ("processed_of", None, 2),
        ("overviewer", "7", None),
    ]
    assert store.rows(
        "SELECT state, scheduled_mini_batches, mini_batches, started_at::VARCHAR, ended_at::VARCHAR FROM job_summary"
    ) == [("completed", 4, 4, "2024-02-29 23:50:00", "2024-03-01 01:30:00.1")]
    assert store.rows(
        "SELECT verdict, master, overview, mini_batch_table, explanation FROM reconciliation"
        " WHERE fact = 'mini_batches_processed'"
    ) == [("partial", 4, 2, 4, "progress is recorded until 2024-03-01 00:00:20, the job until 2024-03-01 01:30:00")]
