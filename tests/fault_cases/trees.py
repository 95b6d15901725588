"""Small trees, each with one kind of fault that is easily taken for another: what the files say, and nothing beside it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

START = datetime(2023, 5, 8, 6, 0, 0)

Files = dict[str, str]
"""Paths below the artifact root, and what is in them."""

TABLE = "logs/sys/job_report/processed_mini-batches.csv"
_COLUMNS = (
    *("Mini-batch Id", "Picked Count", "Ip Address", "Process", "Start Time", "Total", "Succeeded", "Failed"),
    *("Elapsed Seconds", "Process Seconds", "Run Method Seconds", "Status", "Error Category", "Error Message"),
    "Mini-batch Detail",
)


def iso(seconds: float) -> str:
    """So many seconds after the start, as tables and overviews write it."""
    return (START + timedelta(seconds=seconds)).isoformat(timespec="microseconds")


def logged(seconds: float) -> str:
    """The same, as system logs write it."""
    return (START + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S,") + f"{int(seconds % 1 * 1000):03}"


def tried(mini_batch: int, start: float, seconds: float, **more: Any) -> dict[str, Any]:
    """A done try of process000 on node 0, of one item, unless said otherwise."""
    row = {"node": "0", "process": "process000", "picked": 1, "total": 1, "status": "RUN_DONE", "message": ""}
    return {"id": mini_batch, "start": start, "seconds": seconds, "run": seconds - 0.1, **row, **more}


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The table of mini-batches, of 2020 to now."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for row in rows:
        done = row["total"] if row["status"] == "RUN_DONE" else 0
        detail = json.dumps({"id": row["id"], "minibatch": [f"in-{row['id']:05}.csv"]})
        writer.writerow(
            [
                *(row["id"], row["picked"], row["node"], row["process"], iso(row["start"])),
                *(row["total"], done, row["total"] - done),
                *(row["seconds"], round(0.8 * row["run"], 3), round(row["run"], 3), row["status"]),
                *("User" if row["message"] else "", row["message"], detail),
            ]
        )
    return text.getvalue()


def samples(first: float, last: float, step: float, shift: float = 0) -> str:
    """Resource checks of a node, by a clock that is wrong by `shift` seconds."""
    head = (
        "Utc Time,Cpu Percent,Memory Total (MB),Memory Available (MB),Memory Used (MB),Memory Used Percent,Disk Read Count,"
        "Disk Write Count,Disk Read (MB),Disk Write (MB),Network Sent (MB),Network Received (MB),TCP Connection Count,"
        "UDP Connection Count"
    )
    times = [first + step * number for number in range(int((last - first) / step) + 1)]
    return "\n".join([head, *(f"{iso(time + shift)},55,16000,10000,5000,37.5,1,1,1,1,1,1,30,8" for time in times), ""])


def evenly(nodes: int, workers: int, each: int, seconds: float = 30.0) -> Iterator[dict[str, Any]]:
    """Done tries of all workers, one after the other."""
    for number in range(each):
        for node in range(nodes):
            for worker in range(workers):
                mini_batch = (number * nodes + node) * workers + worker
                yield tried(mini_batch, number * seconds, seconds - 1, node=str(node), process=f"process{worker:03}")


def launcher_dies() -> Files:
    """The master has processed all; then the launcher ends with an exception."""
    return {
        TABLE: table(list(evenly(1, 1, 6))),
        "logs/sys/master_role.txt": f"{logged(185)}|INFO|70|139773019682560|The ParallelRunStep processed all mini batches."
        " There are 6 mini batches with 6 items. Processed 6 mini batches containing 6 items, 6 succeeded, 0 failed."
        " The error threshold is -1. \n",
        "azureml-logs/70_driver_log_0.txt": f"[{iso(0)}] Entering context manager injector.\n"
        'Traceback (most recent call last):\n  File "driver/amlbi_main.py", line 80, in main\n    finish()\n'
        "OSError: [Errno 5] Input/output error: '/mnt/outputs/parallel_run_step.txt'\n",
    }


def crash() -> Files:
    """Workers end by signal 11 on nodes with much free memory, after their model was loaded."""
    rows, files = list(evenly(2, 1, 6)), {}
    for node in ("0", "1"):
        rows.append(
            tried(20 + int(node), 180, 12, node=node, status="RUN_EXCEPTION", message="Process abort with unfinished")
        )
        rows.append(tried(20 + int(node), 200, 29, node=node, process="process001", picked=2))
        files[f"logs/sys/node/{node}/_main.txt"] = (
            f"{logged(192)}|ERROR|20|139773019682560|The process process000 with pid 412 exited with code -11.\n"
        )
        files[f"logs/perf/{node}/node_resource_usage.csv"] = samples(0, 240, 30)
    return {TABLE: table(rows), "logs/job_result.txt": "Succeeded.\n", **files}


def killed_in_other_words() -> Files:
    """Workers end by signal 9; no samples, and the manager says it in its own way."""
    usual = "The process process000 with pid 412 exited with code -11."
    return {
        name: text.replace(usual, "Worker process000 (pid 412) ended with exit status -9.")
        for name, text in crash().items()
        if not name.startswith("logs/perf/")
    }


def quick_restarts() -> Files:
    """Each timeout costs a worker; the next number comes within a second."""
    timeout = {"status": "RUN_TIMEOUT", "message": "unable to finish within 60 seconds"}
    rows = [
        tried(0, 0, 60, **timeout),
        tried(1, 0, 150, process="process001"),
        tried(0, 60.4, 60, process="process002", picked=2, **timeout),
        tried(0, 121, 40, process="process003", picked=3),
        tried(2, 162, 30, process="process003"),
    ]
    return {TABLE: table(rows), "logs/job_result.txt": "Succeeded.\n"}


def slow_clock() -> Files:
    """Four nodes at work all the time; the clock of node 2 is four minutes slow."""
    shifts = {"0": 0, "1": 3, "2": -240, "3": -2}
    rows = [
        tried(10 * int(node) + number, 60 + shift + 40 * number, 39, node=node)
        for node, shift in shifts.items()
        for number in range(10)
    ]
    files = {f"logs/perf/{node}/node_resource_usage.csv": samples(60, 460, 20, shift) for node, shift in shifts.items()}
    return {TABLE: table(rows), "logs/job_result.txt": "Succeeded.\n", **files}


def exception_before_success() -> Files:
    """V0: a worker raised at a mini-batch, got it again and was done; its table has no row for the first try."""
    path = "logs/sys/worker/10.0.0.4/Process-1"
    head = (
        "Task Id,Dequeue Count,Start Time,Total,Succeeded,Failed,Elapsed Seconds,Process Seconds,Run Method Seconds,"
        "Status,Error"
    )
    rows = (
        f"4,1,{iso(10)},0,0,0,0,0,0,TASK_PICKED,",
        f"N/A,N/A,{iso(13)},N/A,N/A,N/A,N/A,N/A,N/A,ENTRY_SCRIPT_RUN_EXCEPTION,connection reset",
        f"4,2,{iso(25)},0,0,0,0,0,0,TASK_PICKED,",
        f"4,2,{iso(25)},8,8,0,15.0,12.0,14.9,TASK_PROCESSED,",
    )
    worker = "ParallelRunStep.Worker"
    log = (
        f"{logged(10)}|{worker}|INFO|71|Got task 4.",
        f'{logged(13)}|{worker}|ERROR|71|Failed to Failed to process task {{"id": 4, "dequeue_count": 1,'
        ' "minibatch": ["b.csv"], "location": "input", "partition_size": null} with connection reset.'
        " Error detail: Traceback (most recent call last):",
        '  File "score.py", line 52, in run',
        "ConnectionResetError: connection reset",
        f"{logged(25)}|{worker}|INFO|71|Got task 4.",
        f"{logged(40)}|{worker}|DEBUG|71|140539216400896|run()|Batch processing completed. Total count: 8, success count: 8,"
        " processing time: 15.0, run method time: 14.9",
    )
    return {
        f"{path}.task.csv": "\r\n".join([head, *rows, ""]),
        f"{path}.txt": "\n".join([*log, ""]),
        "logs/overview.2023-05-08.txt": f"{iso(45)} All 1 mini batches have been processed.\n",
    }


def one_failed_init() -> Files:
    """One of eight workers could not initialise; nothing was lost."""
    error = (
        f"{iso(5)} The process003 on node 1 failed with error: Traceback (most recent call last):\n"
        '  File "/wd/score.py", line 9, in init\n    model = load(path)\n'
        "ConnectionError: HTTPSConnectionPool(host='models.example', port=443): Read timed out.\n"
    )
    return {
        TABLE: table(list(evenly(2, 4, 5))),
        "logs/job_result.txt": "Succeeded.\n",
        "logs/job_error.txt": error,
    }


def long_tail() -> Files:
    """Six workers; the last mini-batch runs for 20 minutes after the queue was empty."""
    rows = list(evenly(2, 3, 12))
    rows += [
        tried(100, 360, 1200),
        tried(101, 360, 300, process="process001"),
        tried(102, 360, 240, process="process002"),
    ]
    return {TABLE: table(rows), "logs/job_result.txt": "Succeeded.\n"}


def full_disk() -> Files:
    """From a time on whatever comes fails in each try, since the disk is full."""
    rows = list(evenly(2, 2, 8))
    for number in range(4):
        for picked in (1, 2, 3):
            fault = {"status": "RUN_EXCEPTION", "message": "[Errno 28] No space left on device: '/tmp/part.parquet'"}
            rows.append(
                tried(40 + number, 240 + 20 * picked + number, 5, node=str(number % 2), picked=picked, total=3, **fault)
            )
    return {TABLE: table(rows), "logs/job_result.txt": "Succeeded.\n"}


def lost_items() -> Files:
    """A mini-batch of 900 items killed its worker in each try: no row, only the master's sum."""
    node = (
        f"{logged(100)}|ERROR|20|139773019682560|Process abort with unfinished mini batch 8.\n"
        f"{logged(140)}|ERROR|20|139773019682560|Process abort with unfinished mini batch 8.\n"
    )
    worker = f"{logged(90)}|INFO|31|Got task 8.\n{logged(130)}|INFO|31|Got task 8.\n"
    total = "There are 9 mini batches with 980 items. Processed 9 mini batches containing 980 items, 80 succeeded, 900 failed."
    return {
        TABLE: table([tried(number, 10 * number, 9, total=10) for number in range(8)]),
        "logs/sys/node/0/_main.txt": node,
        "logs/sys/node/0/process000.txt": worker,
        "logs/job_result.txt": f"Succeeded. {total} The error threshold is -1.\n",
    }


def overview_alone() -> Files:
    """Only the overview was downloaded."""
    return {
        "logs/job_progress_overview.txt": f"{iso(0)} Start the simulator.\n"
        f"{iso(300)} Processed 12 of 12 mini batches in 0:05:00. Estimated remaining time 0:00:00.\n"
        f"{iso(301)} All 12 mini batches have been processed.\n"
    }


def poison_after_exceptions() -> Files:
    """V0: an input raises in each try; then it is called poison."""
    files = {}
    message = '{"id": 3, "dequeue_count": %d, "minibatch": ["bad.csv"], "location": "input", "partition_size": null}'
    for number in (1, 2, 3):
        path = f"logs/sys/error/10.0.0.{number + 3}/Process-1.txt"
        files[path] = (
            f"{logged(60 * number)}|ParallelRunStep.Worker|ERROR|71|Failed to Failed to process task {message % number} with"
            " bad magic number. Error detail: Traceback (most recent call last):\n"
            '  File "reader.py", line 7, in read\nValueError: bad magic number\n'
        )
    files["logs/sys/error/10.0.0.4/Process-1.txt"] += (
        f'{logged(240)}|ParallelRunStep.Worker|ERROR|71|Found poison message {{"id": 3, "minibatch": ["bad.csv"], "location":'
        ' "input", "partition_size": null}.\n'
    )
    files["logs/overview.2023-05-08.txt"] = f"{iso(250)} All 9 mini batches have been processed.\n"
    return files


def slow_storage() -> Files:
    """Each fifth mini-batch waits a minute and a half outside run()."""
    rows = []
    for row in evenly(3, 2, 20, 120.0):
        held_up = row["id"] % 5 == 0
        rows.append({**row, "run": 29.8, "seconds": 110.0 if held_up else 30.0})
    return {TABLE: table(rows), "logs/job_result.txt": "Succeeded.\n"}


def slowing_script() -> Files:
    """run() takes 40 s at first and 62 s at last, on all nodes."""
    rows = [
        tried(3 * number + node, 70 * number, 40 + 22 * number / 39, node=str(node))
        for number in range(40)
        for node in range(3)
    ]
    return {TABLE: table(rows), "logs/job_result.txt": "Succeeded.\n"}


KINDS = (
    *(launcher_dies, crash, killed_in_other_words, quick_restarts, slow_clock, exception_before_success),
    *(one_failed_init, long_tail, full_disk, lost_items, overview_alone, poison_after_exceptions, slow_storage),
    slowing_script,
)
"""A tree of each kind; its name is the job's."""


def write(root: Path) -> None:
    """Write a tree of each kind below a folder."""
    for kind in KINDS:
        for name, text in kind().items():
            file = root / kind.__name__ / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="")
