"""Which checks are right of a job besides the planted cause: what can be seen in what happened, by the meaning of each check.

The bounds here are a little wider than those that a check needs, so that what is called false is false.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from statistics import median

from simulator.history import Attempt, History
from simulator.world import World
from simulator.writers.resources import kept_samples

_Test = Callable[[World, History], bool]


def true_checks(world: World, history: History, missing: list[str]) -> frozenset[str]:
    """Ids of the checks that say something right of this job, planted or not."""
    right = {"incomplete_download"} if "cut_files" in world.traits else set()
    if any(path.startswith("logs/sys/") and "lost_folders" in world.traits for path in missing):
        right.add("no_worker_logs")
    if history.attempts:
        right |= {check for check, test in _TESTS.items() if test(world, history)}
    return frozenset(right)


def _ended(history: History) -> list[Attempt]:
    return [attempt for attempt in history.attempts if attempt.outcome != "open" and not attempt.lost]


def _by_mini_batch(history: History) -> Mapping[int, list[Attempt]]:
    tries: dict[int, list[Attempt]] = {}
    for attempt in _ended(history):
        tries.setdefault(attempt.mini_batch.id, []).append(attempt)
    return tries


def _finished_twice(_: World, history: History) -> bool:
    done = Counter(attempt.mini_batch.id for attempt in _ended(history) if attempt.outcome == "done")
    return max(done.values(), default=0) > 1


def _lost(world: World, history: History) -> bool:
    return not history.completed and len(history.resolved) < len(world.mini_batches)


def _fewer(_: World, history: History) -> bool:
    return any(a.outcome == "done" and a.failed and a.error is None for a in history.final().values())


def _timeouts(_: World, history: History) -> bool:
    return len({a.mini_batch.id for a in _ended(history) if a.outcome == "timeout"}) >= 3


def _poisoned(_: World, history: History) -> bool:
    tries = _by_mini_batch(history).values()
    hung = any(len(group) > 1 and all(a.outcome == "timeout" for a in group) for group in tries)
    return hung or any(a.outcome == "poisoned" for a in _ended(history))


def _bad_inputs(_: World, history: History) -> bool:
    return any(
        len(group) > 1 and all(a.error and a.error == group[0].error for a in group)
        for group in _by_mini_batch(history).values()
    )


def _retries(_: World, history: History) -> bool:
    tries = _by_mini_batch(history).values()
    again = [group for group in tries if any(a.outcome == "exception" for a in group) and group[-1].outcome == "done"]
    wasted = sum(a.elapsed_s for group in again for a in group if a.outcome == "exception")
    return len(again) >= 5 and wasted >= 0.025 * sum(a.elapsed_s for a in _ended(history))


def _crashes(_: World, history: History) -> bool:
    return any(process.ended_by == "signal" and process.exit_code != -9 for process in history.processes)


def _init_fails(_: World, history: History) -> bool:
    return sum(process.init_error is not None for process in history.processes) >= 2


def _init_slow(_: World, history: History) -> bool:
    first = [process for process in history.processes if process.replaces is None and process.init_ended is not None]
    times = [(process.init_ended or 0) - process.started for process in first]
    lives = [(process.ended or history.ended) - process.started for process in first]
    return len(times) > 1 and median(times) >= 55 and sum(times) >= 0.17 * sum(lives)


def _first_task(world: World, history: History) -> bool:
    return world.first_task_s >= 55 and world.first_task_s >= 0.045 * history.ended


def _small(_: World, history: History) -> bool:
    done = [a for a in _ended(history) if a.outcome == "done"]
    return (
        bool(done)
        and median(a.elapsed_s for a in done) < 10.5
        and median(a.overhead_s / a.elapsed_s for a in done) > 0.045
    )


def _unfed(_: World, history: History) -> bool:
    idle = sum(not process.attempts for process in history.processes)
    return idle >= 0.18 * len(history.processes)


def _cpu_idle(world: World, history: History) -> bool:
    if world.children_cores:
        return False
    done = [a for a in _ended(history) if a.outcome == "done"]
    return bool(done) and sum(a.cpu_s for a in done) < 0.27 * sum(a.elapsed_s for a in done)


def _memory(world: World, history: History) -> bool:
    return max((sample.memory_percent for sample in kept_samples(world, history)), default=0) >= 89


def _disk(world: World, history: History) -> bool:
    samples = kept_samples(world, history)
    return any(
        sample.disk_used_mb >= 0.93 * 0.949 * sample.node.disk_total_mb
        or (
            sample.disk_used_mb >= 0.83 * 0.949 * sample.node.disk_total_mb
            and sample.disk_used_mb > sample.node.disk_used_mb + 0.09 * sample.node.disk_total_mb
        )
        for sample in samples
    )


def _slow_node(world: World, _: History) -> bool:
    return len({node.slowness for node in world.nodes}) > 1


def _pre_empted(world: World, history: History) -> bool:
    return any(node.leaves_s is not None and node.leaves_s < history.ended for node in world.nodes)


def _idle_nodes(world: World, history: History) -> bool:
    busy = {attempt.process.node.index for attempt in history.attempts}
    return any(node.index not in busy and node.joins_s < history.ended for node in world.nodes)


def _stalled(world: World, history: History) -> bool:
    """No attempt under way for minutes although mini-batches had no result."""
    edge = history.scheduling_started + world.first_task_s + world.init_s
    for attempt in sorted(history.attempts, key=lambda attempt: attempt.started):
        if attempt.started - edge > 240:
            return True
        edge = max(edge, attempt.ended or history.ended)
    return history.reason == "no progress"


def _long_tail(_: World, history: History) -> bool:
    """Workers idle at the end for a twentieth of all worker time, held by an attempt of a few times the usual."""
    ended = sorted(_ended(history), key=lambda a: a.ended)
    if len(ended) < 20:
        return False
    usual = median(a.elapsed_s for a in ended)
    tail = ended[max(1, int(len(ended) * 0.98)) - 1].ended
    end = ended[-1].ended
    workers = {id(a.process) for a in ended}
    idle = sum(min(end - tail, end - max(a.ended for a in ended if id(a.process) == worker)) for worker in workers)
    held = any(a.ended > tail and a.elapsed_s >= 2.5 * usual for a in ended)
    return held and idle >= 0.045 * len(workers) * (end - ended[0].started)


_TESTS: Mapping[str, _Test] = {
    "finished_twice": _finished_twice,
    "lost_mini_batches": _lost,
    "fewer_results": _fewer,
    "timeouts_many": _timeouts,
    "poisoned_mini_batches": _poisoned,
    "bad_inputs": _bad_inputs,
    "many_retries": _retries,
    "worker_deaths": _crashes,
    "init_failing": _init_fails,
    "init_slow": _init_slow,
    "first_task_slow": _first_task,
    "small_mini_batches": _small,
    "too_many_workers": _unfed,
    "cpu_idle": _cpu_idle,
    "memory_near_limit": _memory,
    "disk_filling": _disk,
    "slow_node": _slow_node,
    "pre_empted_nodes": _pre_empted,
    "idle_nodes": _idle_nodes,
    "stalled_progress": _stalled,
    "long_tail": _long_tail,
}
