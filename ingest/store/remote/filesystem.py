"""Lets the database read the Parquet files of a store on object storage, by their URLs in the catalog's views.

A file system of ours, because the database reads one Python file from several threads at once, each having set the position
first: in ordinary files of `fsspec` they disturb each other, and wrong bytes are read. Here a position belongs to a thread.

Small files, most of them, come whole in one request, those of a table many at once, and are kept (`Cache`); so do all if the
settings say `cache.files = "whole"`. Of large ones only the ranges come that a question reads. Sizes are known from the
catalog, and nothing ever changes: so nobody is asked for them.
"""

from __future__ import annotations

import os
import re
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import fsspec

from ingest.store.caching import caching
from ingest.store.remote.address import part_name
from ingest.store.remote.cache import Cache
from ingest.store.remote.objects import Objects

_WHOLE = 1 << 20
"""Files up to this size come whole: to read one by ranges takes three requests."""

_AT_ONCE = 16
_PART = re.compile(r"/data/(?P<table>\w+)/(?P<slice>[\w-]+)\.parquet$")
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)

Part = tuple[str, str]
"""Table and slice."""


class PartFiles(fsspec.AbstractFileSystem):  # type: ignore[misc]
    """The Parquet files that a catalog lists, each by a path of any beginning that ends in `data/TABLE/SLICE.parquet`."""

    cachable = False

    def __init__(self, kind: str, objects: Objects, cache: Cache, sizes: dict[Part, int]) -> None:
        super().__init__()
        self.protocol = (kind,)
        self._objects = objects
        self._cache = cache
        self._sizes = sizes
        self._whole = 1 << 62 if caching().whole else _WHOLE
        self._threads: ThreadPoolExecutor | None = None
        self._coming: dict[Part, Future[None]] = {}
        self._begun = threading.Lock()

    def shut(self) -> None:
        """Fetches no more."""
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)

    def glob(self, path: str, maxdepth: int | None = None, **_: Any) -> list[str]:  # noqa: ARG002
        """Names are meant as they are."""
        return [path]

    @classmethod
    def unstrip_protocol(cls, name: str) -> str:
        """Paths here have their scheme."""
        return name

    def exists(self, path: str, **_: Any) -> bool:
        """Whether it is listed."""
        try:
            self.size(path)
        except FileNotFoundError:
            return False
        return True

    isfile = exists

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """What there is to know."""
        return {"name": path, "size": self.size(path), "type": "file"}

    def size(self, path: str) -> int:
        """Its bytes, as the catalog has them. Raises `FileNotFoundError`."""
        part = self._part(path)
        if part not in self._sizes:
            if not part[0]:
                raise FileNotFoundError(f"{path}: not a file of this store")
            self._sizes[part] = self._objects.size(part_name(*part))  # just written, for a catalog in the making
        return self._sizes[part]

    def modified(self, path: str) -> datetime:  # noqa: ARG002
        """Files never change."""
        return _EPOCH

    def open(self, path: str, mode: str = "rb", **_: Any) -> _PartFile:
        """A file to read. Raises `OSError`, with the reason in words."""
        if "w" in mode or "a" in mode or "+" in mode:
            raise PermissionError(f"{path}: files of a store are not written to")
        size = self.size(path)
        table, slice_ = part = self._part(path)
        name = part_name(table, slice_)
        kept = self._cache.part(name)
        if (handle := _opened(kept, size)) is not None:
            return _KeptFile(handle, size)
        if size > self._whole:
            return _RangedFile(self._objects, name, size)
        self._fetched(part)
        if (handle := _opened(kept, size)) is not None:
            return _KeptFile(handle, size)
        return _RangedFile(self._objects, name, size)  # there is no room to keep it

    def _fetched(self, part: Part) -> None:
        """Waits until a file is kept; those of the same table come with it, since a question reads them all."""
        with self._begun:
            if self._threads is None:
                self._threads = ThreadPoolExecutor(_AT_ONCE, "parts")
            if part not in self._coming or self._coming[part].done():
                self._coming[part] = self._threads.submit(self._fetch, part)
                for other, size in self._sizes.items():
                    if other[0] == part[0] and other not in self._coming and size <= self._whole:
                        self._coming[other] = self._threads.submit(self._fetch, other)
            coming = self._coming[part]
        coming.result()

    def _fetch(self, part: Part) -> None:
        name = part_name(*part)
        if not self._cache.part(name).exists():
            self._cache.add_part(name, self._objects.get(name)[0])

    def _part(self, path: str) -> Part:
        found = _PART.search(path)
        return (found["table"], found["slice"]) if found else ("", "")


def _opened(path: Any, size: int) -> int | None:
    """A kept file; None if it is not there, or not whole."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    if os.fstat(handle).st_size == size:
        with suppress(OSError):
            os.utime(path)
        return handle
    os.close(handle)
    return None


class _PartFile:
    """An open file, read by many threads at once: each has its own position."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._local = threading.local()

    def seek(self, offset: int, whence: int = 0) -> int:
        """Sets the position of this thread."""
        start = {0: 0, 1: self.tell(), 2: self._size}[whence]
        self._local.position = start + offset
        return start + offset

    def tell(self) -> int:
        """The position of this thread."""
        return int(getattr(self._local, "position", 0))

    def read(self, length: int = -1) -> bytes:
        """Bytes from the position on. Raises `OSError`."""
        start = self.tell()
        left = max(self._size - start, 0)
        length = left if length < 0 else min(length, left)
        data = self._bytes(start, length) if length else b""
        self._local.position = start + len(data)
        return data

    def close(self) -> None:
        """Nothing is held."""

    def _bytes(self, start: int, length: int) -> bytes:
        raise NotImplementedError


class _RangedFile(_PartFile):
    """One that comes in ranges."""

    def __init__(self, objects: Objects, name: str, size: int) -> None:
        super().__init__(size)
        self._objects, self._name = objects, name

    def _bytes(self, start: int, length: int) -> bytes:
        return self._objects.get_range(self._name, start, length)


class _KeptFile(_PartFile):
    """One that is kept here."""

    def __init__(self, handle: int, size: int) -> None:
        super().__init__(size)
        self._handle = handle

    def close(self) -> None:
        """Gives it back."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __del__(self) -> None:
        """The database may forget to."""
        self.close()

    def _bytes(self, start: int, length: int) -> bytes:
        return os.pread(self._handle, length, start)
