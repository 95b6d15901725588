"""What a rehearsal tells of the job to come: memory and its growth, and sizes and times with how far they may be off."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ingest.rehearse.driver import Outcome, Try
from ingest.rehearse.plan import Settings

_GOOD_S = (10.0, 60.0)
"""How long a mini-batch should take."""
_CORE_SHARE = 0.25
"""Of a core that may be short: a process that keeps a little more than one busy counts as one."""
_MEMORY_SHARE = 0.8
"""Of a machine's memory that workers may fill."""
_ENOUGH = 8
"""Mini-batches of one process before its memory is fitted."""
_WARM_UP = 2
"""Mini-batches of a process in which caches fill: left out of the fit."""
_GiB = 1 << 30


@dataclass(frozen=True)
class Growth:
    """Bytes that a process gains with each mini-batch, by least squares over the processes that ran long enough."""

    per_mini_batch: float
    low: float
    high: float
    """Bounds that hold in 95 of 100 cases if the growth is steady."""
    mini_batches: int

    @property
    def certain(self) -> bool:
        """Whether it is more than chance, and more than a page or so."""
        return self.low > 64 * 1024


@dataclass(frozen=True)
class Advice:
    """Figures for a deployment; ranges are the quartiles of what was measured."""

    seconds_per_item: tuple[float, float, float] | None
    """Lower quartile, median, upper quartile of run() over the mini-batches that succeeded."""
    mini_batch_size: tuple[int, int] | None
    """From, to: items for 10 to 60 s each, no more than the whole input has."""
    process_bytes: int | None
    """The most that one process had, children counted where they were sampled."""
    growth: Growth | None
    machine: tuple[int, float] | None
    """vCPUs and GiB of a node that advice is for."""
    processes_per_node: int | None
    """0 if not even one fits into memory."""
    limited_by: str
    nodes: int
    duration_s: tuple[float, float, float] | None
    node_hours: tuple[float, float, float] | None


def advise(settings: Settings, outcome: Outcome, items: int, machine: tuple[int, float] | None, nodes: int) -> Advice:
    """`items`: of the whole input; `machine`: cores and GiB of one node of the cluster to come, of which there are `nodes`."""
    done = [one for one in outcome.tries if one.status == "RUN_DONE"]
    per_item = _quartiles([one.run_s / one.items for one in done]) if done else None
    memory = max([*outcome.peak_memory.values(), *(one.memory for one in outcome.tries if one.memory)], default=None)
    growth = memory_growth(outcome.tries)
    size = _size(per_item[1], settings, items) if per_item else None
    processes, limit = _processes(machine, memory, growth, done, settings)
    duration = node_hours = None
    if per_item:
        workers = nodes * (processes or settings.processes)
        init = float(np.median(outcome.init_s)) if outcome.init_s else 0.0
        load = float(np.median(outcome.load_s)) if outcome.load_s else 0.0
        low, middle, high = (load + init + items * seconds / min(workers, items) for seconds in per_item)
        duration = low, middle, high
        node_hours = low * nodes / 3600, middle * nodes / 3600, high * nodes / 3600
    return Advice(per_item, size, memory, growth, machine, processes, limit, nodes, duration, node_hours)


def memory_growth(tries: Sequence[Try]) -> Growth | None:
    """The growth common to all processes, each with a level of its own; None if none ran long enough."""
    series: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for one in tries:
        if one.memory is not None and one.number >= _WARM_UP:
            series[one.node, one.process].append((one.number, one.memory))
    long_ones = [np.array(points, dtype=float) for points in series.values() if len(points) >= _ENOUGH - _WARM_UP]
    if not long_ones:
        return None
    centred = np.concatenate([points - points.mean(axis=0) for points in long_ones])
    x, y = centred[:, 0], centred[:, 1]
    spread = float(x @ x)
    slope = float(x @ y) / spread
    freedom = max(1, len(x) - len(long_ones) - 1)
    error = math.sqrt(float(((y - slope * x) ** 2).sum()) / freedom / spread)
    return Growth(slope, slope - 2 * error, slope + 2 * error, len(x))


def _quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    return float(low), float(middle), float(high)


def _size(per_item: float, settings: Settings, items: int) -> tuple[int, int]:
    """Items for 10 to 60 s; a third of the timeout is the most, for the slow ones among them."""
    low, high = _GOOD_S[0], min(_GOOD_S[1], settings.run_timeout_s / 3)
    per_item = max(per_item, 1e-9)
    most = max(1, min(items, math.floor(min(high, items * per_item + 1) / per_item)))
    return min(most, max(1, math.ceil(min(low, high, items * per_item) / per_item))), most


def _processes(
    machine: tuple[int, float] | None,
    memory: int | None,
    growth: Growth | None,
    done: Sequence[Try],
    settings: Settings,
) -> tuple[int | None, str]:
    """How many fit on a node: by memory, its growth over as many mini-batches counted, and by cores that they keep busy."""
    if machine is None or not done:
        return None, ""
    cores, gib = machine
    wall = sum(one.elapsed_s for one in done)
    busy = min(max(sum(one.cpu_s for one in done) / wall if wall else 1.0, 0.25), float(cores))
    by_cores = max(1, math.floor(cores / busy + _CORE_SHARE))
    if memory is None:
        return by_cores, "cores"
    if growth and growth.certain:
        memory += round(growth.per_mini_batch * max(1, len(done) / (settings.processes * settings.nodes)))
    by_memory = math.floor(gib * _GiB * _MEMORY_SHARE / memory)
    return (by_cores, "cores") if by_cores <= by_memory else (by_memory, "memory")
