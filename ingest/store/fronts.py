"""The fronts of large files: how far a file was read for good, so that a longer version of it is read on from there.

The rows of a front stay in the slice that they were written to, under the id that the file had then. `ledger.older_rows` says
whose they are by now; what that slice holds of the file behind its front was read again, and is passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from ingest.model import Column, Type
from ingest.quoting import is_one_of, literal

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Front:
    """What is known of a large file from its start to the last record that starts in a whole window, and what it gave.

    Reading the file at once would have cut it at the same places: these hang on nothing that comes after them.
    """

    file_id: int
    """The version of the file that was read."""
    windows: int
    """Whole windows from the start of the file. What is in them decided where the front ends."""
    hash: str
    """Of all bytes of these windows."""
    last_hash: str
    """Of those of the last of them."""
    offset: int
    """Where the front ends: bytes from the start of the file."""
    line_no: int
    """The line that starts there. Every record of the front starts on a line before it."""
    first_line: bytes
    """The first line of the file: a table's header."""
    records: int
    rows: int
    rejects: int
    rejected_bytes: int
    created: str | None = None
    """When the file was made, if it can only grow: then this proves as much as the hash, and the front is not looked at."""


READ_ON = (
    Column("file_id", Type.INT, "of a file that was read on"),
    Column("read_before", Type.INT, "the id that it had"),
    Column("before_line", Type.INT, "where its front ends"),
    Column("rows", Type.INT, "rows of its front, rejects too"),
)
"""What is told of a file that was read on."""

LIVING = """
    SELECT f.slice, f.job_id, (f.rows + f.rejects - coalesce(o.rows, 0))::BIGINT AS rows
    FROM files f LEFT JOIN (
        SELECT file_id, sum(rows) AS rows FROM ledger.older_rows GROUP BY file_id
    ) o USING (file_id)
    WHERE f.slice IS NOT NULL
    UNION ALL
    SELECT o.slice, f.job_id, o.rows FROM ledger.older_rows o JOIN files f USING (file_id)
"""
"""The living rows of records of each file in each slice."""


def create_fronts(connection: duckdb.DuckDBPyConnection) -> None:
    """The tables of the ledger, empty."""
    connection.execute(
        "CREATE TABLE ledger.fronts (file_id BIGINT, windows BIGINT, hash VARCHAR, last_hash VARCHAR, start BIGINT,"
        " line_no BIGINT, first_line BLOB, records BIGINT, rows BIGINT, rejects BIGINT, rejected_bytes BIGINT, created VARCHAR)"
    )
    connection.execute(
        "CREATE TABLE ledger.older_rows"
        " (file_id BIGINT, slice VARCHAR, stored_id BIGINT, before_line BIGINT, rows BIGINT)"
    )


def keep_fronts(connection: duckdb.DuckDBPyConnection, read_on: pa.Table) -> None:
    """Says of files that were read on whose the rows of their fronts are now; before their rows of `files` are replaced.

    `read_on` has the columns `READ_ON`.
    """
    connection.register("new_read_on", read_on)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE keeping AS"
        " SELECT new.file_id, old.slice, old.file_id AS stored_id, new.before_line,"
        " new.rows - coalesce((SELECT sum(o.rows) FROM ledger.older_rows o WHERE o.file_id = old.file_id), 0) AS rows"
        " FROM new_read_on new JOIN files old ON old.file_id = new.read_before WHERE old.slice IS NOT NULL"
    )
    connection.execute(
        "UPDATE ledger.older_rows SET file_id = new.file_id FROM new_read_on new WHERE older_rows.file_id = new.read_before"
    )
    connection.execute("INSERT INTO ledger.older_rows BY NAME SELECT * FROM keeping WHERE rows > 0")


def add_fronts(connection: duckdb.DuckDBPyConnection, fronts: Sequence[Front]) -> None:
    """Remembers where files can be read on from."""
    if fronts:
        connection.executemany(
            "INSERT INTO ledger.fronts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [astuple(front) for front in fronts],
        )


def read_fronts(connection: duckdb.DuckDBPyConnection) -> dict[int, Front]:
    """Where files can be read on from, by their ids."""
    return {row[0]: Front(*row) for row in connection.execute("SELECT * FROM ledger.fronts").fetchall()}


def drop_fronts(connection: duckdb.DuckDBPyConnection) -> None:
    """Lets go of the fronts of files that are gone or were read anew; their rows are dead."""
    gone = "file_id NOT IN (SELECT file_id FROM files)"
    connection.execute(
        f"INSERT INTO ledger.dead_files SELECT stored_id, slice, false FROM ledger.older_rows WHERE {gone}"
    )
    connection.execute(f"DELETE FROM ledger.older_rows WHERE {gone}")
    connection.execute(f"DELETE FROM ledger.fronts WHERE {gone}")


def merge_fronts(connection: duckdb.DuckDBPyConnection, old: Sequence[str], merged: str) -> None:
    """Says where older rows are when some slices became one, after `files` says it of the others.

    They were written under the id that their file has now.
    """
    these = is_one_of("slice", old)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE merging AS SELECT file_id, {literal(merged)} AS slice, file_id AS stored_id,"
        " max(before_line) AS before_line, sum(rows)::BIGINT AS rows FROM ledger.older_rows"
        f" WHERE {these} AND file_id NOT IN (SELECT file_id FROM files WHERE slice = {literal(merged)}) GROUP BY file_id"
    )
    connection.execute(f"DELETE FROM ledger.older_rows WHERE {these}")
    connection.execute("INSERT INTO ledger.older_rows BY NAME SELECT * FROM merging")


def slices_of(connection: duckdb.DuckDBPyConnection, files: str) -> list[str]:
    """The slices with living rows of the files of a relation that has `file_id` and `slice`."""
    found = connection.execute(
        f"SELECT slice FROM {files} WHERE slice IS NOT NULL UNION"
        f" SELECT slice FROM ledger.older_rows WHERE file_id IN (SELECT file_id FROM {files}) ORDER BY 1"
    ).fetchall()
    return [slice_ for (slice_,) in found]
