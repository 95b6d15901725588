"""Where things lie in a store's folder."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from ingest.artifact_root import is_text
from ingest.errors import StoreError


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of a store: `catalog.duckdb`, `data/<table>/<slice>.parquet`, `writer.lock`."""

    root: Path

    @classmethod
    def of(cls, root: str | Path) -> Layout:
        """The layout of a store at a path, made absolute: the catalog's views name files absolutely."""
        path = Path(root).resolve()
        if "?" in str(path) or not is_text(str(path)):  # the database takes `?` for the start of a URL's parameters
            raise StoreError(
                f"{path!r}: a store's path must be text without '?'", "Choose another place: --store PATH."
            )
        return cls(path)

    @property
    def catalog(self) -> Path:
        """The published catalog: the one file that decides what is in the store."""
        return self.root / "catalog.duckdb"

    @property
    def draft(self) -> Path:
        """Where the next catalog is built. The file has the same name: views remember their catalog's name."""
        return self.root / "draft" / self.catalog.name

    @property
    def data(self) -> Path:
        """The Parquet files."""
        return self.root / "data"

    @property
    def lock(self) -> Path:
        """Held by the one process that writes."""
        return self.root / "writer.lock"

    def part(self, table: str, slice_: str) -> Path:
        """The Parquet file of one table's rows of one slice."""
        return self.data / table / f"{slice_}.parquet"


def of_this_try(slice_: str) -> str:
    """A slice's name for one try to write it: whoever does it again, or at the same time, writes other files."""
    return f"{slice_}-{secrets.token_hex(4)}"


def sync(path: Path) -> None:
    """Makes sure that a file, or a folder's list of names, is on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
