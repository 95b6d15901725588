"""Many jobs: each cause at each strength in turn, and healthy jobs between them; sizes, versions and noise by chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle
from random import Random

from simulator.causes import CAUSES, Cause, Planted, Shape
from simulator.engine import simulate
from simulator.history import History
from simulator.oddities import BESIDE_CAUSES, EXCLUSIVE, ODDITIES, applies
from simulator.world import MiniBatch, Node, Strength, Version, World

HEALTHY_SHARE = 0.3

_VERSION_WEIGHTS = {Version.V0: 1, Version.V1: 2, Version.V2: 2, Version.V3: 3, Version.V4: 4}
_YEARS = {Version.V0: 2020, Version.V1: 2020, Version.V2: 2021, Version.V3: 2022, Version.V4: 2024}
_FOLDERS = ("input_images", "daily_sales", "scans/2023", "texts", "sensor-data")
_EXTENSIONS = ("png", "csv", "json", "parquet", "wav")


@dataclass(frozen=True)
class Job:
    """A simulated job: what it was, what was planted, what happened."""

    world: World
    history: History
    cause: str | None
    strength: Strength | None
    planted: Planted
    oddities: tuple[str, ...]


def jobs(count: int, seed: int) -> Iterator[Job]:
    """So many jobs; the same ones for the same seed."""
    order = [(cause, strength) for strength in Strength for cause in CAUSES]
    Random(f"order {seed}").shuffle(order)
    causes = cycle(order)
    odd = cycle(ODDITIES)
    for number in range(count):
        rng = Random(f"{seed} {number}")
        if (number * HEALTHY_SHARE) % 1 < HEALTHY_SHARE:
            yield _healthy(f"job-{seed}-{number:04}", rng, next(odd))
        else:
            yield _with_cause(f"job-{seed}-{number:04}", rng, *next(causes))


def one_job(cause: str | None, strength: Strength, seed: int) -> Job:
    """A job with a cause by name, or a healthy one."""
    rng = Random(f"one {seed} {cause} {strength.value}")
    name = f"{(cause or 'healthy').replace(' ', '-').replace('()', '')}-{strength.value}-{seed}"
    if cause is None:
        return _healthy(name, rng, list(ODDITIES)[seed % len(ODDITIES)])
    return _with_cause(name, rng, next(known for known in CAUSES if known.name == cause), strength)


def _healthy(name: str, rng: Random, odd: str) -> Job:
    version = Version.V0 if odd == "local time in reports" else _version(rng, tuple(Version))
    world = _world(name, rng, version, Shape(nodes=(1, 4), per_worker=(6, 18)))
    wanted = [odd, *rng.sample(list(ODDITIES), rng.choice((0, 0, 1)))]
    chosen = tuple(dict.fromkeys(name for name in wanted if applies(name, world)))
    chosen = chosen[:1] if set(chosen) <= EXCLUSIVE else chosen
    for oddity in chosen:
        ODDITIES[oddity](world)
    return Job(world, simulate(world), None, None, Planted(), chosen)


def _with_cause(name: str, rng: Random, cause: Cause, strength: Strength) -> Job:
    world = _world(name, rng, _version(rng, cause.versions), cause.shape)
    wanted = rng.sample(BESIDE_CAUSES, rng.choice((0, 0, 1, 2)))
    oddities = tuple(name for name in wanted if applies(name, world))
    for oddity in oddities:
        ODDITIES[oddity](world)
    planted = cause.plant(world, strength)
    return Job(world, simulate(world), cause.name, strength, planted, oddities)


def _version(rng: Random, among: tuple[Version, ...]) -> Version:
    return rng.choices(among, [_VERSION_WEIGHTS[version] for version in among])[0]


def _world(name: str, rng: Random, version: Version, shape: Shape) -> World:
    processes = rng.randint(*shape.processes)
    nodes = [_node(rng, version, index) for index in range(rng.randint(*shape.nodes))]
    memory, cores = rng.choice((7_000, 14_000, 28_000)) * rng.uniform(0.98, 1.0), max(2, processes)
    for node in nodes:
        node.memory_mb, node.cores = round(memory, 2), cores
        node.idle_memory_mb = memory * rng.uniform(0.1, 0.16)
    count = max(shape.least, len(nodes) * processes * rng.randint(*shape.per_worker))
    run_s = rng.uniform(*shape.run_s)
    start = datetime(_YEARS[version] + rng.choice((0, 0, 0, 1)) * (version >= Version.V3), 8, 1)
    room = memory * 0.85 / processes
    return World(
        name=name,
        version=version,
        start=start
        + timedelta(days=rng.randrange(130), seconds=rng.randrange(86_400), milliseconds=rng.randrange(1000)),
        rng=rng,
        nodes=nodes,
        processes_per_node=processes,
        mini_batches=_mini_batches(rng, count),
        run_s=run_s,
        spread=rng.uniform(0.05, 0.25),
        overhead_s=rng.uniform(0.05, 0.5),
        init_s=rng.uniform(2, 15),
        load_s=rng.uniform(0.5, 3),
        run_timeout_s=round(run_s * rng.uniform(6, 12)),
        max_attempts=rng.choice((3, 3, 4)) if version > Version.V0 else 4,
        first_task_s=rng.uniform(0.5, 8),
        schedule_s=rng.uniform(0.005, 0.05),
        cpu_share=rng.uniform(0.6, 0.95),
        process_mb=room * rng.uniform(0.08, 0.2),
        working_mb=room * rng.uniform(0.05, 0.2),
        monitor_s=rng.choice((30.0, 60.0, 60.0, 120.0))
        if version < Version.V3
        else rng.choice((60.0, 120.0, 300.0, 600.0)),
        input_folder=rng.choice(_FOLDERS),
        traits={"wording": rng.randrange(6), "exit_words": rng.random() < 0.8},
    )


def _node(rng: Random, version: Version, index: int) -> Node:
    ip = f"10.0.0.{4 + index}"
    low_priority = rng.choice("ddp")
    host = f"tvmps_{rng.getrandbits(256):064x}_{low_priority}"
    key = ip if version <= Version.V2 else str(index)
    return Node(index, key, ip, host, 4, 14_000, clock_offset_s=rng.uniform(-0.3, 0.3))


def _mini_batches(rng: Random, count: int) -> list[MiniBatch]:
    size, extension = rng.choice((1, 2, 5, 10, 20)), rng.choice(_EXTENSIONS)
    names = (f"{number:07}.{extension}" for number in range(count * size))
    return [MiniBatch(index, tuple(next(names) for _ in range(size))) for index in range(count)]
