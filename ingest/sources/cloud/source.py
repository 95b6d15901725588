"""A prefix of an object store as a source. All of it is listed at once, or folder by folder if only some are wanted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

from ingest.errors import InputError
from ingest.logs import log
from ingest.sources.archive.names import member_path
from ingest.sources.cloud.client import BlobError, asked, client_of
from ingest.sources.cloud.credentials import signature_end
from ingest.sources.cloud.places import Bucket, Place, place_of
from ingest.sources.cloud.reading import location_of, ns_of, plain_etag
from ingest.sources.protocol import Entry, SourceOptions
from ingest.sources.signatures import keep_signature
from ingest.sources.tree import Tree

_ENDS_SOON = timedelta(hours=1)
_LISTINGS_AT_ONCE = 16


def cloud_source(url: str, wanted: SourceOptions) -> Blobs:
    """The source at an URL. Raises `InputError`, in which no signature is."""
    if url.startswith("azureml://"):
        from ingest.sources.cloud.azureml import place_of_datastore

        return Blobs(place_of_datastore(url, wanted.workspace), match=wanted.match)
    place = place_of(url)
    if place.signature is not None:
        _check_signature(place)
        keep_signature(place.bucket.url, place.signature)
        client_of.cache_clear()
    return Blobs(place, match=wanted.match)


def run_source(run_id: str, wanted: SourceOptions) -> Blobs:
    """The logs of a run of a workspace. Raises `InputError`."""
    from ingest.sources.cloud.azureml import place_of_run

    return Blobs(place_of_run(run_id, wanted.workspace or ""), match=None)


def _check_signature(place: Place) -> None:
    """A signature that cannot do, or not for long, is told before anything is asked."""
    assert place.signature is not None
    try:
        ends = signature_end(place.signature)
    except InputError as error:
        raise InputError(f"{place.text()}: {error.wrong}", error.remedy) from None
    now = datetime.now(UTC)
    if ends is not None and ends <= now:
        raise InputError(
            f"{place.text()}: the signature of the URL ended at {ends:%Y-%m-%d %H:%M} UTC", "Make a new one."
        )
    if ends is not None and ends - now < _ENDS_SOON:
        log().warning("the signature ends soon", source=place.text(), at=f"{ends:%Y-%m-%dT%H:%M:%SZ}")


class Blobs:
    """The blobs below a prefix. Without `match` all are listed at once; else only the folders that match are, many at once."""

    notices = ()

    def __init__(self, place: Place, *, match: str | None) -> None:
        self._place = place
        self._match = match.strip("/").split("/") if match else []
        self._folders: dict[str, tuple[list[str], list[Entry]]] = {}
        """What was listed of a single folder: the folders and the files directly in it."""
        self._trees: dict[str, Tree] = {}
        """What was listed of all that is below a folder."""
        try:
            client_of(place.bucket)
            if match:
                self._one("")
            else:
                self._trees[""] = self._tree("")
        except BlobError as error:
            raise InputError(f"{place.text()}: {error.strerror}", error.remedy) from None

    def folders(self, folder: str) -> list[str]:
        """The names of the folders directly in a folder, sorted. Raises `OSError` if it cannot be listed."""
        if (known := self._known(folder)) is not None:
            return known[0].folders(known[1])
        names = self._one(folder)[0]
        depth = folder.count("/") + 1 if folder else 0
        if depth == len(self._match) - 1:
            below = f"{folder}/" if folder else ""
            wanted = [below + name for name in names if fnmatchcase(name, self._match[depth])]
            with ThreadPoolExecutor(_LISTINGS_AT_ONCE, "listings") as threads:
                self._trees.update(zip(wanted, threads.map(self._tree, wanted), strict=True))
        return names

    def entries(self, folder: str, prefix: str = "", *, deep: bool = True) -> list[Entry]:
        """The blobs in a folder, and unless `deep` is False in those below."""
        if (known := self._known(folder)) is not None:
            return known[0].entries(known[1], prefix, deep=deep)
        if deep:
            return self._tree(folder).entries("", prefix)
        return [entry._replace(path=prefix + entry.path) for entry in self._one(folder)[1]]

    def text(self, folder: str) -> str:
        """The URL of a folder, without a signature."""
        return self._place.text(folder)

    def name(self, folder: str) -> str:
        """The last part of the URL."""
        key = folder or self._place.prefix
        return key.rpartition("/")[2] or self._place.bucket.name

    def _known(self, folder: str) -> tuple[Tree, str] | None:
        """The tree in which a folder is, and where in it."""
        above = folder
        while above not in self._trees:
            if not above:
                return None
            above = above.rpartition("/")[0]
        return self._trees[above], folder[len(above) :].strip("/")

    def _key(self, folder: str) -> str:
        return "/".join(part for part in (self._place.prefix, folder) if part)

    def _one(self, folder: str) -> tuple[list[str], list[Entry]]:
        if folder not in self._folders:
            import obstore

            key, bucket = self._key(folder), self._place.bucket
            found: Any = asked(partial(obstore.list_with_delimiter, client_of(bucket), key or None), "the prefix")
            names = sorted(one.rstrip("/").rpartition("/")[2] for one in found["common_prefixes"])
            below = len(key) + 1 if key else 0
            self._folders[folder] = (names, [_entry(bucket, one, below) for one in found["objects"]])
        return self._folders[folder]

    def _tree(self, folder: str) -> Tree:
        key, bucket = self._key(folder), self._place.bucket
        below = len(key) + 1 if key else 0
        return Tree(asked(partial(_all_below, bucket, key, below), "the prefix"))


def _all_below(bucket: Bucket, prefix: str, below: int) -> list[Entry]:
    """All blobs below a prefix; a listing that breaks off is begun anew."""
    import obstore

    chunks = obstore.list(client_of(bucket), prefix or None, chunk_size=5_000)
    return [_entry(bucket, one, below) for chunk in chunks for one in chunk]


def _entry(bucket: Bucket, one: Any, below: int) -> Entry:
    path, problem = member_path(one["path"][below:])
    return Entry(
        path,
        location_of(bucket, one["path"]),
        int(one["size"]),
        ns_of(one["last_modified"]),
        problem,
        plain_etag(one["e_tag"]),
    )
