"""The resource monitor: what it sees of a node and its processes at one check (formats.md §10)."""

from __future__ import annotations

from simulator.history import History, Process, ProcessSample, Sample
from simulator.world import Node, World

_MANAGER_MB = 110.0


def check_node(world: World, history: History, node: Node, alive: list[Process], now: float) -> Sample:
    """One check. CPU is the mean since the last check of the node; the first one sees little."""
    last = next((sample for sample in reversed(history.samples) if sample.node is node), None)
    since = last.time if last else max(0.0, now - world.monitor_s)
    seconds = max(now - since, 0.5)
    of_node = [process for process in history.processes if process.node is node]
    used = sum(process.cpu_s(now) - process.cpu_s(since) for process in of_node if process.attempts)
    children = sum(_busy(process, since, now) for process in of_node) * world.children_cores
    cpu = min(100.0, 100 * (used + children) / (seconds * node.cores) + world.rng.uniform(0.5, 4))
    memory = node.idle_memory_mb + sum(process.memory_mb for process in alive)
    disk = node.disk_used_mb + now * 0.01 + sum(rule(node, now) for rule in world.rules.disk_mb)
    return Sample(
        node=node,
        time=now,
        cpu_percent=round(cpu if last else min(cpu, 15.0), 1),
        memory_used_mb=min(memory, node.memory_mb * 0.995),
        disk_used_mb=min(disk, node.disk_total_mb * 0.948),
        processes=(_manager(node, now), *(_process(process, node, since, now, last) for process in alive)),
    )


def _busy(process: Process, since: float, now: float) -> float:
    return sum(max(0.0, min(a.ended or now, now) - max(a.started, since)) for a in process.attempts)


def _manager(node: Node, now: float) -> ProcessSample:
    return ProcessSample(None, 0.0, 1.9 + now * 0.09, 100 * _MANAGER_MB / node.memory_mb)


def _process(process: Process, node: Node, since: float, now: float, last: Sample | None) -> ProcessSample:
    seen = last is not None and any(sample.process is process for sample in last.processes)
    percent = 100 * (process.cpu_s(now) - process.cpu_s(since)) / max(now - since, 0.5) if seen else 0.0
    return ProcessSample(process, round(percent, 1), process.cpu_s(now), 100 * process.memory_mb / node.memory_mb)
