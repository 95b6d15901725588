"""Forgetting jobs: their records, files and ledger rows go; what was measured of them stays, unless that shall go too.

A job that is forgotten for good leaves a row in `forgotten_jobs`, so that a load does not read it again while its logs
are as they were. One that is merely forgotten comes back with the next load of its folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ingest.store.history import refresh_history
from ingest.store.quoting import is_one_of
from ingest.store.slice_ledger import drop_empty_slices

if TYPE_CHECKING:
    import duckdb

    from ingest.store.maintenance import Maintenance
    from ingest.store.reading import Store

LAST_SIGN = "coalesce(last_record_at, (SELECT max(modified_at) FROM files f WHERE f.job_id = jobs.job_id), loaded_at)"
"""How old a job is: its last record, else the latest time of its files, else when it was loaded."""


def older_than(store: Store, days: float) -> list[str]:
    """The jobs whose last record is older than some days, by id."""
    rows = store.rows(
        f"SELECT job_id FROM jobs WHERE {LAST_SIGN} < ?::TIMESTAMP - to_seconds(?::DOUBLE * 86400) ORDER BY job_id",
        [datetime.now(UTC).replace(tzinfo=None), days],
    )
    return [row["job_id"] for row in rows]


def forget(
    store: Maintenance, job_ids: Sequence[str], *, for_good: str | None = None, also_history: bool = False
) -> None:
    """Drops jobs in one commit, or two if they are still to be measured; ids that are not there are passed over.

    `for_good`: they are not read again, and this is why.
    """
    if not job_ids:
        return
    these = is_one_of("job_id", job_ids)

    def drop(connection: duckdb.DuckDBPyConnection) -> None:
        if for_good is not None:
            now = datetime.now(UTC).replace(tzinfo=None)
            connection.execute(f"DELETE FROM forgotten_jobs WHERE {these}")
            connection.execute(_REMEMBER.format(these=these), [now, for_good])
        if also_history:
            for table in _histories(connection):
                connection.execute(f'DELETE FROM "{table}" WHERE {these}')
        connection.execute(
            f"INSERT INTO ledger.dead_files SELECT file_id, slice, false FROM files WHERE {these} AND slice IS NOT NULL"
        )
        for table in ("files", "jobs"):
            connection.execute(f"DELETE FROM {table} WHERE {these}")
        drop_empty_slices(connection)

    if not also_history:
        store.publish(None, refresh_history)
    store.publish(drop)


_REMEMBER = """
    INSERT INTO forgotten_jobs BY NAME
    SELECT job_id, jobs.source, ?::TIMESTAMP AS forgotten_at, ? AS reason,
        count(f.path) AS files, coalesce(sum(f.bytes), 0)::BIGINT AS bytes
    FROM jobs LEFT JOIN files f USING (job_id) WHERE {these} GROUP BY ALL
"""


def _histories(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The tables that keep what was measured of each job."""
    rows = connection.execute(
        "SELECT table_name FROM duckdb_columns() WHERE database_name = 'catalog' AND schema_name = 'main'"
        " AND column_name = 'job_id' AND table_name LIKE '%\\_history' ESCAPE '\\' ORDER BY ALL"
    ).fetchall()
    return [name for (name,) in rows]
