"""Ctrl-C ends a query at once.

When DuckDB hears of a signal by itself, it waits for its own threads, which nobody told to stop: that may be for ever.
So a signal's handler first interrupts the connections that are open, and raises KeyboardInterrupt then.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING
from weakref import ref

if TYPE_CHECKING:
    import duckdb

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
    ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if ours:
        signal.signal(signal.SIGINT, _pressed)
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def _pressed(number: int, frame: FrameType | None) -> None:
    del number, frame
    interrupt_queries()
    raise KeyboardInterrupt
