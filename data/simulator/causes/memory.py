"""Causes that have to do with memory and disk."""

from __future__ import annotations

from simulator.causes.cause import SINCE_V1, Cause, Planted, Shape, by_strength, planted
from simulator.script_errors import ScriptError
from simulator.world import Fault, Node, Situation, Strength, World


def _room_mb(world: World) -> float:
    """Memory for each worker beside what it needs from the start."""
    node = world.nodes[0]
    each = world.process_mb + world.working_mb
    return (node.memory_mb - node.idle_memory_mb) / world.processes_per_node - each


def _leak(world: World, strength: Strength) -> Planted:
    each = len(world.mini_batches) / world.workers
    lasts = max(3.0, each * by_strength(strength, 0.3, 0.45, 0.7))
    leaked = _room_mb(world) / lasts
    world.monitor_s = by_strength(strength, 30.0, 60.0, 90.0)
    world.traits["exit_words"] = by_strength(strength, True, True, world.rng.random() < 0.5)
    world.rules.kept_mb.append(lambda situation: leaked * situation.world.rng.uniform(0.8, 1.2))
    return planted("out_of_memory", implied=("memory_growing", "memory_near_limit"))


def _huge_inputs(world: World, strength: Strength) -> Planted:
    chosen = world.rng.sample(range(len(world.mini_batches)), by_strength(strength, 5, 3, 1))
    world.monitor_s = by_strength(strength, 15.0, 30.0, 30.0)
    node = world.nodes[0]

    def needs(situation: Situation) -> float:
        return node.memory_mb * 1.1 if situation.mini_batch.id in chosen else 0.0

    world.nodes[:] = [_fuller(node) for node in world.nodes]
    world.rules.working_mb.append(needs)
    return planted(
        "out_of_memory",
        "poisoned_mini_batches",
        implied=("memory_near_limit", "bad_inputs", "lost_mini_batches", "worker_deaths"),
        true_errors=("oison",),
    )


def _fuller(node: Node) -> Node:
    node.idle_memory_mb = node.memory_mb * 0.35
    return node


def _growing(world: World, strength: Strength) -> Planted:
    each = len(world.mini_batches) / world.workers
    grown = world.nodes[0].memory_mb * by_strength(strength, 0.3, 0.19, 0.12) / world.processes_per_node
    world.monitor_s = by_strength(strength, 20.0, 30.0, 45.0)
    world.rules.kept_mb.append(lambda situation: grown / each * situation.world.rng.uniform(0.9, 1.1))
    return planted("memory_growing", implied=("memory_near_limit",))


def _near_limit(world: World, strength: Strength) -> Planted:
    share = by_strength(strength, 0.955, 0.94, 0.925)
    node = world.nodes[0]
    world.working_mb = node.memory_mb * 0.02 / world.processes_per_node
    busy = node.idle_memory_mb + world.processes_per_node * world.working_mb / 2
    world.process_mb = (node.memory_mb * share - busy) / world.processes_per_node
    world.monitor_s = by_strength(strength, 30.0, 45.0, 60.0)
    return planted("memory_near_limit", "out_of_memory")


def _disk(world: World, strength: Strength) -> Planted:
    node = world.rng.choice(world.nodes)
    end = by_strength(strength, 0.96, 0.93, 0.86)
    seconds = len(world.mini_batches) / world.workers * (world.run_s + world.overhead_s) + world.init_s + 10
    room = node.disk_total_mb * end - node.disk_used_mb
    world.monitor_s = by_strength(strength, 30.0, 60.0, 60.0)

    def filled(at: Node, now: float) -> float:
        return room * min(1.0, now / (seconds * 0.85)) if at is node else 0.0

    world.rules.disk_mb.append(filled)
    if strength is not Strength.CLEAR:
        return planted("disk_filling")
    error = ScriptError("OSError", "[Errno 28] No space left on device", line=66, code="frame.to_parquet(temporary)")

    def full(situation: Situation) -> Fault | None:
        return Fault("raise", error) if situation.process.node is node and situation.now > seconds * 0.85 else None

    world.rules.faults.append(full)
    return planted(
        "disk_filling", true_errors=("No space left",), implied=("failures_on_one_node", "many_retries", "bad_inputs")
    )


MEMORY = (
    Cause("memory leak until killed", _leak, Shape(nodes=(1, 3), processes=(2, 4), per_worker=(14, 24))),
    Cause("inputs too large for memory", _huge_inputs, Shape(nodes=(2, 3), processes=(2, 4)), SINCE_V1),
    Cause("memory growing", _growing, Shape(processes=(1, 2), per_worker=(16, 26), run_s=(25, 50))),
    Cause("memory near its limit", _near_limit, Shape(processes=(2, 4))),
    Cause("disk filling", _disk, Shape(nodes=(2, 4), per_worker=(12, 20)), SINCE_V1),
)
