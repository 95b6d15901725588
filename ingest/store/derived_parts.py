"""Writing derived rows: a Parquet file for each relation of a slice, marked with the derivation that made each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest.quoting import is_one_of, quoted_path
from ingest.store.backend import backend_of
from ingest.store.derived import derived_columns
from ingest.store.disk import as_store_error
from ingest.store.paths import Layout
from ingest.store.record_views import DEAD, FORGOTTEN
from ingest.store.slice_ledger import Part

if TYPE_CHECKING:
    import duckdb

    from ingest.store.derived import DerivedRelation


def write_derived(
    connection: duckdb.DuckDBPyConnection, layout: Layout, slice_: str, name: str, relation: DerivedRelation, rows: str
) -> Part | None:
    """Writes the rows that a query gives, to be put with others; None if there are none. Raises StoreError without room."""
    path = layout.part(name, slice_)
    with as_store_error(layout, "rows"):
        path.parent.mkdir(parents=True, exist_ok=True)
        ((count,),) = connection.execute(
            f"COPY ({rows}) TO {quoted_path(path)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
        ).fetchall()
        if not count:
            path.unlink()
            return None
        columns = ",".join(column for column, _ in relation.columns)
        return Part(name, slice_, count, path.stat().st_size, columns)


def put_derived(layout: Layout, parts: Sequence[Part], slice_: str) -> None:
    """Puts what was written of a slice to its place for good. Raises StoreError if that cannot be done."""
    with as_store_error(layout, "rows"):
        backend_of(layout).put_new([part.table for part in parts], slice_)


def merged_derived(
    connection: duckdb.DuckDBPyConnection, layout: Layout, old: Sequence[str], slice_: str
) -> list[Part]:
    """Writes the living rows of some slices as one, sorted by job."""
    parts = []
    listed = connection.execute(
        f"SELECT name, slice FROM ledger.parts WHERE {is_one_of('slice', old)} ORDER BY name, slice"
    ).fetchall()
    for name, relation in derived_columns(connection).items():
        files = ", ".join(quoted_path(layout.location(name, one)) for table, one in listed if table == name)
        if not files:
            continue
        dead = DEAD if relation.is_history else f"{DEAD} UNION ALL {FORGOTTEN}"
        rows = (
            f"SELECT * FROM read_parquet([{files}], union_by_name = true)"
            f" ANTI JOIN ({dead}) USING (derivation) ORDER BY job_id, derivation"
        )
        part = write_derived(connection, layout, slice_, name, relation, rows)
        if part is not None:
            parts.append(part)
    put_derived(layout, parts, slice_)
    return parts
