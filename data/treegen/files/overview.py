"""``job_progress_overview*.txt``, in V0 ``overview.<day>.txt`` (formats.md §5)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from treegen.files.clock import exact_span, iso_time, span
from treegen.files.job import Job
from treegen.files.tree import Record, Tree
from treegen.model.errors import ADVICE
from treegen.model.history import State
from treegen.model.plan import Generation

_SLOW_POLLS = 12
_PATIENT_FROM_S = 300


def write_overview(job: Job, tree: Tree) -> None:
    """One file; from V1 on (not V2) a new one each day and after a failover (formats.md §2.1)."""
    messages = _messages_2020(job) if job.generation is Generation.V0 else _messages(job)
    lines: list[Record] = [(at, f"{iso_time(job.at(at))} {text}") for at, text in messages]
    files: dict[str, list[Record]] = {}
    for at, text in sorted(lines, key=lambda line: line[0]):
        files.setdefault(job.paths.overview(job.at(_file_began(job, at))), []).append((at, text))
    for path, records in files.items():
        tree.log(path, records, job.history.ended_at)


def _file_began(job: Job, at: float) -> float:
    """When the file that holds a line of this time was opened."""
    started = job.plan.start
    moment = job.at(at)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    began = max((midnight - started).total_seconds(), 0.0)
    failover = job.history.failover_at
    return max(began, failover) if at >= failover else began


def _messages(job: Job) -> Iterator[tuple[float, str]]:
    history, plan = job.history, job.plan
    yield 0.0, "Start the simulator."
    overviewer = history.nodes[0].name
    yield 2.05, f"The overviewer on {overviewer} started."
    scheduled = history.scheduling_finished_at
    if len(history.scheduled_at) == plan.mini_batches:
        yield (
            scheduled + 0.05,
            f"Scheduling finished. Scheduled {plan.mini_batches} mini batches"
            f" in {round(scheduled - 2.2)} seconds."
            f" There are {plan.mini_batches} tasks with {plan.total_items} items.",
        )
    if history.failover_at < history.ended_at and len(history.nodes) > 1:
        yield history.failover_at - 0.2, f"The overviewer on {overviewer} stopped."
        overviewer = history.nodes[1].name
        yield history.failover_at + 0.3, f"The overviewer on {overviewer} started."
    yield from _progress(job, since=scheduled, estimate="Estimated remaining time")
    if not history.running:
        yield history.ended_at, f"The overviewer on {overviewer} stopped."


def _progress(job: Job, since: float, estimate: str) -> Iterator[tuple[float, str]]:
    """A line each 10.3–10.7 s; each 12th poll once the remaining time is 300 s or more (§5)."""
    rng = job.rng("overview")
    total = job.plan.mini_batches
    processed = sorted(job.history.processed_at.values())
    last = processed[-1] + 0.8 if len(processed) == total and processed else float("inf")
    at, poll, patient = since + 0.18, 0, False
    while at < min(job.history.ended_at, last):
        done = bisect_right(processed, at)
        elapsed = at - since
        remaining = (total - done) * elapsed / done if done else 0.0
        if not patient or poll % _SLOW_POLLS == 0:
            yield at, _progress_text(done, total, elapsed, remaining, estimate)
        patient = remaining >= _PATIENT_FROM_S
        poll += 1
        at += rng.uniform(10.3, 10.7)
    if last < job.history.ended_at:
        yield last, _progress_text(total, total, last - since, 0, estimate)


def _progress_text(done: int, total: int, elapsed: float, remaining: float, estimate: str) -> str:
    if not done:
        return "No task has been processed yet."
    return f"Processed {done} of {total} mini batches in {span(elapsed)}. {estimate} {span(remaining)}."


def _messages_2020(job: Job) -> Iterator[tuple[float, str]]:
    history, plan = job.history, job.plan
    scheduled = history.scheduling_finished_at
    yield 1.2, "Start scheduling."
    for number, at in enumerate(history.scheduled_at, start=1):
        if number == int(str(number)[0]) * 10 ** (len(str(number)) - 1):
            yield at, f"Scheduled {number} mini batches in {int(at - 1.2)} seconds."
    if len(history.scheduled_at) == plan.mini_batches:
        yield (
            scheduled + 0.05,
            f"Scheduling finished. Scheduled {plan.mini_batches} mini batches"
            f" with {plan.total_items} items in {int(scheduled - 1.2)} seconds.",
        )
    done_early = sum(at < scheduled for at in history.processed_at.values())
    if done_early:
        yield scheduled - 0.01, f"Processed {done_early} mini batches."
    yield from _progress(job, since=scheduled, estimate="Estimate remaining")
    if history.running:
        return
    ended = history.ended_at
    if history.state is State.COMPLETED:
        yield ended - 2.4, f"All {plan.mini_batches} mini batches have been processed."
        reasons = [f"All {plan.mini_batches} mini batches have been processed."]
    else:
        reasons = history.stop_reasons
    yield ended - 2.3, f"Progress update stopped for reasons: {reasons}."
    files = sum(bool(worker.attempts) for worker in history.workers)
    step = min(0.031415, 0.85 / max(files, 1))
    yield (
        ended - 1.9,
        f"There are {files} temp files to concatenate. Total size is {files * 0.37:.2f} MB.",
    )
    if history.state is State.COMPLETED:
        for i in range(1, files + 1):
            spent, left = exact_span(i * step), exact_span((files - i) * step)
            text = f"Concatenated {i}/{files} files in {spent}. Estimated remaining {left}."
            yield ended - 1.9 + i * step, text
        yield ended - 1.0, f"Finished concatenating {files} files in {exact_span(files * step)}."
    else:
        yield (
            ended - 1.5,
            f"Concatenated {files}/{files} files in {exact_span(files * step)}."
            " Failed temp files were kept. You can download the folder to concatenate manually.",
        )
        failed = sum(a.failed for a in history.finals().values())
        reason = history.stop_reasons[0]
        if "threshold" in reason:
            reason = f"The number of failed items is {failed}, which exceeds error threshold {plan.error_threshold}."
        yield ended - 0.9, f"{reason}\n{ADVICE}"
