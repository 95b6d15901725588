"""Reads blobs by their locations: many small ones at once, ahead of whoever parses them; a large one in ranges.

A location is `blob:BUCKET|KEY`: no secret is in it, every process finds its own credentials.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

from ingest.errors import IngestError
from ingest.sources.cloud.append import append_blob
from ingest.sources.cloud.client import BlobError, ChangedError, asked, client_of
from ingest.sources.cloud.places import Bucket
from ingest.sources.content import IN_MEMORY, Content
from ingest.sources.protocol import Behind

_THREADS = 24
_AHEAD_BYTES = 64 << 20
"""Bytes of small blobs that wait to be parsed or are on their way."""

_RANGES_AT_ONCE = 4
_VERSIONS = 5
"""How often a blob may change while it is read, before it is given up until the next load."""


def location_of(bucket: Bucket, key: str) -> str:
    """The location of a blob."""
    return f"blob:{bucket.url}|{key}"


class IncompleteAnswer(Exception):  # noqa: N818  # told apart by its name, like the library's own
    """An answer shorter than it said."""


class BlobOpening:
    """Opens blobs; those that were named ahead are on their way already."""

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None
        self._waiting: deque[tuple[str, int]] = deque()
        self._coming: dict[str, tuple[Future[Content], int]] = {}
        self._bytes = 0

    def ahead(self, locations: Sequence[tuple[str, int]]) -> None:
        """These will be opened next, in this order."""
        self._waiting.extend((location, size) for location, size in locations if size <= IN_MEMORY)
        self._fetch_ahead()

    def open(self, location: str) -> Content:
        """The content of a blob, all of one version. Raises `OSError`, with the reason in words."""
        coming = self._coming.pop(location, None)
        if coming is None:
            return _content(location)
        future, size = coming
        try:
            return future.result()
        finally:
            self._bytes -= size
            self._fetch_ahead()

    def open_behind(self, location: str, behind: Behind) -> Content:
        """The same; of an append blob that grew only the new part, and what is compared. Raises `OSError`."""
        return _content(location, behind)

    def close(self) -> None:
        """Fetches no more."""
        self._waiting.clear()
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
            self._threads = None

    def _fetch_ahead(self) -> None:
        while self._waiting and len(self._coming) < 4 * _THREADS:
            location, size = self._waiting[0]
            if self._coming and self._bytes + size > _AHEAD_BYTES:
                return
            self._waiting.popleft()
            if self._threads is None:
                self._threads = ThreadPoolExecutor(_THREADS, "blobs")
            self._coming[location] = (self._threads.submit(_content, location), size)
            self._bytes += size


def _content(location: str, behind: Behind | None = None) -> Content:
    """A blob, whole (unless its front stands) and of one version, with the size, time and etag that this version has."""
    url, _, key = location.removeprefix("blob:").partition("|")
    try:
        bucket = Bucket.of(url)
        client_of(bucket)
    except IngestError as error:
        raise BlobError(error.wrong, error.remedy) from error
    for _ in range(_VERSIONS):
        try:
            grown = _grown(bucket, key, behind) if behind is not None else None
            return grown if grown is not None else _version(bucket, key)
        except ChangedError:
            continue
    raise BlobError(f"changed {_VERSIONS} times while it was read")


def _version(bucket: Bucket, key: str) -> Content:
    """One version of a blob. Raises `ChangedError` if there is another one before all of it was read."""
    first, meta = asked(partial(_range, bucket, key, 0, None), "the blob")
    size, etag = int(meta["size"]), plain_etag(meta["e_tag"])
    modified_ns = ns_of(meta["last_modified"])
    if len(first) == size:
        return Content.of_bytes(first, modified_ns, etag)
    known = append_blob(bucket, key)
    content = Content.spooled(_from(bucket, key, 0, first, size, meta["e_tag"]), modified_ns, etag)
    if known is not None and plain_etag(known.etag) == etag:  # else it may be another blob since
        content.created = known.created
    return content


def _grown(bucket: Bucket, key: str, behind: Behind) -> Content | None:
    """An append blob from the last window of its front on; None if it is another one, or not sure to be the same.

    Its kind and the time it was made say that the front stands; the window is compared all the same. Raises `ChangedError`.
    """
    known = append_blob(bucket, key)
    if known is None or known.created != behind.created or known.size < behind.start + behind.size:
        return None
    first, meta = asked(partial(_range, bucket, key, behind.start, known.etag), "the blob")
    if int(meta["size"]) != known.size or not sha256(first[: behind.size]).hexdigest().startswith(behind.hash):
        return None
    chunks = _from(bucket, key, behind.start, first, known.size, known.etag)
    content = Content.spooled(chunks, ns_of(meta["last_modified"]), plain_etag(known.etag), start=behind.start)
    content.created = known.created
    return content


def _from(bucket: Bucket, key: str, start: int, first: bytes, size: int, etag: str | None) -> Iterator[bytes]:
    """A large blob from a place on, range by range, some at once; the first range is there already."""
    yield first
    starts = deque(range(start + len(first), size, IN_MEMORY))
    with ThreadPoolExecutor(_RANGES_AT_ONCE, "ranges") as threads:
        coming: deque[Future[bytes]] = deque()
        try:
            while starts or coming:
                while starts and len(coming) < _RANGES_AT_ONCE:
                    coming.append(threads.submit(_checked_range, bucket, key, starts.popleft(), size, etag))
                yield coming.popleft().result()
        finally:
            for one in coming:
                one.cancel()


def _checked_range(bucket: Bucket, key: str, start: int, size: int, etag: str | None) -> bytes:
    data, meta = asked(partial(_range, bucket, key, start, etag), "the blob")
    if plain_etag(meta["e_tag"]) != plain_etag(etag) or int(meta["size"]) != size:
        raise ChangedError(None, "changed while it was read")
    return data


def _range(bucket: Bucket, key: str, start: int, etag: str | None) -> tuple[bytes, Mapping[str, Any]]:
    """At most `IN_MEMORY` bytes from a place on, and what the store says of the whole."""
    import obstore

    options: Any = {"range": (start, start + IN_MEMORY)}
    if etag is not None:
        options["if_match"] = etag
    store = client_of(bucket)
    try:
        answer = obstore.get(store, key, options=options)
    except FileNotFoundError:
        raise
    except Exception as error:
        if start or "416" not in str(error):
            raise
        answer = obstore.get(store, key)  # an empty blob has no range
    meta: Mapping[str, Any] = answer.meta
    data = bytes(answer.bytes())
    if len(data) != min(IN_MEMORY, int(meta["size"]) - start):
        raise IncompleteAnswer
    return data, meta


def plain_etag(etag: str | None) -> str | None:
    """An etag as all calls of all stores agree on it: some quote it, some do not."""
    return etag.removeprefix("W/").strip('"') if etag else None


def ns_of(moment: datetime) -> int:
    """A time, nanoseconds since 1970."""
    return int(moment.timestamp()) * 1_000_000_000 + moment.microsecond * 1_000
