"""``logs/sys/master.txt``, ``warning.txt`` and ``error.txt`` of early 2020 (formats.md §§2.1, 6).

The master's handler is at DEBUG, so its file has the seven-field form; the twins have five (§4).
"""

from __future__ import annotations

from collections.abc import Iterator

from treegen.files.clock import span
from treegen.files.events import Event, Voice, of_level
from treegen.files.job import Job
from treegen.files.job_summary import verdict_sentence
from treegen.files.tree import Tree
from treegen.model import identity
from treegen.model.history import State
from treegen.model.plan import Generation

_PID = 117
_LOGGER = "ParallelRunStep.Master"
_POLL_S = 10.4


def write_master_logs_2020(job: Job, tree: Tree) -> None:
    """The master and its twins by level."""
    if job.generation is not Generation.V0:
        return
    events = sorted(_events(job), key=lambda e: e.at)
    until = job.history.ended_at
    voice = Voice(_PID, 139_903_115_765_568, debug_form=True)
    tree.log(job.paths.master(job.plan.start), voice.say(job, events), until)
    for level in ("warning", "error"):
        lines = Voice(_PID).say(job, of_level(events, level))
        path = job.paths.master_level(level, job.history.nodes[0].name, job.plan.start)
        tree.log(path, lines, until)


def _events(job: Job) -> Iterator[Event]:
    history, plan = job.history, job.plan
    scheduled = history.scheduling_finished_at

    def event(at: float, level: str, function: str, message: str) -> Event:
        return Event(at, level, message, function, _LOGGER)

    yield event(
        1.0,
        "INFO",
        "start",
        "Master - Start processing batch: outputAction:append_row,"
        f" miniBatchSize:{plan.items}, processCountPerNode:{plan.processes},"
        f" errorThreshold:{plan.error_threshold}, numberOfNodes:{plan.nodes}",
    )
    yield event(1.2, "INFO", "schedule", "Start scheduling.")
    yield event(1.3, "DEBUG", "poll", "poll() thread started.")
    if plan.first_task_seconds > 30:
        message = "First task creation is taking longer than 30 seconds. Please check the input."
        yield event(31.3, "WARNING", "schedule", message)
    yield event(
        scheduled + 0.1,
        "INFO",
        "schedule",
        f"Master - Task queue job completed: Scheduled {plan.mini_batches} mini batches"
        f" with {plan.total_items} items. Provider init time: 0.8123,"
        f" first task creation time: {plan.first_task_seconds - 1.2:.4f},"
        f" total queue time: {scheduled - 1.2:.4f}.",
    )
    yield from _polls(job)
    if history.running:
        return
    ended = history.ended_at
    yield event(ended - 2.9, "DEBUG", "poll", "Finished polling progress.")
    if history.state is State.FAILED:
        for reason in history.stop_reasons:
            if "threshold" in reason:
                failed = sum(a.failed for a in history.finals().values())
                reason = (
                    f"The number of failed items is {failed}, which exceeds error threshold {plan.error_threshold}."
                )
            yield event(ended - 2.5, "ERROR", "stop", reason)
        if history.open():
            message = (
                f"There are {len(history.open())} pending tasks which can be found in logs/report/pending_tasks.csv."
            )
            yield event(ended - 2.2, "WARNING", "report", message)
    yield event(ended - 2.0, "INFO", "finish", verdict_sentence(job))
    yield event(ended - 1.5, "INFO", "log_telemetry", _telemetry(job))
    yield event(ended - 1.4, "INFO", "log_telemetry", _telemetry_v2(job))
    yield event(ended - 1.0, "INFO", "finish", "All threads finished.")


def _polls(job: Job) -> Iterator[Event]:
    """DEBUG lines; they say items where they mean mini-batches (formats.md §6)."""
    plan, history = job.plan, job.history
    processed = sorted(history.processed_at.values())
    at, polls, wait, before = 12.0, 0, 0.0, 0
    while at < history.ended_at - 3:
        done = sum(time <= at for time in processed)
        wait = 0.0 if done > before else wait + _POLL_S
        message = (
            f"updated={done > before}, total wait from last update: {int(wait)} seconds,"
            f" remaining {int(plan.progress_timeout - wait)} seconds."
            f" {done}/{plan.mini_batches} items processed."
        )
        yield Event(at, "DEBUG", message, "poll", _LOGGER)
        polls += 1
        if polls % 100 == 0:
            yield Event(at, "DEBUG", f"Polled {polls} times.", "poll", _LOGGER)
        before = done
        at += _POLL_S


def _telemetry(job: Job) -> str:
    failed = job.history.state is State.FAILED
    reason = job.history.stop_reasons[0] if job.history.stop_reasons else ""
    return (
        f"Master - Telemetry: hostIp:{job.history.nodes[0].ip}, computeType:AmlCompute,"
        f" startTime:{job.at(1.0)}, duration:{span(job.history.ended_at)},"
        f" jobResult:{'Failed' if failed else 'Succeeded'}, failureReason:{reason},"
        f" exceptionType:{'ErrorThresholdExceeded' if 'threshold' in reason else ''}"
    )


def _telemetry_v2(job: Job) -> str:
    """One record, three physical lines (formats.md §6)."""
    return "\n".join(
        (
            f"required_fields:{{'run_id': '{identity.run_id(job.plan)}'}}",
            f"standard_fields:{{'compute_type': 'AmlCompute', 'nodes': {job.plan.nodes}}}",
            f"extension_fields:{{'mini_batches': {job.plan.mini_batches}}}",
        )
    )
