"""``_main.txt`` (V0 ``MainProcess.txt``) of each node, and its twins (formats.md §§4, 7)."""

from __future__ import annotations

from collections.abc import Iterator

from treegen.files.events import Event, Voice, of_level
from treegen.files.job import Job
from treegen.files.tree import Tree
from treegen.model import identity
from treegen.model.history import Node, Outcome, Worker
from treegen.model.plan import Generation

MANAGER_PID = 138
_LOGGER = "ParallelRunStep.WorkerManager"
_MODULES = "prs_prod/lib/python3.8/site-packages/azureml_sys/parallel_run"


def write_manager_logs(job: Job, tree: Tree) -> None:
    """Node managers; a node that does nothing leaves no log at all."""
    debug = job.generation is Generation.V0
    for node in job.history.nodes:
        if node.does_nothing:
            continue
        until = job.history.horizon(node)
        thread = 139_773_019_682_560 + 4096 * node.index
        events = list(_events(job, node))
        name = job.paths.manager_name
        voice = Voice(MANAGER_PID, thread, debug_form=debug)
        tree.log(job.paths.node_manager(node.name), voice.say(job, events), until)
        twin = voice if not debug else Voice(MANAGER_PID)
        for level in ("warning", "error"):
            path = job.paths.worker_level(level, node.name, name)
            tree.log(path, twin.say(job, of_level(events, level)), until)


def _events(job: Job, node: Node) -> Iterator[Event]:
    def event(at: float, level: str, message: str, function: str = "start") -> Event:
        return Event(at, level, message, function, _LOGGER)

    count = job.plan.processes
    yield event(node.started_at, "INFO", f"Starting {count} worker processes on {node.ip}.")
    for worker in job.history.workers_of(node):
        born = worker.born_at + 0.05
        yield event(born, "INFO", f"The process {worker.name} started with pid {worker.pid}.")
        if worker.died_at <= job.history.horizon(node):
            yield from _death(worker)
        if job.generation is Generation.V2:
            yield from _task_visible_noise(job, worker)
    if not job.history.running and node.gone_at > job.history.ended_at:
        yield event(job.history.ended_at - 0.4, "INFO", "All worker processes exited.", "stop")


def _death(worker: Worker) -> Iterator[Event]:
    last = worker.attempts[-1] if worker.attempts else None
    at = worker.died_at + 0.3
    if last and last.aborted:
        message = f"Process abort with unfinished mini batch {last.mini_batch_id}."
        yield Event(at, "ERROR", message, "check", _LOGGER)
    code = 72 if worker.init_error else 71 if last and not last.aborted else -9
    message = f"The process {worker.name} with pid {worker.pid} exited with code {code}."
    yield Event(at + 0.002, "WARNING", message, "check", _LOGGER)


def _task_visible_noise(job: Job, worker: Worker) -> Iterator[Event]:
    """What follows a timeout in early 2021; harmless itself (formats.md §13)."""
    folder = f"{identity.work_dir(job.plan)}/{_MODULES}"
    for attempt in worker.attempts:
        if attempt.outcome is not Outcome.TIMEOUT:
            continue
        at = attempt.ended_at + 1.2
        key = f"({attempt.mini_batch_id}, {attempt.attempt})"
        text = "\n".join(
            (
                f"Failed to set task visible because of {key}.",
                "Traceback (most recent call last):",
                f'  File "{folder}/agent_manager.py", line 237, in check',
                "    self.task_manager.set_task_visible(result)",
                f'  File "{folder}/task_manager.py", line 135, in set_task_visible',
                "    raise exc",
                f'  File "{folder}/task_manager.py", line 128, in set_task_visible',
                "    task = self.agent_state.picked_tasks[(result.task_id, result.dequeue_count)]",
                f"KeyError: {key}",
            )
        )
        yield Event(at, "ERROR", text, "check", _LOGGER)
        stderr = "stderr: terminate called without an active exception"
        if attempt.mini_batch_id % 3 == 0:
            # a multi-line child message leaves a bare line behind (formats.md §4)
            run = identity.run_id(job.plan)
            stderr = (
                f"stderr: Already registered authentication for run id: {run}\n"
                "terminate called without an active exception"
            )
        yield Event(at + 0.03, "ERROR", stderr, "check", _LOGGER)
