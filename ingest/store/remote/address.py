"""Where a store on object storage is: what its URL says, and the names of its objects."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ingest.errors import IngestError, StoreError
from ingest.sources.cloud.places import Bucket, Place, place_of
from ingest.store.paths import Layout, cache_folder

HEAD = "head.json"
CATALOGS = "catalogs/"
DATA = "data/"

_PLAIN = re.compile(r"[\w.=+,@~ /-]*")
"""Prefixes that every client of the database takes as they are: without `?`, `*`, `[`, quotes."""

_KINDS = ("az://", "https://", "http://", "abfs://", "abfss://", "s3://", "gs://")


@dataclass(frozen=True, slots=True)
class Address:
    """A prefix of a bucket that is a store."""

    bucket: Bucket
    prefix: str

    @classmethod
    def of(cls, url: str) -> Address:
        """Of an URL without signature."""
        place = place_of(url)
        return cls(place.bucket, place.prefix)

    def key(self, name: str) -> str:
        """The key of one of its objects."""
        return f"{self.prefix}/{name}" if self.prefix else name

    @property
    def client_url(self) -> str:
        """As other clients of the database name it: without account, which is part of what they sign in with."""
        return f"{self.bucket.kind}://{self.key_of_bucket()}"

    def key_of_bucket(self) -> str:
        """Bucket and prefix."""
        return f"{self.bucket.name}/{self.prefix}" if self.prefix else self.bucket.name


def remote_layout(url: str) -> Layout:
    """The layout of a store at an URL. Raises `StoreError`; a signature is kept in the environment, and nowhere else."""
    bare = url.partition("?")[0]
    if not bare.startswith(_KINDS):
        raise StoreError(
            f"{bare}: no store can be there", "Give a folder, or az://CONTAINER/PREFIX, s3://BUCKET/PREFIX or gs://..."
        )
    try:
        place = _signed(url)
    except IngestError as error:
        raise StoreError(error.wrong, error.remedy) from None
    if not _PLAIN.fullmatch(place.prefix):
        raise StoreError(f"{bare}: a store's prefix must be of letters, digits and -_.=+,@~/", "Choose another prefix.")
    return Layout(_folder(place.text()), place.text(), f"work/{os.getpid()}-{secrets.token_hex(4)}")


def _signed(url: str) -> Place:
    """The place, whose signature, if there is one, is known to the client from now on."""
    from ingest.sources.cloud.source import signed_place

    return signed_place(url)


def _folder(url: str) -> Path:
    """This machine's folder for a store: only for this user."""
    return stores_folder() / hashlib.sha256(url.encode()).hexdigest()[:16]


def stores_folder() -> Path:
    """Where the folders of all stores are."""
    return cache_folder() / "stores"


def part_location(url: str, table: str, slice_: str) -> str:
    """A Parquet file as the catalog's views name it."""
    return f"{_client_url(url)}/{part_name(table, slice_)}"


def part_name(table: str, slice_: str) -> str:
    """The name of a Parquet file below the prefix."""
    return f"{DATA}{table}/{slice_}.parquet"


@lru_cache(maxsize=8)
def _client_url(url: str) -> str:
    return Address.of(url).client_url
