"""Merging small slices into few large ones, less their dead rows. Every table and view answers the same before and after.

A merge writes new Parquet files beside the old ones and publishes a catalog that lists them instead; readers keep what
they opened, and the old files stay on disk for the grace time. Killed at any instant, the last catalog stands, and what
it does not list is swept away by whoever writes next.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ingest.logs import log
from ingest.quoting import is_one_of, literal
from ingest.store.catalog import connect_catalog
from ingest.store.derived_parts import merged_derived
from ingest.store.fronts import LIVING, merge_fronts
from ingest.store.premises import OvertakenError, slice_premises
from ingest.store.record_views import listed, rows_of
from ingest.store.slice_ledger import add_parts, drop_empty_slices

if TYPE_CHECKING:
    import duckdb

    from ingest.plugin.registry import Registry
    from ingest.store.maintenance import Maintenance
    from ingest.store.slice_ledger import Part

_JOBS, _BYTES = 100, 128 << 20
"""What a merged slice holds at most; one of less than half of both is small, and merged again later."""

DEAD_SHARE = 0.2
"""For those who merge again and again: a large slice is written anew only if more of its rows than this are dead."""

_CHUNK_BYTES = 32 << 20
"""Logs of the jobs whose rows are put in order at once; bounds memory."""

_BATCH_ROWS = 60_000
"""Rows taken from the database at a time."""


@dataclass(frozen=True, slots=True)
class SliceState:
    """A slice as the ledger has it."""

    name: str
    jobs: int
    bytes: int
    rows: int
    dead_rows: int
    files: int
    """Its Parquet files."""

    @property
    def is_small(self) -> bool:
        """Whether it is worth merging with others."""
        return 2 * self.jobs <= _JOBS and 2 * self.bytes <= _BYTES


@dataclass(slots=True)
class Compacted:
    """What a compaction did, or would do."""

    slices: int = 0
    files_before: int = 0
    files_after: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    dead_rows: int = 0
    """Rows of files that were read again or forgotten."""

    def add(self, group: Sequence[SliceState], parts: Sequence[Part] = ()) -> None:
        """Adds slices that became one, of these Parquet files."""
        self.slices += 1
        self.files_before += sum(one.files for one in group)
        self.bytes_before += sum(one.bytes for one in group)
        self.dead_rows += sum(one.dead_rows for one in group)
        self.files_after += len(parts)
        self.bytes_after += sum(part.bytes for part in parts)


def states(connection: duckdb.DuckDBPyConnection) -> list[SliceState]:
    """Every slice that is listed, in the order in which they were written."""
    return [SliceState(*row) for row in connection.execute(_STATES).fetchall()]


_STATES = f"""
    WITH living AS (
        SELECT slice, count(DISTINCT job_id) AS jobs, sum(rows)::BIGINT AS rows FROM ({LIVING}) GROUP BY slice
    ),
    parts AS (
        SELECT slice, sum(bytes)::BIGINT AS bytes, sum(rows)::BIGINT AS rows, count(*) AS files
        FROM ledger.parts GROUP BY slice
    )
    SELECT slice, jobs, bytes, parts.rows, greatest(parts.rows - living.rows, 0), files
    FROM parts JOIN living USING (slice) ORDER BY slice
"""


def derived_states(connection: duckdb.DuckDBPyConnection) -> list[SliceState]:
    """The same of the slices of derived rows; how many of these are dead is estimated from the jobs that they were of."""
    return [SliceState(*row) for row in connection.execute(_DERIVED_STATES).fetchall()]


_DERIVED_STATES = """
    WITH living AS (
        SELECT slice, count(*) AS jobs FROM ledger.derived GROUP BY slice
    ),
    dead AS (
        SELECT slice, count(*) AS jobs FROM (
            SELECT slice FROM ledger.dead_derivations UNION ALL SELECT slice FROM ledger.derived WHERE forgotten
        ) GROUP BY slice
    ),
    parts AS (
        SELECT slice, sum(bytes)::BIGINT AS bytes, sum(rows)::BIGINT AS rows, count(*) AS files
        FROM ledger.parts GROUP BY slice
    )
    SELECT
        slice, living.jobs, bytes, rows,
        (rows * coalesce(dead.jobs, 0) / (living.jobs + coalesce(dead.jobs, 0)))::BIGINT, files
    FROM parts JOIN living USING (slice) LEFT JOIN dead USING (slice)
    ORDER BY slice
"""


def groups(found: Sequence[SliceState], dead_share: float = 0.0) -> list[list[SliceState]]:
    """The slices to merge, those that will become one together.

    Small ones with their neighbours in time, and any with a larger share of dead rows than `dead_share`.
    """
    chosen = [one for one in found if one.is_small or one.dead_rows > dead_share * one.rows]
    made: list[list[SliceState]] = []
    for one in chosen:
        last = made[-1] if made else []
        jobs, size = one.jobs + sum(other.jobs for other in last), one.bytes + sum(other.bytes for other in last)
        if last and jobs <= _JOBS and size <= _BYTES:
            last.append(one)
        else:
            made.append([one])
    return [one for one in made if len(one) > 1 or one[0].dead_rows > dead_share * one[0].rows]


def compact(store: Maintenance, dead_share: float = 0.0) -> Compacted:
    """Merges what is worth merging, a commit for each slice that is made; only tables that the registry knows.

    Raises `StoreError` if the disk is full; what was merged until then stays merged.
    """
    done = Compacted()
    with connect_catalog(store.layout) as connection:
        found, derived = _of_records(connection, store.registry, dead_share), _of_derived(connection, dead_share)
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    for merge, letter, chosen in ((_merge, "m", found), (_merge_derived, "n", derived)):
        for number, group in enumerate(chosen):
            try:
                merge(store, group, f"{name}-{letter}{number:04d}", done)
            except OvertakenError:  # of an object store, which has no lock: the next time will do
                log().info("not merged: a load changed the same slices meanwhile", slices=len(group))
    return done


def to_merge(
    connection: duckdb.DuckDBPyConnection, registry: Registry, dead_share: float = 0.0
) -> list[list[SliceState]]:
    """What `compact` would merge."""
    return [*_of_records(connection, registry, dead_share), *_of_derived(connection, dead_share)]


def _of_derived(connection: duckdb.DuckDBPyConnection, dead_share: float) -> list[list[SliceState]]:
    return groups(derived_states(connection), dead_share)


def _of_records(connection: duckdb.DuckDBPyConnection, registry: Registry, dead_share: float) -> list[list[SliceState]]:
    """Slices with a table of a plugin that is not loaded are left: its rows would be lost."""
    known = ", ".join(literal(table.name) for table in registry.tables)
    strange = connection.execute(f"SELECT slice FROM ledger.parts WHERE name NOT IN ({known})").fetchall()
    left = {slice_ for (slice_,) in strange}
    return groups([one for one in states(connection) if one.name not in left], dead_share)


def _merge(store: Maintenance, group: Sequence[SliceState], name: str, done: Compacted) -> None:
    """Makes one slice of several."""
    old = [one.name for one in group]
    with connect_catalog(store.layout) as connection:
        before = slice_premises(connection, old)
        parts = _write(store, connection, old, name)

    def replace(connection: duckdb.DuckDBPyConnection) -> None:
        if slice_premises(connection, old) != before:
            raise OvertakenError
        connection.execute(f"UPDATE files SET slice = {literal(name)} WHERE {is_one_of('slice', old)}")
        merge_fronts(connection, old, name)
        add_parts(connection, parts)
        drop_empty_slices(connection)

    store.publish(replace)
    done.add(group, parts)


def _merge_derived(store: Maintenance, group: Sequence[SliceState], name: str, done: Compacted) -> None:
    """Makes one slice of derived rows of several."""
    old = [one.name for one in group]
    with connect_catalog(store.layout) as connection:
        before = slice_premises(connection, old)
        parts = merged_derived(connection, store.layout, old, name)

    def replace(connection: duckdb.DuckDBPyConnection) -> None:
        if slice_premises(connection, old) != before:
            raise OvertakenError
        connection.execute(f"UPDATE ledger.derived SET slice = {literal(name)} WHERE {is_one_of('slice', old)}")
        add_parts(connection, parts)
        drop_empty_slices(connection)

    store.publish(replace)
    done.add(group, parts)


def _write(store: Maintenance, connection: duckdb.DuckDBPyConnection, old: Sequence[str], name: str) -> Sequence[Part]:
    """Writes the living rows of some slices as one, sorted by job; the order within a job stays."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from ingest.store.parts import SliceWriter

    tables = {table.name: table for table in store.registry.tables}
    held = connection.execute(f"SELECT DISTINCT name FROM ledger.parts WHERE {is_one_of('slice', old)}").fetchall()
    writer, ledger = SliceWriter(store.layout, name, tables), listed(connection, old)
    chunks = list(_chunks(connection, old))
    for table in sorted(table for (table,) in held):
        living = rows_of(ledger, store.layout, tables[table])
        for order, chunk in enumerate(chunks):
            query = f"SELECT * FROM ({living}) WHERE {is_one_of('job_id', chunk)}"
            found = connection.sql(query)
            assert found is not None, "a SELECT has a result"
            if len(chunk) == 1:  # as it is: a large job is never held whole
                for batch in found.to_arrow_reader(_BATCH_ROWS):
                    writer.add(table, pa.Table.from_batches([batch]).cast(tables[table].schema), order)
            else:
                rows = found.to_arrow_table()
                stable = pc.sort_indices(rows, [("job_id", "ascending")])
                writer.add(table, rows.take(stable).cast(tables[table].schema), order)
    return writer.close()


def _chunks(connection: duckdb.DuckDBPyConnection, slices: Sequence[str]) -> Iterator[list[str]]:
    """The jobs of some slices by id, as many at once as may be held."""
    sizes = connection.execute(
        "SELECT job_id, sum(bytes)::BIGINT FROM files WHERE job_id IN ("
        f"SELECT job_id FROM ({LIVING}) WHERE {is_one_of('slice', slices)}) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    held: list[str] = []
    held_bytes = 0
    for job_id, size in sizes:
        if held and held_bytes + size > _CHUNK_BYTES:
            yield held
            held, held_bytes = [], 0
        held.append(job_id)
        held_bytes += size
    if held:
        yield held
