"""What is handed to a worker and what comes back; small, so that it travels between processes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.store.fronts import Front
    from ingest.store.slice_ledger import Part


@dataclass(frozen=True, slots=True)
class WorkFile:
    """A file to read: where it is, whose it is, who reads it."""

    job_id: str
    path: str
    location: str
    size: int
    parser: str
    groups: Mapping[str, str]
    """What its path says, by the parser's pattern."""
    known_hash: str | None = None
    """Set if only the time changed: the rows stand if the content is still this."""
    modified_ns: int | None = None
    """When it was changed last, as it was listed."""
    front: Front | None = None
    """Set if it is longer than it was: it is read on from there, if the front is still the same."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Files of consecutive jobs, small enough for one worker to hold."""

    name: str
    files: Sequence[WorkFile]


@dataclass(slots=True)
class FileResult:
    """What became of a file."""

    job_id: str
    path: str
    parser: str
    file_id: int = 0
    size: int = 0
    modified_ns: int = 0
    etag: str | None = None
    content_hash: str | None = None
    records: int = 0
    rows: int = 0
    rejects: int = 0
    rejected_bytes: int = 0
    ends_cut: bool = False
    failure: str | None = None
    """Why it was not parsed."""
    note: str | None = None
    """What is to be known of how it was parsed: it changed meanwhile, say."""
    unchanged: bool = False
    read_on: Front | None = None
    """The front that it was read on from; its rows stand, and count here too."""
    front: Front | None = None
    """Where it can be read on from the next time."""


@dataclass(frozen=True, slots=True)
class SliceResult:
    """What a slice gave."""

    name: str
    files: Sequence[FileResult]
    parts: Sequence[Part] = ()


def file_id(job_id: str, path: str, size: int, modified_ns: int, etag: str | None = None) -> int:
    """The number of a version of a file: the same wherever and in whatever order it is read."""
    version = f"{size}\0{modified_ns}" if etag is None else f"{size}\0{modified_ns}\0{etag}"
    key = f"{job_id}\0{path}\0{version}".encode("utf-8", "surrogateescape")
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest()) >> 1
