"""The catalog: which Parquet files count, published by one rename. The catalog is the commit.

It is made beside the published one, as a copy that is then changed, closed, synced, and renamed over it. So a reader sees
either the whole old state or the whole new one, and a writer killed at any instant leaves the last commit standing. Readers
keep the snapshot that they opened; nothing that a published catalog lists is deleted before a grace time is over.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from ingest.errors import StoreError
from ingest.model import FILES, JOBS, LOADS, Column, Table
from ingest.store.layout import Layout
from ingest.store.parts import Part, sync
from ingest.views import ViewProblem, create_views, views_digest

_STORAGE_VERSION = "v1.2.0"
"""So that clients older than ours can open the catalog."""

_GRACE_S = 3_600
"""How long a Parquet file that a catalog listed stays on disk after it was dropped: a reader may still scan it."""

FORMAT = "1"
"""Raised when the catalog's own tables change; a store of another format is refused with a clear error."""


@dataclass(frozen=True, slots=True)
class Commit:
    """What a commit adds. A file of (job, path) replaces the one of that name; a job or load replaces its own row."""

    files: pa.Table
    jobs: pa.Table
    """`job_id`, `source`, `run_id`; the other columns are read from the records."""
    load: pa.Table
    parts: Sequence[Part]
    digest: str


@contextmanager
def connect_catalog(layout: Layout, *, moved: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published catalog, read-only; with `moved`, also one whose views name files where the store was before.

    Raises `StoreError` if there is none, or it is damaged or of another format.
    """
    if not layout.catalog.exists():
        raise StoreError(f"{layout.root}: no store there", "Fill one with: ingest <job folders> --store PATH")
    # attached, not opened: a process that has the catalog open would be given that old state again after a rename
    connection = duckdb.connect(config=_CONFIG)
    try:
        connection.execute(f"ATTACH {_quoted(layout.catalog)} AS catalog (READ_ONLY)")
        connection.execute("USE catalog")
    except duckdb.Error as error:
        connection.close()
        raise StoreError(
            f"{layout.catalog}: cannot be opened: {_first_line(error)}",
            "If the file is damaged: move the store away and ingest the job folders again.",
        ) from error
    try:
        _check(connection, layout, moved)
        yield connection
    finally:
        connection.close()


_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",  # nothing is fetched from the network behind the user's back
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",  # a name in a query is a table's, never a variable's of this program
}


_DAMAGE = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)
"""What the database raises if a file of its own cannot be read or written."""


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _check(connection: duckdb.DuckDBPyConnection, layout: Layout, moved: bool) -> None:
    """A catalog of another format, or whose folder was moved, is told as such."""
    try:
        meta = _meta(connection)
    except duckdb.Error as error:
        raise StoreError(f"{layout.catalog}: not a catalog of ingest", "Choose another place: --store PATH.") from error
    if meta["format"] != FORMAT:
        raise StoreError(
            f"{layout.root}: store of format {meta['format']}, this version of ingest reads {FORMAT}",
            "Use the version that wrote it, or ingest the job folders into a new store.",
        )
    if meta["root"] != str(layout.root) and not moved:
        raise StoreError(
            f"{layout.root}: this store was moved here from {meta['root']}",
            f"Mend its paths with: ingest rebuild --store {layout.root}",
        )


def publish(layout: Layout, commit: Commit | None, tables: Sequence[Table], view_folders: Sequence[Path]) -> list[str]:
    """Makes the next catalog from the published one and a commit (None: only the views anew), and puts it in place.

    The caller holds the writer's lock. Returns what is wrong with views of plugins, which are left out.
    """
    shutil.rmtree(layout.draft.parent, ignore_errors=True)
    layout.draft.parent.mkdir(parents=True)
    begun = layout.catalog.exists()
    try:
        if begun:
            shutil.copyfile(layout.catalog, layout.draft)
        problems = _change_draft(layout, commit, tables, view_folders, begun=begun)
        sync(layout.draft)
    except (OSError, *_DAMAGE) as error:
        raise StoreError(
            f"{layout.root}: the catalog cannot be written: {_first_line(error)}",
            "The last whole commit stands. Is the disk full? If the store is damaged: move it away and ingest again.",
        ) from error
    layout.draft.replace(layout.catalog)
    sync(layout.root)
    layout.draft.parent.rmdir()
    return [f"{problem}" for problem in problems]


def _change_draft(
    layout: Layout, commit: Commit | None, tables: Sequence[Table], view_folders: Sequence[Path], *, begun: bool
) -> list[ViewProblem]:
    """Makes the draft, a copy of the published catalog if one was `begun`, the next one."""
    problems: list[ViewProblem] = []
    with duckdb.connect(config=_CONFIG) as connection:
        connection.execute(f"ATTACH {_quoted(layout.draft)} AS catalog (STORAGE_VERSION '{_STORAGE_VERSION}')")
        connection.execute("USE catalog")
        if not begun:
            _create_ledger(connection)
        if commit is not None:
            _apply(connection, commit)
        digest = views_digest(view_folders)
        if commit is None or _meta(connection).get("views") != digest:
            _drop_views(connection)
            for table in tables:  # binding the views that answer over empty tables is quick, over files it is not
                connection.execute(f'CREATE OR REPLACE VIEW "{table.name}" AS {_no_rows(table)}')
            problems = create_views(connection, view_folders)
        for table in tables:
            connection.execute(f'CREATE OR REPLACE VIEW "{table.name}" AS {_rows_of(connection, layout, table)}')
        _set_meta(connection, {"format": FORMAT, "root": str(layout.root), "views": digest})
        if commit is not None:
            _refresh_jobs(connection, commit)
        connection.execute("USE memory")
        connection.execute("DETACH catalog")
    return problems


def _create_ledger(connection: duckdb.DuckDBPyConnection) -> None:
    """The catalog's own tables, empty."""
    for name, columns in (("jobs", JOBS), ("loads", LOADS), ("files", FILES)):
        connection.execute(f"CREATE TABLE {name} ({_definition(columns)})")
    connection.execute("CREATE SCHEMA ledger")
    connection.execute("CREATE TABLE ledger.meta (key VARCHAR, value VARCHAR)")
    connection.execute(
        "CREATE TABLE ledger.parts (name VARCHAR, slice VARCHAR, rows BIGINT, bytes BIGINT, columns VARCHAR)"
    )
    connection.execute("CREATE TABLE ledger.dead_files (file_id BIGINT, slice VARCHAR, live BOOLEAN)")
    connection.execute("CREATE TABLE ledger.dropped_slices (slice VARCHAR, dropped_at DOUBLE)")


def _definition(columns: Sequence[Column]) -> str:
    return ", ".join(f"{_name(column)} {column.type}" for column in columns)


def _drop_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Views of files that are gone must go too."""
    names = connection.execute(
        "SELECT view_name FROM duckdb_views() WHERE database_name = 'catalog' AND NOT internal"
    ).fetchall()
    for (name,) in names:
        connection.execute(f'DROP VIEW "{name}"')


def _meta(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(connection.execute("SELECT key, value FROM ledger.meta").fetchall())


def _apply(connection: duckdb.DuckDBPyConnection, commit: Commit) -> None:
    """Replaces files, adds parts, and drops slices of which no file is left."""
    for name, rows in (("new_files", commit.files), ("new_jobs", commit.jobs), ("new_load", commit.load)):
        connection.register(name, rows)
    connection.execute(  # the same bytes with another time: the rows stand
        "UPDATE files SET modified_at = new.modified_at, modified_ns = new.modified_ns FROM new_files new"
        " WHERE new.reason = 'unchanged' AND files.job_id = new.job_id AND files.path = new.path"
    )
    connection.execute(  # a file that cannot be read any more: what was read of it stands
        "CREATE TEMP TABLE replacing AS SELECT new.* FROM new_files new LEFT JOIN files old"
        " ON old.job_id = new.job_id AND old.path = new.path AND old.status = 'parsed'"
        " WHERE new.reason IS DISTINCT FROM 'unchanged' AND NOT (new.file_id = 0 AND old.path IS NOT NULL)"
    )
    connection.execute(
        "INSERT INTO ledger.dead_files SELECT old.file_id, old.slice, false FROM files old JOIN replacing new"
        " ON old.job_id IS NOT DISTINCT FROM new.job_id AND old.path = new.path"
        " WHERE old.slice IS NOT NULL AND old.slice IS DISTINCT FROM new.slice"
    )
    connection.execute(
        "DELETE FROM files USING replacing new"
        " WHERE files.job_id IS NOT DISTINCT FROM new.job_id AND files.path = new.path"
    )
    connection.execute("INSERT INTO files BY NAME SELECT * FROM replacing")
    connection.execute("DELETE FROM loads WHERE load_id IN (SELECT load_id FROM new_load)")
    connection.execute("INSERT INTO loads BY NAME SELECT * FROM new_load")
    if commit.parts:
        rows = [(part.table, part.slice, part.rows, part.bytes, part.columns) for part in commit.parts]
        connection.executemany("INSERT INTO ledger.parts VALUES (?, ?, ?, ?, ?)", rows)
    gone = "slice NOT IN (SELECT slice FROM files WHERE slice IS NOT NULL)"
    connection.execute(
        f"INSERT INTO ledger.dropped_slices SELECT DISTINCT slice, {time.time()} FROM ledger.parts WHERE {gone}"
    )
    connection.execute(f"DELETE FROM ledger.parts WHERE {gone}")
    connection.execute(f"DELETE FROM ledger.dead_files WHERE {gone}")
    connection.execute(
        "UPDATE ledger.dead_files SET live = file_id IN (SELECT file_id FROM files WHERE slice IS NOT NULL)"
    )
    _set_meta(connection, {"registry": commit.digest})


def _set_meta(connection: duckdb.DuckDBPyConnection, values: dict[str, str]) -> None:
    for key, value in values.items():
        connection.execute("DELETE FROM ledger.meta WHERE key = ?", [key])
        connection.execute("INSERT INTO ledger.meta VALUES (?, ?)", [key, value])


def _rows_of(connection: duckdb.DuckDBPyConnection, layout: Layout, table: Table) -> str:
    """The query behind a record table: an explicit list of Parquet files, less the rows of files that were replaced.

    A file's id is made from its name and state, so a file that is read again unchanged, or goes back to an earlier state,
    has the id of its dead rows. Slices that hold such rows are read apart.
    """
    parts = connection.execute(
        "SELECT columns, slice, slice IN (SELECT slice FROM ledger.dead_files WHERE live) AS apart"
        " FROM ledger.parts WHERE name = ? ORDER BY columns, slice",
        [table.name],
    ).fetchall()
    if not parts:
        return _no_rows(table)
    together: dict[str, list[str]] = {}  # more than one list if an older version of the table had fewer columns
    selects = []
    for names, slice_, apart in parts:
        if apart:
            dead = f"SELECT file_id FROM ledger.dead_files WHERE slice = '{slice_}'"
            selects.append(f"{_select(layout, table, names, [slice_])} WHERE file_id NOT IN ({dead})")
        else:
            together.setdefault(names, []).append(slice_)
    gone = connection.execute("SELECT count(*) FROM ledger.dead_files WHERE NOT live").fetchone()
    without_gone = " ANTI JOIN (SELECT file_id FROM ledger.dead_files WHERE NOT live) USING (file_id)"
    for names, slices in together.items():
        selects.append(_select(layout, table, names, slices) + (without_gone if gone and gone[0] else ""))
    return " UNION ALL ".join(selects)


def _no_rows(table: Table) -> str:
    """A table that has all its columns and no rows."""
    columns = ", ".join(f"NULL::{column.type} AS {_name(column)}" for column in table.columns)
    return f"SELECT {columns} WHERE false"


def _select(layout: Layout, table: Table, names: str, slices: Sequence[str]) -> str:
    """The rows of some slices; columns that their files do not have are NULL."""
    there = set(names.split(","))
    columns = ", ".join(
        _name(column) if column.name in there else f"NULL::{column.type} AS {_name(column)}" for column in table.columns
    )
    files = ", ".join(_quoted(layout.part(table.name, slice_)) for slice_ in slices)
    return f"SELECT {columns} FROM read_parquet([{files}])"


def _refresh_jobs(connection: duckdb.DuckDBPyConnection, commit: Commit) -> None:
    """Reads the facts about the jobs that changed from their records.

    Their ids stand in the query as literals, so that Parquet's statistics spare the other jobs' rows a reading.
    """
    connection.register("changed_jobs", commit.jobs)
    ids = ", ".join(_literal(job_id) for job_id in commit.jobs.column("job_id").to_pylist()) or "NULL"
    facts = connection.sql(
        f"""
        SELECT changed.job_id, changed.source, changed.run_id, facts.* EXCLUDE (job_id),
               coalesce(sizes.files, 0) AS files, coalesce(sizes.bytes, 0) AS bytes, changed.loaded_at
        FROM changed_jobs changed
        LEFT JOIN (SELECT job_id, count(*) AS files, sum(bytes)::BIGINT AS bytes FROM files GROUP BY job_id) sizes
          ON sizes.job_id = changed.job_id
        LEFT JOIN (SELECT * FROM job_facts WHERE job_id IN ({ids})) facts
          ON facts.job_id = changed.job_id
        """
    ).to_arrow_table()
    connection.register("job_rows", facts)
    connection.execute("DELETE FROM jobs WHERE job_id IN (SELECT job_id FROM job_rows)")
    connection.execute("INSERT INTO jobs BY NAME SELECT * FROM job_rows ORDER BY job_id")


def _quoted(path: Path) -> str:
    return _literal(str(path))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def sweep(layout: Layout) -> int:
    """Deletes Parquet files that no catalog lists: left by a killed load, or dropped longer ago than the grace time.

    The caller holds the writer's lock. Returns how many were deleted.
    """
    kept: set[str] = set()
    if layout.catalog.exists():
        with connect_catalog(layout, moved=True) as connection:
            listed = connection.execute(
                "SELECT slice FROM ledger.parts UNION SELECT slice FROM ledger.dropped_slices WHERE dropped_at > ?",
                [time.time() - _GRACE_S],
            ).fetchall()
        kept = {slice_ for (slice_,) in listed}
    deleted = 0
    for path in layout.data.glob("*/*.parquet"):
        if path.stem not in kept:
            path.unlink(missing_ok=True)
            deleted += 1
    return deleted


def _name(column: Column) -> str:
    """A column's name as SQL wants it: some (`at`) are words of the language."""
    return f'"{column.name}"'
