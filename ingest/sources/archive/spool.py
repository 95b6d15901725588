"""A tar file that was packed as a whole, unpacked once for all workers to read from.

It lies in the folder for temporary files, in a folder of its own that only its owner may enter. A lock says that its
maker lives: a spool without one was left by a process that was killed, and the next that makes one deletes it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

_PREFIX = "ingest-spool-"
_CHUNK = 1 << 20


class Spool:
    """A file that is there as long as this object is."""

    def __init__(self) -> None:
        sweep_spools()
        folder = Path(os.path.realpath(tempfile.mkdtemp(prefix=_PREFIX)))
        lock = FileLock(folder / "lock")
        lock.acquire()
        self.path = folder / "archive.tar"
        self._end = weakref.finalize(self, _delete, folder, lock)

    def fill(self, chunks: Iterator[bytes]) -> None:
        """Writes it. Raises what the chunks raise, and `OSError` if the disk is full."""
        with self.path.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)

    def close(self) -> None:
        """Deletes it."""
        self._end()


def _delete(folder: Path, lock: FileLock) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    lock.release()


def sweep_spools() -> None:
    """Deletes the spools of processes that are gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            if folder.is_symlink() or folder.stat().st_uid != os.getuid() or not (folder / "lock").exists():
                continue
            with FileLock(folder / "lock", timeout=0):
                shutil.rmtree(folder, ignore_errors=True)
        except (OSError, Timeout):
            continue
