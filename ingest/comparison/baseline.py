"""What is measured of jobs, and of those that they may be compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.store.reader import Store


def measured(store: Store, jobs: Sequence[str]) -> str:
    """The name of a relation with the columns of `job_measures` that has these jobs and those like them.

    It is a temporary table of this connection.
    """
    store.connection.execute(
        "CREATE OR REPLACE TEMP TABLE measured_jobs AS SELECT * FROM history_around($jobs)", {"jobs": list(jobs)}
    )
    return "measured_jobs"
