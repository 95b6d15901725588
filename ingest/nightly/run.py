"""A night, step by step: read, aggregate, compare, report, keep house, tell.

Each step is the same code that the commands for people use. A step that fails is told, and the others go on; only a
store that cannot be written ends the night, with the last good state in it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import ClusterError, InputError, StoreError
from ingest.load.pipeline import ingest_jobs
from ingest.logs import log
from ingest.nightly import aggregates
from ingest.nightly.comparison import compare
from ingest.nightly.new_jobs import NewJobs, find_news, record_night
from ingest.nightly.notify import notify
from ingest.nightly.reading import Reading, read_roots
from ingest.nightly.retention import keep_house, plan_house
from ingest.nightly.summary import StepFailure, Summary
from ingest.output.atomic import write_whole
from ingest.plugin.registry import DEFAULT_PLUGINS, PluginOptions, load_registry
from ingest.sources.kinds import without_secret
from ingest.sources.protocol import ALL, SourceOptions
from ingest.store.backend import backend_of
from ingest.store.lock import night_lock
from ingest.store.maintenance import maintenance
from ingest.store.paths import Layout
from ingest.store.reader import open_store

if TYPE_CHECKING:
    import duckdb

    from ingest.load.pipeline import Progress


@dataclass(frozen=True, slots=True)
class NightlyOptions:
    """What a night is asked to do."""

    roots: Sequence[str]
    store: str
    workers: int | None = None
    cluster: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    plugins: PluginOptions = DEFAULT_PLUGINS
    thresholds: Mapping[str, float] = field(default_factory=dict)
    fail_on: Sequence[str] = ("regressions",)
    raw_days: int | None = None
    small_files: int = 200
    report: Path | None = None
    summary: Path | None = None
    notify_command: str | None = None
    notify_shell: bool = False
    notify_timeout_s: float = 30.0
    lock_timeout_s: float = 60.0
    progress: Progress | bool | None = None
    sources: SourceOptions = ALL


def run_night(wishes: NightlyOptions) -> Summary:
    """Does a night; whatever happens, its summary says so. Raises nothing that a user could mend."""
    began = time.monotonic()
    now = datetime.now(UTC)
    summary = Summary(
        wishes.store,
        f"{now:%Y-%m-%dT%H:%M:%S.%fZ}",
        [*map(without_secret, wishes.roots)],
        fails_on=list(wishes.fail_on),
    )
    log().info("night begins", store=wishes.store, roots=len(wishes.roots))
    try:
        layout = Layout.of(wishes.store)
        with night_lock(layout, wishes.lock_timeout_s):
            _Night(layout, wishes, summary).steps()
    except (StoreError, ClusterError) as error:
        summary.troubles.append(StepFailure.of("store", error, fatal=True))
        log().error("night failed", reason=error.wrong)
    except Exception as error:
        summary.troubles.append(StepFailure.of("store", error, fatal=True))
        log().error("night failed", reason=str(error), exc_info=True)
    summary.seconds = round(time.monotonic() - began, 2)
    _tell(wishes, summary)
    log().info("night ends", outcome=summary.outcome, exit_code=int(summary.exit_code), seconds=summary.seconds)
    return summary


class _Night:
    """The steps, in order."""

    def __init__(self, layout: Layout, wishes: NightlyOptions, summary: Summary) -> None:
        self._layout, self._wishes, self._summary = layout, wishes, summary
        self._registry = load_registry(wishes.plugins)

    def steps(self) -> None:
        """All of them. Raises `StoreError` where the night cannot go on."""
        self._read()
        if backend_of(self._layout).newest() is None:
            raise StoreError(
                f"{self._layout}: nothing could be read, so there is no store yet",
                "Give folders of downloaded logs; what is wrong with these is told above.",
            )
        self._aggregate()
        news = self._news()
        with self._step("compare"):
            self._compare(news)
        if self._wishes.report is not None:
            with self._step("report"):
                self._report(self._wishes.report, news)
        if news.night is None:
            self._change(partial(record_night, news=news, night=self._row()))
        with self._step("house"):  # last: the report is of records that may be too old to be kept
            self._keep_house()

    def _read(self) -> None:
        wishes = self._wishes
        load = partial(
            ingest_jobs,
            store=wishes.store,
            strict=False,
            workers=wishes.workers,
            cluster=wishes.cluster,
            labels=wishes.labels,
            thresholds=wishes.thresholds,
            plugins=wishes.plugins,
            lock_timeout_s=wishes.lock_timeout_s,
            progress=wishes.progress,
            sources=wishes.sources,
        )
        reading: Reading = read_roots(wishes.roots, load)
        self._summary.load = reading.total()
        self._summary.troubles += reading.troubles
        log().info("read", **self._summary.load)

    def _aggregate(self) -> None:
        with open_store(str(self._layout)) as store:
            stale = aggregates.is_stale(store.connection)
        if stale:
            days: list[str] = []

            def refresh(connection: duckdb.DuckDBPyConnection) -> None:
                days[:] = map(str, aggregates.refresh(connection))

            self._change(refresh)
            self._summary.days = days
            log().info("aggregated", days=len(days))

    def _news(self) -> NewJobs:
        with open_store(str(self._layout)) as store:
            news = find_news(store.connection)
        summary = self._summary
        summary.news = news.night is None
        summary.night = summary.started_at if summary.news else news.night or None
        summary.jobs = news.jobs
        if summary.news:
            summary.jobs_new, summary.jobs_changed = len(news.new), len(news.changed)
        return news

    def _compare(self, news: NewJobs) -> None:
        with open_store(str(self._layout)) as store:
            for name, value in compare(store, news.jobs).items():
                setattr(self._summary, name, value)
        log().info("compared", regressions=self._summary.worse, severe=self._summary.severe)

    def _keep_house(self) -> None:
        wishes = self._wishes
        plan = partial(plan_house, registry=self._registry, raw_days=wishes.raw_days, small_files=wishes.small_files)
        with open_store(str(self._layout)) as store:
            if not plan(store).anything:
                return
        with maintenance(self._layout, self._registry, wishes.lock_timeout_s) as held:
            with open_store(str(self._layout)) as store:  # again: somebody may have written since
                house = plan(store)
            keep_house(held, house)
        self._summary.house = house.told()
        log().info("kept house", **house.told())

    def _report(self, path: Path, news: NewJobs) -> None:
        """Writes the report of the night's jobs; the one that is there stands if nothing is new."""
        from ingest.report import write_report

        if news.jobs and (news.night is None or not path.exists()):
            title = f"Night of {(self._summary.night or '')[:10]}"
            with open_store(str(self._layout)) as store:
                write_report(store, path, jobs=news.jobs, overview=True, title=title)
        if path.exists():
            self._summary.report = {"path": str(path.resolve()), "bytes": path.stat().st_size}

    def _row(self) -> dict[str, Any]:
        summary = self._summary
        return {
            "night": summary.night,
            "jobs_new": summary.jobs_new,
            "jobs_changed": summary.jobs_changed,
            "regressions": summary.worse,
            "severe_findings": summary.severe,
            "problems": len(summary.troubles),
            "exit_code": int(summary.exit_code),
        }

    def _change(self, then: Callable[[duckdb.DuckDBPyConnection], object]) -> None:
        """Publishes a catalog in which something of its own tables is changed."""
        with maintenance(self._layout, self._registry, self._wishes.lock_timeout_s) as held:
            held.publish(None, then)

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        """A step that the night can do without."""
        try:
            yield
        except Exception as error:
            trouble = StepFailure.of(name, error)
            self._summary.troubles.append(trouble)
            log().error("step failed", step=name, reason=trouble.wrong, exc_info=trouble.wrong.startswith("a bug"))


def _tell(wishes: NightlyOptions, summary: Summary) -> None:
    """Leaves the summary in its file and gives it to the command that is to be told."""
    if wishes.notify_command:
        trouble = notify(
            wishes.notify_command, summary.as_json(), shell=wishes.notify_shell, timeout_s=wishes.notify_timeout_s
        )
        if trouble is not None:
            summary.troubles.append(trouble)
            log().warning("not notified", reason=trouble.wrong)
    if wishes.summary is not None:
        try:
            write_whole(wishes.summary, summary.as_json())
        except InputError as error:
            summary.troubles.append(StepFailure.of("summary", error))
            log().error("summary not written", reason=error.wrong)
