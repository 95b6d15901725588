"""What another client of the database needs to attach the catalog of a store on object storage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.errors import StoreError
from ingest.quoting import literal
from ingest.sources.cloud.client import BlobError
from ingest.store.remote.address import CATALOGS
from ingest.store.remote.backend import RemoteBackend
from ingest.store.remote.objects import store_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.sources.cloud.places import Bucket
    from ingest.store.paths import Layout


@dataclass(frozen=True, slots=True)
class RemoteCatalog:
    """The catalog that counts now."""

    url: str
    """As the database's extensions name it."""
    bucket: Bucket


def remote_catalog(layout: Layout) -> RemoteCatalog:
    """The catalog of a store. Raises `StoreError`."""
    backend = RemoteBackend(layout)
    try:
        head = backend.head()
    except BlobError as error:
        raise store_error(error) from error
    if head is None:
        raise StoreError(f"{layout}: no store there", "Fill one with: ingest <job folders> --store PATH")
    return RemoteCatalog(f"{backend.address.client_url}/{CATALOGS}{head.catalog}", backend.address.bucket)


def first_statements(catalog: RemoteCatalog) -> Sequence[str]:
    """What is to be run first, one statement each. Whoever runs them signs in as its platform does."""
    return [
        *_SIGN_IN[catalog.bucket.kind](catalog.bucket),
        f"ATTACH {literal(catalog.url)} AS catalog (READ_ONLY);",
        "USE catalog;",
    ]


def _azure(bucket: Bucket) -> list[str]:
    account = literal(bucket.account)
    return ["INSTALL azure;", "LOAD azure;", _secret(f"TYPE azure, PROVIDER credential_chain, ACCOUNT_NAME {account}")]


def _amazon(_: Bucket) -> list[str]:
    return ["INSTALL httpfs;", "LOAD httpfs;", _secret("TYPE s3, PROVIDER credential_chain")]


def _google(_: Bucket) -> list[str]:
    return ["INSTALL httpfs;", "LOAD httpfs;", _secret("TYPE gcs, KEY_ID '<HMAC key>', SECRET '<its secret>'")]


def _secret(of: str) -> str:
    return f"CREATE SECRET ({of});"


_SIGN_IN = {"az": _azure, "s3": _amazon, "gs": _google}
