"""The sample jobs of ``data/jobs/``: small, one story each, in old and new layouts."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

from treegen.files.tree import job_folder
from treegen.model.circumstances import (
    GhostNode,
    MasterFailover,
    RepeatedHeaders,
    SamplingGap,
    StillRunning,
)
from treegen.model.faults import (
    BadInputs,
    Exceptions,
    FailedItems,
    FinishedTwice,
    InitFails,
    MemoryGrowth,
    Poison,
    Timeouts,
)
from treegen.model.plan import Generation, JobPlan, Layout
from treegen.writing import write_job

CLEAN = JobPlan(
    name="clean-v4",
    layout=Layout.DOWNLOAD,
    seed=41,
    start=datetime(2024, 3, 5, 2, 0, 0),
    nodes=3,
    processes=2,
    mini_batches=60,
    run_seconds=150.0,
    run_timeout=600,
)
EXCEPTIONS = JobPlan(
    name="exceptions-one-node",
    generation=Generation.V3,
    seed=42,
    start=datetime(2022, 6, 14, 1, 30, 0),
    nodes=3,
    processes=2,
    mini_batches=60,
    run_seconds=25.0,
    monitor_seconds=120,
    faults=(Exceptions(node=1, share=0.8),),
)
TIMEOUTS = JobPlan(
    name="timeouts-retries",
    generation=Generation.V2,
    seed=343,
    start=datetime(2021, 4, 15, 22, 3, 32),
    nodes=3,
    processes=2,
    mini_batches=48,
    run_seconds=22.0,
    run_timeout=60,
    monitor_seconds=120,
    faults=(Timeouts(share=0.25, recovers=0.5), FailedItems(share=0.08)),
)
MEMORY = JobPlan(
    name="memory-growth",
    generation=Generation.V3,
    seed=44,
    start=datetime(2022, 9, 20, 3, 0, 0),
    nodes=2,
    processes=4,
    mini_batches=120,
    run_seconds=40.0,
    run_timeout=300,
    monitor_seconds=60,
    faults=(MemoryGrowth(), SamplingGap(node=1, from_share=0.45, to_share=0.75)),
)
INIT_FAILURE = JobPlan(
    name="init-failure-42",
    seed=45,
    start=datetime(2024, 8, 7, 15, 4, 30),
    nodes=3,
    processes=2,
    mini_batches=40,
    init_seconds=20.0,
    monitor_seconds=10,
    faults=(InitFails(), GhostNode(node=2)),
)
RUNNING = JobPlan(
    name="still-running",
    generation=Generation.V3,
    seed=46,
    start=datetime(2022, 11, 3, 9, 15, 0),
    nodes=2,
    processes=3,
    mini_batches=80,
    run_seconds=30.0,
    monitor_seconds=60,
    faults=(Exceptions(share=0.12), StillRunning(at_share=0.55)),
)
ERA_2020 = JobPlan(
    name="era-2020-05",
    generation=Generation.V0,
    seed=47,
    start=datetime(2020, 5, 6, 5, 50, 48),
    nodes=2,
    processes=2,
    mini_batches=48,
    run_seconds=18.0,
    run_timeout=45,
    error_threshold=29,
    monitor_seconds=30,
    faults=(
        Poison((7,)),
        Timeouts(share=0.1, recovers=1.0),
        FinishedTwice((11,)),
        BadInputs((15, 39)),
        RepeatedHeaders(),
    ),
)
BLOB = JobPlan(
    name="3f9d1c52-7f0e-4a5e-9c55-2b8d0c6ab501",
    generation=Generation.V1,
    layout=Layout.BLOB,
    seed=348,
    start=datetime(2020, 10, 19, 23, 56, 0),
    nodes=3,
    processes=2,
    mini_batches=60,
    run_seconds=48.0,
    run_timeout=120,
    monitor_seconds=60,
    faults=(Exceptions(share=0.05), MasterFailover(at_share=0.7)),
)
SAMPLES = (CLEAN, EXCEPTIONS, TIMEOUTS, MEMORY, INIT_FAILURE, RUNNING, ERA_2020, BLOB)


def write_samples(root: Path) -> Path:
    """Write all sample trees below ``root`` anew, and ``expected.json`` beside it.

    Only the samples' own folders are replaced. Returns the path of ``expected.json``.
    """
    expected = {}
    for plan in SAMPLES:
        shutil.rmtree(job_folder(root, plan), ignore_errors=True)
        expected[plan.job_id] = write_job(root, plan).as_json()
    target = root.parent / "expected.json"
    target.write_text(json.dumps(expected, indent=2) + "\n", encoding="utf-8")
    return target
