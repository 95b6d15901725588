"""Forgetting jobs: their records, files and ledger rows go; what was measured of them stays, unless that shall go too.

A job that is forgotten for good leaves a row in `forgotten_jobs`, so that a load does not read it again while its logs
are as they were. One that is merely forgotten comes back with the next load of its folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ingest.quoting import is_one_of
from ingest.store.slice_ledger import drop_empty_slices

if TYPE_CHECKING:
    import duckdb

    from ingest.store.maintenance import Maintenance
    from ingest.store.reader import Store

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
    """Drops jobs in one commit; ids that are not there are passed over, so that forgetting twice is forgetting once.

    Their measures stay, unless `also_history`.

    `for_good`: they are not read again, and this is why.
    """
    if not job_ids:
        return
    these = is_one_of("job_id", job_ids)

    def drop(connection: duckdb.DuckDBPyConnection) -> None:
        if for_good is not None:
            now = datetime.now(UTC).replace(tzinfo=None)
            connection.execute(
                f"DELETE FROM forgotten_jobs WHERE {these} AND job_id IN (SELECT job_id FROM ledger.jobs)"
            )
            connection.execute(_REMEMBER.format(these=these), [now, for_good])
        if also_history:
            connection.execute(
                f"INSERT INTO ledger.dead_derivations SELECT derivation, slice FROM ledger.derived WHERE {these}"
            )
            connection.execute(f"DELETE FROM ledger.derived WHERE {these}")
        else:
            connection.execute(f"UPDATE ledger.derived SET forgotten = true WHERE {these}")
        connection.execute(
            f"INSERT INTO ledger.dead_files SELECT file_id, slice, false FROM files WHERE {these} AND slice IS NOT NULL"
        )
        for table in ("files", "ledger.jobs"):
            connection.execute(f"DELETE FROM {table} WHERE {these}")
        drop_empty_slices(connection)

    store.publish(drop)


_REMEMBER = """
    INSERT INTO forgotten_jobs BY NAME
    SELECT job_id, jobs.source, ?::TIMESTAMP AS forgotten_at, ? AS reason,
        count(f.path) AS files, coalesce(sum(f.bytes), 0)::BIGINT AS bytes
    FROM jobs LEFT JOIN files f USING (job_id) WHERE {these} GROUP BY ALL
"""
