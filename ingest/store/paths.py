"""Where things lie: in a store's folder, and in the user's cache folder."""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from ingest.artifact_root import is_text
from ingest.errors import StoreError

TOKEN_DIGITS = 8
"""The length of what tells one try to write a slice from another, at the end of its name."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of a store: `catalog.duckdb`, `data/<table>/<slice>.parquet`, `writer.lock`."""

    root: Path
    """The store's folder; of a store on object storage this machine's folder for it: what is kept and made of it here."""
    url: str | None = None
    """Of a store on object storage: where it is, without a signature."""
    work: str = ""
    """Of such a store: the folder below `root` in which one command makes what it then puts there."""

    @classmethod
    def of(cls, root: str | Path) -> Layout:
        """The layout of a store at a path, made absolute: the catalog's views name files absolutely. Or at an URL.

        Raises `StoreError` for what is no place for a store.
        """
        if "://" in str(root):
            from ingest.store.remote.address import remote_layout

            return remote_layout(str(root))
        path = Path(root).resolve()
        if "?" in str(path) or not is_text(str(path)):  # the database takes `?` for the start of a URL's parameters
            raise StoreError(
                f"{path!r}: a store's path must be text without '?'", "Choose another place: --store PATH."
            )
        return cls(path)

    def __str__(self) -> str:
        """The store as it is named to people, and can be given again: its folder or its URL."""
        return self.url or str(self.root)

    @property
    def catalog(self) -> Path:
        """The published catalog: the one file that decides what is in the store."""
        return self.root / "catalog.duckdb"

    @property
    def draft(self) -> Path:
        """Where the next catalog is built. The file has the same name: views remember their catalog's name."""
        return self.root / self.work / "draft" / self.catalog.name

    @property
    def data(self) -> Path:
        """The Parquet files; of a store on object storage those that are on their way there."""
        return self.root / self.work / "data"

    @property
    def lock(self) -> Path:
        """Held by the one process that writes."""
        return self.root / "writer.lock"

    def part(self, table: str, slice_: str) -> Path:
        """The Parquet file of one table's rows of one slice."""
        return self.data / table / f"{slice_}.parquet"

    def here(self) -> Layout:
        """The same store for a process that writes on its own, on this machine or another."""
        return self if self.url is None else Layout.of(self.url)

    def leave(self) -> None:
        """Deletes what a command made for a store on object storage on this machine."""
        if self.work:
            shutil.rmtree(self.root / self.work, ignore_errors=True)

    def location(self, table: str, slice_: str) -> str:
        """The same as the catalog's views name it."""
        if self.url is None:
            return str(self.part(table, slice_))
        from ingest.store.remote.address import part_location

        return part_location(self.url, table, slice_)

    def new_slice(self, name: str) -> str:
        """The name of a slice for one try to write it: whoever does it again, or at the same time, writes other files."""
        return f"{name}-{secrets.token_hex(TOKEN_DIGITS // 2)}"


def cache_folder() -> Path:
    """The folder for what the user may delete at any time; it need not be there."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("ingest", appauthor=False))


def sync(path: Path) -> None:
    """Makes sure that a file, or a folder's list of names, is on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
