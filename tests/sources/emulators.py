"""What tests put into the emulators of object stores, and sign for them. The fixtures are in conftest.py."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from tests.sources.proxy import FaultyProxy

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Those of every Azurite, as its documentation has them."""

Files = Mapping[str, str | bytes]
Fill = Callable[[Files], str]


def fill_azurite(azurite: str, files: Files, container: str = "") -> str:
    """A container with these blobs."""
    import obstore
    from obstore.store import AzureStore

    endpoint = f"{azurite}/{ACCOUNT}"
    if not container:
        container = f"c{uuid.uuid4().hex[:12]}"
        _put(azurite, container, "restype=container")
    store = AzureStore(
        container, account_name=ACCOUNT, account_key=KEY, endpoint=endpoint, client_options={"allow_http": True}
    )
    for path, content in files.items():
        obstore.put(store, path, content if isinstance(content, bytes) else content.encode())
    return f"{endpoint}/{container}"


def append_azurite(azurite: str, container: str, path: str, content: bytes, *, new: bool) -> None:
    """An append blob that is given more, or made `new`."""
    if new:
        _put(azurite, f"{container}/{path}", "", {"x-ms-blob-type": "AppendBlob"})
    for start in range(0, len(content), 4_000_000):
        _put(azurite, f"{container}/{path}", "comp=appendblock", data=content[start : start + 4_000_000])


def _put(azurite: str, path: str, query: str, also: Mapping[str, str] | None = None, data: bytes = b"") -> None:
    """Asks for what the client library does not do, signed with the account's key."""
    import urllib.request

    headers = {**(also or {}), "x-ms-version": "2021-12-02"}
    headers["x-ms-date"] = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    resource = f"/{ACCOUNT}/{ACCOUNT}/{path}" + (f"\n{query.replace('=', ':')}" if query else "")
    signed = f"PUT\n\n\n{len(data) or ''}{chr(10) * 9}{lines}{resource}"
    made = hmac.new(base64.b64decode(KEY), signed.encode(), hashlib.sha256).digest()
    headers |= {"Content-Type": "", "Authorization": f"SharedKey {ACCOUNT}:{base64.b64encode(made).decode()}"}
    url = f"{azurite}/{ACCOUNT}/{path}?{query}"
    request = urllib.request.Request(url, method="PUT", data=data, headers=headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.open(request, timeout=20).close()


def signature(container_url: str, *, ends: timedelta = timedelta(hours=5), rights: str = "rl") -> str:
    """A signature for a container of Azurite, as the portal makes one."""
    container = container_url.rpartition("/")[2]
    end = (datetime.now(UTC) + ends).strftime("%Y-%m-%dT%H:%M:%SZ")
    version = "2021-12-02"
    fields = [rights, "", end, f"/blob/{ACCOUNT}/{container}", "", "", "", version, "c", *[""] * 7]
    made = hmac.new(base64.b64decode(KEY), "\n".join(fields).encode(), hashlib.sha256).digest()
    return urlencode({"sp": rights, "se": end, "sv": version, "sr": "c", "sig": base64.b64encode(made).decode()})


def through(proxy: FaultyProxy, url: str) -> str:
    """The same URL by way of a proxy."""
    return proxy.address + urlsplit(url).path
