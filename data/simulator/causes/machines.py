"""Causes in nodes, queue and cluster."""

from __future__ import annotations

from simulator import script_errors
from simulator.causes.cause import SINCE_V1, Cause, Planted, Shape, by_strength, planted
from simulator.causes.failures import told
from simulator.history import Process
from simulator.world import Fault, Situation, Strength, World


def _expected_s(world: World) -> float:
    """About how long the work takes."""
    each = sum(mini_batch.weight for mini_batch in world.mini_batches) / world.workers
    return each * (world.run_s + world.overhead_s) + world.init_s + world.first_task_s + 10


def _sick_node(world: World, strength: Strength) -> Planted:
    node = world.rng.choice(world.nodes)
    share = by_strength(strength, 0.6, 0.35, 0.2)
    error = script_errors.sick_node(world.rng)

    def fails(s: Situation) -> Fault | None:
        return Fault("raise", error, share=0.5) if s.process.node is node and s.world.rng.random() < share else None

    world.rules.faults.append(fails)
    return planted("failures_on_one_node", true_errors=(told(error),), implied=("many_retries",))


def _slow_node(world: World, strength: Strength) -> Planted:
    world.rng.choice(world.nodes).slowness = by_strength(strength, 3.0, 2.2, 1.75)
    return planted("slow_node", implied=("long_tail",))


def _pre_empted(world: World, strength: Strength) -> Planted:
    node = world.rng.choice(world.nodes[1:])
    share = by_strength(
        strength, world.rng.uniform(0.25, 0.5), world.rng.uniform(0.5, 0.65), world.rng.uniform(0.65, 0.8)
    )
    node.leaves_s = _expected_s(world) * share
    world.monitor_s = by_strength(strength, 30.0, 60.0, 120.0)
    return planted("pre_empted_nodes", implied=("long_tail",))


def _all_lost(world: World, strength: Strength) -> Planted:
    after = _expected_s(world) * by_strength(strength, 0.3, 0.5, 0.75)
    world.run_timeout_s = round(world.run_s * 3)
    for node in world.nodes[1:]:
        node.leaves_s = after * world.rng.uniform(0.9, 1.0)
    world.rules.holds.append(lambda _, now: 100_000.0 if now > after else 0.0)
    return planted(
        "lost_mini_batches",
        "stalled_progress",
        errors=("No progress update",),
        implied=("pre_empted_nodes", "idle_workers"),
        true_errors=("No progress update",),
    )


def _idle_node(world: World, strength: Strength) -> Planted:
    node = world.rng.choice(world.nodes[1:])
    node.takes_work = False
    node.joins_s = (
        _expected_s(world) * len(world.nodes) / (len(world.nodes) - 1) * by_strength(strength, 0.0, 0.15, 0.35)
    )
    return planted("idle_nodes", implied=("pre_empted_nodes",))


def _starved_node(world: World, strength: Strength) -> Planted:
    node = world.rng.choice(world.nodes[1:])
    weight = by_strength(strength, 0.02, 0.05, 0.08)
    world.preferred = lambda process: weight if process.node is node else 1.0
    others = world.workers - world.processes_per_node
    world.schedule_s = (world.run_s + world.overhead_s) / others * by_strength(strength, 1.3, 1.2, 1.1)
    return planted("skewed_nodes", implied=("slow_scheduling", "idle_workers", "first_task_slow"))


def _slow_scheduling(world: World, strength: Strength) -> Planted:
    fed = by_strength(strength, 0.35, 0.6, 0.8)
    world.schedule_s = (world.run_s + world.overhead_s) / world.workers / fed
    return planted("slow_scheduling", implied=("skewed_nodes",))


def _first_task(world: World, strength: Strength) -> Planted:
    world.first_task_s = by_strength(strength, 460.0, 240.0, 110.0)
    return planted("first_task_slow", implied=("init_slow",), true_errors=("First task creation",))


def _stall(world: World, strength: Strength) -> Planted:
    begins = _expected_s(world) * world.rng.uniform(0.3, 0.6)
    ends = begins + by_strength(strength, 1500.0, 900.0, 480.0) + world.run_s * 2
    world.rules.holds.append(lambda _, now: ends - now if begins < now < ends else 0.0)
    return planted("stalled_progress", implied=("idle_workers",))


def _throttled_queue(world: World, strength: Strength) -> Planted:
    share = by_strength(strength, 0.6, 0.3, 0.14)
    random = world.rng.random

    def throttled(process: Process, _now: float) -> float:
        last = process.attempts[-1].ended if process.attempts else None
        fresh = last is not None and _now - last < 1.0
        return share * world.run_s * (0.5 + random()) if fresh else 0.0

    world.rules.holds.append(throttled)
    return planted("idle_workers", implied=("slow_scheduling",))


MACHINES = (
    Cause("node that fails", _sick_node, Shape(nodes=(2, 4), per_worker=(14, 22), least=60), SINCE_V1),
    Cause("slow node", _slow_node, Shape(nodes=(2, 4), per_worker=(14, 22))),
    Cause("node pre-empted", _pre_empted, Shape(nodes=(2, 4), per_worker=(12, 20), run_s=(20, 45))),
    Cause("work lost with its nodes", _all_lost, Shape(nodes=(2, 3), per_worker=(12, 18))),
    Cause("idle node", _idle_node, Shape(nodes=(2, 4), per_worker=(14, 22))),
    Cause("starved node", _starved_node, Shape(nodes=(3, 4), processes=(2, 4), per_worker=(14, 20))),
    Cause("slow scheduling", _slow_scheduling, Shape(per_worker=(14, 20))),
    Cause("first mini-batch late", _first_task),
    Cause("job stands still", _stall, Shape(per_worker=(12, 20))),
    Cause("throttled queue", _throttled_queue, Shape(per_worker=(12, 20))),
)
