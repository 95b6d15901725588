"""Files in folders: listed and stat'ed once, by `os.scandir`."""

from __future__ import annotations

import os
import stat
from operator import attrgetter
from typing import NamedTuple

from ingest.artifact_root import is_text

NOT_LISTED = "folder cannot be listed: "
"""How the problem of a folder begins whose files are not known."""


class Entry(NamedTuple):
    """Something found in a folder: a file that can be read, or (`problem`) something that is not."""

    path: str
    """Below the folder where the walk began, `/` between."""
    location: str
    """Where to open it."""
    size: int = 0
    modified_ns: int = 0
    problem: str | None = None
    """Why it is not read: a symbolic link, a device, a folder that may not be listed."""


def walk(top: str, prefix: str = "", *, deep: bool = True) -> list[Entry]:
    """Everything below a folder (only in the folder itself unless `deep`), sorted within each folder.

    Symbolic links are never followed: a log tree from elsewhere must not lead out of itself, nor round in circles.
    """
    entries: list[Entry] = []
    to_list = [(top, prefix)]
    while to_list:
        below = _list(*to_list.pop(), entries)
        if deep:
            to_list += reversed(below)
    return entries


def _list(folder: str, prefix: str, entries: list[Entry]) -> list[tuple[str, str]]:
    """Adds what a folder holds to the entries. Returns the folders in it, with the prefix of what is in them."""
    try:
        with os.scandir(folder) as listing:
            found = sorted(listing, key=_name)
    except OSError as error:
        problem = f"{NOT_LISTED}{error.strerror}"
        entries.append(Entry(prefix.rstrip("/") or ".", folder, problem=problem))
        return []
    folders: list[tuple[str, str]] = []
    for one in found:
        path = prefix + printable(one.name)
        try:
            if one.is_symlink():
                entries.append(Entry(path, one.path, problem="symbolic link, not followed"))
            elif one.is_dir(follow_symlinks=False):
                folders.append((one.path, f"{path}/"))
            else:
                status = one.stat(follow_symlinks=False)
                irregular = None if stat.S_ISREG(status.st_mode) else "not a regular file"
                entries.append(Entry(path, one.path, status.st_size, modified_ns(status), irregular))
        except OSError as wrong:
            entries.append(Entry(path, one.path, problem=f"cannot be looked at: {wrong.strerror}"))
    return folders


_name = attrgetter("name")


def printable(name: str) -> str:
    """A file name as text: bytes that are not UTF-8 as `\\xff`."""
    return name if is_text(name) else os.fsencode(name).decode("utf-8", "backslashreplace")


def modified_ns(status: os.stat_result) -> int:
    """When a file was changed last, nanoseconds since 1970; kept within the years that a TIMESTAMP and a BIGINT hold."""
    return max(-(2**62), min(status.st_mtime_ns, 2**63 - 1))
