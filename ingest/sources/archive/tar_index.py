"""The members of a tar file: where the content of each is, so that it can be read from there."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from typing import IO, BinaryIO, cast

from ingest.sources.archive.limits import ArchiveLimits
from ingest.sources.archive.members import STORED, Member
from ingest.sources.archive.names import member_path
from ingest.sources.archive.zip_index import DamagedArchiveError
from ingest.sources.protocol import SYMBOLIC_LINK, Entry

_LARGEST_HEADER = 16 << 20
_LATEST = 2**63 - 1


def tar_entries(
    file: BinaryIO, archive: str, limits: ArchiveLimits, notices: list[str], *, whole: bool = True
) -> Iterator[Entry]:
    """All files of a tar file; what is wrong after some of them goes to `notices`.

    `whole` is False if the file is known to end early. Raises `DamagedArchiveError` if there is not one member.
    """
    status = os.fstat(file.fileno())
    count, last = 0, -1
    try:
        with tarfile.open(fileobj=cast(IO[bytes], _Bounded(file)), mode="r:", errors="surrogateescape") as opened:
            while (info := opened.next()) is not None:
                opened.members = []  # type: ignore[attr-defined]  # it would keep them all
                count += 1
                if info.offset <= last:
                    raise tarfile.ReadError("its headers lead in a circle")
                if count > limits.max_members:
                    raise tarfile.ReadError(f"more than {limits.max_members:,} members")
                last = info.offset
                if not info.isdir():
                    yield _entry(info, archive, status)
    except (tarfile.TarError, ValueError, OverflowError, RecursionError, OSError) as error:
        if not count:
            reason = error if whole else "it ends before its first file does"
            raise DamagedArchiveError(f"not a whole tar file: {reason}") from error
        if whole:
            notices.append(f"damaged after {count} members: {error}")


def _entry(info: tarfile.TarInfo, archive: str, status: os.stat_result) -> Entry:
    path, problem = member_path(info.name)
    problem = problem or _problem(info, status.st_size)
    modified_ns = max(-(2**62), min(int(info.mtime * 1_000_000_000), _LATEST)) if info.mtime == info.mtime else 0
    member = Member(
        "tar", info.offset_data, info.size, info.size, modified_ns, STORED, 0,
        status.st_size, status.st_mtime_ns, archive,
    )  # fmt: skip
    return Entry(path, member.location, max(info.size, 0), modified_ns, problem)


def _problem(info: tarfile.TarInfo, archive_size: int) -> str | None:
    if info.issym():
        return SYMBOLIC_LINK
    if info.islnk():
        return "hard link, not followed"
    if info.sparse is not None:
        return "a sparse file, which is not read: unpack the archive"
    if not info.isreg():
        return "not a regular file"
    if info.size < 0 or info.offset_data + info.size > archive_size:
        return "damaged: the archive ends within it"
    return None


class _Bounded:
    """A file of which no header can ask for a large piece of memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.name = None

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _LARGEST_HEADER:
            raise tarfile.ReadError("a header that is too large")
        return self._file.read(size)

    def seek(self, place: int) -> int:
        return self._file.seek(place)

    def tell(self) -> int:
        return self._file.tell()
