"""What the URL of an object store says: the kind of store, account, container and prefix, and a signature, kept apart."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from ingest.errors import InputError

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_BLOB_HOST = re.compile(
    r"^(?P<account>[a-z0-9]{3,24})\.(?:blob|dfs)\."
    r"(?P<suffix>core\.(?:windows\.net|chinacloudapi\.cn|usgovcloudapi\.net|cloudapi\.de))$"
)
"""Hosts that a token may be sent to; others only if the environment names them."""

_PUBLIC = "core.windows.net"


class Bucket(NamedTuple):
    """A container or bucket."""

    kind: str
    """`az`, `s3` or `gs`."""
    account: str
    """Of Azure; else empty."""
    endpoint: str
    """Of Azure: `https://ACCOUNT.blob.core.windows.net`; else empty."""
    name: str

    @property
    def url(self) -> str:
        """What stands before the keys in it, and names it to people; a worker knows it by this."""
        return f"{self.endpoint}/{self.name}" if self.kind == "az" else f"{self.kind}://{self.name}"

    @classmethod
    def of(cls, url: str) -> Bucket:
        """From its URL."""
        kind, _, rest = url.partition("://")
        if kind in ("s3", "gs"):
            return cls(kind, "", "", rest)
        endpoint, _, name = url.rpartition("/")
        if (own := _own_endpoint(os.environ)) is not None and own[1] == endpoint:
            return cls("az", *own, name)
        found = _BLOB_HOST.match(urlsplit(endpoint).hostname or "")
        return cls("az", found["account"] if found else endpoint.rpartition("/")[2], endpoint, name)


@dataclass(frozen=True, slots=True)
class Place:
    """A prefix in a bucket."""

    bucket: Bucket
    prefix: str
    """Without a slash at its ends; empty for the whole bucket."""
    signature: str | None = field(default=None, repr=False)
    """What the URL had behind its `?`: a secret."""

    def text(self, folder: str = "") -> str:
        """The URL of a folder below the prefix, without the signature."""
        key = "/".join(part for part in (self.prefix, folder) if part)
        shown = quote(key, safe="/=+,:@!$&'()*~-._") if self.bucket.kind == "az" else key
        return f"{self.bucket.url}/{shown}" if key else self.bucket.url


def place_of(url: str, environment: Mapping[str, str] = os.environ) -> Place:
    """What an URL names. Raises `InputError`, which never has the signature in it."""
    bare = url.partition("?")[0]
    kind, _, rest = bare.partition("://")
    if kind in ("s3", "gs"):
        name, _, key = rest.partition("/")
        return Place(Bucket(kind, "", "", _named(name, bare)), key.strip("/"))
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise InputError(f"{bare}: not a URL: {error}", _EXAMPLES) from error
    path = unquote(parts.path).strip("/")
    if kind == "az":
        account, endpoint = _account(environment, bare)
        return Place(Bucket("az", account, endpoint, _named(parts.netloc, bare)), path, parts.query or None)
    if kind in ("abfs", "abfss"):
        found = _BLOB_HOST.match(host)
        if found is None or not parts.username:
            raise InputError(f"{bare}: not abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/PATH", _EXAMPLES)
        endpoint = f"https://{found['account']}.blob.{found['suffix']}"
        return Place(Bucket("az", found["account"], endpoint, parts.username), path, parts.query or None)
    if (own := _own_endpoint(environment)) is not None and bare.startswith(f"{own[1]}/"):
        name, _, key = unquote(bare.removeprefix(own[1])).strip("/").partition("/")
        return Place(Bucket("az", *own, _named(name, bare)), key, parts.query or None)
    name, _, key = path.partition("/")
    if kind == "https" and (found := _BLOB_HOST.match(host)):
        endpoint = f"https://{found['account']}.blob.{found['suffix']}"
        return Place(Bucket("az", found["account"], endpoint, _named(name, bare)), key, parts.query or None)
    if host in _LOOPBACK:  # an emulator: http://127.0.0.1:10000/ACCOUNT/CONTAINER/PREFIX
        account, (name, _, key) = name, key.partition("/")
        endpoint = f"{kind}://{host}:{port}/{account}" if port else f"{kind}://{host}/{account}"
        return Place(Bucket("az", account, endpoint, _named(name, bare)), key, parts.query or None)
    raise InputError(f"{bare}: not the address of a blob container", _EXAMPLES)


_EXAMPLES = "Give az://CONTAINER/PREFIX, https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX, s3://... or gs://..."


def _named(name: str, url: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9$_.-]+", name):
        raise InputError(f"{url}: names no container or bucket", _EXAMPLES)
    return name


def connection_string(environment: Mapping[str, str]) -> dict[str, str]:
    """The parts of `AZURE_STORAGE_CONNECTION_STRING`; empty without one."""
    text = environment.get("AZURE_STORAGE_CONNECTION_STRING", "")
    parts = dict(part.strip().partition("=")[::2] for part in text.split(";") if "=" in part)
    if parts.get("UseDevelopmentStorage", "").lower() == "true":
        account = "devstoreaccount1"
        return {"AccountName": account, "BlobEndpoint": f"http://127.0.0.1:10000/{account}"}
    return parts


def _account_and_endpoint(environment: Mapping[str, str]) -> tuple[str | None, str | None]:
    """What the environment names, each as far as it does."""
    string = connection_string(environment)
    account = string.get("AccountName") or environment_account(environment)
    endpoint = (
        string.get("BlobEndpoint") or environment.get("AZURE_STORAGE_ENDPOINT") or environment.get("AZURE_ENDPOINT")
    )
    return account, endpoint


def _own_endpoint(environment: Mapping[str, str]) -> tuple[str, str] | None:
    """Account and endpoint, if the environment names both: then the endpoint may be any."""
    account, endpoint = _account_and_endpoint(environment)
    return (account, endpoint.rstrip("/")) if account and endpoint else None


def _account(environment: Mapping[str, str], url: str) -> tuple[str, str]:
    """The account that the environment names, and its endpoint."""
    account, endpoint = _account_and_endpoint(environment)
    if not account and endpoint and (found := _BLOB_HOST.match(urlsplit(endpoint).hostname or "")):
        account = found["account"]
    if not account:
        raise InputError(
            f"{url}: the storage account is not known",
            "Set AZURE_STORAGE_ACCOUNT, or give https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX.",
        )
    suffix = connection_string(environment).get("EndpointSuffix", _PUBLIC)
    return account, (endpoint or f"https://{account}.blob.{suffix}").rstrip("/")


def environment_account(environment: Mapping[str, str]) -> str | None:
    """The account that the environment's keys belong to, as far as it says."""
    named = environment.get("AZURE_STORAGE_ACCOUNT_NAME") or environment.get("AZURE_STORAGE_ACCOUNT")
    return named or connection_string(environment).get("AccountName")


def is_loopback(endpoint: str) -> bool:
    """Whether an endpoint is on this machine: only then it may be without TLS."""
    return (urlsplit(endpoint).hostname or "") in _LOOPBACK
