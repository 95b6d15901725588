"""Traps in whole trees (formats.md §16): names that repeat, folders of two layouts, files that are absent, huge or no logs."""

from __future__ import annotations

import json
import marshal
from typing import TYPE_CHECKING

import pytest

from tests.traps.layouts import (
    MINI_BATCH_HEADER,
    MINI_BATCHES,
    NODE_HEADER,
    PROCESS_HEADER,
    mini_batch,
    table,
)

if TYPE_CHECKING:
    from tests.conftest import Run, StoreUnderTest, Tree

NODE_SAMPLE = "2024-03-01T10:00:30.1,{cpu},6969.8,5608.31,1049.4,{memory},100,157,881.71,215.14,218.59,324.03,95,16"


def test_trap_12_names_and_pids_that_repeat(tree: Tree, store: StoreUnderTest) -> None:
    """`process000` and pid 334 are on every node: work, errors and memory of two nodes are never taken together."""
    log = '2024-03-01 10:00:0{n},000|ERROR|334|Failed to process {{"id": {n}}} with error No.\n'
    process = "2024-03-01T10:00:30.1,process000,1,1,1,{memory},1,1,1,1,8"
    files = {
        MINI_BATCHES: table(
            MINI_BATCH_HEADER,
            mini_batch(0, node="0"),
            mini_batch(1, "RUN_EXCEPTION", node="1", error="No"),
            mini_batch(2, "RUN_EXCEPTION", node="1", error="No"),
        ),
        **{f"logs/sys/node/{n}/process000.txt": log.format(n=n) for n in (0, 1)},
        **{
            f"logs/perf/{n}/processes_resource_usage.csv": table(PROCESS_HEADER, process.format(memory=10 * n + 1))
            for n in (0, 1)
        },
    }
    store.load(tree(files))
    assert store.rows("SELECT node, items, failed_items FROM failed_items_by_node ORDER BY 1") == [
        ("0", 10, 0),
        ("1", 20, 20),
    ]
    assert store.rows("SELECT node, process, attempts FROM worker_processes ORDER BY 1") == [
        ("0", "process000", 1),
        ("1", "process000", 2),
    ]
    assert store.rows("SELECT node, process, pid, mini_batch_id FROM errors ORDER BY 1") == [
        ("0", "process000", 334, 0),
        ("1", "process000", 334, 1),
    ]
    peaks = "SELECT node, process, highest_percent FROM memory_peaks WHERE process = 'process000' ORDER BY 1"
    assert store.rows(peaks) == [("0", "process000", 1.0), ("1", "process000", 11.0)]
    assert store.one("SELECT processes FROM job_summary") == 2


def test_trap_16_folders_of_two_layouts(tree: Tree, store: StoreUnderTest) -> None:
    """`logs/perf` and `logs/sys/perf`, an IP and a number for the node, `_main` with and without `.txt`: all are read."""
    sample = table(NODE_HEADER, NODE_SAMPLE.format(cpu=15, memory=19.5))
    error = "2024-03-01 10:00:01,000|ERROR|255|139773019682560|stderr: terminate called\n"
    files = {
        "logs/perf/0/node_resource_usage.csv": sample,
        "logs/sys/perf/10.0.0.4/node_resource_usage.csv": sample,
        "logs/perf/10.0.0.5/node_resource_usage.csv": sample,
        "logs/sys/perf/7/node_resource_usage.csv": sample,
        "logs/sys/error/10.0.0.4/_main": error,
        "logs/sys/error/0/_main.txt": error,
        "logs/user/stdout/0/process000.std.txt": "printed\n",
    }
    store.load(tree(files))
    assert store.rows("SELECT DISTINCT status FROM files") == [("parsed",)]
    assert store.rows("SELECT node FROM node_samples ORDER BY 1") == [("0",), ("10.0.0.4",), ("10.0.0.5",), ("7",)]
    assert store.rows("SELECT node, process, thread FROM log_records ORDER BY 1") == [
        ("0", "_main", 139773019682560),
        ("10.0.0.4", "_main", 139773019682560),
    ]
    assert store.rows("SELECT node, process, stream FROM output_lines") == [("0", "process000", "std")]


def test_trap_17_files_that_are_absent(tree: Tree, store: StoreUnderTest) -> None:
    """No error file means that nothing was ever written to one: no errors, not a damaged download."""
    overview = "2024-03-01T10:00:09.000001 All 1 mini batches have been processed.\n"
    files = {
        MINI_BATCHES: table(MINI_BATCH_HEADER, mini_batch(0)),
        "logs/job_progress_overview.txt": overview,
        "logs/sys/error.txt": "",
    }
    report = store.load(tree(files))
    assert (report.rejects, report.failed_files, report.problems) == (0, [], [])
    summary = "SELECT state, mini_batches, failed_items, first_error, highest_memory_percent, files_unclaimed FROM job_summary"
    assert store.rows(summary) == [("completed", 1, 0, None, None, 0)]
    assert store.one("SELECT count(*) FROM errors") == 0
    assert store.one("SELECT count(*) FROM first_error") == 0
    assert store.rows("SELECT kind, rejects, unexplained_bytes FROM coverage ORDER BY 1") == [
        ("master_level", 0, 0),
        ("mini_batches", 0, 0),
        ("overview", 0, 0),
    ]


def test_trap_18_huge_and_binary(tree: Tree, store: StoreUnderTest) -> None:
    """Lines and cells of over a megabyte come whole; NUL bytes are one reject; a profile is left alone, and said so."""
    names = [f"folder/part-{i:07}.csv" for i in range(50_000)]
    detail = json.dumps({"id": 0, "minibatch": names})
    cell = '"' + detail.replace('"', '""') + '"'
    assert len(cell) > 1_000_000
    long = "x|" * 700_000
    files: dict[str, str | bytes] = {
        MINI_BATCHES: table(MINI_BATCH_HEADER, mini_batch(0, detail=cell), mini_batch(1)),
        "logs/sys/node/0/process000.txt": f"2024-03-01 10:00:01,000|INFO|334|{long}\n"
        "2024-03-01 10:00:02,000|INFO|334|Got task 1.\n",
        "logs/user/stdout/0/process000.stdout.txt": f"{long}\nshort\n",
        "logs/sys/node/0/process001.txt": b"2024-03-01 10:00:01,000|INFO|334|before\n\0\0\0\x01\x02\n"
        b"2024-03-01 10:00:02,000|INFO|334|after\n",
        "logs/sys/node/0/process000.profile": marshal.dumps({("a.py", 1, "run"): (1, 1, 0.5, 0.5, {})}),
    }
    store.load(tree(files))
    assert store.rows("SELECT mini_batch_id, len(inputs), inputs[-1] FROM mini_batches ORDER BY 1") == [
        (0, 50_000, "folder/part-0049999.csv"),
        (1, None, None),
    ]
    assert store.rows("SELECT process, line_no, length(message) FROM log_records ORDER BY 1, 2") == [
        ("process000", 1, 1_400_000),
        ("process000", 2, 11),
        ("process001", 1, 6),
        ("process001", 3, 5),
    ]
    assert store.rows("SELECT line_no, length(text) FROM output_lines ORDER BY 1") == [(1, 1_400_000), (2, 5)]
    assert store.rows("SELECT reason, line_no, bytes FROM rejects") == [("binary data", 2, 5)]
    assert store.rows("SELECT status, reason FROM files WHERE kind = 'profile'") == [
        ("ignored", "binary dump of a profiler")
    ]


@pytest.mark.parametrize(
    "path", ["predictions.csv", "score/predictions.csv", "named-outputs/score/parallel_run_step.txt"]
)
def test_trap_20_predictions_and_no_logs(tree: Tree, store: StoreUnderTest, run: Run, path: str) -> None:
    """A download of a batch endpoint's parent job holds no logs: this is said, with what to download instead."""
    folder = tree({path: "0,a.csv,0.5\n"}, "parent")
    done = run(folder, "--store", store.path)
    assert done.returncode == 3
    problem, advice = done.stderr.splitlines()
    assert "predictions, but no logs" in problem
    assert "child run 'batchscoring'" in advice
