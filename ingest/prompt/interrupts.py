"""Ctrl-C, only where it is wanted."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType, TracebackType
from typing import Any

from ingest.store.interrupts import interrupt_queries, listening, not_listening

_DEAL_WITH_S = 0.5


class CtrlC:
    """While it is entered, Ctrl-C raises KeyboardInterrupt within `wanted`, and does nothing elsewhere.

    Who waits for a query to end presses it several times: a press while the last one is still being dealt with does
    nothing, so that it cannot end the prompt. A later one does: the database may have been deaf to the first.
    """

    def __init__(self) -> None:
        self._wanted = False
        self._last = 0.0
        self._before: Any = None
        self._entered = ExitStack()

    def __enter__(self) -> CtrlC:
        self._entered.enter_context(not_listening())
        self._before = signal.signal(signal.SIGINT, self._pressed)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGINT, self._before)
        self._entered.close()

    @contextmanager
    def wanted(self) -> Iterator[None]:
        """Where it stops something; what catches it stands around this. A query that runs is ended first."""
        self._wanted = True
        try:
            with listening():
                yield
        finally:
            self._wanted = False

    def _pressed(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        now = time.monotonic()
        if self._wanted and now - self._last > _DEAL_WITH_S:
            self._last = now
            interrupt_queries()
            raise KeyboardInterrupt
