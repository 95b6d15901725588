"""What a job runs in and with: its nodes, its mini-batches, its settings, and the rules by which things go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, IntEnum
from random import Random
from typing import TYPE_CHECKING, Literal

from simulator.script_errors import ScriptError

if TYPE_CHECKING:
    from simulator.history import Process


class Version(IntEnum):
    """Generation of the log layout (formats.md §1)."""

    V0 = 0
    V1 = 1
    V2 = 2
    V3 = 3
    V4 = 4


class Strength(Enum):
    """How plainly a planted cause shows."""

    CLEAR = "clear"
    MODERATE = "moderate"
    WEAK = "weak"


@dataclass
class Node:
    """A machine; times in seconds of the true clock from the job's start, sizes in MiB."""

    index: int
    key: str
    """The name below `logs/`: an address in V0 to V2, a small number later."""
    ip: str
    host: str
    cores: int
    memory_mb: float
    clock_offset_s: float = 0.0
    joins_s: float = 0.0
    leaves_s: float | None = None
    slowness: float = 1.0
    idle_memory_mb: float = 900.0
    disk_total_mb: float = 100_000.0
    disk_used_mb: float = 15_000.0
    takes_work: bool = True
    """False: its manager lives, but its workers never reach the queue."""


@dataclass(frozen=True)
class MiniBatch:
    """A unit of work; `weight` multiplies its time in run()."""

    id: int
    inputs: tuple[str, ...]
    weight: float = 1.0

    @property
    def items(self) -> int:
        """Number of its items: one per input."""
        return len(self.inputs)


@dataclass(frozen=True)
class Fault:
    """How an attempt goes wrong: it raises, hangs, dies by a signal, returns too little, or ends after it was given up."""

    kind: Literal["raise", "hang", "signal", "short", "late"]
    error: ScriptError | None = None
    signal: int = 0
    share: float = 0.5
    """The part of its time in run() after which it happens."""
    failed_items: int = 0


@dataclass(frozen=True)
class Situation:
    """What a rule may look at when an attempt begins."""

    world: World
    process: Process
    mini_batch: MiniBatch
    pick: int
    now: float
    progress: float
    """The part of the mini-batches that have a result, 0 to 1."""


@dataclass
class Rules:
    """What makes a job differ from one in which all goes well; each list is applied in order."""

    run_s: list[Callable[[Situation, float], float]] = field(default_factory=list)
    overhead_s: list[Callable[[Situation, float], float]] = field(default_factory=list)
    faults: list[Callable[[Situation], Fault | None]] = field(default_factory=list)
    init: list[Callable[[Process], ScriptError | None]] = field(default_factory=list)
    kept_mb: list[Callable[[Situation], float]] = field(default_factory=list)
    """Memory that a process does not let go after an attempt."""
    working_mb: list[Callable[[Situation], float]] = field(default_factory=list)
    """Memory that an attempt needs beside the usual."""
    holds: list[Callable[[Process, float], float]] = field(default_factory=list)
    """Seconds that the queue keeps a worker waiting though there is work."""
    disk_mb: list[Callable[[Node, float], float]] = field(default_factory=list)
    """Disk used on a node at a time, beside the usual."""


@dataclass
class World:
    """Everything that decides how a job goes."""

    name: str
    version: Version
    start: datetime
    rng: Random
    nodes: list[Node]
    processes_per_node: int
    mini_batches: list[MiniBatch]
    run_s: float
    spread: float = 0.15
    overhead_s: float = 0.3
    load_s: float = 1.5
    init_s: float = 8.0
    run_timeout_s: int = 600
    max_attempts: int = 3
    error_threshold: int = -1
    first_task_s: float = 2.0
    schedule_s: float = 0.02
    """Between two mini-batches that the master schedules."""
    cpu_share: float = 0.85
    """CPU seconds of a worker per second in run()."""
    children_cores: float = 0.0
    """Cores that children of each busy worker use; no process table counts them."""
    process_mb: float = 300.0
    working_mb: float = 100.0
    monitor_s: float = 60.0
    input_folder: str = "input_images"
    rules: Rules = field(default_factory=Rules)
    preferred: Callable[[Process], float] | None = None
    """Weights by which the queue chooses among waiting workers."""
    setup_failure: str = ""
    """What kept the driver from starting; see `causes.before_the_driver`."""
    stop_at_s: float | None = None
    """When something outside ended the job."""
    end_error: str = ""
    """What failed after the last mini-batch, in the driver's words; "silent" for none."""
    traits: dict[str, object] = field(default_factory=dict)
    """What writers look at: noise, exit words, what is missing from the download."""

    @property
    def workers(self) -> int:
        """Worker processes that should be alive at once."""
        return len(self.nodes) * self.processes_per_node

    @property
    def progress_timeout_s(self) -> float:
        """Without progress for so long the job is given up (formats.md §11.3)."""
        return 3.0 * (self.run_timeout_s + 30)

    def time(self, seconds: float, node: Node | None = None) -> datetime:
        """A moment as the clock of a node shows it; without a node, the true time."""
        offset = node.clock_offset_s if node else 0.0
        return self.start + timedelta(seconds=round(seconds + offset, 6))
