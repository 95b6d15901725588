"""Opens files of a listed tree as what they were when they were listed: regular files, reached without any link.

Between the listing and the reading anybody who may write to the tree can put a link, a pipe or a device in a file's
place, or a link in the place of a folder above it. So each folder on the way is opened from the one above it, without
following links, and what was opened is looked at before it is read.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ingest.sources.protocol import SYMBOLIC_LINK

_FILE = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_BY_FOLDER = os.open in os.supports_dir_fd


class Opener:
    """Opens files below a folder; it keeps the folder of the last one open, since files come folder by folder."""

    def __init__(self, top: str | os.PathLike[str] = os.sep) -> None:
        self._top = os.path.realpath(top)
        self._folder = ""
        self._handle = -1

    def open(self, location: str) -> int:
        """A descriptor of a regular file, by its full path below the folder.

        Raises `OSError`, with the reason in words, for a link on the way or anything else that is no regular file.
        """
        if not _BY_FOLDER:
            return _checked(_opened(location, _FILE, None))
        folder, name = os.path.split(location)
        if folder != self._folder or self._handle < 0:
            self.close()
            self._handle, self._folder = self._open_folder(folder), folder
        return _checked(_opened(name, _FILE, self._handle))

    def close(self) -> None:
        """Gives the folder back; the opener can go on to be used."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _open_folder(self, folder: str) -> int:
        inside = os.path.relpath(folder, self._top)
        parts = Path(inside).parts
        if os.pardir in parts:
            raise OSError(None, "outside the folder that was listed")
        handle = os.open(self._top, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        for part in parts:
            try:
                below = _opened(part, _FOLDER, handle)
            finally:
                os.close(handle)
            handle = below
        return handle

    def __del__(self) -> None:
        """Gives the folder back, if nobody did."""
        self.close()


def _opened(name: str, flags: int, folder: int | None) -> int:
    try:
        return os.open(name, flags, dir_fd=folder)
    except OSError as error:
        if _is_link(name, folder):
            raise OSError(error.errno, SYMBOLIC_LINK) from error
        raise


def _is_link(name: str, folder: int | None) -> bool:
    try:
        return stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return False


def _checked(handle: int) -> int:
    """The descriptor, if it is one of a regular file."""
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(None, "not a regular file")
    except OSError:
        os.close(handle)
        raise
    return handle
