"""One writer at a time: a lock that the operating system takes back when its holder dies, given in the order of asking.

Whoever has to wait draws a ticket: a file in the folder `writer.queue`, numbered, and locked while its process lives. The
lock is tried by the holder of the lowest living ticket only, and by newcomers if nobody waits. So those who come again
and again cannot pass one who waits. The queue is for fairness; that only one writes is the lock's doing alone.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from ingest.config.file_access import store_mode
from ingest.errors import StoreError, disk_full, is_disk_full
from ingest.store.paths import Layout

_POLL_S = (0.01, 0.05)
"""How long the first of the queue waits between two tries, and how long the others."""


@contextmanager
def writer_lock(layout: Layout, timeout_s: float, waiting: Callable[[str], None]) -> Iterator[None]:
    """Holds the writer's lock of a store. `waiting` is told who holds it, if one has to wait.

    Raises `StoreError` if the lock is not free within `timeout_s` seconds, or the store cannot be written.
    """

    def busy() -> StoreError:
        return StoreError(
            f"{layout.root}: waited for {timeout_s:g} s, and another ingest is writing ({holder(layout)})",
            "Wait until it is done, or wait longer for your turn: --lock-timeout SECONDS.",
        )

    with _held(layout, layout.lock, timeout_s, busy, lambda: waiting(holder(layout))):
        with suppress(OSError):  # a full disk: then nobody knows who it is
            _holder_file(layout).write_text(f"process {os.getpid()}")
        yield


@contextmanager
def night_lock(layout: Layout, timeout_s: float) -> Iterator[None]:
    """Holds the lock of nights: one at a time, while other commands may write between its steps. Raises `StoreError`."""

    def busy() -> StoreError:
        return StoreError(
            f"{layout}: another night is going on, and was not done after {timeout_s:g} s",
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
    queue = _Queue(place.with_suffix(".queue"))
    try:
        layout.root.mkdir(store_mode(), parents=True, exist_ok=True)
        lock = FileLock(place)
        try:
            if not (queue.is_empty() and _taken(lock)):
                waiting()
                _wait(lock, queue, timeout_s)
        except Timeout:
            raise busy() from None
    except OSError as error:
        if is_disk_full(error):
            raise disk_full(layout.root, "the lock", error) from error
        raise StoreError(
            f"{layout.root}: the store cannot be written: {error.strerror}", "Choose another place: --store PATH."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _taken(lock: FileLock) -> bool:
    """Takes a lock if it is free."""
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    return True


def _wait(lock: FileLock, queue: _Queue, timeout_s: float) -> None:
    """Takes a lock when its turn comes. Raises `Timeout`."""
    until = time.monotonic() + timeout_s
    with queue.ticket() as ticket:
        while True:
            is_first = ticket is None or ticket.is_first()
            if is_first and _taken(lock):
                return
            left = until - time.monotonic()
            if left <= 0:
                raise Timeout(lock.lock_file)
            time.sleep(min(_POLL_S[0 if is_first else 1], left))


@dataclass(frozen=True)
class _Queue:
    """Those who wait for a lock: a folder of tickets."""

    folder: Path

    def numbers(self) -> list[int]:
        """The tickets that there are, in order."""
        try:
            return sorted(int(name) for name in os.listdir(self.folder) if name.isdecimal())  # noqa: PTH208
        except OSError:
            return []

    def is_empty(self) -> bool:
        """Whether nobody waits; tickets of the dead are torn up."""
        return not any(self.is_living(number) for number in self.numbers())

    def is_living(self, number: int) -> bool:
        """Whether the process that drew a ticket still waits; if not, the ticket goes."""
        place = self.folder / str(number)
        lock = FileLock(place)
        try:
            if not _taken(lock):
                return True
            place.unlink(missing_ok=True)
            lock.release()
        except OSError:
            return False
        return False

    @contextmanager
    def ticket(self) -> Iterator[_Ticket | None]:
        """A place at the end; None if none can be had, on a full disk, say: then one waits without."""
        try:
            ticket = self._drawn()
        except OSError:
            yield None
            return
        try:
            yield ticket
        finally:
            with suppress(OSError):
                ticket.place.unlink(missing_ok=True)
                ticket.lock.release()
                self.folder.rmdir()  # fails while others wait

    def _drawn(self) -> _Ticket:
        while True:
            self.folder.mkdir(parents=True, exist_ok=True)
            number = max(self.numbers(), default=0) + 1
            place = self.folder / str(number)
            try:
                place.touch(exist_ok=False)
            except (FileExistsError, FileNotFoundError):  # another drew it, or left as the last one
                continue
            lock = FileLock(place)
            if _taken(lock):
                return _Ticket(self, number, place, lock)


@dataclass(frozen=True)
class _Ticket:
    """A place in a queue."""

    queue: _Queue
    number: int
    place: Path
    lock: FileLock

    def is_first(self) -> bool:
        """Whether nobody who lives waits before this one."""
        return not any(self.queue.is_living(one) for one in self.queue.numbers() if one < self.number)


def holder(layout: Layout) -> str:
    """Who holds the lock, and since when, as it said itself; for people."""
    place = _holder_file(layout)
    try:
        name, since = place.read_text()[:40], place.stat().st_mtime
    except OSError:
        return "an unknown process"
    return f"{name or 'an unknown process'}, for {max(time.time() - since, 0):.0f} s so far"


def _holder_file(layout: Layout) -> Path:
    """Where the one who holds the lock writes its name."""
    return layout.lock.with_suffix(".pid")
