"""``job_error*.txt``, ``job_result.txt`` and the summary ``user/error.txt`` (formats.md §8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from treegen.files.clock import iso_time
from treegen.files.job import Job
from treegen.files.tree import Record, Tree
from treegen.model import identity
from treegen.model.errors import ScriptError, traceback_text
from treegen.model.history import Attempt, Outcome, State, Worker
from treegen.model.plan import Generation

_NOTICE = (
    "This file shows errors in loading, calling init() and calling run() of the entry script."
    ' An error here may not impact the job result. Please check "job_result.txt" for the job'
    " result."
)


def write_job_outcome(job: Job, tree: Tree) -> None:
    """How the job ended, where its generation says so."""
    _write_user_error_summary(job, tree)
    if job.generation.number >= 3:
        _write_job_error(job, tree)
        if not job.history.running:
            tree.text("logs/job_result.txt", _job_result(job))


def script_errors(job: Job) -> Iterator[tuple[float, Worker, ScriptError]]:
    """All errors that the entry script raised and some file tells."""
    for worker in job.history.workers:
        if worker.init_error and worker.ready_at <= job.history.horizon(worker.node):
            yield worker.ready_at, worker, worker.init_error
        for attempt in worker.attempts:
            told = attempt is not job.history.half_told and attempt.outcome is not Outcome.OPEN
            if attempt.error and told:
                yield attempt.ended_at, worker, attempt.error


def _timeouts(job: Job) -> list[Attempt]:
    return [a for a in job.history.finished() if a.outcome is Outcome.TIMEOUT]


def _write_job_error(job: Job, tree: Tree) -> None:
    records: list[Record] = []
    for at, worker, error in script_errors(job):
        text = traceback_text(error, identity.work_dir(job.plan))
        stamp = iso_time(job.at(at + 0.41))
        message = f"The {worker.name} on node {worker.node.name} failed with error: {text}"
        records.append((at + 0.41, f"{stamp} {message}"))
    if records:
        records.append((1.9, f"{iso_time(job.at(1.9))} {_NOTICE}"))
    tree.log("logs/job_error.txt", records, job.history.ended_at)


def _sentences(job: Job) -> list[str]:
    """The error counts in words; regexes ERRSUM_HEAD and ERRSUM_ITEM of Appendix A."""
    lines: list[str] = []
    errors = [error for _, _, error in sorted(script_errors(job), key=lambda e: e[0])]
    for method in ("init", "run"):
        raised = Counter(error.message for error in errors if error.method == method)
        if raised:
            lines.append(
                f"The {method}() function in the entry script had raised exception for"
                f" {raised.total()} times. Please check logs at logs/user/error/* for details."
            )
            for message, count in raised.most_common():
                lines.append(f"  * Error '{message}' occurred {count} times.")
    timeouts = len(_timeouts(job))
    if timeouts:
        lines.append(
            f"The run() function in the entry script had timeout for {timeouts} times."
            " Please check logs at logs/sys/error/* for details."
        )
    return lines


def _write_user_error_summary(job: Job, tree: Tree) -> None:
    """V0 has ordinary records here, later it "will try to summarise" at the job's end."""
    until = job.history.ended_at
    if job.generation is not Generation.V0:
        if not job.history.running:
            tree.text("logs/user/error.txt", "".join(f"{line}\n" for line in _sentences(job)))
        return
    records: list[Record] = []
    for at, worker, error in script_errors(job):
        message = (
            f"The entry script raised in {error.method}() of {worker.name} on {worker.node.name}: {error.last_line}"
        )
        line = job.sys_line(at + 0.6, "ERROR", 117, message, logger="ParallelRunStep.User Error")
        records.append((at + 0.6, line))
    tree.log("logs/user/error.txt", records, until)


def _job_result(job: Job) -> str:
    """Its text is not public (formats.md §17.1): known sentences in the likely shape."""
    history, plan = job.history, job.plan
    lines = _sentences(job)
    if history.state is State.COMPLETED:
        done = len(history.processed_at)
        lines.append(f"Succeeded. Processed {done} of {plan.mini_batches} mini batches.")
    else:
        lines.append(f"Failed. Entry script error. {' '.join(history.stop_reasons)}")
        lines.append(
            "Please check logs/job_error.txt and logs/user/error/* first."
            " You can check logs/readme.txt for the layout of logs."
        )
    return "".join(f"{line}\n" for line in lines)
