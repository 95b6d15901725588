"""What workers on other machines need of a command that writes to a store on object storage: they share no folder with it.

Its objects lie below `data/`, unlisted: what a command that was killed leaves there is collected with the orphans.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from ingest.sources.cloud.client import BlobError
from ingest.store.remote.address import DATA, Address
from ingest.store.remote.objects import Objects, store_error

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.store.paths import Layout


def _objects(layout: Layout) -> Objects:
    assert layout.url is not None
    return Objects(Address.of(layout.url))


@contextmanager
def shared_file(layout: Layout, path: Path) -> Iterator[str]:
    """A copy of a file that workers can fetch, by the name that is given. Raises `StoreError`."""
    with _object(layout, f"{DATA}.shared/{secrets.token_hex(8)}", path) as name:
        yield name


def fetched(layout: Layout, name: str) -> Path:
    """In a worker: that file, in the folder of this task. Raises `StoreError`."""
    try:
        content, _ = _objects(layout).get(name)
    except BlobError as error:
        raise store_error(error) from error
    layout.draft.parent.mkdir(parents=True, exist_ok=True)
    layout.draft.write_bytes(content)
    return layout.draft


@contextmanager
def shown_object(layout: Layout) -> Iterator[str]:
    """An object by which a worker can tell that it may read the store; gives its name. Raises `StoreError`."""
    token = secrets.token_hex(8)
    with _object(layout, f"{DATA}.seen/{token}", token.encode()) as name:
        yield name


def sees(layout: Layout, name: str) -> str | None:
    """In a worker: what it may not, in words; None if it may read and write."""
    objects = _objects(layout)
    try:
        objects.get(name)
        mine = f"{name}-{secrets.token_hex(4)}"
        objects.put(mine, b"")
        objects.delete(mine)
    except BlobError as error:
        return f"cannot use the store: {error.strerror}"
    return None


@contextmanager
def _object(layout: Layout, name: str, content: bytes | Path) -> Iterator[str]:
    objects = _objects(layout)
    try:
        objects.put(name, content)
    except BlobError as error:
        raise store_error(error) from error
    try:
        yield name
    finally:
        with suppress(BlobError):  # collected with the orphans
            objects.delete(name)
