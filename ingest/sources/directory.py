"""Files in folders: listed and stat'ed once, by `os.scandir`."""

from __future__ import annotations

import os
import stat
from operator import attrgetter
from pathlib import Path

from ingest.artifact_root import is_text
from ingest.sources.protocol import NOT_LISTED, SYMBOLIC_LINK, Entry


class Directory:
    """A folder of the file system as a source."""

    notices = ()

    def __init__(self, top: Path) -> None:
        self.top = top

    def folders(self, folder: str) -> list[str]:
        """The names of the folders directly in a folder, sorted. Raises `OSError` if it cannot be listed."""
        with os.scandir(self._path(folder)) as listing:
            return sorted(one.name for one in listing if one.is_dir(follow_symlinks=False))

    def entries(self, folder: str, prefix: str = "", *, deep: bool = True) -> list[Entry]:
        """Everything in a folder, as `walk` gives it."""
        return walk(str(self._path(folder)), prefix, deep=deep)

    def text(self, folder: str) -> str:
        """The path of a folder."""
        return printable(str(self._path(folder)))

    def name(self, folder: str) -> str:
        """The name of a folder."""
        return printable(self._path(folder).name)

    def _path(self, folder: str) -> Path:
        return self.top / folder if folder else self.top


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
                entries.append(Entry(path, one.path, problem=SYMBOLIC_LINK))
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
