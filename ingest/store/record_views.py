"""The views behind record tables: queries over explicit lists of Parquet files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest.model import Table
from ingest.store.layout import Layout
from ingest.store.quoting import quoted_name, quoted_path

if TYPE_CHECKING:
    import duckdb


def rows_of(
    connection: duckdb.DuckDBPyConnection, layout: Layout, table: Table, slices: Sequence[str] | None = None
) -> str:
    """The query behind a record table: an explicit list of Parquet files, less the rows of files that were replaced.

    `slices`: only the rows in these.

    A file's id is made from its name and state, so a file that is read again unchanged, or goes back to an earlier state,
    has the id of its dead rows. Slices that hold such rows are read apart.
    """
    parts = connection.execute(
        "SELECT columns, slice, slice IN (SELECT slice FROM ledger.dead_files WHERE live) AS apart"
        " FROM ledger.parts WHERE name = $name AND ($slices IS NULL OR list_contains($slices, slice))"
        " ORDER BY columns, slice",
        {"name": table.name, "slices": None if slices is None else list(slices)},
    ).fetchall()
    if not parts:
        return no_rows(table)
    together: dict[str, list[str]] = {}  # more than one list if an older version of the table had fewer columns
    selects = []
    for names, slice_, apart in parts:
        if apart:
            dead = f"SELECT file_id FROM ledger.dead_files WHERE slice = '{slice_}'"
            selects.append(f"{_select(layout, table, names, [slice_])} WHERE file_id NOT IN ({dead})")
        else:
            together.setdefault(names, []).append(slice_)
    gone = connection.execute("SELECT 1 FROM ledger.dead_files WHERE NOT live LIMIT 1").fetchall()
    without_gone = " ANTI JOIN (SELECT file_id FROM ledger.dead_files WHERE NOT live) USING (file_id)"
    for names, whole in together.items():
        selects.append(_select(layout, table, names, whole) + (without_gone if gone else ""))
    return " UNION ALL ".join(selects)


def no_rows(table: Table) -> str:
    """A table that has all its columns and no rows."""
    columns = ", ".join(f"NULL::{column.type} AS {quoted_name(column)}" for column in table.columns)
    return f"SELECT {columns} WHERE false"


def _select(layout: Layout, table: Table, names: str, slices: Sequence[str]) -> str:
    """The rows of some slices; columns that their files do not have are NULL."""
    there = set(names.split(","))
    columns = ", ".join(
        quoted_name(column) if column.name in there else f"NULL::{column.type} AS {quoted_name(column)}"
        for column in table.columns
    )
    files = ", ".join(quoted_path(layout.part(table.name, slice_)) for slice_ in slices)
    return f"SELECT {columns} FROM read_parquet([{files}])"
