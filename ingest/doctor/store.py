"""Looking a store over: is all there that the catalog lists, is it whole, is there room, does anything want doing?"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from ingest.doctor.installation import Health, Status
from ingest.errors import StoreError, first_line
from ingest.output.wording import plural, size
from ingest.store.catalog import connect_catalog
from ingest.store.commit import read_meta
from ingest.store.compact import states
from ingest.store.fronts import LIVING
from ingest.store.lock import holder
from ingest.store.paths import Layout

if TYPE_CHECKING:
    import duckdb

    from ingest.plugin.registry import Registry

_LEAST_FREE = 1 << 30
"""Bytes of room below which a load, or a merge, may not find its place."""

_MANY_SMALL = 50
_NAMED = 3
_LOST = "Take these jobs' rows from a backup, or read their logs again: ingest FOLDER --reparse"


def examine(layout: Layout, registry: Registry, *, thorough: bool = False) -> Iterator[Health]:
    """All that can be said of a store. `thorough`: every row is read, which takes as long as a question over all of them."""
    try:
        with connect_catalog(layout) as connection:
            meta = read_meta(connection)
            jobs = connection.execute("SELECT count(*) FROM jobs").fetchall()[0][0]
            yield Health("store", Status.OK, f"{layout}: format {meta['format']}, {jobs} job{plural(jobs)}")
            if layout.url is not None:
                from ingest.doctor import remote

                yield from remote.parts(connection, layout, thorough=thorough)
            else:
                yield from _parts(connection, layout, thorough)
            yield _ledger(connection)
            yield from _views(connection, registry, meta)
            yield from _clock(connection)
            yield _orphans(connection, layout) if layout.url is None else remote.leftovers(connection, layout)
            yield _wants_merging(connection)
    except StoreError as error:
        yield Health("store", Status.PROBLEM, error.wrong, error.remedy)
    if layout.url is not None:
        from ingest.doctor import remote

        yield from remote.head(layout)
    elif layout.root.is_dir():
        yield _lock(layout)
    if layout.root.is_dir():
        yield _room(layout)


def _parts(connection: duckdb.DuckDBPyConnection, layout: Layout, thorough: bool) -> Iterator[Health]:
    """Every Parquet file that is listed: there, readable, with the rows and columns that the ledger says."""
    listed = connection.execute("SELECT name, slice, rows, bytes, columns FROM ledger.parts ORDER BY ALL").fetchall()
    wrong = []
    for name, slice_, rows, bytes_, columns in listed:
        path = layout.part(name, slice_)
        if (said := wrong_with(path, rows, bytes_, columns.split(","), thorough)) is not None:
            wrong.append(f"{path.relative_to(layout.root)}: {said}")
    read = "every row was read" if thorough else "their ends were read; --thorough reads every row"
    yield from told(wrong, len(listed), sum(bytes_ for _, _, _, bytes_, _ in listed), read)


def told(wrong: list[str], listed: int, total: int, read: str) -> Iterator[Health]:
    """What is wrong with some of the listed files, which are of `total` bytes; or what was read, if nothing is."""
    for one in wrong[:_NAMED]:
        yield Health("rows", Status.DAMAGED, one, _LOST)
    if len(wrong) > _NAMED:
        yield Health("rows", Status.DAMAGED, f"and {len(wrong) - _NAMED} more of {listed} files", _LOST)
    if not wrong:
        yield Health("rows", Status.OK, f"all {listed} Parquet files ({size(total)}) are whole: {read}")


def wrong_with(path: Path, rows: int, bytes_: int, columns: list[str], thorough: bool) -> str | None:
    """What is wrong with a Parquet file; None if nothing is."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        there = path.stat().st_size
        if there != bytes_:
            return f"{there} bytes, {bytes_} were written"
        with pq.ParquetFile(path) as file:
            if file.metadata.num_rows != rows:
                return f"{file.metadata.num_rows} rows, {rows} were written"
            if missing := [column for column in columns if column not in file.schema_arrow.names]:
                return f"no column {', '.join(missing)}"
            if thorough:
                for _ in file.iter_batches():
                    pass
    except FileNotFoundError:
        return "it is gone"
    except (OSError, pa.ArrowException) as error:
        return f"cannot be read: {str(error).partition(chr(10))[0]}"
    return None


def _ledger(connection: duckdb.DuckDBPyConnection) -> Health:
    """Whether the ledger agrees with itself: every file's rows lie in a slice that is listed, and fit into it."""
    wrong = connection.execute(
        f"""
        SELECT count(*) FROM (
            SELECT slice, sum(rows) AS told FROM ({LIVING}) GROUP BY slice
        ) LEFT JOIN (SELECT slice, sum(rows) AS there FROM ledger.parts GROUP BY slice) USING (slice)
        WHERE told > coalesce(there, 0)
        """
    ).fetchall()[0][0]
    if wrong:
        told = f"{wrong} slice{plural(wrong)} with fewer rows than the files in them gave"
        return Health("ledger", Status.DAMAGED, told, _LOST)
    return Health("ledger", Status.OK, "every file's rows are accounted for")


def _views(connection: duckdb.DuckDBPyConnection, registry: Registry, meta: dict[str, str]) -> Iterator[Health]:
    """Whether every view can be asked, and is of this version of ingest."""
    import duckdb

    names = [
        name
        for (name,) in connection.execute(
            "SELECT view_name FROM duckdb_views() WHERE database_name = 'catalog' AND schema_name = 'main'"
            " AND NOT internal ORDER BY 1"
        ).fetchall()
    ]
    broken = {}
    for name in names:
        try:
            connection.execute(f'DESCRIBE "{name}"')
        except duckdb.Error as error:
            broken[name] = first_line(error)
    for name, said in list(broken.items())[:_NAMED]:
        yield Health("views", Status.PROBLEM, f"{name}: {said}", "ingest rebuild")
    if meta.get("views") != registry.definition(json.loads(meta.get("thresholds", "{}"))).digest:
        told = "the views are of another version of ingest, or of other plugins"
        yield Health("views", Status.NOTE, told, "ingest rebuild; a load does it too")
    elif not broken:
        yield Health("views", Status.OK, f"all {len(names)} tables and views of records can be asked")


def _clock(connection: duckdb.DuckDBPyConnection) -> Iterator[Health]:
    """Times in the future: a clock that is wrong here, or was wrong where the logs were written."""
    ahead = connection.execute(
        "SELECT count(*) FROM jobs WHERE last_record_at > timezone('UTC', now()) + INTERVAL 1 DAY"
    ).fetchall()[0][0]
    if ahead:
        told = f"{ahead} job{plural(ahead)} with records more than a day in the future"
        yield Health("clock", Status.NOTE, told, "Is this machine's clock right? It decides how old jobs are.")


def _orphans(connection: duckdb.DuckDBPyConnection, layout: Layout) -> Health:
    """Files that no catalog lists."""
    kept = {slice_ for (slice_,) in connection.execute("SELECT slice FROM ledger.parts").fetchall()}
    dropped = {slice_ for (slice_,) in connection.execute("SELECT slice FROM ledger.dropped_slices").fetchall()}
    waiting = left = waiting_bytes = left_bytes = 0
    for path in layout.data.glob("*/*.parquet"):
        if path.stem in kept:
            continue
        bytes_ = path.stat().st_size if path.exists() else 0
        if path.stem in dropped:
            waiting, waiting_bytes = waiting + 1, waiting_bytes + bytes_
        else:
            left, left_bytes = left + 1, left_bytes + bytes_
    if left:
        told = f"{left} Parquet file{plural(left)} ({size(left_bytes)}) of a run that goes on or was broken off"
        return Health("leftovers", Status.NOTE, told, "The next command that writes deletes what is left over.")
    if waiting:
        told = f"{waiting} replaced Parquet file{plural(waiting)} ({size(waiting_bytes)}) are kept an hour for readers"
        return Health("leftovers", Status.OK, told)
    return Health("leftovers", Status.OK, "no file that the catalog does not list")


def _wants_merging(connection: duckdb.DuckDBPyConnection) -> Health:
    """Whether `ingest compact` would do good."""
    found = states(connection)
    small = sum(one.is_small for one in found)
    dead, rows = sum(one.dead_rows for one in found), sum(one.rows for one in found)
    told = f"{len(found)} slice{plural(len(found))}, {small} of them small; {dead} of {rows} rows dead"
    if small > _MANY_SMALL or dead > rows / 5:
        return Health("slices", Status.NOTE, told, "ingest compact makes questions quicker and files fewer")
    return Health("slices", Status.OK, told)


def _lock(layout: Layout) -> Health:
    """Whether somebody writes now, and whether we could."""
    if not layout.lock.exists():
        return Health("lock", Status.OK, "nobody writes")
    lock = FileLock(layout.lock)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return Health(
            "lock", Status.NOTE, f"an ingest is writing ({holder(layout)})", "Other writers wait: --lock-timeout"
        )
    except OSError as error:
        told = f"the store can be read, not written: {error.strerror}"
        return Health("lock", Status.NOTE, told, "Give this user the right to write, if it shall load jobs.")
    lock.release()
    return Health("lock", Status.OK, "nobody writes")


def _room(layout: Layout) -> Health:
    """Free room on the disk."""
    free = shutil.disk_usage(layout.root).free
    told = f"{size(free)} free"
    if free < _LEAST_FREE:
        return Health("disk", Status.PROBLEM, told, "Make room, or: ingest forget --older-than DAYS; ingest compact")
    return Health("disk", Status.OK, told)
