"""Collecting what nothing needs any more: Parquet files and catalogs below the prefix of a store.

A Parquet file lies there before it is listed, for as long as its load takes; one that was dropped may still be read by who
attached an older catalog. So nothing goes that is younger than a day, by the clock of the object store.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ingest.logs import log
from ingest.sources.cloud.client import BlobError
from ingest.store.backend import all_at_once
from ingest.store.remote.address import CATALOGS, DATA, part_name
from ingest.store.remote.backend import Head, RemoteBackend

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from ingest.store.paths import Layout
    from ingest.store.remote.objects import Object

KEPT = timedelta(hours=24)
"""How long what is not listed is kept."""

_KEPT_CATALOGS = 10
_EVERY_S = 3_600
"""How often a machine looks: all objects are listed for it."""

_AT_ONCE = 16


@dataclass(slots=True)
class Garbage:
    """What is listed nowhere."""

    waiting: list[Object] = field(default_factory=list)
    """It is younger than a day."""
    gone: list[Object] = field(default_factory=list)
    """It may go."""


def garbage(backend: RemoteBackend, head: Head, connection: duckdb.DuckDBPyConnection) -> Garbage:
    """What nobody needs, by the catalog that counts. Raises `BlobError`."""
    parts_listed = connection.execute("SELECT name, slice FROM ledger.parts").fetchall()
    listed = {part_name(table, slice_) for table, slice_ in parts_listed}
    query = "SELECT slice FROM ledger.dropped_slices WHERE dropped_at > ?"
    dropped = {slice_ for (slice_,) in connection.execute(query, [time.time() - KEPT.total_seconds()]).fetchall()}
    parts, catalogs = backend.objects.listed(DATA), backend.objects.listed(CATALOGS)
    newest = {head.catalog, *sorted((_name(one) for one in catalogs), reverse=True)[:_KEPT_CATALOGS]}
    unlisted = [one for one in parts if one.name not in listed and PurePosixPath(one.name).stem not in dropped]
    unlisted += [one for one in catalogs if _name(one) not in newest]
    if not unlisted:
        return Garbage()
    now = max(
        one.written for one in (*parts, *catalogs)
    )  # a moment ago, or before: the clock of this machine may be wrong
    found = Garbage()
    for one in unlisted:
        (found.gone if now - one.written > KEPT else found.waiting).append(one)
    return found


def sweep_remote(layout: Layout) -> int:
    """Deletes garbage, if this machine did not look lately. What cannot be deleted stays for the next time."""
    from ingest.store.catalog import connect_catalog

    looked = layout.root / "swept"
    with suppress(OSError):
        if looked.stat().st_mtime > time.time() - _EVERY_S:
            return 0
    backend = RemoteBackend(layout)
    published = backend.newest()
    if published is None:
        return 0
    assert isinstance(published.state, Head)
    try:
        with connect_catalog(layout) as connection:
            gone = garbage(backend, published.state, connection).gone
        delete(backend, gone)
    except BlobError as error:
        log().warning("old files are not collected", store=str(layout), reason=error.strerror)
        return 0
    with suppress(OSError):
        layout.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        looked.touch()
    return len(gone)


def delete(backend: RemoteBackend, objects: Sequence[Object]) -> None:
    """Deletes objects, many at once. Raises `BlobError`."""
    all_at_once(lambda one: backend.objects.delete(one.name), objects, _AT_ONCE)


def _name(one: Object) -> str:
    return one.name.removeprefix(CATALOGS)
