"""Where a store's files lie, behind one small interface: a folder here, a prefix of an object store in `ingest.store.remote`.

Both keep Parquet files that never change, and a catalog that is never changed but replaced as a whole. In a folder that is one
rename, and writers wait for each other's lock. In an object store it is a swap of `head.json` that only the first of several
writers wins; the others apply what they have to the winner's catalog, and try again.
"""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from ingest.errors import StoreError
from ingest.store.paths import Layout, sync

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

Item = TypeVar("Item")
Result = TypeVar("Result")

_TRIES = 10
"""How often a commit is tried when others come first."""

_LONGEST_REST_S = 4.0


class HeadMovedError(Exception):
    """Another writer published a catalog since the one that a draft was begun with."""


class Published(NamedTuple):
    """The published catalog."""

    catalog: Path
    """It, or a copy of it, on this machine."""
    state: Hashable
    """What tells it from the next one."""


class Backend(Protocol):
    """What is done in its own way where the files lie."""

    def newest(self) -> Published | None:
        """The published catalog; None if there is none yet. Raises `StoreError`."""

    def put_new(self, tables: Sequence[str], slice_: str) -> None:
        """Puts the finished Parquet files of a slice, which lie at `Layout.part`, to their place for good. Raises `OSError`."""

    def fetch(self, table: str, slice_: str, path: Path) -> None:
        """Copies a Parquet file of the store to a path. Raises `OSError`."""

    def swap_head(self, base: Published | None, added: Iterable[str]) -> None:
        """Publishes the draft, which was begun with `base`, and lists new files of the tables `added`.

        Raises `HeadMovedError` if `base` is not the published catalog any more, else `OSError`.
        """

    def writing(self, timeout_s: float, waiting: Callable[[str], None]) -> AbstractContextManager[None]:
        """All that is written is written within. `waiting` is told for whom one has to wait."""

    def strange_names(self) -> list[str]:
        """What else lies in the place of a store that is not there yet."""

    def serving(self, connection: duckdb.DuckDBPyConnection) -> AbstractContextManager[None]:
        """Within, a database to which a catalog is attached can read the Parquet files that it lists."""


class _Folder:
    """A folder of the file system."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def newest(self) -> Published | None:
        try:
            status = self._layout.catalog.stat()
        except OSError:
            return None
        return Published(self._layout.catalog, (status.st_ino, status.st_mtime_ns))

    def put_new(self, tables: Sequence[str], slice_: str) -> None:
        for table in tables:
            sync(self._layout.part(table, slice_))

    def fetch(self, table: str, slice_: str, path: Path) -> None:
        shutil.copyfile(self._layout.part(table, slice_), path)

    def swap_head(self, base: Published | None, added: Iterable[str]) -> None:  # noqa: ARG002  # the lock is held
        layout = self._layout
        if added := sorted(added):  # a file's name is on disk only when its folder is
            for folder in (layout.data, *(layout.data / name for name in added)):
                sync(folder)
        sync(layout.draft)
        layout.draft.replace(layout.catalog)
        sync(layout.root)

    def writing(self, timeout_s: float, waiting: Callable[[str], None]) -> AbstractContextManager[None]:
        from ingest.store.lock import writer_lock

        return writer_lock(self._layout, timeout_s, waiting)

    def strange_names(self) -> list[str]:
        try:
            names = sorted(entry.name for entry in self._layout.root.iterdir())
        except OSError:  # not there yet, or not to be read: that is said when it is written
            return []
        return [name for name in names if not name.startswith(_OWN)]

    @contextmanager
    def serving(self, connection: duckdb.DuckDBPyConnection) -> Iterator[None]:  # noqa: ARG002
        yield


_OWN = ("catalog.duckdb", "data", "draft", "writer.", "nightly.", ".")
"""How the names in a store's folder begin; a load that was killed leaves some of them without a catalog."""


def backend_of(layout: Layout) -> Backend:
    """What keeps the files of a store."""
    if layout.url is None:
        return _Folder(layout)
    from ingest.store.remote.backend import RemoteBackend

    return RemoteBackend(layout)


def all_at_once(do: Callable[[Item], object], items: Iterable[Item], threads: int = 8) -> None:
    """Does something with each of some items, several at a time. Raises what the first of them raised that failed."""
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(do, items):
            pass


def committed(layout: Layout, attempt: Callable[[], Result]) -> Result:
    """What an attempt to publish a catalog gives; when another writer was first, it is made again, on that one's catalog.

    Raises `StoreError` if others were first again and again; and what the attempt raises.
    """
    for number in range(_TRIES):
        try:
            return attempt()
        except HeadMovedError:
            time.sleep(random.uniform(0, min(0.1 * 2**number, _LONGEST_REST_S)))
    raise StoreError(
        f"{layout}: {_TRIES} times another writer was first, and nothing of this commit was published",
        "Run the same command again; let fewer write at once.",
    )
