"""What does the tasks of a load: an executor, which one is chosen here. All that is done with it is in `ingest.load.pool`."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from ingest.errors import ClusterError, first_line

if TYPE_CHECKING:
    from ingest.load.agreement import Terms
    from ingest.plugin.registry import PluginOptions

Cluster = str | Executor
"""`tcp://HOST:PORT`, `local`, `module:function`; or an executor that somebody made."""

_ADDRESS = re.compile(r"(tcp|tls|ws|wss|ucx)://.+")
_FUNCTION = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
_OPEN_TASKS = 1_000
"""Tasks that an executor of others is given at once: it may be large, and its size is not known."""


class Engine(Protocol):
    """What does the tasks of a load."""

    workers: int
    """How many tasks it does at once, as far as is known."""
    open_tasks: int
    """How many it is given at once: those that are open when a worker dies may be done again."""

    @property
    def terms(self) -> Terms | None:
        """What a worker has to agree with; None of processes of this machine that this one starts."""

    def executor(self, tasks: int) -> Executor:
        """A new executor, for so many tasks."""

    def is_death(self, error: BaseException) -> bool:
        """Whether a worker died of a task, or of one that was open at the same time."""

    def is_to_blame(self, error: BaseException) -> bool:
        """Whether workers died of this very task."""

    def check(self) -> None:
        """Asked while nothing comes. Raises ClusterError if nothing will come any more."""

    def look(self, place: str, locations: tuple[str, ...]) -> None:
        """Lets workers say whether they are the same and see the same. Raises ClusterError with what is not so."""

    def close(self) -> None:
        """Ends what was begun here, and lets go of what was not."""


class Foreign:
    """Anybody's executor: one that is given, or those that a function makes."""

    def __init__(self, make: Callable[[], Executor], options: PluginOptions, *, is_ours: bool) -> None:
        from ingest.load.agreement import own_terms

        self._make = make
        self._is_ours = is_ours
        self.terms = own_terms(options)
        self._first: Executor | None = self._made()
        size = getattr(self._first, "_max_workers", None)
        self.workers = size if isinstance(size, int) and size > 0 else os.cpu_count() or 1
        self.open_tasks = 2 * self.workers if isinstance(size, int) else _OPEN_TASKS

    def executor(self, tasks: int) -> Executor:
        """The first one that was made, else a new one; one that was given always."""
        del tasks
        first, self._first = self._first, None
        made = first or self._made()
        return made if self._is_ours else _Lent(made)

    def is_death(self, error: BaseException) -> bool:
        """What the standard library says when a worker dies."""
        return isinstance(error, BrokenExecutor) and self._is_ours

    def is_to_blame(self, error: BaseException) -> bool:
        """That is not known."""
        del error
        return False

    def check(self) -> None:
        """Nothing is known of it."""

    def look(self, place: str, locations: tuple[str, ...]) -> None:
        """One worker says it for all; each task compares versions again."""
        from ingest.load.agreement import is_in_agreement, shown_file

        executor = self.executor(1)
        try:
            with shown_file(place) as token:
                executor.submit(is_in_agreement, self.terms, place, token, locations).result()
        except ClusterError:
            raise
        except Exception as error:
            raise ClusterError(
                f"the executor cannot run ingest: {first_line(error)}",
                "Its workers need the same version of ingest, and of its plugins, as this machine.",
            ) from error
        finally:
            end(executor)

    def close(self) -> None:
        """Ends what was made and not used."""
        if self._first is not None and self._is_ours:
            end(self._first)

    def _made(self) -> Executor:
        try:
            made = self._make()
        except Exception as error:  # a stranger's code may raise anything
            raise ClusterError(f"no executor was made: {first_line(error)}", "Look at the function.") from error
        if not (hasattr(made, "submit") and hasattr(made, "shutdown")):
            raise ClusterError(
                f"{type(made).__name__}: not an executor",
                "The function must return a concurrent.futures.Executor.",
            )
        return made


class _Lent(Executor):
    """An executor that somebody gave: it is not ended here."""

    def __init__(self, executor: Executor) -> None:
        self.submit = executor.submit  # type: ignore[method-assign]

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Does nothing: its owner ends it."""


def end(executor: Executor) -> None:
    """Ends an executor; what it has not begun is not done any more."""
    try:
        executor.shutdown(cancel_futures=True)
    except TypeError:  # that of Dask knows only the first argument, which to it means the same
        with suppress(Exception):  # the cluster may be gone
            executor.shutdown(wait=False)


def engine(cluster: Cluster | None, options: PluginOptions, count: int | None) -> Engine:
    """What does the tasks: processes of this machine, or what was asked for. Raises ClusterError if that is not there.

    `count` is the number of processes, if it was said.
    """
    if cluster is None:
        from ingest.load.processes import Processes

        return Processes(options, count or os.cpu_count() or 1)
    if not isinstance(cluster, str):
        return Foreign(lambda: cluster, options, is_ours=False)
    if cluster == "local" or _ADDRESS.fullmatch(cluster):
        from ingest.load.dask import Dask

        return Dask(None if cluster == "local" else cluster, options, count)
    if _FUNCTION.fullmatch(cluster):
        return Foreign(_function(cluster), options, is_ours=True)
    raise ClusterError(
        f"{cluster}: not a cluster",
        "Give the address of a Dask scheduler (tcp://HOST:8786), local, or module:function.",
    )


def _function(name: str) -> Callable[[], Executor]:
    """The function that `module:function` names. A module of the working directory is not meant: that may be a stranger's."""
    module, _, function = name.partition(":")
    with _without_working_directory():
        try:
            found = getattr(import_module(module), function)
        except Exception as error:  # a stranger's code may raise anything
            raise ClusterError(
                f"{name}: cannot be imported: {first_line(error)}",
                "The module must be installed, or its folder be named in PYTHONPATH.",
            ) from error
    if not callable(found):
        raise ClusterError(f"{name}: not a function", "It must return a concurrent.futures.Executor.")
    made: Callable[[], Executor] = found
    return made


@contextmanager
def _without_working_directory() -> Iterator[None]:
    """Python puts it before all else for `python -m ingest`."""
    before = list(sys.path)
    named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    here = os.getcwd()  # noqa: PTH109  # as sys.path has it
    sys.path[:] = [one for one in before if one != "" and (one != here or one in named)]
    try:
        yield
    finally:
        sys.path[:] = before
