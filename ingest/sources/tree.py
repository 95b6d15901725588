"""A tree made of a flat listing, as archives and object stores give one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter

from ingest.sources.protocol import Entry


class Tree:
    """Entries by folder; their paths have `/` between, and lead nowhere but down."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._folders: dict[str, dict[str, None]] = {"": {}}
        self._files: dict[str, list[Entry]] = {}
        for entry in entries:
            folder = entry.path.rpartition("/")[0]
            self._files.setdefault(folder, []).append(entry)
            self._know(folder)

    def folders(self, folder: str) -> list[str]:
        """The names of the folders directly in a folder, sorted. Raises `OSError` if there is none of that name."""
        if folder not in self._folders:
            raise OSError(None, "no such folder")
        return sorted(self._folders[folder])

    def entries(self, folder: str, prefix: str = "", *, deep: bool = True) -> list[Entry]:
        """The files in a folder, and unless `deep` is False in those below, sorted within each folder."""
        return list(self._listed(folder, prefix, deep))

    def _know(self, folder: str) -> None:
        new = []
        while folder not in self._folders:
            new.append(folder)
            folder = folder.rpartition("/")[0]
        for one in reversed(new):
            above, _, name = one.rpartition("/")
            self._folders[above][name] = None
            self._folders[one] = {}

    def _listed(self, top: str, prefix: str, deep: bool) -> Iterator[Entry]:
        waiting = [(top, prefix)]
        while waiting:
            folder, before = waiting.pop()
            as_it_is = before == (f"{folder}/" if folder else "")
            for entry in sorted(self._files.get(folder, ()), key=_path):
                yield entry if as_it_is else entry._replace(path=before + entry.path.rpartition("/")[2])
            if deep:
                below = f"{folder}/" if folder else ""
                names = sorted(self._folders.get(folder, ()), reverse=True)
                waiting += [(below + name, f"{before}{name}/") for name in names]


_path = attrgetter("path")
