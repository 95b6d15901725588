"""What this machine keeps of a store on object storage: catalogs and whole Parquet files. Neither ever changes.

It lies in the user's cache folder, which is the owner's alone, and may be deleted at any time.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ingest.store.caching import caching
from ingest.store.remote.address import stores_folder

_CATALOGS = 4
"""Catalogs of a store that are kept; who attached an older one has it open."""

_LEFT_S = 86_400
"""After how long what a command made on its way to a store is nobody's."""


class _Kept(NamedTuple):
    used: float
    size: int
    path: Path


class Cache:
    """The folder of a store."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._room: int | None = None

    def catalog(self, name: str, fetch: Callable[[str], bytes]) -> Path:
        """The copy of a catalog, fetched if it is not there."""
        path = self._root / "catalogs" / name
        if not path.exists():
            self.write(path, fetch(name))
            self._drop_catalogs(path)
        return path

    def keep_catalog(self, name: str, path: Path) -> None:
        """Takes over a catalog that was published just now."""
        with suppress(OSError):
            kept = self._root / "catalogs" / name
            private(kept.parent)
            path.replace(kept)
            self._drop_catalogs(kept)

    def part(self, name: str) -> Path:
        """Where a Parquet file is kept; it need not be there."""
        return self._root / "parts" / name

    def keep_part(self, name: str, path: Path) -> None:
        """Takes over a Parquet file that was put to its place just now: whoever wrote it often reads it next."""
        kept = self.part(name)
        with suppress(OSError):
            if self._has_room(path.stat().st_size):
                private(kept.parent)
                path.replace(kept)
        path.unlink(missing_ok=True)

    def add_part(self, name: str, data: bytes) -> None:
        """Keeps a Parquet file, if it can: what was not used for the longest time makes room for it."""
        with suppress(OSError):  # a full disk: it is read from its store
            if self._has_room(len(data)):
                self.write(self.part(name), data)

    def write(self, path: Path, data: bytes) -> Path:
        """Writes a file as a whole: another process may read it at the same time."""
        private(path.parent)
        made = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        made.write_bytes(data)
        made.replace(path)
        return path

    def sweep(self) -> None:
        """Deletes what commands left behind that were killed."""
        work = self._root / "work"
        if work.is_dir():
            for left in work.iterdir():
                with suppress(OSError):
                    if left.stat().st_mtime < time.time() - _LEFT_S:
                        shutil.rmtree(left, ignore_errors=True)

    def _has_room(self, size: int) -> bool:
        """Makes room for so many bytes; whether there can be."""
        most = caching().bytes
        if self._room is None or self._room < size:
            self._room = most - _drop_oldest(most - size)
        self._room -= size
        return size <= most

    def _drop_catalogs(self, but: Path) -> None:
        found = sorted(but.parent.iterdir(), key=lambda path: path.name, reverse=True)
        for path in found[_CATALOGS:]:
            if path != but:
                path.unlink(missing_ok=True)


def private(folder: Path) -> None:
    """Makes a folder, and the one of all stores above it for the owner alone: rows hold the text of logs."""
    stores_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _drop_oldest(most: int) -> int:
    """Lets Parquet files of all stores take no more than so many bytes, those go that were used longest ago; what is left."""
    found = sorted(_kept(), reverse=True)
    total = 0
    for one in found:
        if total + one.size > max(most, 0):
            one.path.unlink(missing_ok=True)
        else:
            total += one.size
    return total


def _kept() -> Iterator[_Kept]:
    for path in stores_folder().glob("*/parts/data/*/*"):
        with suppress(OSError):
            status = path.stat()
            yield _Kept(status.st_mtime, status.st_size, path)
