"""Looking over what is different in a store on object storage: its head, its objects, what nobody lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest.doctor.installation import Health, Status
from ingest.errors import StoreError
from ingest.output.wording import plural, size
from ingest.sources.cloud.client import BlobError
from ingest.store.remote.address import DATA, HEAD, part_name
from ingest.store.remote.backend import Head, RemoteBackend
from ingest.store.remote.cache import private
from ingest.store.remote.sweep import garbage

if TYPE_CHECKING:
    import duckdb

    from ingest.store.paths import Layout


def parts(connection: duckdb.DuckDBPyConnection, layout: Layout, *, thorough: bool) -> Iterator[Health]:
    """Every Parquet file that is listed: there, of the right size; if `thorough`, each is fetched and read."""
    from ingest.doctor.store import told, wrong_with

    listed = connection.execute("SELECT name, slice, rows, bytes, columns FROM ledger.parts ORDER BY ALL").fetchall()
    backend = RemoteBackend(layout)
    fetched = layout.part("fetched", "part")
    try:
        private(fetched.parent)
        there = {one.name: one.size for one in backend.objects.listed(DATA)}
        wrong = []
        for table, slice_, rows, bytes_, columns in listed:
            name = part_name(table, slice_)
            said = None
            if name not in there:
                said = "it is gone"
            elif there[name] != bytes_:
                said = f"{there[name]} bytes, {bytes_} were written"
            elif thorough:
                backend.fetch(table, slice_, fetched)
                said = wrong_with(fetched, rows, bytes_, columns.split(","), True)
            if said is not None:
                wrong.append(f"{name}: {said}")
    except BlobError as error:
        raise StoreError(str(error.strerror), error.remedy) from error
    finally:
        layout.leave()
    read = "every row was read" if thorough else "their sizes are right; --thorough fetches and reads every row"
    yield from told(wrong, len(listed), sum(bytes_ for _, _, _, bytes_, _ in listed), read)


def leftovers(connection: duckdb.DuckDBPyConnection, layout: Layout) -> Health:
    """Objects that nothing lists."""
    backend = RemoteBackend(layout)
    published = backend.newest()
    assert published is not None, "a catalog is open"
    assert isinstance(published.state, Head)
    try:
        found = garbage(backend, published.state, connection)
    except BlobError as error:
        raise StoreError(str(error.strerror), error.remedy) from error
    if found.gone:
        told = f"{_told(len(found.gone), sum(one.size for one in found.gone))} older than a day that nothing lists"
        return Health("leftovers", Status.NOTE, told, "The next command that writes deletes them.")
    if found.waiting:
        told = _told(len(found.waiting), sum(one.size for one in found.waiting))
        return Health(
            "leftovers", Status.OK, f"{told} of loads that go on, were broken off or lost a race: kept for a day"
        )
    return Health("leftovers", Status.OK, "no object that nothing lists")


def head(layout: Layout) -> Iterator[Health]:
    """Which catalog counts, and whether that is written down."""
    try:
        found = RemoteBackend(layout).head()
    except BlobError as error:
        yield Health("head", Status.PROBLEM, str(error.strerror), error.remedy)
        return
    except StoreError as error:
        yield Health("head", Status.PROBLEM, error.wrong, error.remedy)
        return
    if found is not None and found.is_lost:
        told = f"{HEAD} is lost; the newest catalog counts: {found.catalog}"
        yield Health("head", Status.NOTE, told, "The next command that writes makes it again.")
    elif found is not None:
        yield Health("head", Status.OK, f"catalog {found.number:,} counts; writers need no lock")


def _told(count: int, bytes_: int) -> str:
    return f"{count} object{plural(count)} ({size(bytes_)})"
