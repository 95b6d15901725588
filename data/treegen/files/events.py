"""Log events and the three places where one event can be told: its log, and two twins by level."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from treegen.files.job import Job
from treegen.files.tree import Record


@dataclass(frozen=True)
class Event:
    """One record of a system log before it gets its form."""

    at: float
    level: str
    message: str
    function: str = "run"
    logger: str = "ParallelRunStep.Worker"
    half_told: bool = False
    """Its log is cut inside this record, and no twin has it yet."""


@dataclass(frozen=True)
class Voice:
    """Who writes: pid, and the thread where the form has one (formats.md §4)."""

    pid: int
    thread: int | None = None
    debug_form: bool = False
    """V0: this handler's level is DEBUG, so all its lines have seven fields."""

    def say(self, job: Job, events: Iterable[Event]) -> list[Record]:
        """Events in this voice."""
        return [(event.at, self._line(job, event)) for event in events]

    def _line(self, job: Job, event: Event) -> str:
        message = event.message
        if event.level in ("ERROR", "WARNING"):
            message = job.logged_json(message)
        return job.sys_line(
            event.at,
            event.level,
            self.pid,
            message,
            thread=self.thread,
            logger=event.logger,
            function=event.function if self.debug_form else None,
        )


def of_level(events: Iterable[Event], level: str) -> list[Event]:
    """What a twin holds: ``warning`` only WARNING, ``error`` ERROR and up (formats.md §2.1)."""
    wanted = {"warning": ("WARNING",), "error": ("ERROR", "CRITICAL")}[level]
    return [event for event in events if event.level in wanted and not event.half_told]
