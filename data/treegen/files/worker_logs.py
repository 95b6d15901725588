"""``logs/sys/node|worker/<node>/<proc>.txt``, its warning and error twins, and user errors.

Texts from formats.md §7 and §8. No full V1+ worker log is public, so the V0 texts of picking and
finishing a mini-batch are used there too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from treegen.files.events import Event, Voice, of_level
from treegen.files.job import Job
from treegen.files.tree import Tree
from treegen.model import identity
from treegen.model.errors import ADVICE, traceback_text
from treegen.model.history import Attempt, Outcome, Worker
from treegen.model.plan import Generation

_LONG_WAIT_S = 20


def write_worker_logs(job: Job, tree: Tree) -> None:
    """All logs of all worker processes."""
    for worker in job.history.workers:
        node, until = worker.node.name, job.history.horizon(worker.node)
        debug = job.generation is Generation.V0
        voice = Voice(worker.pid, worker.thread if debug else None, debug_form=debug)
        twin = Voice(worker.pid)
        events = list(_events(job, worker))
        tree.log(job.paths.worker(node, worker.name), voice.say(job, events), until)
        for level in ("warning", "error"):
            path = job.paths.worker_level(level, node, worker.name)
            tree.log(path, twin.say(job, of_level(events, level)), until)
        user_errors = [e for e in _user_errors(job, worker) if not e.half_told]
        tree.log(job.paths.user_error(node, worker.name), twin.say(job, user_errors), until)


def agent_result(attempt: Attempt, message: str = "") -> str:
    """JSON of V2's agent, whose id key is ``task_id`` (formats.md §7)."""
    return json.dumps(
        {
            "agent": attempt.worker.name,
            "task_id": attempt.mini_batch_id,
            "dequeue_count": attempt.attempt,
            "total": attempt.total,
            "succeeded": attempt.succeeded,
            "method": "run",
            "exc_type": "",
            "message": message,
        }
    )


def _events(job: Job, worker: Worker) -> Iterator[Event]:
    if worker.init_error:
        error = worker.init_error
        text = traceback_text(error, identity.work_dir(job.plan))
        message = f"Entry script init() failed for {error.message}. Details {text}"
        yield Event(worker.ready_at, "ERROR", message, "init")
    free_at = worker.ready_at
    for attempt in worker.attempts:
        waited = int(attempt.started_at - free_at)
        if waited >= _LONG_WAIT_S:
            message = (
                f"Wait {waited} seconds to get a task. This is usually caused by slow scheduling."
                " Please consider a bigger mini_batch_size or fewer nodes."
            )
            yield Event(attempt.started_at, "WARNING", message, "get_task")
        yield Event(attempt.started_at, "INFO", f"Got task {attempt.mini_batch_id}.", "get_task")
        if attempt.outcome is not Outcome.OPEN and not attempt.aborted:
            if _returned_more(job, attempt):
                message = (
                    f"run() returned {attempt.total + 1} items, which is more than input count {attempt.total}. Using the"
                    " input count as succeeded count and continue. Please check the result of run()."
                )
                yield Event(attempt.ended_at - 0.001, "WARNING", message, "process")
            yield _ending(job, attempt)
            free_at = attempt.ended_at
    if job.generation is Generation.V0 and worker.attempts and not job.history.running:
        ends = min(worker.died_at, job.history.ended_at - 0.5)
        yield Event(ends, "INFO", _telemetry(job, worker, ends), "log_telemetry")


def _returned_more(job: Job, attempt: Attempt) -> bool:
    """V0 checks it; in the samples it happens now and then where all items succeed (formats.md §7)."""
    whole = attempt.outcome is Outcome.DONE and not attempt.failed and not attempt.error
    return job.generation is Generation.V0 and whole and attempt.mini_batch_id % 16 == 3


def _ending(job: Job, attempt: Attempt) -> Event:
    plan, at = job.plan, attempt.ended_at
    half_told = attempt is job.history.half_told
    if attempt.outcome is Outcome.POISONED:
        message = f"Found poison message {job.queue_message(attempt, in_log=True)}."
        return Event(at, "WARNING", message, "check_poison")
    if attempt.error:
        text = traceback_text(attempt.error, identity.work_dir(plan))
        told = attempt.error.message
        source = job.queue_message(attempt, in_log=True)
        if job.generation is Generation.V0:
            message = f"Failed to Failed to process task {source} with {told}. Error detail: {text}"
        else:
            message = f"Failed to process {source} with error {told}\n{ADVICE}. Detail: {text}"
        return Event(at, "ERROR", message, "process", half_told=half_told)
    if attempt.outcome is Outcome.TIMEOUT:
        seconds = plan.run_timeout
        if job.generation is Generation.V0:
            message = f"mini batch {attempt.mini_batch_id} did not finish in {seconds} seconds. Stopping this process."
        else:
            message = f"Stop for run() unable to finish within {seconds} seconds for {agent_result(attempt)}"
        return Event(at, "ERROR", message, "stop", half_told=half_told)
    message = (
        f"Batch processing completed. Total count: {attempt.total},"
        f" success count: {attempt.succeeded}, processing time: {attempt.elapsed_s},"
        f" run method time: {attempt.run_s}"
    )
    return Event(at, "DEBUG" if job.generation is Generation.V0 else "INFO", message, "process")


def _user_errors(job: Job, worker: Worker) -> Iterator[Event]:
    work_dir = identity.work_dir(job.plan)
    logger = "ParallelRunStep.User Error"  # the one logger name with a blank, trap 7
    if worker.init_error:
        error = worker.init_error
        message = f"Entry script init() failed for {error.message}. Details {traceback_text(error, work_dir)}"
        yield Event(worker.ready_at, "ERROR", message, logger=logger)
    for attempt in worker.attempts:
        if attempt.error and attempt.outcome is not Outcome.OPEN:
            message = (
                f"Entry script run() failed for {attempt.error.message}."
                f" Details {traceback_text(attempt.error, work_dir)}"
            )
            half_told = attempt is job.history.half_told
            yield Event(attempt.ended_at, "ERROR", message, logger=logger, half_told=half_told)


def _telemetry(job: Job, worker: Worker, ends: float) -> str:
    """One line per worker at its end, a ready summary (V0, formats.md §7)."""
    ended = [a for a in worker.attempts if a.outcome is Outcome.DONE]
    return (
        f"Worker - Telemetry: hostIp:{worker.node.ip}, processId:{worker.pid},"
        f" computeType:AmlCompute, startTime:{job.at(worker.born_at)}, endTime:{job.at(ends)},"
        f" duration:{ends - worker.born_at:.3f},"
        f" processTime:{sum(a.process_s for a in ended):.4f},"
        f" scoringTime:{sum(a.run_s for a in ended):.4f},"
        f" totalTasks:{len(ended)}, succeededTask:{sum(a.error is None for a in ended)},"
        f" totalItems:{sum(a.total for a in ended)},"
        f" succeededItems:{sum(a.succeeded for a in ended)}"
    )
