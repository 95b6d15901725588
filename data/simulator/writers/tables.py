"""Mini-batch tables (formats.md §9)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import timedelta

from simulator.history import Attempt, History, Process
from simulator.world import Version, World
from simulator.writers import layout
from simulator.writers.files import Files, iso

_HEADER = (
    "Mini-batch Id,Picked Count,Ip Address,Process,Start Time,Total,Succeeded,Failed,Elapsed Seconds,Process Seconds,"
    "Run Method Seconds,Status,Error Category,Error Message,Mini-batch Detail"
)
_V0_TASKS = "Task Id,Dequeue Count,Start Time,Total,Succeeded,Failed,Elapsed Seconds,Process Seconds,Run Method Seconds,Status,Error"
_V0_REPORT = ("Task Id", "Ip Address", "Process Id", "Start Time")
_V0_NUMBERS = ("Total", "Succeeded", "Failed", "Elapsed Seconds", "Process Seconds", "Run Method Seconds")
_STATUS = {"done": "RUN_DONE", "timeout": "RUN_TIMEOUT", "exception": "RUN_EXCEPTION", "death": "RUN_EXCEPTION"}


def write_tables(files: Files, world: World, history: History) -> None:
    """The tables of the job's generation."""
    if history.reason == "setup":
        return
    if world.version == Version.V0:
        _write_task_tables(files, world, history)
        _write_reports(files, world, history)
    else:
        _write_mini_batches(files, world, history)


def in_table(world: World, attempt: Attempt) -> bool:
    """Whether an attempt has a row that tells its end: one of a worker that died may have none."""
    if attempt.lost or attempt.outcome == "open":
        return False
    return attempt.outcome != "death" or (world.version > Version.V0 and dead_have_rows(world))


def dead_have_rows(world: World) -> bool:
    """Whether the master writes a row for an attempt whose worker died: not known, so half of the jobs have it."""
    return int(str(world.traits["wording"])) % 2 == 0


def queue_message(world: World, attempt: Attempt) -> str:
    """The message by which a mini-batch is queued (formats.md §7)."""
    message: dict[str, object] = {"id": attempt.mini_batch.id}
    if world.version >= Version.V1:
        message["dequeue_count"] = attempt.pick
    message |= {"minibatch": list(attempt.mini_batch.inputs), "location": world.input_folder, "partition_size": None}
    return json.dumps(message)


def _row(cells: Iterable[object]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(list(cells))
    return buffer.getvalue()


def _write_mini_batches(files: Files, world: World, history: History) -> None:
    path = "logs/sys/job_report/processed_mini-batches.csv"
    files.line_ends(path, "\r\n")
    by_node = world.version >= Version.V3 and world.traits.get("wording") in {1, 4}
    files.line(path, -1, _HEADER.replace("Ip Address", "Node Id") if by_node else _HEADER)
    for process in history.processes:
        for time, cells in _life(world, process):
            files.line(path, time, _row(cells))
    for attempt in history.attempts:
        if in_table(world, attempt):
            files.line(path, attempt.ended, _row(_cells(world, attempt)))


def _life(world: World, process: Process) -> Iterable[tuple[float, Sequence[object]]]:
    """Rows without a mini-batch: the script was loaded, init() was called."""
    name, node = layout.process_name(world.version, process), process.node

    def row(started: float, ended: float, status: str, category: str = "", message: str = "") -> Sequence[object]:
        moment = iso(world.time(started, node))
        return [
            "",
            "",
            node.key,
            name,
            moment,
            "",
            "",
            "",
            f"{ended - started:.6f}",
            "",
            "",
            status,
            category,
            message,
            "",
        ]

    if process.loaded is None:
        return
    yield process.loaded, row(process.started, process.loaded, "LOAD_DONE")
    if process.init_ended is not None and process.init_started is not None:
        if process.init_error:
            text = process.init_error.last_line
            yield process.init_ended, row(process.init_started, process.init_ended, "INIT_EXCEPTION", "User", text)
        elif world.traits.get("wording") != 3:
            yield process.init_ended, row(process.init_started, process.init_ended, "INIT_DONE")


def _cells(world: World, attempt: Attempt) -> Sequence[object]:
    category = message = ""
    if attempt.outcome == "exception" and attempt.error:
        category, message = "User", attempt.error.last_line
        if world.traits.get("wording") == 4:
            message = attempt.error.traceback("/mnt/azureml/cr/j/8f/exe/wd", "/mnt/azureml/cr/j/8f/exe/wd/prs")
    elif attempt.outcome == "timeout":
        category, message = "User", f"run() did not finish in {world.run_timeout_s} seconds."
    elif attempt.outcome == "death":
        category, message = "Driver", f"Process abort with unfinished mini batch {attempt.mini_batch.id}."
    return [
        attempt.mini_batch.id,
        attempt.pick,
        attempt.process.node.key,
        layout.process_name(world.version, attempt.process),
        iso(world.time(attempt.started, attempt.process.node)),
        attempt.mini_batch.items,
        attempt.succeeded,
        attempt.failed,
        *_numbers(attempt),
        _STATUS[attempt.outcome],
        category,
        message,
        queue_message(world, attempt),
    ]


def _numbers(attempt: Attempt) -> tuple[str, str, str]:
    return f"{attempt.elapsed_s:.6f}", f"{attempt.cpu_until(attempt.ended):.6f}", f"{attempt.run_ended_s:.6f}"


def _write_task_tables(files: Files, world: World, history: History) -> None:
    """V0: each worker writes events, and one final row for each attempt that it ended itself."""
    for process in history.processes:
        path = f"logs/sys/worker/{process.node.key}/{layout.process_name(world.version, process)}.task.csv"
        files.line_ends(path, "\r\n")
        if process.init_started is None:
            continue
        files.line(path, -1, _V0_TASKS)

        def event(time: float, status: str, error: str = "", path: str = path, process: Process = process) -> None:
            moment = iso(world.time(time, process.node))
            files.line(path, time, _row(["N/A", "N/A", moment, *["N/A"] * 6, status, error]))

        event(process.init_started, "ENTRY_SCRIPT_INIT_START")
        if process.init_ended is not None:
            error = process.init_error
            event(
                process.init_ended,
                f"ENTRY_SCRIPT_INIT_{'EXCEPTION' if error else 'DONE'}",
                error.last_line if error else "",
            )
        for attempt in process.attempts:
            _write_v0_attempt(files, path, world, attempt)


def _write_v0_attempt(files: Files, path: str, world: World, attempt: Attempt) -> None:
    started = iso(world.time(attempt.started, attempt.process.node))
    head = [attempt.mini_batch.id, attempt.pick, started]
    files.line(path, attempt.started, _row([*head, 0, 0, 0, 0, 0, 0, "TASK_PICKED", ""]))
    if not in_table(world, attempt):
        return
    status = {"done": "TASK_PROCESSED", "timeout": "TASK_PROCESS_TIMEOUT", "poisoned": "TASK_POISONED"}[attempt.outcome]
    text = attempt.error.last_line if attempt.error else ""
    counts = [attempt.mini_batch.items, attempt.succeeded, attempt.failed]
    files.line(path, attempt.ended, _row([*head, *counts, *_numbers(attempt), status, text]))


def _write_reports(files: Files, world: World, history: History) -> None:
    folder = "logs/sys/report"
    hours = int(str(world.traits.get("report_zone_hours", 0)))

    def cells(attempt: Attempt) -> list[object]:
        node = attempt.process.node
        started = iso(world.time(attempt.started, node) + timedelta(hours=hours))
        row: list[object] = [attempt.mini_batch.id, node.key, attempt.process.pid, started]
        if attempt.outcome == "done":
            row += [attempt.mini_batch.items, attempt.succeeded, attempt.failed, *_numbers(attempt)]
        return row

    path = f"{folder}/processed_tasks.csv"
    files.line_ends(path, "\r\n")
    files.line(path, -1, _row([*_V0_REPORT, *_V0_NUMBERS]))
    first: dict[int, Attempt] = {}
    for attempt in sorted(history.attempts, key=lambda attempt: attempt.ended):
        if not in_table(world, attempt) or attempt.outcome == "timeout":
            continue
        prior = first.setdefault(attempt.mini_batch.id, attempt)
        if prior is attempt:
            files.line(path, attempt.ended, _row(cells(attempt)))
            continue
        override = f"{folder}/override_tasks.csv"
        if override not in files.paths():
            names = (*_V0_REPORT, *_V0_NUMBERS)
            files.line_ends(override, "\r\n")
            files.line(override, -1, _row([*(f"Prior {name}" for name in names), *names]))
        files.line(override, attempt.ended, _row([*cells(prior), *cells(attempt)]))
    pending = [
        a for a in history.attempts if a.mini_batch.id not in history.resolved and (a.outcome == "open" or a.lost)
    ]
    for attempt in pending:
        path = f"{folder}/pending_tasks.csv"
        if path not in files.paths():
            files.line_ends(path, "\r\n")
            files.line(path, -1, _row(_V0_REPORT))
        files.line(path, attempt.started, _row(cells(attempt)[:4]))
