"""Which slices there are, and which of their rows are dead: the part of the ledger that loads, `forget`, `compact` share.

A slice is what one worker wrote at once: a Parquet file per table. A file's rows lie in one slice; a file that was read
again or forgotten leaves dead rows behind, and a slice without a living file goes as a whole.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from ingest.store.parts import Part


def create_slice_ledger(connection: duckdb.DuckDBPyConnection) -> None:
    """Its tables, empty."""
    connection.execute(
        "CREATE TABLE ledger.parts (name VARCHAR, slice VARCHAR, rows BIGINT, bytes BIGINT, columns VARCHAR)"
    )
    connection.execute("CREATE TABLE ledger.dead_files (file_id BIGINT, slice VARCHAR, live BOOLEAN)")
    connection.execute("CREATE TABLE ledger.dropped_slices (slice VARCHAR, dropped_at DOUBLE)")


def add_parts(connection: duckdb.DuckDBPyConnection, parts: Sequence[Part]) -> None:
    """Lists Parquet files."""
    if parts:
        rows = [(part.table, part.slice, part.rows, part.bytes, part.columns) for part in parts]
        connection.executemany("INSERT INTO ledger.parts VALUES (?, ?, ?, ?, ?)", rows)


def drop_empty_slices(connection: duckdb.DuckDBPyConnection) -> None:
    """Takes slices from the list of which no file is left; their Parquet files stay for a while, for readers."""
    gone = "slice NOT IN (SELECT slice FROM files WHERE slice IS NOT NULL)"
    connection.execute(
        f"INSERT INTO ledger.dropped_slices SELECT DISTINCT slice, {time.time()} FROM ledger.parts WHERE {gone}"
    )
    connection.execute(f"DELETE FROM ledger.parts WHERE {gone}")
    connection.execute(f"DELETE FROM ledger.dead_files WHERE {gone}")
    connection.execute(
        "UPDATE ledger.dead_files SET live = file_id IN (SELECT file_id FROM files WHERE slice IS NOT NULL)"
    )
