"""A prefix of an object store as a source. All of it is listed at once, or folder by folder if only some are wanted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
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


def cloud_source(url: str, wanted: SourceOptions) -> Blobs:
    """The source at an URL. Raises `InputError`, in which no signature is."""
    if url.startswith("azureml://"):
        from ingest.sources.cloud.azureml import place_of_datastore

        return Blobs(place_of_datastore(url, wanted.workspace), narrow=wanted.match is not None)
    place = place_of(url)
    if place.signature is not None:
        _check_signature(place)
        keep_signature(place.bucket.url, place.signature)
        client_of.cache_clear()
    return Blobs(place, narrow=wanted.match is not None)


def run_source(run_id: str, wanted: SourceOptions) -> Blobs:
    """The logs of a run of a workspace. Raises `InputError`."""
    from ingest.sources.cloud.azureml import place_of_run

    return Blobs(place_of_run(run_id, wanted.workspace or ""), narrow=False)


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
    """The blobs below a prefix."""

    notices = ()

    def __init__(self, place: Place, *, narrow: bool) -> None:
        self._place = place
        self._narrow = narrow
        self._folders: dict[str, tuple[list[str], list[Entry]]] = {}
        """What was listed of a single folder: the folders and the files directly in it."""
        try:
            client_of(place.bucket)
            if narrow:
                self.folders("")
            else:
                self._tree = Tree(self._listed(""))
        except BlobError as error:
            raise InputError(f"{place.text()}: {error.strerror}", error.remedy) from None

    def folders(self, folder: str) -> list[str]:
        """The names of the folders directly in a folder, sorted. Raises `OSError` if it cannot be listed."""
        return self._one(folder)[0] if self._narrow else self._tree.folders(folder)

    def entries(self, folder: str, prefix: str = "", *, deep: bool = True) -> list[Entry]:
        """The blobs in a folder, and unless `deep` is False in those below."""
        if not self._narrow:
            return self._tree.entries(folder, prefix, deep=deep)
        if deep:
            return Tree(self._listed(folder)).entries("", prefix)
        return [entry._replace(path=prefix + entry.path) for entry in self._one(folder)[1]]

    def text(self, folder: str) -> str:
        """The URL of a folder, without a signature."""
        return self._place.text(folder)

    def name(self, folder: str) -> str:
        """The last part of the URL."""
        key = folder or self._place.prefix
        return key.rpartition("/")[2] or self._place.bucket.name

    def _key(self, folder: str) -> str:
        return "/".join(part for part in (self._place.prefix, folder) if part)

    def _one(self, folder: str) -> tuple[list[str], list[Entry]]:
        if folder not in self._folders:
            import obstore

            key, bucket = self._key(folder), self._place.bucket
            found = asked(partial(obstore.list_with_delimiter, client_of(bucket), key or None), "the prefix")
            names = sorted(one.rstrip("/").rpartition("/")[2] for one in found["common_prefixes"])
            below = len(key) + 1 if key else 0
            self._folders[folder] = (names, [_entry(bucket, one, below) for one in found["objects"]])
        return self._folders[folder]

    def _listed(self, folder: str) -> Iterator[Entry]:
        key, bucket = self._key(folder), self._place.bucket
        below = len(key) + 1 if key else 0
        return iter(asked(partial(_all_below, bucket, key, below), "the prefix"))


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
