"""How files of a still-running job end: where the last flush stopped (trap 5, formats.md §4)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from treegen.files.clock import log_time
from treegen.files.job import Job
from treegen.files.mini_batch_table import PATH as MINI_BATCH_TABLE
from treegen.model.history import Attempt
from treegen.model.plan import Generation

Cut = Callable[[str], str]


def cuts_of(job: Job) -> dict[str, Cut]:
    """By path: the cut of a download in mid-write. Empty for a job that has ended."""
    half_told = job.history.half_told
    if half_told is None:
        return {}
    worker, paths = half_told.worker, job.paths
    told_in_json = half_told.error is not None
    log = paths.worker(worker.node.name, worker.name)
    cuts: dict[str, Cut] = {log: _inside_json if told_in_json else _inside_last_line}
    if job.generation is Generation.V0:
        table = paths.worker(worker.node.name, worker.name).removesuffix(".txt")
        cuts[f"{table}.task.csv"] = _inside_number
    else:
        cuts[MINI_BATCH_TABLE] = _inside_quotes
    for attempt in _busy_elsewhere(job, half_told)[:1]:
        path = paths.worker(attempt.worker.node.name, attempt.worker.name)
        cuts[path] = partial(_inside_next_head, log_time(job.at(job.history.ended_at)))
    if job.samples.half_told:
        name = "sys.csv" if job.generation is Generation.V0 else "node_resource_usage.csv"
        cuts[paths.performance(job.samples.half_told, name)] = _inside_number
    return cuts


def _busy_elsewhere(job: Job, half_told: Attempt) -> list[Attempt]:
    return [a for a in job.history.open() if a.worker is not half_told.worker]


def _inside_next_head(head: str, text: str) -> str:
    """Begin one more record and stop inside its time stamp."""
    return text + head[:18]


def _inside_json(text: str) -> str:
    """Cut the last record in the middle of its list of input files."""
    return text[: text.rfind('"minibatch": [') + 30]


def _inside_last_line(text: str) -> str:
    return text[:-9]


def _inside_quotes(text: str) -> str:
    """Cut the last row inside its last quoted cell, whose quote stays open (trap 4)."""
    return text[: text.rfind('""minibatch""') + 31]


def _inside_number(text: str) -> str:
    """Cut the last row inside its third number."""
    start = text.rfind("\r\n", 0, -2) + 2
    cells = text[start:].split(",")
    return text[:start] + ",".join(cells[:3]) + "," + cells[3][:3]
