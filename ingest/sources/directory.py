"""Files in folders: listed and stat'ed once, by `os.scandir`."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """Something found in a folder: a file that can be read, or (`problem`) something that is not."""

    path: str
    """Below the folder where the walk began, `/` between."""
    location: str
    """Where to open it."""
    size: int = 0
    modified_ns: int = 0
    problem: str | None = None
    """Why it is not read: a symbolic link, a device, a folder that may not be listed."""


def walk(top: str, prefix: str = "", *, deep: bool = True) -> Iterator[Entry]:
    """Everything below a folder (only in the folder itself unless `deep`), sorted within each folder.

    Symbolic links are never followed: a log tree from elsewhere must not lead out of itself, nor round in circles.
    """
    try:
        with os.scandir(top) as listing:
            found = sorted(listing, key=lambda one: one.name)
    except OSError as error:
        yield Entry(prefix.rstrip("/") or ".", top, problem=f"folder cannot be listed: {error.strerror}")
        return
    folders: list[os.DirEntry[str]] = []
    for one in found:
        path = prefix + printable(one.name)
        try:
            if one.is_symlink():
                yield Entry(path, one.path, problem="symbolic link, not followed")
            elif one.is_dir(follow_symlinks=False):
                folders.append(one)
            else:
                status = one.stat(follow_symlinks=False)
                problem = None if stat.S_ISREG(status.st_mode) else "not a regular file"
                yield Entry(path, one.path, status.st_size, modified_ns(status), problem)
        except OSError as error:
            yield Entry(path, one.path, problem=f"cannot be looked at: {error.strerror}")
    if deep:
        for folder in folders:
            yield from walk(folder.path, f"{prefix}{printable(folder.name)}/")


def printable(name: str) -> str:
    """A file name as text: bytes that are not UTF-8 as `\\xff`."""
    return name if is_text(name) else os.fsencode(name).decode("utf-8", "backslashreplace")


def is_text(name: str) -> bool:
    """Whether a file name is UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def modified_ns(status: os.stat_result) -> int:
    """When a file was changed last, nanoseconds since 1970; kept within the years that a TIMESTAMP and a BIGINT hold."""
    return max(-(2**62), min(status.st_mtime_ns, 2**63 - 1))
