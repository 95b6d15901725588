"""What a job tree should show, said before anything is simulated.

A :class:`JobPlan` is the whole input of the generator: the same plan gives the same bytes. Faults
are separate objects (see :mod:`treegen.model.faults`), added to ``faults`` in any combination.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from treegen.model.faults import Fault


class Generation(StrEnum):
    """The five generations of the log format (formats.md §1)."""

    V0 = "V0"
    V1 = "V1"
    V2 = "V2"
    V3 = "V3"
    V4 = "V4"

    @property
    def number(self) -> int:
        """Ordinal, so that "from V3 on" can be written as a comparison."""
        return int(self.value[1:])

    @property
    def names_nodes_by_ip(self) -> bool:
        """V0–V2 name a node by its IPv4 address, later ones by a small integer (formats.md §1)."""
        return self.number <= 2


class Layout(StrEnum):
    """How the artifact root got onto this disk (formats.md §2.3)."""

    PLAIN = "plain"
    """``<name>/logs/…``: the artifact root itself."""
    DOWNLOAD = "download"
    """``<name>/artifacts/logs/…`` and ``<name>/named-outputs/…``: ``az ml job download --all``."""
    BLOB = "blob"
    """``ExperimentRun/dcid.<name>/logs/…``: blobs copied down, ``name`` is the run id."""


@dataclass(frozen=True, kw_only=True)
class JobPlan:
    """One job. Times are seconds, memory is MiB, counts are per job unless said otherwise."""

    name: str
    """Folder name; with :attr:`Layout.BLOB` the run id."""
    generation: Generation = Generation.V4
    layout: Layout = Layout.PLAIN
    seed: int = 1
    start: datetime = datetime(2024, 3, 5, 7, 0, 0)
    """Naive UTC, like every time the driver writes (formats.md §3)."""
    experiment: str = "nightly-scoring"

    nodes: int = 2
    processes: int = 2
    """Worker processes per node (``process_count_per_node``)."""
    mini_batches: int = 40
    items: int = 10
    """Items (input files) in each mini-batch."""
    input_prefix: str = "part-"
    """Input files are ``<prefix>NNNNN.csv``; equal prefixes give equal inputs over several jobs."""

    run_seconds: float = 12.0
    """Median time inside ``run()``."""
    run_spread: float = 0.15
    """Sigma of the log-normal distribution around the median."""
    overhead_seconds: float = 0.05
    """Elapsed − run of one attempt; ≈ 0.05 s in the tuning guide (formats.md §9.3)."""
    cpu_share: float = 0.8
    """CPU seconds per second inside ``run()`` (1.0 = one core busy)."""
    init_seconds: float = 3.0
    first_task_seconds: float = 6.0
    """Start of the job to the first scheduled mini-batch; minutes for folders with many files."""
    schedule_seconds: float = 0.01
    """Time to schedule one mini-batch."""

    run_timeout: int = 60
    max_retries: int = 2
    """Greatest Picked Count = 1 + retries (formats.md §11.3). V0 has poison instead (§9.5)."""
    error_threshold: int = -1
    """Failed items that stop the job; −1 = ignore (formats.md §11.3)."""

    monitor_seconds: int = 600
    """``resource_monitor_interval``: 30 s in V0, 60 in 2020, 600 since 2021 (formats.md §10)."""
    node_memory_mb: float = 6969.8
    """A 7 GB VM as in the real sample (formats.md §10.1)."""
    cores: int = 4
    snapshots: int = 2
    """Process snapshots kept per node."""

    extras: bool = True
    """Also write what surrounds the driver's own files: platform logs, user output, profiles."""
    faults: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        """Refuse plans that no job could have, before hours of benchmark are spent on them."""
        for field in ("nodes", "processes", "items", "run_timeout"):
            if getattr(self, field) < 1:
                raise ValueError(f"{field} must be at least 1")
        if self.mini_batches < 0 or self.monitor_seconds < 0 or self.max_retries < 0:
            raise ValueError("mini_batches, monitor_seconds and max_retries cannot be negative")

    @property
    def job_id(self) -> str:
        """What a reader should call the job: the run id if known, else the folder's name."""
        return self.name

    @property
    def total_items(self) -> int:
        """Items over all mini-batches."""
        return self.mini_batches * self.items

    @property
    def progress_timeout(self) -> int:
        """Seconds without progress after which the master gives up (formats.md §11.3)."""
        overhead = 30 if self.generation is Generation.V0 else 600
        return 3 * (self.run_timeout + overhead)

    @property
    def queue_seconds(self) -> int:
        """From the word that the run is queued to the word that it runs (formats.md §11.2)."""
        return 119 if self.generation is Generation.V4 else 179

    @property
    def max_attempts(self) -> int:
        """Picks of one mini-batch; in V0 the fourth pick finds it poisoned (formats.md §9.5)."""
        return 4 if self.generation is Generation.V0 else 1 + self.max_retries
