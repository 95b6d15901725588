"""Which slices there are, and which of their rows are dead: the part of the ledger that loads, `forget`, `compact` share.

A slice is what one worker wrote at once: a Parquet file per table. The records of a file lie in one slice (of a large file that
grew, in several: see `ingest.store.fronts`), the derived rows of a job in another; what was read again, derived again or
forgotten leaves dead rows behind, and a slice without a living row goes as a whole.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.store.fronts import create_fronts, drop_fronts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb


@dataclass(frozen=True, slots=True)
class Part:
    """A Parquet file: one table's rows of one slice."""

    table: str
    slice: str
    rows: int
    bytes: int
    columns: str
    """The names of its columns, `,` between: a later version of a table may have more."""


def create_slice_ledger(connection: duckdb.DuckDBPyConnection) -> None:
    """Its tables, empty."""
    connection.execute(
        "CREATE TABLE ledger.parts (name VARCHAR, slice VARCHAR, rows BIGINT, bytes BIGINT, columns VARCHAR)"
    )
    connection.execute("CREATE TABLE ledger.dead_files (file_id BIGINT, slice VARCHAR, live BOOLEAN)")
    create_fronts(connection)
    connection.execute("CREATE TABLE ledger.dropped_slices (slice VARCHAR, dropped_at DOUBLE)")
    connection.execute(
        "CREATE TABLE ledger.derived (job_id VARCHAR, slice VARCHAR, derivation BIGINT, version VARCHAR, forgotten BOOLEAN)"
    )
    connection.execute("CREATE TABLE ledger.dead_derivations (derivation BIGINT, slice VARCHAR)")
    connection.execute(
        "CREATE TABLE ledger.derived_columns"
        " (name VARCHAR, nth INTEGER, column_name VARCHAR, type VARCHAR, history BOOLEAN, step BOOLEAN)"
    )


def add_parts(connection: duckdb.DuckDBPyConnection, parts: Sequence[Part]) -> None:
    """Lists Parquet files."""
    if parts:  # at once: `executemany` takes a millisecond for each
        columns = list(zip(*((one.table, one.slice, one.rows, one.bytes, one.columns) for one in parts), strict=True))
        connection.execute(f"INSERT INTO ledger.parts SELECT {', '.join(['unnest(?)'] * len(columns))}", columns)


def drop_empty_slices(connection: duckdb.DuckDBPyConnection) -> None:
    """Takes slices from the list of which no row is left; their Parquet files stay for a while, for readers."""
    drop_fronts(connection)
    records = "SELECT slice FROM files WHERE slice IS NOT NULL UNION ALL SELECT slice FROM ledger.older_rows"
    _drop(connection, f"slice NOT IN ({records} UNION ALL SELECT slice FROM ledger.derived)")
    _drop(  # of jobs that were forgotten only the history is left
        connection,
        f"slice NOT IN ({records} UNION ALL SELECT slice FROM ledger.derived WHERE NOT forgotten)"
        " AND name NOT IN (SELECT name FROM ledger.derived_columns WHERE history)",
    )
    connection.execute(
        "UPDATE ledger.dead_files SET live = file_id IN (SELECT file_id FROM files WHERE slice IS NOT NULL)"
    )


def _drop(connection: duckdb.DuckDBPyConnection, gone: str) -> None:
    """Takes parts from the list."""
    connection.execute(
        f"INSERT INTO ledger.dropped_slices SELECT DISTINCT slice, {time.time()} FROM ledger.parts WHERE {gone}"
    )
    connection.execute(f"DELETE FROM ledger.parts WHERE {gone}")
    for dead in ("dead_files", "dead_derivations"):
        connection.execute(f"DELETE FROM ledger.{dead} WHERE slice NOT IN (SELECT slice FROM ledger.parts)")
