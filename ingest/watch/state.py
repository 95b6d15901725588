"""What a store says of jobs that run: progress, nodes, errors, findings. Only what was derived is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ingest.known_problems import first_step
from ingest.watch.estimate import Estimate, estimate

if TYPE_CHECKING:
    from ingest.store.reader import Store

_MINUTES = 15
_MINUTE = timedelta(minutes=1)
_ERRORS = 5
_SILENT_S = 300
"""A node that left nothing for so long, while others did, is told as silent."""

_GOING_ON = ("running", "stalled")


@dataclass(frozen=True, slots=True)
class NodeState:
    """A node of a job."""

    node: str
    state: str
    """`working`, `idle`, or `silent` with nothing in its logs for five minutes before the job's last record."""
    mini_batches: int
    failed: int
    retries: int
    memory_percent: float | None
    """The last sample, not the highest."""
    last_record_at: datetime | None


@dataclass(frozen=True, slots=True)
class ErrorState:
    """An error that a job reported."""

    time: datetime | None
    text: str
    occurrences: int
    fix: str | None


@dataclass(frozen=True, slots=True)
class FindingState:
    """Something that a check found."""

    severity: str
    headline: str
    fix: str | None


@dataclass(frozen=True, slots=True)
class JobState:
    """A job at one moment."""

    job_id: str
    state: str
    state_reason: str | None
    started_at: datetime | None
    last_record_at: datetime | None
    duration_s: float | None
    scheduled: int | None
    done: int
    failed: int
    items: int
    failed_items: int
    retries: int
    per_minute: Sequence[int]
    """Mini-batches finished in each of the last whole minutes, the latest last."""
    left: Estimate | None
    nodes: Sequence[NodeState]
    errors: Sequence[ErrorState]
    """The latest first."""
    findings: Sequence[FindingState]
    """The most severe first."""
    is_over: bool
    """It ended, or nobody has written to its logs for a day."""


def read_states(store: Store, job_ids: Sequence[str]) -> list[JobState]:
    """The state of each job, in this order."""
    return [state for job_id in job_ids if (state := _state(store, job_id)) is not None]


_JOB = """
    SELECT s.*, j.last_record_at, (SELECT max(processed) FROM progress p WHERE p.job_id = $job) AS processed,
        coalesce(j.last_record_at, (SELECT max(modified_at) FROM files f WHERE f.job_id = $job))
            < timezone('UTC', now()) - to_seconds(threshold('silent_after_s')) AS is_old
    FROM job_summary s JOIN jobs j USING (job_id) WHERE s.job_id = $job
"""
_MINUTES_OF = """
    SELECT mini_batches FROM throughput_per_minute
    WHERE job_id = $job AND scope = 'job' AND caveat IS NULL ORDER BY minute DESC LIMIT $minutes
"""
_PROCESSED = """
    SELECT date_trunc('minute', time) AS minute, max(processed) AS processed FROM progress
    WHERE job_id = $job AND processed IS NOT NULL AND time IS NOT NULL GROUP BY minute ORDER BY minute
"""
_NODES = """
    WITH samples AS (
        SELECT node, arg_max(memory_used_percent, time) AS memory FROM node_samples WHERE job_id = $job GROUP BY node
    )
    SELECT n.*, s.memory, n.last_record_at < $latest::TIMESTAMP - to_seconds($silent) AS is_silent
    FROM node_summary n LEFT JOIN samples s USING (node) WHERE n.job_id = $job ORDER BY n.node
"""
_ERRORS_OF = """
    SELECT last_at, coalesce(exception_type || ': ' || exception_message, text) AS text, occurrences, fix
    FROM job_errors WHERE job_id = $job AND retells IS NULL AND NOT coalesce(symptom, false)
    ORDER BY last_at DESC NULLS LAST, place LIMIT $errors
"""
_FINDINGS = """
    SELECT severity, headline, fix FROM findings WHERE job_id = $job
    ORDER BY array_position(['severe', 'warning', 'note'], severity), lost_s DESC NULLS LAST, check_id
"""


def _state(store: Store, job_id: str) -> JobState | None:
    rows = store.rows(_JOB, {"job": job_id})
    if not rows:
        return None
    job = rows[0]
    minutes = [row["mini_batches"] for row in store.rows(_MINUTES_OF, {"job": job_id, "minutes": _MINUTES})][::-1]
    scheduled, known = job["scheduled_mini_batches"], job["mini_batches"] or 0
    done = max(known - (job["open_mini_batches"] or 0), job["processed"] or 0)
    if not known:  # the table of mini-batches comes late; the driver counts from the start
        minutes = _finished(store.rows(_PROCESSED, {"job": job_id}))
    latest = job["last_record_at"]
    is_over = job["state"] not in _GOING_ON and (job["state"] != "unknown" or bool(job["is_old"]))
    left = estimate(scheduled - done, minutes) if scheduled is not None and scheduled > done and not is_over else None
    nodes = store.rows(_NODES, {"job": job_id, "latest": latest, "silent": _SILENT_S})
    errors = store.rows(_ERRORS_OF, {"job": job_id, "errors": _ERRORS})
    findings = store.rows(_FINDINGS, {"job": job_id})
    return JobState(
        job_id=job_id,
        state=job["state"],
        state_reason=job["state_reason"],
        started_at=job["started_at"],
        last_record_at=latest,
        duration_s=job["duration_s"],
        scheduled=scheduled,
        done=done,
        failed=job["failed_mini_batches"] or 0,
        items=job["items"] or 0,
        failed_items=job["failed_items"] or 0,
        retries=job["retries"] or 0,
        per_minute=minutes,
        left=left,
        nodes=[_node(row, is_over=is_over) for row in nodes],
        errors=[
            ErrorState(row["last_at"], row["text"] or "", row["occurrences"] or 1, _step(row["fix"])) for row in errors
        ],
        findings=[FindingState(row["severity"], row["headline"], _step(row["fix"])) for row in findings],
        is_over=is_over,
    )


def _finished(counts: Sequence[dict[str, Any]]) -> list[int]:
    """How many were finished in each of the last whole minutes, from the driver's count at the end of some of them."""
    if len(counts) < 2:
        return []
    at = {row["minute"]: row["processed"] for row in counts}
    minute, last = max(counts[0]["minute"], counts[-1]["minute"] - _MINUTES * _MINUTE), counts[-1]["minute"]
    before = max((count for when, count in at.items() if when <= minute), default=0)
    finished = []
    while (minute := minute + _MINUTE) < last:  # the last minute is no whole one
        finished.append(max(at.get(minute, before) - before, 0))
        before = max(before, at.get(minute, before))
    return finished


def _node(row: dict[str, Any], *, is_over: bool) -> NodeState:
    working = "working" if row["open_mini_batches"] or row["mini_batches"] else "idle"
    state = "ended" if is_over else "silent" if row["is_silent"] else working
    return NodeState(
        row["node"],
        state,
        row["mini_batches"] or 0,
        row["failed_mini_batches"] or 0,
        row["retries"] or 0,
        row["memory"],
        row["last_record_at"],
    )


def _step(fix: str | None) -> str | None:
    return first_step(fix) if fix else None
