"""Signals that end a process: while a store is written they leave time to give the room back."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import FrameType

from ingest.logs import log
from ingest.store.interrupts import ENDING, interrupt_queries, listening


@contextmanager
def swept_before_the_end() -> Iterator[None]:
    """A signal that would end this process raises `KeyboardInterrupt` within, and ends it when that is dealt with.

    So it ends as whoever sent the signal expects, and leaves no half of its work behind. Signals that somebody else handles, or
    ignores as `nohup` does, stay as they are; so do all outside the main thread, where none can be handled.
    """
    received: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        received.append(number)
        if len(received) == 1:
            interrupt_queries()
            raise KeyboardInterrupt

    ours = [number for number in ENDING if _would_end(number)]
    for number in ours:
        signal.signal(number, note)
    try:
        with listening() if ours else nullcontext():
            yield
    except KeyboardInterrupt as stop:
        if received:
            log().error(f"ended by {signal.Signals(received[0]).name}", left=str(stop) or "the last whole commit")
        raise
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)
        if received:
            os.kill(os.getpid(), received[0])


def _would_end(number: int) -> bool:
    is_main = threading.current_thread() is threading.main_thread()
    return is_main and signal.getsignal(number) is signal.SIG_DFL
