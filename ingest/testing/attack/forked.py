"""Runs commands in forked processes: each is the real command in a process of its own, without the second that a start takes.

This module is also the program that forks: it reads a request on each line of stdin and answers on stdout, in JSON.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from threading import Event, Thread, Timer
from types import TracebackType
from typing import Any

from ingest.plugin.registry import load_registry

_HANGS_S = 300.0
"""Seconds after which a command is taken to hang; it takes a few."""


_LOOK_S = 0.001
"""Seconds between two looks at files that are watched."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    """Its exit code; negative: the signal that ended it."""
    said: str
    """What it wrote on stderr."""
    seconds: float
    megabytes: float
    """The most memory that it, or a process that it started, had at once."""
    changes: int = 0
    """How often those files were seen to change that were watched."""


class Commands:
    """A process that runs one command after the other, each forked off."""

    def __init__(self, niceness: int = 0) -> None:
        self.megabytes = 0.0
        self._niceness = niceness

    @cached_property
    def _process(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", __name__, str(self._niceness)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("INGEST_")},
        )

    def begin(
        self,
        *arguments: object,
        stop_after: float | None = None,
        stop_by: int = signal.SIGKILL,
        limit: int | None = None,
        watched: Sequence[object] = (),
        stop_at: int = 0,
    ) -> None:
        """Starts `ingest ARGUMENTS`. It gets a signal so many seconds later; `limit`: no file may become larger.

        Changes of the files `watched` are counted; with `stop_at`, the seconds begin with the change of that number.
        """
        assert self._process.stdin is not None
        stop = {"stop_after": stop_after, "stop_by": int(stop_by), "stop_at": stop_at, "watched": [*map(str, watched)]}
        request = {"arguments": [str(one) for one in arguments], **stop, "limit": limit}
        print(json.dumps(request), file=self._process.stdin, flush=True)

    def has_ended(self) -> bool:
        """Whether the command that was begun has ended."""
        assert self._process.stdout is not None
        return bool(select.select([self._process.stdout], [], [], 0)[0])

    def end(self) -> Ended:
        """Waits for the command that was begun."""
        assert self._process.stdout is not None
        ended = Ended(**json.loads(self._process.stdout.readline()))
        self.megabytes = max(self.megabytes, ended.megabytes)
        return ended

    def run(self, *arguments: object, **more: Any) -> Ended:
        """Runs a command, as `begin` starts it."""
        self.begin(*arguments, **more)
        return self.end()

    def __enter__(self) -> Commands:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "_process" in self.__dict__:  # it starts with its first command
            self._process.kill()
            self._process.communicate()


class _Watch(Thread):
    """Counts the changes of files until it is told that they are over, and does something at the one of a number."""

    def __init__(self, files: Sequence[str], number: int, then: Callable[[], object]) -> None:
        super().__init__()
        self.changes = 0
        self.over = Event()
        self._files, self._number, self._then = files, number, then

    def run(self) -> None:
        seen = self._state()
        while not self.over.wait(_LOOK_S):
            if (now := self._state()) != seen:
                seen = now
                self.changes += 1
                if self.changes == self._number:
                    self._then()

    def _state(self) -> list[tuple[int, int, int] | None]:
        return [_status(file) for file in self._files]


def _status(file: str) -> tuple[int, int, int] | None:
    try:
        status = Path(file).stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _run(
    arguments: Sequence[str],
    stop_after: float | None,
    stop_by: int,
    limit: int | None,
    watched: Sequence[str],
    stop_at: int,
) -> Ended:
    reading, writing = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if not child:
        _become(arguments, writing, limit)
    os.close(writing)
    hung = Event()

    def end() -> None:
        hung.set()
        os.kill(child, signal.SIGKILL)

    def stop() -> None:
        time.sleep(stop_after or 0)
        os.kill(child, stop_by)

    watch = _Watch(watched, stop_at, stop)
    timers = [Timer(_HANGS_S, end)]
    if stop_after is not None and not stop_at:
        timers.append(Timer(stop_after, os.kill, (child, stop_by)))
    for thread in (watch, *timers):
        thread.start()
    with os.fdopen(reading, errors="replace") as stream:
        said = stream.read()
    watch.over.set()
    watch.join()
    _, status, usage = os.wait4(child, 0)
    for timer in timers:
        timer.cancel()
    if hung.is_set():
        said += f"\nit did not end within {_HANGS_S:.0f} seconds"
    code, seconds = os.waitstatus_to_exitcode(status), time.monotonic() - started
    return Ended(code, said, seconds, usage.ru_maxrss / 1024, watch.changes)


def _become(arguments: Sequence[str], stderr: int, limit: int | None) -> None:
    """The command, in the forked process."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream, target in enumerate((nowhere, nowhere, stderr)):
        os.dup2(target, stream)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(stream, mode, closefd=False) for stream, mode in enumerate("rww"))
    if limit is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    sys.argv = ["ingest", *arguments]
    code: object = 0
    try:
        runpy.run_module("ingest", run_name="__main__")
    except SystemExit as stop:
        code = stop.code
    atexit._run_exitfuncs()
    sys.stderr.flush()
    # at once: to tidy up all that was imported takes longer than many a command
    os._exit(code if isinstance(code, int) else bool(code))


_COMMON = (
    *("duckdb", "pyarrow.parquet", "ingest.cli", "ingest.cards.verdict", "ingest.load.pool", "ingest.load.rebuild"),
    *("ingest.nightly.run", "ingest.store.compact", "ingest.cards.nightly", "ingest.derive.template", "structlog"),
    *("ingest.store.select_jobs", "ingest.output.columns"),
)
"""What commands import, imported once."""


def _serve(niceness: int) -> None:
    os.nice(niceness)
    for name in _COMMON:
        import_module(name)
    load_registry().definition()
    gc.freeze()  # a forked process need not look through what is here, and so does not copy it
    for line in sys.stdin:
        ended = _run(**json.loads(line))
        print(json.dumps(asdict(ended)), flush=True)


if __name__ == "__main__":
    with suppress(BrokenPipeError, KeyboardInterrupt):  # whoever asked is gone, or going
        _serve(int(sys.argv[1]))
