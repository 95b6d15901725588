"""One writer at a time: a lock that the operating system takes back when its holder dies."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from ingest.errors import StoreError
from ingest.store.layout import Layout


@contextmanager
def writer_lock(layout: Layout, timeout_s: float, waiting: Callable[[str], None]) -> Iterator[None]:
    """Holds the writer's lock of a store. `waiting` is told who holds it, if one has to wait.

    Raises `StoreError` if the lock is not free within `timeout_s` seconds, or the store cannot be written.
    """
    try:
        layout.root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(layout.lock)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            waiting(holder(layout))
            lock.acquire(timeout=timeout_s)
    except Timeout:
        raise StoreError(
            f"{layout.root}: another ingest ({holder(layout)}) has been writing for {timeout_s:.0f} s",
            "Wait until it is done, or give it longer: --lock-timeout SECONDS.",
        ) from None
    except OSError as error:
        raise StoreError(
            f"{layout.root}: the store cannot be written: {error.strerror}", "Choose another place: --store PATH."
        ) from error
    try:
        layout.lock.with_suffix(".pid").write_text(f"process {os.getpid()}")
        yield
    finally:
        lock.release()


def holder(layout: Layout) -> str:
    """Who wrote its name beside the lock last; for people."""
    try:
        return layout.lock.with_suffix(".pid").read_text()[:40]
    except OSError:
        return "unknown process"
