"""The members of a zip file, from its central directory; no member is looked at.

The standard library reads the directory; what it lets pass (members that overlap, sizes that cannot be) is found here.
"""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import BinaryIO

from ingest.sources.archive.limits import ArchiveLimits
from ingest.sources.archive.members import DEFLATED, STORED, Member
from ingest.sources.archive.names import member_path
from ingest.sources.protocol import SYMBOLIC_LINK, Entry

LOCAL_HEADER = 30
"""Bytes of a local header before its name."""

_LARGEST_DIRECTORY = 512 << 20
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_END64_LOCATOR = 20
_UNIX = 3
_EXTENDED_TIME = 0x5455
_METHODS = {9: "deflate64", 12: "bzip2", 14: "lzma", 93: "zstd", 95: "xz", 98: "ppmd", 99: "AES"}


class DamagedArchiveError(Exception):
    """An archive of which nothing can be read, with the reason in words."""


def zip_entries(file: BinaryIO, archive: str, limits: ArchiveLimits) -> Iterator[Entry]:
    """All members but folders. Raises `DamagedArchiveError` if the file is no whole zip file, or made to do harm."""
    status = os.fstat(file.fileno())
    _check_directory(file, status.st_size)
    try:
        with zipfile.ZipFile(file) as opened:
            members, end = opened.infolist(), opened.start_dir
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, struct.error, OSError) as error:
        raise DamagedArchiveError(f"not a whole zip file: {error}") from error
    if len(members) > limits.max_members:
        raise DamagedArchiveError(f"{len(members):,} members, more than the {limits.max_members:,} that are read")
    total = sum(one.file_size for one in members)
    if total > limits.total:
        raise DamagedArchiveError(f"unpacks to {total / 1e9:.1f} GB, more than `archives.max_total_gb` allows")
    overlapping = _overlapping(members, end)
    for info in members:
        if info.is_dir():
            continue
        path, problem = member_path(info.orig_filename)
        problem = problem or _problem(info, limits)
        if problem is None and info.header_offset in overlapping:
            problem = "refused: it shares bytes of the archive with another member"
        modified_ns = _modified_ns(info)
        member = Member(
            "zip", info.header_offset, info.compress_size, info.file_size, modified_ns, info.compress_type, info.CRC,
            status.st_size, status.st_mtime_ns, archive,
        )  # fmt: skip
        yield Entry(path, member.location, info.file_size, modified_ns, problem, member.etag)


def _check_directory(file: BinaryIO, size: int) -> None:
    """Refuses a directory too large to hold; without an end record the standard library says what is wrong."""
    start = max(size - (1 << 16) - _END.size, 0)
    tail = os.pread(file.fileno(), size - start, start)
    at = tail.rfind(b"PK\5\6")
    if at < 0 or at + _END.size > len(tail):
        return
    directory = _END.unpack_from(tail, at)[5]
    at -= _END64_LOCATOR
    if directory == 0xFFFFFFFF and at >= 0 and tail[at : at + 4] == b"PK\6\7":
        record = os.pread(file.fileno(), _END64.size, start + at - _END64.size)
        directory = _END64.unpack(record)[8] if len(record) == _END64.size else 0
    if directory > _LARGEST_DIRECTORY:
        raise DamagedArchiveError(f"its directory has {directory >> 20} MB")


def _overlapping(members: Sequence[zipfile.ZipInfo], end: int) -> set[int]:
    """Where members begin that share bytes with another one or with the directory."""
    found: set[int] = set()
    before, reached = -1, 0
    for info in sorted(members, key=lambda one: one.header_offset):
        start = info.header_offset
        if start < reached:
            found |= {start, before}
        stop = start + LOCAL_HEADER + len(info.orig_filename) + info.compress_size
        if stop > end or start < 0:
            found.add(start)
        if stop > reached:
            before, reached = start, stop
    return found


def _problem(info: zipfile.ZipInfo, limits: ArchiveLimits) -> str | None:
    kind = stat.S_IFMT(info.external_attr >> 16) if info.create_system == _UNIX else 0
    if stat.S_ISLNK(kind):
        return SYMBOLIC_LINK
    if kind and not stat.S_ISREG(kind):
        return "not a regular file"
    if info.flag_bits & 1:
        return "encrypted: unpack the archive with its password"
    if info.compress_type not in (STORED, DEFLATED):
        method = _METHODS.get(info.compress_type, "unknown")
        return f"packed by method {info.compress_type} ({method}), which is not read: unpack the archive"
    if info.compress_type == STORED and info.compress_size != info.file_size:
        return "refused: its sizes contradict each other"
    if limits.is_bomb(info.compress_size, info.file_size):
        return "refused: it unpacks to more than `archives.max_ratio` times its size"
    return None


def _modified_ns(info: zipfile.ZipInfo) -> int:
    """The time in seconds where the archive has it, else that of two seconds' steps, taken as UTC."""
    extra, at = info.extra, 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == _EXTENDED_TIME and length >= 5 and at + 9 <= len(extra) and extra[at + 4] & 1:
            return int(struct.unpack_from("<i", extra, at + 5)[0]) * 1_000_000_000
        at += 4 + length
    try:
        return int(datetime(*info.date_time, tzinfo=UTC).timestamp()) * 1_000_000_000
    except ValueError:  # month 0, as programs write it that know no time
        return 0
