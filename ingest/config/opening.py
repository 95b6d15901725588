"""Reads a file of settings from disk once, so that what is checked is what is used."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import InputError

_REMEDY = "Give a file that `ingest config --example` made."
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """What a file held when it was read, and whose it was."""

    path: Path
    content: bytes
    is_link: bool
    is_own: bool
    """The user owns it, and not everybody may write to it. Always true where files have no owner (Windows)."""


def open_file(path: Path) -> OpenedFile:
    """Reads it. Raises `InputError` if it cannot be read, is no regular file, or is far too large."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # a pipe must not keep us waiting
        try:
            status = os.fstat(descriptor)
            if stat.S_ISDIR(status.st_mode):
                raise IsADirectoryError(None, "Is a directory")
            if not stat.S_ISREG(status.st_mode):
                raise InputError(f"{path}: cannot be read: not a regular file", _REMEDY)
            if status.st_size > _MOST_BYTES:
                raise InputError(f"{path}: larger than {_MOST_BYTES:,} bytes", _REMEDY)
            content = os.read(descriptor, _MOST_BYTES)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}", _REMEDY) from error
    own = not hasattr(os, "geteuid") or (status.st_uid == os.geteuid() and not status.st_mode & stat.S_IWOTH)
    return OpenedFile(path, content, path.is_symlink(), own)
