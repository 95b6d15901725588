"""`python -m benchmarks.rivals.blobs fill|list URL [TREE]`: puts a tree into a container of Azurite, or lists it bare."""

from __future__ import annotations

import base64
import hashlib
import hmac
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Those of every Azurite, as its documentation has them."""


def main(what: str, url: str, *trees: str) -> None:
    """Fills or lists."""
    import obstore
    from obstore.store import AzureStore

    endpoint, _, container = url.rpartition("/")
    store = AzureStore(
        container, account_name=ACCOUNT, account_key=KEY, endpoint=endpoint, client_options={"allow_http": True}
    )
    if what == "list":
        if "--with-duckdb" in trees:
            import duckdb  # noqa: F401  # its start-up is what is wanted
        print(sum(len(chunk) for chunk in obstore.list(store, chunk_size=5_000)))
        return
    _make(endpoint, container)
    top = Path(trees[0])
    files = [path for path in top.rglob("*") if path.is_file()]
    with ThreadPoolExecutor(8) as threads:
        for _ in threads.map(
            lambda path: obstore.put(store, path.relative_to(top).as_posix(), path.read_bytes()), files
        ):
            pass


def _make(endpoint: str, container: str) -> None:
    """A new container: obstore makes none."""
    now = f"{datetime.now(UTC):%a, %d %b %Y %H:%M:%S GMT}"
    resource = f"/{ACCOUNT}/{ACCOUNT}/{container}\nrestype:container"
    signed = f"PUT{chr(10) * 12}x-ms-date:{now}\nx-ms-version:2021-12-02\n{resource}"
    mark = base64.b64encode(hmac.new(base64.b64decode(KEY), signed.encode(), hashlib.sha256).digest()).decode()
    headers = {
        "Authorization": f"SharedKey {ACCOUNT}:{mark}",
        "x-ms-date": now,
        "x-ms-version": "2021-12-02",
        "Content-Type": "",
    }
    request = urllib.request.Request(f"{endpoint}/{container}?restype=container", b"", headers, method="PUT")
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20).close()


if __name__ == "__main__":
    main(*sys.argv[1:])
