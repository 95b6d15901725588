"""Whether a blob is an append blob of Azure: nothing can be done to what it holds but add to it, so its front stands as long
as it is the same blob. Azure ML writes the logs of running jobs so.

The client library does not tell, so a request of our own asks for the blob's properties, with a signature for it alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from ingest.logs import debug
from ingest.sources.cloud.client import client_of, credential_of
from ingest.sources.cloud.places import Bucket

_TIMEOUT_S = 20
_SIGNED_FOR = timedelta(minutes=10)
_EARLIER = timedelta(minutes=5)
"""A signature begins so long ago: clocks differ."""

_VERSION = "2021-12-02"


class AppendBlob(NamedTuple):
    """An append blob at one moment."""

    created: str
    """When it was made: another time tells that it is another blob of the same name."""
    etag: str
    size: int


def append_blob(bucket: Bucket, key: str) -> AppendBlob | None:
    """What is known of a blob that can only grow; None of another, and if the store does not say: then it is read anew."""
    if bucket.kind != "az":
        return None
    try:
        request = urllib.request.Request(_signed(bucket, key), method="HEAD")
        opener = urllib.request.build_opener()  # the shared one keeps the proxies of its first use
        with opener.open(request, timeout=_TIMEOUT_S) as answer:
            told = answer.headers
            created, etag, size = told["x-ms-creation-time"], told["ETag"], told["Content-Length"]
            is_append = told["x-ms-blob-type"] == "AppendBlob"
        return AppendBlob(created, etag, int(size)) if is_append and created and etag else None
    except (OSError, http.client.HTTPException, TypeError, ValueError) as error:
        reason = str(error)
    except Exception as error:  # of the client library, which cannot sign for everybody; its words have the URL in them
        reason = type(error).__name__
    debug("the store does not say whether a blob is an append blob", blob=key, reason=reason)
    return None


def _signed(bucket: Bucket, key: str) -> str:
    """The address of a blob that may be asked with no other credential: a secret."""
    settings = credential_of(bucket).settings
    url = f"{bucket.url}/{quote(key)}"
    if "sas_key" in settings:
        return f"{url}?{settings['sas_key']}"
    if settings.get("skip_signature"):
        return url
    if "account_key" in settings:
        return f"{url}?{_signature(bucket, key, settings['account_key'])}"
    import obstore

    client: Any = client_of(bucket)
    return str(obstore.sign(client, "GET", key, _SIGNED_FOR))


def _signature(bucket: Bucket, key: str, account_key: str) -> str:
    """A signature for reading one blob. That of the library is not one for an emulator, whose addresses have another form."""
    now = datetime.now(UTC)
    begin, end = (f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (now - _EARLIER, now + _SIGNED_FOR))
    scheme = urlsplit(bucket.endpoint).scheme
    only = "https" if scheme == "https" else "https,http"
    place = f"/blob/{bucket.account}/{bucket.name}/{key}"
    signed = "\n".join(["r", begin, end, place, "", "", only, _VERSION, "b", *[""] * 7])
    made = hmac.new(base64.b64decode(account_key), signed.encode(), hashlib.sha256).digest()
    fields = {"sp": "r", "st": begin, "se": end, "spr": only, "sv": _VERSION, "sr": "b"}
    return urlencode({**fields, "sig": base64.b64encode(made).decode()})
