"""The client of an object store, and its errors in words. Only the blocking calls of obstore are used.

Whatever the library says of a failed request has the request's URL in it, signature and all: nothing of it is shown.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from ingest.errors import InputError
from ingest.sources.cloud.credentials import Credential, aws_credential, azure_credential, google_credential
from ingest.sources.cloud.places import Bucket, is_loopback

if TYPE_CHECKING:
    from obstore.store import ObjectStore

Result = TypeVar("Result")

_TRIES = 5
_READ_TIMEOUT = "30s"
"""How long nothing may come of an answer."""

_RETRIES: Any = {
    "max_retries": 6,
    "backoff": {"init_backoff": timedelta(milliseconds=200), "max_backoff": timedelta(seconds=10), "base": 2},
    "retry_timeout": timedelta(minutes=2),
}


class ChangedError(OSError):
    """A blob that is another one than a moment ago."""


class BlobError(OSError):
    """A blob or prefix that cannot be read, with the reason in words and what to do."""

    def __init__(self, words: str, remedy: str = "Try again; what could be read is kept.") -> None:
        super().__init__(None, words)
        self.remedy = remedy


class MissingError(BlobError):
    """A blob, container or account that is not there."""


def credential_of(bucket: Bucket) -> Credential:
    """Who would ask for a bucket."""
    if bucket.kind == "az":
        return azure_credential(bucket)
    return aws_credential() if bucket.kind == "s3" else google_credential()


@lru_cache(maxsize=16)
def client_of(bucket: Bucket) -> ObjectStore:
    """The client of a bucket. Raises `InputError` if the library is not installed or refuses its settings."""
    try:
        from obstore.store import AzureStore, GCSStore, S3Store
    except ImportError as error:
        raise InputError(
            f"{bucket.url}: object stores need the extra `cloud`", "Install it: pip install 'ingest-batch-logs[cloud]'"
        ) from error
    settings: dict[str, Any] = dict(credential_of(bucket).settings)
    options: Any = {"connect_timeout": "10s", "timeout": "120s", "read_timeout": _READ_TIMEOUT}
    given: dict[str, Any] = {"retry_config": _RETRIES, "client_options": options}
    if "credential_provider" in settings:
        given["credential_provider"] = settings.pop("credential_provider")
    try:
        if bucket.kind == "s3":
            options["allow_http"] = is_loopback(_aws_endpoint())
            return S3Store(bucket.name, **given, **settings)
        if bucket.kind == "gs":
            return GCSStore(bucket.name, **given, **settings)
        options["allow_http"] = is_loopback(bucket.endpoint)
        return AzureStore(bucket.name, account_name=bucket.account, endpoint=bucket.endpoint, **given, **settings)
    except Exception as error:
        wrong = f"{bucket.url}: its address, key or signature is malformed"
        raise InputError(wrong, "Copy it again, whole; `ingest doctor --source URL` says which is used.") from error


def _aws_endpoint() -> str:
    return (
        os.environ.get("AWS_ENDPOINT_URL_S3")
        or os.environ.get("AWS_ENDPOINT_URL")
        or os.environ.get("AWS_ENDPOINT", "")
    )


def asked(call: Callable[[], Result], what: str) -> Result:
    """What a call gives. The library repeats requests that fail; an answer that breaks off is asked for again here.

    Raises `BlobError` or `ChangedError`, in words.
    """
    for number in range(1, _TRIES + 1):
        try:
            return call()
        except FileNotFoundError as error:
            raise MissingError(f"{what}: it is not there", "Check the address; it may have been deleted.") from error
        except Exception as error:
            words, remedy, again = _told(error)
            if words is None:
                raise ChangedError(None, f"{what} changed while it was read") from None
            if not again or number == _TRIES:
                kind = MissingError if words == _NOT_THERE else BlobError
                raise kind(f"{what}: {words}", remedy) from None  # the cause has the URL in it
            time.sleep(0.2 * 2**number * (0.5 + random.random()))
    raise AssertionError("unreachable")


_NOT_THERE = "it is not there"
_SIGN_IN = "Sign in with the platform's tool (`az login`, say), or set a key or signature in the environment."
ASK_DOCTOR = "; `ingest doctor --source URL` says who asks"
"""The end of a remedy, which the doctor itself leaves out."""

_READER = f"Let it list and read (on Azure the role Storage Blob Data Reader){ASK_DOCTOR}."


def _told(error: Exception) -> tuple[str | None, str, bool]:
    """What is wrong, what to do, and whether to try again; no words for a blob that changed."""
    kind = type(error).__name__
    text = str(error)
    if kind == "PreconditionError":
        return None, "", False
    if kind == "PermissionDeniedError" or "403" in _statuses(text):
        return (
            "access is denied: the identity may not read it, or its key or signature is wrong or has ended",
            _READER,
            False,
        )
    if "404" in _statuses(text):
        return _NOT_THERE, "Check the address: account, container, prefix.", False
    if kind == "UnauthenticatedError" or "401" in _statuses(text):
        return "the identity is not accepted, or nobody is signed in", _SIGN_IN, False
    if "AzureCli" in text or "az account" in text:
        return "`az` gave no token", "Sign in with: az login", False
    if "dns error" in text or "failed to lookup" in text:
        return "there is no account or host of that name", "Check the address.", False
    if kind in ("OSError", "GenericError", "TimeoutError", "IncompleteAnswer"):
        status = next(iter(_statuses(text)), None)
        said = f"the store answered {status}" if status else "the connection failed or broke off"
        return f"{said}, {_TRIES} times", "Try again later; what could be read is kept.", True
    return f"the store's client raised {kind}", "Report it, with what `ingest doctor --source URL` says.", False


def _statuses(text: str) -> list[str]:
    return re.findall(r"\b([45]\d\d)\b(?= [A-Z])", text)
