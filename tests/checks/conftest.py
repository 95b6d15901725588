"""Checks without a store: the database of hand-made rows of the tests of views, and rows of work put in by the dozen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.views.conftest import db as db

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.views.conftest import Database


def clock(seconds: float) -> str:
    """So many seconds after 10:00, as a time of the day."""
    return f"{10 + int(seconds // 3600)}:{int(seconds // 60) % 60:02}:{seconds % 60:06.3f}"


def work(db: Database, job: str, seconds: Sequence[float], start: float = 0, gap: float = 0, **more: Any) -> float:
    """One worker's done mini-batches, one after the other, each of so many seconds; when the last one ends."""
    number = db.inserted["attempt_reports", job]
    for elapsed in seconds:
        row = {"job_id": job, "elapsed_s": elapsed, "run_s": elapsed - 0.1} | more
        for name, value in row.items():
            row[name] = value(elapsed) if callable(value) else value
        db.attempt(number, "done", clock(start), **row)
        number, start = number + 1, start + elapsed + gap
    return start - gap


def job(db: Database, name: str, state: str = "completed", end: float = 3600.0) -> None:
    """A job from 10:00 on, whose last record is so many seconds later."""
    last = clock(end)
    db.insert("jobs", {"job_id": name, "state": state, "started_at": "10:00:00", "last_record_at": last})


def found(db: Database, check: str) -> dict[str, tuple[str, str]]:
    """Per job the severity of a check, and its headline, evidence and impact."""
    rows = db.dicts(f"SELECT * FROM {check}")
    parts = ("headline", "evidence", "impact")
    return {row["job_id"]: (row["severity"], " | ".join(filter(None, map(row.get, parts)))) for row in rows}
