"""Dask's workers: a scheduler that is there, or one that is started here and ended again."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from ingest.errors import ClusterError, first_line
from ingest.load.agreement import is_in_agreement, own_terms, shown_file
from ingest.load.processes import safe_path, without_main
from ingest.logs import log

if TYPE_CHECKING:
    from distributed import Client

    from ingest.plugin.registry import PluginOptions

_OPEN_TASKS = 2_000
"""More than the workers of any cluster that we know do at once; a scheduler carries 100 times as many."""

CALM = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.nanny.pre-spawn-environ": {
        "OMP_NUM_THREADS": 1,
        "MALLOC_TRIM_THRESHOLD_": 64 << 20,
        "MALLOC_MMAP_THRESHOLD_": 32 << 20,
    },
}
"""Dask looks at itself every few milliseconds, which costs more than a tenth of a busy processor.

It also has workers give memory back at once, so that each batch of a parser pays for it anew; these are the largest values that
C's library comes to by itself.
"""

_WITHOUT_WORKERS_S = 600.0
_ANSWER_S = 20


class Dask:
    """The engine of a Dask cluster."""

    open_tasks = _OPEN_TASKS

    def __init__(self, address: str | None, options: PluginOptions, count: int | None) -> None:
        """Connects; without an address starts a scheduler and `count` workers. Raises ClusterError."""
        try:
            import distributed
        except ImportError as error:
            raise ClusterError(
                "--cluster needs Dask, which is not installed", "Install it: pip install 'ingest-batch-logs[cluster]'"
            ) from error
        self._died = distributed.scheduler.KilledWorker
        self.terms = own_terms(options)
        self._end = ExitStack()
        self._lonely_since: float | None = None
        try:
            self._end.enter_context(_silent())
            if address is None:
                self._end.enter_context(safe_path())
                address = self._started(count or os.cpu_count() or 1)
            self.address = address
            self._client = self._connected()
        except BaseException:
            self._end.close()
            raise
        self.workers = sum(self._threads().values()) or count or os.cpu_count() or 1

    def executor(self, tasks: int) -> Executor:
        """Hands tasks to the scheduler."""
        del tasks
        executor: Executor = self._client.get_executor(pure=False)
        return executor

    def is_death(self, error: BaseException) -> bool:
        """Dask gives a task to other workers, and up after four have died of it."""
        return isinstance(error, self._died)

    def is_to_blame(self, error: BaseException) -> bool:
        """Deaths are counted for each task; one that was open beside it is told only if its workers died as often."""
        return self.is_death(error)

    def check(self) -> None:
        """Raises ClusterError if the scheduler is gone, or there was no worker for ten minutes."""
        if self._client.status != "running":
            raise self.lost()
        now = time.monotonic()
        if self._threads():
            self._lonely_since = None
        elif self._lonely_since is None:
            self._lonely_since = now
            log().warning("waiting for workers", cluster=self.address)
        elif now - self._lonely_since > _WITHOUT_WORKERS_S:
            raise ClusterError(
                f"{self.address}: the cluster has had no worker for {_WITHOUT_WORKERS_S / 60:.0f} minutes",
                "Start some: dask worker " + self.address,
            )

    def lost(self) -> ClusterError:
        """The error to raise when the scheduler is gone."""
        return ClusterError(
            f"{self.address}: the connection to the cluster was lost",
            "The store holds the last whole commit. Look after the scheduler, then run the same command again.",
        )

    def look(self, place: str, locations: tuple[str, ...]) -> None:
        """All workers that there are say it; those that come later compare versions before each task."""
        from distributed import TimeoutError as DaskTimeoutError

        with shown_file(place) as token:
            given = (self.terms, place, token, locations)
            try:
                if self._threads():
                    self._client.run(is_in_agreement, *given)
                else:  # clusters that grow with their work begin without workers
                    log().warning("waiting for workers", cluster=self.address)
                    future = self._client.submit(is_in_agreement, *given, pure=False)
                    future.result(timeout=_WITHOUT_WORKERS_S)
            except (ClusterError, KeyboardInterrupt):
                raise
            except DaskTimeoutError as error:
                raise ClusterError(
                    f"{self.address}: no worker came within {_WITHOUT_WORKERS_S / 60:.0f} minutes",
                    "Start some: dask worker " + self.address,
                ) from error
            except Exception as error:
                if self._client.status != "running":
                    raise self.lost() from error
                raise ClusterError(
                    f"{self.address}: its machines cannot run ingest: {first_line(error)}",
                    "Scheduler and workers need the same version of ingest, and of its plugins, as this machine.",
                ) from error

    def close(self) -> None:
        """Leaves the cluster; one that was started here ends."""
        self._end.close()

    def _started(self, count: int) -> str:
        """The address of a scheduler of our own, only for this machine."""
        import dask
        from distributed import LocalCluster

        with dask.config.set(CALM), without_main():
            cluster = LocalCluster(
                n_workers=count,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",  # None would take the port that everybody takes
                memory_limit=0,
                silence_logs=logging.CRITICAL,
            )
        self._end.callback(cluster.close, timeout=_ANSWER_S)
        address: str = cluster.scheduler_address
        return address

    def _connected(self) -> Client:
        from distributed import Client

        try:
            client = Client(self.address, timeout=_ANSWER_S, set_as_default=False, name="ingest")
        except (OSError, ValueError, TimeoutError) as error:
            raise ClusterError(
                f"{self.address}: no Dask scheduler answers there: {first_line(error)}",
                "Check host and port, and that it runs the same version of Dask.",
            ) from error
        self._end.callback(client.close, timeout=_ANSWER_S)
        return client

    def _threads(self) -> dict[str, int]:
        """Threads of each worker."""
        try:
            threads: dict[str, int] = self._client.nthreads()
        except Exception as error:
            raise self.lost() from error
        return threads


@contextmanager
def _silent() -> Iterator[None]:
    """Dask tells on stderr of every worker that it loses; what matters of that is told by us."""
    loggers: list[Any] = [logging.getLogger(name) for name in ("distributed", "distributed.client", "distributed.core")]
    before = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for one, level in zip(loggers, before, strict=True):
            one.setLevel(level)
