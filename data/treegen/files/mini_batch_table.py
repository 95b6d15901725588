"""``logs/sys/job_report/*.csv`` of V1 and later (formats.md §9.3)."""

from __future__ import annotations

from collections.abc import Iterator

from treegen.files.clock import iso_time
from treegen.files.job import Job
from treegen.files.tree import Row, Tree
from treegen.model.errors import ADVICE
from treegen.model.history import Attempt, Outcome
from treegen.model.plan import Generation

PATH = "logs/sys/job_report/processed_mini-batches.csv"
HEADER = (
    "Mini-batch Id",
    "Picked Count",
    "Ip Address",
    "Process",
    "Start Time",
    "Total",
    "Succeeded",
    "Failed",
    "Elapsed Seconds",
    "Process Seconds",
    "Run Method Seconds",
    "Status",
    "Error Category",
    "Error Message",
    "Mini-batch Detail",
)
_STATUS = {
    Outcome.DONE: "RUN_DONE",
    Outcome.TIMEOUT: "RUN_TIMEOUT",
    Outcome.EXCEPTION: "RUN_EXCEPTION",
}
_SUMS = (
    "Mini-batches",
    "Total",
    "Succeeded",
    "Failed",
    "Elapsed Seconds",
    "Process Seconds",
    "Run Method Seconds",
)


def header(generation: Generation) -> tuple[str, ...]:
    """15 columns; newer ones may say ``Node Id`` (formats.md §9.3 row 3, a guess: V4 here)."""
    node = "Node Id" if generation is Generation.V4 else "Ip Address"
    return tuple(node if name == "Ip Address" else name for name in HEADER)


def write_mini_batch_table(job: Job, tree: Tree) -> None:
    """One row per attempt in the order of their end, and rows without an id for load and init."""
    if job.generation is Generation.V0:
        return
    history = job.history
    rows = [*_script_rows(job), *((a.ended_at, _cells(job, a)) for a in history.finished())]
    tree.table(PATH, header(job.generation), rows, history.ended_at, sort=True)
    if not history.running and history.finished():
        _write_summaries(job, tree)


def _script_rows(job: Job) -> Iterator[Row]:
    for worker in job.history.workers:
        at = worker.born_at + 0.6
        place = ("", "", worker.node.name, worker.name)
        if at < worker.node.gone_at:
            start, load = iso_time(job.at(at)), round(0.0027 + worker.pid % 7 * 1e-4, 4)
            cells = (*place, start, "", "", "", load, "", "", "LOAD_DONE", "", "", "")
            yield at + load, cells
        if worker.init_error:
            seconds = round(worker.ready_at - at, 4)
            told = worker.init_error.message
            error = ("INIT_EXCEPTION", "User", told, "")
            yield worker.ready_at, (*place, start, "", "", "", seconds, "", "", *error)


def _cells(job: Job, attempt: Attempt) -> tuple[object, ...]:
    category, message = "", ""
    if attempt.error:
        category, message = "User", f"{attempt.error.message}\n{ADVICE}"
    elif attempt.aborted:
        category = "Driver"
        message = f"Process abort with unfinished mini batch {attempt.mini_batch_id}."
    elif attempt.outcome is Outcome.TIMEOUT:
        category = "User"
        message = f"Stop for run() unable to finish within {job.plan.run_timeout} seconds"
    return (
        attempt.mini_batch_id,
        attempt.attempt,
        attempt.worker.node.name,
        attempt.worker.name,
        iso_time(job.at(attempt.started_at)),
        attempt.total,
        attempt.succeeded,
        attempt.failed,
        attempt.elapsed_s,
        attempt.process_s,
        attempt.run_s,
        _STATUS[attempt.outcome],
        category,
        message,
        job.queue_message(attempt),
    )


def _write_summaries(job: Job, tree: Tree) -> None:
    """The same data summed per process and per node; their columns are a guess (§17.4)."""
    node = header(job.generation)[2]
    history = job.history
    by_process: dict[tuple[str, ...], list[Attempt]] = {}
    by_node: dict[tuple[str, ...], list[Attempt]] = {}
    for attempt in sorted(history.finished(), key=_place):
        worker = attempt.worker
        by_process.setdefault((worker.node.name, worker.name), []).append(attempt)
        by_node.setdefault((worker.node.name,), []).append(attempt)
    for name, key, groups in (
        ("process", (node, "Process"), by_process),
        ("node", (node,), by_node),
    ):
        rows = [(0.0, (*group, *_sums(attempts))) for group, attempts in groups.items()]
        path = f"logs/sys/job_report/{name}_summary.csv"
        tree.table(path, (*key, *_SUMS), rows, history.ended_at, sort=False)


def _place(attempt: Attempt) -> tuple[int, int]:
    return attempt.worker.node.index, attempt.worker.number


def _sums(attempts: list[Attempt]) -> tuple[object, ...]:
    return (
        len({a.mini_batch_id for a in attempts}),
        sum(a.total for a in attempts),
        sum(a.succeeded for a in attempts),
        sum(a.failed for a in attempts),
        round(sum(a.elapsed_s for a in attempts), 4),
        round(sum(a.process_s for a in attempts), 4),
        round(sum(a.run_s for a in attempts), 4),
    )
