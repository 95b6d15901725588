"""Nodes, workers and the scheduling of mini-batches. §13."""

from __future__ import annotations

from ingest import KnownProblem
from ingest_azureml.known_problems.references import DRIVER, PARALLEL_JOBS, notebooks

CLUSTER = (
    KnownProblem(
        id="preempted",
        pattern=r"PreemptionError|\bpre-?empt(?:ed|ion)\b",
        cause="The cluster lost a low-priority node.",
        fix="Use dedicated nodes, or submit the job again.",
        reference=notebooks(1242),
        confidence="medium",
    ),
    KnownProblem(
        id="first_task_slow",
        pattern=r"First task creation is taking longer than|Unable to create any task within [\d.]+ seconds",
        cause="An input is one folder with very many files: listing a million files takes about five minutes.",
        fix="Split the input into folders, or raise `first_task_creation_timeout`.",
        reference=PARALLEL_JOBS,
    ),
    KnownProblem(
        id="slow_scheduling",
        pattern=r"Wait [\d.]+ seconds to get a task",
        cause="Workers finish mini-batches faster than new ones are scheduled.",
        fix="Use larger mini-batches, or fewer nodes.",
        reference=f"{DRIVER} §7",
    ),
    KnownProblem(
        id="poisoned",
        pattern=r"Found poison message|\bpoison(?:ed)? (?:message|mini.?batch|task)",
        cause="A mini-batch ended its worker repeatedly, often because memory ran out, and was abandoned.",
        fix="Check the files of that mini-batch, and the memory of its node.",
        reference=f"{DRIVER} §7",
    ),
    KnownProblem(
        id="some_pending",
        pattern=r"There are \d+ pending tasks which can be found",
        cause="The job ended while mini-batches were still waiting.",
        fix="Read the list of pending mini-batches in `logs/sys/report/`.",
        reference=f"{DRIVER} §9",
    ),
)
