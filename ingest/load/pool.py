"""Parses slices and derives jobs, here or by an executor; a worker that dies takes down only the file that killed it.

There is one way, wherever the workers are: tasks go out, paths and counts come back. An executor may do a task twice, even one
that is finished; each try writes files of its own, and only what came back first is used.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar

from ingest.derive.task import Derived, DeriveTask, derive
from ingest.errors import ClusterError, StoreError
from ingest.load.engine import Cluster, Engine, end, engine
from ingest.load.tasks import FileResult, Slice, SliceResult
from ingest.load.worker import parse_slice
from ingest.plugin.registry import PluginOptions, load_registry
from ingest.store.paths import Layout

Thresholds = tuple[tuple[str, float], ...]
Task = TypeVar("Task")
Result = TypeVar("Result")

_CHECK_S = 30.0
"""How long nothing may come before the engine is asked whether it still lives."""


class Workers:
    """Whoever parses and derives, started when there is work for more than one.

    `count` is the number of processes, None as many as there are processors. With a `cluster` all is done there; `samples`
    are locations of files that its workers must be able to read.
    """

    def __init__(
        self,
        layout: Layout,
        options: PluginOptions,
        count: int | None,
        cluster: Cluster | None = None,
        samples: Sequence[str] = (),
    ) -> None:
        self._layout = layout
        self._options = options if cluster is None else _absolute(options)
        self._count = count
        self._cluster = cluster
        self._samples = tuple(samples)
        self._engine: Engine | None = None
        self._executor: Executor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        """If something goes wrong, work that has not begun is not done any more."""
        self._drop()
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    @property
    def count(self) -> int:
        """How many tasks are done at once. Connects to a cluster."""
        return self._begun().workers if self._cluster is not None else self._count or 1

    def parse(self, work: Sequence[Slice]) -> Iterator[SliceResult]:
        """The results of all slices, as they come."""
        given = (str(self._layout), self._options)
        if self._is_done_here(work):
            for slice_ in work:
                yield parse_slice(slice_, *given)
            return
        for slice_, result, blame in self._results(parse_slice, work, given):
            if result is not None:
                yield result
            else:
                yield from self._isolated(slice_, is_to_blame=blame)

    def derive(self, tasks: Sequence[DeriveTask], thresholds: Thresholds, catalog: Path) -> Iterator[Derived]:
        """The results of all tasks, as they come. Raises StoreError if a worker dies twice of one."""
        if self._is_done_here(tasks):
            for task in tasks:
                yield derive(task, self._layout, load_registry(self._options).definition(dict(thresholds)), catalog)
            return
        with self._shared(catalog) as known:
            yield from self._derived(tasks, (str(self._layout), self._options, thresholds, known))

    def _derived(self, tasks: Sequence[DeriveTask], given: tuple[object, ...]) -> Iterator[Derived]:
        for task, result, blame in self._results(derive_with, tasks, given):
            again = result if result is not None or blame else self._alone(derive_with, task, *given)
            if again is None:
                raise StoreError(
                    f"the process that derived {', '.join(task.job_ids[:3])} died",
                    "The last whole commit stands. Is there enough memory? Try again with --jobs 1.",
                )
            yield again

    @contextmanager
    def _shared(self, catalog: Path) -> Iterator[str]:
        """By what name workers find the catalog in the making: its path, or an object where no folder is shared."""
        if self._cluster is None or self._layout.url is None:
            yield str(catalog)
            return
        from ingest.store.remote.shared import shared_file

        with shared_file(self._layout, catalog) as name:
            yield name

    def _is_done_here(self, tasks: Sequence[object]) -> bool:
        return not tasks or (self._cluster is None and (self.count <= 1 or len(tasks) <= 1))

    def _results(
        self, function: Callable[..., Result], tasks: Sequence[Task], given: tuple[object, ...]
    ) -> Iterator[tuple[Task, Result | None, bool]]:
        """Each task with its result, as they come; with None if a worker died, and whether it died of this very task.

        A future is let go when its result is taken. After a worker of an executor died that cannot go on without it, what
        was open comes with None, and a new executor does the rest.
        """
        engine = self._begun()
        waiting = deque(tasks)
        done: SimpleQueue[Future[Result]] = SimpleQueue()
        open_: dict[Future[Result], Task] = {}
        while waiting:
            executor = self._started(len(waiting))
            is_broken = False
            while open_ or (waiting and not is_broken):
                while waiting and not is_broken and len(open_) < engine.open_tasks:
                    try:
                        future = self._submit(executor, function, waiting[0], *given)
                    except BrokenExecutor as error:  # a worker died; what is open will be told so
                        _check_death(engine, error)
                        is_broken = True
                    else:
                        open_[future] = waiting.popleft()
                        future.add_done_callback(done.put)
                if not open_:  # else a broken one would be made anew for ever
                    yield waiting.popleft(), None, False
                    break
                future = self._next(done)
                task = open_.pop(future)
                found: Result | None = None
                blame = False
                try:
                    found = future.result()
                except (Exception, CancelledError) as error:
                    _check_death(engine, error)
                    is_broken = is_broken or isinstance(error, BrokenExecutor)
                    blame = engine.is_to_blame(error)
                del future
                yield task, found, blame
            if is_broken:
                self._drop()

    def _next(self, done: SimpleQueue[Future[Result]]) -> Future[Result]:
        """The next future that is done; now and then it is asked whether there will be one."""
        while True:
            try:
                return done.get(timeout=_CHECK_S)
            except Empty:
                self._begun().check()

    def _isolated(self, slice_: Slice, *, is_to_blame: bool = False) -> Iterator[SliceResult]:
        """Parses a slice by itself; if the worker dies of that too, in halves, down to the one file that kills it."""
        if not is_to_blame:
            result = self._alone(parse_slice, slice_, str(self._layout), self._options)
            if result is not None:
                yield result
                return
        if len(slice_.files) == 1:
            file = slice_.files[0]
            failure = "the process that parsed it died"
            yield SliceResult(
                slice_.name, [FileResult(file.job_id, file.path, file.parser, size=file.size, failure=failure)]
            )
            return
        middle = len(slice_.files) // 2
        yield from self._isolated(Slice(f"{slice_.name}a", slice_.files[:middle]))
        yield from self._isolated(Slice(f"{slice_.name}b", slice_.files[middle:]))

    def _alone(self, function: Callable[..., Result], *given: object) -> Result | None:
        """Does a task with an executor of its own; None if the worker dies."""
        engine = self._begun()
        executor = engine.executor(1)
        try:
            return self._submit(executor, function, *given).result()
        except (Exception, CancelledError) as error:
            _check_death(engine, error)
            return None
        finally:
            end(executor)

    def _submit(self, executor: Executor, function: Callable[..., Result], *given: object) -> Future[Result]:
        terms = self._begun().terms
        if terms is None:
            return executor.submit(function, *given)
        from ingest.load.agreement import agreed

        return executor.submit(agreed, terms, function, *given)

    def _begun(self) -> Engine:
        """The engine; the first time it is asked whether its workers are the same and see the same."""
        if self._engine is None:
            self._engine = engine(self._cluster, self._options, self._count)
            self._engine.look(str(self._layout), self._samples)
        return self._engine

    def _started(self, tasks: int) -> Executor:
        if self._executor is None:
            self._executor = self._begun().executor(tasks)
        return self._executor

    def _drop(self) -> None:
        if self._executor is not None:
            end(self._executor)
            self._executor = None


def _absolute(options: PluginOptions) -> PluginOptions:
    """The same plugins, also for a process that works in another folder."""
    files, standing = (
        tuple(str(Path(file).resolve()) for file in some) for some in (options.files, options.standing_files)
    )
    return PluginOptions(files, options.installed, standing)


def _check_death(engine: Engine, error: BaseException) -> None:
    """Raises an error that is not the death of a worker; that of an executor that is gone as ClusterError."""
    if engine.is_death(error):
        return
    if isinstance(error, CancelledError | BrokenExecutor):
        raise ClusterError(
            "the connection to the cluster was lost",
            "The store holds the last whole commit. Look after the cluster, then run the same command again.",
        ) from error
    raise error


def derive_with(task: DeriveTask, place: str, options: PluginOptions, thresholds: Thresholds, catalog: str) -> Derived:
    """Derives jobs in a worker, which signs in to the store by itself, and loads what they are derived by."""
    layout = Layout.of(place)
    try:
        path = Path(catalog)
        if layout.url is not None and not path.is_absolute():
            from ingest.store.remote.shared import fetched

            path = fetched(layout, catalog)
        return derive(task, layout, load_registry(options).definition(dict(thresholds)), path)
    finally:
        layout.leave()
