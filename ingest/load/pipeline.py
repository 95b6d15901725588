"""A load, from folders to a published catalog. The command line, the Python API and the tests all go through here."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from ingest.errors import InputError, StoreError
from ingest.load.discover import discover
from ingest.load.plan import Plan, UnreadFile, make_plan, slices
from ingest.load.progress import shown_progress
from ingest.logs import debug, log
from ingest.model import FILES, LOADED_JOBS, LOADS, Column
from ingest.plugin.registry import DEFAULT_PLUGINS, PluginOptions, Problem, Registry, load_registry
from ingest.sources.kinds import EMPTY
from ingest.sources.protocol import ALL, SourceOptions
from ingest.store.backend import committed
from ingest.store.fronts import READ_ON
from ingest.store.known_files import read_ledger
from ingest.store.paths import Layout
from ingest.store.premises import OvertakenError, check_premises, premises
from ingest.version import __version__
from ingest.views.checks import check_thresholds

if TYPE_CHECKING:
    import pyarrow as pa

    from ingest.derive.task import Derived, DeriveTask
    from ingest.load.discover import Discovery
    from ingest.load.engine import Cluster
    from ingest.load.pool import Workers
    from ingest.load.tasks import FileResult, Slice, SliceResult, WorkFile
    from ingest.store.known_files import Ledger
    from ingest.views.definition import Definition

JobDir = str | os.PathLike[str]

_COMMIT_EVERY_S = 30.0
"""A long load commits as it goes, so that one that is killed has not worked in vain."""

_PLANS = 10
"""How often a load is planned when others write to the same jobs of a store on object storage."""

_IN_PROCESS_BYTES = 8 << 20
"""Less work than this is not worth starting other processes for."""


_SAMPLES = 8
"""Files that workers elsewhere must be able to open before anything is done."""


class Progress(Protocol):
    """Is told how a load goes on."""

    def begin(self, files: int, bytes_: int) -> None:
        """So much is to be read."""

    def advance(self, files: int, bytes_: int) -> None:
        """So much more was read."""

    def stage(self, name: str, jobs: int = 0) -> None:
        """What is done now: `listing`, `deriving` (of so many jobs) or `publishing`."""

    def derived(self, jobs: int) -> None:
        """So many more jobs are derived."""


@dataclass(slots=True)
class LoadReport:
    """What a load did."""

    jobs: int = 0
    job_ids: Sequence[str] = ()
    forgotten: Sequence[str] = ()
    """Jobs that were forgotten for good: they were found, and not read."""
    files: int = 0
    unchanged: int = 0
    read_on: int = 0
    """Large files that had grown: only what is new in them was read, from the last record on that could have grown too."""
    rows: int = 0
    records: int = 0
    rejects: int = 0
    bytes: int = 0
    failed_files: list[str] = field(default_factory=list)
    changed_files: list[str] = field(default_factory=list)
    """Files that grew, shrank or were written to between the listing and the end of reading; the next load reads them again."""
    seconds: float = 0.0
    problems: list[InputError] = field(default_factory=list)
    """Arguments that could not be read or held no job, while others were read."""
    plugin_problems: list[Problem] = field(default_factory=list)
    """Plugins that could not be used."""

    def __repr__(self) -> str:
        """The counts; the names of files and jobs are in the attributes."""
        said = f"jobs={self.jobs}, files={self.files}, unchanged={self.unchanged}, rows={self.rows}, rejects={self.rejects}"
        for name in ("failed_files", "changed_files", "problems", "plugin_problems"):
            said += f", {name}={len(getattr(self, name))}" if getattr(self, name) else ""
        return f"<ingest.LoadReport: {said}, seconds={self.seconds:.1f}>"


def ingest_jobs(
    job_dirs: JobDir | Iterable[JobDir],
    store: str | os.PathLike[str] = "ingest-store",
    *,
    strict: bool = True,
    workers: int | None = None,
    job_ids: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    thresholds: Mapping[str, float] | None = None,
    reparse: bool = False,
    plugins: PluginOptions = DEFAULT_PLUGINS,
    lock_timeout_s: float = 60.0,
    progress: Progress | bool | None = None,
    sources: SourceOptions = ALL,
    cluster: Cluster | None = None,
) -> LoadReport:
    """Reads jobs into a store; files that did not change since the last load are not read again.

    `job_dirs` is a folder, an archive or a URL, or several of them; `sources` selects among their jobs. `job_ids` maps a folder
    to a job's id, where the folder's own name will not do. `labels` are added to all these jobs; an empty text removes one.
    `thresholds` are what the checks of this store compare with from now on, where not the default; None leaves them as they
    are. `progress=True` shows the progress on stderr, None only in a notebook, False never. `cluster` does the work elsewhere:
    the address of a Dask scheduler, `local`, `module:function`, or an executor (`concurrent.futures`).

    Raises `InputError` if no job was found in any of `job_dirs`; with `strict=False`, or if some of them hold jobs, those that
    do not are in the report's `problems`. Raises `StoreError` if the store is locked or damaged or its disk is full,
    `ClusterError` if the cluster cannot be used or is lost, and `IngestError` for arguments that cannot be used.
    """
    started = time.monotonic()
    layout = Layout.of(os.fspath(store))
    registry = load_registry(plugins)
    folders = _folders(job_dirs)
    with shown_progress(progress) as shown:
        shown.stage("listing")
        found = discover(folders, job_ids, wanted=sources, schemes=registry.schemes)
        if strict and not found.jobs:
            raise _nothing_read(found.problems)
        report = LoadReport(problems=found.problems, plugin_problems=list(registry.problems))
        report.jobs, report.job_ids = len(found.jobs), [job.job_id for job in found.jobs]
        if found.jobs:
            from ingest.store.maintenance import writing

            begun = partial(
                _plan_and_load,
                layout=layout,
                found=found,
                registry=registry,
                plugins=plugins,
                started=started,
                thresholds=thresholds,
                plan_for=partial(make_plan, found, registry=registry, reparse=reparse, labels=labels or {}),
                workers=workers,
                cluster=cluster,
                progress=shown,
            )
            with writing(layout, lock_timeout_s):
                done = _planned_anew(begun, report, layout)
            report = done
    report.seconds = time.monotonic() - started
    return report


def _planned_anew(load: Callable[[LoadReport], object], report: LoadReport, layout: Layout) -> LoadReport:
    """Plans and loads, and does both again if another writer to an object store changed the same jobs meanwhile.

    What that one has read is not read again. Gives the report of the last time.
    """
    for number in range(_PLANS):
        told = replace(report, failed_files=[], changed_files=[])
        try:
            load(told)
        except OvertakenError:
            debug("planned anew: another writer changed the same jobs", time=number + 1)
            continue
        return told
    raise StoreError(
        f"{layout}: others wrote to the same jobs, {_PLANS} times before this load could",
        "Run the same command again; let one machine load a job.",
    )


def _plan_and_load(
    report: LoadReport,
    *,
    layout: Layout,
    found: Discovery,
    registry: Registry,
    plugins: PluginOptions,
    started: float,
    thresholds: Mapping[str, float] | None,
    plan_for: Callable[[Ledger], Plan],
    workers: int | None,
    cluster: Cluster | None,
    progress: Progress,
) -> None:
    """Plans what is to be read, and reads it."""
    ledger = read_ledger(layout, report.job_ids)
    plan = plan_for(ledger)
    debug("planned", jobs=len(found.jobs), files=plan.files, to_read=len(plan.work))
    report.files, report.unchanged = plan.files, plan.unchanged
    report.forgotten = plan.forgotten
    for path in plan.archives:
        log().warning("archive not read", path=path, reason="it was not named", remedy="give it as an argument")
    report.job_ids = [job_id for job_id in report.job_ids if job_id not in set(plan.forgotten)]
    limits = dict(ledger.thresholds if thresholds is None else thresholds)
    definition = registry.definition(limits)
    check_thresholds(definition.library.thresholds, limits)
    others = ledger.digest != registry.digest or ledger.views != definition.digest
    if plan.jobs or plan.notes or ledger.moved or ledger.aged or others:
        _Load(layout, registry, plugins, plan, report, started, definition, limits, ledger).run(
            workers, cluster, progress
        )


def _folders(job_dirs: JobDir | Iterable[JobDir]) -> list[str]:
    """The paths as texts. Raises InputError for an empty one, TypeError for what is no path."""
    given = [job_dirs] if isinstance(job_dirs, str | os.PathLike) else list(job_dirs)
    folders = [os.fspath(folder) for folder in given]
    if not all(isinstance(folder, str) for folder in folders):
        raise TypeError("job_dirs: expected a path, or several paths, as str or os.PathLike")
    if "" in folders:
        raise InputError("a path is empty", EMPTY)
    return folders


def _nothing_read(problems: Sequence[InputError]) -> InputError:
    """Why no job was found: the first reason, and how many more there are."""
    if not problems:
        return InputError("no folder given", "Give a folder of downloaded logs, an archive or a URL.")
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return InputError(problems[0].wrong + more, problems[0].remedy)


class _Load:
    """The writing part of a load: parse, commit, commit again if it takes long."""

    def __init__(
        self,
        layout: Layout,
        registry: Registry,
        plugins: PluginOptions,
        plan: Plan,
        report: LoadReport,
        started: float,
        definition: Definition,
        thresholds: Mapping[str, float],
        ledger: Ledger,
    ) -> None:
        self._layout = layout
        self._registry = registry
        self._plugins = plugins
        self._plan = plan
        self._report = report
        self._started = started
        self._definition = definition
        self._thresholds = thresholds
        self._aged = ledger.aged
        self._premises = dict(ledger.premises)
        self._commits = 0
        self._committed: set[str | None] = set()
        self._started_at = datetime.now(UTC)
        self._id = f"{self._started_at:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"

    def run(self, workers: int | None, cluster: Cluster | None, progress: Progress) -> None:
        """Parses what is to parse and commits it; the catalog to commit is readied while the files are read."""
        plan = self._plan
        size = sum(file.size for file in plan.work)
        count = 1 if size < _IN_PROCESS_BYTES and len(plan.work) < 1_000 else workers or os.cpu_count() or 1
        progress.begin(len(plan.work), size)
        from ingest.load.pool import Workers

        with Workers(self._layout, self._plugins, count, cluster, _samples(plan.work)) as pool:
            work = list(slices(plan.work, self._id, pool.count)) if plan.work else []
            for results, notes, ended in self._whole_jobs(pool, work, progress):
                self._commit(pool, results, notes, progress, ended=ended)

    def _whole_jobs(
        self, pool: Workers, work: Sequence[Slice], progress: Progress
    ) -> Iterator[tuple[Sequence[SliceResult], Sequence[UnreadFile], bool]]:
        """Parses, and gives now and then what there is to commit, whole jobs only; with the last one True."""
        open_slices = {job.job_id: 0 for job in self._plan.jobs}
        for slice_ in work:
            for job_id in {file.job_id for file in slice_.files}:
                open_slices[job_id] += 1
        notes: dict[str | None, list[UnreadFile]] = {}
        for note in self._plan.notes:
            notes.setdefault(note.job_id, []).append(note)
        held: list[SliceResult] = []
        last_commit = time.monotonic()
        for result in pool.parse(work):
            self._count(result)
            held.append(result)
            progress.advance(len(result.files), sum(file.size for file in result.files))
            for job_id in {file.job_id for file in result.files}:
                open_slices[job_id] -= 1
            if time.monotonic() - last_commit > _COMMIT_EVERY_S:
                whole = [one for one in held if all(not open_slices[file.job_id] for file in one.files)]
                done = {file.job_id for one in whole for file in one.files}
                yield whole, [note for job_id in done for note in notes.pop(job_id, [])], False
                held = [one for one in held if one not in whole]
                last_commit = time.monotonic()
        yield held, [note for some in notes.values() for note in some], True

    def _count(self, result: SliceResult) -> None:
        """Adds a slice to the report."""
        report = self._report
        for file in result.files:
            report.rows += file.rows
            report.records += file.records
            report.rejects += file.rejects
            report.bytes += file.size
            if file.read_on is not None:
                report.rows -= file.read_on.rows
                report.records -= file.read_on.records
                report.rejects -= file.read_on.rejects
                report.bytes -= file.read_on.offset
                report.read_on += 1
            report.unchanged += file.unchanged
            if file.failure is not None:
                report.failed_files.append(f"{file.job_id}: {file.path}: {file.failure}")
                log().warning("file not read", job=file.job_id, path=file.path, reason=file.failure)
            elif file.note is not None:
                report.changed_files.append(f"{file.job_id}: {file.path}: {file.note}")
                log().warning("file changed", job=file.job_id, path=file.path, reason=file.note)

    def _commit(
        self,
        pool: Workers,
        results: Sequence[SliceResult],
        notes: Sequence[UnreadFile],
        progress: Progress,
        *,
        ended: bool,
    ) -> None:
        """Publishes a catalog with these results, and with what follows from them."""
        from ingest.derive.kept import Kept
        from ingest.derive.run import bring_up_to_date
        from ingest.derive.template import template
        from ingest.store.catalog import Draft
        from ingest.store.commit import Commit, set_meta

        files = [file for result in results for file in result.files]
        rows = [self._file_row(file, result.name) for result in results for file in result.files]
        rows += [self._note_row(note) for note in notes]
        changed = {row["job_id"] for row in rows if row["reason"] != "unchanged"}
        if ended:
            changed |= self._plan.relabelled - self._committed
        self._committed |= changed
        now = datetime.now(UTC).replace(tzinfo=None)
        jobs = [
            {
                "job_id": job.job_id,
                "source": job.source,
                "run_id": job.run_id,
                "labels": self._plan.labels[job.job_id],
                "loaded_at": now,
            }
            for job in self._plan.jobs
            if job.job_id in changed
        ]
        commit = Commit(
            files=_arrow(rows, FILES),
            jobs=_arrow(jobs, LOADED_JOBS),
            load=_arrow([self._load_row(now if ended else None)], LOADS),
            parts=[part for result in results for part in result.parts],
            digest=self._registry.digest,
            read_on=_arrow([_read_on_row(file) for file in files if file.read_on is not None], READ_ON),
            fronts=[file.front for file in files if file.front is not None],
        )
        limits = tuple(sorted(self._thresholds.items()))
        self._commits += 1
        resting = {job_id: self._premises[job_id] for job_id in changed if job_id in self._premises}
        derived = Kept(lambda tasks, catalog: _watched(pool.derive(tasks, limits, catalog), tasks, progress))
        derived.rest_on(resting)

        def attempt() -> list[str]:
            draft = Draft(self._layout, self._definition, partial(template, self._definition))
            if resting:
                draft.change(lambda connection: check_premises(connection, resting))
            draft.change(commit.apply)
            draft.change(lambda connection: set_meta(connection, {"thresholds": json.dumps(dict(self._thresholds))}))
            wrong = bring_up_to_date(
                draft,
                self._definition,
                [*self._aged, *(job.job_id for job in self._plan.jobs if job.job_id in changed)],
                f"{self._id}-{self._commits:03d}",
                derived,
            )
            progress.stage("publishing")
            now = premises(draft.connection, resting) if resting else {}
            problems = [*map(str, [*self._definition.library.problems, *wrong]), *draft.publish()]
            self._premises.update(now)
            return problems

        problems = dict.fromkeys(committed(self._layout, attempt))
        debug("committed", load=self._id, jobs=len(jobs), files=len(rows), parts=len(commit.parts), ended=ended)
        for problem in problems:
            log().warning("view left out", problem=problem)

    def _file_row(self, file: FileResult, slice_: str) -> dict[str, Any]:
        parser = self._registry.parsers[file.parser]
        failed = file.failure is not None
        return {
            "file_id": file.file_id,
            "job_id": file.job_id,
            "path": file.path,
            "kind": parser.kind,
            "parser": parser.name,
            "parser_version": parser.version,
            "bytes": file.size,
            "modified_at": _utc(file.modified_ns),
            "modified_ns": file.modified_ns,
            "etag": file.etag,
            "content_hash": file.content_hash,
            "records": file.records,
            "rows": file.rows,
            "rejects": file.rejects,
            "rejected_bytes": file.rejected_bytes,
            "status": "failed" if failed else "parsed",
            "reason": "unchanged" if file.unchanged else file.failure or file.note,
            "ends_cut": file.ends_cut,
            "load_id": self._id,
            "slice": slice_ if file.rows + file.rejects > _kept_rows(file) else None,
        }

    def _note_row(self, note: UnreadFile) -> dict[str, Any]:
        return {
            "file_id": note.file_id,
            "job_id": note.job_id,
            "path": note.entry.path,
            "kind": note.kind,
            "bytes": note.entry.size,
            "modified_at": _utc(note.entry.modified_ns),
            "modified_ns": note.entry.modified_ns,
            "etag": note.entry.etag,
            "records": 0,
            "rows": 0,
            "rejects": 0,
            "rejected_bytes": 0,
            "status": note.status,
            "reason": note.reason,
            "load_id": self._id,
        }

    def _load_row(self, ended_at: datetime | None) -> dict[str, Any]:
        report = self._report
        return {
            "load_id": self._id,
            "started_at": self._started_at.replace(tzinfo=None),
            "ended_at": ended_at,
            "version": __version__,
            "jobs": report.jobs,
            "files": report.files,
            "files_unchanged": report.unchanged,
            "rows": report.rows,
            "rejects": report.rejects,
            "bytes": report.bytes,
            "seconds": time.monotonic() - self._started,
        }


def _samples(work: Sequence[WorkFile]) -> list[str]:
    """Where a file of the first job lies, of the last, and of some between: whoever can open these can open all."""
    firsts = {file.job_id: file.location for file in reversed(work)}
    locations = list(firsts.values())
    return locations[:: max(1, len(locations) // _SAMPLES)]


def _kept_rows(file: FileResult) -> int:
    """Rows of a file that an earlier load wrote, rejects too."""
    return file.read_on.rows + file.read_on.rejects if file.read_on is not None else 0


def _read_on_row(file: FileResult) -> dict[str, int]:
    """What `keep_fronts` has to know of a file that was read on."""
    assert file.read_on is not None
    before = file.read_on
    return {
        "file_id": file.file_id,
        "read_before": before.file_id,
        "before_line": before.line_no,
        "rows": _kept_rows(file),
    }


def _watched(results: Iterable[Derived], tasks: Sequence[DeriveTask], progress: Progress) -> Iterator[Derived]:
    """The same results; the progress hears of each."""
    progress.stage("deriving", sum(len(task.job_ids) for task in tasks))
    for result in results:
        yield result
        progress.derived(len(result.derivations))


def _utc(ns: int) -> datetime:
    """A file's time, to the microsecond."""
    return datetime.fromtimestamp(ns // 1000 / 1e6, UTC).replace(tzinfo=None)


def _arrow(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> pa.Table:
    """Ledger rows as an Arrow table; missing cells are NULL."""
    import pyarrow as pa

    return pa.Table.from_pylist(rows, schema=pa.schema([(column.name, column.type.arrow) for column in columns]))
