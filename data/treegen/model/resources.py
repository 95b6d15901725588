"""What the resource monitor saw: samples of nodes and worker processes, derived from the history.

Values are samples, not peaks (formats.md §10). Children of workers count for the node but not for
the worker, so the sum over processes stays below the node's figure, as in the real sample.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field

from treegen.model import circumstances, identity
from treegen.model.faults import NODE_BASE_MB, WORKER_MB
from treegen.model.history import History, Node, Outcome, Worker

_CHILDREN_MB = 60.0
_DISK_MB = 100664.22
_DISK_RESERVED_MB = 5135.95
"""Used + free ≠ total in the real sample: reserved blocks (formats.md §10.2)."""


@dataclass(slots=True)
class NodeSample:
    """One row of the node's CSVs, CPU to disk."""

    at: float
    cpu_percent: float
    available_mb: float
    used_mb: float
    memory_percent: float
    busy_s: float
    """Busy seconds of all workers so far: what the cumulative counters are made from."""
    tcp: int
    disk_used_mb: float
    disk_free_mb: float
    disk_percent: float


@dataclass(slots=True)
class ProcessSample:
    """One row of the process CSV."""

    at: float
    name: str
    pid: int
    cpu_percent: float
    user_s: float
    system_s: float
    memory_percent: float
    memory_mb: float
    busy_s: float
    threads: int


@dataclass(slots=True)
class Samples:
    """All samples of a job; the lists of a node have one entry per check."""

    nodes: dict[str, list[NodeSample]] = field(default_factory=dict)
    processes: dict[str, list[list[ProcessSample]]] = field(default_factory=dict)
    half_told: str | None = None
    """Running jobs: the node whose last sample is being written at the moment of the download."""


class _Load:
    """Busy and CPU seconds of one worker up to any time."""

    def __init__(self, worker: Worker, idle_share: float) -> None:
        self.starts: list[float] = []
        self.ends: list[float] = []
        self.shares: list[float] = []
        self.busy_before = [0.0]
        self.cpu_before = [0.0]
        for attempt in worker.attempts:
            is_open = attempt.outcome is Outcome.OPEN
            share = idle_share if is_open else attempt.process_s / max(attempt.elapsed_s, 1e-6)
            self.starts.append(attempt.started_at)
            self.ends.append(attempt.ended_at)
            self.shares.append(share)
            length = 0.0 if is_open else attempt.elapsed_s
            self.busy_before.append(self.busy_before[-1] + length)
            self.cpu_before.append(self.cpu_before[-1] + length * share)

    def at(self, time: float) -> tuple[float, float, float]:
        """Busy seconds, CPU seconds, and the CPU share right now (0 when idle)."""
        i = bisect_right(self.starts, time) - 1
        if i < 0:
            return 0.0, 0.0, 0.0
        overlap = min(time, self.ends[i]) - self.starts[i]
        now = self.shares[i] if time < self.ends[i] else 0.0
        return self.busy_before[i] + overlap, self.cpu_before[i] + overlap * self.shares[i], now


def sample_resources(history: History) -> Samples:
    """Run the resource monitor over a history."""
    samples = Samples()
    if history.plan.monitor_seconds:
        for node in history.nodes:
            _sample_node(history, node, samples)
    if history.running:
        often = [name for name, rows in samples.nodes.items() if len(rows) > 1]
        samples.half_told = often[-1] if often else None
    return samples


def _sample_node(history: History, node: Node, samples: Samples) -> None:
    plan = history.plan
    rng = identity.seeded(plan, f"monitor {node.name}")
    workers = list(history.workers_of(node))
    loads = {worker: _Load(worker, plan.cpu_share) for worker in workers}
    gaps = [g for g in circumstances.find(plan, circumstances.SamplingGap) if g.node == node.index]
    last_cpu: dict[str, tuple[float, float]] = {}
    node_rows = samples.nodes.setdefault(node.name, [])
    process_rows = samples.processes.setdefault(node.name, [])
    at = node.started_at + 1.0
    while at < history.horizon(node) - 0.5:
        share = at / history.ended_at
        if not any(gap.from_share < share < gap.to_share for gap in gaps):
            rows = [_manager(history, node, at)]
            claimed, cpu_now, busy = NODE_BASE_MB + rng.uniform(0, 240), 0.0, 0.0
            for index, worker in enumerate(workers):
                worker_busy, cpu, now = loads[worker].at(at)
                busy += worker_busy
                if not worker.born_at <= at < worker.died_at:
                    continue
                grown = sum(fault.grown_mb(node.index, worker_busy) for fault in plan.faults)
                memory = WORKER_MB * rng.uniform(0.985, 1.02) + grown
                memory *= 1.0 if at > worker.ready_at else 0.4
                claimed += memory + (_CHILDREN_MB if now else 0.0)
                cpu_now += now
                then, seconds = last_cpu.get(worker.name, (at, cpu))
                percent = 100 * (cpu - seconds) / (at - then) if at > then else 0.0
                last_cpu[worker.name] = (at, cpu)
                rows.append(
                    ProcessSample(
                        at + 0.00015 * (index + 1),
                        worker.name,
                        worker.pid,
                        round(percent, 1),
                        round(0.4 + 0.87 * cpu, 2),
                        round(0.1 + 0.13 * cpu, 2),
                        round(100 * memory / plan.node_memory_mb, 9),
                        memory,
                        worker_busy,
                        10 if worker_busy else 1,
                    )
                )
            cpu_percent = min(100.0, 100 * cpu_now / plan.cores + rng.uniform(1.0, 5.0))
            process_rows.append(rows)
            node_rows.append(_node_sample(history, node, at, (claimed, cpu_percent, busy)))
        at += plan.monitor_seconds + rng.uniform(5.0, 5.9)


def _manager(history: History, node: Node, at: float) -> ProcessSample:
    """The manager's CPU percent is always 0 (formats.md §10.3)."""
    age = at - node.started_at
    memory = 96.6 + min(age, 60) * 0.14
    percent = round(100 * memory / history.plan.node_memory_mb, 9)
    cpu = 1.4 + age * 0.1
    return ProcessSample(at, "manager", 138, 0.0, round(cpu, 2), round(cpu / 15, 2), percent, memory, age, 18)


def _node_sample(history: History, node: Node, at: float, load: tuple[float, float, float]) -> NodeSample:
    claimed, cpu_percent, busy = load
    total = history.plan.node_memory_mb
    available = round(max(total - claimed, total * 0.015), 2)
    disk_used = 14823.0 + 0.011 * busy
    for filling in circumstances.find(history.plan, circumstances.DiskFilling):
        if filling.node == node.index:
            full = (_DISK_MB - _DISK_RESERVED_MB) * filling.percent / 100
            disk_used += (full - disk_used) * min(at / history.ended_at, 1.0)
    disk_free = _DISK_MB - _DISK_RESERVED_MB - disk_used
    return NodeSample(
        at + 0.37,
        round(cpu_percent, 1),
        available,
        round(total - available - 285.0, 2),
        round(100 * (total - available) / total, 1),
        busy,
        tcp=95 + math.ceil(6 * cpu_percent),
        disk_used_mb=round(disk_used, 2),
        disk_free_mb=round(disk_free, 2),
        disk_percent=round(100 * disk_used / (disk_used + disk_free), 1),
    )
