"""A member of an archive as a worker finds it: in which file, where, how packed, and what it must come to.

Its location is text, `zip:...` or `tar:...`; the archive's own path is last, since anything may be in it.
"""

from __future__ import annotations

from typing import NamedTuple

INSIDE = "!/"
"""Between an archive and a folder in it, in the names of sources."""

STORED, DEFLATED = 0, 8
"""Methods of zip that are read."""


class Member(NamedTuple):
    """Where the bytes of a member are."""

    kind: str
    """`zip`: `offset` is that of its local header. `tar`: that of its content."""
    offset: int
    packed: int
    size: int
    modified_ns: int
    method: int
    crc: int
    archive_size: int
    archive_modified_ns: int
    archive: str

    @property
    def location(self) -> str:
        """As text."""
        kind, offset, packed, size, time, method, crc, archive_size, archive_time, archive = self
        return f"{kind}:{offset}:{packed}:{size}:{time}:{method}:{crc}:{archive_size}:{archive_time}:{archive}"

    @property
    def etag(self) -> str | None:
        """A zip file has a checksum of each member."""
        return f"crc32-{self.crc:08x}" if self.kind == "zip" else None

    @classmethod
    def of(cls, location: str) -> Member:
        """From its text. Raises `ValueError` for another text."""
        kind, offset, packed, size, time, method, crc, archive_size, archive_time, archive = location.split(":", 9)
        where = (int(offset), int(packed), int(size), int(time), int(method), int(crc))
        return cls(kind, *where, int(archive_size), int(archive_time), archive)
