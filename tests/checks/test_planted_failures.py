"""A fault is planted in each of some generated jobs: the right check finds it, and no other check of failures does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ingest import ingest_jobs, open_store
from treegen import Generation, JobPlan, circumstances, faults, write_job

if TYPE_CHECKING:
    from treegen.model.faults import Fault

CHECKS = {
    *("bad_inputs", "disk_filling", "failures_on_one_node", "fewer_results", "finished_twice", "idle_nodes"),
    *("incomplete_download", "init_failing", "init_slow", "lost_mini_batches", "many_retries", "memory_growing"),
    *("memory_near_limit", "no_worker_logs", "out_of_memory", "poisoned_mini_batches", "pre_empted_nodes"),
    *("timeouts_many", "worker_deaths"),
}
"""The checks of failures, nodes and resources."""


def plan(name: str, *planted: Fault, **changes: object) -> JobPlan:
    """A small job with inputs of its own."""
    usual = JobPlan(
        name=name,
        generation=Generation.V4,
        nodes=3,
        mini_batches=60,
        run_seconds=15.0,
        run_timeout=90,
        monitor_seconds=60,
        input_prefix=f"{name}-",
        extras=False,
        faults=planted,
    )
    return replace(usual, seed=sum(map(ord, name)), **changes)  # type: ignore[arg-type]


V0 = Generation.V0
LEAK = faults.MemoryGrowth(mb_per_second=4.0)
PLANTED: dict[str, tuple[JobPlan, set[str]]] = {
    one.name: (one, set(found.split()))
    for one, found in (
        (plan("leak", LEAK, nodes=2, processes=4, mini_batches=120, run_seconds=30.0), "out_of_memory"),
        (
            plan(
                "near",
                faults.MemoryGrowth(mb_per_second=1.35, limit_percent=300.0),
                nodes=2,
                processes=4,
                mini_batches=240,
                run_seconds=30.0,
            ),
            "memory_near_limit",
        ),
        (
            plan(
                "growing",
                faults.MemoryGrowth(mb_per_second=0.8, limit_percent=300.0),
                nodes=2,
                processes=2,
                mini_batches=120,
                run_seconds=30.0,
            ),
            "memory_growing",
        ),
        (plan("disk", circumstances.DiskFilling(node=1), run_seconds=60.0), "disk_filling"),
        (plan("init", faults.InitFails()), "init_failing"),
        (plan("init-one-node", faults.InitFails(node=1)), "init_failing"),
        (plan("init-v0", faults.InitFails(), generation=V0), "init_failing"),
        (plan("slow-init", faults.SlowInit(seconds=200.0)), "init_slow"),
        (plan("slow-init-v0", faults.SlowInit(seconds=200.0), generation=V0), "init_slow"),
        (plan("ghost", circumstances.GhostNode(node=1)), "idle_nodes"),
        (plan("pre-empted", circumstances.Preempted(node=1), mini_batches=120), "pre_empted_nodes"),
        (plan("one-node", faults.Exceptions(share=0.8, node=1)), "failures_on_one_node"),
        (plan("timeouts-one-node", faults.Timeouts(share=0.8, node=2)), "failures_on_one_node"),
        (plan("timeouts", faults.Timeouts(share=0.25)), "timeouts_many"),
        (plan("retries", faults.Exceptions(share=0.35)), "many_retries"),
        (plan("poison", faults.Poison((7,))), "poisoned_mini_batches"),
        (plan("poison-v0", faults.Poison((7,)), generation=V0), "poisoned_mini_batches"),
        (plan("bad", faults.BadInputs((5, 33))), "bad_inputs"),
        *((plan(f"mon-{n}", faults.BadInputs((9,)), input_prefix="shared-", max_retries=0), "") for n in range(3)),
        (plan("twice", faults.FinishedTwice((5, 9))), "finished_twice"),
        (plan("items", faults.FailedItems(share=0.3)), "fewer_results"),
        (
            plan("threshold", faults.FailedItems(share=0.3), error_threshold=20),
            "fewer_results lost_mini_batches",
        ),
    )
}
"""Per job what is planted, and which checks find it."""

HEALTHY = {
    one.name: one
    for number in range(30)
    for one in (
        plan(
            f"healthy-{number}",
            generation=list(Generation)[number % 5],
            nodes=1 + number % 4,
            processes=1 + number % 3,
            mini_batches=(4, 12, 40, 60, 100, 200)[number % 6],
            run_seconds=(1.0, 8.0, 30.0, 90.0)[number % 4],
            run_timeout=600,
            monitor_seconds=(30, 60, 600)[number % 3],
            start=datetime(2024, 3, 5) + timedelta(hours=number),
        ),
    )
}
HEALTHY["running"] = plan("running", circumstances.StillRunning(at_share=0.5))
"""Jobs without a fault, of every size and generation; one of them runs still."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Per job the checks of failures that found something; all jobs are loaded once."""
    root = tmp_path_factory.mktemp("planted")
    for one in (*HEALTHY.values(), *(one for one, _ in PLANTED.values())):
        write_job(root / "jobs", one)
    ingest_jobs([root / "jobs"], root / "store")
    by_job: dict[str, set[str]] = {}
    with open_store(root / "store") as store:
        for row in store.rows("SELECT job_id, check_id FROM findings"):
            if row["check_id"] in CHECKS:
                by_job.setdefault(row["job_id"], set()).add(row["check_id"])
    return by_job


@pytest.mark.parametrize("job_id", PLANTED)
def test_planted(found: dict[str, set[str]], job_id: str) -> None:
    """The right check finds the fault, and no other does."""
    assert found.get(job_id, set()) == PLANTED[job_id][1]


def test_healthy_jobs(found: dict[str, set[str]]) -> None:
    """Nothing is found in them."""
    assert {job_id: found[job_id] for job_id in HEALTHY if job_id in found} == {}
