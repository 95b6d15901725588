"""From a request to a tree for benchmarks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from treegen.files.mini_batch_table import PATH as MINI_BATCH_TABLE
from treegen.files.paths import Paths
from treegen.files.tree import job_folder
from treegen.model import identity
from treegen.model.faults import Exceptions, FailedItems, Timeouts
from treegen.model.plan import Generation, JobPlan
from treegen.scale.filling import SmallFiles, append_log, write_mini_batches
from treegen.scale.log_templates import master_block, worker_block
from treegen.scale.summary import Summary
from treegen.scale.template import Template
from treegen.writing import write_job

_MB = 10**6
_MASTER_SHARE = 0.1
_RECORDS_A_MINUTE = 1000
_VARIANTS = 12
_START = datetime(2024, 3, 5, 0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class ScaleRequest:
    """Size of a tree. ``log_mb``, ``small_files`` and ``csv_mb`` are totals over all jobs."""

    jobs: int = 1
    nodes: int = 2
    processes: int = 4
    mini_batches: int = 100
    log_mb: float = 0.0
    small_files: int = 0
    small_file_kb: float = 4.0
    csv_mb: float = 0.0
    seed: int = 1
    generation: Generation = Generation.V4

    def __post_init__(self) -> None:
        """Say early what cannot be."""
        if min(self.jobs, self.nodes, self.processes) < 1:
            raise ValueError("jobs, nodes and processes must be at least 1")
        if self.generation is Generation.V0 and (self.csv_mb or self.small_files):
            raise ValueError("csv_mb and small_files need generation V1 or later")

    def plan(self, index: int) -> JobPlan:
        """One of the jobs: a job every 20 minutes, each a bit different, with a few failures."""
        return JobPlan(
            name=f"job-{index:05d}",
            generation=self.generation,
            seed=self.seed * 1_000_003 + index,
            start=_START + index * timedelta(minutes=20),
            nodes=self.nodes,
            processes=self.processes,
            mini_batches=self.mini_batches,
            run_seconds=8.0 + index % 7,
            monitor_seconds=60,
            extras=False,
            faults=(Exceptions(share=0.03), Timeouts(share=0.02), FailedItems(share=0.03)),
        )


def write_scale(out: Path, request: ScaleRequest) -> Summary:
    """Write the jobs below ``out`` and count what they hold.

    :raises FileExistsError: if a job of that name is there already.
    """
    rng = Random(request.seed)
    logs = _LogFiller(request, rng) if request.log_mb else None
    small = None
    if request.small_files:
        small = SmallFiles(request.generation, int(request.small_file_kb * 1024), rng)
    total = Summary()
    for index in range(request.jobs):
        plan = request.plan(index)
        write_job(out, plan)
        root = job_folder(out, plan)
        if logs:
            total.add(logs.fill(root, plan))
        if small:
            count = _share(request.small_files, request.jobs, index)
            total.add(small.write(root, plan.nodes, plan.processes, count, plan.start))
        if request.csv_mb:
            size = int(request.csv_mb * _MB / request.jobs)
            table = root / MINI_BATCH_TABLE
            total.add(write_mini_batches(table, plan.generation, _places(plan), size, plan.start, rng))
        total.jobs += 1
        sizes = [path.stat().st_size for path in root.rglob("*") if path.is_file()]
        total.files += len(sizes)
        total.bytes += sum(sizes)
    return total


def _share(total: int, parts: int, index: int) -> int:
    return total * (index + 1) // parts - total * index // parts


def _places(plan: JobPlan) -> list[tuple[str, str]]:
    return [
        (identity.node_name(plan, node), identity.worker_name(plan, number))
        for node in range(plan.nodes)
        for number in range(plan.processes)
    ]


class _LogFiller:
    """Spreads the requested megabytes over master and worker logs of all jobs."""

    def __init__(self, request: ScaleRequest, rng: Random) -> None:
        self.rng = rng
        generation = request.generation
        size = request.log_mb * _MB / request.jobs
        self.master_size = int(size * _MASTER_SHARE)
        self.worker_size = int(size * (1 - _MASTER_SHARE) / request.nodes / request.processes)
        records = _RECORDS_A_MINUTE
        self.workers = [worker_block(generation, rng, records, 60) for _ in range(_VARIANTS)]
        self.master = [master_block(generation, rng, records) for _ in range(_VARIANTS)]

    def fill(self, root: Path, plan: JobPlan) -> Summary:
        """Append after the simulated records, so that time advances through the file."""
        paths = Paths(plan.generation)
        after = plan.start + timedelta(hours=1)
        filled = self._append(root / paths.master(plan.start), self.master, self.master_size, after)
        for node, process in _places(plan):
            path = root / paths.worker(node, process)
            filled.add(self._append(path, self.workers, self.worker_size, after))
        return filled

    def _append(self, path: Path, templates: list[Template], size: int, start: datetime) -> Summary:
        path.parent.mkdir(parents=True, exist_ok=True)
        return append_log(path, templates, size, start, self.rng.randrange(200, 900), self.rng)
