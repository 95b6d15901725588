"""What a commit to an object store rests on: the files of its jobs as they were known when it was planned.

There is no lock, so another writer may have changed them since. A commit is applied to that one's catalog only if it has not
touched the same jobs; else it is planned anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ingest.quoting import is_one_of

if TYPE_CHECKING:
    import duckdb

Premises = Mapping[str, int]
"""Job id → a number that another state of the job does not have; 0 of one that is not there."""


class OvertakenError(Exception):
    """Another writer changed what a commit rests on."""


def premises(connection: duckdb.DuckDBPyConnection, job_ids: Iterable[str]) -> dict[str, int]:
    """The state of some jobs in a catalog: their files, labels, source, whether they were forgotten for good."""
    wanted = list(job_ids)
    these = is_one_of("job_id", wanted)
    rows = connection.execute(
        f"""
        SELECT job_id, bit_xor(state)::VARCHAR FROM (
            SELECT job_id, hash(path, file_id, status, content_hash) AS state FROM files WHERE {these}
            UNION ALL SELECT job_id, hash(source, run_id, labels) FROM ledger.jobs WHERE {these}
            UNION ALL SELECT job_id, hash(source, files, bytes) FROM forgotten_jobs WHERE {these}
        ) GROUP BY job_id
        """
    ).fetchall()
    return {**dict.fromkeys(wanted, 0), **{job_id: int(state) for job_id, state in rows}}


def slice_premises(connection: duckdb.DuckDBPyConnection, slices: Iterable[str]) -> int:
    """A number that changes if what is in some slices does, or which rows of them are living."""
    these = is_one_of("slice", slices)
    ((state,),) = connection.execute(
        f"""
        SELECT coalesce(bit_xor(state), 0)::VARCHAR FROM (
            SELECT hash(1, job_id, path, file_id, slice) AS state FROM files WHERE {these}
            UNION ALL SELECT hash(2, o) FROM ledger.older_rows o WHERE {these}
            UNION ALL SELECT hash(3, file_id, slice) FROM ledger.dead_files WHERE {these}
            UNION ALL SELECT hash(4, d) FROM ledger.derived d WHERE {these}
            UNION ALL SELECT hash(5, d) FROM ledger.dead_derivations d WHERE {these}
            UNION ALL SELECT hash(6, p) FROM ledger.parts p WHERE {these}
        )
        """
    ).fetchall()
    return int(state)


def check_premises(connection: duckdb.DuckDBPyConnection, expected: Premises) -> None:
    """Raises `OvertakenError` if some jobs are not as they were."""
    if premises(connection, expected) != expected:
        raise OvertakenError
