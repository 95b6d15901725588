"""Copying a store to another place, in a folder or on object storage: its listed Parquet files, and its catalog.

The copy is published when all files are there, in one commit; what a copy that was broken off left behind is collected as
the leftovers of a load are.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import StoreError
from ingest.quoting import quoted
from ingest.store.backend import HeadMovedError, all_at_once, backend_of
from ingest.store.catalog import Draft, connect_catalog
from ingest.store.commit import read_meta
from ingest.store.derived import derived_columns
from ingest.store.disk import as_store_error
from ingest.store.maintenance import writing

if TYPE_CHECKING:
    import duckdb

    from ingest.plugin.registry import Registry
    from ingest.store.paths import Layout


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds."""

    jobs: int
    files: int
    """Its Parquet files."""
    bytes: int
    rows: int
    """Of all tables and derived relations."""


def copy_store(source: Layout, target: Layout, registry: Registry, lock_timeout_s: float = 60.0) -> Copied:
    """Copies a store as it is now, and counts the rows of both.

    Raises `StoreError` if the source is none, the target is not empty, or the copy has other rows.
    """
    if str(source) == str(target):
        raise StoreError(f"{source}: is both the store and its copy", "Name another place for the copy.")
    with connect_catalog(source) as connection, writing(target, lock_timeout_s):
        _check_target(target)
        _check_tables(connection, registry)
        parts = connection.execute("SELECT name, slice, bytes FROM ledger.parts ORDER BY slice, name").fetchall()
        slices: dict[str, list[str]] = {}
        for table, slice_, _ in parts:
            slices.setdefault(slice_, []).append(table)
        with as_store_error(target, "the copy"):
            for slice_, tables in slices.items():
                all_at_once(_copier(source, target, slice_), tables)
                backend_of(target).put_new(tables, slice_)
        counts = _counts(connection)
        path = Path(
            connection.execute("SELECT path FROM duckdb_databases() WHERE database_name = 'catalog'").fetchall()[0][0]
        )
        _publish(target, registry, path, json.loads(read_meta(connection).get("thresholds", "{}")))
        jobs = connection.execute("SELECT count(*) FROM ledger.jobs").fetchall()[0][0]
    with connect_catalog(target) as connection:
        if (there := _counts(connection)) != counts:
            other = next(name for name in counts if there.get(name) != counts[name])
            raise StoreError(
                f"{target}: the copy has {there.get(other)} rows in {other}, the store {counts[other]}",
                "Delete the copy, and copy again; the store is as it was.",
            )
    return Copied(jobs, len(parts), sum(size for _, _, size in parts), sum(counts.values()))


def _check_target(target: Layout) -> None:
    if backend_of(target).newest() is not None:
        raise StoreError(f"{target}: there is a store already", "Name a new or an empty place for the copy.")


def _check_tables(connection: duckdb.DuckDBPyConnection, registry: Registry) -> None:
    """Raises `StoreError` for a table of a plugin that is not loaded: its view would go on naming the old files."""
    known = {table.name for table in registry.tables} | set(derived_columns(connection))
    listed = connection.execute("SELECT DISTINCT name FROM ledger.parts ORDER BY name").fetchall()
    if strange := [name for (name,) in listed if name not in known]:
        raise StoreError(
            f"the store has a table of a plugin that is not loaded: {strange[0]}", "Load the plugin: --plugin FILE."
        )


def _copier(source: Layout, target: Layout, slice_: str) -> Callable[[str], None]:
    """Copies the file of a table to where the target's files are put to their place from."""
    place = backend_of(source)

    def copy(table: str) -> None:
        path = target.part(table, slice_)
        path.parent.mkdir(parents=True, exist_ok=True)
        place.fetch(table, slice_, path)

    return copy


def _publish(target: Layout, registry: Registry, catalog: Path, thresholds: dict[str, float]) -> None:
    draft = Draft(target, registry.definition(thresholds), lambda: catalog)
    try:
        draft.publish()
    except HeadMovedError:
        raise StoreError(f"{target}: another writer made a store there meanwhile", "Choose another place.") from None


def _counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """The rows of each table and derived relation that has Parquet files."""
    names = connection.execute("SELECT DISTINCT name FROM ledger.parts ORDER BY name").fetchall()
    return {
        name: connection.execute(f"SELECT count(*) FROM parts.{quoted(name)}").fetchall()[0][0] for (name,) in names
    }
