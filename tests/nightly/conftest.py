"""A history of jobs made by hand, and the aggregates over it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from ingest.nightly.aggregates import refresh
from tests.views.conftest import Database

FIRST_DAY = date(2024, 3, 1)


class History(Database):
    """Rows of `job_measures` without records, and what a night makes of them. Days are counted from 1."""

    def __init__(self) -> None:
        super().__init__()
        self._measured = count()
        self._given |= {"job_measures", "duration_measures", "input_measures", "pool_measures"}
        self.connection.execute("CREATE SCHEMA ledger")
        self.connection.execute("CREATE TABLE ledger.days (day DATE, digest VARCHAR)")

    def job(self, job_id: str, day: int | None, **more: Any) -> None:
        """A completed job of a day, with 100 items in 60 s on 2 nodes, unless said otherwise; it replaces one of that id."""
        start = datetime(2024, 3, 1) + timedelta(days=(day or 1) - 1)
        row = {
            "job_id": job_id,
            "day": start.date() if day else None,
            "started_at": start if day else None,
            "state": "completed",
            "partial": False,
            "duration_s": 60.0,
            "items": 100,
            "failed_items": 0,
            "node_s": 120.0,
            "busy_node_s": 100.0,
            "error_fingerprints": [],
            "loaded_at": datetime(2024, 6, 1) + timedelta(seconds=next(self._measured)),
        } | more
        self.connection.execute("DELETE FROM parts.job_measures WHERE job_id = ?", [job_id])
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        self.connection.execute(f"INSERT INTO parts.job_measures ({names}) VALUES ({marks})", list(row.values()))

    def durations(self, job_id: str, measure: str, buckets: dict[int, int]) -> None:
        """How many mini-batches of a job took how long."""
        for bucket, mini_batches in buckets.items():
            self.connection.execute(
                "INSERT INTO parts.duration_measures VALUES (?, ?, ?, ?)", [job_id, measure, bucket, mini_batches]
            )

    def refresh(self) -> list[int]:
        """What a night does; the days that were made again."""
        return [(day - FIRST_DAY).days + 1 for day in refresh(self.connection)]

    def day(self, day: int, kind: str = "all", name: str = "all", table: str = "daily_groups") -> dict[str, Any]:
        """The aggregates of a day and group."""
        when = FIRST_DAY + timedelta(days=day - 1)
        return self.one(
            f"SELECT * FROM {table} WHERE day = '{when}' AND group_kind = '{kind}' AND group_name = '{name}'"
        )


@pytest.fixture
def history() -> Iterator[History]:
    """An empty history."""
    made = History()
    yield made
    made.connection.close()
