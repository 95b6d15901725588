"""What happened in a simulated job: facts, not texts. Times are seconds of the true clock from the job's start."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from simulator.script_errors import ScriptError
from simulator.world import MiniBatch, Node

Outcome = Literal["done", "timeout", "exception", "death", "poisoned", "open"]


@dataclass
class Process:
    """A worker process, from its start to its end."""

    node: Node
    number: int
    pid: int
    started: float
    replaces: Process | None = None
    loaded: float | None = None
    init_started: float | None = None
    init_ended: float | None = None
    init_error: ScriptError | None = None
    ended: float | None = None
    exit_code: int | None = None
    ended_by: str = ""
    """timeout, signal, init, stop: why it ended; empty while it lives."""
    attempts: list[Attempt] = field(default_factory=list)
    kept_mb: float = 0.0
    working_mb: float = 0.0
    base_mb: float = 0.0

    @property
    def memory_mb(self) -> float:
        """Resident memory now."""
        return self.base_mb + self.kept_mb + self.working_mb

    def cpu_s(self, now: float) -> float:
        """CPU seconds used until a moment."""
        return 1.5 + sum(attempt.cpu_until(now) for attempt in self.attempts)


@dataclass
class Attempt:
    """One try at a mini-batch."""

    mini_batch: MiniBatch
    pick: int
    process: Process
    started: float
    overhead_s: float
    run_s: float
    cpu_s: float
    outcome: Outcome = "open"
    ended: float = 0.0
    run_ended_s: float = 0.0
    """Time in run() when it ended."""
    succeeded: int = 0
    error: ScriptError | None = None
    late: bool = False
    lost: bool = False
    """Its node went away: no file tells its end."""

    @property
    def elapsed_s(self) -> float:
        """Wall time."""
        return self.ended - self.started

    @property
    def failed(self) -> int:
        """Items without a result."""
        return self.mini_batch.items - self.succeeded

    def cpu_until(self, now: float) -> float:
        """CPU seconds used until a moment; evenly over its time."""
        planned = self.overhead_s + self.run_s
        end = self.ended or now
        return self.cpu_s * min(1.0, max(0.0, min(now, end) - self.started) / planned)


@dataclass(frozen=True)
class ProcessSample:
    """What the monitor saw of one process."""

    process: Process | None
    """None: the manager."""
    cpu_percent: float
    cpu_s: float
    memory_percent: float


@dataclass(frozen=True)
class Sample:
    """What the monitor saw on one node at one check."""

    node: Node
    time: float
    cpu_percent: float
    memory_used_mb: float
    disk_used_mb: float
    processes: tuple[ProcessSample, ...]

    @property
    def memory_percent(self) -> float:
        """Of the node's memory, as the table rounds it."""
        return round(100 * self.memory_used_mb / self.node.memory_mb, 1)


@dataclass
class History:
    """All of a job."""

    processes: list[Process] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    scheduled: list[tuple[float, MiniBatch]] = field(default_factory=list)
    resolved: dict[int, float] = field(default_factory=dict)
    """When each mini-batch got its result, good or bad."""
    scheduling_started: float = 0.0
    ended: float = 0.0
    reason: Literal["all", "threshold", "no progress", "init", "end error", "stopped", "setup"] = "all"

    @property
    def completed(self) -> bool:
        """Whether the driver called the job good."""
        return self.reason == "all"

    def final(self) -> dict[int, Attempt]:
        """The attempt that decided each mini-batch with a result: the done one that ended last, else the last one.

        One whose last attempt has no end, as when the job was stopped, has no result.
        """
        final: dict[int, Attempt] = {}
        for attempt in sorted(self.attempts, key=lambda a: a.ended or self.ended):
            prior = final.get(attempt.mini_batch.id)
            if prior is None or attempt.outcome == "done" or prior.outcome != "done":
                final[attempt.mini_batch.id] = attempt
        return {id_: attempt for id_, attempt in final.items() if attempt.outcome != "open"}
