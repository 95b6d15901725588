"""Causes of slowness: script, storage, CPU, the sizes and numbers of mini-batches."""

from __future__ import annotations

from dataclasses import replace

from simulator.causes.cause import SINCE_V1, Cause, Planted, Shape, by_strength, planted
from simulator.world import Strength, World


def _script_slowing(world: World, strength: Strength) -> Planted:
    rise = by_strength(strength, 2.5, 1.2, 0.65)
    world.rules.run_s.append(lambda s, seconds: seconds * (1 + rise * s.progress))
    return planted("script_slowing")


def _storage_slowing(world: World, strength: Strength) -> Planted:
    rise = world.run_s * by_strength(strength, 1.2, 0.6, 0.35)
    world.rules.overhead_s.append(lambda s, seconds: seconds + rise * s.progress * s.world.rng.uniform(0.8, 1.2))
    return planted("storage_slowing")


def _init_slow(world: World, strength: Strength) -> Planted:
    each = len(world.mini_batches) / world.workers * (world.run_s + world.overhead_s)
    share = by_strength(strength, 0.6, 0.42, 0.3)
    world.init_s = max(90.0, each * share / (1 - share))
    return planted("init_slow")


def _hot_input(world: World, strength: Strength) -> Planted:
    factor = by_strength(strength, 12.0, 8.0, 5.0)
    at = len(world.mini_batches) - 1 - world.rng.randrange(2)
    world.mini_batches[at] = replace(world.mini_batches[at], weight=factor)
    world.run_timeout_s = round(world.run_s * 40)
    return planted("long_tail")


def _small(world: World, strength: Strength) -> Planted:
    world.run_s = by_strength(strength, 0.3, 1.2, 3.0)
    world.overhead_s = world.run_s * by_strength(strength, 0.8, 0.4, 0.2)
    return planted("small_mini_batches", implied=("init_slow", "cpu_idle"))


def _too_many_workers(world: World, strength: Strength) -> Planted:
    count = max(21, round(world.workers * by_strength(strength, 0.35, 0.5, 0.7)))
    del world.mini_batches[count:]
    return planted("too_many_workers", implied=("init_slow", "idle_nodes", "skewed_nodes", "idle_workers"))


def _cpu_idle(world: World, strength: Strength) -> Planted:
    world.cpu_share = by_strength(strength, 0.04, 0.1, 0.19)
    return planted("cpu_idle")


def _oversubscribed(world: World, strength: Strength) -> Planted:
    world.cpu_share = by_strength(strength, 3.0, 2.2, 1.5)
    cores = max(1, round(world.processes_per_node * world.cpu_share * 0.97))
    for node in world.nodes:
        node.cores = cores
    world.monitor_s = by_strength(strength, 30.0, 30.0, 60.0)
    return planted("cpu_oversubscribed")


SPEED = (
    Cause("script slowing down", _script_slowing, Shape(per_worker=(14, 24), least=40)),
    Cause("storage slowing down", _storage_slowing, Shape(per_worker=(14, 24), least=40)),
    Cause("init() slow", _init_slow, Shape(processes=(2, 4))),
    Cause("hot input at the end", _hot_input, Shape(nodes=(2, 4), processes=(2, 4), per_worker=(8, 14), least=40)),
    Cause("mini-batches too small", _small, Shape(processes=(2, 4), per_worker=(20, 30), least=80)),
    Cause(
        "more workers than mini-batches",
        _too_many_workers,
        Shape(nodes=(8, 10), processes=(4, 6), per_worker=(2, 2)),
        SINCE_V1,
    ),
    Cause("workers wait instead of computing", _cpu_idle, Shape(run_s=(14, 40))),
    Cause("workers fight for cores", _oversubscribed, Shape(processes=(2, 4), per_worker=(14, 20))),
)
