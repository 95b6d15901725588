"""``logs/sys/master_role*.txt`` of V1 and later, with its error twin (formats.md §6)."""

from __future__ import annotations

from collections.abc import Iterator

from treegen.files.events import Event, Voice, of_level
from treegen.files.job import Job
from treegen.files.job_summary import verdict_sentence
from treegen.files.tree import Record, Tree
from treegen.model import identity
from treegen.model.history import State
from treegen.model.plan import Generation

_PID = 356
_THREAD = 140_501_711_763_200
_CHECKPOINT_EACH = 10


def write_master_logs(job: Job, tree: Tree) -> None:
    """One file, or in V1 one per failover round."""
    if job.generation is Generation.V0:
        return
    events = sorted(_events(job), key=lambda e: e.at)
    switch = job.history.failover_at if job.generation is Generation.V1 else float("inf")
    rounds = [
        (0.0, 0, Voice(_PID, _THREAD), [e for e in events if e.at < switch]),
        (switch, 1, Voice(_PID + 31, _THREAD + 86016), [e for e in events if e.at >= switch]),
    ]
    files: dict[str, list[Record]] = {}
    for first, index, voice, told in rounds:
        if told:  # a second round in the same hour appends to the same file
            at = job.at(first)
            files.setdefault(job.paths.master(at), []).extend(voice.say(job, told))
            errors = voice.say(job, of_level(told, "error"))
            node = job.history.nodes[index % job.plan.nodes].name
            files.setdefault(job.paths.master_level("error", node, at), []).extend(errors)
    for path, records in files.items():
        tree.log(path, records, job.history.ended_at)


def _events(job: Job) -> Iterator[Event]:
    history, plan = job.history, job.plan

    def info(at: float, message: str) -> Event:
        return Event(at, "INFO", message)

    folder = identity.data_dir(plan)
    yield info(2.2, "Start scheduling.")
    yield info(2.22, "The task provider type is FileDatasetProvider.")
    yield info(2.76, f"Input folders ['{folder}'], from index 0.")
    yield info(2.761, f"Scheduling tasks for input 0: {folder}.")
    if history.scheduled_at:
        first = history.scheduled_at[0]
        stamp = job.at(first).isoformat(sep=" ")
        reason = f"The first task created at {stamp}"
        stage = "FIRST_TASK_SCHEDULED"
        node = job.history.nodes[0].name
        yield info(first + 0.002, f"{node}: setting job stage to {stage}, reason: {reason}.")
        yield info(first + 0.003, f"Setting job stage to {stage}.")
    last = len(history.scheduled_at) - 1
    for task_id, at in enumerate(history.scheduled_at):
        if task_id % _CHECKPOINT_EACH == 0 or task_id == last:
            finished = task_id == plan.mini_batches - 1
            message = (
                f"Save checkpoint for folder 0, offset {task_id * plan.items}, task_id {task_id},"
                f" total_items {(task_id + 1) * plan.items}, finished={finished}."
            )
            yield info(at + 0.0005, message)
    if history.failover_at < history.ended_at:
        yield info(history.failover_at + 0.6, "Start scheduling.")
        yield info(history.failover_at + 0.9, f"Input folders ['{folder}'], from index 1.")
    if history.running:
        return
    ended = history.ended_at
    if history.state is State.FAILED:
        for reason in history.stop_reasons:
            yield Event(ended - 2.5, "ERROR", _explained(job, reason))
    yield info(ended - 2.0, verdict_sentence(job))
    yield info(ended - 1.0, "All threads finished.")


def _explained(job: Job, reason: str) -> str:
    """The form of 2020-08 that names the counts (formats.md §6)."""
    if not reason.startswith("No progress update"):
        return reason
    seconds = job.plan.progress_timeout
    done = len(job.history.processed_at)
    return (
        f"{reason} Updated: False, total wait from last update: {seconds} seconds,"
        f" remaining 0 seconds. {done}/{job.plan.mini_batches} items processed."
        " new_finished_tasks: 0."
    )
