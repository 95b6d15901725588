"""Opens members of archives by their locations: `pread` and bounded inflating, so any number of workers may do it."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator, Sequence

from ingest.sources.archive.members import DEFLATED, Member
from ingest.sources.archive.zip_index import LOCAL_HEADER
from ingest.sources.content import IN_MEMORY, Content
from ingest.sources.opening import Opener

_CHUNK = 1 << 20
_OPEN_AT_ONCE = 8
_NAME_AND_EXTRA = 256
"""As much as mostly stands between a local header and the bytes of its member."""


class ArchiveOpening:
    """Opens members; it keeps the archives of the last ones open."""

    def __init__(self) -> None:
        self._opener = Opener()
        self._archives: dict[tuple[str, int, int], int] = {}

    def open(self, location: str) -> Content:
        """The content of a member, checked. Raises `OSError`, with the reason in words."""
        member = Member.of(location)
        handle = self._archive(member)
        if member.size > IN_MEMORY:
            chunks = _zip_chunks(handle, member) if member.kind == "zip" else _plain(handle, member.offset, member.size)
            return Content.spooled(chunks, member.modified_ns, member.etag)
        data = _zip_member(handle, member) if member.kind == "zip" else _whole(handle, member.offset, member.size)
        return Content.of_bytes(data, member.modified_ns, member.etag)

    def ahead(self, locations: Sequence[tuple[str, int]]) -> None:
        """Members are at hand."""

    def close(self) -> None:
        """Gives the archives back."""
        for handle in self._archives.values():
            os.close(handle)
        self._archives.clear()
        self._opener.close()

    def _archive(self, member: Member) -> int:
        key = (member.archive, member.archive_size, member.archive_modified_ns)
        if key not in self._archives:
            if len(self._archives) >= _OPEN_AT_ONCE:
                os.close(self._archives.pop(next(iter(self._archives))))
            handle = self._opener.open(member.archive)
            status = os.fstat(handle)
            if (status.st_size, status.st_mtime_ns) != key[1:]:
                os.close(handle)
                raise OSError(None, "the archive has changed since it was listed")
            self._archives[key] = handle
        return self._archives[key]

    def __del__(self) -> None:
        """Gives the archives back, if nobody did."""
        self.close()


def _zip_member(handle: int, member: Member) -> bytes:
    """A small member of a zip file, unpacked in one go; it never comes to more than the directory says."""
    if member.packed > IN_MEMORY:
        raise OSError(None, "damaged: it is larger packed than unpacked")
    data = _packed(handle, member)
    if member.method == DEFLATED:
        try:
            data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, member.size + 1)
        except zlib.error as error:
            raise OSError(None, f"damaged: {error}") from error
    _check(member, len(data), zlib.crc32(data))
    return data


def _packed(handle: int, member: Member) -> bytes:
    """The packed bytes of a small member, mostly by one read: what its local header says of itself is not long."""
    read = os.pread(handle, LOCAL_HEADER + _NAME_AND_EXTRA + member.packed, member.offset)
    start = _start(member, read[:LOCAL_HEADER]) - member.offset
    data = read[start : start + member.packed]
    return data if len(data) == member.packed else _whole(handle, member.offset + start, member.packed)


def _zip_chunks(handle: int, member: Member) -> Iterator[bytes]:
    """A large member of a zip file, unpacked piece by piece; it never comes to more than the directory says."""
    packed = _plain(handle, _start(member, os.pread(handle, LOCAL_HEADER, member.offset)), member.packed)
    checksum = size = 0
    for chunk in _inflated(packed, member.size) if member.method == DEFLATED else packed:
        checksum, size = zlib.crc32(chunk, checksum), size + len(chunk)
        yield chunk
    _check(member, size, checksum)


def _start(member: Member, header: bytes) -> int:
    """Where the bytes of a member of a zip file begin, behind its local header."""
    if len(header) != LOCAL_HEADER or header[:4] != b"PK\3\4":
        raise OSError(None, "damaged: no member starts where the archive's directory says")
    name, extra = struct.unpack_from("<HH", header, 26)
    return member.offset + LOCAL_HEADER + int(name) + int(extra)


def _check(member: Member, size: int, checksum: int) -> None:
    if size > member.size:
        raise OSError(None, "damaged: it unpacks to more than the archive's directory says")
    if (size, checksum) != (member.size, member.crc):
        raise OSError(None, "damaged: its size or checksum is not that of the archive's directory")


def _inflated(packed: Iterator[bytes], size: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    left = size + 1
    try:
        for data in packed:
            while data and left > 0 and not inflater.eof:
                chunk = inflater.decompress(data, min(_CHUNK, left))
                data = inflater.unconsumed_tail
                left -= len(chunk)
                yield chunk
        while left > 0 and not inflater.eof and (chunk := inflater.decompress(b"", min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk
    except zlib.error as error:
        raise OSError(None, f"damaged: {error}") from error


def _whole(handle: int, start: int, size: int) -> bytes:
    """Some bytes of the archive as they are."""
    data = os.pread(handle, size, start)
    return data if len(data) == size else b"".join(_plain(handle, start, size))


def _plain(handle: int, start: int, size: int) -> Iterator[bytes]:
    """Bytes of the archive as they are."""
    end = start + size
    while start < end:
        chunk = os.pread(handle, min(_CHUNK, end - start), start)
        if not chunk:
            raise OSError(None, "damaged: the archive ends within it")
        start += len(chunk)
        yield chunk
