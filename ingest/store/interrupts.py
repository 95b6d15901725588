"""Ctrl-C ends a query at once.

When DuckDB hears of a signal by itself, it waits for its own threads, which nobody told to stop: that may be for ever.
So a signal's handler first interrupts the connections that are open, and raises KeyboardInterrupt then. Where one step of
a query takes long, DuckDB does not ask whether there was a signal, and no handler runs: so a thread hears of it too, from
Python itself (`signal.set_wakeup_fd`), and interrupts them.
"""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING
from weakref import ref

if TYPE_CHECKING:
    import duckdb

ENDING = tuple(number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)))
"""What service managers, `timeout` and `kill` send, and a terminal that is closed. Not every system has both."""

_HEARD = {signal.SIGINT, *ENDING}

_NOBODY = -1
"""What Python gives for the file to tell of signals where there is none."""

_OPEN: list[ref[duckdb.DuckDBPyConnection]] = []
"""Those of the main thread, which signals come to. No WeakSet: its callbacks would swallow a KeyboardInterrupt."""


def interruptible(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The connection, whose queries end with a signal from now on where a handler calls `interrupt_queries`."""
    if threading.current_thread() is threading.main_thread():
        _OPEN[:] = [*(one for one in _OPEN if one() is not None), ref(connection)]
    return connection


def interrupt_queries() -> None:
    """Ends what the connections of the main thread are at; does nothing where they are at nothing."""
    for one in list(_OPEN):
        with suppress(Exception):  # it was closed
            if (connection := one()) is not None:
                connection.interrupt()


@contextmanager
def ctrl_c_ends_queries() -> Iterator[None]:
    """Within, Ctrl-C ends a query and raises KeyboardInterrupt.

    Nothing changes where somebody else handles Ctrl-C, or ignores it as `nohup` does, nor outside the main thread.
    """
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield
        return
    with listening():
        signal.signal(signal.SIGINT, _pressed)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def listening() -> Iterator[None]:
    """Within, a thread hears of signals that end a process, and interrupts the queries of the main thread, which enters this.

    Does nothing where somebody else hears of signals in this way, an event loop for instance, or we already do.
    """
    if (before := signal.set_wakeup_fd(_NOBODY)) != _NOBODY:
        signal.set_wakeup_fd(before)
        yield
        return
    heard, told = socket.socketpair()
    told.setblocking(False)
    with heard, told:
        signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
        thread = threading.Thread(target=_hear, args=(heard,), name="signals", daemon=True)
        thread.start()
        try:
            yield
        finally:
            now = signal.set_wakeup_fd(_NOBODY)
            if now not in (_NOBODY, told.fileno()):
                signal.set_wakeup_fd(now)
            told.shutdown(socket.SHUT_WR)  # the thread reads the end
            thread.join()


@contextmanager
def not_listening() -> Iterator[None]:
    """Within, no thread hears of signals, so that a handler alone decides what becomes of a query."""
    before = signal.set_wakeup_fd(_NOBODY)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)


def _hear(heard: socket.socket) -> None:
    while numbers := heard.recv(64):
        if _HEARD.intersection(numbers):
            interrupt_queries()


def _pressed(number: int, frame: FrameType | None) -> None:
    del number, frame
    interrupt_queries()
    raise KeyboardInterrupt
