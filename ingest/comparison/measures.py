"""The facts of a job that two jobs are compared by: their names, units, and which way is worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """How a number is told."""

    SECONDS = "s"
    COUNT = "count"
    SHARE = "share"
    """0-1."""
    PERCENT = "percent"
    """0-100."""
    PER_SECOND = "per second"


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that is measured of a job: a column of `job_history`."""

    section: str
    column: str
    title: str
    unit: Unit
    measure: str | None = None
    """The measure of `comparison_rules` that judges it; without one a change is only a change."""


FACTS: Sequence[Measure] = (
    Measure("job", "duration_s", "duration", Unit.SECONDS, "duration_s"),
    Measure("job", "queue_s", "queue time", Unit.SECONDS, "queue_s"),
    Measure("job", "items_per_s", "items per second", Unit.PER_SECOND),
    Measure("work", "scheduled_mini_batches", "mini-batches scheduled", Unit.COUNT),
    Measure("work", "mini_batches", "mini-batches", Unit.COUNT),
    Measure("work", "failed_mini_batches", "mini-batches failed", Unit.COUNT, "failed_mini_batches"),
    Measure("work", "open_mini_batches", "mini-batches open", Unit.COUNT),
    Measure("work", "items", "items", Unit.COUNT),
    Measure("work", "failed_items", "items failed", Unit.COUNT),
    Measure("work", "failure_rate", "share of items failed", Unit.SHARE, "failure_rate"),
    Measure("attempts", "attempts", "attempts", Unit.COUNT),
    Measure("attempts", "retries", "retries", Unit.COUNT, "retries"),
    Measure("attempts", "timeouts", "timeouts", Unit.COUNT, "timeouts"),
    Measure("attempts", "exceptions", "exceptions", Unit.COUNT, "exceptions"),
    Measure("attempts", "poisoned", "ended as poison", Unit.COUNT),
    Measure("times", "p50_run_s", "run() median", Unit.SECONDS, "p50_run_s"),
    Measure("times", "p95_run_s", "run() p95", Unit.SECONDS, "p95_run_s"),
    Measure("times", "p99_run_s", "run() p99", Unit.SECONDS),
    Measure("times", "max_run_s", "run() longest", Unit.SECONDS),
    Measure("times", "p50_elapsed_s", "mini-batch median", Unit.SECONDS, "p50_elapsed_s"),
    Measure("times", "p95_elapsed_s", "mini-batch p95", Unit.SECONDS, "p95_elapsed_s"),
    Measure("times", "p99_elapsed_s", "mini-batch p99", Unit.SECONDS),
    Measure("times", "max_elapsed_s", "mini-batch longest", Unit.SECONDS),
    Measure("times", "overhead_share", "time outside run()", Unit.SHARE, "overhead_share"),
    Measure("nodes", "nodes", "nodes", Unit.COUNT),
    Measure("nodes", "nodes_without_work", "nodes without work", Unit.COUNT),
    Measure("nodes", "processes", "worker processes", Unit.COUNT),
    Measure("nodes", "processes_at_one_time", "worker processes per node", Unit.COUNT),
    Measure("nodes", "restarts", "restarted workers", Unit.COUNT, "restarts"),
    Measure("nodes", "node_s", "node time", Unit.SECONDS, "node_s"),
    Measure("nodes", "busy_node_s", "busy node time", Unit.SECONDS),
    Measure("nodes", "wasted_node_s", "wasted node time", Unit.SECONDS),
    Measure("nodes", "idle_node_s", "idle node time", Unit.SECONDS),
    Measure("nodes", "highest_memory_percent", "highest memory sample", Unit.PERCENT, "highest_memory"),
)

TEXTS = {
    "state": "state",
    "generation": "log format",
    "experiment": "experiment",
    "compute_target": "compute",
    "labels": "labels",
}
"""Columns of text that two jobs are compared by, and their titles; settings come on top."""

NODE_FACTS: Sequence[Measure] = (
    Measure("node", "mini_batches", "mini-batches", Unit.COUNT),
    Measure("node", "failed_items", "items failed", Unit.COUNT),
    Measure("node", "retries", "retries", Unit.COUNT),
    Measure("node", "timeouts", "timeouts", Unit.COUNT),
    Measure("node", "exceptions", "exceptions", Unit.COUNT),
    Measure("node", "busy_worker_s", "time of attempts", Unit.SECONDS),
    Measure("node", "restarts", "restarted workers", Unit.COUNT),
    Measure("node", "highest_memory_percent", "highest memory", Unit.PERCENT),
)
"""Columns of `node_summary`."""
