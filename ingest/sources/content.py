"""The content of a file, opened: bytes in memory, or a file of the system."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator

from ingest.sources.directory import modified_ns

IN_MEMORY = 8 << 20
"""Bytes of a member or blob that are held in memory; a larger one goes through a file without a name."""


class Content:
    """What a file holds, with the size and time that it had when it was opened. Close it after use."""

    __slots__ = ("_data", "_handle", "_is_live", "created", "etag", "modified_ns", "size", "start")

    def __init__(
        self, handle: int, data: bytes, size: int, modified_ns: int, etag: str | None = None, *, is_live: bool = False
    ) -> None:
        self._handle = handle
        self._data = data
        self._is_live = is_live  # the file itself, which others may write to
        self.size = size
        self.modified_ns = modified_ns
        self.etag = etag
        self.start = 0
        """How many of its first bytes are left out, since they are known and stand."""
        self.created: str | None = None
        """Set of what can only grow: when it was made, by which it is known again."""

    @classmethod
    def of_file(cls, handle: int) -> Content:
        """An open file of the system, which is closed with this; or at once, if it cannot be looked at."""
        try:
            status = os.fstat(handle)
        except OSError:
            os.close(handle)
            raise
        return cls(handle, b"", status.st_size, modified_ns(status), is_live=True)

    @classmethod
    def of_bytes(cls, data: bytes, modified_ns: int, etag: str | None = None) -> Content:
        """What is in memory already."""
        return cls(-1, data, len(data), modified_ns, etag)

    @classmethod
    def spooled(cls, chunks: Iterable[bytes], modified_ns: int, etag: str | None = None, *, start: int = 0) -> Content:
        """Chunks, written to a file without a name, which is gone when this process is. Raises what they raise.

        `start`: how many bytes of the content come before them, and are left out.
        """
        with tempfile.TemporaryFile() as spool:
            for chunk in chunks:
                spool.write(chunk)
            spool.flush()
            handle = os.dup(spool.fileno())
        os.lseek(handle, 0, os.SEEK_SET)
        content = cls(handle, b"", start + os.fstat(handle).st_size, modified_ns, etag)
        content.start = start
        return content

    def read(self) -> bytes:
        """All of it, in one call where the size is right."""
        if self._handle < 0:
            return self._data
        content = os.read(self._handle, self.size + 1)
        while more := os.read(self._handle, 1 << 16) if len(content) != self.size else b"":
            content += more
        return content

    def windows(self, size: int) -> Iterator[bytes]:
        """All of it (behind `start`) in pieces of this size, only the last may be smaller; from there each time."""
        if self._handle < 0:
            yield from (self._data[start : start + size] for start in range(0, len(self._data), size))
            return
        os.lseek(self._handle, 0, os.SEEK_SET)
        while window := os.read(self._handle, size):
            while len(window) < size and (more := os.read(self._handle, size - len(window))):
                window += more
            yield window

    def position(self) -> int:
        """How many bytes were read, or are held, or left out."""
        return self.start + os.lseek(self._handle, 0, os.SEEK_CUR) if self._handle >= 0 else len(self._data)

    def now(self) -> tuple[int, int]:
        """Its size and the time it was last written (ns), as they are by now."""
        if not self._is_live:
            return self.size, self.modified_ns
        status = os.fstat(self._handle)
        return status.st_size, modified_ns(status)

    def close(self) -> None:
        """Gives the file back."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
