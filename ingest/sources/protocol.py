"""What a source of logs is: it lists entries, and it opens one of them again from its location alone.

There are folders, archives and prefixes of object stores, and what plugins add. Whatever is behind this protocol, the
same code finds jobs, remembers files, and reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from ingest.sources.archive.limits import DEFAULT_LIMITS, ArchiveLimits

if TYPE_CHECKING:
    from ingest.sources.content import Content

SYMBOLIC_LINK = "symbolic link, not followed"
"""The problem of an entry that is a link."""

NOT_LISTED = "folder cannot be listed: "
"""How the problem of a folder begins whose files are not known."""


class Entry(NamedTuple):
    """Something found in a source: a file that can be read, or (`problem`) something that is not."""

    path: str
    """Below the folder where the listing began, `/` between."""
    location: str
    """Where to open it, as text that holds no secret: an absolute path, or `SCHEME:...`."""
    size: int = 0
    modified_ns: int = 0
    problem: str | None = None
    """Why it is not read: a symbolic link, a device, a folder that may not be listed."""
    etag: str | None = None
    """Changes when the content does, where the source has such a thing: then the time says nothing."""


class Versioned(Protocol):
    """What is known of a file without reading it."""

    @property
    def size(self) -> int:
        """Its bytes."""

    @property
    def modified_ns(self) -> int:
        """When it was written last, nanoseconds since 1970."""

    @property
    def etag(self) -> str | None:
        """As that of an entry."""


class Version(NamedTuple):
    """The same, as it was remembered."""

    size: int
    modified_ns: int
    etag: str | None


def is_same_version(one: Versioned, other: Versioned) -> bool:
    """Whether nothing says that a file has changed. An etag says more than a time, which may be of whole seconds."""
    if one.etag is not None and other.etag is not None:
        return one.size == other.size and one.etag == other.etag
    return one.size == other.size and one.modified_ns == other.modified_ns


class Behind(NamedTuple):
    """What was read of a shorter version of a file, for a source that can tell by itself whether it still stands."""

    start: int
    """So many of its first bytes need not be read again."""
    size: int
    """The bytes from there on that were read, too."""
    hash: str
    """Of these, as a SHA-256 begins: they are read again, and compared."""
    created: str
    """When the file was made: it can only grow, so it is as it was if this is the same."""


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What of the sources is wanted, and how much an archive may hold."""

    match: str | None = None
    """Glob of paths of folders below each argument, one part for each folder: `ExperimentRun/dcid.2024*`."""
    since_ns: int | None = None
    """Only jobs of which a file was written since then, nanoseconds since 1970."""
    limits: ArchiveLimits = DEFAULT_LIMITS
    workspace: str | None = None
    """The Azure ML workspace of run ids and short `azureml://` addresses: `SUBSCRIPTION/GROUP/NAME`, or a `config.json`."""


ALL = SourceOptions()
"""Everything, with the default limits."""


@runtime_checkable
class Source(Protocol):
    """A tree of entries. Folders are named by their path below its top, `""` for the top itself."""

    @property
    def notices(self) -> Sequence[str]:
        """What is wrong with the source as a whole, though the rest of it can be read."""

    def folders(self, folder: str) -> Sequence[str]:
        """The names of the folders directly in a folder, sorted. Raises `OSError` if it cannot be listed."""

    def entries(self, folder: str, prefix: str = "", *, deep: bool = True) -> list[Entry]:
        """The files in a folder, and unless `deep` is False in those below; their paths begin with `prefix`."""

    def text(self, folder: str) -> str:
        """How a folder is named to people and in the store, without a secret. It can be given as a source again."""

    def name(self, folder: str) -> str:
        """What a job in this folder is called if nothing else gives it a name."""


class Opening(Protocol):
    """Opens entries by their locations; each worker process makes its own."""

    def open(self, location: str) -> Content:
        """The content of an entry. Raises `OSError`, with the reason in words."""

    def ahead(self, locations: Sequence[tuple[str, int]]) -> None:
        """These will be opened next, in this order, each of about so many bytes: they may be fetched at once."""

    def close(self) -> None:
        """Gives back what is held open."""


@runtime_checkable
class ReadsOn(Protocol):
    """An opening that knows by itself, of some of its entries, that what was read of them stands."""

    def open_behind(self, location: str, behind: Behind) -> Content:
        """The content of an entry; less what stands, if that is sure, which its `start` says. Raises `OSError` as `open`."""


@runtime_checkable
class SourceScheme(Protocol):
    """A kind of source, as built in or as a plugin offers it: arguments that begin with `SCHEME:` are its own."""

    @property
    def scheme(self) -> str:
        """At least two small letters: `abc` for `abc://...`. Locations of its entries begin with `abc:`."""

    def source(self, argument: str, wanted: SourceOptions) -> Source:
        """The source that an argument names. Raises `InputError` if there is none."""

    def opening(self) -> Opening:
        """What opens its entries, in a process that knows nothing but their locations."""
