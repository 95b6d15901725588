"""Parses slices and derives jobs, in this process or in several; a worker that dies takes down only the file that killed it."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, as_completed, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait as wait_for_process
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from threading import Lock, Thread
from types import ModuleType

from ingest.derive.task import Derived, DeriveTask, derive
from ingest.errors import StoreError
from ingest.load.tasks import FileResult, Slice, SliceResult
from ingest.load.worker import parse_slice
from ingest.plugin.registry import PluginOptions, load_registry
from ingest.store.paths import Layout

Thresholds = tuple[tuple[str, float], ...]


class Workers:
    """Processes that parse and derive, started when there is work for more than one."""

    def __init__(self, layout: Layout, options: PluginOptions, count: int) -> None:
        self._layout = layout
        self._options = options
        self._count = count
        self._pool: ProcessPoolExecutor | None = None
        self._path = _safe_path()

    def __enter__(self) -> Workers:
        self._path.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        """If something goes wrong, work that has not begun is not done any more."""
        self._drop()
        self._path.__exit__(None, None, None)

    def parse(self, work: Sequence[Slice]) -> Iterator[SliceResult]:
        """The results of all slices, as they come."""
        root = str(self._layout)
        if self._count <= 1 or len(work) <= 1:
            for slice_ in work:
                yield parse_slice(slice_, root, self._options)
            return
        suspects: list[Slice] = []
        pool = self._started(len(work))
        futures = {pool.submit(parse_slice, slice_, root, self._options): slice_ for slice_ in work}
        open_: set[Future[SliceResult]] = set(futures)
        while open_:
            done, open_ = wait(open_, return_when=FIRST_COMPLETED)
            for future in done:
                try:
                    yield future.result()
                except BrokenProcessPool:  # every open slice is told so, whichever killed the worker
                    suspects.append(futures[future])
        if suspects:
            self._drop()
        for slice_ in suspects:
            yield from _isolated(slice_, root, self._options)

    def derive(self, tasks: Sequence[DeriveTask], thresholds: Thresholds, catalog: Path) -> Iterator[Derived]:
        """The results of all tasks, as they come. Raises StoreError if a worker dies twice of one."""
        given = (self._layout, self._options, thresholds, catalog)
        if self._count <= 1 or len(tasks) <= 1:
            for task in tasks:
                yield derive_with(task, *given)
            return
        pool = self._started(len(tasks))
        futures = {pool.submit(derive_with, task, *given): task for task in tasks}
        suspects: list[DeriveTask] = []
        for future in as_completed(futures):
            try:
                yield future.result()
            except BrokenProcessPool:
                suspects.append(futures[future])
        if suspects:
            self._drop()
        for task in suspects:
            with _pool(1, self._options) as alone:
                try:
                    yield alone.submit(derive_with, task, *given).result()
                except BrokenProcessPool:
                    raise StoreError(
                        f"the process that derived {', '.join(task.job_ids[:3])} died",
                        "The last whole commit stands. Is there enough memory? Try again with --jobs 1.",
                    ) from None

    def _started(self, wanted: int) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = _pool(min(self._count, wanted), self._options)
        return self._pool

    def _drop(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def derive_with(
    task: DeriveTask, layout: Layout, options: PluginOptions, thresholds: Thresholds, catalog: Path
) -> Derived:
    """Derives jobs; what they are derived by is loaded in the process that does it."""
    return derive(task, layout, load_registry(options).definition(dict(thresholds)), catalog)


def _pool(workers: int, options: PluginOptions) -> ProcessPoolExecutor:
    """Worker processes started afresh: a fork after Arrow's threads have started may hang."""
    return ProcessPoolExecutor(workers, mp_context=_Context(), initializer=_start, initargs=(options,))


class _Process(SpawnProcess):
    """A worker that does not import the program that started it.

    `multiprocessing` would have each worker run the caller's script again, up to `if __name__ == "__main__"`: a script without
    that line would load in its workers too. All that a worker runs is in this package.
    """

    def start(self) -> None:
        """Starts the process while `__main__` is a module without a file."""
        with _MAIN_LOCK:
            main = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                super().start()
            finally:
                sys.modules["__main__"] = main


class _Context(SpawnContext):
    Process = _Process


_MAIN_LOCK = Lock()


@contextmanager
def _safe_path() -> Iterator[None]:
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


def _isolated(slice_: Slice, root: str, options: PluginOptions) -> Iterator[SliceResult]:
    """Parses a slice in a process of its own; if that dies too, in halves, down to the one file that kills it."""
    with _pool(1, options) as pool:
        try:
            yield pool.submit(parse_slice, slice_, root, options).result()
            return
        except BrokenProcessPool:
            pass
    if len(slice_.files) == 1:
        file = slice_.files[0]
        failure = "the process that parsed it died"
        yield SliceResult(
            slice_.name, [FileResult(file.job_id, file.path, file.parser, size=file.size, failure=failure)]
        )
        return
    middle = len(slice_.files) // 2
    yield from _isolated(Slice(f"{slice_.name}a", slice_.files[:middle]), root, options)
    yield from _isolated(Slice(f"{slice_.name}b", slice_.files[middle:]), root, options)
