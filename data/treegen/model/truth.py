"""The planted truth of a job, told by the simulation and never by reading the files back.

Rules of meaning (data-model.md): an attempt is not an outcome; a mini-batch is done if any attempt
is done; its failed items are those of its final attempt, which is the last done one if any is done,
else the last; one that is neither done nor open fails all its items.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from treegen.model import identity
from treegen.model.history import Attempt, History, Outcome
from treegen.model.plan import Generation, JobPlan
from treegen.model.resources import Samples


@dataclass
class NodeCounts:
    """Per node: mini-batches by their final attempt; timeouts and exceptions by attempt."""

    mini_batches: int = 0
    items: int = 0
    failed_items: int = 0
    timeouts: int = 0
    exceptions: int = 0


@dataclass
class Truth:
    """Everything a reader of the tree should find; see ``data/README.md`` for the meaning."""

    job_id: str
    generation: str
    state: str
    scheduled_mini_batches: int
    scheduled_items: int
    mini_batches: int
    items: int
    failed_items: int
    attempts: int
    open_attempts: int
    retries: int
    timeouts: int
    exceptions: int
    poisoned: int
    failed_items_by_node: dict[str, NodeCounts]
    slowest: dict[str, Any] | None
    slowest_attempt: dict[str, Any] | None
    memory: dict[str, Any] | None
    process_memory: dict[str, Any] | None
    first_error: dict[str, Any] | None
    restarts: int
    nodes: list[str]
    processes: int
    processes_started: int
    open: list[dict[str, Any]]
    run: dict[str, Any] | None
    faults: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain data for ``expected.json``."""
        return asdict(self)


def truth_of(history: History, samples: Samples) -> Truth:
    """Count a history."""
    plan = history.plan
    told = [a for a in history.finished() if a is not history.half_told]
    ended = set(told)
    unfinished = {a.mini_batch_id for a in history.attempts if a not in ended}
    finals = history.finals()
    by_node = {a.worker.node.name: NodeCounts() for a in sorted(told, key=_node_order)}
    failed_items = 0
    for mini_batch_id, final in finals.items():
        failed = final.failed if final.outcome is Outcome.DONE else final.total
        if final.outcome is not Outcome.DONE and mini_batch_id in unfinished:
            failed = 0
        counts = by_node[final.worker.node.name]
        counts.mini_batches += 1
        counts.items += final.total
        counts.failed_items += failed
        failed_items += failed
    for attempt in told:
        counts = by_node[attempt.worker.node.name]
        counts.timeouts += attempt.outcome is Outcome.TIMEOUT
        counts.exceptions += attempt.outcome is Outcome.EXCEPTION
    pairs = {(a.worker.node.name, a.worker.name) for a in told}
    slots = sum(plan.processes for node in history.nodes if not node.does_nothing)
    return Truth(
        plan.job_id,
        plan.generation.value,
        history.state.value,
        plan.mini_batches,
        plan.total_items,
        len(finals),
        sum(final.total for final in finals.values()),
        failed_items,
        len(told),
        len(history.attempts) - len(told),
        len(told) - len(finals),
        sum(a.outcome is Outcome.TIMEOUT for a in told),
        sum(a.outcome is Outcome.EXCEPTION for a in told),
        sum(a.outcome is Outcome.POISONED for a in told),
        by_node,
        _slowest(list(finals.values())),
        _slowest(told),
        _node_memory(history, samples),
        _process_memory(history, samples),
        _first_error(history, told),
        max(len(history.workers) - slots, 0),
        [node.name for node in history.nodes],
        len(pairs),
        len(history.workers),
        [_open(plan, a) for a in history.attempts if a not in ended],
        _run(plan),
        [type(fault).__name__ for fault in plan.faults],
    )


def _open(plan: JobPlan, attempt: Attempt) -> dict[str, Any]:
    """Tables have a row when a mini-batch is picked in V0 only; later it is the worker's log that tells."""
    return {
        "mini_batch_id": attempt.mini_batch_id,
        "node": attempt.worker.node.name,
        "process": attempt.worker.name,
        "reported_by": "table" if plan.generation is Generation.V0 else "log",
    }


def _run(plan: JobPlan) -> dict[str, Any] | None:
    """What the service says of the run; nothing without the platform's files."""
    if not plan.extras:
        return None
    return {
        "run_id": identity.run_id(plan),
        "parent_run_id": identity.parent_run_id(plan),
        "experiment": plan.experiment,
        "compute_target": identity.CLUSTER,
        "queue_s": float(plan.queue_seconds),
    }


def _node_order(attempt: Attempt) -> int:
    return attempt.worker.node.index


def _slowest(attempts: list[Attempt]) -> dict[str, Any] | None:
    if not attempts:
        return None
    slowest = max(attempts, key=lambda a: (a.elapsed_s, -a.mini_batch_id))
    return {
        "mini_batch_id": slowest.mini_batch_id,
        "attempt": slowest.attempt,
        "node": slowest.worker.node.name,
        "process": slowest.worker.name,
        "elapsed_s": slowest.elapsed_s,
    }


def _time(history: History, at: float) -> str:
    return (history.plan.start + timedelta(seconds=at)).isoformat()


def _node_memory(history: History, samples: Samples) -> dict[str, Any] | None:
    rows = [
        (sample.memory_percent, -sample.at, node)
        for node, checks in samples.nodes.items()
        for sample in (checks[:-1] if node == samples.half_told else checks)
    ]
    if not rows:
        return None
    percent, at, node = max(rows)
    return {"node": node, "percent": percent, "time": _time(history, -at)}


def _process_memory(history: History, samples: Samples) -> dict[str, Any] | None:
    rows = [
        (sample.memory_percent, -sample.at, node, sample.name)
        for node, checks in samples.processes.items()
        for check in checks
        for sample in check
    ]
    if not rows:
        return None
    percent, at, node, name = max(rows)
    return {"node": node, "process": name, "percent": percent, "time": _time(history, -at)}


def _first_error(history: History, told: list[Attempt]) -> dict[str, Any] | None:
    """The earliest error that is a cause: raised by the script, a timeout, or a dead worker."""
    causes: list[tuple[float, str, str, str | None, str]] = []
    for worker in history.workers:
        if worker.init_error and worker.ready_at <= history.ended_at:
            error = worker.init_error
            where = (worker.ready_at, worker.node.name, worker.name)
            causes.append((*where, error.exception_type, error.message))
    for attempt in told:
        where = (attempt.ended_at, attempt.worker.node.name, attempt.worker.name)
        if attempt.error:
            causes.append((*where, attempt.error.exception_type, attempt.error.message))
        elif attempt.outcome is Outcome.TIMEOUT:
            seconds = history.plan.run_timeout
            causes.append((*where, None, f"unable to finish within {seconds} seconds"))
        elif attempt.aborted:
            message = f"Process abort with unfinished mini batch {attempt.mini_batch_id}."
            causes.append((*where, None, message))
    if not causes:
        return None
    at, node, process, exception_type, message = min(causes, key=lambda c: c[:3])
    return {
        "time": _time(history, at),
        "node": node,
        "process": process,
        "exception_type": exception_type,
        "exception_message": message,
    }
