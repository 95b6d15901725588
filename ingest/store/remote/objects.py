"""The few calls to an object store that a store is made of, each repeated when it fails, its errors in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ingest.errors import IngestError, StoreError
from ingest.sources.cloud.client import BlobError, ChangedError, MissingError, asked, client_of
from ingest.sources.cloud.reading import IncompleteAnswer
from ingest.store.remote.address import Address

if TYPE_CHECKING:
    from datetime import datetime

    from obstore.store import ObjectStore

Result = TypeVar("Result")

_AT_ONCE = 5_000
"""Names in an answer to a listing, as far as the store gives so many."""

_WRITER = (
    "Whoever asks needs to list, read, write and delete there (on Azure the role Storage Blob Data Contributor), to ask a"
    " store to list and read. Who asks is said by: ingest doctor --source URL"
)


class Object(NamedTuple):
    """What a listing says of an object."""

    name: str
    """Below the prefix."""
    size: int
    written: datetime


class Objects:
    """The objects below a prefix, by their names in it. All methods raise `BlobError`; `MissingError` if there is none."""

    def __init__(self, address: Address) -> None:
        self._address = address

    @property
    def client(self) -> ObjectStore:
        """The client; threads share it."""
        return client_of(self._address.bucket)

    def get(self, name: str) -> tuple[bytes, Mapping[str, Any]]:
        """All of an object, and what the store says of it."""
        import obstore

        def call() -> tuple[bytes, Mapping[str, Any]]:
            answer = obstore.get(self.client, self._address.key(name))
            data = bytes(answer.bytes())
            if len(data) != int(answer.meta["size"]):
                raise IncompleteAnswer
            return data, answer.meta

        return self._asked(call, name)

    def size(self, name: str) -> int:
        """The bytes of an object. Raises `FileNotFoundError` if there is none."""
        import obstore

        try:
            return int(self._asked(partial(obstore.head, self.client, self._address.key(name)), name)["size"])
        except MissingError as error:
            raise FileNotFoundError(error.strerror) from error

    def get_range(self, name: str, start: int, length: int) -> bytes:
        """Some bytes of an object."""
        import obstore

        def call() -> bytes:
            data = bytes(obstore.get_range(self.client, self._address.key(name), start=start, length=length))
            if len(data) != length:
                raise IncompleteAnswer
            return data

        return self._asked(call, name)

    def put(self, name: str, content: bytes | Path) -> None:
        """Writes an object; its name is one that nobody else writes to, so that it may be repeated."""
        import obstore

        self._asked(partial(obstore.put, self.client, self._address.key(name), content), name)

    def swap(self, name: str, content: bytes, etag: str | None, version: str | None) -> bool:
        """Replaces an object if it still is the one of this etag (`version`, where the store has one); without: makes it.

        Whether that was so. An answer that was lost may make this say no though it was replaced.
        """
        import obstore
        from obstore.exceptions import AlreadyExistsError

        mode: Any = "create"
        if etag is not None or version is not None:
            mode = {key: value for key, value in (("e_tag", etag), ("version", version)) if value is not None}

        def call() -> bool:
            try:
                obstore.put(self.client, self._address.key(name), content, mode=mode)
            except AlreadyExistsError:
                return False
            return True

        try:
            return self._asked(call, name)
        except (ChangedError, MissingError):
            return False

    def delete(self, *names: str) -> None:
        """Deletes objects; those that are gone are passed over."""
        import obstore

        for name in names:
            try:
                self._asked(partial(obstore.delete, self.client, self._address.key(name)), name)
            except MissingError:
                continue

    def listed(self, below: str = "") -> list[Object]:
        """All objects whose names begin so; it ends with `/` or is empty."""
        import obstore

        prefix = self._address.key(below).rstrip("/")
        cut = len(self._address.key(""))

        def call() -> list[Object]:
            chunks: Any = obstore.list(self.client, prefix or None, chunk_size=_AT_ONCE)
            return [_object(one, cut) for chunk in chunks for one in chunk]

        return self._asked(call, below)

    def top(self) -> list[str]:
        """The names directly below the prefix, folders with a `/`."""
        import obstore

        prefix, cut = self._address.prefix, len(self._address.key(""))
        found: Any = self._asked(partial(obstore.list_with_delimiter, self.client, prefix or None), "")
        names = [f"{one.rstrip('/')}/" for one in found["common_prefixes"]] + [one["path"] for one in found["objects"]]
        return sorted(name[cut:] for name in names)

    def _asked(self, call: Callable[[], Result], name: str) -> Result:
        what = f"{self._address.client_url}/{name}".rstrip("/")
        try:
            return asked(call, what)
        except MissingError:
            raise
        except BlobError as error:
            denied = "access is denied" in str(error.strerror) or "identity" in str(error.strerror)
            raise BlobError(str(error.strerror), _WRITER if denied else error.remedy) from None
        except IngestError as error:
            raise BlobError(error.wrong, error.remedy) from error


def _object(one: Any, cut: int) -> Object:
    return Object(one["path"][cut:], int(one["size"]), one["last_modified"])


def store_error(error: BlobError) -> StoreError:
    """What to say of a store that cannot be reached."""
    return StoreError(str(error.strerror), error.remedy)
