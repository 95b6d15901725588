"""The queries behind tables of records and derived relations: explicit lists of Parquet files, less rows that are dead.

The rows of a record table die with the version of a file that they were read from (`file_id`), derived rows with the
derivation of a job that made them (`derivation`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.model import Table
from ingest.quoting import quoted, quoted_path
from ingest.store.paths import Layout

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Listed:
    """What the ledger lists: read once for the views of all tables."""

    parts: Mapping[str, Sequence[tuple[str, str]]]
    """Table → the columns and the slice of each Parquet file."""
    apart: frozenset[str]
    """Slices with dead rows of a file that lives in another, or beside older rows of one that was read on."""
    grown: Mapping[str, Sequence[tuple[int, int, int]]]
    """Slices that hold older rows of files that were read on: of each the id written there, that of now, the front's end."""
    any_gone: bool
    """Whether a file has dead rows only."""
    any_dead: bool
    """Whether there are derived rows that were replaced."""
    any_forgotten: bool
    """Whether there are derived rows of forgotten jobs."""


def listed(connection: duckdb.DuckDBPyConnection, slices: Sequence[str] | None = None) -> Listed:
    """What the ledger of a catalog lists; with `slices` only what is in these."""
    parts: dict[str, list[tuple[str, str]]] = {}
    for name, columns, slice_ in connection.execute(
        "SELECT name, columns, slice FROM ledger.parts WHERE $slices IS NULL OR list_contains($slices, slice)"
        " ORDER BY name, columns, slice",
        {"slices": None if slices is None else list(slices)},
    ).fetchall():
        parts.setdefault(name, []).append((columns, slice_))
    grown: dict[str, list[tuple[int, int, int]]] = {}
    for slice_, stored, now, before in connection.execute(
        "SELECT slice, stored_id, file_id, before_line FROM ledger.older_rows ORDER BY ALL"
    ).fetchall():
        grown.setdefault(slice_, []).append((stored, now, before))
    ((apart, gone, dead, forgotten),) = connection.execute(
        "SELECT (SELECT list(DISTINCT slice) FROM ledger.dead_files"
        " WHERE live OR slice IN (SELECT slice FROM ledger.older_rows)),"
        " EXISTS (FROM ledger.dead_files WHERE NOT live), EXISTS (FROM ledger.dead_derivations),"
        " EXISTS (FROM ledger.derived WHERE forgotten)"
    ).fetchall()
    return Listed(parts, frozenset(apart or ()), grown, gone, dead, forgotten)


def rows_of(ledger: Listed, layout: Layout, table: Table) -> str:
    """The query behind a record table.

    A file's id is made from its name and state, so a file that is read again unchanged, or goes back to an earlier state,
    has the id of its dead rows. Slices that hold such rows are read apart; so are those with older rows of a file that was
    read on, which get the id that the file has now.
    """
    parts = ledger.parts.get(table.name)
    if not parts:
        return no_rows(table)
    columns = [(column.name, str(column.type)) for column in table.columns]
    together: dict[str, list[str]] = {}  # more than one list if an older version of the table had fewer columns
    selects = []
    for names, slice_ in parts:
        if slice_ in ledger.apart or slice_ in ledger.grown:
            there = _select(layout, table.name, columns, names, [slice_])
            selects.append(_of_now(there, columns, ledger.grown.get(slice_, ()), _dead_in(slice_, ledger)))
        else:
            together.setdefault(names, []).append(slice_)
    without_gone = " ANTI JOIN (SELECT file_id FROM ledger.dead_files WHERE NOT live) USING (file_id)"
    for names, whole in together.items():
        selects.append(_select(layout, table.name, columns, names, whole) + (without_gone if ledger.any_gone else ""))
    return " UNION ALL ".join(selects)


def _dead_in(slice_: str, ledger: Listed) -> str:
    """The ids of dead rows in a slice; empty if it has none."""
    return f"SELECT file_id FROM ledger.dead_files WHERE slice = '{slice_}'" if slice_ in ledger.apart else ""


def _of_now(rows: str, columns: Sequence[tuple[str, str]], older: Sequence[tuple[int, int, int]], dead: str) -> str:
    """The living rows among those of a slice, under the ids that their files have now.

    The ids are part of the query: a join would cost each question over a large file a fifth more.
    """
    wheres = [f"file_id NOT IN ({dead})"] if dead else []
    if older:
        now = " ".join(f"WHEN {stored} THEN {file_id}" for stored, file_id, _ in older)
        is_of_front = " ".join(f"WHEN {stored} THEN line_no < {before}" for stored, _, before in older)
        wheres.append(f"CASE file_id {is_of_front} ELSE true END")
        names = (quoted(column) for column, _ in columns)
        id_of_now = f"CASE file_id {now} ELSE file_id END AS {quoted('file_id')}"
        wanted = ", ".join(id_of_now if name == quoted("file_id") else name for name in names)
        return f"SELECT {wanted} FROM ({rows} WHERE {' AND '.join(wheres)})"
    return f"{rows} WHERE {' AND '.join(wheres)}"


def no_rows(table: Table) -> str:
    """A table that has all its columns and no rows."""
    return empty((column.name, str(column.type)) for column in table.columns)


def empty(columns: Iterable[tuple[str, str]]) -> str:
    """A relation of these columns, name and type, that has no rows."""
    return f"SELECT {', '.join(f'NULL::{type_} AS {quoted(name)}' for name, type_ in columns)} WHERE false"


def derived_rows(
    ledger: Listed,
    layout: Layout,
    name: str,
    columns: Sequence[tuple[str, str]],
    *,
    with_forgotten: bool = False,
) -> str:
    """The query behind a derived relation of these columns. `with_forgotten`: also the rows of jobs that were forgotten."""
    by_columns: dict[str, list[str]] = {}
    for names, slice_ in ledger.parts.get(name, ()):
        by_columns.setdefault(names, []).append(slice_)
    if not by_columns:
        return empty(columns)
    dead = [DEAD] if ledger.any_dead else []
    if ledger.any_forgotten and not with_forgotten:
        dead.append(FORGOTTEN)
    without_dead = f" ANTI JOIN ({' UNION ALL '.join(dead)}) USING (derivation)" if dead else ""
    return " UNION ALL ".join(
        _select(layout, name, columns, names, slices) + without_dead for names, slices in by_columns.items()
    )


DEAD = "SELECT derivation FROM ledger.dead_derivations"
FORGOTTEN = "SELECT derivation FROM ledger.derived WHERE forgotten"


def _select(layout: Layout, name: str, columns: Sequence[tuple[str, str]], names: str, slices: Sequence[str]) -> str:
    """The rows of some slices; columns that their files do not have are NULL."""
    there = set(names.split(","))
    wanted = ", ".join(
        quoted(column) if column in there else f"NULL::{type_} AS {quoted(column)}" for column, type_ in columns
    )
    files = ", ".join(quoted_path(layout.location(name, slice_)) for slice_ in slices)
    return f"SELECT {wanted} FROM read_parquet([{files}])"
