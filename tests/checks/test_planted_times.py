"""A fault is planted in each of some generated jobs: the right check of time finds it, and no other one does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingest import ingest_jobs, open_store
from treegen import Generation, JobPlan, circumstances, faults, write_job

if TYPE_CHECKING:
    from treegen.model.faults import Fault

CHECKS = [
    "cpu_idle",
    "cpu_oversubscribed",
    "first_task_slow",
    "idle_workers",
    "long_tail",
    "script_slowing",
    "skewed_nodes",
    "slow_node",
    "slow_scheduling",
    "small_mini_batches",
    "stalled_progress",
    "storage_slowing",
    "too_many_workers",
]
"""The checks of time, ours."""

PLANTED: dict[str, tuple[set[str], dict[str, object], Fault | None]] = {
    "rising": ({"script_slowing"}, {}, faults.RunRising()),
    "storage": ({"storage_slowing"}, {}, faults.StorageSlowing()),
    "cpu-idle": ({"cpu_idle"}, {}, faults.CpuShare(0.05)),
    "cpu-over": ({"cpu_oversubscribed"}, {}, faults.CpuShare(2.0)),
    "slow-node": ({"slow_node"}, {}, faults.SlowNode(1)),
    "long-tail": ({"long_tail"}, {}, faults.LongTail()),
    "small": ({"small_mini_batches"}, {"run_seconds": 0.02, "mini_batches": 400}, None),
    "schedule": ({"slow_scheduling"}, {"schedule_seconds": 6.0}, None),
    "first-task": ({"first_task_slow"}, {"first_task_seconds": 400.0}, None),
    "stalled": ({"stalled_progress"}, {}, circumstances.Stalled(seconds=900.0)),
    "died": ({"stalled_progress"}, {}, circumstances.Stalled()),
    "too-many": ({"too_many_workers"}, {"nodes": 8, "processes": 4, "mini_batches": 24}, None),
    "ghost": (set(), {}, circumstances.GhostNode(1)),
    "pre-empted": (set(), {}, circumstances.Preempted(1)),
    "exceptions": (set(), {}, faults.Exceptions()),
    "running": (set(), {}, circumstances.StillRunning()),
    "four": (set(), {"mini_batches": 4}, faults.LongTail(share=0.25)),
}
"""Per job which checks find something, how its plan differs, and the fault."""

SIZES = ((1, 1, 4), (1, 4, 8), (2, 2, 12), (3, 2, 20), (4, 4, 40), (2, 8, 60), (8, 1, 120), (2, 2, 240))
"""Nodes, processes, and mini-batches of healthy jobs."""


def plans() -> list[JobPlan]:
    """All jobs: those with a fault, and healthy ones of every size and generation."""
    generations = list(Generation)
    found = []
    for number, (name, (_, changes, fault)) in enumerate(PLANTED.items()):
        usual: dict[str, object] = {
            "generation": generations[number % 5],
            "seed": 70 + number,
            "mini_batches": 80,
            "run_timeout": 900,
            "monitor_seconds": 60,
            "faults": (fault,) if fault else (),
        }
        found.append(JobPlan(name=name, extras=False, **(usual | changes)))  # type: ignore[arg-type]
    for number in range(24):
        nodes, processes, mini_batches = SIZES[number % len(SIZES)]
        found.append(
            JobPlan(
                name=f"healthy-{number}",
                generation=generations[number % 5],
                seed=1000 + number,
                nodes=nodes,
                processes=processes,
                mini_batches=mini_batches,
                run_seconds=(5.0, 12.0, 40.0)[number % 3],
                run_spread=(0.15, 0.3)[number % 2],
                run_timeout=600,
                extras=False,
            )
        )
    return found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Per job the checks of time that found something, of one load of all jobs."""
    root = tmp_path_factory.mktemp("planted")
    for plan in plans():
        write_job(root / "jobs", plan)
    ingest_jobs([root / "jobs"], root / "store")
    found: dict[str, set[str]] = {}
    with open_store(root / "store") as store:
        for check in CHECKS:
            for row in store.rows(f"SELECT job_id FROM {check}"):
                found.setdefault(row["job_id"], set()).add(check)
    return found


@pytest.mark.parametrize("name", PLANTED)
def test_planted(told: dict[str, set[str]], name: str) -> None:
    """What was planted is found, and nothing else."""
    assert told.get(name, set()) == PLANTED[name][0]


def test_healthy_jobs(told: dict[str, set[str]]) -> None:
    """Nothing is found in them, whatever their size."""
    assert {name: checks for name, checks in told.items() if name.startswith("healthy")} == {}
