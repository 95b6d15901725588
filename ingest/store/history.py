"""The history of jobs: what `job_measures` said of each, kept in the catalog when their records are dropped."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ingest.store.quoting import is_one_of

if TYPE_CHECKING:
    import duckdb

_JOBS_AT_ONCE = 1_000
"""So that the memory of measuring does not grow with the store."""


def refresh_history(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Measures the jobs whose records changed since they were measured last; gives their ids.

    For the connection of a draft, after `jobs` was refreshed and before any records are dropped: a job that is not
    loaded anew keeps what was measured while its records were there.
    """
    changed = [job_id for (job_id,) in connection.execute(_CHANGED).fetchall()]
    now = datetime.now(UTC).replace(tzinfo=None)
    for first in range(0, len(changed), _JOBS_AT_ONCE):
        these = is_one_of("job_id", changed[first : first + _JOBS_AT_ONCE])
        for table, view in _PARTS.items():
            connection.execute(f"DELETE FROM {table} WHERE {these}")
            connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM {view} WHERE {these} ORDER BY job_id")
        connection.execute(f"DELETE FROM job_history WHERE {these}")
        connection.execute(
            "INSERT INTO job_history BY NAME"
            f" SELECT *, ?::TIMESTAMP AS measured_at FROM job_measures WHERE {these}"
            " ORDER BY started_at, job_id",
            [now],
        )
    return changed


_PARTS = {
    "duration_history": "duration_measures",
    "input_history": "input_measures",
    "pool_history": "pool_measures",
}
"""What is kept of a job in several rows, and the view that measures it."""

_CHANGED = "SELECT job_id FROM jobs ANTI JOIN job_history USING (job_id, loaded_at) ORDER BY job_id"
