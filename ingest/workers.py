"""Parses slices, in this process or in several; a worker that dies takes down only the file that killed it."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait as wait_for_process
from pathlib import Path
from threading import Thread

from ingest.registry import PluginOptions, load_registry
from ingest.slices import parse_slice
from ingest.work import FileResult, Slice, SliceResult


def parse_all(work: Sequence[Slice], root: Path, options: PluginOptions, workers: int) -> Iterator[SliceResult]:
    """The results of all slices, as they come."""
    if workers <= 1 or len(work) <= 1:
        for slice_ in work:
            yield parse_slice(slice_, root, options)
        return
    suspects: list[Slice] = []
    with _safe_path(), _pool(min(workers, len(work)), options) as pool, _no_more_work(pool):
        futures = {pool.submit(parse_slice, slice_, root, options): slice_ for slice_ in work}
        open_: set[Future[SliceResult]] = set(futures)
        while open_:
            done, open_ = wait(open_, return_when=FIRST_COMPLETED)
            for future in done:
                try:
                    yield future.result()
                except BrokenProcessPool:  # every open slice is told so, whichever killed the worker
                    suspects.append(futures[future])
    for slice_ in suspects:
        yield from _isolated(slice_, root, options)


def _pool(workers: int, options: PluginOptions) -> ProcessPoolExecutor:
    """Worker processes started afresh: a fork after Arrow's threads have started may hang."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(options,))


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


@contextmanager
def _no_more_work(pool: ProcessPoolExecutor) -> Iterator[None]:
    """If something goes wrong, work that has not begun is not done any more."""
    try:
        yield
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise


def _start(options: PluginOptions) -> None:
    """Readies a worker: loads the plugins, and sees to it that the worker ends when the main process is killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    load_registry(options)


def _end_with(sentinel: int) -> None:
    wait_for_process([sentinel])
    os._exit(1)


def _isolated(slice_: Slice, root: Path, options: PluginOptions) -> Iterator[SliceResult]:
    """Parses a slice in a process of its own; if that dies too, in halves, down to the one file that kills it."""
    with _safe_path(), _pool(1, options) as pool:
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
