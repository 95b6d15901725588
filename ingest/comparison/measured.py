"""What is measured of jobs: kept in `job_history`, and measured now where that is not up to date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest.store.quoting import is_one_of

if TYPE_CHECKING:
    from ingest.store.reading import Store

_NEEDED = """
    WITH known AS (
        SELECT job_id, started_at, experiment, labels, source, loaded_at FROM jobs
        UNION ALL
        SELECT job_id, started_at, experiment, labels, source, loaded_at FROM job_history ANTI JOIN jobs USING (job_id)
    ),
    grouped AS (
        SELECT job_id, started_at, loaded_at, comparison_group(job_id, experiment, labels, source) AS comparison_group
        FROM known
    ),
    wanted AS (
        SELECT comparison_group, min(started_at) AS first_at, max(started_at) AS last_at
        FROM grouped
        WHERE list_contains($jobs, job_id)
        GROUP BY comparison_group
    ),
    near AS (
        SELECT job_id
        FROM grouped JOIN wanted USING (comparison_group)
        WHERE started_at <= last_at
        QUALIFY started_at >= first_at OR row_number() OVER (
            PARTITION BY comparison_group, started_at >= first_at ORDER BY started_at DESC, job_id DESC
        ) <= 100
    )
    SELECT g.job_id, h.job_id IS NOT NULL AS is_kept
    FROM grouped AS g LEFT JOIN job_history AS h ON h.job_id = g.job_id AND h.loaded_at = g.loaded_at
    WHERE list_contains($jobs, g.job_id) OR g.job_id IN (SELECT job_id FROM near)
"""
"""The jobs asked for, and of those that they may be compared with as many as `comparable_jobs_in` looks at."""


def measured(store: Store, jobs: Sequence[str]) -> str:
    """The name of a relation with the columns of `job_history` that has these jobs and those like them, up to date.

    It is a temporary table of this connection: what a nightly run has kept, and the rest as measured now.
    """
    needed = store.rows(_NEEDED, {"jobs": list(jobs)})
    kept = is_one_of("job_id", (row["job_id"] for row in needed if row["is_kept"]))
    others = is_one_of("job_id", (row["job_id"] for row in needed if not row["is_kept"]))
    store.sql(
        f"CREATE OR REPLACE TEMP TABLE measured_jobs AS SELECT * FROM job_history WHERE {kept}"
        f" UNION ALL BY NAME SELECT *, NULL::TIMESTAMP AS measured_at FROM job_measures WHERE {others}"
    )
    return "measured_jobs"
