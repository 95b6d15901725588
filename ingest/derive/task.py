"""Deriving some jobs: reads their records, works out what follows from them, and writes it. Runs in a worker process.

Only paths and counts go back to the main process, never rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ingest.derive.compute import compute
from ingest.errors import StoreError
from ingest.quoting import is_one_of, literal, quoted, quoted_path
from ingest.store.derived import DerivedRelation
from ingest.store.layout import Layout, sync
from ingest.store.record_views import rows_of
from ingest.store.slice_ledger import Part

if TYPE_CHECKING:
    from ingest.store.definition import Definition
    from ingest.views.files import ViewProblem

MEMORY = "400MB"
"""What the database may take before it writes to disk."""

_HELD_BYTES = 48 << 20
"""Records of jobs whose logs are no larger than this are held in memory; of others each query reads the files."""


@dataclass(frozen=True, slots=True)
class DeriveTask:
    """Jobs to derive together, and the name of the slice that gets their rows."""

    slice: str
    job_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class Derived:
    """What came of it."""

    derivations: Sequence[tuple[str, str, int]]
    """Job, slice, and the number that marks the job's rows in it."""
    parts: Sequence[Part]
    relations: Mapping[str, DerivedRelation]
    problems: Sequence[ViewProblem]


def derive(task: DeriveTask, layout: Layout, definition: Definition, catalog: Path) -> Derived:
    """Derives jobs of a catalog. Raises StoreError if the rows cannot be written."""
    with _opened(layout, catalog) as connection, _told(layout):
        narrow(connection, layout, definition, task.job_ids)
        problems = compute(connection, definition.library)
        relations = _columns(connection, definition)
        mark = f"(hash(job_id || {literal('/' + task.slice)}) >> 1)::BIGINT"
        marks = connection.execute(f"SELECT job_id, {mark} FROM loaded_jobs ORDER BY job_id").fetchall()
        parts = list(_write(connection, layout, task.slice, mark, relations))
    return Derived([(job_id, task.slice, number) for job_id, number in marks], parts, relations, problems)


@contextmanager
def _opened(layout: Layout, catalog: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database that reads a catalog, and never takes the machine."""
    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
            "threads": 1,
            "memory_limit": MEMORY,
            "temp_directory": str(layout.draft.parent / "spilled"),
        }
    )
    try:
        connection.execute(f"ATTACH {quoted_path(catalog)} AS catalog (READ_ONLY)")
        connection.execute("USE catalog")
        yield connection
    finally:
        connection.close()


def narrow(
    connection: duckdb.DuckDBPyConnection, layout: Layout, definition: Definition, job_ids: Sequence[str]
) -> None:
    """Lets the names of tables mean the rows of these jobs alone: records, `files`, and `loaded_jobs`."""
    these = is_one_of("job_id", job_ids)
    connection.execute(f"CREATE TEMP TABLE loaded_jobs AS SELECT * FROM catalog.ledger.jobs WHERE {these}")
    connection.execute(f"CREATE TEMP TABLE files AS SELECT * FROM catalog.main.files WHERE {these}")
    ((size, slices),) = connection.execute(
        "SELECT coalesce(sum(bytes), 0), list(DISTINCT slice) FILTER (slice IS NOT NULL) FROM files"
    ).fetchall()
    kind = "TABLE" if size <= _HELD_BYTES else "VIEW"
    for table in definition.tables:
        rows = rows_of(connection, layout, table, slices or [])
        connection.execute(f"CREATE TEMP {kind} {quoted(table.name)} AS SELECT * FROM ({rows}) WHERE {these}")


def _columns(connection: duckdb.DuckDBPyConnection, definition: Definition) -> dict[str, DerivedRelation]:
    """The stored relations that were worked out, and their columns."""
    columns: dict[str, list[tuple[str, str]]] = {}
    for name, column, type_ in connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns()"
        " WHERE database_name = 'temp' AND NOT internal ORDER BY table_name, column_index"
    ).fetchall():
        columns.setdefault(name, []).append((column, type_))
    return {
        view.name: DerivedRelation(columns[view.name], view.is_history)
        for view in definition.library.derivation
        if view.is_derived and not view.is_step and view.name in columns
    }


def _write(
    connection: duckdb.DuckDBPyConnection,
    layout: Layout,
    slice_: str,
    mark: str,
    relations: Mapping[str, DerivedRelation],
) -> Iterator[Part]:
    """Writes each relation that has rows, marked with the derivation of their job."""
    for name, relation in relations.items():
        ((rows,),) = connection.execute(f'SELECT count(*) FROM temp."{name}"').fetchall()
        if not rows:
            continue
        path = layout.part(name, slice_)
        path.parent.mkdir(parents=True, exist_ok=True)
        connection.execute(
            f'COPY (SELECT *, {mark} AS derivation FROM temp."{name}") TO {quoted_path(path)}'
            " (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
        )
        sync(path)
        columns = ",".join(column for column, _ in relation.columns)
        yield Part(name, slice_, rows, path.stat().st_size, columns)


@contextmanager
def _told(layout: Layout) -> Iterator[None]:
    """Says what to do if rows cannot be written."""
    try:
        yield
    except (OSError, duckdb.IOException) as error:
        raise StoreError(
            f"{layout.data}: rows cannot be written: {str(error).partition(chr(10))[0]}",
            "The last whole commit stands. Is the disk full? Make room and run the same command again.",
        ) from error
