"""A store below a prefix of an object store.

`data/TABLE/SLICE.parquet` and `catalogs/N-ID.duckdb` are written once, each under a name of its own, and never changed;
`head.json` says which catalog counts. It is swapped on the condition that it is the one that the writer began with. So
who reads sees a whole state, who is killed leaves objects that nobody lists, and of two who write at once one applies its
commit again: no lock is needed, and none is there.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.errors import StoreError
from ingest.logs import debug, log
from ingest.sources.cloud.client import BlobError, MissingError
from ingest.store.backend import HeadMovedError, Published, all_at_once
from ingest.store.remote.address import CATALOGS, DATA, HEAD, Address, part_name
from ingest.store.remote.cache import Cache, private
from ingest.store.remote.objects import Objects, store_error

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from ingest.store.paths import Layout

_CATALOG = re.compile(r"(?P<number>\d{6,})-[0-9a-f]+\.duckdb")
_RECENT = 20
"""Catalogs that a head remembers: who does not hear whether its own was taken, sees it there."""

_READS = 5
"""How often the head may move away from a catalog, which then is gone, before a reader gives up."""


@dataclass(frozen=True, slots=True)
class Head:
    """What `head.json` says, and how the store tells it from others."""

    catalog: str
    number: int
    recent: tuple[str, ...]
    etag: str | None
    version: str | None

    @property
    def is_lost(self) -> bool:
        """Whether it is not there, and was found out from the newest catalog."""
        return self.etag is None and self.version is None


class RemoteBackend:
    """See `Backend`."""

    def __init__(self, layout: Layout) -> None:
        assert layout.url is not None
        self._layout = layout
        self.address = Address.of(layout.url)
        self.objects = Objects(self.address)
        self.cache = Cache(layout.root)

    def newest(self) -> Published | None:
        """The published catalog, a copy of it here; None if there is none yet. Raises `StoreError`."""
        try:
            for _ in range(_READS):
                if (head := self.head()) is None:
                    return None
                name = head.catalog
                with suppress(MissingError):
                    return Published(self.cache.catalog(head.catalog, self._catalog), head)
        except BlobError as error:
            raise store_error(error) from error
        except OSError as error:
            raise StoreError(
                f"{self._layout}: its catalog cannot be kept in {self._layout.root}: {error.strerror}",
                "Make room there, or choose another cache folder: XDG_CACHE_HOME.",
            ) from error
        raise StoreError(
            f"{self._layout}: {HEAD} names a catalog that is gone: {name}",
            f"If an older one is still there, delete {HEAD}: then the newest catalog counts.",
        )

    def head(self) -> Head | None:
        """What counts; found out from the catalogs if `head.json` was lost. Raises `BlobError`, `StoreError`."""
        try:
            data, meta = self.objects.get(HEAD)
        except MissingError:
            return self._found_again()
        try:
            told = json.loads(data)
            return Head(str(told["catalog"]), int(told["n"]), tuple(told["recent"]), meta["e_tag"], meta.get("version"))
        except (ValueError, KeyError, TypeError):
            raise StoreError(
                f"{self._layout}: its {HEAD} is damaged, or no head of a store",
                f"If this is a store, delete {HEAD}: then the newest catalog counts.",
            ) from None

    def put_new(self, tables: Sequence[str], slice_: str) -> None:
        """Uploads Parquet files, some at once; copies stay here, since they are often read next."""

        def put(table: str) -> None:
            self.objects.put(part_name(table, slice_), self._layout.part(table, slice_))

        all_at_once(put, tables)
        for table in tables:
            self.cache.keep_part(part_name(table, slice_), self._layout.part(table, slice_))

    def swap_head(self, base: Published | None, added: Iterable[str]) -> None:  # noqa: ARG002  # objects have no folders
        """Publishes the draft. Raises `HeadMovedError` if another was published since `base`, `BlobError` otherwise."""
        before = base.state if base is not None else None
        assert before is None or isinstance(before, Head)
        number = before.number + 1 if before else 1
        name = f"{number:06d}-{secrets.token_hex(5)}.duckdb"
        self.objects.put(CATALOGS + name, self._layout.draft)
        recent = [name, *(before.recent if before else ())][:_RECENT]
        told = json.dumps({"format": 1, "catalog": name, "n": number, "recent": recent}, indent=1).encode()
        etag, version = (before.etag, before.version) if before else (None, None)
        if not self.objects.swap(HEAD, told, etag, version):
            now = self.head()
            if now is None or name not in now.recent:
                with suppress(BlobError):  # else it is collected later
                    self.objects.delete(CATALOGS + name)
                debug("another writer was first", store=str(self._layout), catalog=now.catalog if now else None)
                raise HeadMovedError
        self.cache.keep_catalog(name, self._layout.draft)

    def fetch(self, table: str, slice_: str, path: Path) -> None:
        """Copies a Parquet file to a path. Raises `BlobError`."""
        path.write_bytes(self.objects.get(part_name(table, slice_))[0])

    @contextmanager
    def writing(self, timeout_s: float, waiting: Callable[[str], None]) -> Iterator[None]:  # noqa: ARG002
        """Nobody waits. What was made here on its way to the store goes in the end."""
        work = self._layout.root / self._layout.work
        self.cache.sweep()
        try:
            private(work)
        except OSError as error:
            raise StoreError(
                f"{work}: cannot be written: {error.strerror}", "Choose another cache folder: XDG_CACHE_HOME."
            ) from error
        try:
            yield
        finally:
            self._layout.leave()

    def strange_names(self) -> list[str]:
        """What else lies below the prefix."""
        try:
            return [name for name in self.objects.top() if name not in (CATALOGS, DATA, HEAD)]
        except MissingError:
            return []
        except BlobError as error:
            raise store_error(error) from error

    @contextmanager
    def serving(self, connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Within, the database reads what the attached catalog lists."""
        from ingest.store.remote.filesystem import PartFiles

        listed = connection.execute("SELECT name, slice, bytes FROM catalog.ledger.parts").fetchall()
        sizes = {(name, slice_): size for name, slice_, size in listed}
        files = PartFiles(self.address.bucket.kind, self.objects, self.cache, sizes)
        connection.register_filesystem(files)
        try:
            yield
        finally:
            files.shut()

    def _catalog(self, name: str) -> bytes:
        return self.objects.get(CATALOGS + name)[0]

    def _found_again(self) -> Head | None:
        """A head without etag: of the newest catalog that there is."""
        listed = self.objects.listed(CATALOGS)
        names = [(_CATALOG.fullmatch(one.name.removeprefix(CATALOGS)), one.written) for one in listed]
        found = [(int(name["number"]), written, name[0]) for name, written in names if name is not None]
        newest = max(found, default=None)
        if newest is None:
            return None
        number, _, name = newest
        log().warning(f"{HEAD} is lost; the newest catalog counts", store=str(self._layout), catalog=name)
        return Head(name, number, (name,), None, None)
