"""``logs/sys/metrics/<x>/progress.csv`` of V3 and later (formats.md §9.6): read it by name."""

from __future__ import annotations

from bisect import bisect_right

from treegen.files.clock import iso_time, span
from treegen.files.job import Job
from treegen.files.tree import Row, Tree
from treegen.model.history import Outcome

HEADER = (
    "Datetime",
    "Total Tasks",
    "Scheduled Tasks",
    "Completed Tasks",
    "Failed Tasks",
    "Elapsed Time",
    "Estimated Remaining Time",
)
_STEP_S = 60.0


def write_progress_csv(job: Job, tree: Tree) -> None:
    """A row a minute; ``N/A`` where nothing is known yet."""
    if job.generation.number < 3:
        return
    history = job.history
    finals = history.finals()
    processed = sorted(history.processed_at.values())
    failed = sorted(
        at for i, at in history.processed_at.items() if i in finals and finals[i].outcome is not Outcome.DONE
    )
    rows: list[Row] = []
    at = 5.0
    while at < history.ended_at:
        done = bisect_right(processed, at)
        scheduled = bisect_right(history.scheduled_at, at)
        total: object = job.plan.mini_batches if at > history.scheduling_finished_at else "N/A"
        remaining = span((job.plan.mini_batches - done) * at / done) if done else "N/A"
        bad = bisect_right(failed, at)
        cells = (iso_time(job.at(at)), total, scheduled, done - bad, bad, span(at), remaining)
        rows.append((at, cells))
        at += _STEP_S
    if not history.running:
        bad = len(failed)
        cells = (
            iso_time(job.at(history.ended_at - 0.7)),
            job.plan.mini_batches,
            len(history.scheduled_at),
            len(processed) - bad,
            bad,
            span(history.ended_at),
            span(0),
        )
        rows.append((history.ended_at - 0.7, cells))
    part = f"{job.plan.start:%Y%m%d%H%M%S}"
    tree.table(f"logs/sys/metrics/{part}/progress.csv", HEADER, rows, history.ended_at, sort=False)
