"""Processes of this machine as workers: the standard library's pool, made safe."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import wait as wait_for_process
from multiprocessing.context import SpawnContext, SpawnProcess
from threading import Lock, Thread
from types import ModuleType

from ingest.plugin.registry import PluginOptions, load_registry


class Processes:
    """The engine of this machine."""

    terms = None

    def __init__(self, options: PluginOptions, count: int) -> None:
        self._options = options
        self.workers = count
        self.open_tasks = 2 * count
        self._path = ExitStack()
        self._path.enter_context(safe_path())

    def executor(self, tasks: int) -> Executor:
        """Worker processes started afresh: a fork after Arrow's threads have started may hang."""
        workers = min(self.workers, tasks)
        return ProcessPoolExecutor(workers, mp_context=_Context(), initializer=_start, initargs=(self._options,))

    def is_death(self, error: BaseException) -> bool:
        """Every open task is told so, whichever killed the worker."""
        return isinstance(error, BrokenProcessPool)

    def is_to_blame(self, error: BaseException) -> bool:
        """That is not known."""
        del error
        return False

    def check(self) -> None:
        """A process that is gone is told at once."""

    def look(self, place: str, locations: tuple[str, ...]) -> None:
        """They are what this process is."""

    def close(self) -> None:
        """Puts the environment back."""
        self._path.close()


class _Process(SpawnProcess):
    """A worker that does not import the program that started it.

    `multiprocessing` would have each worker run the caller's script again, up to `if __name__ == "__main__"`: a script without
    that line would load in its workers too. All that a worker runs is in this package.
    """

    def start(self) -> None:
        """Starts the process while `__main__` is a module without a file."""
        with without_main():
            super().start()


class _Context(SpawnContext):
    Process = _Process


_MAIN_LOCK = Lock()


@contextmanager
def without_main() -> Iterator[None]:
    """Lets processes be started that do not import the caller's script."""
    with _MAIN_LOCK:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


@contextmanager
def safe_path() -> Iterator[None]:
    """Keeps new Python processes from importing modules of the working directory, which may be a stranger's download.

    `multiprocessing` starts a worker with `python -c`, which puts the working directory before the standard library:
    a folder `multiprocessing` in a download would be run in its place.
    """
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


def _start(options: PluginOptions) -> None:
    """Readies a worker: loads the plugins, and sees to it that the worker ends when the main process is killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    load_registry(options)


def _end_with(sentinel: int) -> None:
    wait_for_process([sentinel])
    os._exit(1)
