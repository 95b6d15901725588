"""Mini-batch tables of V0: ``*.task.csv``, ``sys/report/*.csv``, poison lists (§§9.1, 9.2)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from treegen.files.clock import iso_time
from treegen.files.job import Job
from treegen.files.tree import Row, Tree
from treegen.model.history import Attempt, Outcome, Worker
from treegen.model.plan import Generation

TASK_HEADER = (
    "Task Id",
    "Dequeue Count",
    "Start Time",
    "Total",
    "Succeeded",
    "Failed",
    "Elapsed Seconds",
    "Process Seconds",
    "Run Method Seconds",
    "Status",
    "Error",
)
PENDING_HEADER = ("Task Id", "Ip Address", "Process Id", "Start Time")
PROCESSED_HEADER = (
    *PENDING_HEADER,
    "Total",
    "Succeeded",
    "Failed",
    "Elapsed Seconds",
    "Process Seconds",
    "Run Method Seconds",
)
OVERRIDE_HEADER = (*(f"Prior {name}" for name in PROCESSED_HEADER), *PROCESSED_HEADER)
_NO = "N/A"
_STATUS = {
    Outcome.DONE: "TASK_PROCESSED",
    Outcome.TIMEOUT: "TASK_PROCESS_TIMEOUT",
    Outcome.POISONED: "TASK_POISONED",
}


def write_task_tables(job: Job, tree: Tree) -> None:
    """Everything tabular of a V0 job."""
    if job.generation is not Generation.V0:
        return
    history = job.history
    for worker in history.workers:
        path = f"logs/sys/worker/{worker.node.name}/{worker.name}.task.csv"
        until = history.horizon(worker.node)
        tree.table(path, TASK_HEADER, _events(job, worker), until, sort=False)
        poisoned = [a for a in worker.attempts if a.outcome is Outcome.POISONED]
        name = f"logs/sys/poison_tasks_{worker.node.name}_{worker.pid}.txt"
        tree.log(name, [(a.ended_at, job.queue_message(a)) for a in poisoned], until)
    _write_reports(job, tree)


def _events(job: Job, worker: Worker) -> Iterator[Row]:
    """Rows are events, not mini-batches; those of the script have no id (trap 1)."""

    def script(at: float, status: str, error: str = "") -> Row:
        return at, (_NO, _NO, iso_time(job.at(at)), *[_NO] * 6, status, error)

    yield script(worker.born_at, "ENTRY_SCRIPT_INIT_START")
    if worker.init_error:
        yield script(worker.ready_at, "ENTRY_SCRIPT_INIT_EXCEPTION", worker.init_error.message)
        return
    yield script(worker.ready_at, "ENTRY_SCRIPT_INIT_DONE")
    for attempt in worker.attempts:
        started = iso_time(job.at(attempt.started_at))
        key = (attempt.mini_batch_id, attempt.attempt, started)
        yield attempt.started_at, (*key, 0, 0, 0, 0, 0, 0, "TASK_PICKED", "")
        if attempt.outcome is not Outcome.POISONED:
            yield script(attempt.started_at + 0.002, "ENTRY_SCRIPT_RUN_START")
        if attempt.outcome is Outcome.OPEN:
            continue
        error, ends = "", attempt.ended_at
        if attempt.error:
            error = attempt.error.message
            yield script(ends - 0.003, "ENTRY_SCRIPT_RUN_EXCEPTION", error)
        elif attempt.outcome is Outcome.TIMEOUT:
            error = f"mini batch {attempt.mini_batch_id} did not finish in {job.plan.run_timeout}"
            error += " seconds. Stopping this process."
            yield script(ends - 0.003, "ENTRY_SCRIPT_RUN_TIMEOUT")
        elif attempt.outcome is Outcome.DONE:
            yield script(ends - 0.003, "ENTRY_SCRIPT_RUN_DONE")
        counts = (attempt.total, attempt.succeeded, attempt.failed)
        seconds = (attempt.elapsed_s, attempt.process_s, attempt.run_s)
        yield ends, (*key, *counts, *seconds, _STATUS[attempt.outcome], error)


def _write_reports(job: Job, tree: Tree) -> None:
    """First results, overrides by a later result for the same id, and what never ended (§9.2)."""
    history = job.history
    results: dict[int, list[Attempt]] = {}
    for attempt in history.finished():
        results.setdefault(attempt.mini_batch_id, []).append(attempt)
    firsts = [of_one[0] for of_one in results.values()]
    processed: list[Row] = [(a.ended_at + 0.5, _report_cells(job, a)) for a in firsts]
    overrides: list[Row] = [
        (later.ended_at + 0.5, (*_report_cells(job, prior), *_report_cells(job, later)))
        for of_one in results.values()
        for prior, later in pairwise(of_one)
    ]
    folder, until = "logs/sys/report", history.ended_at
    tree.table(f"{folder}/processed_tasks.csv", PROCESSED_HEADER, processed, until, sort=True)
    if history.running:
        return
    if overrides:
        tree.table(f"{folder}/override_tasks.csv", OVERRIDE_HEADER, overrides, until, sort=True)
    pending: list[Row] = [(a.started_at, _key(job, a)) for a in history.open()]
    if pending:
        tree.table(f"{folder}/pending_tasks.csv", PENDING_HEADER, pending, until, sort=True)


def _key(job: Job, attempt: Attempt) -> tuple[object, ...]:
    worker = attempt.worker
    started = iso_time(job.at(attempt.started_at))
    return attempt.mini_batch_id, worker.node.ip, worker.pid, started


def _report_cells(job: Job, attempt: Attempt) -> tuple[object, ...]:
    """Ten cells, or the short four of a result that is not TASK_PROCESSED (trap 9)."""
    key = _key(job, attempt)
    if attempt.outcome is not Outcome.DONE:
        return key
    counts = (attempt.total, attempt.succeeded, attempt.failed)
    return (*key, *counts, attempt.elapsed_s, attempt.process_s, attempt.run_s)
