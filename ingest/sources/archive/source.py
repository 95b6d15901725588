"""An archive as a source. What it is, its first bytes say, not its name."""

from __future__ import annotations

import gzip
import os
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ingest.errors import InputError
from ingest.sources.archive.limits import DEFAULT_LIMITS, ArchiveLimits
from ingest.sources.archive.members import INSIDE
from ingest.sources.archive.spool import Spool
from ingest.sources.archive.tar_index import tar_entries
from ingest.sources.archive.zip_index import DamagedArchiveError, zip_entries
from ingest.sources.directory import printable
from ingest.sources.protocol import Entry
from ingest.sources.tree import Tree

_CHUNK = 1 << 20
_BLOCK = 32 << 10
"""Of zstd: a piece that cannot be read whole is lost whole."""
_MAGIC = {b"PK\3\4": "zip", b"PK\5\6": "zip", b"PK\7\10": "zip", b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_SUFFIX = re.compile(r"(?:\.zip|\.tar|\.tgz|\.tar\.(?:gz|zst)|\.tzst|\.gz|\.zst)$", re.IGNORECASE)
_STUDIO = re.compile(r"^Job_(?P<name>.+)_OutputsAndLogs(?: ?\(\d+\))?$")
"""What the studio calls a download, and what a browser adds to the second one."""


def kind_of(path: Path) -> str | None:
    """`zip`, `tar`, `gzip` or `zstd` by a file's content; None if it is none of these. Raises `OSError`."""
    with path.open("rb") as file:
        head = file.read(512)
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    if head[257:262] == b"ustar":
        return "tar"
    return "zip" if _has_end_record(path) else None


def _has_end_record(path: Path) -> bool:
    """Whether a file ends as a zip file, whatever it begins with (programs that unpack themselves)."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - 22, 0))
        return file.read(4) == b"PK\5\6"


class Archive:
    """The members of an archive, or of a folder in it. Raises `InputError` if it is none, or nothing in it can be read."""

    def __init__(self, path: Path, limits: ArchiveLimits = DEFAULT_LIMITS, inside: str = "") -> None:
        self.path = path
        self._inside = inside.strip("/")
        self.notices: list[str] = []
        self._spool: Spool | None = None  # lives as long as the source does
        try:
            kind = kind_of(path)
            if kind is None:
                raise InputError(
                    f"{path}: is a file, but neither an archive nor a folder",
                    "Give the job's folder, the one that holds logs/, or a zip, tar, tar.gz or tar.zst file of it.",
                )
            with path.open("rb") as file:
                entries = zip_entries(file, str(path), limits) if kind == "zip" else self._tar(file, kind, limits)
                self._tree = Tree(self._last_of_each(entries))
        except DamagedArchiveError as error:
            self._close()
            raise InputError(
                f"{path}: {error}", "Download or pack it again, or unpack what can be unpacked."
            ) from error
        except OSError as error:
            self._close()
            raise InputError(f"{path}: cannot be read: {error.strerror or error}", "Check its permissions.") from error

    def folders(self, folder: str) -> list[str]:
        """The names of the folders directly in a folder, sorted. Raises `OSError` if there is no such folder."""
        return self._tree.folders(self._whole(folder))

    def entries(self, folder: str, prefix: str = "", *, deep: bool = True) -> list[Entry]:
        """The files in a folder, and unless `deep` is False in those below."""
        return self._tree.entries(self._whole(folder), prefix, deep=deep)

    def text(self, folder: str) -> str:
        """`/there/job.zip`, and for a folder in it `/there/job.zip!/folder`."""
        whole = self._whole(folder)
        return printable(str(self.path)) + (f"{INSIDE}{whole}" if whole else "")

    def name(self, folder: str) -> str:
        """The folder's name; of the archive itself what stands before its suffix, less what the studio puts around it."""
        if whole := self._whole(folder):
            return whole.rpartition("/")[2]
        name = _SUFFIX.sub("", printable(self.path.name)) or printable(self.path.name)
        studio = _STUDIO.match(name)
        return studio["name"] if studio else name

    def _tar(self, file: BinaryIO, kind: str, limits: ArchiveLimits) -> Iterator[Entry]:
        if kind == "tar":
            yield from tar_entries(file, str(self.path), limits, self.notices)
            return
        self._spool = Spool()
        packed = os.fstat(file.fileno()).st_size
        ended: list[str] = []
        self._spool.fill(_within(_unpacked(file, kind, ended), packed, limits))
        self.notices += ended
        with self._spool.path.open("rb") as tar:
            yield from tar_entries(tar, str(self._spool.path), limits, self.notices, whole=not ended)

    def _whole(self, folder: str) -> str:
        return "/".join(part for part in (self._inside, folder) if part)

    def _close(self) -> None:
        if self._spool is not None:
            self._spool.close()

    def _last_of_each(self, entries: Iterator[Entry]) -> Iterator[Entry]:
        """Of several members of one name the last, as programs that unpack leave it."""
        by_path: dict[str, Entry] = {}
        count = 0
        for entry in entries:
            by_path[entry.path] = entry
            count += 1
        if count > len(by_path):
            twice = count - len(by_path)
            told = "1 member has" if twice == 1 else f"{twice} members have"
            self.notices.append(f"{told} a name that a later one has too; of each name the last is read")
        yield from by_path.values()


def _unpacked(file: BinaryIO, kind: str, ended: list[str]) -> Iterator[bytes]:
    """The tar file in a packed one, as far as it goes."""
    import pyarrow as pa

    try:
        with gzip.GzipFile(fileobj=file) if kind == "gzip" else pa.CompressedInputStream(file, "zstd") as stream:
            if kind == "gzip":  # what is there before the file ends is not lost
                read, size = stream.read1, _CHUNK
            else:
                read, size = stream.read, _BLOCK
            while chunk := read(size):
                yield chunk
    except (OSError, EOFError, zlib.error, pa.ArrowException) as error:
        ended.append(f"ends early or is damaged: {error}")


def _within(chunks: Iterator[bytes], packed: int, limits: ArchiveLimits) -> Iterator[bytes]:
    """The chunks, if they come to no more than the limits. Raises `DamagedArchiveError`."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limits.total:
            raise DamagedArchiveError("unpacks to more than `archives.max_total_gb` allows")
        if limits.is_bomb(packed, size):
            raise DamagedArchiveError("unpacks to more than `archives.max_ratio` times its size")
        yield chunk
