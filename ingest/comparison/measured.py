"""What is measured of jobs: kept in `job_history`, and measured now where that is not up to date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest.store.quoting import literal

if TYPE_CHECKING:
    from ingest.store.reading import Store

_NOT_KEPT = """
    WITH grouped AS (
        SELECT *, comparison_group(job_id, experiment, labels, source) AS comparison_group FROM jobs
    )
    SELECT job_id
    FROM grouped ANTI JOIN job_history USING (job_id, loaded_at)
    WHERE list_contains($jobs, job_id)
        OR comparison_group IN (SELECT comparison_group FROM grouped WHERE list_contains($jobs, job_id))
"""


def measured(store: Store, jobs: Sequence[str]) -> str:
    """The name of a relation with the columns of `job_history` that has these jobs and those like them, up to date.

    That is `job_history` itself if a nightly run has kept it so, else a temporary table of this connection.
    """
    missing = [row["job_id"] for row in store.rows(_NOT_KEPT, {"jobs": list(jobs)})]
    if not missing:
        return "job_history"
    ids = ", ".join(map(literal, missing))  # literals, so that the files of other jobs are not read
    store.sql(
        "CREATE OR REPLACE TEMP TABLE measured_jobs AS"
        f" SELECT * FROM job_history WHERE job_id NOT IN ({ids})"
        f" UNION ALL BY NAME SELECT *, NULL::TIMESTAMP AS measured_at FROM job_measures WHERE job_id IN ({ids})"
    )
    return "measured_jobs"
