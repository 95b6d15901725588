"""Many jobs, each with one planted cause, or with none: what a diagnosis must find first, and what it may say beside it.

The causes are those of the tuning guide and of `formats.md` §13-14. Sizes, nodes, generations and seeds vary from job to job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from treegen.model import circumstances, faults
from treegen.model.plan import Generation, JobPlan

_START = datetime(2024, 3, 4, 1, 0, 0)
_LATER_GENERATIONS = (Generation.V1, Generation.V2, Generation.V3, Generation.V4)


@dataclass(frozen=True)
class Story:
    """A job, and what is to be said of it; ids are those of `diagnosis.finding_id`."""

    cause: str
    """The planted cause; `healthy` for none."""
    plan: JobPlan
    first: frozenset[str]
    """The first finding is one of these; empty for a healthy job: no finding but notes."""
    beside: frozenset[str]
    """Further findings, severe or warnings, that are true of such a job; anything else is false."""


Bend = Callable[[JobPlan, Random], JobPlan]


@dataclass(frozen=True)
class _Kind:
    bend: Bend
    first: str
    beside: str = ""


def _with(*planted: faults.Fault, **changes: object) -> Bend:
    return lambda plan, _: replace(plan, faults=planted, **changes)  # type: ignore[arg-type]


_ERRORS = "ValueError KeyError"
KINDS: dict[str, _Kind] = {
    "healthy": _Kind(lambda plan, _: plan, ""),
    "exceptions": _Kind(_with(faults.Exceptions(share=0.35)), _ERRORS, "many_retries"),
    "exceptions_on_one_node": _Kind(
        _with(faults.Exceptions(share=0.8, node=1), nodes=3),
        f"{_ERRORS} failures_on_one_node",
        "many_retries skewed_nodes slow_node",
    ),
    "bad_inputs": _Kind(
        _with(faults.BadInputs((7, 21)), input_prefix="monday-"), "UnicodeDecodeError bad_inputs", "many_retries"
    ),
    "failed_items": _Kind(_with(faults.FailedItems(share=0.4)), "fewer_results"),
    "timeouts": _Kind(
        _with(faults.Timeouts(share=0.3, recovers=0.4), run_timeout=90),
        "timeouts_many progress_timeout",
        "many_retries long_tail poisoned_mini_batches",
    ),
    "init_fails": _Kind(_with(faults.InitFails()), "FileNotFoundError init_failing", "lost_mini_batches idle_nodes"),
    "init_slow": _Kind(_with(faults.SlowInit(seconds=900.0)), "init_slow"),
    "script_slowing": _Kind(_with(faults.RunRising(factor=4.0), mini_batches=160), "script_slowing", "long_tail"),
    "storage_slowing": _Kind(
        _with(faults.StorageSlowing(extra_seconds=40.0), mini_batches=160), "storage_slowing", "long_tail"
    ),
    "slow_node": _Kind(
        _with(faults.SlowNode(node=0, factor=4.0), nodes=4, mini_batches=160), "slow_node skewed_nodes", "long_tail"
    ),
    "long_tail": _Kind(
        _with(faults.LongTail(share=0.02, factor=20.0), nodes=4, mini_batches=200, run_timeout=3600), "long_tail"
    ),
    "small_mini_batches": _Kind(
        _with(run_seconds=0.05, mini_batches=600, overhead_seconds=0.06),
        "small_mini_batches",
        "cpu_idle slow_scheduling",
    ),
    "cpu_idle": _Kind(_with(faults.CpuShare(share=0.04), mini_batches=120), "cpu_idle"),
    "cpu_oversubscribed": _Kind(_with(faults.CpuShare(share=3.5), processes=4, mini_batches=120), "cpu_oversubscribed"),
    "slow_scheduling": _Kind(
        _with(schedule_seconds=8.0, run_seconds=12.0, nodes=3, mini_batches=120),
        "slow_scheduling idle_workers",
        "too_many_workers cpu_idle idle_workers",
    ),
    "first_task_slow": _Kind(_with(first_task_seconds=1500.0), "first_task_slow"),
    "out_of_memory": _Kind(
        _with(faults.MemoryGrowth(), nodes=2, processes=4, mini_batches=160, run_seconds=30.0, monitor_seconds=60),
        "out_of_memory",
        "many_retries memory_growing poisoned_mini_batches",
    ),
    "disk_filling": _Kind(
        _with(circumstances.DiskFilling(node=0), run_seconds=90.0, monitor_seconds=60), "disk_filling"
    ),
    "idle_node": _Kind(_with(circumstances.GhostNode(node=1), nodes=3, monitor_seconds=60), "idle_nodes"),
    "pre_empted": _Kind(
        _with(circumstances.Preempted(node=1, at_share=0.4), nodes=3, mini_batches=120, monitor_seconds=60),
        "pre_empted_nodes",
        "lost_mini_batches skewed_nodes many_retries",
    ),
    "stalled": _Kind(
        _with(circumstances.Stalled(at_share=0.5, seconds=3600.0), mini_batches=120), "stalled_progress", "idle_workers"
    ),
    "finished_twice": _Kind(_with(faults.FinishedTwice((5, 9)), mini_batches=80), "finished_twice"),
}
"""The kinds of story; the names are the causes."""


def stories(count: int = 200, seed: int = 2026) -> Iterator[Story]:
    """So many stories, all kinds in turn and healthy ones between them; the same seed gives the same jobs."""
    rng = Random(seed)
    causes = [cause for cause in KINDS if cause != "healthy"]
    for number in range(count):
        cause = "healthy" if number % 5 == 4 else causes[(number - number // 5) % len(causes)]
        kind = KINDS[cause]
        plan = JobPlan(
            name=f"{cause.replace('_', '-')}-{number:03}",
            generation=rng.choice(_LATER_GENERATIONS),
            seed=rng.randrange(1 << 30),
            start=_START + timedelta(hours=3 * number),
            nodes=rng.choice((2, 2, 3, 4)),
            processes=rng.choice((2, 2, 3, 4)),
            mini_batches=rng.choice((48, 60, 80, 120)),
            run_seconds=rng.choice((12.0, 15.0, 20.0, 30.0)),
            run_timeout=600,
            monitor_seconds=rng.choice((60, 120, 600)),
            extras=False,
        )
        plan = kind.bend(replace(plan, input_prefix=f"{plan.name}-"), rng)
        yield Story(cause, plan, frozenset(kind.first.split()), frozenset(kind.beside.split()) | _own(kind))


def _own(kind: _Kind) -> frozenset[str]:
    return frozenset(kind.first.split())
