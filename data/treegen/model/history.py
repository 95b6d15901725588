"""What happened in a simulated job: the one source from which every file is written.

All times are seconds since the job's start, so that arithmetic stays simple; files turn them into
time stamps at the last moment.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from treegen.model.errors import ScriptError
from treegen.model.plan import JobPlan


class Outcome(StrEnum):
    """How one attempt ended (data-model.md, ``attempts.outcome``)."""

    DONE = "done"
    TIMEOUT = "timeout"
    EXCEPTION = "exception"
    POISONED = "poisoned"
    OPEN = "open"


class State(StrEnum):
    """How the job stands (data-model.md, ``jobs.state``)."""

    COMPLETED = "completed"
    FAILED = "failed"
    RUNNING = "running"


@dataclass(slots=True, eq=False)
class Node:
    """One machine. ``name`` is its key under ``logs/``, ``batch_name`` that of the platform."""

    index: int
    name: str
    ip: str
    batch_name: str
    started_at: float
    does_nothing: bool = False
    gone_at: float = math.inf
    """Pre-empted at this time: its records just stop."""
    init_failures: int = 0


@dataclass(slots=True, eq=False)
class Worker:
    """One worker process. ``number`` counts per node, up with each restart (formats.md §7)."""

    node: Node
    number: int
    name: str
    pid: int
    thread: int
    born_at: float
    ready_at: float
    init_error: ScriptError | None = None
    died_at: float = math.inf
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def initialised(self) -> bool:
        """Whether ``init()`` returned."""
        return self.init_error is None


@dataclass(slots=True, eq=False)
class Attempt:
    """One try at one mini-batch. Open until something ends it."""

    mini_batch_id: int
    attempt: int
    worker: Worker
    started_at: float
    total: int
    succeeded: int = 0
    elapsed_s: float = 0.0
    process_s: float = 0.0
    run_s: float = 0.0
    outcome: Outcome = Outcome.OPEN
    error: ScriptError | None = None
    aborted: bool = False
    """The worker died under it (out of memory): there is a result, but no exception."""

    @property
    def ended_at(self) -> float:
        """Infinite while open."""
        return math.inf if self.outcome is Outcome.OPEN else self.started_at + self.elapsed_s

    @property
    def failed(self) -> int:
        """Items: total − succeeded."""
        return self.total - self.succeeded


@dataclass(slots=True)
class History:
    """A whole job."""

    plan: JobPlan
    nodes: list[Node]
    workers: list[Worker]
    attempts: list[Attempt]
    """In the order of their start."""
    processed_at: dict[int, float]
    """Mini-batch id → when it was done, given up or poisoned (what "Processed n" counts)."""
    scheduled_at: list[float]
    """By mini-batch id: when it was put into the queue."""
    ended_at: float
    """End of the job, or "now" of a running one."""
    state: State
    stop_reasons: list[str]
    half_told: Attempt | None = None
    """Running jobs: the attempt whose end is being written at the moment of the download."""
    failover_at: float = math.inf
    """When the master role moved to another node."""

    def finished(self) -> list[Attempt]:
        """Attempts that ended, in the order in which they ended."""
        done = [a for a in self.attempts if a.outcome is not Outcome.OPEN]
        return sorted(done, key=lambda a: (a.ended_at, a.mini_batch_id, a.attempt))

    def finals(self) -> dict[int, Attempt]:
        """By mini-batch id the final of its ended attempts: the last done one, else the last.

        The half-told attempt of a running job does not count: no file tells its end whole.
        """
        finals: dict[int, Attempt] = {}
        for attempt in self.finished():
            before = finals.get(attempt.mini_batch_id)
            stands = before is not None and before.outcome is Outcome.DONE
            if attempt is not self.half_told and (attempt.outcome is Outcome.DONE or not stands):
                finals[attempt.mini_batch_id] = attempt
        return dict(sorted(finals.items()))

    def open(self) -> list[Attempt]:
        """Attempts that were picked and never ended."""
        return [a for a in self.attempts if a.outcome is Outcome.OPEN]

    def workers_of(self, node: Node) -> Iterator[Worker]:
        """Workers of a node in the order of their numbers."""
        return (worker for worker in self.workers if worker.node is node)

    def horizon(self, node: Node) -> float:
        """No record of ``node`` is later than this."""
        return min(self.ended_at, node.gone_at)

    @property
    def scheduling_finished_at(self) -> float:
        """When the last mini-batch was in the queue."""
        return self.scheduled_at[-1] if self.scheduled_at else self.plan.first_task_seconds

    @property
    def running(self) -> bool:
        """Downloaded before its end."""
        return self.state is State.RUNNING
