"""What the entry script prints and logs, and what its child processes print (formats.md §8)."""

from __future__ import annotations

from collections.abc import Iterator

from treegen.files.job import Job
from treegen.files.tree import Record, Tree
from treegen.model import identity
from treegen.model.history import Attempt, Outcome, Worker
from treegen.model.plan import Generation

_UNPICKLE = (
    "/azureml-envs/azureml_da3e97fcb51801118b8e80207f3e01ad/lib/python3.8/site-packages/sklearn/"
    "base.py:310: UserWarning: Trying to unpickle estimator GradientBoostingClassifier from"
    " version 0.24.1 when using version 0.24.2.\n  warnings.warn("
)


def write_user_output(job: Job, tree: Tree) -> None:
    """stdout, stderr, EntryScript logger, and streams of children that inherit."""
    if not job.plan.extras:
        return
    for worker in job.history.workers:
        node, name = worker.node.name, worker.name
        until = job.history.horizon(worker.node)
        tree.log(job.paths.user_stream("stdout", node, name), _stdout(worker), until)
        if job.generation is not Generation.V0:
            tree.log(job.paths.user_stream("stderr", node, name), _stderr(worker), until)
        tree.log(job.paths.entry_script_log(node, name), _logged(job, worker), until)
        if job.generation.number >= 3 and worker.number == 0 and worker.initialised:
            _write_child_streams(job, tree, worker, until)


def _told(worker: Worker) -> Iterator[Attempt]:
    for attempt in worker.attempts:
        if attempt.outcome is not Outcome.POISONED:
            yield attempt


def _stdout(worker: Worker) -> Iterator[Record]:
    """No time stamps; Python's root logger is sunk into this file too."""
    if not worker.initialised:
        yield worker.born_at + 1, "init: looking for the model"
        return
    yield worker.ready_at, f"INFO:score:Model loaded in {worker.ready_at - worker.born_at:.2f} s"
    for attempt in worker.attempts:
        number = attempt.mini_batch_id
        yield attempt.started_at, f"run: {attempt.total} files of mini-batch {number} ⏳"
        if attempt.error and attempt.outcome is not Outcome.OPEN:
            text = f"ERROR:score:Error processing mini-batch {number}: {attempt.error.message}"
            yield attempt.ended_at - 0.02, text
        elif attempt.outcome is Outcome.DONE:
            if attempt.failed:
                yield attempt.ended_at - 0.03, f"WARNING:score:{attempt.failed} files skipped"
            rate = attempt.total / max(attempt.run_s, 0.001)
            yield attempt.ended_at - 0.02, f"run: {attempt.succeeded} rows, {rate:.2f} files/s"


def _stderr(worker: Worker) -> Iterator[Record]:
    if worker.initialised:
        yield worker.ready_at - 0.5, _UNPICKLE
    for attempt in _told(worker):
        if attempt.mini_batch_id % 17 == 5:
            yield attempt.started_at + 0.1, "Downloading features: 100%|##########| 10/10"


def _logged(job: Job, worker: Worker) -> Iterator[Record]:
    """V0: the seven-field form with logger ``<ip>_<proc>``; later forms are unknown (§4)."""
    old = job.generation is Generation.V0
    logger = f"{worker.node.name}_{worker.name}"

    def line(at: float, level: str, message: str, function: str) -> Record:
        return at, job.sys_line(
            at,
            level,
            worker.pid,
            message,
            thread=worker.thread if old else None,
            logger=logger,
            function=function,
        )

    if not worker.initialised:
        return
    model = f"{identity.work_dir(job.plan)}/azureml-models/churn/3"
    yield line(worker.ready_at - 0.1, "INFO", f"init() read model | {model}", "init")
    for attempt in _told(worker):
        if attempt.mini_batch_id % 4 == 0:
            first = identity.input_file(job.plan, attempt.mini_batch_id, 0)
            message = f"scoring {attempt.total} files from {first} on"
            yield line(attempt.started_at + 0.01, "INFO", message, "run")


def _write_child_streams(job: Job, tree: Tree, worker: Worker, until: float) -> None:
    """A Popen that inherits writes beside the worker's system log (formats.md §2.1)."""
    stem = job.paths.worker(worker.node.name, worker.name).removesuffix(".txt")
    out: list[Record] = [(worker.ready_at - 0.3, "feature-reader 1.4.2 listening on 127.0.0.1")]
    out += [(a.started_at + 0.2, f"served {a.total} requests") for a in worker.attempts[:5]]
    tree.log(f"{stem}.stdout.txt", out, until)
    err: list[Record] = [(worker.ready_at - 0.2, "feature-reader: cache directory is empty")]
    tree.log(f"{stem}.stderr.txt", err, until)
