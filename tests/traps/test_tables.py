"""Traps in tables (formats.md §16): what a naive reader of CSV files gets wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.traps.layouts import (
    MINI_BATCH_HEADER,
    MINI_BATCHES,
    NODE_HEADER,
    NODE_HEADER_V0,
    OVERRIDE_TASKS,
    PROCESSED_TASKS,
    REPORT_HEADER,
    TASK_CSV,
    TASK_HEADER,
    mini_batch,
    table,
)

if TYPE_CHECKING:
    from tests.conftest import StoreUnderTest, Tree


def test_trap_01_no_value_and_rows_without_a_mini_batch(tree: Tree, store: StoreUnderTest) -> None:
    """`N/A` (V0) and an empty cell (V1+) are NULL, not 0 and no reject; rows without an id are no mini-batches."""
    old = table(
        TASK_HEADER,
        "N/A,N/A,2020-05-06T05:50:48.123456,N/A,N/A,N/A,N/A,N/A,N/A,ENTRY_SCRIPT_INIT_START,",
        "N/A,N/A,2020-05-06T05:50:49.000392,N/A,N/A,N/A,N/A,N/A,N/A,ENTRY_SCRIPT_INIT_DONE,",
        "0,1,2020-05-06T05:50:49.100000,10,9,1,1.5,N/A,1.25,TASK_PROCESSED,",
    )
    new = table(
        MINI_BATCH_HEADER,
        ",,0,process000,2024-03-01T09:59:59.000001,,,,0.0029,,,LOAD_DONE,,,",
        "0,1,0,process000,2024-03-01T10:00:00.000001,10,9,1,1.5,,1.25,RUN_DONE,,,",
    )
    store.load(tree({TASK_CSV: old}, "old"), tree({MINI_BATCHES: new}, "new"))
    mini_batches = (
        "SELECT mini_batch_id, items, succeeded_items, failed_items, process_s, run_s, error_message FROM mini_batches"
    )
    for job in ("old", "new"):
        assert store.rows(f"{mini_batches} WHERE job_id = '{job}'") == [(0, 10, 9, 1, None, 1.25, None)]
    assert store.rows("SELECT job_id, event, outcome, elapsed_s FROM script_events ORDER BY job_id, line_no") == [
        ("new", "load", "done", 0.0029),
        ("old", "init", "start", None),
        ("old", "init", "done", None),
    ]
    assert store.one("SELECT count(*) FROM rejects") == 0


def test_trap_02_time_without_fraction(tree: Tree, store: StoreUnderTest) -> None:
    """A time of exactly zero microseconds is written without them: in tables, overviews and resource files."""
    files = {
        TASK_CSV: table(TASK_HEADER, "0,1,2020-05-06T05:50:48,10,10,0,1.5,0.2,1.25,TASK_PROCESSED,"),
        "logs/overview.2020-05-06.txt": "2020-05-06T05:50:48 Start scheduling.\n2020-05-06T05:50:48.5 not a time of ours\n"
        "2020-05-06T05:50:49.000001 No task has been processed yet.\n",
        "logs/sys/perf/10.0.0.4/sys.csv": table(NODE_HEADER_V0, "2020-05-06T05:50:48,1,2,1,1,50.0,1,1,1,1,1,1"),
        MINI_BATCHES: table(MINI_BATCH_HEADER, mini_batch(1, at="10:00:00")),
    }
    store.load(tree(files))
    assert store.rows("SELECT started_at::VARCHAR FROM attempts ORDER BY mini_batch_id") == [
        ("2020-05-06 05:50:48",),
        ("2024-03-01 10:00:00",),
    ]
    assert store.rows("SELECT p.time::VARCHAR, event, message FROM progress AS p ORDER BY line_no") == [
        ("2020-05-06 05:50:48", None, "Start scheduling.\n2020-05-06T05:50:48.5 not a time of ours"),
        ("2020-05-06 05:50:49.000001", "none_yet", "No task has been processed yet."),
    ]
    assert store.one("SELECT s.time::VARCHAR FROM node_samples AS s") == "2020-05-06 05:50:48"


def test_trap_03_line_ends_of_two_kinds(tree: Tree, store: StoreUnderTest) -> None:
    """CRLF in tables, LF in logs, both in one file: no cell and no message keeps a carriage return."""
    files = {
        TASK_CSV: f"{TASK_HEADER}\r\n0,1,2020-05-06T05:50:48.1,10,10,0,1.5,0.2,1.25,TASK_PROCESSED,\r\n"
        "1,1,2020-05-06T05:50:50.1,10,10,0,1.5,0.2,1.25,TASK_PROCESSED,\n"
        "2,1,2020-05-06T05:50:52.1,10,10,0,1.5,0.2,1.25,TASK_PROCESSED,\r\n",
        "logs/sys/worker/10.0.0.4/Process-1.txt": "2020-05-06 05:50:48,001|ParallelRunStep.Agent|INFO|17|Got task 0.\n"
        "2020-05-06 05:50:50,001|ParallelRunStep.Agent|INFO|17|Got task 1.\r\n"
        "2020-05-06 05:50:52,001|ParallelRunStep.Agent|INFO|17|Got task 2.\n",
        "logs/overview.2020-05-06.txt": "2020-05-06T05:50:55 All 3 mini batches have been processed.\r\n",
    }
    store.load(tree(files))
    assert store.rows("SELECT mini_batch_id, status, error_message FROM attempts ORDER BY 1") == [
        (number, "TASK_PROCESSED", None) for number in range(3)
    ]
    assert store.rows("SELECT message FROM log_records ORDER BY line_no") == [(f"Got task {i}.",) for i in range(3)]
    assert store.rows("SELECT event, total FROM progress") == [("all_done", 3)]
    assert store.one("SELECT count(*) FROM rejects") == 0


def test_trap_04_quoted_cells(tree: Tree, store: StoreUnderTest) -> None:
    """Line breaks, commas and doubled quotes in cells; a file cut inside quotes: one reject, all rows before it kept."""
    error = '"ValueError: ""a"", then\nmore\r\nand more"'
    detail = '"{""id"": 1, ""minibatch"": [""a,b.csv"", ""c.csv""]}"'
    whole = table(
        MINI_BATCH_HEADER, mini_batch(0), mini_batch(1, "RUN_EXCEPTION", error=error, detail=detail), mini_batch(2)
    )
    cut = table(mini_batch(3, "RUN_EXCEPTION", error=error)).partition("then")[0]
    cut_v0 = table(TASK_HEADER, "0,1,2020-05-06T05:50:48,1,1,0,1.5,0.2,1.25,TASK_PROCESSED,") + (
        '1,1,2020-05-06T05:50:50,1,0,1,1.5,0.2,1.25,TASK_PROCESS_TIMEOUT,"Stop for\nrun'
    )
    store.load(tree({MINI_BATCHES: whole + cut}, "new"), tree({TASK_CSV: cut_v0}, "old"))
    assert store.rows(
        "SELECT mini_batch_id, outcome, error_message, inputs FROM mini_batches WHERE job_id = 'new' ORDER BY 1"
    ) == [
        (0, "done", None, None),
        (1, "exception", 'ValueError: "a", then\nmore\r\nand more', ["a,b.csv", "c.csv"]),
        (2, "done", None, None),
    ]
    assert store.rows("SELECT mini_batch_id, outcome FROM mini_batches WHERE job_id = 'old'") == [(0, "done")]
    assert store.rows("SELECT job_id, line_no, cut, starts_with(text, '3,1,') FROM rejects ORDER BY 1") == [
        ("new", 7, True, True),
        ("old", 3, True, False),
    ]


def test_trap_09_repeated_header_and_short_rows(tree: Tree, store: StoreUnderTest) -> None:
    """A header in the middle of a V0 file is no row and no reject; a report's row of four cells is a failed mini-batch.

    An override row is two results side by side, either of which may be short.
    """
    sample = "2020-05-06T05:50:48.1,{cpu},8388608,4194304,4194304,50.0,1,2,1048576,1048576,1048576,1048576"
    prior = ",".join(f"Prior {name}" for name in REPORT_HEADER.split(","))
    full = "117,2020-05-06T05:51:49.1,10,8,2,1.5,0.2,1.25"
    files = {
        "logs/sys/perf/10.0.0.4/sys.csv": table(
            NODE_HEADER_V0, sample.format(cpu=10), NODE_HEADER_V0, sample.format(cpu=90)
        ),
        PROCESSED_TASKS: table(
            REPORT_HEADER, f"0,10.0.0.4,{full}", "1,10.0.0.4,117,2020-05-06T05:50:51.1", f"2,10.0.0.4,{full}"
        ),
        OVERRIDE_TASKS: table(f"{prior},{REPORT_HEADER}", f"1,10.0.0.4,117,2020-05-06T05:50:51.1,1,10.0.0.5,{full}"),
    }
    store.load(tree(files))
    assert store.rows("SELECT line_no, cpu_percent, memory_used_mb FROM node_samples ORDER BY 1") == [
        (2, 10.0, 4.0),
        (4, 90.0, 4.0),
    ]
    assert store.rows("SELECT mini_batch_id, outcome, node, failed_items FROM mini_batches ORDER BY 1") == [
        (0, "done", "10.0.0.4", 2),
        (1, "done", "10.0.0.5", 2),
        (2, "done", "10.0.0.4", 2),
    ]
    assert store.rows("SELECT attempt_reports.outcome FROM attempt_reports WHERE total IS NULL") == [("failed",)]
    assert store.one("SELECT count(*) FROM rejects") == 0


def test_trap_11_one_mini_batch_in_several_rows(tree: Tree, store: StoreUnderTest) -> None:
    """Tries are no mini-batches: a retry, two results of one mini-batch, and one that never came to a result."""
    rows = (
        mini_batch(0),
        mini_batch(1, "RUN_TIMEOUT", at="10:00:00.1"),
        mini_batch(1, attempt=2, at="10:01:00.1", node="1", succeeded=9),
        mini_batch(2, attempt=1, at="10:00:00.1", succeeded=4),
        mini_batch(2, attempt=2, at="10:02:00.1", node="1", succeeded=7),  # ended later: overrides
        mini_batch(3, "RUN_TIMEOUT", at="10:03:00.1"),
        mini_batch(3, "RUN_EXCEPTION", attempt=2, at="10:04:00.1", error="ValueError: x"),
    )
    store.load(tree({MINI_BATCHES: table(MINI_BATCH_HEADER, *rows)}))
    assert store.rows(
        "SELECT mini_batch_id, attempts, outcome, items, failed_items, node FROM mini_batches ORDER BY 1"
    ) == [
        (0, 1, "done", 10, 0, "0"),
        (1, 2, "done", 10, 1, "1"),
        (2, 2, "done", 10, 3, "1"),
        (3, 2, "exception", 10, 10, "0"),
    ]
    assert store.rows(
        "SELECT mini_batches, failed_mini_batches, items, failed_items, attempts, retries FROM job_summary"
    ) == [(4, 1, 40, 14, 7, 3)]


def test_trap_13_headers_with_signs(tree: Tree, store: StoreUnderTest) -> None:
    """`#` in a header starts no comment; a disk's mount point stands in brackets, with backslash or slashes in it."""
    mounts = ("/", "/mnt/data (1)", "C:\\")
    names = ("Total (MB)", "Used (MB)", "Free (MB)", "Used Percent")
    disk = ",".join(["Utc Time", *(f"Disk ({mount}) {name}" for mount in mounts for name in names)])
    files = {
        "logs/sys/perf/10.0.0.4/node_resource_usage.csv": table(
            NODE_HEADER, "2020-10-19T10:28:30.1,15,6969.8,5608.31,1049.4,19.5,100,157,881.71,215.14,218.59,324.03,95,16"
        ),
        "logs/sys/perf/10.0.0.4/node_disk_usage.csv": table(
            disk, "2020-10-19T10:28:30.2,100,20,70,22.2,200,50,140,26.3,300,90,200,31.0"
        ),
    }
    store.load(tree(files))
    assert store.rows("SELECT tcp_connections, udp_connections, network_received_mb, extra FROM node_samples") == [
        (95, 16, 324.03, None)
    ]
    assert store.rows("SELECT mount, total_mb, used_mb, free_mb, used_percent FROM disk_samples ORDER BY total_mb") == [
        ("/", 100.0, 20.0, 70.0, 22.2),
        ("/mnt/data (1)", 200.0, 50.0, 140.0, 26.3),
        ("C:\\", 300.0, 90.0, 200.0, 31.0),
    ]
    assert store.one("SELECT count(*) FROM rejects") == 0
