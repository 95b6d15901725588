"""What looks odd in the logs of a healthy job, and is no reason for a finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from simulator import script_errors
from simulator.history import Process
from simulator.world import Fault, Situation, Version, World


def _large_mini_batch(world: World) -> None:
    """One mini-batch in the first half takes long because it has many items."""
    at = world.rng.randrange(len(world.mini_batches) // 2)
    mini_batch = world.mini_batches[at]
    more = tuple(f"{mini_batch.inputs[0]}.part{i}" for i in range(mini_batch.items * 3))
    world.mini_batches[at] = replace(mini_batch, inputs=mini_batch.inputs + more, weight=4.0)


def _handled_traceback(world: World) -> None:
    """The script or its launcher prints a traceback that it caught."""
    world.traits["handled_traceback"] = script_errors.busy_service(world.rng)


def _words(world: World) -> None:
    """Output that speaks of errors and failures, and means something else."""
    world.traits["words"] = True


def _platform_noise(world: World) -> None:
    """Warnings and errors of the platform's own services."""
    world.traits["platform_noise"] = True


def _one_retry(world: World) -> None:
    """One or two mini-batches raise once and are done on the next attempt."""
    chosen = world.rng.sample(range(len(world.mini_batches)), world.rng.randint(1, 2))
    error = script_errors.busy_service(world.rng)
    world.traits["retried_error"] = error
    world.rules.faults.append(
        lambda s: Fault("raise", error, share=0.7) if s.pick == 1 and s.mini_batch.id in chosen else None
    )


def _uneven_start(world: World) -> None:
    """Nodes join one after the other."""
    for node in world.nodes[1:]:
        node.joins_s += world.rng.uniform(10, 90)


def _late_low_priority(world: World) -> None:
    """Low-priority nodes join when a good part of the work is done."""
    work_s = len(world.mini_batches) / world.workers * world.run_s
    for node in world.nodes[max(1, len(world.nodes) // 2) :]:
        node.joins_s = world.rng.uniform(0.25, 0.5) * work_s


def _clocks(world: World) -> None:
    """Clocks of nodes that differ by up to some seconds."""
    for node in world.nodes:
        node.clock_offset_s = world.rng.uniform(-2.0, 2.0)


def _time_zone(world: World) -> None:
    """V0 reports in the local time of a node (formats.md §3)."""
    world.traits["report_zone_hours"] = world.rng.choice((-8, 1, 2, 9))


def _long_init(world: World) -> None:
    """A large model, and much to do with it."""
    work_s = len(world.mini_batches) / world.workers * world.run_s
    world.init_s = min(150.0, max(20.0, work_s * 0.1))


def _children_compute(world: World) -> None:
    """The work is done by child processes: the worker's own CPU stands still, the node is busy."""
    world.cpu_share = 0.03
    world.children_cores = 0.9 * world.nodes[0].cores / world.processes_per_node
    world.monitor_s = 30.0


def _many_threads(world: World) -> None:
    """Workers that use several cores each, of which there are enough."""
    world.cpu_share = world.rng.uniform(1.8, 2.6)
    for node in world.nodes:
        node.cores = world.processes_per_node * 4
    world.monitor_s = 30.0


def _cache(world: World) -> None:
    """A cache that fills in the first mini-batches and then stays."""
    node = world.nodes[0]
    room = (node.memory_mb - node.idle_memory_mb) / world.processes_per_node - world.process_mb - world.working_mb
    each = 0.4 * room / 3

    def kept(s: Situation) -> float:
        return each if len(s.process.attempts) <= 3 else 0.0

    world.rules.kept_mb.append(kept)
    world.monitor_s = 30.0


def _full_but_steady_disk(world: World) -> None:
    """A disk at about 80 %, as it was when the job began."""
    for node in world.nodes:
        node.disk_used_mb = node.disk_total_mb * world.rng.uniform(0.74, 0.8)


def _overviewer_stops(world: World) -> None:
    """The progress file ends long before the job does (formats.md §5)."""
    world.traits["overview_ends"] = world.rng.uniform(0.3, 0.7)


def _failover(world: World) -> None:
    """Another node takes over as master: a second progress file and a second master log."""
    world.traits["failover"] = world.rng.uniform(0.3, 0.7)


def _mixed_sizes(world: World) -> None:
    """Inputs differ in size, so that times spread."""
    world.spread = 0.4


def _gaps_in_samples(world: World) -> None:
    """The monitor skips checks."""
    world.traits["sample_gaps"] = 0.25


def _no_perf(world: World) -> None:
    """Resource tables were not downloaded."""
    world.traits["lost_folders"] = ("logs/perf/", "logs/sys/perf/")


def _no_user_logs(world: World) -> None:
    """Output of the script was not downloaded."""
    world.traits["lost_folders"] = ("logs/user/",)


def _short_pause(world: World) -> None:
    """For a minute or so nobody gets work."""
    begins = 40 + world.rng.uniform(0, 200)
    ends = begins + world.rng.uniform(30, 70)

    def pause(_process: Process, now: float) -> float:
        return ends - now if begins < now < ends else 0.0

    world.rules.holds.append(pause)


def _large_fixed_memory(world: World) -> None:
    """Memory is well used, and steadily."""
    node = world.nodes[0]
    share = world.rng.uniform(0.6, 0.74)
    world.process_mb = (node.memory_mb * share - node.idle_memory_mb) / world.processes_per_node - world.working_mb


ODDITIES: Mapping[str, Callable[[World], None]] = {
    "large mini-batch": _large_mini_batch,
    "handled traceback": _handled_traceback,
    "words of failure in output": _words,
    "noise of the platform": _platform_noise,
    "retried once and fine": _one_retry,
    "uneven node starts": _uneven_start,
    "low-priority nodes join late": _late_low_priority,
    "clocks differ": _clocks,
    "local time in reports": _time_zone,
    "long init()": _long_init,
    "children compute": _children_compute,
    "many threads, many cores": _many_threads,
    "cache fills and stays": _cache,
    "full but steady disk": _full_but_steady_disk,
    "progress file ends early": _overviewer_stops,
    "master failover": _failover,
    "sizes differ": _mixed_sizes,
    "gaps in samples": _gaps_in_samples,
    "no resource tables": _no_perf,
    "no user logs": _no_user_logs,
    "short pause": _short_pause,
    "memory well used": _large_fixed_memory,
}

BESIDE_CAUSES = (
    "words of failure in output",
    "noise of the platform",
    "clocks differ",
    "handled traceback",
    "master failover",
    "local time in reports",
)
"""Oddities that change no figure, and so can stand beside a planted cause."""


EXCLUSIVE = frozenset({"cache fills and stays", "memory well used", "children compute", "many threads, many cores"})
"""Oddities that together would be a cause; a job has one of them at most."""


def applies(name: str, world: World) -> bool:
    """Whether a job can have an oddity."""
    if name in {"uneven node starts", "low-priority nodes join late", "master failover"}:
        return len(world.nodes) > 1
    if name == "local time in reports":
        return world.version == Version.V0
    if name in {"retried once and fine", "no user logs"}:
        return world.version > Version.V0
    return True
