"""The queries behind tables of records and derived relations: explicit lists of Parquet files, less rows that are dead.

The rows of a record table die with the version of a file that they were read from (`file_id`), derived rows with the
derivation of a job that made them (`derivation`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ingest.model import Table
from ingest.quoting import quoted, quoted_path
from ingest.store.layout import Layout

if TYPE_CHECKING:
    import duckdb

_PARTS = "SELECT columns, slice FROM ledger.parts WHERE name = ? ORDER BY columns, slice"


def rows_of(
    connection: duckdb.DuckDBPyConnection, layout: Layout, table: Table, slices: Sequence[str] | None = None
) -> str:
    """The query behind a record table. `slices`: only the rows in these.

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
    columns = [(column.name, str(column.type)) for column in table.columns]
    together: dict[str, list[str]] = {}  # more than one list if an older version of the table had fewer columns
    selects = []
    for names, slice_, apart in parts:
        if apart:
            dead = f"SELECT file_id FROM ledger.dead_files WHERE slice = '{slice_}'"
            selects.append(f"{_select(layout, table.name, columns, names, [slice_])} WHERE file_id NOT IN ({dead})")
        else:
            together.setdefault(names, []).append(slice_)
    gone = connection.execute("SELECT 1 FROM ledger.dead_files WHERE NOT live LIMIT 1").fetchall()
    without_gone = " ANTI JOIN (SELECT file_id FROM ledger.dead_files WHERE NOT live) USING (file_id)"
    for names, whole in together.items():
        selects.append(_select(layout, table.name, columns, names, whole) + (without_gone if gone else ""))
    return " UNION ALL ".join(selects)


def no_rows(table: Table) -> str:
    """A table that has all its columns and no rows."""
    return empty((column.name, str(column.type)) for column in table.columns)


def empty(columns: Iterable[tuple[str, str]]) -> str:
    """A relation of these columns, name and type, that has no rows."""
    return f"SELECT {', '.join(f'NULL::{type_} AS {quoted(name)}' for name, type_ in columns)} WHERE false"


def derived_rows(
    connection: duckdb.DuckDBPyConnection,
    layout: Layout,
    name: str,
    columns: Sequence[tuple[str, str]],
    *,
    with_forgotten: bool = False,
) -> str:
    """The query behind a derived relation of these columns. `with_forgotten`: also the rows of jobs that were forgotten."""
    by_columns: dict[str, list[str]] = {}
    for names, slice_ in connection.execute(_PARTS, [name]).fetchall():
        by_columns.setdefault(names, []).append(slice_)
    if not by_columns:
        return empty(columns)
    dead = _DEAD if with_forgotten else f"{_DEAD} UNION ALL {_FORGOTTEN}"
    any_dead = connection.execute(f"{dead} LIMIT 1").fetchall()
    without_dead = f" ANTI JOIN ({dead}) USING (derivation)" if any_dead else ""
    return " UNION ALL ".join(
        _select(layout, name, columns, names, slices) + without_dead for names, slices in by_columns.items()
    )


_DEAD = "SELECT derivation FROM ledger.dead_derivations"
_FORGOTTEN = "SELECT derivation FROM ledger.derived WHERE forgotten"


def _select(
    layout: Layout, name: str, columns: Sequence[tuple[str, str]], names: str, slices: Sequence[str]
) -> str:
    """The rows of some slices; columns that their files do not have are NULL."""
    there = set(names.split(","))
    wanted = ", ".join(
        quoted(column) if column in there else f"NULL::{type_} AS {quoted(column)}" for column, type_ in columns
    )
    files = ", ".join(quoted_path(layout.part(name, slice_)) for slice_ in slices)
    return f"SELECT {wanted} FROM read_parquet([{files}])"


