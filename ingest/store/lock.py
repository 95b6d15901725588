"""One writer at a time: a lock that the operating system takes back when its holder dies."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ingest.errors import StoreError
from ingest.store.paths import Layout


@contextmanager
def writer_lock(layout: Layout, timeout_s: float, waiting: Callable[[str], None]) -> Iterator[None]:
    """Holds the writer's lock of a store. `waiting` is told who holds it, if one has to wait.

    Raises `StoreError` if the lock is not free within `timeout_s` seconds, or the store cannot be written.
    """

    def busy() -> StoreError:
        return StoreError(
            f"{layout.root}: another ingest ({holder(layout)}) has been writing for {timeout_s:.0f} s",
            "Wait until it is done, or give it longer: --lock-timeout SECONDS.",
        )

    with _held(layout, layout.lock, timeout_s, busy, lambda: waiting(holder(layout))):
        layout.lock.with_suffix(".pid").write_text(f"process {os.getpid()}")
        yield


@contextmanager
def night_lock(layout: Layout, timeout_s: float) -> Iterator[None]:
    """Holds the lock of nights: one at a time, while other commands may write between its steps. Raises `StoreError`."""

    def busy() -> StoreError:
        return StoreError(
            f"{layout.root}: another night is going on, and was not done after {timeout_s:.0f} s",
            "Let it finish; the next night reads what this one would have read. Or give it longer: --lock-timeout.",
        )

    with _held(layout, layout.root / "nightly.lock", timeout_s, busy):
        yield


@contextmanager
def _held(
    layout: Layout,
    place: Path,
    timeout_s: float,
    busy: Callable[[], StoreError],
    waiting: Callable[[], None] = lambda: None,
) -> Iterator[None]:
    """Holds a lock of a store, whose folder is made if need be."""
    try:
        layout.root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(place)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            waiting()
            lock.acquire(timeout=timeout_s)
    except Timeout:
        raise busy() from None
    except OSError as error:
        raise StoreError(
            f"{layout.root}: the store cannot be written: {error.strerror}", "Choose another place: --store PATH."
        ) from error
    try:
        yield
    finally:
        lock.release()


def holder(layout: Layout) -> str:
    """Who wrote its name beside the lock last; for people."""
    try:
        return layout.lock.with_suffix(".pid").read_text()[:40]
    except OSError:
        return "unknown process"
