"""Deriving some jobs: reads their records, works out what follows from them, and writes it. Runs in a worker process.

Only paths and counts go back to the main process, never rows.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ingest.derive import parsed_queries
from ingest.derive.compute import ON_DISK, PARSED, compute
from ingest.errors import disk_full, is_disk_full
from ingest.quoting import is_one_of, literal, quoted, quoted_path
from ingest.store.backend import backend_of
from ingest.store.derived import DerivedRelation, derived_columns
from ingest.store.derived_parts import put_derived, write_derived
from ingest.store.disk import as_unreadable
from ingest.store.fronts import slices_of
from ingest.store.interrupts import interruptible
from ingest.store.paths import Layout
from ingest.store.record_views import listed, rows_of
from ingest.store.slice_ledger import Part
from ingest.views.files import CHECKS

if TYPE_CHECKING:
    from ingest.views.definition import Definition
    from ingest.views.files import ViewProblem
    from ingest.views.library import Library

MEMORY = "300MB"
"""What the database may take before it writes to disk."""

_SMALL_BYTES = 16 << 20
_PAYS_WITH_ROWS = (
    "aggregate_reuse",
    "build_side_probe_side",
    "column_lifetime",
    "common_subexpressions",
    "common_subplan",
    "cte_filter_pusher",
    "duplicate_groups",
    "expression_rewriter",
    "grouping_sets",
    "join_filter_pushdown",
    "join_order",
    "outer_join_simplification",
    "projection_pullup",
    "reorder_filter",
    "statistics_propagation",
    "top_n_window_elimination",
    "window_self_join",
)
"""Steps of the database's optimizer that take longer, with few rows, than they spare."""

_HELD_BYTES = 48 << 20
"""Records of jobs whose logs are no larger than this are held in memory, and so is what is derived of them; of others each
query reads the files."""

_EXACT_BYTES = 512 << 20
"""Quantiles of a job whose logs are larger are estimates: of one mini-batch in 250 bytes, all values would be 1 GB in some
queries."""


@dataclass(frozen=True, slots=True)
class DeriveTask:
    """Jobs to derive together, and how the name of the slice begins that gets their rows."""

    slice: str
    job_ids: Sequence[str]
    is_known: bool
    """Whether the catalog knows the columns of what is derived."""


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
    layout = layout.here()
    _give_back()
    try:
        return _derive(task, layout, definition, catalog)
    except duckdb.Error as error:
        if is_disk_full(error):
            raise disk_full(layout.root, "what is derived", error) from error
        raise
    finally:
        layout.leave()


def _derive(task: DeriveTask, layout: Layout, definition: Definition, catalog: Path) -> Derived:
    slice_ = layout.new_slice(task.slice)
    with _opened(layout, catalog, slice_) as connection:
        empty, size = narrow(connection, layout, definition, task.job_ids)
        if size <= _SMALL_BYTES:
            plan_for_few_rows(connection)
        if size > _HELD_BYTES:
            keep_on_disk(connection, _spilled(layout, slice_))
        told = derived_columns(connection) if task.is_known else {}
        parsed = parsed_queries.attach(connection, definition)
        if parsed and not told:
            told = derived_relations(connection, definition.library, PARSED)
        known = {name: relation.columns for name, relation in told.items()}
        computed = compute(
            connection,
            definition.library,
            empty=empty,
            known=known,
            parsed=parsed,
            on_disk=size > _HELD_BYTES,
            estimated=size > _EXACT_BYTES,
        )
        if not parsed and size <= _EXACT_BYTES:
            parsed_queries.keep(connection, definition)
        relations = told if told and not computed.problems else derived_relations(connection, definition.library)
        mark = f"(hash(job_id || {literal('/' + slice_)}) >> 1)::BIGINT"
        marks = connection.execute(f"SELECT job_id, {mark} FROM loaded_jobs ORDER BY job_id").fetchall()
        relations_with_rows = {name: one for name, one in relations.items() if name not in computed.without_rows}
        parts = list(_write(connection, layout, slice_, mark, relations_with_rows))
        put_derived(layout, parts, slice_)
    return Derived([(job_id, slice_, number) for job_id, number in marks], parts, relations, computed.problems)


def _give_back() -> None:
    """Gives memory back that parsing in this process used, and that is kept for more: a hundred MB beside the database's."""
    if arrow := sys.modules.get("pyarrow"):
        arrow.default_memory_pool().release_unused()


@contextmanager
def _opened(layout: Layout, catalog: Path, slice_: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database that reads a catalog, and never takes the machine."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "python_enable_replacements": "false",
        "preserve_insertion_order": "false",
        "threads": 1,
        "temp_directory": str(_spilled(layout, slice_)),
        "memory_limit": MEMORY,
    }
    connection = interruptible(duckdb.connect(config=config))
    try:
        with as_unreadable(layout):
            connection.execute(f"ATTACH {quoted_path(catalog)} AS catalog (READ_ONLY)")
            connection.execute("USE catalog")
            with backend_of(layout).serving(connection):
                yield connection
    finally:
        connection.close()
        shutil.rmtree(_spilled(layout, slice_), ignore_errors=True)


def _spilled(layout: Layout, slice_: str) -> Path:
    """Where the database puts what does not fit into memory: of each slice elsewhere, for two would write the same names."""
    return layout.draft.parent / f"spilled-{slice_}"


def keep_on_disk(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Lets what is derived go to a file in this folder: there it is compressed, and need not be written to make room."""
    folder.mkdir(parents=True, exist_ok=True)
    connection.execute(f"ATTACH {quoted_path(folder / 'steps.duckdb')} AS {ON_DISK} (STORAGE_VERSION 'latest')")


def plan_for_few_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Leaves out of planning what pays only with many rows: planning is most of what a small job takes."""
    known = {name for (name,) in connection.execute("SELECT name FROM duckdb_optimizers()").fetchall()}  # by version
    connection.execute(f"SET disabled_optimizers = '{', '.join(one for one in _PAYS_WITH_ROWS if one in known)}'")


def narrow(
    connection: duckdb.DuckDBPyConnection, layout: Layout, definition: Definition, job_ids: Sequence[str]
) -> tuple[set[str], int]:
    """Lets the names of tables mean the rows of these jobs alone: records, `files`, and `loaded_jobs`.

    Gives the tables of records that have no rows, and the bytes of the logs.
    """
    these = is_one_of("job_id", job_ids)
    connection.execute(f"CREATE TEMP TABLE loaded_jobs AS SELECT * FROM catalog.ledger.jobs WHERE {these}")
    connection.execute(f"CREATE TEMP TABLE files AS SELECT * FROM catalog.main.files WHERE {these}")
    ((size,),) = connection.execute("SELECT coalesce(sum(bytes), 0) FROM files").fetchall()
    kind = "TABLE" if size <= _HELD_BYTES else "VIEW"
    empty, ledger = set(), listed(connection, slices_of(connection, "files"))
    for table in definition.tables:
        rows = rows_of(ledger, layout, table)
        made = connection.execute(f"CREATE TEMP {kind} {quoted(table.name)} AS SELECT * FROM ({rows}) WHERE {these}")
        if made.fetchall() == [(0,)]:
            empty.add(table.name)
    return empty, size


def derived_relations(
    connection: duckdb.DuckDBPyConnection, library: Library, database: str = "temp"
) -> dict[str, DerivedRelation]:
    """The derived relations that a database has tables of, checks left out, and their columns."""
    columns: dict[str, list[tuple[str, str]]] = {}
    for name, column, type_ in connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns()"
        f" WHERE database_name = {literal(database)} AND NOT internal ORDER BY table_name, column_index"
    ).fetchall():
        columns.setdefault(name, []).append((column, type_))
    return {
        view.name: DerivedRelation(columns[view.name], is_history=view.is_history, is_step=view.is_step)
        for view in library.derivation
        if view.is_derived and view.folder != CHECKS and view.name in columns
    }


def _write(
    connection: duckdb.DuckDBPyConnection,
    layout: Layout,
    slice_: str,
    mark: str,
    relations: Mapping[str, DerivedRelation],
) -> Iterator[Part]:
    """Writes each relation that is stored, marked with the derivation of their job."""
    for name, relation in relations.items():
        if not relation.is_step:
            rows = f'SELECT *, {mark} AS derivation FROM temp."{name}"'
            part = write_derived(connection, layout, slice_, name, relation, rows)
            if part is not None:
                yield part
