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
class Fact:
    """A number that is measured of a job: a column of `job_history`."""

    section: str
    column: str
    title: str
    unit: Unit
    measure: str | None = None
    """The measure of `comparison_rules` that judges it; without one a change is only a change."""


FACTS: Sequence[Fact] = (
    Fact("job", "duration_s", "duration", Unit.SECONDS, "duration_s"),
    Fact("job", "queue_s", "wait in the queue", Unit.SECONDS, "queue_s"),
    Fact("job", "items_per_s", "items per second", Unit.PER_SECOND),
    Fact("work", "mini_batches_scheduled", "mini-batches scheduled", Unit.COUNT),
    Fact("work", "mini_batches", "mini-batches", Unit.COUNT),
    Fact("work", "mini_batches_failed", "mini-batches failed", Unit.COUNT, "failed_mini_batches"),
    Fact("work", "mini_batches_open", "mini-batches open", Unit.COUNT),
    Fact("work", "items", "items", Unit.COUNT),
    Fact("work", "failed_items", "items failed", Unit.COUNT),
    Fact("work", "failure_rate", "share of items failed", Unit.SHARE, "failure_rate"),
    Fact("tries", "attempts", "tries", Unit.COUNT),
    Fact("tries", "retries", "retries", Unit.COUNT, "retries"),
    Fact("tries", "timeouts", "timeouts", Unit.COUNT, "timeouts"),
    Fact("tries", "exceptions", "exceptions", Unit.COUNT, "exceptions"),
    Fact("tries", "poisoned", "poisoned", Unit.COUNT),
    Fact("times", "p50_run_s", "run(), median", Unit.SECONDS, "p50_run_s"),
    Fact("times", "p95_run_s", "run(), 95 %", Unit.SECONDS, "p95_run_s"),
    Fact("times", "p99_run_s", "run(), 99 %", Unit.SECONDS),
    Fact("times", "max_run_s", "run(), longest", Unit.SECONDS),
    Fact("times", "p50_elapsed_s", "mini-batch, median", Unit.SECONDS, "p50_elapsed_s"),
    Fact("times", "p95_elapsed_s", "mini-batch, 95 %", Unit.SECONDS, "p95_elapsed_s"),
    Fact("times", "p99_elapsed_s", "mini-batch, 99 %", Unit.SECONDS),
    Fact("times", "max_elapsed_s", "mini-batch, longest", Unit.SECONDS),
    Fact("times", "overhead_share", "time outside run()", Unit.SHARE, "overhead_share"),
    Fact("nodes", "nodes", "nodes", Unit.COUNT),
    Fact("nodes", "nodes_without_work", "nodes without work", Unit.COUNT),
    Fact("nodes", "processes", "worker processes", Unit.COUNT),
    Fact("nodes", "processes_at_one_time", "worker processes of a node", Unit.COUNT),
    Fact("nodes", "restarts", "restarted workers", Unit.COUNT, "restarts"),
    Fact("nodes", "node_s", "node time", Unit.SECONDS, "node_s"),
    Fact("nodes", "busy_node_s", "node time, busy", Unit.SECONDS),
    Fact("nodes", "wasted_node_s", "node time, wasted", Unit.SECONDS),
    Fact("nodes", "idle_node_s", "node time, idle", Unit.SECONDS),
    Fact("nodes", "highest_memory_percent", "highest memory sample", Unit.PERCENT, "highest_memory"),
)

TEXTS = {
    "state": "state",
    "generation": "generation of logs",
    "experiment": "experiment",
    "compute_target": "compute",
    "labels": "labels",
}
"""Columns of text that two jobs are compared by, and their titles; settings come on top."""

NODE_FACTS: Sequence[Fact] = (
    Fact("node", "mini_batches", "mini-batches", Unit.COUNT),
    Fact("node", "failed_items", "items failed", Unit.COUNT),
    Fact("node", "retries", "retries", Unit.COUNT),
    Fact("node", "timeouts", "timeouts", Unit.COUNT),
    Fact("node", "exceptions", "exceptions", Unit.COUNT),
    Fact("node", "busy_s", "time of tries", Unit.SECONDS),
    Fact("node", "restarts", "restarted workers", Unit.COUNT),
    Fact("node", "highest_memory_percent", "highest memory", Unit.PERCENT),
)
"""Columns of `node_summary`."""
