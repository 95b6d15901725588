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
    import urllib.request

    import obstore
    from obstore.store import AzureStore

    endpoint = f"{azurite}/{ACCOUNT}"
    if not container:
        container = f"c{uuid.uuid4().hex[:12]}"
        now = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
        resource = f"/{ACCOUNT}/{ACCOUNT}/{container}\nrestype:container"
        signed = f"PUT{chr(10) * 12}x-ms-date:{now}\nx-ms-version:2021-12-02\n{resource}"
        request = urllib.request.Request(f"{endpoint}/{container}?restype=container", method="PUT", data=b"")
        signature = base64.b64encode(hmac.new(base64.b64decode(KEY), signed.encode(), hashlib.sha256).digest()).decode()
        request.add_header("Authorization", f"SharedKey {ACCOUNT}:{signature}")
        request.add_header("x-ms-date", now)
        request.add_header("x-ms-version", "2021-12-02")
        request.add_header("Content-Type", "")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(request, timeout=20).close()
    store = AzureStore(
        container, account_name=ACCOUNT, account_key=KEY, endpoint=endpoint, client_options={"allow_http": True}
    )
    for path, content in files.items():
        obstore.put(store, path, content if isinstance(content, bytes) else content.encode())
    return f"{endpoint}/{container}"


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
